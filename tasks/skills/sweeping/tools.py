"""Take a hand tool that stands on the support by its back, use it, and put it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ....scenes.core.geometry import Array, inverse, transform
from ....schemas import Cause, PlanningError
from ...motion.collision import PRESS_DEPTH, Held
from ...motion.manipulator import CAREFUL, FAST, Manipulator
from ...physics.execution import SkillFailedError
from ...pick_place.picking import APPROACH, CONFIGURATIONS, HELD_OPENING

DEEP = 0.010
"""How far below the top of a tool without a grip the fingers close, metres."""
SPARE = 0.016
"""How much wider than the grip the fingers come, metres."""
LIFT = 0.05
"""How high a tool is lifted, metres."""
SETTLE = 0.0015
"""Height above its old place from which it is let go, metres."""
SLIPPED = 0.02
"""Shift in the hand from which a tool counts as lost, metres."""


@dataclass(frozen=True)
class ToolGrasp:
    """How a tool is taken, and how it then lies in the hand.

    Attributes:
        held: the tool in the hand.
        home: (4, 4) its `world_from_object` before.
        width: of the grip, metres.
        approach: joint path down to the grip.
        lift: joint path up with the tool.
    """

    held: Held
    home: Array
    width: float
    approach: list[Array]
    lift: list[Array]

    @property
    def opening(self) -> float:
        """Of the fingers before they close, metres."""
        return self.width + SPARE


def object_pose(arm: Manipulator, data: Any, name: str) -> Array:
    """`world_from_object` (4, 4) of an object's root in a forward-computed state."""
    body = arm.compiled.objects[name].body
    return transform(data.xpos[body], data.xmat[body].reshape(3, 3))


def plan_taking(arm: Manipulator, tool: str) -> ToolGrasp:
    """A grip from straight above, by the tool's handle or across its narrow side.

    Raises:
        PlanningError: where there is none.
    """
    arm.sync_planning_scene()
    home = object_pose(arm, arm.executor.data, tool)
    grip, width = _grip(arm, tool)
    error = PlanningError(Cause.UNREACHABLE, f"no arm configuration reaches {tool}")
    touch = frozenset({tool})
    for turn in (1.0, -1.0):
        pose = home @ grip @ np.diag([turn, turn, 1.0, 1.0])
        before, after = pose.copy(), pose.copy()
        before[2, 3] += APPROACH
        after[2, 3] += LIFT
        held = Held(tool, inverse(pose) @ home)
        for q in arm.arm.distinct(pose, arm.q, CONFIGURATIONS):
            arm.sync_planning_scene()
            try:
                approach = arm.plan_cartesian(q, before, width + SPARE, touch)[::-1]
                arm.sync_planning_scene(held)
                lift = arm.plan_cartesian(q, after, width, touch, slide=True, depth=PRESS_DEPTH)
            except PlanningError as failed:
                error = failed
                continue
            finally:
                arm.sync_planning_scene()
            return ToolGrasp(held, home, width, approach, lift)
    raise error


def _grip(arm: Manipulator, tool: str) -> tuple[Array, float]:
    """`object_from_tool` (4, 4) of the grip, and its width, metres."""
    asset = arm.compiled.asset_of(tool)
    for handle in asset.handles:
        if handle.joint is None and handle.approach[2] < -0.99:
            z, y = np.array(handle.approach), np.array(handle.closing)
            return transform(handle.pos, np.stack([np.cross(y, z), y, z], axis=1)), handle.width
    narrow = int(np.argmin(asset.extents[:2]))
    z, y = np.array([0.0, 0.0, -1.0]), np.eye(3)[narrow]
    frame = np.stack([np.cross(y, z), y, z], axis=1)
    return transform([0.0, 0.0, asset.extents[2] - DEEP], frame), asset.extents[narrow]


def take(arm: Manipulator, taking: ToolGrasp) -> None:
    """Go there, close the hand, and lift the tool.

    Raises:
        PlanningError: there is no way there; nothing was moved yet.
        SkillFailedError: `tool_missed` where it does not come along.
    """
    arm.sync_planning_scene()
    reach = arm.planner.connect(arm.q, taking.approach[0], taking.opening, arm.rng)
    arm.execute(reach, taking.opening, FAST)
    arm.execute(taking.approach, taking.opening, CAREFUL)
    arm.grip(0.0)
    arm.execute(taking.lift, 0.0, CAREFUL)
    arm.executor.refresh()
    if lost(arm, taking):
        raise SkillFailedError(Cause.TOOL_MISSED, f"{taking.held.name} did not come along")


def lost(arm: Manipulator, taking: ToolGrasp) -> bool:
    """Whether the tool is no longer in the hand as it was taken."""
    now = arm.held(taking.held.name).tool_from_object
    shift = np.linalg.norm(now[:3, 3] - taking.held.tool_from_object[:3, 3])
    return bool(shift > SLIPPED) or arm.executor.opening < HELD_OPENING


def put_back(arm: Manipulator, taking: ToolGrasp) -> None:
    """Put the tool back where it was, let go, and leave.

    Raises:
        PlanningError: where there is no way back.
    """
    arm.executor.refresh()
    held = arm.held(taking.held.name)
    pose = taking.home @ inverse(held.tool_from_object)
    pose[2, 3] += SETTLE
    above = pose.copy()
    above[2, 3] += LIFT
    arm.sync_planning_scene(held)
    touch = frozenset({held.name})
    error = PlanningError(Cause.UNREACHABLE, f"no way to put {held.name} back")
    for q in arm.arm.distinct(above, arm.q, CONFIGURATIONS):
        try:
            down = arm.plan_cartesian(q, pose, taking.width, touch, slide=True, depth=PRESS_DEPTH)
            reach = arm.planner.connect(arm.q, q, taking.width, arm.rng)
        except PlanningError as failed:
            error = failed
            continue
        arm.execute(reach, 0.0, CAREFUL)
        arm.execute(down, 0.0, CAREFUL)
        arm.grip(taking.opening)
        arm.retreat(np.array([0.0, 0.0, 1.0]), taking.opening)
        return
    raise error
