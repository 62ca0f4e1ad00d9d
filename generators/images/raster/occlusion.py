"""Ambient occlusion: creases and the ground beside things receive less light from all sides."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageFilter

RADII = (0.008, 0.02, 0.04)
"""Distances at which a pixel looks about, as shares of the picture's height."""
SMOOTH = 0.008
"""Half the width of the squares over which the loss is averaged, likewise."""
LEAST = 0.03
"""Slope of a crease that is taken for flat: rounding of depths."""
STRENGTH = 0.7
"""Share of the light that a right-angled crease loses, about."""
DARKEST = 0.7
"""Share of the light that any place loses at most."""
REACH = 0.06
"""Depth beyond which what stands nearer is in front and not beside, metres."""
_DIRECTIONS = ((1.0, 0.0), (0.0, 1.0), (0.7, 0.7), (0.7, -0.7))

Plane = npt.NDArray[np.float32]


def occluded(picture: Image.Image, nearness: Plane, focal: float) -> Image.Image:
    """The picture (H, W), RGB, with less light where things stand close about.

    The inverse of depth is affine over the image of a plane, so of two opposite neighbours the
    mean is that of the pixel itself there, and greater in a crease.

    Args:
        picture: as lamps alone make it.
        nearness: (H, W) one over depth, 1 / metres; 0 where nothing is seen.
        focal: pixels.
    """
    height, width = nearness.shape
    most = int(np.ceil(max(RADII) * height)) + 1
    here = np.maximum(nearness, np.float32(1e-3))
    wide = np.pad(here, most, mode="edge")
    depth = 1 / here
    far = depth * np.float32(1 / REACH)
    loss = np.zeros_like(here)
    for radius in RADII:
        for x, y in _DIRECTIONS:
            dx, dy = round(radius * height * x), round(radius * height * y)
            if dx == dy == 0:
                continue
            rise = wide[most + dy : most + dy + height, most + dx : most + dx + width].copy()
            rise += wide[most - dy : most - dy + height, most - dx : most - dx + width]
            rise *= np.float32(0.5)
            rise -= here
            rise *= depth
            behind = rise * far
            behind *= behind
            behind += 1
            rise *= np.float32(focal / np.hypot(dx, dy))
            rise -= np.float32(LEAST)
            np.clip(rise, 0, 1, out=rise)
            rise /= behind
            loss += rise
    loss *= np.float32(255 * STRENGTH / (len(RADII) * len(_DIRECTIONS)))
    np.minimum(loss, np.float32(255 * DARKEST), out=loss)
    left = Image.fromarray((np.float32(255.5) - loss).astype(np.uint8))
    left = left.filter(ImageFilter.BoxBlur(max(1, round(SMOOTH * height))))
    return ImageChops.multiply(picture, Image.merge("RGB", (left, left, left)))
