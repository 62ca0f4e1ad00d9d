"""The card saved beside a policy's weights, and the settings of its training."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from ....schemas import DatasetError, Model

CARD, WEIGHTS = "policy.json", "weights.npz"
FORMAT = 5
Kind = Literal["mlp", "transformer", "rnn", "flow", "cnn", "nearest"]
KINDS: dict[Kind, str] = {
    "mlp": "action chunks by a multilayer perceptron, from states",
    "transformer": "action chunks by a small transformer over the last observations, from states",
    "rnn": "BC-RNN-GMM: an LSTM with a mixture of Gaussians, from states",
    "flow": "action chunks by flow matching, from states",
    "cnn": "action chunks by a small convolutional network, from pictures and the robot's state",
    "nearest": "the actions of the nearest demonstrated state; needs no PyTorch",
}


class TrainSpec(Model):
    """How to train a policy; the defaults suit a few hundred demonstrations and a processor."""

    policy: Kind = "mlp"
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    steps: Annotated[int, Field(ge=1, le=10_000_000)] = 4000
    """Batches."""
    batch: Annotated[int, Field(ge=1, le=65_536)] = 128
    rate: Annotated[float, Field(gt=0, le=1)] = 1e-3
    """Greatest learning rate of the one cycle."""
    decay: Annotated[float, Field(ge=0, le=1)] = 1e-4
    """Of weights (AdamW)."""
    width: Annotated[int, Field(ge=8, le=4096)] = 256
    """Of the hidden layers."""
    chunk: Annotated[int, Field(ge=1, le=256)] = 10
    """Actions that are predicted at once."""
    turned: Annotated[int, Field(ge=0, le=64)] = 12
    """Copies of each demonstration, turned about the robot's first axis."""
    noise: Annotated[float, Field(ge=0, le=1)] = 0.02
    """Added to features while training, in standard deviations of each."""
    keypoints: bool = False
    """Whether a policy of states is also told where the handle, the opening, and the contacts of
    a grasp of each object are."""
    pixels: Annotated[int, Field(ge=16, le=1024)] = 96
    """Of the longer side of the pictures that a policy sees; larger ones are made smaller."""
    shift: Annotated[int, Field(ge=0, le=64)] = 4
    """Pixels by which these are moved at random while training, at most."""
    saves: Annotated[int, Field(ge=1, le=100)] = 1
    """Checkpoints, evenly spread over the steps; the last is the policy."""

    @property
    def history(self) -> int:
        """Observations that the policy looks back on, the present one counted."""
        return {"transformer": 4, "rnn": 10}.get(self.policy, 1)

    @property
    def horizon(self) -> int:
        """Actions that are predicted at once by this kind of policy."""
        return 1 if self.policy == "rnn" else self.chunk


class PartCard(Model):
    """One part of the observation that a policy takes."""

    key: str
    shape: tuple[int, ...]
    kind: str


class PolicyCard(Model):
    """A policy's card: its kind, its training, and its inputs and outputs."""

    format: int = FORMAT
    train: TrainSpec
    step: int
    """Batches it has seen."""
    loss: float
    """Mean over the last hundred batches."""
    dataset: str
    """Name of the dataset."""
    dataset_hash: str
    """Of its data."""
    tasks: tuple[str, ...]
    """Ids of those that it was trained on."""
    instructions: tuple[str, ...]
    demonstrations: int
    samples: int
    robot: str
    hz: int
    """Actions per second."""
    observations: tuple[str, ...]
    """Groups that it takes."""
    cameras: tuple[str, ...] = ()
    image_size: tuple[int, int] | None = None
    objects: int
    """Rows of the objects' states."""
    observation_space: tuple[PartCard, ...]
    action_names: tuple[str, ...]
    openings: tuple[float, ...] = ()
    """What the gripper is told, metres, where that is few things; else none."""
    versions: dict[str, str]


def read_card(folder: Path) -> PolicyCard:
    """The card of a checkpoint.

    Raises:
        DatasetError: the folder is no checkpoint, or of another format.
    """
    path = folder / CARD
    if not path.is_file():
        raise DatasetError(f"{folder} is no checkpoint: it has no {CARD}; see `cousins train`")
    card = PolicyCard.from_json(path.read_bytes(), str(path))
    if card.format != FORMAT:
        raise DatasetError(f"{path}: format {card.format}; this version reads {FORMAT}")
    return card
