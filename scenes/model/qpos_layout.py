"""Where each object's numbers stand in recorded positions, known without compiling a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...schemas import Asset, DatasetError, Joint, Link, Scene

POSE_NUMBERS = 7
"""Of a free object: position, then quaternion wxyz."""


@dataclass(frozen=True)
class Slots:
    """Addresses in `qpos` (nq,) of one object.

    Attributes:
        pose: of its position and quaternion, 7 numbers; None for what is fixed.
        joints: of each of its own joints, by name.
    """

    pose: int | None
    joints: Mapping[str, int]


def qpos_layout(scene: Scene, assets: Mapping[str, Asset], width: int) -> dict[str, Slots]:
    """The addresses of every object of a scene; the robot's joints come before them.

    Args:
        scene: whose positions they are.
        assets: by content hash.
        width: numbers of a state, nq.

    Raises:
        DatasetError: the objects need more numbers than there are.
    """
    sizes = {
        thing.name: (0 if thing.fixed else POSE_NUMBERS) + len(assets[thing.asset_hash].joints)
        for thing in scene.objects
    }
    address = width - sum(sizes.values())
    if address < 0:
        raise DatasetError(
            f"scene {scene.id}: its objects have {sum(sizes.values())} positions, "
            f"and a recorded state holds {width}; they do not belong together"
        )
    found: dict[str, Slots] = {}
    for thing in scene.objects:
        pose = None if thing.fixed else address
        address += 0 if thing.fixed else POSE_NUMBERS
        joints: dict[str, int] = {}
        for joint in _in_order(assets[thing.asset_hash]):
            joints[joint.name] = address
            address += 1
        found[thing.name] = Slots(pose, joints)
    return found


def _in_order(asset: Asset) -> Iterator[Joint]:
    """The joints as MuJoCo numbers them: body by body, each before its children."""
    children: dict[str | None, list[Link]] = {}
    for link in asset.links:
        children.setdefault(link.parent, []).append(link)
    waiting = children.get(None, [])[::-1]
    while waiting:
        link = waiting.pop()
        if link.joint is not None:
            yield link.joint
        waiting += children.get(link.name, [])[::-1]
