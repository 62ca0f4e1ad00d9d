"""From a scene's lights to the path tracer's, and from linear light to the picture.

Both renderers put white at the same place: a white surface on which `WHITE_LUX` falls just
reaches full scale. The path tracer's light then bounces, so that its shadows are lighter.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ....schemas import Scene
from ...images.light.environment import environment, lights_of
from ...images.light.lighting import WHITE_LUX, lux_of
from ...images.light.sky import COLUMNS, ROWS

SHOULDER = 0.8
"""Linear light from which highlights fade into white instead of burning out."""
MAP_ROWS, MAP_COLUMNS = 256, 256
"""Of a sky as the path tracer has it."""


def suns(scene: Scene, *, shadows: bool) -> list[dict[str, Any]]:
    """The lamps: direction, W/m2 in each channel, and whether they cast shadows.

    A white diffuse surface that E W/m2 fall on has the radiance E / pi, and radiance 1 is white.
    """
    return [
        {
            "direction": list(light.direction),
            "power": (math.pi * lux_of(light) / WHITE_LUX).tolist(),
            "shadow": shadows,
        }
        for light in lights_of(scene)
    ]


def sky(scene: Scene) -> float:
    """Strength of the sky, at which a white floor under all of it has the radiance 1."""
    return scene.ambient / WHITE_LUX


def surroundings(scene: Scene) -> npt.NDArray[np.float32] | None:
    """The scene's own sky and land as radiance in units of white; None where it has no sky.

    Returns:
        (MAP_ROWS, MAP_COLUMNS, 3): the first row looks down, columns turn clockwise from -x, as
        Cycles has it.
    """
    if scene.sky is None:
        return None
    around = environment(scene)
    elevation = np.pi * ((np.arange(MAP_ROWS) + 0.5) / MAP_ROWS - 0.5)
    azimuth = np.pi - 2 * np.pi * (np.arange(MAP_COLUMNS) + 0.5) / MAP_COLUMNS
    # Rows of the environment crowd at the horizon; its columns go round.
    row = ROWS * np.sqrt(np.maximum(elevation, 0.0) / (np.pi / 2)) - 0.5
    column = COLUMNS * ((azimuth - around.azimuth) / (2 * np.pi)) - 0.5
    low, left = np.clip(np.floor(row), 0, ROWS - 2).astype(int), np.floor(column).astype(int)
    up = np.clip(row - low, 0.0, 1.0)[:, None, None]
    right = (column - left)[None, :, None]
    turned = (1 - right) * around.upper[:, left % COLUMNS]
    turned = turned + right * around.upper[:, (left + 1) % COLUMNS]
    upper = (1 - up) * turned[low] + up * turned[low + 1]
    below = np.broadcast_to(around.ground, upper.shape)
    found = np.where(elevation[:, None, None] > 0, upper, below)
    return np.ascontiguousarray(found, dtype=np.float32)


def developed(colour: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """The picture (H, W, 3) of linear light: sRGB, with a shoulder at its bright end."""
    value = np.nan_to_num(np.maximum(colour.astype(np.float64), 0.0))
    over = np.maximum(value - SHOULDER, 0.0)
    room = 1.0 - SHOULDER
    return encoded(np.minimum(value, SHOULDER) + room * over / (room + over))


def encoded(linear: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """SRGB bytes of linear light, cut off at 1 (IEC 61966-2-1)."""
    value = np.clip(linear, 0.0, 1.0)
    bright = 1.055 * np.maximum(value, 0.0031308) ** (1 / 2.4) - 0.055
    display = np.where(value <= 0.0031308, 12.92 * value, bright)
    picture: npt.NDArray[np.uint8] = np.rint(255 * display).astype(np.uint8)
    return picture
