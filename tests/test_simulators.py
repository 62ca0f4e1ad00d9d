"""Simulators that carry out stored attempts: MuJoCo for real, OmniGibson over a FAKE of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from og_fake import calls, fake_client
from rolled import attempt
from rolled import stored as write_dataset
from test_mjcf import microwave

from cousins.flows.executing import execute
from cousins.generators.dataset import load_arrays
from cousins.generators.executed import CAUSE, judged, positions, turned
from cousins.generators.exports._scenes import Staged
from cousins.generators.exports.omnigibson.profiles import PROFILES, profile
from cousins.generators.simulators import SIMULATORS, StoredAttempt, Trajectory
from cousins.generators.simulators.mujoco import MujocoSimulator, trajectory_of
from cousins.generators.simulators.omnigibson import executing
from cousins.generators.simulators.omnigibson.executing import begun, command, usd_name
from cousins.generators.simulators.omnigibson.staging import CONTROLLERS, config
from cousins.scenes.model.mujoco_model import compile_model
from cousins.schemas import BackendMissingError, Disturbance, Episode, RunError, SpecError

MANIFESTS = Path(__file__).parent / "omnigibson"


def stored() -> StoredAttempt:
    one = attempt(0)
    return StoredAttempt(one.scene, one.assets, one.task, one.episode, one.arrays)


def test_mujoco_carries_out_what_was_stored() -> None:
    """The trajectory is the stored one to the bit, and the judge comes to the stored verdict."""
    known = stored()
    run = SIMULATORS.load("mujoco").execute(known)
    done = judged(known, run, "mujoco")
    assert known.episode.success
    assert done.episode.success
    assert done.episode.cause is None
    assert done.apart < 1e-9
    assert done.episode.versions["simulator"] == "mujoco"
    assert [x.holds for x in done.episode.goal] == [x.holds for x in known.episode.goal]
    assert np.abs(done.arrays.tool - known.arrays.tool)[:, :3].max() < 0.01
    compiled = compile_model(known.scene, known.assets, "physics")
    free = [x for x in compiled.objects.values() if x.free_qpos is not None]
    for index in free:
        start = index.free_qpos
        assert start is not None
        found = done.arrays.qpos[:, start : start + 3]
        assert np.abs(found - known.arrays.qpos[:, start : start + 3]).max() < 1e-12
    arm = compiled.robot.arm_dof
    apart = np.abs(done.arrays.qvel - known.arrays.qvel)[1:, arm]
    assert np.median(apart) < 0.05  # differences over a period, not velocities at its end


def still(known: StoredAttempt, **places: tuple[float, float, float]) -> Trajectory:
    """Nothing moves; some objects lie elsewhere."""
    compiled = compile_model(known.scene, known.assets, "physics")
    run = trajectory_of(compiled, np.repeat(known.arrays.qpos[:1], len(known.arrays.qpos), axis=0))
    poses = {name: pose.copy() for name, pose in run.poses.items()}
    for name, place in places.items():
        poses[name][:, :3] = place
    return replace(run, poses=poses)


def test_an_attempt_that_misses_its_goal_elsewhere_is_a_failure() -> None:
    known = stored()
    done = judged(known, still(known), "elsewhere")
    assert not done.episode.success
    assert done.episode.cause == CAUSE
    assert done.ended_apart > 0.05
    assert not all(x.holds for x in done.episode.goal)


def test_what_does_not_fit_the_scene_is_refused() -> None:
    known = stored()
    run = still(known)
    fixed = next(x.name for x in known.scene.objects if x.fixed)
    place = known.scene.object(fixed).pos
    with pytest.raises(RunError, match=r"is fixed, and was found 0\.0100 m away"):
        judged(known, still(known, **{fixed: (place[0] + 0.01, place[1], place[2])}), "x")
    with pytest.raises(RunError, match="no object"):
        judged(known, replace(run, poses={}), "x")
    short = replace(run, poses={k: v[:3] for k, v in run.poses.items()},
                    arm=run.arm[:3], opening=run.opening[:3])  # fmt: skip
    with pytest.raises(RunError, match="gave 3 states"):
        judged(known, short, "x")
    part = microwave()
    compiled = compile_model(part.scene, part.assets, "physics")
    rest = trajectory_of(compiled, compiled.rest()[None])
    assert np.abs(positions(compiled, rest) - compiled.rest()).max() < 1e-9
    with pytest.raises(RunError, match="no joint"):
        positions(compiled, replace(rest, joints={}))


def test_a_scene_begins_where_the_attempt_began() -> None:
    known = stored()
    moved = known.arrays.qpos.copy()
    compiled = compile_model(known.scene, known.assets, "physics")
    start = compiled.objects["apple"].free_qpos
    assert start is not None
    moved[0, start] += 0.03
    scene = begun(replace(known, arrays=replace(known.arrays, qpos=moved)))
    shift = np.array(scene.object("apple").pos) - known.scene.object("apple").pos
    assert shift[0] == pytest.approx(moved[0, start] - known.scene.object("apple").pos[0])
    assert scene.robot.home == pytest.approx(tuple(known.arrays.qpos[0, compiled.robot.arm_qpos]))


@pytest.mark.parametrize("name", tuple(PROFILES))
@pytest.mark.parametrize("hz", [5, 10, 20, 30])
def test_configs_have_keys_that_there_are_and_rates_that_divide(name: str, hz: int) -> None:
    known = json.loads((MANIFESTS / f"{name}.json").read_text(encoding="utf-8"))
    made = config(microwave(), profile(name), Path("scene.json"), hz)
    env = made["env"]
    assert env.keys() <= set(known["config"]["env"])
    assert env["physics_frequency"] % env["rendering_frequency"] == 0
    assert env["physics_frequency"] >= 120
    assert env["action_frequency"] == env["rendering_frequency"] == hz  # without a window
    if name == "og1":  # it refuses a start from which things fall farther in one period
        assert env["initial_pos_z_offset"] > 9.8 / (2 * hz * hz)
    taken = set(known["calls"]["JointController"]["__init__"])
    (robot,) = made["robots"]
    for told in robot["controller_config"].values():
        assert told.keys() - {"name"} <= taken
    assert CONTROLLERS["command_input_limits"] is None


def test_commands_are_the_arms_joints_and_each_fingers() -> None:
    action = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.08], dtype=np.float32)
    told = command(action, 2)
    assert told[:7] == pytest.approx(action[:7])
    assert told[7:] == pytest.approx([0.04, 0.04])


def test_demonstrations_of_a_dataset_are_carried_out_and_recorded(tmp_path: Path) -> None:
    write_dataset(tmp_path / "data", attempt(0))
    found = execute(tmp_path / "data", "mujoco", tmp_path / "out", None)
    (one,) = found.done
    assert (one.success, found.share, found.refused) == (True, 1.0, {})
    folder = tmp_path / "out" / one.task
    record = Episode.model_validate_json((folder / f"{one.episode}.json").read_text())
    arrays = load_arrays((folder / f"{one.episode}.npz").read_bytes())
    assert record.versions["simulator"] == "mujoco"
    assert arrays.qpos.shape == stored().arrays.qpos.shape
    with pytest.raises(SpecError, match="is not empty"):
        execute(tmp_path / "data", "mujoco", tmp_path / "out", None)
    with pytest.raises(SpecError, match="did you mean 'mujoco'"):
        execute(tmp_path / "data", "mujocco", None, 1)


def test_an_attempt_that_is_refused_is_named_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_dataset(tmp_path / "data", attempt(0), attempt(1))
    mujoco = SIMULATORS.load("mujoco")
    first, real = attempt(0).episode.id, type(mujoco).execute

    def carry_out(simulator: MujocoSimulator, one: StoredAttempt) -> Trajectory:
        if one.episode.id == first:
            raise RunError("its robot is on holiday")
        return real(simulator, one)

    monkeypatch.setattr(MujocoSimulator, "execute", carry_out)
    found = execute(tmp_path / "data", "mujoco", None, None)
    assert found.refused == {first: "its robot is on holiday"}
    assert [one.episode for one in found.done] == [attempt(1).episode.id]


def test_names_are_openusds() -> None:
    for name, wanted in {"top_drawer": "top_drawer", "2x": "_x", "a-b": "a_b", "": "_"}.items():
        assert usd_name(name) == wanted


class Asset:
    """Stands in for OpenUSD: a file with the names of an asset's joints, which the fake reads."""

    @staticmethod
    def write(asset: Any, path: Path) -> None:
        names = [joint.name for joint in asset.joints]
        path.with_suffix(".joints").write_text(json.dumps(names))


@pytest.fixture
def without_usd(monkeypatch: pytest.MonkeyPatch) -> None:
    from cousins.generators.simulators.omnigibson import staging

    monkeypatch.setattr(staging, "write_asset", Asset.write)


@pytest.mark.usefixtures("without_usd")
@pytest.mark.parametrize("generation", ["og1", "og3"])
def test_omnigibson_is_asked_for_each_action(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, generation: str
) -> None:
    """Over a FAKE without physics: what is asked for, in which order, and what comes back."""
    log = tmp_path / "log"
    monkeypatch.setattr(executing, "profile_name", lambda: generation)
    client = fake_client(monkeypatch, log, profile=generation)
    known = stored()
    run = executing.execute(known, client)
    assert not client.running
    done = calls(log)
    steps = len(known.arrays.actions)
    assert done.count("Simulator.step") == steps
    arm = "FrankaPanda" if generation == "og1" else "Robot"
    assert done.count(f"{arm}.apply_action") == steps
    first = done.index("Simulator.step")
    assert done[first - 1] == f"{arm}.apply_action"
    # The fake's arm is where it is told to be, and nothing else moves.
    assert run.arm[0] == pytest.approx(known.arrays.qpos[0, :7], abs=1e-5)
    assert np.abs(run.arm[1:] - known.arrays.actions[:, :7]).max() < 1e-6
    assert np.abs(run.opening[1:] - known.arrays.actions[:, 7]).max() < 1e-6
    verdict = judged(known, run, "omnigibson")
    assert not verdict.episode.success
    apple = run.poses["apple"]
    assert turned(apple[0, 3:], apple[-1, 3:]) == 0


@pytest.mark.usefixtures("without_usd")
def test_what_omnigibson_cannot_carry_out_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executing, "profile_name", lambda: "og1")
    client = fake_client(monkeypatch, fail="Simulator.step")
    known = stored()
    with pytest.raises(RunError, match=r"(?s)OmniGibson failed.*fails in Simulator.step"):
        executing.execute(known, client)
    assert not client.running
    pushed = Disturbance(kind="push", object="apple", start=3, end=4)
    other = known.episode.model_copy(update={"disturbances": (pushed,)})
    with pytest.raises(RunError, match="disturbed on purpose"):
        executing.execute(replace(known, episode=other), client)
    robot = known.scene.robot.model_copy(update={"name": "ur5e-2f85"})
    scene = known.scene.model_copy(update={"robot": robot})
    with pytest.raises(RunError, match="no robot ur5e-2f85"):
        executing.execute(replace(known, scene=scene), client)


def test_a_machine_without_omnigibson_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COUSINS_OMNIGIBSON", raising=False)
    with pytest.raises(BackendMissingError, match="environment named by COUSINS_OMNIGIBSON"):
        SIMULATORS.load("omnigibson").check()


def test_a_joint_that_omnigibson_does_not_name_is_an_error() -> None:
    part: Staged = microwave()
    states = [
        {f"{thing.name}/pose": np.zeros(7) for thing in part.scene.objects}
        | {"robot/joints": np.zeros(9)}
    ]
    with pytest.raises(RunError, match="names the joints none, and not"):
        executing.trajectory(part, states, {"robot": ["panda_joint1"] * 9})


def test_orientations_of_omnigibson_have_the_real_part_last() -> None:
    part: Staged = microwave()
    bent = {x.name: [0.1 * (n + 1) for n, _ in enumerate(part.asset(x.name).joints)]
            for x in part.scene.objects}  # fmt: skip
    states: list[dict[str, Any]] = [
        {f"{name}/pose": np.array([1.0, 2.0, 3.0, 0.1, 0.2, 0.3, 0.9]) for name in bent}
        | {f"{name}/joints": np.array(values) for name, values in bent.items()}
    ]
    joints = {
        x.name: [usd_name(joint.name) for joint in part.asset(x.name).joints]
        for x in part.scene.objects
    }
    found = executing.trajectory(part, states, joints)
    assert found.poses["mug"][0].tolist() == [1.0, 2.0, 3.0, 0.9, 0.1, 0.2, 0.3]
    assert [float(x[0]) for x in found.joints["oven"].values()] == bent["oven"]
