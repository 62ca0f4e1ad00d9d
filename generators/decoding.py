"""Decoders of pictures and videos raise whatever their formats trip over; here it becomes one."""

from __future__ import annotations

import io
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..schemas import CousinsError, DatasetError, one_line

if TYPE_CHECKING:
    import numpy.typing as npt


@contextmanager
def decoding(path: Path) -> Generator[None]:
    """Inside, a picture or video of a dataset is decoded.

    Raises:
        DatasetError: it is missing or damaged.
    """
    if not path.is_file():
        raise DatasetError(f"{path} is missing")
    try:
        yield
    except (CousinsError, MemoryError):
        raise
    except Exception as error:
        raise DatasetError(
            f"{path} cannot be read: {type(error).__name__}: {one_line(error)[:120]}; "
            "`cousins verify --repair` makes it again"
        ) from error


def read_picture(path: Path) -> npt.NDArray[Any]:
    """The pixels of a picture of a dataset, (H, W) or (H, W, C).

    Raises:
        DatasetError: it is missing or damaged.
    """
    import numpy as np
    from PIL import Image

    # A damaged file may state gigabytes; from memory no more is read than there is.
    with decoding(path), Image.open(io.BytesIO(path.read_bytes())) as image:
        return np.asarray(image)
