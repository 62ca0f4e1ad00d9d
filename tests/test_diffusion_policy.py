"""The Diffusion Policy export, read back from its files alone, and by Zarr.

Skipped where the extra `zarr` is not installed, without which nothing is written.
"""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import json
import zlib
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from datasets import FixtureConfig, build_dataset, shard_files
from test_lerobot import decode

from cousins.generators.dataset import Dataset
from cousins.generators.exports.diffusion_policy import PLUGIN, DiffusionPolicyExporter, writing
from cousins.schemas import DatasetError, Episode

CONFIG = FixtureConfig(tasks=3, per_task=3, failures=1, frames=False, cameras=("front",))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return build_dataset(tmp_path_factory.mktemp("buffer") / "dataset", CONFIG)


@pytest.fixture(scope="module")
def out(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("zarr", reason="the extra `zarr` is not installed")
    folder = tmp_path_factory.mktemp("buffer") / "out"
    PLUGIN.export(dataset, folder)
    return folder


def read(out: Path, name: str) -> npt.NDArray[Any]:
    """An array, from the specification of Zarr's format 2."""
    folder = out / "replay_buffer.zarr" / name
    told = json.loads((folder / ".zarray").read_text(encoding="utf-8"))
    assert (told["zarr_format"], told["order"], told["filters"]) == (2, "C", None)
    assert told["compressor"] == {"id": "zlib", "level": 1}
    chunks = told["chunks"]
    whole = np.full(told["shape"], told["fill_value"] or 0, dtype=told["dtype"])
    counts = [-(-size // chunk) for size, chunk in zip(told["shape"], chunks, strict=True)]
    for place in product(*map(range, counts)):
        path = folder / told.get("dimension_separator", ".").join(map(str, place))
        if not path.is_file():
            continue  # nothing but the fill value
        part = np.frombuffer(zlib.decompress(path.read_bytes()), told["dtype"]).reshape(chunks)
        where = tuple(
            slice(p * c, min((p + 1) * c, s))
            for p, c, s in zip(place, chunks, told["shape"], strict=True)
        )
        whole[where] = part[tuple(slice(0, w.stop - w.start) for w in where)]
    return whole


def won(dataset: Dataset) -> list[Episode]:
    return [episode for episode in dataset.episodes() if episode.success]


def test_rows_of_all_episodes_stand_in_a_line(dataset: Dataset, out: Path) -> None:
    ends = read(out, "meta/episode_ends")
    assert ends.dtype == np.int64
    episodes = won(dataset)
    assert ends.tolist() == np.cumsum([episode.steps for episode in episodes]).tolist()
    assert read(out, "meta/episode_id").tolist() == [episode.id for episode in episodes]
    assert read(out, "meta/instruction").tolist() == [x.instruction for x in episodes]
    action, position = read(out, "data/action"), read(out, "data/robot0_eef_pos")
    for episode, end in zip(episodes, ends.tolist(), strict=True):
        arrays, rows = dataset.arrays(episode), slice(end - episode.steps, end)
        assert np.array_equal(action[rows], arrays.actions)
        assert np.allclose(position[rows], arrays.tool[:-1, :3], atol=1e-6)
    names = [path.name for path in (out / "replay_buffer.zarr/data").iterdir() if path.is_dir()]
    assert len(names) == 8
    assert all(len(read(out, f"data/{name}")) == ends[-1] for name in names)


def test_pictures_are_those_of_the_videos(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("zarr", reason="the extra `zarr` is not installed")
    monkeypatch.setattr(writing, "CHUNK_BYTES", 64 * 64 * 3 * 7)  # episodes and chunks overlap
    PLUGIN.export(dataset, tmp_path / "out")
    films = {video.episode: dataset.root / video.path for video in dataset.videos()}
    shown = [picture for episode in won(dataset) for picture in decode(films[episode.id])]
    found = read(tmp_path / "out", "data/front_image")
    assert np.array_equal(found, np.stack(shown))
    folder = tmp_path / "out/replay_buffer.zarr/data/front_image"
    assert json.loads((folder / ".zarray").read_text())["chunks"][0] == 7


def test_splits_and_nested_sizes(dataset: Dataset, out: Path) -> None:
    episodes = won(dataset)
    scenes = [episode.scene for episode in episodes]
    train, val, rank = (read(out, f"meta/{key}") for key in ("train", "val", "training_rank"))
    assert np.array_equal(train, ~val)
    assert {scenes[place] for place in np.flatnonzero(val)} == {sorted(set(scenes))[4]}
    assert np.array_equal(rank < 0, val)
    assert sorted(rank[train].tolist()) == list(range(int(train.sum())))
    for size in range(1, len(rank)):
        tasks = [
            x.task for x, place in zip(episodes, rank.tolist(), strict=True) if 0 <= place < size
        ]
        counts = [tasks.count(task) for task in ("t0000", "t0001", "t0002")]
        if size <= 6:  # later on a task has no more
            assert max(counts) - min(counts) <= 1


def test_licences_follow_the_data(out: Path) -> None:
    told = json.loads((out / "replay_buffer.zarr/.zattrs").read_text(encoding="utf-8"))
    assert {use["licence"] for use in told["assets"]} == {"CC0-1.0"}
    assert (told["hz"], told["robot"]) == (10, "franka-fr3")


def test_failures_are_told_apart_when_asked_for(dataset: Dataset, tmp_path: Path) -> None:
    pytest.importorskip("zarr", reason="the extra `zarr` is not installed")
    DiffusionPolicyExporter(include_failures=True).export(dataset, tmp_path / "all")
    assert read(tmp_path / "all", "meta/success").tolist().count(False) == 1


def test_same_dataset_gives_the_same_bytes(dataset: Dataset, out: Path, tmp_path: Path) -> None:
    PLUGIN.export(dataset, tmp_path / "again")
    assert shard_files(tmp_path / "again") == shard_files(out)


def test_zarr_itself_opens_it(out: Path) -> None:
    root = import_module("zarr").open_group(str(out / "replay_buffer.zarr"), mode="r")
    for name in ("data/action", "data/front_image", "meta/episode_ends", "meta/instruction"):
        assert np.array_equal(root[name][:], read(out, name))


def test_a_dataset_without_demonstrations_is_refused(tmp_path: Path) -> None:
    config = FixtureConfig(tasks=1, per_task=1, failures=1, videos=False, frames=False)
    dataset = build_dataset(tmp_path / "dataset", config)
    with pytest.raises(DatasetError, match="diffusion_policy: no demonstrations: none of the 1"):
        PLUGIN.export(dataset, tmp_path / "out")
    assert not (tmp_path / "out").exists()
