"""Decoders of pictures and videos raise whatever their formats trip over; here it becomes one."""

from __future__ import annotations

import io
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..schemas import CousinsError, DatasetError, one_line

if TYPE_CHECKING:
    import numpy as np
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


def rgb_converter() -> Callable[[Any], npt.NDArray[np.uint8]]:
    """Turns a video's decoded frames into pictures (H, W, 3).

    One converter for all frames of a video takes a tenth of the time that frames take which each
    prepare their own, and gives the same pixels.
    """
    from av.video.reformatter import VideoReformatter

    reformatter = cast("Any", VideoReformatter())

    def convert(frame: Any) -> npt.NDArray[np.uint8]:
        picture: npt.NDArray[np.uint8] = reformatter.reformat(frame, format="rgb24").to_ndarray()
        return picture

    return convert
