"""Collision checks with known answers, ways around a wall, and timing within limits."""

from __future__ import annotations

import functools
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from worlds import by_hand, first, put

from cousins.scenes.core.geometry import Array, inverse, transform
from cousins.scenes.model.mujoco_model import CompiledScene
from cousins.scenes.robots import robot
from cousins.schemas import Cause, PlanningError
from cousins.tasks.grasping.hand import TIP_REACH
from cousins.tasks.motion.blocking import BlockedError
from cousins.tasks.motion.collision import (
    NEAR_MARGIN,
    PRESS_DEPTH,
    ROBOT_MARGIN,
    CollisionWorld,
    Held,
)
from cousins.tasks.motion.kinematics import Arm
from cousins.tasks.motion.obstacles import Collision, Obstacle, ObstacleKind
from cousins.tasks.motion.planner import RESOLUTION, MotionPlanner, time_path

FRANKA = robot("franka-fr3")
HOME = np.array(FRANKA.home)
DOWN = np.diag([1.0, -1.0, -1.0])
OPEN = 0.08


@functools.lru_cache(maxsize=1)
def scene() -> tuple[CompiledScene, Arm]:
    """A shelf as a wall between left and right, and a can on each side."""
    can = first("can__of__soda.n.01")
    compiled = by_hand(
        put("wall", first("shelf.n.01"), (0.52, 0.0, 0.0), np.pi / 2),
        put("left", can, (0.5, 0.35, 0.0)),
        put("right", can, (0.5, -0.35, 0.0)),
    )
    return compiled, Arm(compiled)


def world() -> CollisionWorld:
    compiled, _ = scene()
    made = CollisionWorld(compiled)
    made.update(compiled.new_data())
    return made


def above(x: float, y: float, height: float) -> Array:
    """Tool pose over the table, the hand straight down."""
    compiled, _ = scene()
    return transform([x, y, compiled.scene.robot.pos[2] + height], DOWN)


def reach(pose: Array, near: Array = HOME) -> Array:
    """The configuration of a pose that is nearest to home."""
    _, arm = scene()
    return arm.solutions(pose, near)[0]


def met(hit: Collision | None) -> str | None:
    """The name of the object that is hit."""
    return hit.obstacle.name if hit is not None else None


def test_home_is_free() -> None:
    assert world().check_collision(HOME, OPEN) is None


def test_hits_are_named() -> None:
    checks = world()
    height = first("can__of__soda.n.01").extents[2]
    assert met(checks.check_collision(reach(above(0.5, 0.35, height / 2)), 0.02)) == "left"
    assert met(checks.check_collision(reach(above(0.5, -0.35, height / 2)), 0.02)) == "right"
    assert met(checks.check_collision(reach(above(0.35, 0.35, -0.005)), OPEN)) == "table"
    assert met(checks.check_collision(reach(above(0.52, 0.0, 0.25)), OPEN)) == "wall"
    assert checks.check_collision(reach(above(0.5, 0.35, height + 0.1)), OPEN) is None


def test_the_arm_meets_itself() -> None:
    folded = np.array([0.0, -1.7, 0.0, -3.0, 0.0, 0.6, 0.0])
    hit = world().check_collision(folded, OPEN)
    assert hit is not None
    assert (hit.obstacle, hit.phrase) == (Obstacle(ObstacleKind.ROBOT), "the robot itself")
    assert hit.depth > 0


def test_open_fingers_may_stand_around_what_they_will_take() -> None:
    checks = world()
    can = first("can__of__soda.n.01")
    grasp = reach(above(0.5, 0.35, can.extents[2] - 0.03))
    around = can.extents[0] + 0.01
    assert met(checks.check_collision(grasp, around)) == "left"  # closer than the clearance
    assert checks.check_collision(grasp, around, frozenset({"left"}), near=True) is None
    assert (
        met(checks.check_collision(grasp, can.extents[0] - 0.01, frozenset({"left"}), near=True))
        == "left"
    )
    closed = can.extents[0] - 0.01
    assert (
        checks.check_collision(grasp, closed, frozenset({"left"}), near=True, depth=PRESS_DEPTH)
        is None
    )
    assert checks.check_collision(grasp, closed, near=True, ignore=frozenset({"left"})) is None


@pytest.mark.parametrize(("clearance", "near"), [(ROBOT_MARGIN, False), (NEAR_MARGIN, True)])
def test_clearance_is_kept(clearance: float, near: bool) -> None:
    checks = world()
    can = first("can__of__soda.n.01")
    grasp = above(0.5, 0.35, can.extents[2])
    tip = TIP_REACH
    for gap, expected in ((clearance - 0.001, "left"), (clearance + 0.001, None)):
        pose = grasp.copy()
        pose[2, 3] += gap + tip
        hit = checks.check_collision(reach(pose), 0.0, near=near)
        assert met(hit) == expected
        assert hit is None or hit.depth == pytest.approx(-gap, abs=2e-4)


def test_what_is_held_collides_too() -> None:
    compiled, _ = scene()
    data, checks = compiled.new_data(), world()
    can = first("can__of__soda.n.01")
    grasp = above(0.5, 0.35, can.extents[2] - 0.03)
    body = compiled.objects["left"].body
    held = Held("left", inverse(grasp) @ transform(data.xpos[body], data.xmat[body].reshape(3, 3)))
    checks.update(data, held)
    opening = can.extents[0]
    lifted = reach(above(0.5, 0.35, can.extents[2] + 0.06))
    assert checks.check_collision(lifted, opening, frozenset({"left"}), depth=PRESS_DEPTH) is None
    # The hand is well above the wall, but what it carries is not.
    top = first("shelf.n.01").extents[2]
    over = reach(above(0.52, 0.0, top + 0.06))
    hit = checks.check_collision(over, opening, frozenset({"left"}), depth=PRESS_DEPTH)
    assert hit is not None
    assert (met(hit), hit.held, hit.phrase) == ("wall", "left", "wall with the left")
    checks.upright = 1.01
    hit = checks.check_collision(over, opening, frozenset({"left"}), depth=PRESS_DEPTH)
    leaning = Collision(Obstacle(ObstacleKind.TILT, "left"))
    assert (hit, leaning.phrase) == (leaning, "the level of the left")
    checks.upright = None
    checks.update(data)
    assert checks.check_collision(over, opening) is None


def test_fixed_things_cannot_be_held() -> None:
    checks = world()
    compiled, _ = scene()
    checks.update(compiled.new_data(), Held("wall", np.eye(4)))
    with pytest.raises(ValueError, match="wall is fixed"):
        checks.check_collision(HOME, OPEN)


def test_moving_a_joint_of_the_frozen_world() -> None:
    asset = first("cabinet.n.01")
    compiled = by_hand(put("cabinet", asset, (0.62, 0.0, 0.0), np.pi))
    arm, checks = Arm(compiled), CollisionWorld(compiled)
    checks.update(compiled.new_data())
    drawer = next(link for link in asset.links if link.joint)
    assert drawer.joint is not None
    front = 0.62 - asset.extents[0] / 2 - 0.08
    z = compiled.scene.robot.pos[2] + drawer.pos[2]
    q = arm.solutions(transform([front, 0.0, z], DOWN), HOME)[0]
    index = compiled.objects["cabinet"].joints[drawer.joint.name]
    assert checks.check_collision(q, 0.0) is None
    checks.set_joint(index.qpos, index.high)
    assert met(checks.check_collision(q, 0.0)) == "cabinet"


def test_a_path_goes_around_the_wall() -> None:
    _, arm = scene()
    checks = world()
    planner = MotionPlanner(checks, arm)
    start, goal = reach(above(0.5, 0.3, 0.16)), reach(above(0.5, -0.3, 0.16))
    straight = [start + share * (goal - start) for share in np.linspace(0, 1, 60)]
    assert any(met(checks.check_collision(q, OPEN)) == "wall" for q in straight)
    path = planner.connect(start, goal, OPEN, np.random.default_rng(0))
    assert np.array_equal(path[0], start)
    assert np.array_equal(path[-1], goal)
    assert len(path) > 2
    for a, b in pairwise(path):
        count = int(np.ceil(np.abs(b - a).max() / (RESOLUTION / 2))) + 1
        for share in np.linspace(0, 1, count):
            hit = checks.check_collision(a + share * (b - a), OPEN, near=True)
            assert hit is None
    again = planner.connect(start, goal, OPEN, np.random.default_rng(0))
    assert np.array_equal(path, again)
    other = planner.connect(start, goal, OPEN, np.random.default_rng(1))
    assert not (len(path) == len(other) and np.array_equal(path, other))


def test_free_ends_are_joined_directly() -> None:
    _, arm = scene()
    goal = reach(above(0.5, 0.3, 0.4))
    path = MotionPlanner(world(), arm).connect(HOME, goal, OPEN, np.random.default_rng(0))
    assert len(path) == 2


def test_an_end_inside_something_is_an_error() -> None:
    _, arm = scene()
    goal = reach(above(0.52, 0.0, 0.25))
    with pytest.raises(PlanningError, match="the end of the path hits wall") as caught:
        MotionPlanner(world(), arm).connect(HOME, goal, OPEN, np.random.default_rng(0))
    assert isinstance(caught.value, BlockedError)
    assert caught.value.kind is Cause.COLLISION
    assert caught.value.by == Counter([Obstacle(ObstacleKind.OBJECT, "wall")])


@pytest.mark.parametrize("speed", [1.0, 0.4])
def test_timing_keeps_the_limits_and_ends_at_rest(speed: float) -> None:
    rng = np.random.default_rng(2)
    path = [HOME, *(HOME + rng.uniform(-0.7, 0.7, 7) for _ in range(4))]
    hz = 50
    positions, velocities = time_path(path, FRANKA, hz, speed)
    assert np.allclose(positions[-1], path[-1], atol=1e-6)
    assert np.abs(velocities[-1]).max() < 1e-6
    limit = np.array(FRANKA.max_velocity) * speed
    assert (np.abs(velocities) <= limit * 1.01).all()
    whole = np.vstack([path[0], positions])
    assert (np.abs(np.diff(whole, axis=0)) * hz <= limit * 1.01).all()
    change = np.diff(np.vstack([np.zeros(7), velocities]), axis=0) * hz
    assert (np.abs(change) <= np.array(FRANKA.max_acceleration) * speed * 1.1).all()
    # Near-optimal: somewhere a limit is reached.
    use = np.maximum(
        np.abs(velocities / limit).max(),
        np.abs(change / (np.array(FRANKA.max_acceleration) * speed)).max(),
    )
    assert use > 0.9
    for corner in path:
        assert np.abs(whole - corner).max(axis=1).min() < 0.06


def test_slower_takes_longer_and_nowhere_takes_no_time() -> None:
    path = [HOME, HOME + 0.5]
    fast, slow = (len(time_path(path, FRANKA, 20, speed)[0]) for speed in (1.0, 0.35))
    assert slow > 1.5 * fast
    assert time_path([HOME, HOME.copy()], FRANKA, 20, 1.0)[0].shape == (0, 7)


def test_the_hand_alone_hits_what_it_hits_on_the_arm() -> None:
    compiled, arm = scene()
    data, checks, alone = compiled.new_data(), world(), world()
    can = first("can__of__soda.n.01")
    grasp = above(0.5, 0.35, can.extents[2] - 0.03)
    body = compiled.objects["left"].body
    held = Held("left", inverse(grasp) @ transform(data.xpos[body], data.xmat[body].reshape(3, 3)))
    for carried in (None, held):
        checks.update(data, carried)
        alone.update(data, carried)
        found: list[Collision | None] = []
        for y in np.linspace(-0.4, 0.4, 17):
            for height in (0.005, 0.06, 0.25):
                pose = above(0.52, float(y), height)
                solutions = arm.solutions(pose, HOME)
                # Where the forearm is free, what is hit is the hand's doing.
                hits = {checks.check_collision(q, 0.04, near=True) for q in solutions}
                found.append(alone.check_hand_collision(pose, 0.04))
                assert not solutions or (found[-1] is None) == (None in hits)
        assert None in found
        assert {"wall", "left", "right"} - {getattr(carried, "name", "")} <= {
            met(hit) for hit in found
        }


def test_where_the_arm_was_last_does_not_matter_to_the_hand_alone() -> None:
    _, arm = scene()
    checks, alone, rng = world(), world(), np.random.default_rng(0)
    free = above(0.5, 0.35, 0.3)
    assert alone.check_hand_collision(free, 0.04) is None
    tried = 0
    for q in rng.uniform(arm.low, arm.high, (400, 7)):
        hit = checks.check_collision(q, 0.04, near=True)
        if (
            hit is None
            or hit.obstacle.kind is ObstacleKind.ROBOT
            or alone.check_hand_collision(arm.forward(q), 0.04) is not None
        ):
            continue
        # Only the arm is in the way here.
        tried += 1
        assert alone.check_collision(q, 0.04, near=True) == hit
        assert alone.check_hand_collision(free, 0.04) is None
    assert tried > 5
