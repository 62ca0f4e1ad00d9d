"""Rollouts repeat demonstrations exactly, return to states exactly, and judge as solving does."""

from __future__ import annotations

import numpy as np
import pytest
from rolled import Attempt, attempt
from some import some
from worlds import by_hand, first, put

from cousins.scenes.model.mujoco_model import compile_model
from cousins.scenes.model.qpos_layout import qpos_layout
from cousins.schemas import ActionError, DatasetError
from cousins.schemas.physics import ACTION_NOISE
from cousins.tasks.bddl.goals import evaluate
from cousins.tasks.bddl.problem import scene_problem
from cousins.tasks.physics.disturbances import acting
from cousins.tasks.physics.execution import apply
from cousins.tasks.rollout.actions import EndEffector, action_names, checked
from cousins.tasks.rollout.objects import FEATURES, ObjectStates, padded, task_objects
from cousins.tasks.rollout.simulation import Rollout
from cousins.tasks.rollout.stepping import Stepper


def begun(one: Attempt, limit: int = 1000) -> Rollout:
    compiled = compile_model(one.scene, one.assets, "physics")
    goal = scene_problem(one.task).goal
    rollout = Rollout(compiled, goal, one.episode.hz, limit, one.episode.disturbances)
    rollout.begin_at(one.arrays.initial_state)
    return rollout


@pytest.mark.parametrize("slips", [False, True])
def test_a_demonstration_comes_out_exactly(slips: bool) -> None:
    one = attempt(0, slips)
    assert bool(one.episode.disturbances) == slips
    rollout, arrays = begun(one), one.arrays
    assert np.array_equal(rollout.tool, arrays.tool[0])
    for number, action in enumerate(arrays.actions):
        assert not rollout.success
        outcome = rollout.step(action)
        assert np.array_equal(rollout.data.qpos, arrays.qpos[number + 1])
        assert np.array_equal(rollout.data.qvel, arrays.qvel[number + 1])
        assert np.array_equal(rollout.tool, arrays.tool[number + 1])
        assert np.float32(rollout.opening) == arrays.gripper[number + 1]
        if outcome.success:
            break
    assert rollout.success
    assert all(part.holds for part in some(rollout.report()))


def test_success_takes_one_second() -> None:
    one = attempt()
    rollout = begun(one)
    held: list[bool] = []
    for action in one.arrays.actions:
        outcome = rollout.step(action)
        held.append(outcome.holds)
        assert outcome.success == (len(held) > 10 and held[-1] and held[-11])
    assert held[-11:] == [True] * 11


@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_the_native_steps_are_those_of_an_episode(noise: float) -> None:
    one = attempt()
    scene = one.scene.model_copy(update={"physics": {ACTION_NOISE.pattern: noise}})
    compiled = compile_model(scene, one.assets, "physics")
    fast, slow = compiled.new_data(), compiled.new_data()
    stepper = Stepper(compiled, fast, one.episode.hz)
    for number, action in enumerate(one.arrays.actions[:40]):
        stepper.step(action, number)
        apply(compiled, slow, action, one.episode.hz, number, acting((), number))
        for name in ("qpos", "qvel", "ctrl", "qacc_warmstart", "xpos", "time"):
            assert np.array_equal(getattr(fast, name), getattr(slow, name)), name


def test_a_state_is_returned_to_exactly() -> None:
    one = attempt()
    rollout, actions = begun(one), one.arrays.actions
    # So late that the goal holds, which is part of the state too.
    middle = len(actions) - 4
    for action in actions[:middle]:
        rollout.step(action)
    assert rollout.holds
    kept = rollout.state()
    outcomes = [rollout.step(action) for action in actions[middle:]]
    last = rollout.state()
    rollout.reset()
    assert not rollout.holds
    rollout.restore(kept)
    assert np.array_equal(rollout.tool, kept.tool)
    assert [rollout.step(action) for action in actions[middle:]] == outcomes
    again = rollout.state()
    assert np.array_equal(last.physics, again.physics)
    assert (last.steps, last.held) == (again.steps, again.held)
    with pytest.raises(DatasetError, match=r"a state of shape \(3,\) was given; its states have"):
        rollout.begin_at(np.zeros(3))


def test_time_is_up_at_the_limit_and_no_error() -> None:
    one = attempt()
    rollout = begun(one, limit=3)
    found = [rollout.step(action).truncated for action in one.arrays.actions[:5]]
    assert found == [False, False, True, True, True]


def test_progress_grows_on_the_way_and_is_whole_where_the_goal_holds() -> None:
    one = attempt()
    rollout = begun(one)
    values = [rollout.progress]
    for action in one.arrays.actions:
        outcome = rollout.step(action)
        values.append(rollout.progress)
        assert (values[-1] == 1.0) == outcome.holds
    assert 0.0 < values[0] < 0.5
    assert values[len(values) // 2] > values[0]


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (np.zeros(7), r"its shape is \(7,\); this environment takes \(8,\): joint_1.pos, "),
        (np.zeros((1, 8)), r"its shape is \(1, 8\)"),
        ([0.0] * 7 + [float("nan")], r"action\[7\] \(gripper.pos\) is nan; actions must be finite"),
        ([float("inf")] + [0.0] * 7, r"action\[0\] \(joint_1.pos\) is inf"),
        ("left", "'left' is no array of numbers"),
    ],
)
def test_a_bad_action_is_refused(action: object, message: str) -> None:
    with pytest.raises(ActionError, match=message):
        checked(action, action_names("joints", 7))  # type: ignore[arg-type]


def test_a_motion_of_the_tool_moves_it_so_and_no_farther_than_the_arm_reaches() -> None:
    one = attempt()
    compiled = compile_model(one.scene, one.assets, "physics")
    goal = scene_problem(one.task).goal
    rollout, arm = Rollout(compiled, goal, 10, 100), EndEffector(compiled)
    delta = np.array([0.01, -0.02, 0.015, 0.0, 0.0, 0.1], dtype=np.float32)
    before, command = rollout.tool, rollout.command
    for _ in range(3):
        target = arm.target(command[:-1], delta)
        assert target is not None
        command = np.array([*target, command[-1]])
        rollout.step(command.astype(np.float32))
    for _ in range(20):
        rollout.step(command.astype(np.float32))
    moved = rollout.tool[:3] - before[:3]
    assert np.abs(moved - 3 * delta[:3]).max() < 0.004
    assert arm.target(command[:-1], np.array([0, 0, 5, 0, 0, 0], dtype=np.float32)) is None


def test_the_layout_of_positions_is_the_compiled_models() -> None:
    things = [
        put("cabinet", first("cabinet.n.01"), (0.7, 0.0, 0.0)),
        put("mug", first("mug.n.04"), (0.4, 0.2, 0.0)),
        put("oven", first("microwave.n.02"), (0.5, -0.4, 0.0)),
        put("lamp", first("apple.n.01"), (0.4, -0.1, 0.0)),
    ]
    compiled = by_hand(*things)
    found = qpos_layout(compiled.scene, compiled.assets, compiled.model.nq)
    joints = 0
    for thing in compiled.scene.objects:
        index = compiled.objects[thing.name]
        assert found[thing.name].pose == index.free_qpos
        assert found[thing.name].joints == {name: j.qpos for name, j in index.joints.items()}
        joints += len(index.joints)
    assert joints > 2
    with pytest.raises(DatasetError, match="a recorded state holds 3"):
        qpos_layout(compiled.scene, compiled.assets, 3)


def test_states_of_objects_say_where_they_are_and_how_far_open() -> None:
    cabinet = first("cabinet.n.01")
    drawer = next(joint for joint in cabinet.joints if joint.controls == "opening")
    middle = sum(drawer.limits) / 2
    mug = put("mug", first("mug.n.04"), (0.4, 0.2, 0.0), 0.5)
    compiled = by_hand(put("cabinet", cabinet, (0.7, 0.0, 0.0), 0.0, {drawer.name: middle}), mug)
    states = ObjectStates(compiled.scene, compiled.assets, ("mug", "cabinet"), compiled.model.nq)
    data = compiled.new_data()
    data.qpos[compiled.objects["mug"].free_qpos] += 0.1
    table = states.at(np.array(data.qpos))
    assert table.shape == (2, len(FEATURES))
    thing = compiled.scene.object("mug")
    assert np.allclose(table[0, :3], np.array(thing.pos) + np.array([0.1, 0, 0]))
    assert np.allclose(table[0, 3:7], thing.quat)
    assert tuple(table[0, 7:10]) == mug[1].extents
    assert np.allclose(table[:, 10], [0.0, 0.5])
    assert (table[:, 11] == 0).all()
    several = states.at(np.array([data.qpos, compiled.rest()]))
    assert np.array_equal(several[0], table)
    assert several[1, 0, 0] == thing.pos[0]
    vector = padded(several, 3)
    assert vector.shape == (2, 36)
    assert np.array_equal(vector[0, :24], table.reshape(-1).astype(np.float32))
    assert not vector[:, 24:].any()


def test_a_tasks_objects_are_all_but_the_support() -> None:
    assert task_objects(attempt().task) == ("apple", "basket")


def test_facts_stay_those_of_their_moment() -> None:
    one = attempt()
    rollout = begun(one)
    for action in one.arrays.actions:
        rollout.step(action)
    facts, goal = rollout.facts, scene_problem(one.task).goal
    rollout.reset()
    assert evaluate(goal, facts)
    assert not evaluate(goal, rollout.facts)
