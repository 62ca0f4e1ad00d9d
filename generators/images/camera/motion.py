"""Motion blur of pictures: an episode moves between its states, and cameras along their paths.

The shutter is open for half its time before the moment of a frame and half behind it, so labels
are those of the middle of the exposure. The light of moments evenly spread over that time is
averaged: so many of them that nothing moves more than `STEP` pixels between two, but at most
`MOMENTS`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from ....scenes.model.mujoco_model import CompiledScene
from ....schemas import CameraParams
from ..light.lighting import GAMMA
from .cameras import into_camera, project
from .view import Renderer, Rgb

Array = npt.NDArray[np.float64]
At = Callable[[float], tuple[Any, CameraParams]]
"""The `mujoco.MjData` and the camera so many seconds after the moment of a frame."""
STEP = 1.5
MOMENTS = 32
LEAST = 0.3
"""Pixels of motion from which a picture is blurred."""
_CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float)
_SPREAD = 5
"""Points along a side of the grid over the picture by which a camera's motion is judged."""


def blurred(
    artist: Renderer, world: CompiledScene, at: At, seconds: float, *, shadows: bool
) -> Rgb | None:
    """The picture (H, W, 3) of an open shutter; None where nothing moves meanwhile.

    Args:
        artist: draws.
        world: a scene compiled with visual detail.
        at: what there is to see.
        seconds: that the shutter is open.
        shadows: whether lamps cast shadows.
    """
    count = _moments(world, at, seconds)
    if count == 1:
        return None
    light: Array | None = None
    for share in (np.arange(count) + 0.5) / count - 0.5:
        data, camera = at(float(share) * seconds)
        drawn = (artist.colour(world, data, camera, shadows=shadows) / 255.0) ** GAMMA
        light = drawn if light is None else light + drawn
    assert light is not None
    return np.rint((light / count) ** (1 / GAMMA) * 255).astype(np.uint8)


def _moments(world: CompiledScene, at: At, seconds: float) -> int:
    """How many moments to draw, by how far things and the background move in the picture."""
    places = [_pixels(world, *at(share * seconds)) for share in (-0.5, 0.0, 0.5)]
    moved = sum(np.linalg.norm(after - before, axis=1) for before, after in pairwise(places))
    _, camera = at(0.0)
    seen = np.ones(len(places[0]), dtype=bool)
    for place in places:
        inside = (place > -0.2 * camera.width) & (place < 1.2 * max(camera.width, camera.height))
        seen &= inside.all(axis=1)
    most = float(np.max(moved, initial=0.0, where=seen))
    return 1 if most < LEAST else int(np.clip(np.ceil(most / STEP), 2, MOMENTS))


def _pixels(world: CompiledScene, data: Any, camera: CameraParams) -> Array:
    """Where corners of all geoms and a grid about the target lie in the picture, (N, 2).

    NaN for what lies behind the camera.
    """
    boxes = np.asarray(world.model.geom_aabb)
    corners = boxes[:, None, :3] + _CORNERS * boxes[:, None, 3:]
    turns = np.asarray(data.geom_xmat).reshape(-1, 3, 3)
    points = np.einsum("gij,gkj->gki", turns, corners) + np.asarray(data.geom_xpos)[:, None]
    middle = np.asarray(data.geom_xpos).mean(axis=0)
    side = np.linspace(-1.0, 1.0, _SPREAD)
    grid = np.stack(np.meshgrid(side, side, side), axis=-1).reshape(-1, 3) + middle
    local = into_camera(camera, np.concatenate([points.reshape(-1, 3), grid]))
    ahead = local[:, 2] > 0.05
    pixels = project(camera, np.where(ahead[:, None], local, [0.0, 0.0, 1.0]))
    return np.where(ahead[:, None], pixels, np.nan)
