"""The MJCF export: plain MuJoCo gives the same world, to the last digit of its poses."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
import numpy.typing as npt
import pytest
from rolled import Attempt, attempt, stored
from worlds import by_hand, first, make_task, put

from cousins.generators.dataset import Dataset
from cousins.generators.exports._kept import KeptFiles
from cousins.generators.exports._scenes import Staged, staged
from cousins.generators.exports.mjcf import PLUGIN
from cousins.generators.exports.mjcf.writing import KEYFRAME, write_scene
from cousins.scenes.core.geometry import look_at
from cousins.scenes.model.mujoco_model import CompiledScene, compile_model, index_model
from cousins.scenes.robots import robot
from cousins.schemas import (
    Asset,
    Camera,
    DatasetError,
    Episode,
    EpisodeArrays,
    Light,
    Scene,
)
from cousins.tasks.bddl.goals import evaluate
from cousins.tasks.bddl.problem import scene_problem
from cousins.tasks.physics.disturbances import acting
from cousins.tasks.physics.execution import apply
from cousins.tasks.physics.predicates import PhysicsFacts

SECONDS = 0.5
HEAVY_SECONDS = 5.0
SCENES = "COUSINS_SCENES"
EQUAL = (
    "body_mass", "body_inertia", "body_gravcomp", "jnt_range", "dof_damping", "dof_frictionloss",
    "actuator_gainprm", "actuator_biasprm", "eq_data",
)  # fmt: skip


@lru_cache(maxsize=1)
def microwave() -> Staged:
    """A scene with a door that is ajar, under a lamp, before two cameras."""
    task = make_task(
        {"oven": "microwave.n.02", "mug": "mug.n.04"}, "(open oven)", "(not (open oven))"
    )
    oven = first("microwave.n.02")
    ajar = {joint.name: joint.limits[1] / 2 for joint in oven.joints}
    world = by_hand(
        put("oven", oven, (0.6, -0.25, 0.0), np.pi, ajar),
        put("mug", first("mug.n.04"), (0.5, 0.3, 0.0), 0.4),
    )
    eye = (1.4, 0.3, 1.4)
    cameras = (
        Camera(name="front", pos=eye, quat=look_at(eye, (0.5, 0.0, 0.8)), fov=50.0),
        Camera(name="wrist", mount="hand", pos=(0.05, 0, 0), quat=(0, 1, 0, 0), fov=70.0),
    )
    lamp = Light(name="key", direction=(0.6, 0.0, -0.8), intensity=500.0, colour=(1.0, 0.9, 0.8))
    scene = world.scene.model_copy(update={"cameras": cameras, "lights": (lamp,)})
    return Staged(scene, dict(world.assets), task, (64, 48))


def opened(folder: Path) -> tuple[Any, Any]:
    """The exported model and its data in the exported initial state, as anyone opens them."""
    model = mujoco.MjModel.from_xml_path(str(folder / "scene.xml"))
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, model.key(KEYFRAME).id)
    mujoco.mj_forward(model, data)
    return model, data


def moved_apart(part: Staged, folder: Path, seconds: float) -> float:
    """The greatest distance between a body there and here after some time, metres."""
    model, data = opened(folder)
    ours = compile_model(part.scene, part.assets, "physics")
    here = ours.new_data()
    for _ in range(round(seconds / model.opt.timestep)):
        mujoco.mj_step(model, data)
        mujoco.mj_step(ours.model, here)
    theirs = np.array([data.body(i).xpos for i in range(model.nbody)])
    names = [model.body(i).name for i in range(model.nbody)]
    mine = np.array([here.body(name).xpos for name in names])
    return float(np.abs(theirs - mine).max())


@pytest.mark.parametrize("arm", ["franka-fr3", "ur5e-2f85"])
def test_plain_mujoco_steps_to_the_same_poses(tmp_path: Path, arm: str) -> None:
    part = microwave()
    if arm != part.scene.robot.name:
        part = with_arm(part, arm)
    write_scene(part, tmp_path)
    assert moved_apart(part, tmp_path, SECONDS) < 1e-6


def with_arm(part: Staged, arm: str) -> Staged:
    pose = part.scene.robot.model_copy(update={"name": arm, "home": robot(arm).home})
    scene = part.scene.model_copy(update={"robot": pose, "cameras": ()})
    return Staged(scene, part.assets, part.task, part.size)


def test_options_names_masses_and_joints_are_ours(tmp_path: Path) -> None:
    part = microwave()
    assert write_scene(part, tmp_path) == ()
    model, data = opened(tmp_path)
    ours = compile_model(part.scene, part.assets, "physics").model
    for field in ("timestep", "integrator", "cone", "impratio", "iterations", "ls_iterations"):
        assert getattr(model.opt, field) == getattr(ours.opt, field), field
    for field in EQUAL:
        assert np.allclose(getattr(model, field), getattr(ours, field), rtol=1e-5, atol=1e-9), field
    for thing in part.scene.objects:
        assert np.abs(data.body(thing.name).xpos - thing.pos).max() < 1e-9
        for joint, value in thing.joints.items():
            assert data.joint(f"{thing.name}/{joint}").qpos[0] == value
    oven = part.asset("oven")
    assert (
        data.site(f"oven/handle/{oven.handles[0].name}").xpos[2] > part.scene.object("oven").pos[2]
    )
    assert {model.camera(i).name for i in range(model.ncam)} == {c.name for c in part.scene.cameras}


def test_it_is_seen_as_ours_is(tmp_path: Path) -> None:
    """Every visual and its texture is there, upright and where it belongs; none of it touches."""
    part = microwave()
    write_scene(part, tmp_path)
    model, data = opened(tmp_path)
    ours = compile_model(part.scene, part.assets, "visual")
    here = ours.new_data()
    looks = [i for i in range(model.ngeom) if model.geom(i).name.startswith("look/")]
    assert len(looks) + 2 == ours.model.ngeom  # the floor and the pedestal have one of their own
    for i in looks:
        assert not model.geom_contype[i]
        assert not model.geom_conaffinity[i]
        name = model.geom(i).name.removeprefix("look/")
        if name in {ours.model.geom(k).name for k in range(ours.model.ngeom)}:
            assert np.abs(data.geom_xpos[i] - here.geom(name).xpos).max() < 1e-6, name
    assert model.ntex == ours.model.ntex > 2
    for i in range(model.ntex):
        k = ours.model.tex(model.tex(i).name).id
        a, b, size = model.tex_adr[i], ours.model.tex_adr[k], 3 * 256 * 256
        assert (model.tex_data[a : a + size] == ours.model.tex_data[b : b + size]).all()
    for i in range(model.nmesh):
        name = model.mesh(i).name
        if not name.startswith("look/") or name.startswith("look/robot/"):
            continue
        k = ours.model.mesh(name.removeprefix("look/")).id
        assert np.abs(corners(model, i) - corners(ours.model, k)).max(initial=0) < 1e-6


def corners(model: Any, mesh: int) -> npt.NDArray[np.float64]:
    """Texture coordinates (M, 3, 2) of the corners of each triangle; (0, 3, 2) without any."""
    count, face = model.mesh_texcoordnum[mesh], model.mesh_faceadr[mesh]
    if not count:
        return np.zeros((0, 3, 2))
    start = model.mesh_texcoordadr[mesh]
    indices = model.mesh_facetexcoord[face : face + model.mesh_facenum[mesh]]
    found: npt.NDArray[np.float64] = model.mesh_texcoord[start : start + count][indices]
    return found


def reached(
    compiled: CompiledScene, part: Staged, episode: Episode, arrays: EpisodeArrays, steps: int
) -> tuple[bool, float]:
    """Whether the goal holds after so many actions in a model, and how far from the record."""
    assert part.task is not None
    data = mujoco.MjData(compiled.model)
    mujoco.mj_setState(
        compiled.model, data, arrays.initial_state, mujoco.mjtState.mjSTATE_INTEGRATION
    )
    error = 0.0
    for number, action in enumerate(arrays.actions[:steps]):
        active = acting(episode.disturbances, number)
        apply(compiled, data, action, episode.hz, number, active)
        error = max(error, float(np.abs(data.qpos - arrays.qpos[number + 1]).max()))
    mujoco.mj_forward(compiled.model, data)
    return evaluate(scene_problem(part.task).goal, PhysicsFacts(compiled, data)), error


def test_a_demonstration_reaches_its_goal_in_the_export(tmp_path: Path) -> None:
    one = attempt(0)
    PLUGIN.export(stored(tmp_path / "data", one), tmp_path / "out")
    folder = tmp_path / "out" / one.scene.id
    theirs = reindexed(one.scene, one.assets, folder)
    part = Staged(one.scene, one.assets, one.task, (64, 64))
    done, error = reached(theirs, part, one.episode, one.arrays, one.episode.steps)
    assert done
    assert error < 1e-6
    assert not reached(theirs, part, one.episode, one.arrays, 3)[0]
    told = json.loads((folder / "scene.json").read_text())
    assert told["task"]["goal"] == "(inside apple basket)"
    assert {x["name"] for x in told["objects"]} == {x.name for x in one.scene.objects}
    assert json.loads((tmp_path / "out" / "index.json").read_text())["written"] == 1


def reindexed(scene: Scene, assets: Mapping[str, Asset], folder: Path) -> CompiledScene:
    """Our view on the exported model."""
    return index_model(scene, assets, "physics", opened(folder)[0])


def test_the_folder_needs_nothing_else_and_repeats_its_bytes(tmp_path: Path) -> None:
    part = microwave()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_scene(part, tmp_path / name)
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*.*"))
    assert len(files) > 20
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    text = (tmp_path / "a" / "scene.xml").read_text()
    assert str(tmp_path) not in text
    assert "site-packages" not in text
    shutil.move(str(tmp_path / "a"), str(tmp_path / "elsewhere"))
    opened(tmp_path / "elsewhere")


def test_what_mjcf_cannot_take_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    one = attempt(0)
    bent = {"distortion": (0.1, 0.0)}
    camera = Camera(name="bent", pos=(1, 0, 1), quat=(1, 0, 0, 0), fov=50)
    camera = camera.model_copy(update={"lens": camera.lens.model_copy(update=bent)})
    scene = one.scene.model_copy(
        update={"id": "t0000-s07", "cameras": (camera,), "physics": {"robot.latency": 0.02}}
    )
    apple = first("apple.n.01")
    impossible = {
        "inertial": apple.links[0].inertial.model_copy(
            update={"inertia": (1e-4, 1e-4, 1e-2, 0.0, 0.0, 0.0)}
        )
    }
    bad = apple.model_copy(
        update={"links": (apple.links[0].model_copy(update=impossible), *apple.links[1:])}
    )
    thing, _ = put("apple", bad, (0.5, 0.0, 0.8))
    others = tuple(x for x in one.scene.objects if x.name != "apple")
    broken = one.scene.model_copy(update={"id": "t0000-s08", "objects": (*others, thing)})
    more = [
        Attempt(one.task, scene, one.assets, one.episode, one.arrays),
        Attempt(one.task, broken, {**one.assets, bad.content_hash(): bad}, one.episode, one.arrays),
    ]
    PLUGIN.export(stored(tmp_path / "data", *more), tmp_path / "out")
    index = json.loads((tmp_path / "out" / "index.json").read_text())
    assert (index["written"], index["refused"]) == (1, 1)
    assert [x.split(":")[0] for x in index["scenes"][0]["lost"]] == ["latency", "lens"]
    assert "refused" in index["scenes"][1]
    assert sum(index["lost"].values()) == 2


def test_a_dataset_without_scenes_is_refused(tmp_path: Path) -> None:
    empty = stored(tmp_path / "data")
    with pytest.raises(DatasetError, match="has no scenes"):
        PLUGIN.check_dataset(empty)


@pytest.mark.heavy
def test_fifty_scenes_stay_as_ours_and_their_demonstrations_reach_their_goals(
    tmp_path: Path,
) -> None:
    """Of a dataset of one's own: COUSINS_SCENES names its folder."""
    if SCENES not in os.environ:
        pytest.skip(f"{SCENES} names no dataset")
    dataset = Dataset(Path(os.environ[SCENES]))
    parts = {part.scene.id: part for part in islice(staged(dataset), 50)}
    for part in parts.values():
        (tmp_path / part.scene.id).mkdir()
        write_scene(part, tmp_path / part.scene.id)
        assert moved_apart(part, tmp_path / part.scene.id, HEAVY_SECONDS) < 1e-3, part.scene.id
    solved = [x for x in dataset.episodes() if x.success and x.scene in parts]
    done = 0
    for episode in solved:
        part, arrays = parts[episode.scene], dataset.arrays(episode)
        theirs = reindexed(part.scene, part.assets, tmp_path / part.scene.id)
        done += reached(theirs, part, episode, arrays, episode.steps)[0]
    sys.stdout.write(f"{len(parts)} scenes; {done} of {len(solved)} demonstrations reach\n")
    assert done >= 0.98 * len(solved)


def test_encoded_files_are_kept_as_long_as_there_is_room() -> None:
    made: list[bytes] = []

    def encode(raw: bytes) -> bytes:
        made.append(raw)
        return raw * 10

    kept = KeptFiles(room=50)

    def of(raw: bytes) -> bytes:
        return kept.of((raw,), lambda: encode(raw))

    assert of(b"ab") == of(b"ab") == b"ab" * 10
    of(b"cd")
    of(b"ab")  # used again, so that the other one goes first
    of(b"ef")
    of(b"ab")
    assert made == [b"ab", b"cd", b"ef"]
    of(b"cd")
    assert made[3:] == [b"cd"]
    assert of(b"x" * 9) == b"x" * 90  # of more than there is room for
    assert kept.of((b"a", b"b"), lambda: b"apart") == b"apart"


def test_scenes_that_share_what_is_encoded_have_the_same_files(tmp_path: Path) -> None:
    part, kept = microwave(), KeptFiles()
    written: list[dict[str, bytes]] = []
    for name, shared in (("alone", None), ("first", kept), ("second", kept)):
        folder = tmp_path / name
        folder.mkdir()
        write_scene(part, folder, shared)
        paths = sorted(x for x in folder.rglob("*") if x.is_file())
        written.append({str(x.relative_to(folder)): x.read_bytes() for x in paths})
    assert len(written[0]) > 5
    assert written[0] == written[1] == written[2]
