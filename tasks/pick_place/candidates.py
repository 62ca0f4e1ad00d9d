"""Grasps of an object where it stands, the promising first; nothing has been asked of them yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...scenes.core.geometry import Array, transform
from ...schemas import Cause, PlanningError
from ..grasping.grasps import Grasps, grasps_of
from ..grasping.hand import lowest, opening_for
from ..grasping.kinds import Kind
from ..motion.manipulator import Manipulator
from ..physics.predicates import PhysicsFacts
from ..sampling.leaving import post_grasp_retreat

MAX_GRASPS = 60
"""Grasps tried per round."""
NOISE = (0.25, 0.8, 2.0)
"""Noise on the grasps' scores in each round: first the best, then anything."""
TURN_WEIGHT = 0.4
"""Of the angle between a grasp and the hand at home against the grasp's score, per radian."""
SKEW_WEIGHT = 1.0
"""Of how far a consistent grasp is from square against its score, per radian."""
DENSE_NOISE = 1.0
"""From this noise on, grasps are drawn from the denser set, those left out at which the hand
would hit something."""
MAX_LOOKED, MAX_SEARCHED = 1500, 2500
"""Grasps of either set that are looked at for the best."""
HAND_CLEARANCE = 0.0022
"""Between the hand and the top of the support, metres: a hair more than is checked for."""
MAX_RAISE = 0.007
"""How far a grasp is drawn back so that the fingertips clear the support, metres."""
TIP_RAISE = 0.002
"""Drawn back by more than this, it is held by the ends of the fingers, metres."""
TIP: Kind = "tip"
STEEP = 0.8
"""Sine of the approaches that are."""
LEVEL = 0.55
"""Sine of the steepest approach that still counts as from the front."""


@dataclass(frozen=True)
class Candidate:
    """A grasp in the world that nothing has been asked of yet.

    Attributes:
        pose: (4, 4) `world_from_tool`.
        width: of the thing there, metres.
        kind: of the grasp.
        cost: by how much it scores less than the best one.
    """

    pose: Array
    width: float
    kind: Kind
    cost: float


def candidates(arm: Manipulator, thing: str, noise: float, level: bool) -> Iterator[Candidate]:
    """Grasps in the world, the promising first, lazily.

    `noise` is the standard deviation of what is added to the scores; `level` prefers a level
    hand, as needed to reach into something from the front, to one that comes from above.

    Raises:
        PlanningError: `no_grasp` where it has none at all.
    """
    compiled, data = arm.compiled, arm.executor.data
    key = compiled.scene.object(thing).asset_hash
    robot = compiled.robot.spec
    grasps: Grasps = grasps_of(compiled.asset_of(thing), key, robot, noise > DENSE_NOISE)
    if len(grasps) == 0:
        raise PlanningError(Cause.NO_GRASP, f"{thing} has no part narrow enough to grasp")
    poses = world_from_object(arm, thing) @ grasps.poses
    if arm.habits.near_grasps and noise == NOISE[0]:
        poses = arm.facing.nearer(poses)
    outward, _ = post_grasp_retreat(compiled, PhysicsFacts(compiled, data), thing)
    # Coming in against the way out is what leaves free hands.
    along = -(poses[:, :3, 2] @ outward)
    floor = compiled.scene.robot.pos[2] + HAND_CLEARANCE
    foot = float(PhysicsFacts(compiled, data).box(thing)[0][2])
    poses, raised = _raised(poses, max(floor, foot + HAND_CLEARANCE))
    clear = lowest(poses) > floor - 1e-9
    usable = np.flatnonzero((poses[:, 2, 2] < 0.25) & (along > -0.2) & clear)
    down = np.maximum(0.0, -poses[usable, 2, 2])
    if level:
        down = np.maximum(0.0, down - LEVEL)
    score = grasps.scores[usable] + 0.6 * along[usable] + (-2.0 if level else 0.8) * down
    if arm.habits.near_grasps:
        score = score - TURN_WEIGHT * arm.facing.angles(poses[usable])
        score = score - SKEW_WEIGHT * grasps.skews[usable]
    if not (arm.habits.near_grasps and noise == NOISE[0]):
        score = score + arm.rng.normal(0.0, noise, len(usable))
    if arm.variety is not None:
        low, high = PhysicsFacts(compiled, data).box(thing)
        score = score + arm.variety.grasps(thing, poses[usable], (low + high) / 2, noise)
    order = usable[np.argsort(-score, kind="stable")]
    touch = frozenset({thing})

    def free(i: int) -> bool:
        arm.world.update(data)
        opening = opening_for(float(grasps.widths[i]), robot)
        return arm.world.check_hand_collision(poses[i], opening, touch) is None

    search = noise > DENSE_NOISE
    looked = order[: MAX_SEARCHED if search else MAX_LOOKED]
    scores = dict(zip(usable.tolist(), score.tolist(), strict=True))
    for i in _spread(looked, poses, free if search else lambda _: True):
        kind = TIP if raised[i] else grasps.kinds[i]
        cost = scores[int(order[0])] - scores[i]
        yield Candidate(poses[i], float(grasps.widths[i]), kind, cost)


def world_from_object(arm: Manipulator, thing: str) -> Array:
    """The pose (4, 4) of an object now."""
    body, data = arm.compiled.objects[thing].body, arm.executor.data
    return transform(data.xpos[body], data.xmat[body].reshape(3, 3))


def _raised(poses: Array, floor: float) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Poses from above that reach below the floor are drawn back until the tips just do not.

    What is flat is then held by the ends of the fingers. Returns the poses (N, 4, 4), and which
    of them are held like that (N,).
    """
    deep = np.clip(floor - lowest(poses), 0.0, MAX_RAISE) * (poses[:, 2, 2] < -STEEP)
    raised = poses.copy()
    raised[:, :3, 3] -= poses[:, :3, 2] * (deep / np.maximum(-poses[:, 2, 2], STEEP))[:, None]
    return raised, deep > TIP_RAISE


def _spread(
    order: npt.NDArray[np.int64], poses: Array, good: Callable[[int], bool]
) -> Iterator[int]:
    """The first MAX_GRASPS good ones of an order, leaving out near repeats of earlier ones."""
    chosen: list[int] = []
    for i in order.tolist():
        kept = poses[chosen]
        if chosen:
            near = np.linalg.norm(kept[:, :3, 3] - poses[i][:3, 3], axis=1) < 0.012
            alike = np.einsum("nij,ij->n", kept[:, :3, :3], poses[i][:3, :3]) > 2.6
            if bool((near & alike).any()):
                continue
        if not good(i):
            continue
        chosen.append(i)
        yield i
        if len(chosen) >= MAX_GRASPS:
            break
