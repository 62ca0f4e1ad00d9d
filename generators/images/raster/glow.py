"""What shines where a thing is switched on: bulbs, shades, displays, burners.

A material says so by its name, as it is called in the asset: it shines where any switch of its
thing is on, which is when the predicate `toggled_on` holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ....schemas import Asset
from ..camera.view import World

GLOWS: dict[str, tuple[float, float, float]] = {
    "bulb": (1.6, 1.5, 1.2),
    "shade": (0.62, 0.50, 0.27),
    "display": (0.25, 0.75, 0.55),
    "scale": (0.75, 0.50, 0.16),
    "screen": (0.35, 0.55, 0.85),
    "iron": (0.60, 0.13, 0.03),
}
"""What a switched-on thing adds to the colour of each material, as display values."""


@dataclass(frozen=True)
class Switch:
    """A switch of one thing.

    Attributes:
        qpos: address of its position.
        least: position from which on it is on.
        sign: -1 where that lies below the position of rest.
    """

    qpos: int
    least: float
    sign: float

    def on(self, data: Any) -> bool:
        """Whether it is on in the state of a `mujoco.MjData`."""
        return bool(self.sign * (data.qpos[self.qpos] - self.least) >= 0)


@dataclass(frozen=True)
class Glow:
    """The geoms of one thing that shine where one of its switches is on.

    Attributes:
        geoms: their ids, and the colour that each adds, display values.
        switches: of the thing.
    """

    geoms: tuple[tuple[int, tuple[float, float, float]], ...]
    switches: tuple[Switch, ...]


def glows_of(world: World) -> tuple[Glow, ...]:
    """All that can shine in a scene that was compiled with visual detail."""
    found: list[Glow] = []
    for thing in world.scene.objects:
        asset = world.asset_of(thing.name)
        switches = tuple(_switches(world.model, thing.name, asset))
        geoms = tuple(_geoms(world.model, thing.name, asset)) if switches else ()
        if geoms:
            found.append(Glow(geoms, switches))
    return tuple(found)


def shining(glows: tuple[Glow, ...], data: Any, count: int) -> npt.NDArray[np.float32]:
    """(count, 3) what each of `count` geoms adds to its colour in this state."""
    added = np.zeros((count, 3), dtype=np.float32)
    for glow in glows:
        if any(switch.on(data) for switch in glow.switches):
            for geom, colour in glow.geoms:
                added[geom] = colour
    return added


def _switches(model: Any, name: str, asset: Asset) -> Iterator[Switch]:
    for joint in asset.joints:
        if joint.controls == "switch":
            low, high = joint.limits
            address = int(model.joint(f"{name}/{joint.name}").qposadr[0])
            least = low + joint.open_fraction * (high - low)
            yield Switch(address, least, 1.0 if high > low else -1.0)


def _geoms(model: Any, name: str, asset: Asset) -> Iterator[tuple[int, tuple[float, float, float]]]:
    """The geoms of a thing whose material can shine, and in which colour."""
    bodies = {
        model.body(name if link.parent is None else f"{name}/{link.name}").id
        for link in asset.links
    }
    for geom in range(model.ngeom):
        material = int(model.geom_matid[geom])
        if material >= 0 and int(model.geom_bodyid[geom]) in bodies:
            own = model.mat(material).name.rpartition("/")[2]
            if own in GLOWS:
                yield geom, GLOWS[own]
