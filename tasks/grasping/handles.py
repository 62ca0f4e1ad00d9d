"""Handles: the ways to take hold of one, and where the hand goes as the joint moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...scenes.core.geometry import Array, axis_rotation, transform
from ...scenes.layout.clearance import link_transform
from ...scenes.model.mujoco_model import CompiledScene, JointIndex
from ...schemas import Handle, Joint, RobotSpec
from .hand import TIP_REACH

TILTS = (0.0, 0.4, -0.4, 0.8, -0.8, 1.2, -1.2, 1.55, -1.55)
"""Rotations of the approach about the handle's bar, radians; the last hook it from the side."""
HANDLE_MARGIN = 0.024
"""The gripper opens this much wider than the handle, metres."""
HOOK_MARGIN = 0.010
"""Likewise where a finger must pass between the bar and the front."""
HOOK_TILT = 0.6
PUSH_GAP = 0.004
"""Between the fingertips and what they are about to push, metres."""
PUSH_TILTS = (0.0, 0.4, -0.4, 0.8, -0.8)
STEPS = 24
"""Poses along the way of a joint."""


@dataclass(frozen=True)
class ContactPose:
    """One way to take hold of a handle.

    Attributes:
        number: in the order of the list.
        link_from_tool: (4, 4).
        opening: of the hand as it comes, metres.
        push: with closed fingers from outside, instead of holding on.
        width: between the fingers while they hold on, metres.
    """

    number: int
    link_from_tool: Array
    opening: float
    push: bool
    width: float = 0.0


def holds(handle: Handle, pushing: bool, robot: RobotSpec) -> list[ContactPose]:
    """All ways to hold a handle, the plain ones first; then the ways to push it."""
    approach, closing = np.array(handle.approach), np.array(handle.closing)
    bar = np.cross(closing, approach)
    found: list[ContactPose] = []
    for tilt in TILTS:
        for sign in (1.0, -1.0):
            turn = axis_rotation(bar, tilt)
            margin = HANDLE_MARGIN if abs(tilt) < HOOK_TILT else HOOK_MARGIN
            frame = _frame(handle.pos, turn @ approach, turn @ (sign * closing))
            opening = min(handle.width + margin, robot.max_opening)
            found.append(ContactPose(len(found), frame, opening, False, handle.width))
    if not pushing:
        return found
    contact = np.array(handle.pos) - approach * (handle.width / 2 + TIP_REACH + PUSH_GAP)
    for tilt in PUSH_TILTS:
        for roll in (np.pi / 2, -np.pi / 2, 0.0, np.pi):
            turn = axis_rotation(bar, tilt)
            z = turn @ approach
            frame = _frame(contact, z, axis_rotation(z, roll) @ turn @ closing)
            found.append(ContactPose(len(found), frame, 0.0, True))
    return found


def _frame(pos: Any, z: Array, y: Array) -> Array:
    return transform(pos, np.stack([np.cross(y, z), y, z], axis=1))


class Travel:
    """How a handle moves in the world with its joint.

    Args:
        compiled: the scene.
        data: its forward-computed state.
        thing: the object.
        handle: on one of its joints.
    """

    def __init__(self, compiled: CompiledScene, data: Any, thing: str, handle: Handle) -> None:
        """Read the joint's axis and anchor in the world."""
        asset, index = compiled.asset_of(thing), compiled.objects[thing]
        self.joint: Joint = next(j for j in asset.joints if j.name == handle.joint)
        self.where: JointIndex = index.joints[self.joint.name]
        self.start = float(data.qpos[self.where.qpos])
        root = transform(data.xpos[index.body], data.xmat[index.body].reshape(3, 3))
        self.link: Array = root @ link_transform(asset, handle.link, {self.joint.name: self.start})
        axis = np.array(self.joint.axis) / np.linalg.norm(self.joint.axis)
        self._axis: Array = self.link[:3, :3] @ axis
        self._anchor: Array = self.link[:3, :3] @ np.array(self.joint.anchor) + self.link[:3, 3]

    def tool(self, hold: ContactPose) -> Array:
        """`world_from_tool` (4, 4) with the joint where it is."""
        return self.link @ hold.link_from_tool

    def value(self, share: float) -> float:
        """The joint's position at a share of its range."""
        return self.where.low + share * (self.where.high - self.where.low)

    def way(self, hold: ContactPose, goal: float, follow: float) -> tuple[Array, list[Array]]:
        """Joint positions (STEPS,) from here to `goal`, and the tool pose at each.

        Args:
            hold: how the handle is held.
            goal: position of the joint, metres or radians.
            follow: share of a hinge's rotation that the hand turns along; a round bar lets it
                slip.
        """
        return self.poses(self.tool(hold), goal, follow)

    def poses(self, first: Array, goal: float, follow: float) -> tuple[Array, list[Array]]:
        """As `way`, for a tool that is at `first` (4, 4) now."""
        values = np.linspace(self.start, goal, STEPS + 1)[1:]
        poses: list[Array] = []
        for value in values:
            change = float(value - self.start)
            pose = first.copy()
            if self.joint.kind == "slide":
                pose[:3, 3] += self._axis * change
            else:
                turn = axis_rotation(self._axis, change)
                pose[:3, 3] = self._anchor + turn @ (first[:3, 3] - self._anchor)
                pose[:3, :3] = axis_rotation(self._axis, follow * change) @ first[:3, :3]
            poses.append(pose)
        return values, poses
