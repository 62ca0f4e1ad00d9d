"""Robots from files: measured, moved, and solved with like the one that is built in."""

from __future__ import annotations

import importlib.util
import pickle
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import fake_stages
import mujoco
import numpy as np
import pytest
from worlds import LIBRARY, make_task

from cousins.flows.certify import certify
from cousins.flows.executing import execute as carry_out_in
from cousins.flows.robots import with_robot
from cousins.flows.run import execute
from cousins.flows.session import RunRequest
from cousins.flows.verify import verify
from cousins.flows.viewing.viewed import DatasetScenes
from cousins.generators.dataset import dump_arrays, load_arrays
from cousins.scenes import robots
from cousins.scenes.model.mujoco_model import compile_model
from cousins.scenes.robots import ROBOTS, adopt, check_robot, robot, robot_model
from cousins.scenes.robots._own import own_robot
from cousins.schemas import (
    BackendMissingError,
    DatasetSpec,
    EpisodeSpec,
    RobotSpec,
    Scene,
    SpecError,
    UnknownRobotError,
)
from cousins.schemas.plugins import Needs
from cousins.schemas.spec_file import load_spec, parse_spec
from cousins.tasks.motion.inverse import KinematicChain, inverse_of
from cousins.tasks.physics.execution import tool_pose
from cousins.tasks.physics.replay import replay
from cousins.tasks.solving.setup import build_scene
from cousins.tasks.solving.solve import solve

UR = "ur5e-2f85"
TASK = make_task({"apple": "apple.n.01", "tray": "tray.n.01"}, "", "(ontop apple tray)")
FR3 = """
name: my-fr3
model: franky_sim:assets/fr3.xml
mesh_folder: meshes
base: base
joints: [fr3_joint1, fr3_joint2, fr3_joint3, fr3_joint4, fr3_joint5, fr3_joint6, fr3_joint7]
home: [0.0, -0.55, 0.0, -2.35, 0.0, 1.8, 0.785]
hand: hand
tool: [0.0, 0.0, 0.1034]
gripper:
  joints: {finger_joint1: [0.0, 0.04], finger_joint2: [0.0, 0.04]}
  drives: [finger_joint1, finger_joint2]
  pads: [left_finger, right_finger]
  gain: 4000.0
  force: 60.0
max_velocity: [1.8, 1.5, 1.8, 1.8, 2.4, 2.4, 2.4]
max_acceleration: [7.0, 5.0, 7.0, 7.0, 9.0, 9.0, 9.0]
stiffness: [4500.0, 4500.0, 3500.0, 3500.0, 2000.0, 2000.0, 2000.0]
max_force: [87.0, 87.0, 87.0, 87.0, 12.0, 12.0, 12.0]
"""


@lru_cache(maxsize=2)
def scene_with(name: str) -> tuple[Scene, dict[str, object]]:
    spec = DatasetSpec(name="robots", robot=name)
    scene, assets = build_scene(spec, TASK, 0, LIBRARY)
    return scene, dict(assets)


def solves_and_replays(name: str) -> None:
    spec = DatasetSpec(name="robots", robot=name)
    causes: list[str | None] = []
    for index in range(3):
        scene, assets = build_scene(spec, TASK, index, LIBRARY)
        assert scene.robot.name == name
        episode, arrays = solve(scene, assets, TASK, EpisodeSpec(), (0, index), "e00")
        causes.append(episode.cause)
        if episode.success:
            again = replay(scene, assets, TASK, episode, load_arrays(dump_arrays(arrays)))
            assert again.success
            assert again.max_error == 0.0
            assert arrays.actions.shape[1] == len(robot(name).joints) + 1
            return
    raise AssertionError(causes)


def test_a_ur5e_with_a_2f85_solves_and_replays() -> None:
    solves_and_replays(UR)


def test_the_openings_are_those_of_the_model() -> None:
    scene, assets = scene_with(UR)
    compiled = compile_model(scene, assets, "physics")  # type: ignore[arg-type]
    data, gripper = compiled.new_data(), compiled.robot.gripper
    half_pad = compiled.model.geom_size[list(compiled.robot.pads)].min()
    for opening in (0.005, 0.03, 0.06, 0.085):
        data.qpos[compiled.robot.fingers] = gripper.fingers(opening)
        assert gripper.opening(data.qpos[compiled.robot.fingers]) == pytest.approx(opening)
        assert gripper.commanded(gripper.controls(opening)) == pytest.approx(opening)
        mujoco.mj_kinematics(compiled.model, data)
        left, right = (data.geom_xpos[pad] for pad in compiled.robot.pads)
        pose = tool_pose(compiled, data)
        assert np.linalg.norm(left - right) - 2 * half_pad == pytest.approx(opening, abs=2e-3)
        assert abs((left - right) @ pose[:3, 1]) > 0.999 * np.linalg.norm(left - right)
        # The linkage lets the fingertips come forward as they close.
        assert np.linalg.norm((left + right) / 2 - pose[:3, 3]) < 0.012
    assert robot(UR).max_opening == pytest.approx(0.085, abs=0.003)


def test_the_gripper_keeps_its_linkage_together_in_physics() -> None:
    scene, assets = scene_with(UR)
    compiled = compile_model(scene, assets, "physics")  # type: ignore[arg-type]
    data, gripper = compiled.new_data(), compiled.robot.gripper
    data.ctrl[compiled.robot.gripper_ctrl] = gripper.controls(0.03)
    mujoco.mj_step(compiled.model, data, 500)
    wanted = gripper.fingers(0.03)
    assert np.abs(data.qpos[compiled.robot.fingers] - wanted).max() < 0.02


def test_the_iterative_inverse_is_exact_and_finds_several_ways() -> None:
    spec = robot(UR)
    chain = KinematicChain(spec)
    inverse, rng = inverse_of(chain, spec), np.random.default_rng(0)
    solved = 0
    for _ in range(20):
        pose = chain.forward(rng.uniform(-2.5, 2.5, len(spec.joints)))
        found = inverse.solutions(pose, np.array(spec.home))
        solved += len(found) > 1
        for q in found:
            assert np.abs(chain.forward(q) - pose).max() < 5e-4
            assert (q >= chain.low).all()
            assert (q <= chain.high).all()
    assert solved >= 18
    far = chain.forward(np.array(spec.home))
    far[0, 3] += 3.0
    assert len(inverse.solutions(far, np.array(spec.home))) == 0


def test_every_robot_has_visuals_of_moderate_size() -> None:
    for name in ROBOTS.names():
        model = robot_model(name, "visual").compile()
        assert 0 < model.nmeshface < 15_000


@pytest.fixture
def own(tmp_path: Path, cache: Path) -> Path:
    path = tmp_path / "arm.yaml"
    path.write_text(FR3)
    return path


@pytest.mark.heavy
def test_a_robot_of_ones_own_solves_and_replays(own: Path) -> None:
    solves_and_replays(adopt(own))


def test_a_robot_of_ones_own_is_measured_like_the_built_in_one(own: Path) -> None:
    mine, known = robot(adopt(own)), robot("franka-fr3")
    assert mine.max_opening == pytest.approx(known.max_opening, abs=0.004)
    assert np.allclose(mine.tool_pos, known.tool_pos, atol=0.03)


def test_a_spec_names_a_robot_by_its_file(own: Path) -> None:
    path = own.parent / "spec.yaml"
    path.write_text("name: mine\nrobot: arm.yaml\n")
    name = with_robot(load_spec(path)).robot
    assert name.startswith("my-fr3-")
    assert name == adopt(own)
    own.write_text(FR3.replace("0.785]", "0.7]"))
    assert with_robot(load_spec(path)).robot != name
    with pytest.raises(SpecError, match="has changed since"):
        robot(name)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("fr3_joint7", "elbow", "joints: the model has no elbow; it has .*fr3_joint7"),
        ("hand: hand", "hand: palm", "hand: the model has no palm"),
        ("franky_sim:assets/fr3.xml", "no.urdf", "model: no file 'no.urdf'"),
        ("drives: [finger_joint1, ", "drives: [thumb, ", "'thumb'.*not among gripper.joints"),
        ("max_velocity: [1.8, ", "max_velocity: [", "needs 7 numbers, one per joint, got 6"),
        ("gain: 4000.0", "gain: -1", "greater than 0|above 0"),
    ],
)
def test_wrong_robot_files_are_refused(own: Path, old: str, new: str, message: str) -> None:
    own.write_text(FR3.replace(old, new))
    with pytest.raises(SpecError, match=message):
        adopt(own)


def test_unknown_robots_are_refused_with_those_there_are() -> None:
    with pytest.raises(SpecError, match=r"'kuka' is unknown; allowed: franka-fr3, ur5e-2f85, or"):
        with_robot(DatasetSpec(name="x", robot="kuka"))


def test_robot_files_come_along() -> None:
    assert ROBOTS.names() == ("franka-fr3", UR)
    assert importlib.util.find_spec("airo_models") is not None


GONE = "my-arm-0123456789ab"
"""A robot of somebody else's file, as scenes of their dataset speak of it."""


def test_a_robot_of_elsewhere_is_refused_with_where_it_was_looked_for(cache: Path) -> None:
    with pytest.raises(UnknownRobotError) as caught:
        robot(GONE)
    assert caught.value.robot == GONE
    said = str(caught.value)
    assert "installed: franka-fr3, ur5e-2f85" in said
    assert str(cache / "robots") in said
    assert "cousins generate SPEC --dry-run" in said
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.robot, str(again)) == (GONE, said)


def test_a_robot_file_that_was_moved_away_is_said_to_be_gone(own: Path, cache: Path) -> None:
    name = adopt(own)
    place = own.rename(own.with_name("elsewhere.yaml"))
    own_robot.cache_clear()
    with pytest.raises(UnknownRobotError, match=f"there is no file {own}, as .*{name} says"):
        robot(name)
    assert adopt(place) == name
    assert robot(name).name == name


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset whose robot this machine does not know. Its stages are FAKE."""
    out = tmp_path_factory.mktemp("foreign") / "dataset"
    spec = parse_spec(f"name: foreign\nrobot: {GONE}\ntasks: {{count: 3}}\nepisodes: {{}}\n")
    execute(RunRequest(spec, out, fake_stages.fake_stages()))
    return out


CARRY_OUT: dict[str, Callable[[Path], object]] = {
    "verify": lambda root: verify(root, 1, fake_stages.replay),
    "certify": lambda root: certify(root, 1),
    "execute": lambda root: carry_out_in(root, "mujoco", None, None),
    "view": DatasetScenes,
}


@pytest.mark.parametrize("way", CARRY_OUT)
def test_demonstrations_of_an_unknown_robot_end_in_one_error(
    foreign: Path, cache: Path, way: str
) -> None:
    with pytest.raises(UnknownRobotError, match=rf"'{GONE}' is unknown.*{cache}"):
        CARRY_OUT[way](foreign)


def test_a_known_robot_without_its_package_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Absent:
        """A FAKE robot whose models come from a package that nobody has."""

        needs = Needs(("no-such-package",))

        def spec(self) -> RobotSpec:
            raise AssertionError("asked before its packages were looked for")

    def found(name: str) -> Absent:
        del name
        return Absent()

    monkeypatch.setattr(robots, "_robot", found)
    with pytest.raises(BackendMissingError, match="pip install no-such-package"):
        check_robot("absent")
