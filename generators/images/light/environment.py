"""Surroundings of a scene: the sky and the land, or a plain room, for mirrors and backgrounds.

Values are in units of white: pi times the radiance over `WHITE_LUX`, so that what reflects all
light of an environment of value 1 reaches full scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ....scenes.core.geometry import vec3
from ....schemas import Light, Material, Scene
from ....schemas.base import Rgba, Vec3
from .lighting import GAMMA, WHITE_LUX, lux_of
from .sky import (
    COLUMNS,
    ROWS,
    clear_sky,
    column_azimuths,
    overcast_sky,
    row_elevations,
    solid_angles,
    sun_colour,
)

Array = npt.NDArray[np.float64]
SUN = "sun"
"""Name of its light."""
CEILING_LIGHT = 1.2
"""A plain room's ceiling, over what is white in its light: it holds the lamps."""
WINDOW_LIGHT = 3.0
"""Likewise of its windows."""
WINDOW_TOP, WINDOW_HALF = 0.38, 0.22
"""How high and how wide windows are, seen from the table: radians, of the width one half."""
DAYLIGHT = np.array([0.93, 0.99, 1.12])
"""Its colour: the sky is bluer than lamps."""
BAND_0, BAND_1, BAND_2 = 0.282095, 0.488603, 0.315392
"""Of real spherical harmonics that a turn about the vertical leaves as they are."""
THINGS = 0.35
"""Share of light that furniture throws back, on the whole."""


@dataclass(frozen=True, eq=False)
class Environment:
    """Light from all around.

    Attributes:
        upper: (ROWS, COLUMNS, 3) values above the horizon; rows as `row_elevations` has them,
            columns as `column_azimuths`.
        azimuth: of the first column, radians about the vertical from +x.
        ground: (3,) value of all that lies below the horizon.
        harmonics: (9, 3) what a surface that faces a direction receives, as real spherical
            harmonics, in the frame whose x axis is at `azimuth`.
    """

    upper: Array
    azimuth: float
    ground: Array
    harmonics: Array

    def upward(self) -> Array:
        """(3,) what a surface that faces up receives."""
        level = self.harmonics
        found: Array = BAND_0 * level[0] + BAND_1 * level[2] + 2 * BAND_2 * level[6]
        return found


def outdoors(scene: Scene) -> bool:
    """Whether a scene has sun or sky; its light then adds up as light does."""
    return scene.sun is not None or scene.sky is not None


def lights_of(scene: Scene) -> tuple[Light, ...]:
    """All that shines from one direction: the lamps, then the sun."""
    sun = scene.sun
    if sun is None:
        return scene.lights
    colour = sun.colour
    if colour is None:
        elevation, _ = _sun_place(scene)
        colour = sun_colour(elevation, 2.0 if scene.sky is None else scene.sky.turbidity)
    light = Light(name=SUN, direction=sun.direction, intensity=sun.intensity, colour=colour)
    return (*scene.lights, light)


def environment(scene: Scene, windows: tuple[Vec3, ...] = ()) -> Environment:
    """The environment around a scene.

    Args:
        scene: its lights, sky and materials count.
        windows: unit vectors into the room, level, of its windows; a sky outshines them.
    """
    bare = scene.model_copy(
        update={"objects": (), "cameras": (), "id": "around", "task": None, "refused": {}}
    )
    return _environment(bare.canonical_json(), windows)


@lru_cache(maxsize=8)
def _environment(scene_json: str, windows: tuple[Vec3, ...]) -> Environment:
    scene = Scene.from_json(scene_json)
    if scene.sky is None:
        return _room(scene, windows)
    elevation, azimuth = _sun_place(scene)
    if scene.sun is None:
        upper = overcast_sky() * scene.sky.intensity
    else:
        upper = clear_sky(elevation, scene.sky.turbidity) * scene.sky.intensity
    fall = solid_angles() * np.sin(row_elevations())
    lux = np.einsum("rck,r->k", upper, fall)
    if scene.sun is not None:
        lux = lux + lux_of(lights_of(scene)[-1]) * max(np.sin(elevation), 0.0)
    ground = np.asarray(scene.sky.ground) * lux / np.pi
    return _made(np.pi * upper / WHITE_LUX, azimuth, np.pi * ground / WHITE_LUX)


def _room(scene: Scene, windows: tuple[Vec3, ...]) -> Environment:
    """Walls that grow lighter towards the ceiling, over a floor with things on it."""
    level, upright = np.full(3, scene.ambient), np.full(3, scene.ambient)
    for light in lights_of(scene):
        level = level + lux_of(light) * max(-light.direction[2], 0.0)
        # The mean of a cosine's positive half over a turn is 1 / pi.
        upright = upright + lux_of(light) * float(np.hypot(*light.direction[:2])) / np.pi
    floor = (_mean(scene.floor) + THINGS) / 2 * level / WHITE_LUX
    wall, ceiling = _mean(scene.wall) * upright / WHITE_LUX, CEILING_LIGHT * level / WHITE_LUX
    share = np.clip(2 * row_elevations() / np.pi, 0.0, 1.0)[:, None, None] ** 1.5
    upper = np.broadcast_to(wall * (1 - share) + ceiling * share, (ROWS, COLUMNS, 3)).copy()
    up = row_elevations()[:, None]
    for x, y, _ in windows:
        aside = column_azimuths()[None, :] - np.arctan2(-y, -x)
        aside = np.abs((aside + np.pi) % (2 * np.pi) - np.pi)
        upper[(up < WINDOW_TOP) & (aside < WINDOW_HALF)] = (
            WINDOW_LIGHT * DAYLIGHT * level / WHITE_LUX
        )
    return _made(upper, 0.0, floor)


def _made(upper: Array, azimuth: float, ground: Array) -> Environment:
    return Environment(np.ascontiguousarray(upper), azimuth, ground, _harmonics(upper, ground))


def _harmonics(upper: Array, ground: Array) -> Array:
    """Irradiance over pi as 9 coefficients (Ramamoorthi and Hanrahan, SIGGRAPH 2001)."""
    up, turn = np.meshgrid(row_elevations(), column_azimuths(), indexing="ij")
    away = np.stack([np.cos(up) * np.cos(turn), np.cos(up) * np.sin(turn), np.sin(up)], axis=-1)
    weight = np.broadcast_to(solid_angles()[:, None], up.shape)
    basis, below = _basis(away), _basis(away * [1.0, 1.0, -1.0])
    found = np.einsum("rcb,rck,rc->bk", basis, upper, weight)
    found += np.einsum("rcb,k,rc->bk", below, ground, weight)
    band = np.array([1.0, *[2 / 3] * 3, *[1 / 4] * 5])
    return np.asarray(found * band[:, None])


def _basis(away: Array) -> Array:
    """Real spherical harmonics of bands 0 to 2 at directions (..., 3), (..., 9)."""
    x, y, z = away[..., 0], away[..., 1], away[..., 2]
    return np.stack(
        [
            np.full(x.shape, 0.282095), 0.488603 * y, 0.488603 * z, 0.488603 * x,
            1.092548 * x * y, 1.092548 * y * z, 0.315392 * (3 * z * z - 1),
            1.092548 * x * z, 0.546274 * (x * x - y * y),
        ],
        axis=-1,
    )  # fmt: skip


def _sun_place(scene: Scene) -> tuple[float, float]:
    """Elevation and azimuth of the sun, radians; the zenith where there is none."""
    if scene.sun is None:
        return np.pi / 2, 0.0
    x, y, z = (-part for part in scene.sun.direction)
    return float(np.arctan2(z, np.hypot(x, y))), float(np.arctan2(y, x))


def _mean(material: Material) -> Array:
    """Linear RGB, (3,), of what a material shows on the whole."""
    tones: tuple[Rgba, ...] = (material.rgba,)
    if material.texture is not None:
        tones = material.texture.colours[:2]
    return np.asarray(vec3(np.mean([np.asarray(tone[:3]) ** GAMMA for tone in tones], axis=0)))
