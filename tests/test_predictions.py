"""A user's predictions: what is read, and what is refused with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from cousins.generators.sweeps.predictions import read_predictions
from cousins.schemas import SpecError

GOOD = {"image_id": 1, "category_id": 22, "score": 0.5, "bbox": [0, 0, 4.5, 2]}


def written(folder: Path, *items: Any) -> Path:
    path = folder / "results.json"
    path.write_text(json.dumps(list(items)))
    return path


@pytest.mark.parametrize("seed", range(6))
def test_masks_of_pycocotools_are_read(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    mask = np.asfortranarray(rng.random((37, 53)) < rng.uniform(0.02, 0.98), dtype=np.uint8)
    packed: Any = coco_mask.encode(mask)
    runs = {"size": packed["size"], "counts": packed["counts"].decode()}
    good = {**GOOD, "segmentation": runs}
    assert read_predictions(written(tmp_path, GOOD, good)) == [GOOD, good]
    cut = {**GOOD, "segmentation": {**runs, "counts": runs["counts"][:-1]}}
    with pytest.raises(SpecError, match="prediction 1 has no valid segmentation"):
        read_predictions(written(tmp_path, GOOD, cut))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"score": "high"}, "score 'high'"),
        ({"score": float("nan")}, "score nan"),
        ({"category_id": "mug"}, "category_id 'mug'"),
        ({"bbox": [0, 0, 1]}, r"bbox \[0, 0, 1\]"),
        ({"bbox": [0, 0, -5, 1]}, "not below 0"),
        ({"bbox": "wide"}, "bbox 'wide'"),
        ({"segmentation": {"size": [3, 3], "counts": "xx"}}, "no valid segmentation"),
        ({"segmentation": {"size": [3], "counts": [9]}}, "no valid segmentation"),
        ({"segmentation": {"size": [3, 3], "counts": [4, 4]}}, "no valid segmentation"),
        ({"segmentation": [[1, 2, 3]]}, "no valid segmentation"),
        ({"segmentation": []}, "no valid segmentation"),
    ],
)
def test_what_is_no_prediction_is_named(change: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=f"prediction 1 .*{told}"):
        read_predictions(written(tmp_path, GOOD, {**GOOD, **change}))


def test_plain_run_lengths_and_polygons_are_read(tmp_path: Path) -> None:
    masks = ({"size": [3, 3], "counts": [4, 5]}, [[0, 0, 2, 0, 2, 2]])
    items = [{**GOOD, "segmentation": mask} for mask in masks]
    assert read_predictions(written(tmp_path, *items)) == items
