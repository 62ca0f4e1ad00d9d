"""The Minari export, read back with h5py alone, as Minari reads it; and by Minari where it is."""

# pyright: reportMissingTypeStubs=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from datasets import FixtureConfig, build_dataset, shard_files

from cousins.generators.dataset import Dataset
from cousins.generators.exports.minari import PLUGIN, MinariExporter
from cousins.schemas import DatasetError, Episode

CONFIG = FixtureConfig(tasks=3, per_task=3, failures=1, frames=False, videos=False)
KEYS = ("observation.environment_state", "observation.state", "observation.tool_pose")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return build_dataset(tmp_path_factory.mktemp("minari") / "dataset", CONFIG)


@pytest.fixture(scope="module")
def out(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("minari") / "out"
    PLUGIN.export(dataset, folder)
    return folder


@dataclass(frozen=True)
class Part:
    """One of the datasets, opened."""

    metadata: Any
    file: Any

    def groups(self) -> Iterator[Any]:
        for number in range(self.metadata["total_episodes"]):
            yield self.file[f"episode_{number}"]


def opened(out: Path, split: str) -> Part:
    folder = out / f"test-fixture/{split}-v0/data"
    metadata = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
    return Part(metadata, h5py.File(folder / "main_data.hdf5", "r"))


def won(dataset: Dataset) -> dict[str, Episode]:
    return {episode.id: episode for episode in dataset.episodes() if episode.success}


@pytest.mark.parametrize("split", ["train", "val"])
def test_episodes_hold_what_was_seen_and_done(dataset: Dataset, out: Path, split: str) -> None:
    part, episodes = opened(out, split), won(dataset)
    assert len(part.file) == part.metadata["total_episodes"] > 0
    steps = 0
    for number, group in enumerate(part.groups()):
        episode = episodes[group.attrs["episode_id"]]
        arrays = dataset.arrays(episode)
        assert (group.attrs["id"], group.attrs["total_steps"]) == (number, episode.steps)
        assert group.attrs["instruction"] == episode.instruction
        assert json.loads(group.attrs["seed_sequence"]) == list(episode.seed)
        assert "seed" not in group.attrs, "Minari takes it for one number"
        assert np.array_equal(group["actions"][:], arrays.actions)
        seen = group["observations"]
        assert sorted(seen) == sorted(KEYS)
        assert all(len(seen[key]) == episode.steps + 1 for key in KEYS)
        assert np.allclose(seen["observation.tool_pose"][:], arrays.tool, atol=1e-6)
        joints = arrays.actions.shape[1] - 1
        state = np.column_stack([arrays.qpos[:, :joints], arrays.gripper])
        assert np.allclose(seen["observation.state"][:], state, atol=1e-6)
        full = np.hstack([arrays.qpos, arrays.qvel])
        assert np.array_equal(group["infos/state"][:], full)
        ended = group["terminations"][:]
        assert ended.dtype == bool
        assert ended.tolist() == [False] * (episode.steps - 1) + [True]
        assert not group["truncations"][:].any()
        assert group["rewards"][:].tolist() == ended.astype(float).tolist()
        assert group["infos/is_success"][1:].tolist() == ended.tolist()
        steps += episode.steps
    assert steps == part.metadata["total_steps"]


def test_spaces_hold_every_episode(out: Path) -> None:
    for split in ("train", "val"):
        part = opened(out, split)
        spaces = json.loads(part.metadata["observation_space"])["subspaces"]
        action = json.loads(part.metadata["action_space"])
        assert action["type"] == "Box"
        for group in part.groups():
            for key, space in spaces.items():
                assert group[f"observations/{key}"].shape[1:] == tuple(space["shape"])
                assert group[f"observations/{key}"].dtype == space["dtype"] == "float32"
            assert (group["actions"][:] >= np.float32(action["low"])).all()
            assert (group["actions"][:] <= np.float32(action["high"])).all()


def test_splits_are_by_scene_and_sizes_are_nested(dataset: Dataset, out: Path) -> None:
    train, val = opened(out, "train"), opened(out, "val")
    scenes = sorted({episode.scene for episode in won(dataset).values()})
    assert {group.attrs["scene_id"] for group in val.groups()} == {scenes[4]}
    assert scenes[4] not in {group.attrs["scene_id"] for group in train.groups()}
    assert train.metadata["total_episodes"] == 7
    nested = train.metadata["nested"]
    assert {name: len(numbers) for name, numbers in nested.items()} == {"train_5": 5}
    tasks = [train.file[f"episode_{n}"].attrs["task_id"] for n in nested["train_5"]]
    assert {task: tasks.count(task) for task in set(tasks)} == {"t0000": 2, "t0001": 2, "t0002": 1}
    assert val.metadata["nested"] == {}


def test_licences_follow_the_data(out: Path) -> None:
    for split in ("train", "val"):
        assert {use["licence"] for use in opened(out, split).metadata["assets"]} == {"CC0-1.0"}


def test_failures_end_in_a_truncation(dataset: Dataset, tmp_path: Path) -> None:
    MinariExporter(include_failures=True).export(dataset, tmp_path / "all")
    parts = [opened(tmp_path / "all", split) for split in ("train", "val")]
    (group,) = [g for part in parts for g in part.groups() if not g.attrs["success"]]
    assert group.attrs["cause"] == "grasp_slipped"
    assert not group["terminations"][:].any()
    assert np.flatnonzero(group["truncations"][:]).tolist() == [len(group["rewards"]) - 1]
    assert not group["rewards"][:].any()


def test_same_dataset_gives_the_same_bytes(dataset: Dataset, out: Path, tmp_path: Path) -> None:
    PLUGIN.export(dataset, tmp_path / "again")
    assert shard_files(tmp_path / "again") == shard_files(out)


def test_a_dataset_without_demonstrations_is_refused(tmp_path: Path) -> None:
    config = FixtureConfig(tasks=1, per_task=1, failures=1, videos=False, frames=False)
    dataset = build_dataset(tmp_path / "dataset", config)
    with pytest.raises(DatasetError, match="minari: no demonstrations: none of the 1 attempts"):
        PLUGIN.export(dataset, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.heavy
def test_minari_itself_loads_the_export(out: Path) -> None:
    if importlib.util.find_spec("minari") is None:
        pytest.skip("minari is not installed")
    reader = (
        "import minari, numpy as np\n"
        "found = minari.list_local_datasets()\n"
        "assert sorted(found) == ['test-fixture/train-v0', 'test-fixture/val-v0'], found\n"
        "data = minari.load_dataset('test-fixture/train-v0')\n"
        "assert len(data) == data.total_episodes == 7\n"
        "for episode in data.iterate_episodes():\n"
        "    for k, action in enumerate(episode.actions):\n"
        "        assert data.action_space.contains(action)\n"
        "        seen = {key: x[k] for key, x in episode.observations.items()}\n"
        "        assert data.observation_space.contains(seen)\n"
        "    assert episode.terminations[-1] and episode.infos['is_success'][-1]\n"
        "numbers = np.array(data.storage.metadata['nested']['train_5'])\n"
        "part = minari.MinariDataset(data.storage, episode_indices=numbers)\n"
        "assert len(list(part.iterate_episodes())) == 5\n"
        "whole = minari.combine_datasets("
        "[data, minari.load_dataset('test-fixture/val-v0')], 'whole-v0')\n"
        "print(whole.total_episodes, whole.total_steps)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", reader],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MINARI_DATASETS_PATH": str(out)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0] == "8"
