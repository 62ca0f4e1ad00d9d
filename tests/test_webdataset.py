"""The WebDataset export, read with tarfile and, where it is installed, by webdataset itself."""

# pyright: reportMissingTypeStubs=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import importlib
import importlib.util
import json
import tarfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from datasets import FixtureConfig, build_dataset, shard_files

from cousins.generators.dataset import Dataset
from cousins.generators.exports.webdataset import PLUGIN, WebDatasetExporter
from cousins.schemas import DatasetError


@pytest.fixture(scope="module")
def dataset(built: Dataset) -> Dataset:
    return built


@pytest.fixture(scope="module")
def exported(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("webdataset") / "out"
    PLUGIN.export(dataset, out)
    return out


def samples(path: Path) -> dict[str, dict[str, bytes]]:
    """Content by key and ending; the members of a sample must follow each other."""
    found: dict[str, dict[str, bytes]] = defaultdict(dict)
    with tarfile.open(path) as file:
        for member in file:
            key, _, ending = member.name.partition(".")
            assert not found or key not in list(found)[:-1]
            opened = file.extractfile(member)
            assert opened is not None
            found[key][ending] = opened.read()
    return found


def test_every_frame_is_a_sample_with_all_of_its_labels(dataset: Dataset, exported: Path) -> None:
    found = samples(exported / "train-000000.tar") | samples(exported / "val-000000.tar")
    frames = {frame.id: frame for frame in dataset.frames()}
    assert set(found) == set(frames)
    for key, members in found.items():
        frame, labels = frames[key], json.loads(members["json"])
        assert labels["episode"] == frame.episode
        assert labels["instruction"].startswith("Put the bowl on plate")
        assert [thing["name"] for thing in labels["objects"]] == [x.name for x in frame.objects]
        assert members["png"] == (dataset.root / frame.files["rgb"]).read_bytes()
        stored = (dataset.root / frame.files["depth_linear"]).read_bytes()
        assert members["depth_linear.png"] == stored
        assert len(members) == 1 + len(frame.files)


def test_scenes_held_back_are_in_shards_of_their_own(dataset: Dataset, exported: Path) -> None:
    scenes = {frame.id: frame.scene for frame in dataset.frames()}
    held = {scenes[key] for key in samples(exported / "val-000000.tar")}
    assert held == {max(scenes.values())}
    assert not held & {scenes[key] for key in samples(exported / "train-000000.tar")}
    meta = json.loads((exported / "meta.json").read_text())
    assert sum(meta["samples"].values()) == len(scenes)
    assert {use["licence"] for use in meta["assets"]} == {"CC0-1.0"}


def test_shards_end_at_their_size_and_divide_no_sample(dataset: Dataset, tmp_path: Path) -> None:
    WebDatasetExporter(shard_bytes=40_000).export(dataset, tmp_path / "out")
    paths = sorted((tmp_path / "out").glob("train-*.tar"))
    assert [path.name for path in paths] == [f"train-{n:06d}.tar" for n in range(len(paths))]
    assert len(paths) > 1
    keys = [key for path in paths for key in samples(path)]
    assert len(keys) == len(set(keys))


def test_same_dataset_gives_the_same_bytes(
    dataset: Dataset, exported: Path, tmp_path: Path
) -> None:
    PLUGIN.export(dataset, tmp_path / "again")
    assert shard_files(tmp_path / "again") == shard_files(exported)


def test_a_dataset_without_frames_is_refused(tmp_path: Path) -> None:
    dataset = build_dataset(tmp_path / "set", FixtureConfig(tasks=1, frames=False, videos=False))
    with pytest.raises(DatasetError, match=r"webdataset: .* has no labelled frames"):
        PLUGIN.export(dataset, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    config = FixtureConfig(tasks=1, per_task=1, failures=0, videos=False)
    dataset = build_dataset(tmp_path / "set", config)
    frame = next(dataset.frames())
    (dataset.root / frame.files["depth_linear"]).unlink()
    with pytest.raises(DatasetError, match=r"-depth\.png is missing"):
        PLUGIN.export(dataset, tmp_path / "out")


@pytest.mark.heavy
def test_webdataset_itself_reads_the_export(dataset: Dataset, exported: Path) -> None:
    if importlib.util.find_spec("webdataset") is None:
        pytest.skip("webdataset is not installed")
    library: Any = importlib.import_module("webdataset")
    read = library.WebDataset(str(exported / "train-000000.tar"), shardshuffle=False)
    found = list(read.decode("rgb8").to_tuple("png", "json"))
    assert all(picture.shape == (64, 64, 3) for picture, _ in found)
    frames = {frame.id for frame in dataset.frames()}
    assert {labels["id"] for _, labels in found} < frames
