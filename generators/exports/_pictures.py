"""Pictures and masks of frames, as exports take them from a dataset."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...schemas import DatasetError
from ..decoding import read_picture

if TYPE_CHECKING:
    import numpy.typing as npt


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
    """A mask (H, W) of ids, uint8 or uint16.

    Raises:
        DatasetError: where it cannot be read.
    """
    return read_picture(path)
