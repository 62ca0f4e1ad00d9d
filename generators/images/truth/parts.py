"""Parts: the links of articulated objects and of the robot, each with an id of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ....scenes.model.mujoco_model import ROBOT_PREFIX, CompiledScene


@dataclass(frozen=True)
class LinkIds:
    """Ids of links: from 1, by instance and then by place in the asset.

    Attributes:
        of_geom: (1 + ngeom,) part of 1 + geom id as in `GBuffer`; uint8 where fewer than 256
            parts, else uint16. 0 is no part.
        names: part id by link name, by instance id.
    """

    of_geom: npt.NDArray[Any]
    names: dict[int, dict[str, int]]


def parts_of(world: CompiledScene) -> LinkIds:
    """The parts of a scene that was compiled with visual detail."""
    links = [world.objects[thing.name].bodies for thing in world.scene.objects]
    if world.mounted is not None:
        links.append(
            {
                world.model.body(body).name.removeprefix(ROBOT_PREFIX): body
                for body in sorted(world.mounted.bodies)
            }
        )
    ids = np.zeros(world.model.nbody, dtype=np.int64)
    names: dict[int, dict[str, int]] = {}
    total = 0
    for instance, bodies in enumerate(links, start=1):
        names[instance] = {}
        for link, body in bodies.items():
            total += 1
            ids[body] = names[instance][link] = total
    width = np.uint8 if total < 256 else np.uint16
    return LinkIds(np.append(0, ids[world.model.geom_bodyid]).astype(width), names)
