"""Pictures made small enough to learn from on a processor."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

Picture = npt.NDArray[np.uint8]


def shrunk(picture: Picture, most: int) -> Picture:
    """A picture (H, W, 3) whose longer side has at most so many pixels, by the mean of areas.

    A policy sees while it acts what it saw while it learned, so both go through here.
    """
    height, width, _ = picture.shape
    if max(height, width) <= most:
        return picture
    share = most / max(height, width)
    size = max(1, round(width * share)), max(1, round(height * share))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX))
