"""Sites: where things stand on, go into, hang and are held, and the point between the fingers."""

from __future__ import annotations

from typing import Any

from ....scenes.model.mujoco_model import ROBOT_PREFIX
from ....scenes.robots import robot
from ....schemas import Asset
from .._scenes import Staged

SIZE = 0.005
"""Radius of sites, metres; they are in a group that viewers hide."""
HIDDEN = 4


def add_places(spec: Any, part: Staged) -> None:
    """Add them to the bodies of a spec: `NAME/surface/PLACE`, `robot/tool`, and their like."""
    for thing in part.scene.objects:
        asset = part.asset(thing.name)
        roots = {link.name for link in asset.links if link.parent is None}
        for kind, place, link, pos in _places(asset):
            body = spec.body(thing.name if link in roots else f"{thing.name}/{link}")
            _add(body, f"{thing.name}/{kind}/{place}", pos)
    arm = robot(part.scene.robot.name)
    tool = _add(spec.body(ROBOT_PREFIX + arm.hand), f"{ROBOT_PREFIX}tool", arm.tool_pos)
    tool.quat = list(arm.tool_quat)


def _places(asset: Asset) -> list[tuple[str, str, str, tuple[float, float, float]]]:
    """Kind, name, link, and position in the link's frame."""
    return [
        *(("surface", x.name, x.link, x.pos) for x in asset.surfaces),
        *(("cavity", x.name, x.link, x.centre) for x in asset.cavities),
        *(("handle", x.name, x.link, x.pos) for x in asset.handles),
        *(("hook", x.name, x.link, x.tip) for x in asset.hooks),
        *(("loop", x.name, x.link, x.centre) for x in asset.loops),
    ]


def _add(body: Any, name: str, pos: tuple[float, float, float]) -> Any:
    return body.add_site(name=name, pos=list(pos), size=[SIZE] * 3, group=HIDDEN)
