"""Export to Minari: a dataset for each split, in the layout of its local storage.

```
<name>/namespace_metadata.json
<name>/train-v0/data/metadata.json    id, spaces, totals; ours: assets with their licences, and
                                      `nested`: numbers of the episodes of smaller training sets
<name>/train-v0/data/main_data.hdf5   a group for each episode:
  episode_0                     attributes id, total_steps; ours: episode_id, task_id, ...
    observations/<key>          (T + 1, ...) before each action and after the last
    actions                     (T, J + 1) joint targets, radians, and the opening, metres
    rewards                     (T,) 1 at success
    terminations, truncations   (T,) success ends an episode, all else cuts it off
    infos/is_success, infos/state   (T + 1,) and (T + 1, nq + nv), float64
```

and the same in `<name>/val-v0`. Observations have the keys of the environment. There are no
pictures: Minari wants one of the state after the last action, of which videos have none.

Source of the format: Minari's documentation, "Dataset Standards", and its reader, release 0.5.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ....schemas import DatasetSpec, canonical_json
from ...dataset import Dataset
from ...licences import asset_uses
from ...splits import training_sizes
from .._demonstrations import (
    AttemptSurvey,
    ExportedAttempt,
    demonstrations,
    survey_attempts,
    told,
)

LAYOUT = "0.5.0"
"""The oldest release of Minari that reads this."""
Array = npt.NDArray[np.float32]
Json = dict[str, Any]


def write(dataset: Dataset, out: Path, *, failures: bool) -> None:
    """Write the export to `out`, an empty or absent folder.

    Args:
        dataset: with demonstrations.
        out: the folder.
        failures: also export attempts that missed their goal.

    Raises:
        DatasetError: files are damaged, or some episodes lack a video that others have.
    """
    found = survey_attempts(dataset, failures=failures)
    held = found.validation
    splits = ("train", "val") if held else ("train",)
    with ExitStack() as stack:
        parts = {
            split: stack.enter_context(_Part(out, f"{dataset.spec.name}/{split}-v0"))
            for split in splits
        }
        for demo in demonstrations(dataset, failures=failures):
            parts["val" if demo.episode.scene in held else "train"].add(demo)
    order = found.training_order()
    nested = {f"train_{n}": sorted(parts["train"].numbers(order[:n]))
              for n in training_sizes(len(order))}  # fmt: skip
    for split, part in parts.items():
        uses = asset_uses(dataset, (x for x in dataset.scenes() if x.id in part.scenes))
        ours = {
            "assets": [use.model_dump(mode="json") for use in uses],
            "nested": nested if split == "train" else {},
        }
        part.describe(dataset.spec, found, ours)
    namespace = {"description": f"Demonstrations of {dataset.spec.name}, by split"}
    path = out / dataset.spec.name / "namespace_metadata.json"
    path.write_text(canonical_json(namespace) + "\n", encoding="utf-8")


class _Part(AbstractContextManager["_Part"]):
    """The dataset of one split."""

    def __init__(self, out: Path, name: str) -> None:
        import h5py

        self._name, self._folder = name, out / name / "data"
        self._folder.mkdir(parents=True)
        self._path = self._folder / "main_data.hdf5"
        # Later file formats keep the time at which a group was made.
        self._file: Any = h5py.File(self._path, "w", libver="earliest")
        self._names: list[str] = []
        self._steps = 0
        self._widths: dict[str, int] = {}
        self.scenes: set[str] = set()

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def add(self, demo: ExportedAttempt) -> None:
        """Write one episode."""
        number, count = len(self._names), demo.episode.steps
        group = self._file.create_group(f"episode_{number}")
        group.attrs["id"], group.attrs["total_steps"] = number, count
        for key, value in told(demo.episode).items():
            # Minari's own attribute of that name is one number.
            group.attrs["seed_sequence" if key == "seed" else key] = value
        for key, values in observations(demo).items():
            group[f"observations/{key}"] = values
            self._widths[key] = values.shape[1]
        last = np.arange(count) == count - 1
        group["actions"] = demo.actions
        group["rewards"] = demo.rewards
        group["terminations"] = last & demo.episode.success
        group["truncations"] = last & (not demo.episode.success)
        group["infos/is_success"] = np.append(False, last & demo.episode.success)
        group["infos/state"] = demo.states
        self._names.append(demo.episode.id)
        self._steps += count
        self.scenes.add(demo.episode.scene)

    def numbers(self, names: Iterable[str]) -> Iterator[int]:
        """The numbers of attempts by their ids."""
        return (self._names.index(name) for name in names)

    def describe(self, spec: DatasetSpec, found: AttemptSurvey, ours: Json) -> None:
        """Write what the dataset is, once its data are closed; `ours` is told beside it."""
        spaces = {key: _box(width) for key, width in self._widths.items()}
        actions = _box(len(found.low)) | {
            "low": found.low.astype(np.float32).tolist(),
            "high": found.high.astype(np.float32).tolist(),
        }
        metadata = {
            "action_space": json.dumps(actions),
            "algorithm_name": "task and motion planning, verified in physics",
            **ours,
            "author": ["cousins"],
            "data_format": "hdf5",
            "dataset_id": self._name,
            "dataset_size": round(self._path.stat().st_size / 1e6, 1),
            "description": f"Demonstrations of {spec.name}: {spec.robot}, {spec.episodes.hz} Hz",
            "minari_version": LAYOUT,
            "observation_space": json.dumps({"type": "Dict", "subspaces": spaces}),
            "requirements": [],
            "total_episodes": len(self._names),
            "total_steps": self._steps,
        }
        text = canonical_json(metadata) + "\n"
        (self._folder / "metadata.json").write_text(text, encoding="utf-8")


def observations(demo: ExportedAttempt) -> dict[str, Array]:
    """What is seen in each state, (T + 1, ...), by the environment's keys."""
    return {
        "observation.state": np.hstack([demo.sensed, demo.opening]),
        "observation.tool_pose": demo.tool,
        "observation.environment_state": demo.objects,
    }


def _box(width: int) -> Json:
    """Any vector; Minari reads infinite bounds as Python's JSON writes them."""
    low, high = [-np.inf] * width, [np.inf] * width
    return {"type": "Box", "dtype": "float32", "shape": [width], "low": low, "high": high}
