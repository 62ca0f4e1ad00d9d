"""Exports refuse masks that are none, or that lack what their frame says is visible."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from test_bop import LABELS
from test_coco import build

from cousins.generators.dataset import Dataset
from cousins.generators.exports import EXPORTERS
from cousins.schemas import DatasetError

OF_MASKS = ("bop", "coco", "coco_panoptic", "yolo")


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return build(tmp_path / "set", labels=LABELS)


def first_mask(dataset: Dataset) -> Path:
    return dataset.file(next(iter(dataset.frames())).files["seg_instance"])


@pytest.mark.parametrize("name", OF_MASKS)
def test_a_picture_is_no_mask(name: str, dataset: Dataset, tmp_path: Path) -> None:
    path = first_mask(dataset)
    Image.new("RGB", (64, 48)).save(path)
    with pytest.raises(DatasetError, match=rf"{path.name} is a picture of shape \(48, 64, 3\)"):
        EXPORTERS.load(name).export(dataset, tmp_path / "out")


@pytest.mark.parametrize("name", OF_MASKS)
def test_a_mask_shows_what_is_visible(name: str, dataset: Dataset, tmp_path: Path) -> None:
    path = first_mask(dataset)
    Image.fromarray(np.zeros_like(np.asarray(Image.open(path)))).save(path)
    with pytest.raises(DatasetError, match=r"shows nothing of \w+, of which frame .*; mend"):
        EXPORTERS.load(name).export(dataset, tmp_path / "out")
