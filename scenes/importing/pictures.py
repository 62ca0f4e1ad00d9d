"""Reads pictures of any format into pixels of bounded size, by integer arithmetic alone."""

from __future__ import annotations

import hashlib
import io
import warnings
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...schemas import AssetError
from ..core.geometry import Array

MOST_SIDE = 1024
"""Pixels along the longer side of a picture; larger ones are reduced by the mean of areas."""
MOST_PIXELS = 8192 * 8192
"""A picture that has more is not decoded."""
Pixels = npt.NDArray[np.uint8]
"""(H, W, 4) red, green, blue, alpha; row 0 is the top."""


@dataclass(frozen=True)
class ReadPicture:
    """A picture that was read.

    Attributes:
        pixels: (H, W, 4).
        digest: SHA-256 of shape and pixels: equal pictures, equal digests.
    """

    pixels: Pixels
    digest: str

    @classmethod
    def of(cls, pixels: Pixels) -> ReadPicture:
        """Pixels with their digest."""
        raw = str(pixels.shape).encode() + pixels.tobytes()
        return cls(pixels, hashlib.sha256(raw).hexdigest())

    def at(self, places: Array) -> Array:
        """Pixels (..., 4) in [0, 1] at places (..., 2) in [0, 1], v upward."""
        height, width = self.pixels.shape[:2]
        column = np.clip((places[..., 0] * width).astype(int), 0, width - 1)
        row = np.clip(((1.0 - places[..., 1]) * height).astype(int), 0, height - 1)
        found: Array = self.pixels[row, column].astype(np.float64) / 255
        return found


def opened_picture(raw: bytes) -> Any:
    """A picture's file as Pillow's image, its head read and nothing decoded.

    Raises:
        AssetError: where it is no picture that can be read, or too large; the message goes on
            after the picture's name.
    """
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _bounded(Image.open(io.BytesIO(raw)))
    except Image.DecompressionBombError as error:
        raise AssetError(f"has too many pixels; at most {MOST_PIXELS:,} are read") from error
    except AssetError:
        raise
    except Exception as error:  # decoders raise whatever their format trips over
        raise AssetError("is no picture that can be read") from error


def _bounded(image: Any) -> Any:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise AssetError(f"has {width:,} x {height:,} pixels; at most {MOST_PIXELS:,} are read")
    return image


def read_picture(source: Any) -> ReadPicture:
    """Decode a picture: 16 bits become 8, CMYK and palettes RGB, large ones small.

    Args:
        source: the bytes of its file, or Pillow's image of it.

    Raises:
        AssetError: where it cannot be read; the message goes on after the picture's name.
    """
    image = opened_picture(source) if isinstance(source, bytes) else _bounded(source)
    if image.mode == "F":
        raise AssetError("has floating-point pixels, which are not read")
    try:
        return ReadPicture.of(_decoded(image))
    except Exception as error:  # as above
        raise AssetError(f"cannot be read ({_first(error)})") from error


def _decoded(image: Any) -> Pixels:
    from PIL import Image

    if image.mode.startswith("I"):  # 16 bits, which Pillow would cut off at 255
        wide = np.asarray(image).astype(np.int64)
        wide = wide >> 8 if image.mode != "I" or wide.max(initial=0) > 255 else wide
        image = Image.fromarray(np.clip(wide, 0, 255).astype(np.uint8))
    alpha = "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info
    image = image.convert("RGBA" if alpha else "RGB")
    pixels = np.array(shrunk(image, MOST_SIDE).convert("RGBA"))
    return filled(pixels) if alpha else pixels


def shrunk(image: Any, side: int) -> Any:
    """A Pillow image with at most `side` pixels along its longer side, by the mean of areas."""
    from PIL import Image

    longest = max(image.size)
    if longest <= side:
        return image
    width, height = (max(1, round(part * side / longest)) for part in image.size)
    return image.resize((width, height), Image.Resampling.BOX)


def filled(pixels: Pixels) -> Pixels:
    """Pixels whose colour under full transparency is the mean of the rest, to fade into it."""
    clear = pixels[..., 3] == 0
    if not clear.any() or clear.all():
        return pixels
    made = pixels.copy()
    seen = pixels[~clear, :3]
    made[clear, :3] = (seen.sum(axis=0, dtype=np.int64) // len(seen)).astype(np.uint8)
    return made


def png_bytes(pixels: Pixels) -> bytes:
    """Pixels as a PNG file; without alpha where all is opaque.

    Runs of equal bytes are all that its compression looks for: which longer repeats are found
    would depend on the processor.
    """
    from PIL import Image

    image = Image.fromarray(pixels)
    if int(pixels[..., 3].min()) == 255:
        image = image.convert("RGB")
    file = io.BytesIO()
    image.save(file, "PNG", compress_type=zlib.Z_RLE, compress_level=6)
    return file.getvalue()


def _first(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:120]}" if lines else type(error).__name__
