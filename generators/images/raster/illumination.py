"""The light of a scene, brought into the form that the graphics pipeline takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ....scenes.core.default_room import room_of
from ....scenes.core.geometry import vec3
from ....schemas import RenderError, Scene
from ..camera.view import World
from ..light.environment import BAND_0, SUN, Environment, environment, lights_of, outdoors
from ..light.lighting import GAMMA, WHITE_LUX, lamps, lux_of
from .shadow_views import ShadowViews, shadow_views, support_box

MAX_LAMPS = 4
"""The sun not among them."""
DOWN = np.array([0.0, 0.0, -1.0])
FAR = 1e4
"""Of the sun, and of walls that are not there, metres."""
HANGS = 4.0
"""How far lamps are from what they light, metres."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Key:
    """A lamp that casts shadows.

    Attributes:
        direction: (3,) unit vector along which it shines.
        light: (3,) what a surface that faces it receives, in units of white.
        sheen: (3,) its highlights at their brightest, display values.
        away: how far it hangs from the support, metres: what is closer receives more.
    """

    direction: Array
    light: Array
    sheen: Array
    away: float


@dataclass(frozen=True)
class Enclosure:
    """What stands about all things and keeps light from all sides away in corners.

    Attributes:
        room: (2, 3) least and greatest corner, metres.
        support: (2, 3) likewise of what things stand on, up to its top; empty where nothing is.
    """

    room: Array
    support: Array


@dataclass(frozen=True)
class Illumination:
    """All light of a scene, as programs take it.

    Attributes:
        keys: lamps with shadows, at least one.
        harmonics: (9, 3) what surfaces receive from all sides, in units of white, by where they
            face: real spherical harmonics about the vertical from `azimuth`.
        azimuth: radians.
        shadows: what the shadow maps of each key cover.
        above: what the maps of what is overhead cover.
        middle: (3,) of the support, metres: there lamps give what they are said to.
        enclosure: what keeps light away.
        around: what metal mirrors and the sky shows; None where nothing does.
    """

    keys: list[Key]
    harmonics: Array
    azimuth: float
    shadows: tuple[ShadowViews, ...]
    above: ShadowViews
    middle: Array
    enclosure: Enclosure
    around: Environment | None


def illumination(world: World, *, mirrors: bool, windows: Array | None = None) -> Illumination:
    """The light of a world's scene.

    Args:
        world: a scene compiled with visual detail.
        mirrors: something in it is metal.
        windows: (W, 3) unit vectors into the room, level, of its windows; None for none.

    Raises:
        RenderError: where there are more lamps than shadow maps.
    """
    scene = world.scene
    if len(scene.lights) > MAX_LAMPS:
        raise RenderError(f"{len(scene.lights)} lamps; this renderer draws {MAX_LAMPS} at most")
    panes = () if windows is None else tuple(vec3(window) for window in windows)
    around = environment(scene, panes)
    keys = _keys(scene) or [Key(DOWN, np.zeros(3), np.zeros(3), FAR)]
    enclosure = _enclosure(world)
    return Illumination(
        keys=keys,
        harmonics=_from_all_sides(scene, around),
        azimuth=around.azimuth,
        shadows=tuple(shadow_views(world, key.direction) for key in keys),
        above=shadow_views(world, DOWN),
        middle=_middle(enclosure),
        enclosure=enclosure,
        around=around if mirrors or outdoors(scene) else None,
    )


def _keys(scene: Scene) -> list[Key]:
    lights = lights_of(scene)
    received = [lux_of(light) / WHITE_LUX for light in lights]
    if outdoors(scene):
        sheens = [light ** (1 / GAMMA) for light in received]
    else:
        sheens = [lamp.diffuse for lamp in lamps(lights, scene.ambient) if lamp.shadow]
    return [
        Key(np.asarray(light.direction), power, sheen, FAR if light.name == SUN else HANGS)
        for light, power, sheen in zip(lights, received, sheens, strict=True)
    ]


def _from_all_sides(scene: Scene, around: Environment) -> Array:
    """The ambient light: in a room as its surfaces and windows give it, else alike, with the sky.

    In a room it is scaled so that what faces up receives the scene's ambient lux.
    """
    level = scene.ambient / WHITE_LUX
    if outdoors(scene):
        alike = np.zeros((9, 3))
        alike[0] = level / BAND_0
        return around.harmonics + alike
    upward = around.upward().mean()
    return around.harmonics * (level / upward if upward > 0 else 0.0)


def _enclosure(world: World) -> Enclosure:
    scene = world.scene
    room = np.array([[-FAR, -FAR, 0.0], [FAR, FAR, FAR]])
    if scene.room is not None or scene.walls:
        found = room_of(scene)
        room = np.array([found.low, found.high])
    box = support_box(world)
    support = np.array([[FAR] * 3, [FAR] * 3]) if box is None else np.stack(box)
    return Enclosure(room, support)


def _middle(enclosure: Enclosure) -> Array:
    """The middle of the support's top; of the ground where there is none."""
    low, high = enclosure.support
    if low[0] >= FAR:
        return np.zeros(3)
    return np.array([*((low + high)[:2] / 2), high[2]])
