"""A furnished room as a scene of its own: the robot at its table, and nothing on it."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ...schemas import Asset, Constant, LightSpec, RobotPose, RoomSpec, Scene, SceneObject, Uniform
from ..assets.library import AssetLibrary
from ..core.geometry import vec3
from ..core.seeds import generator
from ..cousins.catalogue import resolve
from ..layout.views import sample_lights
from ..robots import robot
from .furnish import furnish

Kind = Literal["kitchen", "dining", "office", "workshop"]
EDGE = 0.12
"""Where the table begins in front of the robot's axis, metres."""
LIGHTS = {
    "key": LightSpec(intensity=Uniform(uniform=(420.0, 560.0))),
    "second": LightSpec(intensity=Uniform(uniform=(180.0, 260.0))),
}
TABLE = "breakfast_table.n.01"


def furnished_scene(
    kind: Kind, seed: int, library: AssetLibrary, objects: int = 71
) -> tuple[Scene, dict[str, Asset]]:
    """A room of a kind, furnished around the robot and its table.

    Args:
        kind: of room.
        seed: of everything random.
        library: where assets come from.
        objects: how many things the room holds at least, furniture included.

    Returns:
        The scene at rest, and its assets by content hash.

    Raises:
        SpecError: where the library has no table.
        AssemblyError: where the room does not hold as many things or does not come to rest.
    """
    rng = generator((seed,), "room", kind)
    offered = library.ids()
    ids = offered[resolve(TABLE, offered)]
    table = library.get(ids[int(rng.integers(len(ids)))])
    top = max(surface.pos[2] for surface in table.surfaces)
    known = robot("franka-fr3")
    standing = RobotPose(
        name=known.name, pos=(0.0, 0.0, top), quat=(1.0, 0.0, 0.0, 0.0), home=known.home
    )
    spec = RoomSpec(kind=kind, objects=Constant(value=objects))
    made = furnish(spec, known.name, library, rng)
    support = SceneObject(
        name="table",
        category=TABLE,
        asset=table.id,
        asset_hash=table.content_hash(),
        pos=vec3([EDGE + table.extents[0] / 2, 0.0, 0.0]),
        quat=(0.0, 0.0, 0.0, 1.0),
        fixed=True,
        role="support",
    )
    scene = Scene(
        id=f"{kind}-{seed}",
        seed=(seed,),
        support=support.name,
        robot=standing,
        objects=(support,),
        lights=sample_lights(LIGHTS, rng),
        ambient=float(np.round(rng.uniform(230.0, 300.0), 3)),
        cameras=(),
        floor=made.floor,
        wall=made.wall,
    )
    return made.around(scene), {table.content_hash(): table, **made.assets}
