"""Asset files that readers trip over: read right, noted, or refused by name."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import fake_stages
import lab
import mujoco  # pyright: ignore[reportMissingTypeStubs]
import numpy as np
import pytest
from raw_files import FACES, Glb, obj_box, obj_faces, png, write_gltf

from cousins.flows import run
from cousins.flows.reporter import Silent
from cousins.flows.session import RunRequest
from cousins.scenes.assets.joint import JointLibrary
from cousins.scenes.importing import meshes
from cousins.scenes.importing.meshes import Imported, MeshImport, asset_from_mesh
from cousins.scenes.importing.model_meshes import read_mesh
from cousins.scenes.importing.models import asset_from_model
from cousins.scenes.importing.opened import Report, reporting
from cousins.scenes.importing.patches import Patch, read_patches
from cousins.scenes.importing.solids import integrals
from cousins.scenes.libraries.folder import FolderLibrary, scan
from cousins.scenes.libraries.folder.closure import opened_by
from cousins.schemas import Asset, AssetError, AssetsSpec
from cousins.schemas.spec_file import parse_spec

pytestmark = pytest.mark.usefixtures("module_cache")

DIE = "toy_dice.n.01"


def model(path: Path, category: str = DIE) -> Asset:
    return asset_from_model(
        path, asset_id="lab-x", category=category, library="lab", licence="MIT", source="x"
    )


def read(path: Path) -> tuple[tuple[Patch, ...], Report]:
    with reporting() as report:
        return read_patches(path), report


def look(path: Path) -> list[float]:
    (patch,) = read(path)[0]
    (found,) = np.unique(np.round(patch.colours, 2), axis=0)
    return [float(value) for value in found]


# Raw GLB and glTF


def _draco(glb: Glb) -> None:
    box = glb.box()
    for accessor in glb.described["accessors"]:
        del accessor["bufferView"]
    box["extensions"] = {"KHR_draco_mesh_compression": {"bufferView": 0, "attributes": {}}}


def _draco_required(glb: Glb) -> None:
    _draco(glb)
    glb.box(translation=[0, 0.05, 0])
    glb.described["extensionsRequired"] = ["KHR_draco_mesh_compression"]


def _meshopt(glb: Glb) -> None:
    glb.box()
    glb.described["bufferViews"][0]["extensions"] = {"EXT_meshopt_compression": {}}


def _instances(glb: Glb) -> None:
    glb.box(extensions={"EXT_mesh_gpu_instancing": {"attributes": {}}})


def _fans(glb: Glb) -> None:
    glb.box()
    glb.box()["mode"] = 6


def _quantised(glb: Glb) -> None:
    places = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype="<i2")
    position = glb.accessor(places * np.int16(32767), normalized=True)
    indices = glb.accessor(FACES.ravel())
    glb.part({"attributes": {"POSITION": position}, "indices": indices}, scale=[0.03] * 3)


def _sparse(glb: Glb) -> None:
    glb.box()
    glb.described["accessors"][0]["sparse"] = {"count": 1}


def _vast(glb: Glb) -> None:
    glb.box()
    glb.described["accessors"][1]["count"] = 900_000_000


def _vast_and_empty(glb: Glb) -> None:
    glb.box()
    glb.described["accessors"][0] |= {"count": 900_000_000}
    del glb.described["accessors"][0]["bufferView"]


def _beyond(glb: Glb) -> None:
    glb.box()
    glb.described["bufferViews"][1]["byteLength"] = 10**9


def _loop(glb: Glb) -> None:
    glb.box(children=[0])


def _nowhere(glb: Glb) -> None:
    glb.box()["indices"] = 17


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_draco, "KHR_draco_mesh_compression: export it without"),
        (_draco_required, "requires KHR_draco_mesh_compression"),
        (_meshopt, "EXT_meshopt_compression"),
        (_instances, "EXT_mesh_gpu_instancing"),
        (_fans, r"triangle fans \(mode 6\)"),
        (_quantised, "quantised positions are not supported"),
        (_sparse, "POSITION are a sparse accessor"),
        (_vast, "declare 900,000,000 elements; their 72 bytes hold fewer"),
        (_vast_and_empty, "declare 900,000,000 elements and hold none"),
        (_beyond, "of a buffer of"),
        (_loop, "its own ancestor"),
        (_nowhere, r"names accessors\[17\] of 2"),
    ],
)
def test_what_a_gltf_reader_would_lose_is_refused_by_name(
    make: Callable[[Glb], None], said: str, tmp_path: Path
) -> None:
    glb = Glb()
    make(glb)
    with pytest.raises(AssetError, match=said):
        read_patches(glb.write(tmp_path / "die.glb"))


def test_other_extensions_pass_and_what_is_passed_over_is_noted(tmp_path: Path) -> None:
    glb = Glb()
    box = glb.box()
    glb.part({"attributes": box["attributes"], "mode": 1})
    glb.described |= {"extensionsRequired": ["KHR_materials_unlit"], "animations": [{}]}
    patches, report = read(glb.write(tmp_path / "die.glb"))
    assert [len(patch.faces) for patch in patches] == [12]
    assert any("lines are passed over" in note for note in report.notes)
    assert any("animations are passed over" in note for note in report.notes)
    glb.described["extensionsRequired"] = ["ACME_geometry"]
    with pytest.raises(AssetError, match="requires ACME_geometry"):
        read_patches(glb.write(tmp_path / "die.glb"))


# Looks


def test_alpha_counts_only_where_the_material_says_so(tmp_path: Path) -> None:
    for mode, alpha in ((None, 1.0), ("OPAQUE", 1.0), ("MASK", 0.0), ("BLEND", 0.2)):
        glb = Glb()
        glb.painted((0.25, 0.5), uri="clear.png")
        if mode:
            glb.described["materials"][0]["alphaMode"] = mode
        (tmp_path / "clear.png").write_bytes(png((255, 0, 0, 51), (255, 0, 0, 51)))
        assert look(glb.write(tmp_path / "die.glb")) == [1, 0, 0, alpha]


def test_colours_of_vertices_tint_a_material(tmp_path: Path) -> None:
    for dtype, whole in (("<f4", 1), ("<u2", 65535), ("u1", 255)):
        glb = Glb()
        box = glb.box()
        red = np.tile(np.array([1, 0, 0, 1]) * whole, (8, 1)).astype(dtype)
        box["attributes"]["COLOR_0"] = glb.accessor(red, normalized=dtype != "<f4")
        box["material"] = 0
        glb.described["materials"] = [{"pbrMetallicRoughness": {"metallicFactor": 0.0}}]
        assert look(glb.write(tmp_path / "die.glb"))[1:3] == [0, 0]
        assert look(tmp_path / "die.glb")[0] > 0.5


@pytest.mark.parametrize(
    ("uv", "transform", "wrap", "blue"),
    [
        ((0.25, 0.5), {}, 10497, False),
        ((0.25, 0.5), {"offset": [0.5, 0]}, 10497, True),
        ((0.25, 0.5), {"scale": [3, 1]}, 10497, True),
        ((0.5, 0.25), {"rotation": np.pi / 2}, 10497, False),
        ((1.3, 0.5), {}, 10497, False),
        ((1.3, 0.5), {}, 33071, True),
        ((-0.3, 0.5), {}, 33071, False),
        ((1.3, 0.5), {}, 33648, True),
    ],
)
def test_pictures_lie_as_the_file_says(
    uv: tuple[float, float], transform: dict[str, object], wrap: int, blue: bool, tmp_path: Path
) -> None:
    glb = Glb()
    glb.painted(uv, extensions={"KHR_texture_transform": transform})
    glb.described["samplers"] = [{"wrapS": wrap, "wrapT": wrap}]
    glb.described["textures"][0]["sampler"] = 0
    for path in (glb.write(tmp_path / "die.glb"), write_gltf(glb, tmp_path / "die.gltf")):
        assert look(path) == ([0, 0, 1, 1] if blue else [1, 0, 0, 1])


@pytest.mark.parametrize("name", ["green paint.png", "grün.png", "a%20b.png"])
def test_encoded_names_are_decoded(name: str, tmp_path: Path) -> None:
    glb = Glb()
    encoded = {"green paint.png": "green%20paint.png", "grün.png": "gr%C3%BCn.png"}
    glb.painted((0.25, 0.5), uri=encoded.get(name, name))
    (tmp_path / name).write_bytes(png((0, 255, 0, 255), (0, 255, 0, 255)))
    assert look(glb.write(tmp_path / "die.glb")) == [0, 1, 0, 1]


def test_a_missing_picture_is_noted(tmp_path: Path) -> None:
    glb = Glb()
    glb.painted((0.25, 0.5), uri="gone.png")
    assert any("gone.png" in note for note in read(glb.write(tmp_path / "die.glb"))[1].notes)
    second = "texture coordinates"
    glb.described["materials"][0]["pbrMetallicRoughness"]["baseColorTexture"]["texCoord"] = 1
    assert any(second in note for note in read(glb.write(tmp_path / "die.glb"))[1].notes)


# OBJ


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "utf-16"])
def test_marks_of_the_byte_order_are_no_text(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "die.obj"
    path.write_text(obj_box() + obj_faces(), encoding=encoding)
    (patch,) = read_patches(path)
    assert np.ptp(patch.vertices, axis=0) == pytest.approx((0.05, 0.05, 0.05))
    assert len(read_mesh(path).faces) == 12


def test_negative_indices_count_from_the_line_on(tmp_path: Path) -> None:
    path = tmp_path / "dice.obj"
    path.write_text(obj_box() + obj_faces(-8) + obj_box(at=1.0) + obj_faces(-8))
    whole = np.concatenate([patch.vertices[patch.faces.ravel()] for patch in read_patches(path)])
    assert np.ptp(whole, axis=0) == pytest.approx((1.05, 0.05, 0.05))
    assert read_mesh(path).areas().sum() == pytest.approx(12 * 0.05**2)
    path.write_text(obj_box() + "f -1 -2 -9\n")
    with pytest.raises(AssetError, match="names vertex -9 of 8"):
        read_patches(path)


@pytest.mark.parametrize(
    ("outline", "area"),
    [
        ([(0, 0), (4, 0), (4, 1), (1, 1), (1, 4), (0, 4)], 7.0),
        ([(0, 0), (4, 0), (1, 1), (0, 4)], 4.0),
        ([(0, 0), (6, 0), (6, 3), (4, 3), (4, 1), (2, 1), (2, 3), (0, 3)], 14.0),
    ],
)
def test_concave_polygons_are_filled_and_no_more(
    outline: list[tuple[int, int]], area: float, tmp_path: Path
) -> None:
    count = len(outline)
    text = "".join(f"v {x / 100} {y / 100} {z}\n" for z in (0, 0.02) for x, y in outline)
    text += "f " + " ".join(str(k) for k in range(count, 0, -1)) + "\n"
    text += "f " + " ".join(str(count + k + 1) for k in range(count)) + "\n"
    for k in range(count):
        a, b = k + 1, (k + 1) % count + 1
        text += f"f {a} {b} {b + count} {a + count}\n"
    path = tmp_path / "block.obj"
    for turned in range(count):
        lines = text.splitlines()
        cap = lines[2 * count].split()[1:]
        lines[2 * count] = "f " + " ".join(cap[turned:] + cap[:turned])
        path.write_text("\n".join(lines))
        mesh = read_mesh(path)
        volume = integrals(mesh.vertices, mesh.faces)[0]
        assert volume == pytest.approx(area * 1e-4 * 0.02)
        flat = np.abs(np.ptp(mesh.vertices[mesh.faces][:, :, 2], axis=1)) < 1e-9
        assert mesh.areas()[flat].sum() == pytest.approx(2 * area * 1e-4)


def test_every_material_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.mtl").write_text("newmtl red\nKd 1 0 0\n")
    (tmp_path / "b c.mtl").write_text("newmtl blue\nKd 0 0 1")
    heads = "mtllib a.mtl\nmtllib b c.mtl\n", "mtllib b c.mtl\n\nmtllib a.mtl\n"
    for head in heads:
        text = head + obj_box() + "usemtl red\n" + obj_faces()
        text += obj_box(at=0.05) + "usemtl blue\n" + obj_faces(9)
        (tmp_path / "dice.obj").write_text(text)
        colours = {tuple(patch.colours[0][:3]) for patch in read_patches(tmp_path / "dice.obj")}
        assert colours == {(1, 0, 0), (0, 0, 1)}


@pytest.mark.parametrize("place", [".75", ".75 0", ".75 0 .5"])
def test_a_place_in_a_picture_may_have_one_to_three_numbers(place: str, tmp_path: Path) -> None:
    (tmp_path / "a.mtl").write_text("newmtl two\nKd 1 1 1\nmap_Kd two.png\n")
    (tmp_path / "two.png").write_bytes(png((255, 0, 0, 255), (0, 255, 0, 255)))
    faces = [face.split()[1:] for face in obj_faces().splitlines()]
    told = "".join(f"f {' '.join(f'{corner}/1' for corner in face)}\n" for face in faces)
    text = f"mtllib a.mtl\nvt {place}\n" + obj_box() + "usemtl two\n" + told
    (tmp_path / "dice.obj").write_text(text)
    (patch,) = read_patches(tmp_path / "dice.obj")
    assert (patch.colours[:, :3] == [0, 1, 0]).all()


def test_a_model_takes_a_plain_material_and_a_picture_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "a.mtl").write_text("newmtl red\nKd 1 0 0\n")
    text = "mtllib a.mtl\nvt .25 .5\n" + obj_box() + "usemtl red\n"
    (tmp_path / "die.obj").write_text(text + obj_faces())
    shape = '<mesh filename="die.obj"/>'
    lab.write(tmp_path / "die.urdf", lab.URDF.format(shape=shape, inertial=""))
    colours = [material.rgba[:3] for material in model(tmp_path / "die.urdf").materials.values()]
    assert colours == [(1, 0, 0)]


# MJCF and URDF

HINGED = """<robot name="x"><link name="base"><visual><geometry><box size=".3 .3 .3"/></geometry>
</visual><collision><geometry><box size=".3 .3 .3"/></geometry></collision></link>
<link name="part"><visual><geometry><box size=".02 .2 .2"/></geometry></visual>
<collision><geometry><box size=".02 .2 .2"/></geometry></collision></link>
<joint name="moves" {joint}</joint></robot>"""
ENDS = '<parent link="base"/><child link="part"/><origin xyz=".17 0 0"/><axis xyz="1 0 0"/>'
LIMIT = '<limit lower="0" upper="0.2" effort="1" velocity="1"/>'
MJCF = """<mujoco>{assets}<worldbody><body name="base"><geom type="box" size=".15 .15 .15"/>
<body name="part" pos=".17 0 0">{joint}<geom type="box" size=".01 .1 .1"/></body></body>
</worldbody>{more}</mujoco>"""
SLIDE = '<joint name="moves" type="slide" axis="1 0 0" {range}/>'
SAME = '<equality><joint joint1="moves" {active}/></equality>'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HINGED.format(joint=f'type="ball">{ENDS}'), "'moves' is of type 'ball'; allowed"),
        (HINGED.format(joint=f'type="planar">{ENDS}'), "'moves' is of type 'planar'"),
        (
            HINGED.format(joint=f'type="prismatic">{ENDS}<limit effort="1" velocity="1"/>'),
            "prismatic without a range",
        ),
        (HINGED.format(joint=f'type="prismatic">{ENDS}'), "prismatic without a range"),
        (
            HINGED.format(joint=f'type="prismatic">{ENDS}{LIMIT}<mimic joint="other"/>'),
            "'moves' mimics another",
        ),
        (MJCF.format(assets="", joint='<joint name="moves" type="ball"/>', more=""), "ball joint"),
        (
            MJCF.format(
                assets="", joint='<joint name="moves" type="ball" range="0 1" limited="true"/>',
                more="",
            ),
            "ball joint",
        ),
        (MJCF.format(assets="", joint=SLIDE.format(range=""), more=""), "slides without a range"),
        (
            MJCF.format(
                assets="", joint=SLIDE.format(range='range="0 .2"'), more=SAME.format(active="")
            ),
            "<equality> has a 'joint'",
        ),
    ],
)  # fmt: skip
def test_joints_that_cannot_be_kept_are_refused_by_name(
    text: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / ("drawer.urdf" if text.startswith("<robot") else "drawer.xml")
    lab.write(path, text)
    with pytest.raises(AssetError, match=said):
        model(path, "cabinet.n.01")


def test_what_is_included_is_checked_too(tmp_path: Path) -> None:
    same = SAME.format(active="")
    lab.write(tmp_path / "more.xml", f"<mujocoinclude>{same}</mujocoinclude>")
    text = MJCF.format(
        assets='<include file="more.xml"/>', joint=SLIDE.format(range='range="0 .2"'), more=""
    )
    lab.write(tmp_path / "drawer.xml", text)
    with pytest.raises(AssetError, match="parts that move together"):
        model(tmp_path / "drawer.xml", "cabinet.n.01")


def test_joints_with_what_they_need_still_pass(tmp_path: Path) -> None:
    lab.write(tmp_path / "a.urdf", HINGED.format(joint=f'type="prismatic">{ENDS}{LIMIT}'))
    assert [joint.limits for joint in model(tmp_path / "a.urdf", "cabinet.n.01").joints] == [
        (0, 0.2)
    ]
    idle = SAME.format(active='active="false"')
    text = MJCF.format(assets="", joint=SLIDE.format(range='range="0 .2"'), more=idle)
    lab.write(tmp_path / "a.xml", text)
    assert len(model(tmp_path / "a.xml", "cabinet.n.01").joints) == 1


@pytest.mark.parametrize("moments", ["2e-4 3e-4 4e-3", "4e-3 2e-4 3e-4", "1e-5 1e-5 2.2e-3"])
def test_an_impossible_inertia_gives_way_to_that_of_the_shape(moments: str, tmp_path: Path) -> None:
    xx, yy, zz = moments.split()
    inertial = (
        f'<inertial><mass value="0.5"/><inertia ixx="{xx}" ixy="0" ixz="0" iyy="{yy}" iyz="0" '
        f'izz="{zz}"/></inertial>'
    )
    shape = '<box size=".2 .15 .03"/>'
    lab.write(tmp_path / "box.urdf", lab.URDF.format(shape=shape, inertial=inertial))
    with reporting() as report:
        asset = model(tmp_path / "box.urdf", "box.n.01")
    expected = 0.5 / 12 * np.array([0.15**2 + 0.03**2, 0.2**2 + 0.03**2, 0.2**2 + 0.15**2])
    inertia = np.array(asset.links[0].inertial.inertia)
    assert np.sort(inertia[:3]) == pytest.approx(np.sort(expected), rel=1e-3)
    assert asset.mass == pytest.approx(0.5)
    assert any("'base' can be that of no rigid body" in note for note in report.notes)


@pytest.mark.parametrize("compiler", ["", '<compiler fitaabb="true"/>'])
@pytest.mark.parametrize("kind", ["box", "ellipsoid", "cylinder"])
def test_primitives_fit_their_meshes_as_in_mujoco(kind: str, compiler: str, tmp_path: Path) -> None:
    mesh = lab.box(0.06, 0.03, 0.02)
    mesh.export(tmp_path / "v.stl")
    lab.write(
        tmp_path / "die.xml",
        f'<mujoco>{compiler}<asset><mesh name="v" file="v.stl"/></asset><worldbody><body>'
        f'<geom type="{kind}" mesh="v"/></body></worldbody></mujoco>',
    )
    (shape,) = model(tmp_path / "die.xml").links[0].collisions
    reader: Any = mujoco
    own = reader.MjModel.from_xml_path(str(tmp_path / "die.xml"))
    assert shape.size == pytest.approx(own.geom_size[0][: len(shape.size)], abs=1e-5)
    if kind == "box":
        assert sorted(shape.size) == pytest.approx((0.01, 0.015, 0.03), abs=1e-5)


def test_layers_of_a_material_name_its_texture(tmp_path: Path) -> None:
    (tmp_path / "t.png").write_bytes(png((0, 255, 0, 255), (0, 255, 0, 255)))
    for layers in (
        '<layer texture="t" role="rgb"/>',
        '<layer texture="t" role="rgba"/>',
        '<layer texture="n" role="normal"/><layer texture="t" role="rgb"/>',
    ):
        lab.write(
            tmp_path / "die.xml",
            '<mujoco><asset><texture name="t" type="2d" file="t.png"/>'
            '<texture name="n" type="2d" builtin="flat" width="2" height="2"/>'
            f'<material name="m">{layers}</material></asset><worldbody><body>'
            '<geom type="box" size=".02 .02 .02" material="m"/></body></worldbody></mujoco>',
        )
        (material,) = model(tmp_path / "die.xml").materials.values()
        assert material.rgba[:3] == (0, 1, 0)


# Folders


def _chain(folder: Path) -> Path:
    (folder / "t x.png").write_bytes(png((255, 0, 0, 255), (255, 0, 0, 255)))
    (folder / "a.mtl").write_text("newmtl m\nmap_Kd t x.png\n")
    text = "mtllib a.mtl\nvt .2 .5\nvt .3 .5\nvt .3 .6\nvt .2 .6\n" + obj_box() + "usemtl m\n"
    faces = obj_faces().splitlines()
    for line in faces:
        corners = [f"{corner}/{k + 1}" for k, corner in enumerate(line.split()[1:])]
        text += "f " + " ".join(corners) + "\n"
    (folder / "v.obj").write_text(text)
    shape = '<mesh filename="v.obj"/>'
    lab.write(folder / "die.urdf", lab.URDF.format(shape=shape, inertial=""))
    return folder / "t x.png"


def _sibling(folder: Path) -> Path:
    (folder / "urdf").mkdir()
    (folder / "meshes").mkdir()
    (folder / "meshes" / "v.obj").write_text(obj_box() + obj_faces())
    shape = '<mesh filename="package://pack/meshes/v.obj"/>'
    lab.write(folder / "urdf" / "die.urdf", lab.URDF.format(shape=shape, inertial=""))
    return folder / "meshes" / "v.obj"


def _included(folder: Path) -> Path:
    (folder / "parts").mkdir()
    (folder / "parts" / "v.obj").write_text(obj_box() + obj_faces())
    lab.write(
        folder / "more.xml",
        '<mujocoinclude><asset><mesh name="v" file="v.obj"/></asset></mujocoinclude>',
    )
    lab.write(
        folder / "die.xml",
        '<mujoco><compiler meshdir="parts"/><include file="more.xml"/><worldbody><body>'
        '<geom type="mesh" mesh="v"/></body></worldbody></mujoco>',
    )
    return folder / "parts" / "v.obj"


def _uri(folder: Path) -> Path:
    glb = Glb()
    glb.painted((0.25, 0.5), uri="green%20paint.png")
    (folder / "green paint.png").write_bytes(png((255, 0, 0, 255), (255, 0, 0, 255)))
    glb.write(folder / "die.glb")
    return folder / "green paint.png"


def _plain(folder: Path) -> Path:
    (folder / "die.obj").write_text(obj_box() + obj_faces())
    return folder / "die.obj"


def _material(folder: Path) -> Path:
    (folder / "a.mtl").write_text("newmtl m\nKd 1 0 0\n")
    (folder / "die.obj").write_text("mtllib a.mtl\n" + obj_box() + "usemtl m\n" + obj_faces())
    return folder / "a.mtl"


def _binary(folder: Path) -> Path:
    glb = Glb()
    glb.box()
    return glb.write(folder / "die.glb")


def _urdf(folder: Path) -> Path:
    lab.write(folder / "die.urdf", lab.URDF.format(shape='<box size=".05 .05 .05"/>', inertial=""))
    return folder / "die.urdf"


def _mjcf(folder: Path) -> Path:
    box = '<geom type="box" size=".02 .02 .02"/>'
    lab.write(folder / "die.xml", f"<mujoco><worldbody><body>{box}</body></worldbody></mujoco>")
    return folder / "die.xml"


def _include(folder: Path) -> Path:
    box = '<geom type="box" size=".02 .02 .02"/>'
    lab.write(folder / "more.xml", f"<mujocoinclude><body>{box}</body></mujocoinclude>")
    text = '<mujoco><worldbody><include file="more.xml"/></worldbody></mujoco>'
    lab.write(folder / "die.xml", text)
    return folder / "more.xml"


def _noted(folder: Path) -> Path:
    _plain(folder)
    lab.write(folder / "die.yaml", "mass: 0.2\n")
    return folder / "die.yaml"


def _defaults(folder: Path) -> Path:
    _plain(folder)
    lab.write(folder / "folder.yaml", "mass: 0.2\n")
    return folder / "folder.yaml"


def edit(path: Path) -> None:
    """Let a file say something else."""
    if path.suffix == ".png":
        path.write_bytes(png((0, 255, 0, 255), (0, 255, 0, 255)))
    elif path.suffix == ".obj":
        path.write_text(obj_box(0.04) + obj_faces())
    elif path.suffix == ".glb":
        glb = Glb()
        glb.box(0.04)
        glb.write(path)
    else:
        text = path.read_text()
        for old, new in (("Kd 1 0", "Kd 0 1"), (".05 .05 .05", ".04 .05 .05"), ("0.2", "0.3")):
            text = text.replace(old, new)
        path.write_text(text.replace(".02 .02 .02", ".03 .02 .02"))


@pytest.mark.parametrize(
    "make",
    [
        _plain, _material, _chain, _binary, _uri, _urdf, _sibling, _mjcf, _included, _include,
        _noted, _defaults,
    ],
)  # fmt: skip
def test_an_edit_of_any_file_gives_what_a_fresh_cache_gives(
    make: Callable[[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    last = make(folder)
    first = FolderLibrary(folder, "lab")
    assert [entry.asset_id for entry in first.found.entries] == ["lab-die"]
    assert first.quarantined() == {}
    before = first.get("lab-die")
    edit(last)
    cached = FolderLibrary(folder, "lab")
    assert cached.version != first.version
    after = cached.get("lab-die")
    assert after != before
    monkeypatch.setenv("COUSINS_CACHE", str(tmp_path / "fresh"))
    again = FolderLibrary(folder, "other")
    fresh = again.get("other-die").model_copy(update={"id": "lab-die", "library": "lab"})
    assert fresh.content_hash() == after.content_hash()


def test_a_file_that_was_missing_is_seen_when_it_comes(tmp_path: Path) -> None:
    last = _chain(tmp_path)
    last.unlink()
    before = FolderLibrary(tmp_path, "lab")
    assert any("t x.png" in note for note in before.notes()["lab-die"])
    last.write_bytes(png((0, 0, 255, 255), (0, 0, 255, 255)))
    after = FolderLibrary(tmp_path, "lab")
    assert after.version != before.version
    assert [m.rgba[:3] for m in after.get("lab-die").materials.values()] == [(0, 0, 1)]


def test_a_file_between_may_name_another(tmp_path: Path) -> None:
    _chain(tmp_path)
    (tmp_path / "new.png").write_bytes(png((0, 0, 255, 255), (0, 0, 255, 255)))
    before = FolderLibrary(tmp_path, "lab")
    assert [m.rgba[:3] for m in before.get("lab-die").materials.values()] == [(1, 0, 0)]
    (tmp_path / "a.mtl").write_text("newmtl m\nmap_Kd new.png\n")
    after = FolderLibrary(tmp_path, "lab")
    assert [m.rgba[:3] for m in after.get("lab-die").materials.values()] == [(0, 0, 1)]
    (tmp_path / "t x.png").unlink()
    assert FolderLibrary(tmp_path, "lab").version == after.version


def test_nothing_is_opened_that_the_stamp_does_not_cover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = _chain(tmp_path)

    def most(path: Path) -> tuple[Path, ...]:
        return tuple(part for part in opened_by(path) if part != last)

    monkeypatch.setattr(scan, "opened_by", most)
    (reason,) = FolderLibrary(tmp_path, "lab").quarantined().values()
    assert "it opens t x.png, whose changes would go unseen" in reason


def test_meshes_beside_the_folder_of_a_model_are_its_parts(tmp_path: Path) -> None:
    (tmp_path / "urdf").mkdir()
    (tmp_path / "meshes").mkdir()
    (tmp_path / "meshes" / "cube.obj").write_text(obj_box() + obj_faces())
    lab.write(
        tmp_path / "urdf" / "die.xml",
        '<mujoco><compiler meshdir="../meshes"/><asset><mesh name="v" file="cube.obj"/></asset>'
        '<worldbody><body><geom type="mesh" mesh="v"/></body></worldbody></mujoco>',
    )
    found = FolderLibrary(tmp_path, "lab")
    assert [entry.asset_id for entry in found.found.entries] == ["lab-die"]
    shape = '<mesh filename="../meshes/cube.obj"/>'
    lab.write(tmp_path / "urdf" / "dice.urdf", lab.URDF.format(shape=shape, inertial=""))
    (tmp_path / "urdf" / "die.xml").unlink()
    found = FolderLibrary(tmp_path, "lab")
    assert [entry.asset_id for entry in found.found.entries] == ["lab-dice"]


def test_a_thing_that_a_scene_includes_is_offered(tmp_path: Path) -> None:
    box = (
        '<mujoco><worldbody><body><geom type="box" size=".02 .02 .02"/></body></worldbody></mujoco>'
    )
    lab.write(tmp_path / "die.xml", box)
    lab.write(tmp_path / "scene.xml", '<mujoco><include file="die.xml"/></mujoco>')
    found = FolderLibrary(tmp_path, "lab")
    assert found.ids() == {DIE: ("lab-die",)}
    lab.write(tmp_path / "scene.yaml", f"category: {DIE}\n")
    assert FolderLibrary(tmp_path, "lab").ids() == {DIE: ("lab-scene",)}


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    lab.box(0.05, 0.05, 0.05).export(tmp_path / "die.stl")
    os.mkfifo(tmp_path / "mug.glb")
    os.mkfifo(tmp_path / "cup.xml")
    (tmp_path / "bowl.stl").symlink_to("/dev/zero")
    (tmp_path / "plate.obj").symlink_to("/dev/zero")
    (tmp_path / "pan.urdf").symlink_to("/dev/zero")
    lab.write(tmp_path / "jar.gltf", '{"asset":{"version":"2.0"},"buffers":[{"uri":"bowl.stl"}]}')
    found = FolderLibrary(tmp_path, "lab")
    assert found.ids() == {DIE: ("lab-die",)}
    aside = found.quarantined()
    names = ("bowl", "cup", "mug", "pan", "plate")
    assert all("only regular files" in aside[f"lab-{name}"] for name in names)
    assert aside.keys() == {f"lab-{name}" for name in (*names, "jar")}
    assert JointLibrary((found,)).set_aside() == aside


class Told(Silent):
    """Keeps the notes of a run."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.mark.parametrize("count", [0, 1, 60])
def test_a_run_counts_and_names_what_is_set_aside(count: int, tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Own(fake_stages.FakeLibrary):
        def set_aside(self) -> dict[str, str]:
            return {f"lab-{k:02d}": f"{k}.glb: no volume" for k in range(count)}

    def opened(_: AssetsSpec) -> Own:
        return Own()

    stages = replace(fake_stages.fake_stages(), library=opened)
    spec = parse_spec("name: own\ntasks: {count: 1}\n")
    told = Told()
    run.execute(RunRequest(spec, tmp_path / "out", stages, until="tasks"), reporter=told)
    lines = [line for line in told.notes if "lab-" in line]
    assert lines == [f"lab-{k:02d}: {k}.glb: no volume" for k in range(min(count, 50))]
    heads = {0: [], 1: ["1 asset file is set aside:"], 60: ["60 asset files are set aside:"]}
    assert told.notes[: len(heads[count])] == heads[count]
    assert ("and 10 more" in " ".join(told.notes)) == (count == 60)


def test_one_bad_file_leaves_the_rest(tmp_path: Path) -> None:
    glb = Glb()
    _draco(glb)
    glb.write(tmp_path / "mug.glb")
    lab.write(tmp_path / "cup.ply", "ply\nformat ascii 1.0\nelement vertex 900000000\nend_header\n")
    lab.write(tmp_path / "bowl.obj", "v 0 0 0\n" * 3 + "f 1 2 3\n")
    lab.box(0.05, 0.05, 0.05).export(tmp_path / "die.stl")
    found = FolderLibrary(tmp_path, "lab")
    assert found.ids() == {DIE: ("lab-die",)}
    assert set(found.quarantined()) == {"lab-mug", "lab-cup", "lab-bowl"}


# What fuzzing found


def test_a_picture_that_is_cut_short_is_noted(tmp_path: Path) -> None:
    for end in (55, 40, 20, 0):
        glb = Glb()
        glb.painted((0.25, 0.5), uri="paint.png")
        (tmp_path / "paint.png").write_bytes(png((255, 0, 0, 255), (255, 0, 0, 255))[:end])
        notes = read(glb.write(tmp_path / "die.glb"))[1].notes
        assert any("a picture cannot be read" in x or "paint.png is no picture" in x for x in notes)
    _chain(tmp_path)
    (tmp_path / "t x.png").write_bytes((tmp_path / "t x.png").read_bytes()[:55])
    assert any("a picture cannot be read" in note for note in read(tmp_path / "v.obj")[1].notes)


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_texture_coordinates_that_are_no_numbers_are_noted(odd: float, tmp_path: Path) -> None:
    glb = Glb()
    glb.painted((odd, 0.5))
    notes = read(glb.write(tmp_path / "die.glb"))[1].notes
    assert "some texture coordinates are not finite; its picture is not shown" in notes
    _chain(tmp_path)
    text = (tmp_path / "v.obj").read_text().replace("vt .2 .5", f"vt {odd} .5")
    (tmp_path / "v.obj").write_text(text)
    assert read_mesh(tmp_path / "v.obj").uv is None


@pytest.mark.parametrize(
    "joint",
    [
        f'type="prismatic">{ENDS}{LIMIT}'.replace('.17 0 0"', '.17 0 0" rpy="nan 0 0"'),
        f'type="prismatic">{ENDS}{LIMIT}'.replace(".17 0 0", "1e30 0 0"),
    ],
)
def test_places_that_are_no_numbers_are_refused(joint: str, tmp_path: Path) -> None:
    lab.write(tmp_path / "drawer.urdf", HINGED.format(joint=joint))
    with pytest.raises(AssetError, match="body 'part' has a place, size or mass that is no number"):
        model(tmp_path / "drawer.urdf", "cabinet.n.01")


def test_what_no_asset_can_have_is_refused_with_its_place(tmp_path: Path) -> None:
    lab.box(0.05, 0.05, 0.05).export(tmp_path / "die.stl")
    how = MeshImport("lab-die", DIE, "lab", "MIT", "x", mass=-1.0)
    with pytest.raises(AssetError, match=r"it cannot be an asset: Inertial.mass is -1\.0"):
        asset_from_mesh(tmp_path / "die.stl", how)


@pytest.mark.parametrize("name", ["a" * 5000, "a/" * 3000 + "a.obj", "loop.obj"])
def test_names_that_no_file_can_have_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "loop.obj").symlink_to("loop.obj")
    glb = Glb()
    glb.painted((0.25, 0.5), uri=name)
    assert read(glb.write(tmp_path / "die.glb"))[1].notes
    (tmp_path / "dice.obj").write_text(f"mtllib {name}\n" + obj_box() + obj_faces())
    assert read(tmp_path / "dice.obj")[0]
    mesh = f'<mesh filename="{name}"/>'
    lab.write(tmp_path / "box.urdf", lab.URDF.format(shape=mesh, inertial=""))
    lab.write(tmp_path / "mug.xml", f'<mujoco><include file="{name}"/></mujoco>')
    lab.write(
        tmp_path / "bowl.xml",
        f'<mujoco><asset><mesh name="v" file="{name}"/></asset><worldbody><body>'
        '<geom type="mesh" mesh="v"/></body></worldbody></mujoco>',
    )
    aside = FolderLibrary(tmp_path, "lab").quarantined()
    assert {"lab-box", "lab-mug", "lab-bowl"} <= aside.keys()
    assert all(len(reason) < 7000 for reason in aside.values())


def test_a_zero_byte_in_a_name_is_refused(tmp_path: Path) -> None:
    glb = Glb()
    glb.box()
    glb.described["buffers"][0]["uri"] = "a\0b"
    glb.write(tmp_path / "die.glb")
    assert FolderLibrary(tmp_path, "lab").quarantined().keys() == {"lab-die"}


def test_links_to_files_are_read_and_links_to_folders_are_named(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    lab.write(elsewhere / "x.obj", obj_box() + obj_faces())
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "die.obj").symlink_to(elsewhere / "x.obj")
    (mine / "more").symlink_to(elsewhere)
    (mine / "again").symlink_to(mine)
    (mine / "dead.obj").symlink_to(tmp_path / "gone.obj")
    found = FolderLibrary(mine, "lab")
    assert found.ids() == {DIE: ("lab-die",)}
    aside = found.quarantined()
    assert aside.keys() == {"lab-again/", "lab-more/", "lab-dead"}
    assert aside["lab-more/"].startswith("more: it is a link to a folder, which is not followed")
    before = found.version
    (elsewhere / "x.obj").write_text(obj_box(0.04) + obj_faces())
    assert FolderLibrary(mine, "lab").version != before


def test_an_unforeseen_error_sets_one_file_aside_and_keeps_its_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.box(0.051, 0.05, 0.05).export(tmp_path / "die.stl")  # no other test has cached it
    lab.box(0.05, 0.05, 0.06).export(tmp_path / "dice.stl")
    read = meshes.asset_from_mesh

    def odd(path: Path, how: MeshImport) -> Imported:
        if path.stem == "die":
            raise ZeroDivisionError("an odd one")
        return read(path, how)

    monkeypatch.setattr(meshes, "asset_from_mesh", odd)
    found = FolderLibrary(tmp_path, "lab")
    (reason,) = found.quarantined().values()
    assert found.ids() == {DIE: ("lab-dice",)}
    assert "this is a defect of cousins: ZeroDivisionError at" in reason
    log = Path(reason.rpartition(" is in ")[2])
    assert "an odd one" in log.read_text()
    log.unlink()
    monkeypatch.setattr(meshes, "asset_from_mesh", read)
    assert FolderLibrary(tmp_path, "again").quarantined() == {}
