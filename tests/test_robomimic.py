"""The robomimic export, read back with h5py alone, as robomimic reads it."""

# pyright: reportMissingTypeStubs=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from datasets import HZ, FixtureConfig, build_dataset
from test_lerobot import decode

from cousins.generators.dataset import Dataset
from cousins.generators.exports.robomimic import PLUGIN, RobomimicExporter
from cousins.schemas import DatasetError

CONFIG = FixtureConfig(tasks=3, per_task=2, failures=1, frames=False, cameras=("front",))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return build_dataset(tmp_path_factory.mktemp("robomimic") / "dataset", CONFIG)


@pytest.fixture(scope="module")
def path(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("robomimic") / "out"
    PLUGIN.export(dataset, out)
    return out / "demonstrations.hdf5"


@pytest.fixture
def file(path: Path) -> Iterator[Any]:
    with h5py.File(path, "r") as opened:
        yield opened


def test_each_demonstration_has_what_was_seen_and_done(dataset: Dataset, file: Any) -> None:
    won = [episode for episode in dataset.episodes() if episode.success]
    assert list(file["data"]) == [f"demo_{n}" for n in range(len(won))]  # fewer than eleven
    assert file["data"].attrs["total"] == sum(episode.steps for episode in won)
    assert json.loads(file["data"].attrs["env_args"])["env_kwargs"]["hz"] == HZ
    low, high = file["data"].attrs["action_low"], file["data"].attrs["action_high"]
    for episode, name in zip(won, file["data"], strict=True):
        demo, arrays = file["data"][name], dataset.arrays(episode)
        assert demo.attrs["num_samples"] == episode.steps
        assert demo.attrs["episode_id"] == episode.id
        actions = demo["actions"][:]
        assert np.abs(actions).max() <= 1
        assert np.allclose(low + (actions + 1) / 2 * (high - low), arrays.actions, atol=1e-6)
        assert np.array_equal(demo["actions_absolute"][:], arrays.actions)
        positions = demo["obs/robot0_eef_pos"][:]
        assert np.allclose(positions, arrays.tool[:-1, :3], atol=1e-6)
        assert np.array_equal(demo["next_obs/robot0_eef_pos"][:-1], positions[1:])
        # robosuite's quaternions end in w, ours begin with it.
        assert np.allclose(demo["obs/robot0_eef_quat"][:, 3], arrays.tool[:-1, 3], atol=1e-6)
        assert np.array_equal(demo["states"][:, : arrays.qpos.shape[1]], arrays.qpos[:-1])
        assert demo["rewards"][:].tolist() == demo["dones"][:].tolist()
        assert demo["dones"][:].sum() == demo["dones"][-1] == 1


def test_pictures_are_those_of_the_videos(dataset: Dataset, file: Any) -> None:
    films = {video.episode: dataset.root / video.path for video in dataset.videos()}
    for demo in file["data"].values():
        shown = decode(films[demo.attrs["episode_id"]])
        assert np.array_equal(demo["obs/front_image"][:], np.stack(shown))


def test_large_pictures_are_averaged(dataset: Dataset, tmp_path: Path) -> None:
    RobomimicExporter(picture_side=16).export(dataset, tmp_path / "small")
    episode = next(episode for episode in dataset.episodes() if episode.success)
    films = {video.episode: dataset.root / video.path for video in dataset.videos()}
    opened: Any = h5py.File(tmp_path / "small/demonstrations.hdf5", "r")
    with opened as file:
        found = file["data/demo_0/obs/front_image"][:]
    shown = np.stack(decode(films[episode.id])).reshape(-1, 16, 4, 16, 4, 3)
    assert np.abs(found - shown.mean(axis=(2, 4))).max() <= 1


def test_masks_name_the_demonstrations_of_scenes_held_back(file: Any) -> None:
    scenes = {name: demo.attrs["scene_id"] for name, demo in file["data"].items()}
    masks = {key: [name.decode() for name in names[:]] for key, names in file["mask"].items()}
    assert sorted(masks["train"] + masks["valid"]) == sorted(scenes)
    assert {scenes[name] for name in masks["valid"]} == {sorted(set(scenes.values()))[4]}
    assert [file["data"][name].attrs["task_id"] for name in masks["t0002"]] == ["t0002"] * 2


def test_training_sets_are_nested(tmp_path: Path) -> None:
    config = FixtureConfig(tasks=3, per_task=5, failures=0, frames=False, videos=False)
    PLUGIN.export(build_dataset(tmp_path / "dataset", config), tmp_path / "out")
    opened: Any = h5py.File(tmp_path / "out/demonstrations.hdf5", "r")
    with opened as file:
        masks = {key: {name.decode() for name in names[:]} for key, names in file["mask"].items()}
        assert [len(masks[f"train_{n}"]) for n in (5, 10)] == [5, 10]
        assert masks["train_5"] < masks["train_10"] < masks["train"]
        tasks = [file["data"][name].attrs["task_id"] for name in masks["train_10"]]
    assert sorted(map(tasks.count, set(tasks))) == [3, 3, 4]


def test_licences_follow_the_data(file: Any) -> None:
    told = json.loads(file["assets"][()])
    assert {use["licence"] for use in told} == {"CC0-1.0"}


def test_same_dataset_gives_the_same_bytes(dataset: Dataset, path: Path, tmp_path: Path) -> None:
    PLUGIN.export(dataset, tmp_path / "again")
    assert (tmp_path / "again/demonstrations.hdf5").read_bytes() == path.read_bytes()


def test_failures_are_told_apart_when_asked_for(dataset: Dataset, tmp_path: Path) -> None:
    RobomimicExporter(include_failures=True).export(dataset, tmp_path / "all")
    opened: Any = h5py.File(tmp_path / "all/demonstrations.hdf5", "r")
    with opened as file:
        (name,) = file["mask/failure"][:]
        failed = file["data"][name]
        assert (failed.attrs["success"], failed.attrs["cause"]) == (False, "grasp_slipped")
        assert failed["rewards"][:].sum() == 0


def test_a_dataset_without_demonstrations_is_refused(tmp_path: Path) -> None:
    config = FixtureConfig(tasks=1, per_task=1, failures=1, videos=False, frames=False)
    dataset = build_dataset(tmp_path / "dataset", config)
    with pytest.raises(DatasetError, match="robomimic: no demonstrations: none of the 1 attempts"):
        PLUGIN.export(dataset, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_damaged_video_is_named(tmp_path: Path) -> None:
    config = FixtureConfig(tasks=1, per_task=1, failures=0, frames=False, cameras=("front",))
    dataset = build_dataset(tmp_path / "dataset", config)
    (video,) = dataset.videos()
    (dataset.root / video.path).write_bytes(b"nothing")
    with pytest.raises(DatasetError, match=r"t0000-e0-front\.mp4 cannot be read"):
        PLUGIN.export(dataset, tmp_path / "out")


@pytest.mark.heavy
def test_robomimic_itself_loads_the_export(path: Path) -> None:
    if importlib.util.find_spec("robomimic") is None:
        pytest.skip("robomimic is not installed: it needs PyTorch")
    reader = (
        "import sys\n"
        "import robomimic.utils.obs_utils as obs\n"
        "from robomimic.utils.dataset import SequenceDataset\n"
        "obs.initialize_obs_utils_with_obs_specs([{'obs': {'low_dim': ['object'], "
        "'rgb': ['front_image']}}])\n"
        "data = SequenceDataset(hdf5_path=sys.argv[1], obs_keys=['object', 'front_image'],\n"
        "    dataset_keys=['actions', 'rewards', 'dones'], seq_length=5, frame_stack=1,\n"
        "    hdf5_cache_mode=None, load_next_obs=False, filter_by_attribute='train')\n"
        "for item in data:\n"
        "    assert item['actions'].shape == (5, 8) and abs(item['actions']).max() <= 1\n"
        "    assert item['obs']['front_image'].shape[0] == 5\n"
        "print(len(data))"
    )
    done = subprocess.run(
        [sys.executable, "-c", reader, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) > 40
