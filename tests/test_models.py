"""MJCF and URDF files as assets: parts, joints, shapes, masses, and clear refusals."""

# pyright: reportUnknownMemberType=false
from __future__ import annotations

from pathlib import Path
from typing import Any

import mujoco
import numpy as np
import pytest
import trimesh

from cousins.scenes.assets.trial import trial
from cousins.scenes.core.asset_geometry import seen_points, touched_points
from cousins.scenes.importing.models import asset_from_model
from cousins.scenes.model.asset_model import Copy, add_asset, add_resources
from cousins.schemas import Asset, AssetError

CABINET = "cabinet.n.01"


def load(path: Path, text: str, category: str = CABINET, **options: Any) -> Asset:
    path.write_text(text, encoding="utf-8")
    return asset_from_model(
        path, asset_id="lab-thing", category=category, library="lab", licence="MIT",
        source="a test", **options,
    )  # fmt: skip


def simulated(asset: Asset) -> Any:
    spec = mujoco.MjSpec()
    spec.compiler.degree = False
    add_resources(spec, "asset", asset, "physics")
    copy = Copy("thing", "asset", (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0), True)
    add_asset(spec, copy, asset, "physics")
    return spec.compile()


def opened(asset: Asset, force: float) -> float:
    """Where the only joint is after a second of a generalised force along it."""
    model = simulated(asset)
    data = mujoco.MjData(model)
    data.qfrc_applied[0] = force
    mujoco.mj_step(model, data, round(1.0 / model.opt.timestep))
    return float(data.qpos[0])


DRAWER = """
<mujoco>
  <compiler angle="radian"/>
  <worldbody>
    <body name="case" pos="3 4 5">
      <geom type="box" size=".15 .01 .1" pos="0 .14 0" rgba=".5 .3 .2 1"/>
      <geom type="box" size=".15 .01 .1" pos="0 -.14 0" rgba=".5 .3 .2 1"/>
      <geom type="box" size=".15 .15 .01" pos="0 0 .11" rgba=".5 .3 .2 1"/>
      <geom type="box" size=".15 .15 .01" pos="0 0 -.11" rgba=".5 .3 .2 1"/>
      <body name="rails">
        <geom type="box" size=".14 .005 .005" pos="0 .1245 -.0945" mass=".05"/>
        <body name="drawer" pos="0 0 .005">
          <joint name="slide" type="slide" axis="-1 0 0" range="-.2 0"/>
          <geom type="box" size=".14 .11 .005" pos="0 0 -.09" mass=".4"/>
          <geom type="box" size=".005 .11 .08" pos=".145 0 0" mass=".3"/>
          <geom type="box" size=".005 .11 .04" pos="-.135 0 -.045" mass=".1"/>
          <geom type="box" size=".135 .005 .04" pos="0 .105 -.045" mass=".1"/>
          <geom type="box" size=".135 .005 .04" pos="0 -.105 -.045" mass=".1"/>
          <body name="grip" pos=".19 0 0">
            <geom type="capsule" size=".006 .05" euler="1.5708 0 0" mass=".05"/>
            <geom type="box" size=".02 .004 .004" pos="-.02 .04 0" mass=".01"/>
            <geom type="box" size=".02 .004 .004" pos="-.02 -.04 0" mass=".01"/>
          </body>
        </body>
      </body>
    </body>
  </worldbody>
</mujoco>
"""


def test_a_drawer_with_a_negative_range_opens_forward(tmp_path: Path) -> None:
    asset = load(tmp_path / "drawer.xml", DRAWER)
    assert [link.name for link in asset.links] == ["body", "slide"], "welded bodies are merged"
    (joint,) = asset.joints
    assert (joint.kind, joint.limits, joint.controls) == ("slide", (0.0, 0.2), "opening")
    assert np.allclose(joint.axis, (1, 0, 0)), "mirrored: opening is positive"
    low, high = seen_points(asset).min(axis=0), seen_points(asset).max(axis=0)
    assert np.allclose(high - low, asset.extents, atol=1e-5)
    assert np.allclose([low[2], low[0] + high[0], low[1] + high[1]], 0, atol=1e-5)
    assert asset.fixed
    assert trial(asset) is None
    assert opened(asset, 20.0) == pytest.approx(0.2, abs=0.01)
    assert abs(opened(asset, 0.0)) < 0.002, "a closed drawer stays closed"
    assert {"openable", "container"} <= asset.affordances


def test_stated_masses_are_kept_and_others_follow_from_volume(tmp_path: Path) -> None:
    asset = load(tmp_path / "drawer.xml", DRAWER)
    assert asset.link("slide").inertial.mass == pytest.approx(1.07)
    explicit = DRAWER.replace(
        '<joint name="slide"',
        '<inertial pos="0 0 -.05" mass="2" diaginertia=".02 .02 .03"/><joint name="slide"',
    )
    given = load(tmp_path / "given.xml", explicit).link("slide").inertial
    assert given.mass == pytest.approx(2.07, abs=0.1)
    placeholder = explicit.replace(".02 .02 .03", "1 1 1")
    told = load(tmp_path / "told.xml", placeholder).link("slide").inertial
    assert max(told.inertia) < 0.1, "an inertia of 1 kg m^2 cannot be a drawer's"
    ignored = load(tmp_path / "ignored.xml", DRAWER, masses="category")
    assert ignored.link("slide").inertial.mass != pytest.approx(1.07, abs=1e-3)


def door(low: float, high: float, extra: str = "") -> str:
    return f"""
    <robot name="cupboard">
      <material name="paint"><color rgba="0.2 0.4 0.6 1"/></material>
      <link name="base">
        <visual><geometry><box size=".3 .3 .02"/></geometry><material name="paint"/></visual>
        <collision><geometry><box size=".3 .3 .02"/></geometry></collision>
        <collision><origin xyz="-.145 0 .16"/><geometry><box size=".01 .3 .3"/></geometry>
        </collision>
        <visual><origin xyz="-.145 0 .16"/><geometry><box size=".01 .3 .3"/></geometry></visual>
      </link>
      <link name="door">
        <inertial><mass value="0"/><inertia ixx="0" ixy="0" ixz="0" iyy="0" iyz="0" izz="0"/>
        </inertial>
        <visual><origin xyz="0 .14 0"/><geometry><box size=".02 .28 .3"/></geometry></visual>
        <collision><origin xyz="0 .14 0"/><geometry><box size=".02 .28 .3"/></geometry>
        </collision>
        {extra}
      </link>
      <joint name="door_joint" type="revolute">
        <origin xyz=".18 -.14 .17" rpy="0 0 0"/><parent link="base"/><child link="door"/>
        <axis xyz="0 0 1"/><limit lower="{low}" upper="{high}" effort="1" velocity="1"/>
      </joint>
    </robot>"""


def test_a_door_that_opens_towards_negative_angles(tmp_path: Path) -> None:
    asset = load(tmp_path / "door.urdf", door(-1.6, 0.0))
    (joint,) = asset.joints
    assert joint.limits == (0.0, 1.6)
    assert np.allclose(joint.axis, (0, 0, -1))
    assert joint.controls == "opening"
    assert asset.link("door_joint").inertial.mass > 0.05, "zero mass is weighed by volume"
    assert trial(asset) is None
    assert opened(asset, 1.0) == pytest.approx(1.6, abs=0.05)
    assert (0.2, 0.4, 0.6, 1.0) in [material.rgba for material in asset.materials.values()]


def test_a_range_that_does_not_hold_zero_starts_at_its_near_end(tmp_path: Path) -> None:
    asset = load(tmp_path / "door.urdf", door(0.5, 1.3))
    (joint,) = asset.joints
    assert joint.limits[0] == 0.0
    assert joint.limits[1] == pytest.approx(0.8)
    (panel,) = asset.link("door_joint").visuals
    assert 2 * np.arccos(panel.quat[0]) == pytest.approx(0.5, abs=1e-6)


def test_joints_can_be_closed_at_their_far_end(tmp_path: Path) -> None:
    text = DRAWER.replace('range="-.2 0"', 'range="-.02 .18"').replace("-1 0 0", "1 0 0")
    plain = load(tmp_path / "plain.xml", text)
    assert plain.joints[0].limits == (0.0, 0.18), "the longer side of zero is the way open"
    from cousins.scenes.importing.model_text import read_model
    from cousins.scenes.importing.models import ModelImport, asset_from_text

    how = ModelImport("lab-thing", CABINET, "lab", "MIT", "a test", reverse=("slide",))
    turned = asset_from_text(read_model(tmp_path / "plain.xml"), how)
    assert np.allclose(turned.joints[0].axis, (-1, 0, 0))
    assert turned.extents[0] > plain.extents[0] + 0.1


KNOB = """
<mujoco><worldbody><body name="stove">
  <geom type="box" size=".2 .2 .04"/>
  <body name="dial" pos=".21 0 0"><joint name="front_knob" type="hinge" axis="1 0 0"/>
    <geom type="cylinder" size=".02 .01" euler="0 90 0"/></body>
  <body name="flap" pos="0 .25 0"><joint name="hatch" type="hinge" axis="1 0 0" range="0 60"/>
    <geom type="box" size=".15 .04 .01"/></body>
</body></worldbody></mujoco>
"""


def test_knobs_switch_and_flaps_open(tmp_path: Path) -> None:
    asset = load(tmp_path / "stove.xml", KNOB, "stove.n.01")
    knob, flap = asset.joints
    assert (knob.name, knob.controls, knob.limits) == ("front_knob", "switch", (0.0, 1.5708))
    assert (flap.name, flap.controls) == ("hatch", "opening")
    assert flap.limits[1] == pytest.approx(np.pi / 3, abs=1e-4), "angles are in degrees by default"
    nameless = KNOB.replace("front_knob", "j1").replace('"dial"', '"b1"')
    small = load(tmp_path / "nameless.xml", nameless, "stove.n.01")
    assert small.joints[0].controls == "switch", "a small part of a large thing"


def box_file(path: Path, extents: tuple[float, float, float]) -> None:
    trimesh.creation.box(extents).export(path)


def test_meshes_are_found_scaled_and_turned(tmp_path: Path) -> None:
    (tmp_path / "pkg" / "meshes").mkdir(parents=True)
    (tmp_path / "pkg" / "urdf").mkdir()
    box_file(tmp_path / "pkg" / "meshes" / "part.stl", (100.0, 60.0, 200.0))
    text = """<robot name="r"><link name="a">
      <visual><geometry><mesh filename="package://pkg/meshes/part.stl" scale=".001 .001 .001"/>
      </geometry></visual>
      <collision><geometry><mesh filename="../meshes/part.stl" scale=".001 .001 .001"/>
      </geometry></collision></link></robot>"""
    upright = load(tmp_path / "pkg" / "urdf" / "r.urdf", text, "box.n.01")
    assert np.allclose(upright.extents, (0.1, 0.06, 0.2), atol=1e-6)
    assert not upright.joints
    assert not upright.fixed
    lying = load(tmp_path / "pkg" / "urdf" / "r.urdf", text, "box.n.01", up="x", front="-z")
    assert np.allclose(lying.extents, (0.2, 0.06, 0.1), atol=1e-6)
    large = load(tmp_path / "pkg" / "urdf" / "r.urdf", text, "box.n.01", scale=2.0)
    assert np.allclose(large.extents, (0.2, 0.12, 0.4), atol=1e-6)
    assert np.allclose(np.ptp(touched_points(large), axis=0), large.extents, atol=1e-5)
    assert trial(large) is None


def test_hollows_stay_open_where_a_collision_mesh_has_them(tmp_path: Path) -> None:
    outer = trimesh.creation.annulus(0.03, 0.04, 0.1)
    outer.export(tmp_path / "tube.stl")
    text = """<mujoco><asset><mesh name="tube" file="tube.stl"/></asset>
      <worldbody><body><geom type="mesh" mesh="tube"/></body></worldbody></mujoco>"""
    asset = load(tmp_path / "tube.xml", text, "mug.n.04")
    assert len(asset.links[0].collisions) > 1
    model = simulated(asset)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    hit = np.zeros(1, dtype=np.int32)
    down = mujoco.mj_ray(
        model, data, np.array([0, 0, 0.3]), np.array([0, 0, -1.0]), None, True, -1, hit
    )
    assert down < 0 or down > 0.25, "a ray down the middle meets nothing above the floor"


def test_includes_and_what_mujoco_does_not_know(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "looks.xml").write_text(
        '<mujocoinclude><compiler angle="radian"/><default class="own"><geom rgba="1 0 0 1"/>'
        '</default><asset><texture name="t" type="2d" builtin="flat" rgb1="0 1 0" width="4"'
        ' height="4"/><material name="green" texture="t"/>'
        '<texture name="t" type="2d" builtin="flat" rgb1="0 0 1" width="4" height="4"/>'
        '<material name="blue" texture="t"/></asset></mujocoinclude>',
        encoding="utf-8",
    )
    text = """<mujoco><size njmax="500"/><include file="parts\\looks.xml"/>
      <worldbody><light pos="0 0 3"/><geom type="plane" size="5 5 .1"/>
      <body name="b"><region size="1"/><freejoint/><site name="s"/>
        <geom type="box" size=".05 .05 .05" material="green"/>
        <geom type="box" size=".02 .02 .02" pos="0 0 .07" material="blue"/>
        <geom class="own" type="sphere" size=".01" pos="0 0 .1"/></body></worldbody>
      <actuator><motor joint="nothing"/></actuator></mujoco>"""
    asset = load(tmp_path / "whole.xml", text, "box.n.01")
    colours = sorted(material.rgba[:3] for material in asset.materials.values())
    assert colours == [(0, 0, 1), (0, 1, 0), (1, 0, 0)], "a name used twice means the last one"
    assert np.allclose(asset.extents, (0.1, 0.1, 0.16), atol=1e-6), "the floor is no part of it"


def test_visual_and_collision_groups(tmp_path: Path) -> None:
    text = """<mujoco><worldbody><body>
      <geom type="sphere" size=".05" contype="0" conaffinity="0" group="1" rgba="1 0 0 1"/>
      <geom type="box" size=".05 .05 .05" group="0" rgba="0 1 0 .3"/>
      <geom type="box" size=".05 .05 .05" group="0" rgba="0 1 0 .3"/>
      </body></worldbody></mujoco>"""
    (link,) = load(tmp_path / "ball.xml", text, "ball.n.01").links
    assert [shape.kind for shape in link.visuals] == ["sphere"]
    assert [shape.kind for shape in link.collisions] == ["box"], "repeats are dropped"


REFUSED = {
    "missing mesh": (
        '<mujoco><asset><mesh name="m" file="gone/part.stl"/></asset><worldbody><body>'
        '<geom type="mesh" mesh="m"/></body></worldbody></mujoco>',
        r"mesh file .*gone/part\.stl is missing",
    ),
    "missing package mesh": (
        '<robot name="r"><link name="a"><visual><geometry>'
        '<mesh filename="package://x/none.dae"/></geometry></visual></link></robot>',
        r"x/none\.dae is missing",
    ),
    "missing include": (
        '<mujoco><include file="other.xml"/></mujoco>',
        r"included file .*other\.xml is missing",
    ),
    "not XML": ("<mujoco><worldbody>", "is not XML"),
    "another language": ("<sdf/>", "<sdf> is neither MJCF"),
    "nothing in it": ("<mujoco><worldbody><body/></worldbody></mujoco>", "no geometry"),
    "two things": (
        '<mujoco><worldbody><body><freejoint/><geom size=".1"/></body><body><freejoint/>'
        '<geom size=".1"/></body></worldbody></mujoco>',
        "2 bodies that are not joined",
    ),
    "two joints": (
        '<mujoco><worldbody><geom type="box" size=".1 .1 .1"/><body name="cart">'
        '<joint type="slide" axis="1 0 0"/><joint type="slide" axis="0 1 0"/>'
        '<geom type="box" size=".1 .1 .1" pos="0 0 .3"/></body></worldbody></mujoco>',
        "body 'cart' has 2 joints; allowed: one",
    ),
    "a height field": (
        '<mujoco><asset><hfield name="h" nrow="2" ncol="2" size="1 1 1 1"/></asset></mujoco>',
        "<hfield> cannot be imported",
    ),
    "a wrong attribute": (
        '<mujoco><worldbody><body><geom type="box" size="a b c"/></body></worldbody></mujoco>',
        "MuJoCo refuses the model",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_used_says_why(tmp_path: Path, case: str) -> None:
    text, message = REFUSED[case]
    name = "bad.urdf" if text.startswith("<robot") else "bad.xml"
    with pytest.raises(AssetError, match=message):
        load(tmp_path / name, text)


def test_zero_mass_without_volume_is_refused(tmp_path: Path) -> None:
    flat = trimesh.Trimesh([[0, 0, 0], [0.2, 0, 0], [0, 0.2, 0]], [[0, 1, 2]])
    flat.export(tmp_path / "flat.stl")
    text = """<robot name="r"><link name="a"><inertial><mass value="0"/>
      <inertia ixx="0" ixy="0" ixz="0" iyy="0" iyz="0" izz="0"/></inertial>
      <collision><geometry><mesh filename="flat.stl"/></geometry></collision></link></robot>"""
    with pytest.raises(AssetError, match="volume"):
        load(tmp_path / "flat.urdf", text, "tray.n.01")


def test_millimetres_are_noticed(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match=r"about 480 times .* set `scale`"):
        load(tmp_path / "drawer.xml", DRAWER, scale=1000.0)


def test_closed_links_are_trimmed_and_ranges_end_at_a_contact(tmp_path: Path) -> None:
    overlapping = DRAWER.replace('size=".14 .11 .005" pos="0 0 -.09"',
                                 'size=".14 .133 .005" pos="0 0 -.06"')  # fmt: skip
    asset = load(tmp_path / "tight.xml", overlapping)
    assert trial(asset) is None
    stop = '<geom type="box" size=".01 .1 .02" pos=".31 0 0"/><body name="rails">'
    stopped = load(tmp_path / "stop.xml", DRAWER.replace('<body name="rails">', stop))
    assert 0.08 <= stopped.joints[0].limits[1] < 0.12
    assert trial(stopped) is None


def test_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    first = load(tmp_path / "drawer.xml", DRAWER)
    again = load(tmp_path / "drawer.xml", DRAWER)
    assert first.content_hash() == again.content_hash()
