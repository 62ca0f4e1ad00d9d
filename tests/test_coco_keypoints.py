"""The COCO keypoints export, read and judged by pycocotools."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import shard_files
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from test_coco import build, quietly

from cousins.generators.dataset import Dataset
from cousins.generators.exports.coco_keypoints import PLUGIN
from cousins.generators.images.truth.keypoints import CORNER_EDGES
from cousins.schemas import DatasetError, FrameRecord

SEEDS = (21, 22, 23)
LABELS = ("rgb", "seg_instance", "bbox_3d", "keypoints")
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning:pycocotools"
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return build(tmp_path_factory.mktemp("keypoints"), SEEDS, labels=LABELS)


@pytest.fixture(scope="module")
def out(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keypoints") / "out"
    PLUGIN.export(dataset, folder)
    return folder


def read(out: Path, split: str) -> Any:
    return quietly(lambda: COCO(str(out / f"annotations/keypoints_{split}.json")))


def frames_of(dataset: Dataset) -> dict[str, FrameRecord]:
    return {frame.id: frame for frame in dataset.frames()}


@pytest.mark.parametrize("split", ["train", "val"])
def test_points_are_those_of_the_labels(dataset: Dataset, out: Path, split: str) -> None:
    frames, coco = frames_of(dataset), read(out, split)
    shown = hidden = 0
    for annotation in coco.anns.values():
        kind = coco.cats[annotation["category_id"]]
        frame = frames[coco.imgs[annotation["image_id"]]["frame"]]
        label = next(x for x in frame.objects if x.name == annotation["name"])
        points = {point.name: point for point in label.keypoints or ()}
        assert set(points) <= set(kind["keypoints"])
        flat = np.array(annotation["keypoints"], dtype=float).reshape(-1, 3)
        assert len(flat) == len(kind["keypoints"])
        assert annotation["num_keypoints"] == (flat[:, 2] > 0).sum()
        for name, (x, y, seen) in zip(kind["keypoints"], flat, strict=True):
            point = points.get(name)
            if seen:
                assert point is not None
                assert point.pixel == pytest.approx((x, y))
                assert point.visibility == seen
                assert 0 <= x <= frame.camera_params.width
                assert 0 <= y <= frame.camera_params.height
            else:
                assert (x, y) == (0, 0)
                assert point is None or not point.visibility
        shown += int((flat[:, 2] == 2).sum())
        hidden += int((flat[:, 2] == 1).sum())
    assert shown > 20
    assert hidden > 5


def test_categories_have_their_own_points_and_the_boxs_edges(out: Path) -> None:
    kinds = {kind["name"]: kind for kind in read(out, "train").cats.values()}
    for kind in kinds.values():
        assert kind["keypoints"][:8] == [f"corner_{n}" for n in range(8)]
        assert kind["skeleton"] == [[a + 1, b + 1] for a, b in CORNER_EDGES]
        assert len(set(kind["keypoints"])) == len(kind["keypoints"])
    more = {name: kind["keypoints"][8:] for name, kind in kinds.items()}
    assert more["book.n.02"] == ["grasp_0", "grasp_1"]
    assert more["table.n.02"] == more["agent.n.01"] == []
    assert kinds == {kind["name"]: kind for kind in read(out, "val").cats.values()}


def test_evaluating_it_against_itself_gives_ap_1(out: Path) -> None:
    coco = read(out, "train")
    results = [
        {key: a[key] for key in ("image_id", "category_id", "keypoints")} | {"score": 1}
        for a in coco.anns.values()
        if a["num_keypoints"]
    ]
    found = quietly(lambda: coco.loadRes(results))
    for number, kind in coco.cats.items():
        judged: Any = COCOeval(coco, found, "keypoints")
        judged.params.catIds = [number]
        judged.params.kpt_oks_sigmas = np.full(len(kind["keypoints"]), 0.05)
        judged.params.areaRng = [[0, 1e10]] * 3  # small things count as well
        quietly(lambda judge=judged: (judge.evaluate(), judge.accumulate(), judge.summarize()))
        counted = [a for a in coco.anns.values() if a["category_id"] == number]
        expected = 1.0 if any(a["num_keypoints"] for a in counted) else -1.0
        assert judged.stats[0] == pytest.approx(expected)


def test_masks_are_those_of_the_instances(dataset: Dataset, out: Path) -> None:
    frames, coco = frames_of(dataset), read(out, "train")
    for annotation in coco.anns.values():
        frame = frames[coco.imgs[annotation["image_id"]]["frame"]]
        label = next(x for x in frame.objects if x.name == annotation["name"])
        assert int(coco.annToMask(annotation).sum()) == label.visible_pixels == annotation["area"]


def test_splits_are_by_scene_and_numbers_differ(out: Path) -> None:
    train, val = read(out, "train"), read(out, "val")
    assert {image["scene"] for image in val.imgs.values()} == {"task-s2"}
    assert not set(train.imgs) & set(val.imgs)
    assert not set(train.anns) & set(val.anns)


def test_same_dataset_same_bytes(dataset: Dataset, out: Path, tmp_path: Path) -> None:
    PLUGIN.export(dataset, tmp_path / "again")
    assert shard_files(tmp_path / "again") == shard_files(out)


def test_frames_without_keypoints_are_refused(tmp_path: Path) -> None:
    made = build(tmp_path / "set", SEEDS[:1], labels=("rgb", "seg_instance"))
    with pytest.raises(DatasetError, match=r"coco_keypoints: frame .* has no keypoints"):
        PLUGIN.export(made, tmp_path / "out")
