"""Policies: what acts in the environment. The interface, and those that a checkpoint holds."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ..environments.groups import ENVIRONMENT, IMAGES, KEYPOINTS, SEEN_KEYPOINTS, STATE, TOOL
from .nearest import Nearest
from .records.cards import WEIGHTS, PolicyCard, read_card
from .records.features import Images, Rows, features, marks
from .records.motions import ToolTarget, mean, motions_of
from .records.pictures import shrunk

RECENCY = 0.5
"""Of `ChunkPolicy`."""
_Chunk = tuple[int, list[ToolTarget]]
"""The step of its prediction, and where the actions from there on lead."""
REPLANS = 2
"""What samples its chunks carries out this part of each, 1 / REPLANS, before the next."""


class Policy(Protocol):
    """Something that acts."""

    def reset(self, seed: int) -> None:
        """A rollout begins; all chance comes from the seed."""
        ...

    def act(self, observation: Mapping[str, Any]) -> npt.NDArray[np.float32]:
        """The action (A,) for an observation of the environment."""
        ...


class Predictor(Protocol):
    """Something that predicts actions from the last observations."""

    def predict(self, window: Rows, images: Images, seed: tuple[int, ...]) -> Rows:
        """A chunk (H, J + 7) of motions, differences from what is measured; see `Motions.rows`.

        Args:
            window: (L, F) the last features, the present ones last.
            images: (H, W, 3) of each camera.
            seed: of all chance.
        """
        ...


@dataclass(frozen=True)
class _Looking:
    """`Nearest` as a predictor."""

    nearest: Nearest

    def predict(self, window: Rows, images: Images, seed: tuple[int, ...]) -> Rows:
        """See `Predictor`."""
        del images, seed
        return self.nearest.predict(window)


@dataclass
class ChunkPolicy:
    """Acts by predicted chunks.

    What predicts one chunk for an observation is asked at every step, and the predictions of
    one action are averaged, the newest weighing most (temporal ensembling as of ACT; Zhao et
    al., 2023, with the weights turned around). What draws its chunks at random is asked anew
    after half of each, since a mean of two ways need not be one.

    Attributes:
        card: of the checkpoint.
        predictor: its network.
        recency: per action: an older prediction of the same action weighs exp(-recency * age).
        reaching: the arm goes where the tool is predicted; else its joints are those predicted.
    """

    card: PolicyCard
    predictor: Predictor
    recency: float = RECENCY
    reaching: bool = True
    _window: deque[Rows] = field(default_factory=deque[Rows])
    _chunks: deque[_Chunk] = field(default_factory=deque[_Chunk])
    _step: int = 0
    _seed: int = 0

    def reset(self, seed: int) -> None:
        """Forget the last rollout."""
        self._window = deque(maxlen=self.card.train.history)
        self._chunks = deque(maxlen=self.card.train.horizon)
        self._step, self._seed = 0, seed

    def act(self, observation: Mapping[str, Any]) -> npt.NDArray[np.float32]:
        """The action (J + 1,) for an observation."""
        state = np.asarray(observation[STATE], dtype=np.float32)
        motions = motions_of(self.card.robot)
        self._look(observation, state)
        if self._due():
            rows = self._predicted(observation)
            self._chunks.append((self._step, motions.targets(state[:-1], rows)))
        chosen = self._chosen()
        self._step += 1
        opening = self._opening(chosen.opening)
        if not self.reaching:
            return np.array([*chosen.joints, opening], dtype=np.float32)
        return motions.action(replace(chosen, opening=opening))

    def _look(self, observation: Mapping[str, Any], state: Rows) -> None:
        tool, objects = observation[TOOL], observation.get(ENVIRONMENT)
        seen = np.zeros(0, np.float32) if objects is None else np.asarray(objects)
        reached = motions_of(self.card.robot).poses(state[None, :-1])
        marked = None
        if self.card.train.keypoints:
            marked = marks(np.asarray(observation[KEYPOINTS])[None], observation[SEEN_KEYPOINTS])
        row = features(state[None], np.asarray(tool)[None], seen[None], reached, marked)[0]
        self._window.append(row)
        while len(self._window) < self.card.train.history:
            self._window.appendleft(row)

    def _predicted(self, observation: Mapping[str, Any]) -> Rows:
        images = {
            name: shrunk(observation[f"{IMAGES}{name}"], self.card.train.pixels)
            for name in self.card.cameras
        }
        return self.predictor.predict(np.stack(self._window), images, (self._seed, self._step))

    def _due(self) -> bool:
        if self.card.train.policy != "flow" or not self._chunks:
            return True
        return self._step - self._chunks[-1][0] >= max(1, self.card.train.horizon // REPLANS)

    def _chosen(self) -> ToolTarget:
        if self.card.train.policy == "flow":
            begun, chunk = self._chunks[-1]
            return chunk[self._step - begun]
        ages = np.array([self._step - begun for begun, _ in self._chunks])
        targets = [chunk[self._step - begun] for begun, chunk in self._chunks]
        return mean(targets, np.exp(-self.recency * ages))

    def _opening(self, predicted: float) -> float:
        """The nearest of what the hand was told, where that was few things."""
        known = self.card.openings
        return min(known, key=lambda one: abs(one - predicted)) if known else predicted


def load_policy(folder: Path) -> ChunkPolicy:
    """The policy of a checkpoint.

    Raises:
        DatasetError: the folder is no checkpoint.
        BackendMissingError: its network needs PyTorch, and that is not installed.
    """
    card = read_card(folder)
    with np.load(folder / WEIGHTS) as stored:
        weights = {name: stored[name] for name in stored.files}
    if card.train.policy == "nearest":
        return ChunkPolicy(card, _Looking(Nearest(**weights)))
    from .networks import check_torch

    check_torch(f"the policy in {folder}")
    from .networks.running import load_network

    return ChunkPolicy(card, load_network(card, weights))
