"""Scene files of other programs come in: ours back to what they were, others as references."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rolled import attempt
from test_mjcf import SCENES, microwave

from cousins.generators.dataset import Dataset
from cousins.generators.exports._scenes import Staged, staged, write_json
from cousins.generators.exports.mjcf.writing import write_scene
from cousins.generators.exports.omnigibson.profiles import PROFILES, profile
from cousins.generators.exports.omnigibson.scene_file import to_scene_json
from cousins.generators.exports.urdf.writing import write_assets
from cousins.scenes.cousins.reference import reference_spec
from cousins.scenes.scene_files.found import FoundScene
from cousins.scenes.scene_files.reference import read_scene_file, reference_of
from cousins.schemas import Asset, SpecError

ROBOSUITE = """<mujoco><worldbody>
<body name="table" pos="0 0 .4"><geom type="box" size=".4 .4 .4"/></body>
<body name="robot0_base" pos="-.6 0 0"><geom size=".1"/></body>
<body name="akita_black_bowl_1_main" pos=".1 .1 .825"><freejoint/>
 <geom type="cylinder" size=".06 .025"/></body>
<body name="cookies_1_main" pos=".1 -.2 .83"><freejoint/>
 <geom type="box" size=".05 .04 .03"/></body>
<body name="frobnicator_1_main" pos="0 -.2 .83"><freejoint/><geom size=".03"/></body>
</worldbody></mujoco>"""


def same(part: Staged, found: FoundScene) -> None:
    """Names, categories, poses to 1e-6, joints and what is fixed are those of the scene."""
    there = {thing.name: thing for thing in found.objects}
    assert there.keys() == {thing.name for thing in part.scene.objects}
    for thing in part.scene.objects:
        read = there[thing.name]
        assert (read.category, read.fixed) == (thing.category, thing.fixed)
        assert (read.asset, read.asset_hash) == (thing.asset, thing.asset_hash)
        assert np.abs(np.array(read.pos) - thing.pos).max() < 1e-6
        assert np.abs(np.array(read.quat) - thing.quat).max() < 1e-6
        assert dict(read.joints) == pytest.approx(dict(thing.joints), abs=1e-6)


def exported(part: Staged, folder: Path, kind: str) -> Path:
    """The scene's file in a format, as its exporter lays it."""
    place = folder / kind / part.scene.id
    place.mkdir(parents=True)
    if kind == "mjcf":
        write_scene(part, place)
        return place / "scene.xml"
    if not (folder / "assets").exists():
        write_assets(dict(part.assets), folder / "assets")
    write_json(place / "scene.json", to_scene_json(part, profile(kind)))
    return place / "scene.json"


@pytest.mark.parametrize("kind", ["mjcf", *PROFILES])
@pytest.mark.parametrize("which", ["microwave", "basket"])
def test_a_scene_comes_back_as_it_was(tmp_path: Path, kind: str, which: str) -> None:
    one = attempt(0)
    part = microwave() if which == "microwave" else Staged(
        one.scene, one.assets, one.task, (64, 64)
    )  # fmt: skip
    path = exported(part, tmp_path, kind)
    same(part, read_scene_file(path))
    back = reference_of(path, lambda _, digest: part.assets.get(digest))
    assert back.stand_ins == ()
    kept = {x.name for x in back.scene.objects}
    ours = part.scene.model_copy(
        update={"objects": tuple(x for x in part.scene.objects if x.name in kept)}
    )
    shifted = back.spec().model_dump(exclude={"objects": {"__all__": {"pose"}}})
    assert shifted == reference_spec(ours, part.assets).model_dump(
        exclude={"objects": {"__all__": {"pose"}}}
    )


def test_relations_survive_without_our_assets(tmp_path: Path) -> None:
    """As boxes of their size: what stands on what is still known, and cousins can be made."""
    path = exported(microwave(), tmp_path, "og3")
    back = reference_of(path, lambda _name, _digest: None)
    assert set(back.stand_ins) == {x.name for x in back.scene.objects}
    spec = back.spec()
    assert {x.name: x.on for x in spec.objects} == {"oven": "table", "mug": "table"}


def test_behaviors_own_models_come_with_their_size(tmp_path: Path) -> None:
    part = microwave()
    told = to_scene_json(part, profile("og1"), "behavior")
    write_json(tmp_path / "scene.json", told)
    found = {thing.name: thing for thing in read_scene_file(tmp_path / "scene.json").objects}
    assert found["mug"].category == "mug.n.04"
    assert found["mug"].extents == part.asset("mug").extents
    assert np.abs(np.array(found["mug"].pos) - part.scene.object("mug").pos).max() < 1e-9


def test_a_scene_of_acdc_becomes_a_reference(tmp_path: Path) -> None:
    def pose(x: float, y: float, z: float) -> list[list[float]]:
        return [[1.0, 0, 0, x], [0, 1.0, 0, y], [0, 0, 1.0, z], [0, 0, 0, 1.0]]

    objects = {
        "table_0": ("breakfast_table", pose(0, 0, -0.6), [0.8, 1.2, 0.8]),
        "mug_0": ("mug", pose(0.1, 0.2, -0.15), [0.1, 0.08, 0.1]),
        "gizmo_0": ("gizmo", pose(0.1, 0.2, -0.15), [0.1, 0.08, 0.1]),
    }
    told: dict[str, Any] = {
        "resolution": [480, 640],
        "cam_pose": [[2.0, 0.0, 1.0], [0.0, 0.0, 0.0, 1.0]],
        "objects": {
            name: {"category": c, "model": "abcdef", "scale": [1, 1, 1], "bbox_extent": e,
                   "tf_from_cam": p, "mount": {"floor": True, "wall": False}}
            for name, (c, p, e) in objects.items()
        },
    }  # fmt: skip
    path = tmp_path / "scene_0_info.json"
    path.write_text(json.dumps(told))
    back = reference_of(path, lambda _name, _digest: None)
    assert "gizmo" in back.skipped["gizmo_0"]
    mug = back.scene.object("mug_0")
    assert mug.pos == pytest.approx((0.65, 0.2, 0.8))
    assert [(x.name, x.on, x.category) for x in back.spec().objects] == [
        ("mug_0", "table", "mug.n.04")
    ]


def test_a_scene_of_robosuites_kind_has_cousins(tmp_path: Path) -> None:
    path = tmp_path / "libero.xml"
    path.write_text(ROBOSUITE)
    back = reference_of(path, lambda _name, _digest: None)
    assert "frobnicator" in back.skipped["frobnicator_1_main"]
    spec = back.spec()
    bowl = next(x for x in spec.objects if "bowl" in x.name)
    assert (bowl.category, bowl.on) == ("bowl.n.01", "table")
    assert bowl.extents == pytest.approx((0.12, 0.12, 0.05))
    assert back.scene.object(bowl.name).pos == pytest.approx((0.7, 0.1, 0.8))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "as JSON"),
        ("[]", "no scene file that is known"),
        ('{"objects_info": {}}', "objects_info.init_info"),
        ('{"cam_pose": 3}', "needs cam_pose and objects"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "scene.json"
    path.write_text(text)
    with pytest.raises(SpecError, match=said):
        read_scene_file(path)


def test_entries_with_other_parts_are_left_out_by_name(tmp_path: Path) -> None:
    path = exported(microwave(), tmp_path, "og1")
    told = json.loads(path.read_text())
    names = list(told["objects_info"]["init_info"])
    told["objects_info"]["init_info"][names[0]] = 3
    told["state"]["object_registry"][names[1]]["root_link"]["ori"] = [0, 1]
    path.write_text(json.dumps(told))
    found = read_scene_file(path)
    assert set(names[:2]) <= found.skipped.keys()
    assert "not as such files have it" in found.skipped[names[0]]
    pose = [[1, 0, 0, 0], [0, 1, 0, 0]]
    mug = {"category": "mug", "bbox_extent": [0.1, 0.1, 0.1], "tf_from_cam": pose}
    acdc = tmp_path / "scene_0_info.json"
    objects: dict[str, object] = {"mug_0": mug, "mug_1": [], "mug_2": {"category": "mug"}}
    acdc.write_text(json.dumps({"cam_pose": [[0, 0, 0], [0, 0, 0, 1]], "objects": objects}))
    assert read_scene_file(acdc).skipped.keys() == objects.keys()


def test_a_strangers_list_beside_a_scene_is_named(tmp_path: Path) -> None:
    path = tmp_path / "libero.xml"
    path.write_text(ROBOSUITE)
    for text in ("[]", '{"objects": [3]}', '{"cameras": {}}'):
        (tmp_path / "scene.json").write_text(text)
        with pytest.raises(SpecError, match=r"scene.json lists no objects"):
            read_scene_file(path)


def test_a_support_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = exported(microwave(), tmp_path, "og1")
    with pytest.raises(SpecError, match="no object 'desk'; it has"):
        reference_of(path, lambda _name, _digest: None, support="desk")


@pytest.mark.parametrize("kind", ["mjcf", *PROFILES])
def test_what_a_far_cousin_stands_for_comes_back(tmp_path: Path, kind: str) -> None:
    part = microwave()
    things = [
        thing.model_copy(update={"category": "bowl.n.01"}) if thing.name == "mug" else thing
        for thing in part.scene.objects
    ]
    scene = part.scene.model_copy(update={"objects": tuple(things)})
    played = replace(part, scene=scene, task=None)
    same(played, read_scene_file(exported(played, tmp_path, kind)))


@pytest.mark.parametrize("kind", PROFILES)
def test_the_task_says_what_its_objects_stand_for(tmp_path: Path, kind: str) -> None:
    path = exported(microwave(), tmp_path, kind)
    told = json.loads(path.read_text())
    # BEHAVIOR has one word for both of these.
    told["metadata"]["task"]["inst_to_name"] = {"mat.n.07_1": "mug"}
    told["objects_info"]["init_info"]["mug"]["args"]["category"] = "mat"
    path.write_text(json.dumps(told))
    read = {thing.name: thing.category for thing in read_scene_file(path).objects}
    assert read["mug"] == "mat.n.07"


@pytest.mark.heavy
def test_fifty_scenes_come_back(tmp_path: Path) -> None:
    """Of a dataset of one's own: COUSINS_SCENES names its folder."""
    if SCENES not in os.environ:
        pytest.skip(f"{SCENES} names no dataset")
    parts = list(islice(staged(Dataset(Path(os.environ[SCENES]))), 50))
    assets: dict[str, Asset] = {}
    for part in parts:
        assets |= part.assets
    write_assets(assets, tmp_path / "assets")
    for part in parts:
        for kind in ("mjcf", *PROFILES):
            same(part, read_scene_file(exported(part, tmp_path, kind)))
