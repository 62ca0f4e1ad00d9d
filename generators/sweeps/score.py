"""A model's score at each value of a swept axis, from its predictions in COCO's results format.

Average precision is pycocotools' own (COCOeval: IoU 0.50 to 0.95, 101 recall points). Accuracy is
the share of visible objects whose best-overlapping prediction (IoU at least 0.5) is of their
category.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ...schemas import DatasetError, SpecError
from ..dataset import Dataset
from ..exports.coco.writing import annotations_of
from .axis import Axis, Value
from .predictions import read_predictions

Kind = Literal["segm", "bbox"]
OVERLAP = 0.5
SHOWN = 8
"""Image ids that an error names."""


@dataclass(frozen=True)
class Point:
    """The score at one value.

    Attributes:
        value: of the axis.
        images: how many were judged.
        objects: visible in them.
        ap: average precision, IoU 0.50 to 0.95; None where nothing is visible.
        ap50: at IoU 0.50.
        accuracy: share of the objects that were named right; None where nothing is visible.
    """

    value: Value
    images: int
    objects: int
    ap: float | None
    ap50: float | None
    accuracy: float | None


@dataclass(frozen=True)
class Score:
    """A model's score along an axis.

    Attributes:
        path: of the axis.
        kind: whether masks (segm) or boxes (bbox) were compared.
        points: by value.
        ignored: predictions for known images that are not of the sweep.
    """

    path: str
    kind: Kind
    points: tuple[Point, ...]
    ignored: int


def score(dataset: Dataset, axis: Axis, predictions: Path, *, allow_missing: bool = False) -> Score:
    """Judge predictions against the dataset's own masks.

    Args:
        dataset: with colour and instance masks.
        axis: of it.
        predictions: a JSON list of objects with image_id, category_id, score, and bbox
            (x, y, width, height) or segmentation; ids are those of the COCO export.
        allow_missing: images without a prediction are images in which nothing was found.

    Raises:
        SpecError: where the file is no such list, or names images or categories that are not
            there, or leaves out images.
        DatasetError: where frames lack masks.
    """
    found = read_predictions(predictions)
    total = sum(1 for _ in dataset.frames())
    wanted = {image_id for frames in axis.frames for image_id, _ in frames}
    _check_images(predictions, found, total, wanted, allow_missing=allow_missing)
    kind: Kind = "segm" if found and all("segmentation" in item for item in found) else "bbox"
    _check_sizes(predictions, found, dataset.spec.render.size)
    truth = _truth(dataset, axis)
    categories = {item["id"] for item in truth["categories"]}
    strange = {item["category_id"] for item in found if item["image_id"] in wanted} - categories
    if strange and not categories & {item["category_id"] for item in found}:
        raise SpecError(
            f"{predictions}: none of its category ids is one of this dataset, for instance "
            f"{sorted(strange)[0]}; those of its COCO export are {sorted(categories)[:SHOWN]} ..."
        )
    mine = [item for item in found if item["image_id"] in wanted]
    judge = _Judge(truth, mine, kind)
    points = tuple(
        judge.point(value, [image_id for image_id, _ in frames])
        for value, frames in zip(axis.values, axis.frames, strict=True)
    )
    return Score(axis.path, kind, points, len(found) - len(mine))


def _check_images(
    path: Path,
    found: Iterable[dict[str, Any]],
    total: int,
    wanted: set[int],
    *,
    allow_missing: bool,
) -> None:
    named = {item["image_id"] for item in found}
    unknown = sorted(str(one) for one in named if not (isinstance(one, int) and 1 <= one <= total))
    if unknown:
        raise SpecError(
            f"{path}: no image has the id {_some(unknown)}; the COCO export numbers the "
            f"frames of this dataset from 1 to {total}"
        )
    missing = [str(one) for one in sorted(wanted - named)]
    if missing and not allow_missing:
        raise SpecError(
            f"{path}: {len(missing)} of {len(wanted)} swept images have no prediction: "
            f"{_some(missing)}; where nothing was found in them, pass --allow-missing"
        )


def _check_sizes(path: Path, found: list[dict[str, Any]], size: tuple[int, int]) -> None:
    width, height = size
    for number, item in enumerate(found):
        mask = item.get("segmentation")
        if isinstance(mask, dict) and mask["size"] != [height, width]:
            raise SpecError(
                f"{path}: prediction {number} has a mask of size {mask['size']}; the pictures of "
                f"this dataset have [{height}, {width}] (height, width)"
            )


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _truth(dataset: Dataset, axis: Axis) -> dict[str, Any]:
    """COCO ground truth of the swept images, as the export would write it."""
    marks: list[dict[str, Any]] = []
    images: list[dict[str, Any]] = []
    categories: dict[int, str] = {}
    for image_id, frame in sorted(
        (pair for frames in axis.frames for pair in frames), key=lambda pair: pair[0]
    ):
        marks += annotations_of(dataset, frame, None, image_id)
        camera = frame.camera_params
        images.append({"id": image_id, "width": camera.width, "height": camera.height})
        categories |= {label.semantic_id: label.category for label in frame.objects}
    if not marks:
        raise DatasetError(f"{dataset.root}: nothing is visible along {axis.path}")
    return {
        "images": images,
        "annotations": [{"id": number, **mark} for number, mark in enumerate(marks, start=1)],
        "categories": [{"id": key, "name": name} for key, name in sorted(categories.items())],
    }


class _Judge:
    """pycocotools over one set of predictions."""

    def __init__(self, truth: dict[str, Any], found: list[dict[str, Any]], kind: Kind) -> None:
        from pycocotools.coco import COCO

        self._kind: Kind = kind
        with contextlib.redirect_stdout(io.StringIO()):
            self._truth: Any = COCO()
            self._truth.dataset = truth
            self._truth.createIndex()
            plain = [_detection(item, kind) for item in found]
            self._found: Any = self._truth.loadRes(plain) if plain else None

    def point(self, value: Value, images: list[int]) -> Point:
        """The score over these images."""
        marks = self._truth.loadAnns(self._truth.getAnnIds(imgIds=images))
        if self._found is None or not marks:
            none = 0.0 if marks else None
            return Point(value, len(images), len(marks), none, none, none)
        from pycocotools.cocoeval import COCOeval

        with contextlib.redirect_stdout(io.StringIO()):
            run: Any = COCOeval(self._truth, self._found, self._kind)
            run.params.imgIds = images
            run.evaluate()
            run.accumulate()
            run.summarize()
        right = self._right(images)
        ap, ap50 = float(run.stats[0]), float(run.stats[1])
        return Point(value, len(images), len(marks), ap, ap50, right / len(marks))

    def _right(self, images: list[int]) -> int:
        """How many objects the best-overlapping prediction gives the right category."""
        right = 0
        for image_id in images:
            marks = self._truth.loadAnns(self._truth.getAnnIds(imgIds=[image_id]))
            found = self._found.loadAnns(self._found.getAnnIds(imgIds=[image_id]))
            if not marks or not found:
                continue
            overlaps = self._overlaps(found, marks)
            best = overlaps.argmax(axis=0)
            for place, mark in enumerate(marks):
                same = found[int(best[place])]["category_id"] == mark["category_id"]
                right += bool(same and overlaps[best[place], place] >= OVERLAP)
        return right

    def _overlaps(self, found: list[Any], marks: list[Any]) -> np.ndarray[Any, np.dtype[Any]]:
        """IoU of each prediction (rows) with each object (columns)."""
        from pycocotools import mask as coco_mask

        if self._kind == "bbox":
            sides = [[item["bbox"] for item in items] for items in (found, marks)]
        else:
            sides = [
                [self._truth.annToRLE(x) for x in found],
                [self._truth.annToRLE(x) for x in marks],
            ]
        return np.asarray(coco_mask.iou(sides[0], sides[1], [0] * len(marks)))


def _detection(item: dict[str, Any], kind: Kind) -> dict[str, Any]:
    """The fields of a prediction that pycocotools needs, and no others."""
    fields = ["image_id", "category_id", "score", "segmentation" if kind == "segm" else "bbox"]
    return {field: item[field] for field in fields}
