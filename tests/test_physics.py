"""Physics that varies: what each path does in the simulator, how it is drawn, and its replay."""

from __future__ import annotations

import functools
from typing import Any

import mujoco
import numpy as np
import pytest
from worlds import LIBRARY, by_hand, first, make_task, put

from cousins.flows.checks import check_spec
from cousins.generators.exports.lerobot.rows import episode_columns
from cousins.generators.store.changes import slice_of
from cousins.scenes.core.rescale import rescaled
from cousins.scenes.model.mujoco_model import CompiledScene, compile_model
from cousins.scenes.physics.drawing import PhysicsDraw
from cousins.scenes.physics.sensing import sensed
from cousins.schemas import Asset, Episode, EpisodeArrays, EpisodeSpec, Scene, SpecError
from cousins.schemas.physics import PATHS, PhysicsSpec
from cousins.schemas.spec_file import parse_spec
from cousins.tasks.physics.execution import Executor, apply
from cousins.tasks.physics.replay import replay
from cousins.tasks.solving.setup import build_scene
from cousins.tasks.solving.solve import solve

TASK = make_task(
    {"lemon": "lemon.n.01", "mixing_bowl": "mixing_bowl.n.01"}, "", "(inside lemon mixing_bowl)"
)
ABC = dict.fromkeys("abc", False)
VARY = """
    object.*.mass: {uniform: [0.5, 2.0]}
    object.lemon.friction: {uniform: [0.8, 1.5]}
    object.mixing_bowl.scale: {uniform: [1.05, 1.2]}
    gravity: {sweep: [6.0, 12.0]}
    robot.gains: {uniform: [0.7, 1.5]}
    robot.latency: {uniform: [0.02, 0.06]}
    robot.action_noise: 0.003
    robot.sensor_noise: 0.01
"""


@functools.lru_cache(maxsize=1)
def plain() -> CompiledScene:
    """A lemon and a cabinet with a drawer on a table."""
    return by_hand(
        put("lemon", first("lemon.n.01"), (0.45, 0.1, 0.0)),
        put("cabinet", first("cabinet.n.01"), (0.55, -0.3, 0.0), np.pi),
    )


def under(**values: float) -> CompiledScene:
    """The same under other physics; `__` stands for a dot."""
    physics = {path.replace("__", "."): value for path, value in values.items()}
    scene = plain().scene.model_copy(update={"physics": physics})
    return compile_model(scene, plain().assets, "physics")


def bodies(world: CompiledScene, name: str) -> list[int]:
    return list(world.objects[name].bodies.values())


def test_mass_scales_an_object_and_no_other() -> None:
    old, new = plain().model, under(object__lemon__mass=2.5).model
    mine = bodies(plain(), "lemon")
    np.testing.assert_allclose(new.body_mass[mine], 2.5 * old.body_mass[mine])
    np.testing.assert_allclose(new.body_inertia[mine], 2.5 * old.body_inertia[mine])
    others = np.setdiff1d(np.arange(old.nbody), mine)  # pyright: ignore[reportUnknownArgumentType]
    np.testing.assert_array_equal(new.body_mass[others], old.body_mass[others])


def test_gravity_pulls_as_hard_as_it_says() -> None:
    world = under(gravity=3.7)
    data = world.new_data()
    address = world.objects["lemon"].free_dof
    assert address is not None
    data.qpos[world.objects["lemon"].free_qpos + 2] += 0.3  # type: ignore[operator]
    for _ in range(50):
        mujoco.mj_step(world.model, data)
    assert data.qvel[address + 2] == pytest.approx(-3.7 * data.time, rel=1e-3)


def slide(world: CompiledScene) -> float:
    """How far the lemon comes that is pushed off along the table, metres."""
    data = world.new_data()
    index = world.objects["lemon"]
    assert index.free_dof is not None
    assert index.free_qpos is not None
    start = data.qpos[index.free_qpos]
    for _ in range(100):  # without letting it roll
        data.qvel[index.free_dof + 3 : index.free_dof + 6] = 0.0
        if data.time == 0.0:
            data.qvel[index.free_dof] = 0.4
        mujoco.mj_step(world.model, data)
    return float(data.qpos[index.free_qpos] - start)


def test_friction_of_everything_and_of_one_thing_stop_it_sooner() -> None:
    normal = slide(plain())
    assert slide(under(friction=0.4)) > 1.1 * normal
    assert slide(under(object__lemon__friction=0.3)) > 1.1 * normal
    assert slide(under(object__lemon__friction=3.0)) < 0.9 * normal


def test_friction_of_a_thing_counts_between_the_fingers() -> None:
    old, new = plain().model, under(object__lemon__friction=0.5).model
    geoms = [g for g in range(new.ngeom) if new.geom_bodyid[g] in bodies(plain(), "lemon")]
    pads = plain().robot.pads
    assert pads
    assert min(new.geom_priority[geoms]) > max(new.geom_priority[list(pads)])
    np.testing.assert_allclose(new.geom_friction[geoms, 0], 0.5 * old.geom_friction[geoms, 0])


def test_joints_take_damping_friction_and_a_spring() -> None:
    values = {
        "object__cabinet__damping": 3.0,
        "object__cabinet__joint_friction": 2.0,
        "object__cabinet__stiffness": 7.0,
    }
    old, new = plain().model, under(**values).model
    own = [joint.dof for joint in plain().objects["cabinet"].joints.values()]
    assert own
    np.testing.assert_allclose(new.dof_damping[own], 3 * old.dof_damping[own])
    np.testing.assert_allclose(new.dof_frictionloss[own], 2 * old.dof_frictionloss[own])
    assert all(new.jnt_stiffness[new.dof_jntid[dof]] == 7.0 for dof in own)
    assert not new.jnt_stiffness[new.dof_jntid[plain().objects["lemon"].free_dof]]


def test_gains_and_damping_are_those_of_the_arm_alone() -> None:
    old, new = plain().model, under(robot__gains=0.5, robot__damping=3.0).model
    arm = plain().robot.arm_ctrl
    np.testing.assert_allclose(new.actuator_gainprm[arm, 0], 0.5 * old.actuator_gainprm[arm, 0])
    np.testing.assert_allclose(new.actuator_biasprm[arm, 1], 0.5 * old.actuator_biasprm[arm, 1])
    wanted = 3.0 * np.sqrt(0.5) * old.actuator_biasprm[arm, 2]
    np.testing.assert_allclose(new.actuator_biasprm[arm, 2], wanted)
    hand = plain().robot.gripper_ctrl
    np.testing.assert_array_equal(new.actuator_gainprm[hand], old.actuator_gainprm[hand])


def begins(world: CompiledScene) -> float:
    """Seconds until the first joint obeys a command."""
    data = world.new_data()
    rest = data.qpos[world.robot.arm_qpos[0]]
    data.ctrl[world.robot.arm_ctrl[0]] += 0.2
    for _ in range(200):
        mujoco.mj_step(world.model, data)
        if abs(data.qpos[world.robot.arm_qpos[0]] - rest) > 1e-4:
            return float(data.time)
    raise AssertionError("it never moved")


def test_latency_delays_commands_and_rests_as_if_there_were_none() -> None:
    late = under(robot__latency=0.1)
    assert begins(late) - begins(plain()) == pytest.approx(0.1, abs=0.003)
    at_rest = [Executor(world, 10, 100) for world in (plain(), late)]
    for executor in at_rest:
        executor.hold(0.3)
    np.testing.assert_allclose(at_rest[0].q, at_rest[1].q, atol=1e-9)


def test_action_noise_moves_the_arm_and_not_its_command() -> None:
    world = under(robot__action_noise=0.02)
    noisy, exact = Executor(world, 10, 100), Executor(plain(), 10, 100)
    before = noisy.command
    noisy.hold(0.5)
    exact.hold(0.5)
    np.testing.assert_allclose(noisy.command, before, atol=1e-6)
    assert 1e-4 < np.abs(noisy.q - exact.q).max() < 0.1
    data = world.new_data()
    for row in noisy.arrays().actions:
        apply(world, data, row, 10)
    np.testing.assert_array_equal(data.qpos, noisy.data.qpos)


def test_sensor_noise_is_the_same_from_wherever_one_looks() -> None:
    scene = under(robot__sensor_noise=0.01).scene
    true = np.zeros((400, 7))
    seen = sensed(scene, true)
    assert np.std(seen) == pytest.approx(0.01, rel=0.1)
    np.testing.assert_array_equal(sensed(scene, true[5:7], first=5), seen[5:7])
    assert sensed(plain().scene, true) is true


def test_draws_do_not_depend_on_what_else_is_drawn() -> None:
    vary = PhysicsSpec.model_validate(
        {"vary": {"object.*.mass": {"uniform": [0.5, 2.0]}, "object.b.mass": 3}}
    ).vary
    more = {
        **PhysicsSpec.model_validate({"vary": {"gravity": {"uniform": [4, 12.5]}}}).vary,
        **vary,
    }
    few, many = (PhysicsDraw(x, (7, 1)).values(ABC, "abc") for x in (vary, more))
    assert few == {path: value for path, value in many.items() if path != "gravity"}
    assert few["object.b.mass"] == 3
    assert few["object.a.mass"] != few["object.c.mass"]
    assert PhysicsDraw(vary, (7, 2)).values(ABC, "abc") != few
    assert PhysicsDraw(vary, (7, 1)).values({"a": False}, "a") == {
        "object.a.mass": few["object.a.mass"]
    }


def test_what_joints_have_is_drawn_for_things_with_joints_alone() -> None:
    vary = PhysicsSpec.model_validate({"vary": {"object.*.damping": 2}}).vary
    drawn = PhysicsDraw(vary, (7,)).values({"cabinet": True, "lemon": False}, ["cabinet", "lemon"])
    assert drawn == {"object.cabinet.damping": 2.0}


def test_sweeps_go_through_their_values_scene_by_scene() -> None:
    written = {"gravity": {"sweep": [5, 9]}, "friction": {"sweep": [1, 2, 3]}}
    vary = PhysicsSpec.model_validate({"vary": written}).vary
    drawn = [PhysicsDraw(vary, (0,), index).values({}, ()) for index in range(6)]
    pairs = [(x["gravity"], x["friction"]) for x in drawn]
    assert pairs == [(5, 1), (5, 2), (5, 3), (9, 1), (9, 2), (9, 3)]


@functools.lru_cache(maxsize=1)
def solved() -> tuple[Scene, dict[str, Asset], Episode, EpisodeArrays]:
    spec = parse_spec(f"name: x\nphysics:\n  vary:{VARY}")
    scene, assets = build_scene(slice_of(spec, "scenes", 2), TASK, 1, LIBRARY)
    episode, arrays = solve(scene, assets, TASK, EpisodeSpec(), (3,), "t0000-e00")
    return scene, assets, episode, arrays


def test_a_scene_stores_what_was_drawn_and_is_as_large_as_that() -> None:
    scene, assets, _, _ = solved()
    assert set(scene.physics) == {
        "object.lemon.mass", "object.mixing_bowl.mass", "object.lemon.friction",
        "object.mixing_bowl.scale", "gravity", "robot.gains", "robot.latency",
        "robot.action_noise", "robot.sensor_noise",
    }  # fmt: skip
    assert scene.physics["gravity"] == 12.0
    thing = scene.object("mixing_bowl")
    factor = scene.physics["object.mixing_bowl.scale"]
    twin = LIBRARY.get(thing.asset)
    assert 1.05 <= factor <= 1.2
    assert assets[thing.asset_hash] == rescaled(twin, factor)


def test_the_planner_copes_and_replay_has_the_same_physics() -> None:
    scene, assets, episode, arrays = solved()
    assert episode.success, episode.cause
    result = replay(scene, assets, TASK, episode, arrays)
    assert (result.success, result.max_error) == (True, 0.0)
    other = scene.model_copy(update={"physics": {**scene.physics, "object.lemon.mass": 0.3}})
    assert replay(other, assets, TASK, episode, arrays).max_error > 1e-4


def test_exports_see_through_noisy_sensors() -> None:
    scene, _, episode, arrays = solved()
    nothing = np.zeros((len(arrays.qpos), 0), np.float32)
    seen = episode_columns(arrays, episode, nothing, scene)["observation.state"]
    true = episode_columns(arrays, episode, nothing)["observation.state"]
    assert 0.005 < np.std((seen - true)[:, :-1]) < 0.015
    np.testing.assert_array_equal(seen[:, -1], true[:, -1])


def test_without_physics_nothing_is_stored() -> None:
    spec = parse_spec("name: x")
    assert "physics" not in spec.model_dump(mode="json")
    assert "physics" not in plain().scene.model_dump(mode="json")
    assert "physics" in parse_spec("name: x\nphysics: {}").model_dump(mode="json")


def test_every_path_changes_something() -> None:
    applied: set[str] = set()
    for path in PATHS:
        if path.pattern.startswith("robot.") and path.pattern.endswith("noise"):
            applied.add(path.pattern)
            continue
        if path.pattern.endswith(".scale"):
            draw = PhysicsDraw(PhysicsSpec.model_validate({"vary": {path.of("a"): 2}}).vary)
            assert draw.sized("a", first("lemon.n.01")).extents[0] > first("lemon.n.01").extents[0]
            applied.add(path.pattern)
            continue
        name = "cabinet" if path.pattern not in ("object.NAME.mass",) else "lemon"
        value = path.high if path.low < path.high else path.low
        before, after = plain().model, under(**{path.of(name).replace(".", "__"): value}).model
        assert _bytes(before) != _bytes(after), path.pattern
        applied.add(path.pattern)
    assert applied == {path.pattern for path in PATHS}


def _bytes(model: Any) -> bytes:
    buffer = np.empty(mujoco.mj_sizeModel(model), np.uint8)
    mujoco.mj_saveModel(model, None, buffer)
    return buffer.tobytes()


@pytest.mark.parametrize(
    ("vary", "expected"),
    [
        (
            "object.*.mas: 2",
            "line 4: physics.vary.object.*.mas: no such path; did you mean 'object.*.mass'",
        ),
        (
            "gravity: {uniform: [0, 9]}",
            "line 4: physics.vary.gravity: it can give 0 to 9; allowed are numbers from 0.5 to 30",
        ),
        ("robot.latency: fast", "physics.vary.robot.latency: 'fast' is no number; allowed are"),
        ("friction: [1, 2]", "[1.0, 2.0] is no number; write {sweep: [...]} or {choice: [...]}"),
        ("camera.front.fov: 3", "it is of pictures: write it below `render.vary`"),
    ],
)
def test_bad_paths_and_values_are_named_with_their_line(vary: str, expected: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(f"name: a\nphysics:\n  vary:\n    {vary}")
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("physics: {vary: {object.mgu.mass: 2}}", "no object 'mgu' is known"),
        ("physics: {vary: {object.table.scale: 2}}", "the support keeps its size"),
        ("render: {vary: {gravity: 2}}", "write it below `physics.vary`"),
    ],
)
def test_paths_of_things_that_no_scene_has_are_refused_before_any_work(
    text: str, expected: str
) -> None:
    spec = parse_spec(f"name: a\nscene: {{objects: [{{name: mug, category: mug.n.04}}]}}\n{text}")
    with pytest.raises(SpecError, match=expected):
        check_spec(spec, LIBRARY, draws=False)
