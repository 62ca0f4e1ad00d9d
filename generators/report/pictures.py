"""Pictures and clips for the page: read, shrunk, coloured, and embedded within a budget."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import base64
import colorsys
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import numpy.typing as npt
from PIL import Image

from ..decoding import decoding, read_picture

Pixels = npt.NDArray[np.uint8]

JPEG_QUALITY = 82
GOLDEN = 0.61803398875
DEPTH_STOPS = np.array(
    [(253, 246, 214), (247, 197, 110), (226, 118, 86), (150, 62, 110), (70, 44, 104), (21, 24, 52)],
    dtype=np.float64,
)
"""Colours of depth from near to far; their lightness falls all the way."""
CLIP_HEIGHT = 256
CLIP_FRAMES = 120
"""Longer demonstrations are shown faster."""


class Budget:
    """How many bytes of pictures the page may still embed."""

    def __init__(self, limit: int) -> None:
        """Start with `limit` bytes."""
        self.left = limit
        self.refused = 0
        """Pictures and clips that no longer fitted."""

    def embed(self, raw: bytes, mime: str) -> str | None:
        """A data URI, or None where it no longer fits."""
        uri = f"data:{mime};base64,{base64.b64encode(raw).decode()}"
        if len(uri) > self.left:
            self.refused += 1
            return None
        self.left -= len(uri)
        return uri


def read_rgb(path: Path, longest: int) -> Pixels:
    """A picture as (H, W, 3), its longer side at most `longest` pixels."""
    pixels = read_picture(path)
    if pixels.ndim == 2:
        pixels = np.stack([pixels] * 3, axis=-1)
    return shrink(pixels[..., :3].astype(np.uint8), longest)


def shrink(pixels: Pixels, longest: int, *, exact: bool = False) -> Pixels:
    """Resize (H, W) or (H, W, C) so that the longer side is at most `longest` pixels.

    Args:
        pixels: the picture.
        longest: in pixels.
        exact: take pixels instead of mixing them, as masks need it.
    """
    height, width = pixels.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    method = Image.Resampling.NEAREST if exact else Image.Resampling.LANCZOS
    return np.asarray(Image.fromarray(pixels).resize(size, method))


def jpeg(pixels: Pixels) -> bytes:
    """Encode (H, W, 3)."""
    raw: bytes = iio.imwrite("<bytes>", pixels, extension=".jpg", quality=JPEG_QUALITY)
    return raw


def instance_colour(number: int) -> tuple[int, int, int]:
    """A colour for an instance: neighbours in number are far apart in hue."""
    hue = (0.58 + number * GOLDEN) % 1.0
    red, green, blue = colorsys.hls_to_rgb(hue, 0.58, 0.78)
    return round(red * 255), round(green * 255), round(blue * 255)


def mask_picture(path: Path, longest: int) -> bytes:
    """An instance mask as coloured PNG, clear where there is background."""
    mask = read_picture(path)
    numbers, places = np.unique(mask, return_inverse=True)
    colours = np.array(
        [(*instance_colour(int(n)), 255) if n else (0, 0, 0, 0) for n in numbers], dtype=np.uint8
    )
    painted = shrink(colours[places.reshape(mask.shape)], longest, exact=True)
    raw: bytes = iio.imwrite("<bytes>", painted, extension=".png")
    return raw


def depth_picture(path: Path, scale: float, longest: int) -> tuple[bytes, float, float]:
    """A 16-bit depth image in colour, and the nearest and farthest depth shown, metres.

    Args:
        path: the depth image; 0 where nothing was hit.
        scale: metres per unit.
        longest: longer side of the result, pixels.
    """
    depth = read_picture(path).astype(np.float64) * scale
    hit = depth > 0
    if not hit.any():
        return jpeg(np.zeros((*depth.shape, 3), dtype=np.uint8)), 0.0, 0.0
    near, far = np.quantile(depth[hit], (0.01, 0.99)).tolist()
    share = np.clip((depth - near) / max(far - near, 1e-6), 0, 1) * (len(DEPTH_STOPS) - 1)
    stops = np.arange(len(DEPTH_STOPS))
    painted = np.stack([np.interp(share, stops, DEPTH_STOPS[:, c]) for c in range(3)], axis=-1)
    painted[~hit] = 0
    return jpeg(shrink(painted.astype(np.uint8), longest)), near, far


def clip(paths: list[Path], frames: int, hz: int) -> tuple[bytes, bytes, int]:
    """Cameras side by side as one small video.

    Args:
        paths: a video of each camera.
        frames: of each of these videos.
        hz: frames per second.

    Returns:
        The video (H.264 in mp4), a poster from its middle (JPEG), and how many times faster
        than the original it plays.
    """
    speed = -(-frames // CLIP_FRAMES)
    joined = np.concatenate([_read_clip(path, speed) for path in paths], axis=2)
    # The common chroma format stores colours for pairs of rows and columns.
    even = joined[:, : joined.shape[1] // 2 * 2, : joined.shape[2] // 2 * 2]
    raw: bytes = iio.imwrite(
        "<bytes>", even, extension=".mp4", plugin="pyav", codec="libx264", fps=hz
    )
    return raw, jpeg(even[len(even) // 2]), speed


def _read_clip(path: Path, speed: int) -> Pixels:
    """Every frame whose number `speed` divides, (N, H, W, 3), CLIP_HEIGHT high."""
    frames: list[Any] = []
    with decoding(path):
        for number, frame in enumerate(iio.imiter(path, plugin="pyav")):
            if number % speed:
                continue
            pixels = np.asarray(frame)
            height, width = pixels.shape[:2]
            if height != CLIP_HEIGHT:
                size = (round(width * CLIP_HEIGHT / height), CLIP_HEIGHT)
                pixels = np.asarray(Image.fromarray(pixels).resize(size))
            frames.append(pixels)
        return np.stack(frames)
