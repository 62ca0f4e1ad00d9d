"""The OmniGibson export, against the names and signatures of two of its generations.

Nothing of OmniGibson runs here: unknown keywords are swallowed there without a word, so each key
that is emitted is looked for in the committed manifests, strictly along the class hierarchy.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
import pytest
from rolled import attempt, stored
from test_mjcf import microwave, with_arm
from worlds import first

from cousins.generators.exports._scenes import Staged
from cousins.generators.exports.omnigibson import OmniGibsonExporter
from cousins.generators.exports.omnigibson.behavior import nearest_model
from cousins.generators.exports.omnigibson.config import MODALITIES, to_env_config
from cousins.generators.exports.omnigibson.profiles import PROFILES, profile
from cousins.generators.exports.omnigibson.scene_file import to_scene_json
from cousins.generators.exports.omnigibson.task import activity_name, to_task
from cousins.generators.exports.omnigibson.writing import lost
from cousins.generators.exports.urdf.writing import write_asset
from cousins.generators.labels import LABELS
from cousins.scenes.core.geometry import rotation
from cousins.schemas import Asset, SpecError
from cousins.tasks.bddl.problem import parse

FOLDER = Path(__file__).parent / "omnigibson"
POPPED = {"position", "orientation", "pose_frame"}
"""Keys that the environment takes out of an entry before it makes the thing."""
BOTH = pytest.mark.parametrize("name", tuple(PROFILES))


@lru_cache
def manifest(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def taken(name: str, cls: str) -> set[str]:
    """What a class's constructor takes: its own, and that of its bases where it passes on."""
    found = manifest(name)["classes"].get(cls)
    if found is None:
        return set()
    above = found["bases"] if found["open"] else ()
    return set(found["args"]).union(*(taken(name, base) for base in above))


def unknown(part: Staged, name: str, assets: str = "own") -> set[str]:
    """Every emitted key and name that the manifest does not have."""
    known, one = manifest(name), profile(name)
    config = to_env_config(part, one, tuple(LABELS.names()))
    told = to_scene_json(part, one, assets)
    wrong = {f"config {x}" for x in config.keys() - known["config"].keys()}
    for section in ("env", "render"):
        wrong |= {f"{section} {x}" for x in config[section].keys() - set(known["config"][section])}
    scene = {*known["config"]["scene"], *taken(name, "Scene"), "type"}
    wrong |= {f"scene {x}" for x in config["scene"].keys() - scene}
    wrong |= {f"task {x}" for x in config["task"].keys() - {*taken(name, "BehaviorTask"), "type"}}
    for sensor in config["env"]["external_sensors"]:
        wrong |= {*sensor} - {*known["create_sensor"], *POPPED, "include_in_obs"}
        wrong |= {*sensor["sensor_kwargs"]} - taken(name, "VisionSensor")
        wrong |= {*sensor["modalities"]} - (set(known["modalities"]) - {"camera_params"})
    for robot in config["robots"]:
        cls = robot[one.robot_key] if one.robot_key == "type" else "Robot"
        wrong |= {*robot} - {*taken(name, cls), *POPPED, one.robot_key}
        wrong |= {robot[one.robot_key]} - set(known["robots"])
    made = told["objects_info"]["init_info"]
    for info in (*made.values(), told["init_info"]):
        cls = info["class_name"]
        wrong |= {f"{cls} {x}" for x in info["args"].keys() - taken(name, cls)}
        if info["class_module"] != known["classes"].get(cls, {}).get("module"):
            wrong.add(f"{info['class_module']}.{cls}")
        if cls == "LightObject":
            wrong |= {info["args"]["light_type"]} - set(known["light_types"])
    return wrong


@BOTH
@pytest.mark.parametrize("assets", ["own", "behavior"])
def test_every_key_that_is_emitted_exists(name: str, assets: str) -> None:
    assert unknown(microwave(), name, assets) == set()


def test_the_check_sees_what_a_generation_does_not_have() -> None:
    """A config of the one is not one of the other: their keys differ where they are said to."""
    part = microwave()
    task = to_env_config(part, profile("og1"))["task"].keys()
    assert task - taken("og3", "BehaviorTask") - {"type"} == {"predefined_problem"}
    robot = to_env_config(part, profile("og3"))["robots"][0].keys()
    assert robot - taken("og1", "FrankaPanda") - POPPED == {"model"}
    info = to_scene_json(part, profile("og3"))["objects_info"]["init_info"]["mug"]
    assert info["args"].keys() - taken("og1", "USDObject") == {"link_physics_materials"}


@BOTH
def test_poses_joints_and_names_are_the_scenes(name: str) -> None:
    part, one = microwave(), profile(name)
    told = to_scene_json(part, one)
    state = told["state"]
    states = (state["registry"] if one.registry else state)["object_registry"]
    made = told["objects_info"]["init_info"]
    assert made.keys() == states.keys()
    assert told["metadata"]["task"]["inst_to_name"]["mug.n.04_1"] == "mug"
    for thing in part.scene.objects:
        root = states[thing.name]["root_link"]
        assert root["pos"] == list(thing.pos)
        x, y, z, w = root["ori"]
        assert (w, x, y, z) == thing.quat
        asset = part.asset(thing.name)
        wanted = [thing.joints[joint.name] for joint in asset.joints]
        assert states[thing.name].get("joint_pos", []) == wanted
        assert made[thing.name]["args"]["fixed_base"] == thing.fixed
    light = part.scene.lights[0]
    x, y, z, w = states[f"light_{light.name}"]["root_link"]["ori"]
    shines = rotation((w, x, y, z)) @ [0.0, 0.0, -1.0]
    assert np.abs(shines - np.array(light.direction)).max() < 1e-9


@BOTH
def test_cameras_see_as_wide_as_ours(name: str) -> None:
    part = microwave()
    config = to_env_config(part, profile(name), ("rgb", "depth_linear", "poses"))
    sensors = {x["name"]: x for x in config["env"]["external_sensors"]}
    free = [camera for camera in part.scene.cameras if camera.mount is None]
    assert sensors.keys() == {camera.name for camera in free}
    for camera in free:
        shape = sensors[camera.name]["sensor_kwargs"]
        # og1 does not set the width of its sensor, which is OpenUSD's then.
        across = 2 * math.atan(20.955 / 2 / shape["focal_length"])
        assert shape.get("horizontal_aperture", 20.955) == 20.955
        up = 2 * math.atan(math.tan(across / 2) * shape["image_height"] / shape["image_width"])
        assert math.degrees(up) == pytest.approx(camera.fov)
        assert sensors[camera.name]["modalities"] == ["rgb", "depth_linear"]


def test_an_activity_is_a_problem_of_ours() -> None:
    task = attempt(0).task
    text = to_task(task)
    assert f"(problem {activity_name(task)}-0)" in text
    assert parse(text) == parse(task.bddl)


def test_behavior_gives_the_model_of_nearest_size_and_says_where_it_has_none() -> None:
    mug = first("mug.n.04")
    found = nearest_model(mug)
    assert found.category == "mug"
    assert 0.5 < found.extents[2] / mug.extents[2] < 2.0
    nut = first("almond.n.02")
    with pytest.raises(SpecError, match="almond"):
        nearest_model(nut)
    part = microwave()
    more = Staged(part.scene, {**part.assets, nut.content_hash(): nut}, part.task, part.size)
    assert "category almond.n.02: BEHAVIOR has no model" in lost(
        more, profile("og1"), (), "behavior"
    )


def test_a_robot_that_it_does_not_know_is_named_and_left_out() -> None:
    part = with_arm(microwave(), "ur5e-2f85")
    assert to_env_config(part, profile("og1"))["robots"] == []
    assert "robot: ur5e-2f85 is none of OmniGibson's" in lost(part, profile("og1"), ())


def test_labels_have_its_names() -> None:
    assert set(MODALITIES) <= set(LABELS.names())


def test_an_export_is_whole_and_repeats_its_bytes(tmp_path: Path) -> None:
    one = attempt(0)
    dataset = stored(tmp_path / "data", one)
    for out in ("a", "b"):
        OmniGibsonExporter().export(dataset, tmp_path / out)
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*.*"))
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    names = {str(file) for file in files}
    for name in PROFILES:
        told = json.loads((tmp_path / "a" / name / one.scene.id / "scene.json").read_text())
        for info in told["objects_info"]["init_info"].values():
            if "usd_path" in info["args"]:
                assert info["args"]["usd_path"].replace(".usd", ".urdf") in names
        index = json.loads((tmp_path / "a" / name / "index.json").read_text())
        assert index["written"] == 1
        assert any(x.startswith("softness") for x in index["lost"])
        friction = "friction: this generation takes none for single objects"
        assert (friction in index["lost"]) == (name == "og1")
    with pytest.raises(SpecError, match="og2"):
        OmniGibsonExporter(profiles=("og2",)).export(dataset, tmp_path / "c")


@pytest.mark.parametrize("category", ["microwave.n.02", "mug.n.04", "cabinet.n.01", "apple.n.01"])
def test_urdf_says_what_the_asset_is(tmp_path: Path, category: str) -> None:
    """MuJoCo reads it back: masses, inertias, joints, and every link where it is when opened."""
    asset = first(category)
    write_asset(asset, tmp_path / "asset")
    path = next((tmp_path / "asset").glob("*.urdf"))
    spec: Any = mujoco.MjSpec.from_file(str(path))
    spec.compiler.fusestatic = False
    spec.compiler.discardvisual = True
    model: Any = spec.compile()
    data = mujoco.MjData(model)
    collisions = sum(len(link.collisions) for link in asset.links)
    assert model.ngeom == collisions
    assert float(model.body_mass.sum()) == pytest.approx(asset.mass)
    assert model.njnt == len(asset.joints)
    for joint in asset.joints:
        found = model.joint(joint.name)
        assert tuple(found.range) == pytest.approx(joint.limits)
        data.qpos[found.qposadr[0]] = joint.limits[0] + 0.7 * (joint.limits[1] - joint.limits[0])
    mujoco.mj_kinematics(model, data)
    ours, here = opened(asset, 0.7)
    for link in asset.links[1:]:
        there, mine = data.body(link.name), here.body(f"x/{link.name}")
        assert np.abs(there.xipos - mine.xipos).max() < 1e-6, link.name
        assert np.abs(there.xmat - mine.xmat).max() < 1e-6, link.name
    assert ours.njnt == model.njnt + (0 if asset.fixed else 1)


def opened(asset: Asset, share: float) -> tuple[Any, Any]:
    """The asset alone in MuJoCo, every joint opened by a share of its range."""
    from cousins.scenes.model.asset_model import Copy, add_asset, add_resources

    spec: Any = mujoco.MjSpec()
    spec.compiler.degree = False
    add_resources(spec, "key", asset, "physics")
    add_asset(spec, Copy("x", "key", (0, 0, 0), (1, 0, 0, 0), asset.fixed), asset, "physics")
    model: Any = spec.compile()
    data = mujoco.MjData(model)
    for joint in asset.joints:
        at = model.joint(f"x/{joint.name}").qposadr[0]
        data.qpos[at] = joint.limits[0] + share * (joint.limits[1] - joint.limits[0])
    mujoco.mj_kinematics(model, data)
    return model, data
