"""Export to robomimic's HDF5: one group for each demonstration, and masks that name them.

```
data                      attributes total, env_args
data/demo_0               attributes num_samples, episode_id, task_id, scene_id, instruction, ...
  actions                 (T, J + 1) in [-1, 1]; actions_absolute: radians and metres
  delta_actions           (T, 7) motions of the tool
  rewards, dones          (T,)
  states                  (T, nq + nv) positions and velocities; initial_state (S,)
  obs/<key>, next_obs     observations before and after each action; pictures in obs alone
assets                    JSON: the assets, with their licences
mask/train, mask/valid    names of demonstrations; mask/train_<n> are n of them, each set within
                          the next; mask/<task> those of one task
```

Source of the format: robomimic's documentation, "Dataset Structure".
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ....schemas import DatasetSpec, Episode, canonical_json
from ...dataset import Dataset
from ...licences import asset_uses
from ...splits import held_out, training_sizes
from .._demonstrations import (
    ExportedAttempt,
    demonstrations,
    pictures,
    survey_attempts,
    told,
)
from .._observed import observations, reduced

FILE = "demonstrations.hdf5"
GYM_TYPE = 2
"""robomimic's number for environments of Gym's interface."""


@dataclass(frozen=True)
class Scale:
    """Maps joint targets to [-1, 1] and back: robomimic's policies end in a tanh.

    Attributes:
        low: (J + 1,) the smallest value of each component in any demonstration.
        high: (J + 1,) the greatest.
    """

    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]

    def squeezed(self, actions: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Actions (T, J + 1) in [-1, 1]; a component that never changes is 0."""
        span = self.high - self.low
        share = (actions - self.low) / np.where(span > 0, span, 1.0)
        found = np.where(span > 0, 2 * share - 1, 0.0)
        return np.clip(found, -1.0, 1.0).astype(np.float32)


@dataclass
class _Masks:
    """Names of demonstrations by filter key."""

    scenes: dict[str, str] = field(default_factory=dict[str, str])
    attempts: dict[str, str] = field(default_factory=dict[str, str])
    others: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def add(self, name: str, episode: Episode, *, failures: bool) -> None:
        self.scenes[name] = episode.scene
        self.attempts[episode.id] = name
        self.others.setdefault(episode.task, []).append(name)
        if failures:
            self.others.setdefault("success" if episode.success else "failure", []).append(name)

    def all(self, order: Sequence[str]) -> dict[str, list[str]]:
        """All keys; `order` has the attempts to train with, in the order of nested sets."""
        nested = {
            f"train_{size}": [self.attempts[name] for name in order[:size]]
            for size in training_sizes(len(order))
        }
        held = held_out(self.scenes.values())
        train = [name for name, scene in self.scenes.items() if scene not in held]
        valid = [name for name, scene in self.scenes.items() if scene in held]
        return {**self.others, **nested, "train": train, "valid": valid}


def write(dataset: Dataset, out: Path, *, failures: bool, side: int) -> None:
    """Write the export to `out`, an empty or absent folder.

    Args:
        dataset: finished.
        out: the folder.
        failures: also export attempts that missed their goal.
        side: pixels of the longer side of pictures; those of larger ones are averaged.

    Raises:
        DatasetError: files are damaged, or some episodes lack a video that others have.
    """
    import h5py

    found = survey_attempts(dataset, failures=failures)
    scale = Scale(found.low, found.high)
    out.mkdir(parents=True, exist_ok=True)
    total, masks = 0, _Masks()
    # Later file formats keep the time at which a group was made.
    with h5py.File(out / FILE, "w", libver="earliest") as file:
        data = file.create_group("data")
        for number, demo in enumerate(demonstrations(dataset, failures=failures)):
            name = f"demo_{number}"
            _write_one(data.create_group(name), demo, scale, side)
            masks.add(name, demo.episode, failures=failures)
            total += demo.episode.steps
        data.attrs["total"] = total
        data.attrs["env_args"] = json.dumps(_environment(dataset.spec), sort_keys=True)
        used = set(masks.scenes.values())
        uses = asset_uses(dataset, (x for x in dataset.scenes() if x.id in used))
        file["assets"] = canonical_json([use.model_dump(mode="json") for use in uses])
        data.attrs["action_low"], data.attrs["action_high"] = scale.low, scale.high
        for key, names in sorted(masks.all(found.training_order()).items()):
            if names:
                file.create_dataset(f"mask/{key}", data=np.array(names, dtype="S"))


def _environment(spec: DatasetSpec) -> dict[str, Any]:
    kept = {"dataset": spec.name, "hz": spec.episodes.hz, "robot": spec.robot}
    return {"env_name": "cousins/Task-v0", "type": GYM_TYPE, "env_kwargs": kept}


def _write_one(group: Any, demo: ExportedAttempt, scale: Scale, side: int) -> None:
    episode, count = demo.episode, demo.episode.steps
    group.attrs["num_samples"] = count
    for key, value in told(episode).items():
        group.attrs[key] = value
    group["actions"] = scale.squeezed(demo.actions)
    group["actions_absolute"] = demo.actions
    group["delta_actions"] = demo.deltas
    group["rewards"] = demo.rewards
    group["dones"] = (np.arange(count) == count - 1).astype(np.int64)
    group["states"] = demo.states[:count]
    group["initial_state"] = demo.initial
    for key, values in observations(demo).items():
        group[f"obs/{key}"] = values[:-1]
        group[f"next_obs/{key}"] = values[1:]
    for camera, path in demo.films.items():
        _write_pictures(group, f"obs/{camera}_image", path, count, side)


def _write_pictures(group: Any, key: str, path: Path, count: int, side: int) -> None:
    """A video's pictures (T, H, W, 3), written one by one."""
    stored: Any = None
    for place, picture in enumerate(pictures(path, count)):
        small = reduced(picture, side)
        if stored is None:
            # LZF would be faster, but gives other bytes each time.
            stored = group.create_dataset(
                key, (count, *small.shape), "uint8", chunks=(1, *small.shape),
                compression="gzip", compression_opts=1,
            )  # fmt: skip
        if place < count:
            stored[place] = small
