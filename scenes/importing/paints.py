"""The colours of textures: those of images, sampled where a mesh shows them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...schemas import AssetError
from ..core.geometry import Array
from .opened import opening

LARGEST = 512
"""Images are reduced to this many pixels a side before colours are read."""
_SPOTS = np.array([[1 / 3, 1 / 3, 1 / 3], [0.6, 0.2, 0.2], [0.2, 0.6, 0.2], [0.2, 0.2, 0.6]])
"""Barycentric points of a face where its colour is read."""


@dataclass(frozen=True)
class Paint:
    """The look of a material's texture: an image file, or a plain colour in [0, 1]."""

    image: Path | None = None
    rgb: tuple[float, float, float] = (1.0, 1.0, 1.0)


def mean_colour(paint: Paint) -> tuple[float, float, float]:
    """The mean of an image's pixels that are not transparent, in [0, 1], or the plain colour.

    Raises:
        AssetError: where the image is missing or cannot be read.
    """
    if paint.image is None:
        return paint.rgb
    pixels = _pixels(paint.image)
    weight = pixels[..., 3:] + 1e-6
    r, g, b = (pixels[..., :3] * weight).sum(axis=(0, 1)) / weight.sum()
    return float(r), float(g), float(b)


def face_colours(paint: Paint, uv: Array) -> Array:
    """The colour of each face, (M, 3) in [0, 1].

    Args:
        paint: the texture.
        uv: texture coordinates of each face's corners, (M, 3, 2); v points up.

    Raises:
        AssetError: where the image is missing or cannot be read.
    """
    if paint.image is None:
        return np.tile(np.array(paint.rgb), (len(uv), 1))
    pixels = _pixels(paint.image)
    height, width = pixels.shape[:2]
    spots = np.einsum("sk,mkc->msc", _SPOTS, uv) % 1.0
    column = np.minimum((spots[..., 0] * width).astype(int), width - 1)
    row = np.minimum(((1.0 - spots[..., 1]) * height).astype(int), height - 1)
    found: Array = pixels[row, column, :3].mean(axis=1)
    return found


def _pixels(path: Path) -> npt.NDArray[np.float32]:
    """(H, W, 4) in [0, 1]."""
    try:
        facts = opening(path).stat()
    except OSError as error:
        raise AssetError(f"texture file {path} is missing") from error
    return _decoded(path, facts.st_mtime_ns, facts.st_size)


@lru_cache(maxsize=4)
def _decoded(path: Path, _modified: int, _size: int) -> npt.NDArray[np.float32]:
    from PIL import Image

    try:
        with Image.open(path) as image:
            image.thumbnail((LARGEST, LARGEST))
            rgba: Any = image.convert("RGBA")
            return np.asarray(rgba, dtype=np.float32) / np.float32(255.0)
    except Exception as error:  # decoders raise whatever their format trips over
        raise AssetError(f"texture file {path} cannot be read: {error}") from error
