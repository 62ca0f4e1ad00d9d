"""The robot: it squeezes hard enough, its tool frame is where it says, and its inverse is true."""

from __future__ import annotations

import functools
from typing import Any

import mujoco
import numpy as np
import pytest
from worlds import by_hand

from cousins.generators.proposing import catalogue
from cousins.scenes.core import rescale
from cousins.scenes.core.franka import FRANKA
from cousins.scenes.core.geometry import Array, axis_rotation
from cousins.scenes.importing import grips, pinch
from cousins.scenes.model.mujoco_model import TIMESTEP, CompiledScene
from cousins.scenes.robots import WORLD_BIT, robot, robot_model
from cousins.schemas import SpecError
from cousins.tasks.motion.kinematics import TRACK_TOLERANCE, Arm, line
from cousins.tasks.physics.execution import tool_pose


@functools.lru_cache(maxsize=1)
def alone() -> tuple[CompiledScene, Arm]:
    """The robot at an empty table."""
    compiled = by_hand()
    return compiled, Arm(compiled)


def reachable(count: int, seed: int = 0) -> list[Array]:
    """Configurations well within the limits, (7,) each."""
    _, arm = alone()
    rng = np.random.default_rng(seed)
    low, high = arm.low + 0.15, arm.high - 0.15
    return [rng.uniform(low, high) for _ in range(count)]


def squeeze(width: float) -> tuple[float, float]:
    """Normal force of each pad on a loose plate of this thickness, newtons."""
    spec: Any = mujoco.MjSpec()
    spec.option.timestep = TIMESTEP
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    child = robot_model("franka-fr3", "physics")
    spec.worldbody.add_frame().attach_body(child.body("base"), "r/", "")
    plate = spec.worldbody.add_body(name="plate", gravcomp=1)
    plate.add_freejoint(name="plate")
    plate.add_geom(
        name="plate",
        type=mujoco.mjtGeom.mjGEOM_BOX,
        size=[0.02, width / 2, 0.01],
        contype=WORLD_BIT,
        conaffinity=7,
        mass=0.05,
    )
    model = spec.compile()
    data = mujoco.MjData(model)
    known = robot("franka-fr3")
    for name, value in zip(known.joints, known.home, strict=True):
        data.qpos[model.joint(f"r/{name}").qposadr] = value
        data.ctrl[model.actuator(f"r/{name}").id] = value
    for name in known.fingers:
        data.qpos[model.joint(f"r/{name}").qposadr] = known.max_opening / 2
    data.ctrl[model.actuator("r/hand").id] = 0.0
    mujoco.mj_kinematics(model, data)
    hand = model.body("r/hand").id
    tool = data.xpos[hand] + data.xmat[hand].reshape(3, 3) @ known.tool_pos
    start = model.joint("plate").qposadr[0]
    data.qpos[start : start + 7] = [*tool, *data.xquat[hand]]
    mujoco.mj_step(model, data, 400)
    forces: dict[str, float] = {}
    for number in range(data.ncon):
        names = {model.geom(g).name for g in data.contact.geom[number]}
        if "plate" in names:
            force = np.zeros(6)
            mujoco.mj_contactForce(model, data, number, force)
            (pad,) = names - {"plate"}
            pad = pad.removeprefix("r/")
            forces[pad] = forces.get(pad, 0.0) + force[0]
    return forces.get("left_pad", 0.0), forces.get("right_pad", 0.0)


@pytest.mark.parametrize("width", [0.01, 0.04])
def test_the_gripper_squeezes_hard_enough_to_lift(width: float) -> None:
    left, right = squeeze(width)
    assert min(left, right) > 15.0
    assert max(left, right) < 120.0


def test_the_tool_point_is_between_the_fingertips() -> None:
    compiled, _ = alone()
    data = compiled.new_data()
    pose = tool_pose(compiled, data)
    left, right = (data.geom_xpos[pad] for pad in compiled.robot.pads)
    assert np.linalg.norm((left + right) / 2 - pose[:3, 3]) < 0.003
    # The fingers close along the tool's y; the hand points along its z.
    apart = (left - right) / np.linalg.norm(left - right)
    assert abs(apart @ pose[:3, 1]) > 0.9999
    palm = data.xpos[compiled.robot.hand]
    ahead = (pose[:3, 3] - palm) / np.linalg.norm(pose[:3, 3] - palm)
    assert ahead @ pose[:3, 2] > 0.9999
    assert np.linalg.norm(left - right) == pytest.approx(
        compiled.robot.spec.max_opening + 2 * 0.0055, abs=1e-3
    )


def test_forward_kinematics_agree_with_the_simulation() -> None:
    compiled, arm = alone()
    data = compiled.new_data()
    for q in reachable(20):
        data.qpos[compiled.robot.arm_qpos] = q
        mujoco.mj_kinematics(compiled.model, data)
        assert np.allclose(arm.forward(q), tool_pose(compiled, data), atol=1e-12)


def above_the_table(count: int) -> list[Array]:
    """Tool poses within reach over the table that the arm can take, the hand downwards."""
    compiled, arm = alone()
    top = compiled.scene.robot.pos[2]
    found: list[Array] = []
    for q in reachable(8000, seed=3):
        pose = arm.forward(q)
        near = 0.3 < np.hypot(*pose[:2, 3]) < 0.75 and top < pose[2, 3] < top + 0.6
        if near and pose[2, 2] < 0.2:
            found.append(pose)
    assert len(found) >= count
    return found[:count]


def test_inverse_kinematics_reach_exactly() -> None:
    _, arm = alone()
    home = np.array(robot("franka-fr3").home)
    solved = 0
    for pose in above_the_table(100):
        found = arm.solutions(pose, home)
        solved += bool(found)
        for solution in found[:4]:
            assert np.abs(arm.forward(solution) - pose).max() < 1e-6
            assert (solution >= arm.low).all()
            assert (solution <= arm.high).all()
        cost = [float(np.sum(((s - home) * arm.weight) ** 2)) for s in found]
        assert cost == sorted(cost)
    # The redundant joint is sampled: what only few of its values reach may be missed.
    assert solved >= 96


def test_distinct_solutions_differ() -> None:
    _, arm = alone()
    pose = arm.forward(reachable(1, seed=4)[0])
    chosen = arm.distinct(pose, np.array(robot("franka-fr3").home), 5)
    assert 1 < len(chosen) <= 5
    for i, a in enumerate(chosen):
        for b in chosen[:i]:
            assert np.abs(a - b).max() > 0.5


def test_out_of_reach_has_no_solution() -> None:
    _, arm = alone()
    pose = arm.forward(np.array(robot("franka-fr3").home))
    pose[0, 3] = 1.6
    assert arm.solutions(pose, np.array(robot("franka-fr3").home)) == []


@pytest.mark.parametrize("offset", [(0.0, 0.0, -0.15), (0.1, 0.12, 0.0), (-0.08, -0.1, 0.05)])
def test_track_follows_a_straight_line(offset: tuple[float, float, float]) -> None:
    _, arm = alone()
    home = np.array(robot("franka-fr3").home)
    start = arm.forward(home)
    goal = start.copy()
    goal[:3, 3] += offset
    goal[:3, :3] = axis_rotation([0, 0, 1], 0.5) @ start[:3, :3]
    poses = line(start, goal)
    assert np.allclose(poses[-1], goal, atol=1e-9)
    path = arm.cartesian_path(home, poses)
    assert path is not None
    along = np.array(offset) / np.linalg.norm(offset)
    for q, pose in zip(path, poses, strict=True):
        reached = arm.forward(q)
        assert np.linalg.norm(reached[:3, 3] - pose[:3, 3]) < TRACK_TOLERANCE[0]
        beside = reached[:3, 3] - start[:3, 3]
        assert np.linalg.norm(beside - along * (beside @ along)) < 0.001
    steps = np.abs(np.diff([home, *path], axis=0)).max()
    assert steps < 0.35


def test_track_says_where_it_cannot_follow() -> None:
    _, arm = alone()
    home = np.array(robot("franka-fr3").home)
    start = arm.forward(home)
    goal = start.copy()
    goal[0, 3] += 0.9
    assert arm.cartesian_path(home, line(start, goal)) is None


def test_unknown_robots_are_errors() -> None:
    with pytest.raises(SpecError, match=r"'ur5' is unknown; did you mean 'ur5e-2f85'"):
        robot("ur5")


def test_the_arm_does_not_fall() -> None:
    compiled, _ = alone()
    data = compiled.new_data()
    mujoco.mj_step(compiled.model, data, 500)
    home = np.array(compiled.scene.robot.home)
    assert np.abs(data.qpos[compiled.robot.arm_qpos] - home).max() < 1e-3


def test_the_widest_spans_leave_the_stated_margins_of_the_opening() -> None:
    assert FRANKA.widest_grasp == 0.070
    margins = (grips.SPARE, pinch.SPARE, catalogue.SPARE, rescale.SPARE)
    assert [FRANKA.span(margin) for margin in margins] == [0.072, 0.075, 0.075, 0.078]
    assert (grips.MAX_WIDTH, pinch.MAX_WIDTH) == (0.072, 0.075)
