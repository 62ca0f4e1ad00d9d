"""The light of a scene, brought into the form that the graphics pipeline takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ....scenes.core.geometry import vec3
from ....schemas import RenderError
from ..camera.view import World
from ..light.environment import Environment, environment, lights_of, outdoors
from ..light.lighting import DARK, Lamp, lamps
from .shadow_views import ShadowViews, shadow_views

MAX_LAMPS = 4
"""The sun not among them."""


@dataclass(frozen=True)
class Illumination:
    """All light of a scene, as programs take it.

    Attributes:
        keys: lamps with shadows, at least one.
        fills: lamps without.
        ambient: (3,) from all sides.
        shadows: what the shadow maps of each key cover.
        around: what metal mirrors and the sky shows; None where nothing does.
        linear: light adds up as light, not as display values.
    """

    keys: list[Lamp]
    fills: list[Lamp]
    ambient: npt.NDArray[np.float64]
    shadows: tuple[ShadowViews, ...]
    around: Environment | None
    linear: bool


def illumination(
    world: World, *, mirrors: bool, windows: npt.NDArray[np.float64] | None = None
) -> Illumination:
    """The light of a world's scene.

    Args:
        world: a scene compiled with visual detail.
        mirrors: something in it is metal.
        windows: (W, 3) unit vectors into the room, level, of its windows; None for none.

    Raises:
        RenderError: where there are more lamps than shadow maps.
    """
    scene, linear = world.scene, outdoors(world.scene)
    lit = lamps(lights_of(scene), scene.ambient, linear=linear, windows=windows)
    panes = () if windows is None else tuple(vec3(window) for window in windows)
    keys = [lamp for lamp in lit if lamp.shadow] or [DARK]
    if len(scene.lights) > MAX_LAMPS:
        raise RenderError(f"{len(scene.lights)} lamps; this renderer draws {MAX_LAMPS} at most")
    return Illumination(
        keys=keys,
        fills=[lamp for lamp in lit if not lamp.shadow],
        ambient=np.sum([lamp.ambient for lamp in lit], axis=0),
        shadows=tuple(shadow_views(world, lamp) for lamp in keys),
        around=environment(scene, panes) if linear or mirrors else None,
        linear=linear,
    )
