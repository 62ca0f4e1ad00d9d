"""The Hugging Face export, read with pyarrow and, where it is installed, by `datasets` itself."""

# pyright: reportMissingTypeStubs=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from datasets import FixtureConfig, build_dataset, shard_files
from PIL import Image

from cousins.generators.cards import Card, card
from cousins.generators.dataset import Dataset
from cousins.generators.exports.huggingface import PLUGIN, writing
from cousins.generators.licences import AssetUse
from cousins.generators.sources import MergedSource
from cousins.schemas import DatasetError, DatasetSpec


@pytest.fixture(scope="module")
def dataset(built: Dataset) -> Dataset:
    return built


@pytest.fixture(scope="module")
def exported(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("huggingface") / "out"
    PLUGIN.export(dataset, out)
    return out


def rows(out: Path, split: str) -> list[dict[str, Any]]:
    return [
        r for path in sorted(out.glob(f"data/{split}-*")) for r in pq.read_table(path).to_pylist()
    ]


def test_every_frame_is_a_row_with_its_pictures_and_boxes(dataset: Dataset, exported: Path) -> None:
    found = {row["frame"]: row for row in rows(exported, "train") + rows(exported, "validation")}
    assert set(found) == {frame.id for frame in dataset.frames()}
    for frame in dataset.frames():
        row = found[frame.id]
        assert row["image"]["bytes"] == (dataset.root / frame.files["rgb"]).read_bytes()
        mask = np.asarray(Image.open(io.BytesIO(row["mask"]["bytes"])))
        things = row["objects"]
        assert things["name"] == [x.name for x in frame.objects if x.visible_pixels]
        for number, area, (x, y, width, height) in zip(
            things["instance_id"], things["area"], things["bbox"], strict=True
        ):
            ys, xs = np.nonzero(mask == number)
            assert area == len(xs)
            assert (x, y, width, height) == (
                xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1
            )  # fmt: skip
        assert row["world_from_camera"][:3] == list(frame.camera_params.pos)
        assert row["episode"] == frame.episode


def test_features_are_told_as_datasets_reads_them(dataset: Dataset, exported: Path) -> None:
    schema = pq.read_schema(exported / "data/train-00000-of-00001.parquet")
    told = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
    assert list(told) == schema.names
    assert list(told["objects"]) == [field.name for field in schema.field("objects").type]
    assert {name for name, feature in told.items() if feature.get("_type") == "Image"} == {
        "image", "mask", "depth"
    }  # fmt: skip
    names = told["objects"]["category"]["feature"]["names"]
    seen = {x.category for frame in dataset.frames() for x in frame.objects if x.visible_pixels}
    assert names == sorted(seen)


def test_scenes_held_back_are_the_split_for_validation(exported: Path) -> None:
    held, kept = ({row["scene"] for row in rows(exported, s)} for s in ("validation", "train"))
    assert len(held) == 1
    assert not held & kept


def test_files_are_numbered_and_none_is_too_long(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "ROWS", 5)
    monkeypatch.setattr(writing, "GROUP", 2)
    PLUGIN.export(dataset, tmp_path / "out")
    paths = sorted((tmp_path / "out/data").glob("train-*"))
    assert [path.name for path in paths] == [
        f"train-{n:05d}-of-{len(paths):05d}.parquet" for n in range(len(paths))
    ]
    assert {pq.read_metadata(path).num_rows for path in paths[:-1]} == {5}
    written = {
        row["frame"] for split in ("train", "validation") for row in rows(tmp_path / "out", split)
    }
    assert written == {frame.id for frame in dataset.frames()}


def test_same_dataset_gives_the_same_bytes(
    dataset: Dataset, exported: Path, tmp_path: Path
) -> None:
    PLUGIN.export(dataset, tmp_path / "again")
    assert shard_files(tmp_path / "again") == shard_files(exported)


def test_a_dataset_without_frames_is_refused(tmp_path: Path) -> None:
    dataset = build_dataset(tmp_path / "set", FixtureConfig(tasks=1, frames=False, videos=False))
    with pytest.raises(DatasetError, match=r"huggingface: .* has no labelled frames"):
        PLUGIN.export(dataset, tmp_path / "out")


def test_card_and_croissant_tell_of_files_and_licences(exported: Path) -> None:
    front, _, text = (exported / "README.md").read_text().removeprefix("---\n").partition("---\n")
    told = yaml.safe_load(front)
    assert told["license"] == "cc0-1.0"
    files = told["configs"][0]["data_files"]
    assert all(list(exported.glob(x["path"])) for x in files)
    assert "| CC0-1.0 |" in text
    described = json.loads((exported / "croissant.json").read_text())
    assert described["license"] == ["https://spdx.org/licenses/CC0-1.0.html"]
    for file in described["distribution"][:-1]:
        raw = (exported / file["contentUrl"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(raw).hexdigest()
    columns = pq.read_schema(exported / "data/train-00000-of-00001.parquet").names
    assert {field["name"] for field in described["recordSet"][0]["field"]} < set(columns)


def test_a_card_of_several_licences_names_them() -> None:
    uses = [
        AssetUse(id=x, hash=x, category="c", library="l", source="s", licence=x, scenes=1)
        for x in ("MIT", "LicenseRef-mine")
    ]
    told = Card((), (), 5000, {"train": "data/*"}, "It.", "load()")
    spec = DatasetSpec.model_validate({"name": "x-y"})
    front = yaml.safe_load(card(spec, uses, told).split("---\n")[1])
    assert (front["license"], front["license_name"]) == ("other", "LicenseRef-mine AND MIT")
    assert (front["pretty_name"], front["size_categories"]) == ("x-y", ["1K<n<10K"])


def test_the_card_of_a_merged_dataset_names_its_sources() -> None:
    specs = [DatasetSpec.model_validate({"name": x, "seed": n}) for n, x in enumerate("ab")]
    sources = [MergedSource(dataset_hash="", spec=x, versions={}, tasks={}) for x in specs]
    told = Card((), (), 1, {"train": "data/*"}, "It.", "load()", tuple(sources))
    text = card(specs[0], (), told).partition("## To make it again")[2]
    assert "merged from 2 datasets: a (seed 0), b (seed 1)" in text
    assert "`spec.json`" not in text


@pytest.mark.heavy
def test_mlcroissant_validates_both_descriptions(exported: Path, tmp_path: Path) -> None:
    if importlib.util.find_spec("mlcroissant") is None:
        pytest.skip("mlcroissant is not installed")
    reader = (
        "import sys; sys.path.pop(0)\n"
        "import mlcroissant\n"
        "data = mlcroissant.Dataset(jsonld=sys.argv[1])\n"
        "assert not data.metadata.ctx.issues.errors\n"
        "print(next(iter(data.records('rows')))['rows/frame'])"
    )
    command = [sys.executable, "-c", reader, str(exported / "croissant.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "t0000" in done.stdout


@pytest.mark.heavy
def test_datasets_itself_loads_the_export(exported: Path) -> None:
    # Its own process: a helper here has the library's name.
    reader = (
        "import sys; sys.path.pop(0)\n"
        "from datasets import ClassLabel, load_dataset\n"
        "data = load_dataset(sys.argv[1], cache_dir=sys.argv[2])\n"
        "assert set(data) == {'train', 'validation'}\n"
        "row = data['train'][0]\n"
        "assert row['image'].size == (64, 64) and row['mask'].mode == 'L'\n"
        "assert len(row['objects']['bbox']) == len(row['objects']['category'])\n"
        "print(data['train'].features['objects']['category'].feature.names)"
    )
    command = [sys.executable, "-c", reader, str(exported), str(exported.parent / "cache")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=exported)
    if "No module named 'datasets'" in done.stderr:
        pytest.skip("datasets is not installed")
    assert done.returncode == 0, done.stderr
    assert "bowl.n.01" in done.stdout
