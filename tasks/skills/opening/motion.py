"""Open and close drawers, doors, and lids: take hold of the handle and follow its joint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ....scenes.core.geometry import Array
from ....schemas import Cause, Handle, PlanningError, TraceEvent
from ...grasping.handles import ContactPose, Travel, holds
from ...grasping.panel_contacts import panel_holds, shuts
from ...motion.blocking import BlockedError, blocked, counted, mostly, obstacles
from ...motion.collision import PRESS_DEPTH
from ...motion.kinematics import line
from ...motion.manipulator import CAREFUL, FAST, SLOW, Manipulator
from ...motion.obstacles import Collision
from ...physics.execution import SkillFailedError
from ...physics.predicates import PhysicsFacts
from ...pick_place.picking import APPROACH
from ...sampling.joint_shares import joint_share

FOLLOWS = (1.0, 0.5, 0.0)
"""Share of a hinge's rotation that the hand turns along."""
OPEN_SHARES = (0.92, 0.8, 0.65, 0.5)
WIDE_SHARE = 0.6
"""Open wide enough to reach inside."""
FULL_SHARE = 0.75
"""Where a joint is opened by less, the handle is taken hold of once more."""
WORTH_SHARE = 0.1
"""Least gain of that."""
CLOSED_SHARE = 0.02
CONFIGURATIONS = 5
"""Distinct inverse kinematics solutions tried per pose."""


@dataclass(frozen=True)
class _Start:
    """A configuration that holds the handle, and the straight approach to it."""

    q: Array
    approach: list[Array]


@dataclass(frozen=True)
class Pull:
    """A way to move a joint by its handle, with the paths that carry it out."""

    key: tuple[str, ...]
    hold: ContactPose
    reach: list[Array]
    approach: list[Array]
    path: list[Array]
    share: float


def move_joint(arm: Manipulator, thing: str, joint: str, opening: bool) -> None:
    """Open or close one joint of an object.

    Args:
        arm: the robot at work.
        thing: the object.
        joint: of it.
        opening: open it, else close it.

    Raises:
        PlanningError: no way to do it was found; nothing was moved yet.
        SkillFailedError: it was tried, and the joint is not where it should be.
    """
    arm.clear()
    _pull(arm, _choose(arm, thing, joint, opening))
    share = joint_share(arm.compiled, arm.executor.data, thing, joint)
    if opening and share < FULL_SHARE:
        share = _open_further(arm, thing, joint, share)
    limit = next(j for j in arm.compiled.asset_of(thing).joints if j.name == joint).open_fraction
    if (share > limit) != opening:
        cause = Cause.HANDLE_SLIPPED if opening else Cause.NOT_CLOSED
        raise SkillFailedError(cause, f"{thing}: {joint} stands at {share:.0%} of its range")


def _open_further(arm: Manipulator, thing: str, joint: str, share: float) -> float:
    """Take hold again where the first hold led no further; the share that is reached."""
    try:
        pull = _choose(arm, thing, joint, True)
    except PlanningError:
        return share
    if pull.share > share + WORTH_SHARE:
        _pull(arm, pull)
    return joint_share(arm.compiled, arm.executor.data, thing, joint)


def _pull(arm: Manipulator, pull: Pull) -> None:
    """Carry out what was chosen."""
    arm.avoid.add(pull.key)
    hold = pull.hold
    arm.execute(pull.reach, hold.opening, FAST)
    arm.execute(pull.approach, hold.opening, CAREFUL)
    arm.grip(0.0, 0.1 if hold.push else 0.4)
    arm.execute(pull.path, 0.0, SLOW)
    arm.grip(hold.opening, 0.2 if hold.push else 0.4)
    arm.retreat(-arm.arm.forward(arm.q)[:3, 2], hold.opening, 0.1)
    arm.executor.refresh()


def reachable_share(arm: Manipulator, thing: str, joint: str, opening: bool) -> float:
    """Share of its range by which the arm can open a joint wide, or close it; changes nothing.

    Args:
        arm: the robot at work.
        thing: the object.
        joint: of it.
        opening: open it wide enough to reach inside; else close it.

    Returns:
        In (0, 1]; 0 where the arm can do neither.
    """
    try:
        share = _choose(arm, thing, joint, opening).share
    except PlanningError:
        return 0.0
    if opening:
        return share if share >= WIDE_SHARE else 0.0
    return 1.0 - share


def _choose(arm: Manipulator, thing: str, joint: str, opening: bool) -> Pull:
    """The first way that works, opening as wide as possible."""
    arm.sync_planning_scene()
    errors: list[PlanningError] = []
    for handle in arm.compiled.asset_of(thing).handles:
        if handle.joint != joint:
            continue
        for pull in _pulls(arm, thing, handle, opening, errors):
            arm.note(
                TraceEvent(
                    stage="grasp",
                    event="choose",
                    subject=f"hold {pull.hold.number} to move {joint} of {thing}",
                    reason="push" if pull.hold.push else "hold",
                    values=(pull.share,),
                )
            )
            arm.sync_planning_scene()
            return pull
    refused = Counter(error.cause for error in errors)
    detail = f"no way to move {joint} of {thing}: {counted(refused)}"
    raise BlockedError(mostly(Cause.NO_HANDLE, refused), detail, obstacles(errors))


def _pulls(
    arm: Manipulator, thing: str, handle: Handle, opening: bool, errors: list[PlanningError]
) -> Iterator[Pull]:
    """Ways that work, found lazily; what does not work is counted and traced."""
    travel, robot = Travel(arm.compiled, arm.executor.data, thing, handle), arm.compiled.robot.spec
    load = _load(arm, thing)
    starts: dict[int, list[_Start]] = {}
    listed = holds(handle, not opening and shuts(handle, travel.joint), robot)
    if not opening:
        digest = arm.compiled.scene.object(thing).asset_hash
        asset = arm.compiled.asset_of(thing)
        listed += panel_holds(asset, digest, travel.joint, len(listed), robot)
    if arm.variety is not None:
        listed = arm.variety.rotated(listed, thing)
    follows = FOLLOWS if travel.joint.kind == "hinge" else (1.0,)
    for share in OPEN_SHARES if opening else (CLOSED_SHARE,):
        for follow in follows:
            for hold in listed:
                key = (thing, travel.joint.name, str(hold.number), str(share), str(follow))
                if key in arm.avoid or starts.get(hold.number) == []:
                    continue
                try:
                    if hold.number not in starts:
                        starts[hold.number] = []
                        starts[hold.number] = _starts(arm, thing, travel.tool(hold), hold)
                    goal = 0.0 if hold.push else share
                    path, first = _path(arm, travel, hold, goal, follow, starts, load, thing)
                    arm.sync_planning_scene()
                    reach = arm.planner.connect(arm.q, first.approach[0], hold.opening, arm.rng)
                except PlanningError as error:
                    errors.append(error)
                    subject = f"hold {hold.number} to move {travel.joint.name} of {thing}"
                    arm.note(
                        TraceEvent(
                            stage="grasp", event="reject", subject=subject, reason=str(error)
                        )
                    )
                    continue
                yield Pull(key, hold, reach, first.approach, path, share)


def _load(arm: Manipulator, thing: str) -> frozenset[str]:
    """The things inside an object, which may move along with its drawer."""
    facts = PhysicsFacts(arm.compiled, arm.executor.data)
    return frozenset(
        other
        for other in arm.compiled.objects
        if other != thing and facts.holds("inside", (other, thing))
    )


def _starts(arm: Manipulator, thing: str, tool: Array, hold: ContactPose) -> list[_Start]:
    """Configurations that hold the handle and have a free straight approach.

    Raises:
        PlanningError: where there is none, with the last reason.
    """
    touch = frozenset({thing})
    error = PlanningError(Cause.UNREACHABLE, "no arm configuration reaches the handle")
    before = tool.copy()
    before[:3, 3] -= tool[:3, 2] * APPROACH
    found: list[_Start] = []
    arm.sync_planning_scene()
    for q in arm.arm.distinct(tool, arm.q, CONFIGURATIONS):
        hit = arm.world.check_collision(q, hold.opening, touch, near=True)
        if hit is not None:
            error = blocked("the open hand would hit", hit)
            continue
        try:
            found.append(_Start(q, arm.plan_cartesian(q, before, hold.opening, touch)[::-1]))
        except PlanningError as failed:
            error = failed
    if not found:
        raise error
    return found


def _path(
    arm: Manipulator,
    travel: Travel,
    hold: ContactPose,
    share: float,
    follow: float,
    starts: dict[int, list[_Start]],
    load: frozenset[str],
    thing: str,
) -> tuple[list[Array], _Start]:
    """The arm's path along with the joint, from the first start from which there is one.

    Raises:
        PlanningError: where there is none, with the last reason.
    """
    values, poses = travel.way(hold, travel.value(share), follow)
    after = poses[-1].copy()
    after[:3, 3] -= after[:3, 2] * APPROACH
    error = PlanningError(Cause.UNREACHABLE, "the arm cannot follow the handle")
    for start in starts[hold.number]:
        path = arm.arm.cartesian_path(start.q, poses)
        if path is None:
            continue
        if arm.arm.cartesian_path(path[-1], line(poses[-1], after)) is None:
            error = PlanningError(Cause.UNREACHABLE, "the arm cannot leave the moved handle")
            continue
        hit = _blocked(arm, path, values, travel, thing, hold.width, load)
        if hit is None:
            return [start.q, *path], start
        error = blocked("on the way the arm would hit", hit)
    raise error


def _blocked(
    arm: Manipulator,
    path: list[Array],
    values: Array,
    travel: Travel,
    thing: str,
    width: float,
    load: frozenset[str],
) -> Collision | None:
    """The arm's first collision while it follows the handle, with the joint moved along."""
    arm.sync_planning_scene()
    touch = frozenset({thing})
    for q, value in zip(path, values, strict=True):
        arm.world.set_joint(travel.where.qpos, float(value))
        hit = arm.world.check_collision(q, width, touch, near=True, ignore=load, depth=PRESS_DEPTH)
        if hit is not None:
            return hit
    return None
