"""The YOLO export: outlines that give back each mask, classes by name, and splits by scene."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from test_coco import build

from cousins.generators.dataset import Dataset
from cousins.generators.exports.yolo import PLUGIN, joined, outlines
from cousins.schemas import DatasetError

SEEDS = (21, 22, 23, 24, 25)


def filled(points: npt.NDArray[np.float64], size: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """The pixels (H, W) whose centres a polygon (N, 2) goes around, by the even-odd rule."""
    height, width = size
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    inside = np.zeros(size, dtype=bool)
    for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, axis=0), strict=True):
        if y0 != y1:
            crosses = (y0 <= y) != (y1 <= y)
            inside ^= crosses & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    return inside


@given(arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9))).filter(np.any))
def test_one_outline_gives_back_any_mask(mask: npt.NDArray[np.bool_]) -> None:
    points = np.array(joined(outlines(mask)), dtype=float)
    assert (filled(points, (mask.shape[0], mask.shape[1])) == mask).all()


def test_outlines_have_no_corners_that_do_not_turn() -> None:
    mask = np.zeros((6, 8), dtype=bool)
    mask[1:5, 2:7] = True
    assert outlines(mask) == [[(2, 1), (7, 1), (7, 5), (2, 5)]]
    mask[2:4, 3:6] = False
    outer, hole = outlines(mask)
    assert (outer, hole) == ([(2, 1), (7, 1), (7, 5), (2, 5)], [(3, 2), (3, 4), (6, 4), (6, 2)])


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return build(tmp_path_factory.mktemp("yolo"), SEEDS)


def exported(dataset: Dataset, out: Path) -> dict[str, Any]:
    PLUGIN.export(dataset, out)
    found: dict[str, Any] = yaml.safe_load((out / "data.yaml").read_text(encoding="utf-8"))
    return found


def test_every_visible_object_is_a_line_that_gives_back_its_mask(
    dataset: Dataset, tmp_path: Path
) -> None:
    names = exported(dataset, tmp_path)["names"]
    count = 0
    for frame in dataset.frames():
        (path,) = tmp_path.glob(f"labels/*/{frame.id}.txt")
        picture = tmp_path / "images" / path.parent.name / f"{frame.id}.jpg"
        assert picture.read_bytes() == (dataset.root / frame.files["rgb"]).read_bytes()
        mask = np.asarray(Image.open(dataset.root / frame.files["seg_instance"]))
        seen = [thing for thing in frame.objects if thing.visible_pixels]
        lines = path.read_text(encoding="ascii").splitlines()
        for thing, line in zip(seen, lines, strict=True):
            number, *values = line.split()
            assert names[int(number)] == thing.category
            shares = np.array(values, dtype=np.float64).reshape(-1, 2)
            assert ((shares >= 0) & (shares <= 1)).all()
            points = np.round(shares * np.array(mask.shape[::-1], dtype=np.float64))
            assert (
                filled(points, (mask.shape[0], mask.shape[1])) == (mask == thing.instance_id)
            ).all()
            assert thing.bbox_2d_tight == (*points.min(axis=0), *points.max(axis=0))
            count += 1
    assert count > 10
    assert set(names.values()) == {
        thing.category for frame in dataset.frames() for thing in frame.objects
        if thing.visible_pixels
    }  # fmt: skip


def test_a_scene_lies_in_one_split_and_every_fifth_is_for_validation(
    dataset: Dataset, tmp_path: Path
) -> None:
    told = exported(dataset, tmp_path)
    assert (told["train"], told["val"]) == ("images/train", "images/val")
    scenes = {frame.id: frame.scene for frame in dataset.frames()}
    split = {
        name: {scenes[path.stem] for path in (tmp_path / f"labels/{name}").iterdir()}
        for name in ("train", "val")
    }
    assert split == {"train": {f"task-s{n}" for n in range(4)}, "val": {"task-s4"}}


def test_one_scene_alone_is_for_training(tmp_path: Path) -> None:
    told = exported(build(tmp_path / "set", SEEDS[:1]), tmp_path / "out")
    assert told["val"] == "images/train"
    assert not (tmp_path / "out/images/val").exists()


def test_frames_without_masks_are_refused(tmp_path: Path) -> None:
    made = build(tmp_path / "set", SEEDS[:1], labels=("rgb",))
    with pytest.raises(DatasetError, match=r"has no seg_instance; the YOLO export needs"):
        PLUGIN.export(made, tmp_path / "out")
