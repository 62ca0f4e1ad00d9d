"""Pictures and masks of frames, as exports take them from a dataset."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...schemas import DatasetError, FrameRecord
from ..decoding import read_picture

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..dataset import Dataset


def link(source: Path, target: Path) -> None:
    """Have a dataset's file also in an export, without a copy where the disk allows it.

    Raises:
        DatasetError: where there is no such file.
    """
    if not source.is_file():
        raise DatasetError(f"{source} is missing")
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without hard links
        shutil.copyfile(source, target)


def read_mask(path: Path) -> npt.NDArray[Any]:
    """A mask (H, W) of ids, uint8, uint16 or bool.

    Raises:
        DatasetError: where it cannot be read, or its pixels are no ids.
    """
    mask = read_picture(path)
    if mask.ndim != 2:
        raise DatasetError(f"{path} is a picture of shape {mask.shape}, not a mask (H, W) of ids")
    if mask.dtype not in ("bool", "uint8", "uint16"):
        raise DatasetError(f"{path} has pixels of type {mask.dtype}; ids are uint8 or uint16")
    return mask


def instance_mask(dataset: Dataset, frame: FrameRecord) -> npt.NDArray[Any]:
    """The mask (H, W) of a frame's instances, each visible one of which it shows.

    Raises:
        DatasetError: where it cannot be read, or shows nothing of what the frame says is visible.
    """
    import numpy as np

    path = dataset.file(frame.files["seg_instance"])
    mask = read_mask(path)
    shown = np.bincount(mask.ravel())
    for thing in frame.objects:
        seen = 0 <= thing.instance_id < len(shown) and bool(shown[thing.instance_id])
        if thing.visible_pixels and not seen:
            raise DatasetError(
                f"{path} shows nothing of {thing.name}, of which frame {frame.id} says that "
                f"{thing.visible_pixels} pixels are visible; mend it with `cousins verify --repair`"
            )
    return mask
