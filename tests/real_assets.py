"""Compares how asset files of other packages are imported with what their own readers say.

    python tests/real_assets.py SITE_PACKAGES

SITE_PACKAGES holds robosuite, metaworld, gymnasium-robotics, pybullet and airo-models, installed
without their requirements. MuJoCo compiles the models itself, with all of their meshes, and trimesh
reads the meshes. Prints a table in Markdown; exit code 1 where something differs.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
import trimesh

from cousins.scenes.importing.meshes import MeshImport, asset_from_mesh
from cousins.scenes.importing.models import asset_from_model
from cousins.schemas import Asset, AssetError

FILES = (
    ("robosuite/models/assets/objects/can.xml", "can.n.01"),
    ("robosuite/models/assets/objects/milk.xml", "carton.n.02"),
    ("robosuite/models/assets/objects/bread.xml", "bread.n.01"),
    ("robosuite/models/assets/objects/lemon.xml", "lemon.n.01"),
    ("robosuite/models/assets/objects/cereal.xml", "box.n.01"),
    ("robosuite/models/assets/objects/bottle.xml", "bottle.n.01"),
    ("robosuite/models/assets/objects/door.xml", "cabinet.n.01"),
    ("robosuite/models/assets/objects/round-nut.xml", "nut.n.01"),
    ("metaworld/assets/objects/assets/block.xml", "toy_dice.n.01"),
    ("metaworld/assets/objects/assets/drawer.xml", "cabinet.n.01"),
    ("metaworld/assets/objects/assets/laptop.xml", "laptop.n.01"),
    ("metaworld/assets/objects/assets/hammer.xml", "hammer.n.02"),
    ("pybullet_data/cube_small.urdf", "toy_dice.n.01"),
    ("pybullet_data/duck_vhacd.urdf", "toy_figure.n.01"),
    ("pybullet_data/jenga/jenga.urdf", "toy_dice.n.01"),
    ("pybullet_data/tray/traybox.urdf", "tray.n.01"),
    ("pybullet_data/table_square/table_square.urdf", "table.n.02"),
    ("pybullet_data/objects/mug.urdf", "mug.n.04"),
    ("pybullet_data/soccerball.obj", "ball.n.01"),
    ("airo_models/cameras/realsense/d435/d435.obj", "digital_camera.n.01"),
    ("airo_models/cameras/zed/zed2i.urdf", "digital_camera.n.01"),
    ("airo_models/environment/tables/table8080.urdf", "table.n.02"),
)
"""Files, and what they are."""
TYPES = {2: "slide", 3: "hinge"}
HEAD = '<mujoco><compiler strippath="false" discardvisual="false" fusestatic="false"/></mujoco>'
GREY = (0.7, 0.7, 0.7)


@dataclass(frozen=True)
class Facts:
    """What is compared.

    Attributes:
        extents: metres.
        mass: kg; None where the file has none.
        joints: kind, size of the range, and axis in the thing's frame.
        colours: of what is seen, in [0, 1]; none where a picture says it.
    """

    extents: tuple[float, ...]
    mass: float | None
    joints: tuple[tuple[str, float, tuple[float, ...]], ...]
    colours: tuple[tuple[float, ...], ...]


def ours(asset: Asset) -> Facts:
    """Of an imported asset."""
    joints = tuple((j.kind, float(np.ptp(j.limits)), j.axis) for j in asset.joints)
    colours = [material.rgba[:3] for material in asset.materials.values()]
    return Facts(asset.extents, asset.mass, joints, tuple(colours))


def of_model(path: Path) -> Facts:
    """Of MuJoCo's own model of the file."""
    model = mujoco.MjModel.from_xml_path(str(path))
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    points = [
        corners(model, data, g) for g in range(model.ngeom)
        if model.geom_type[g] != mujoco.mjtGeom.mjGEOM_PLANE and model.geom_rgba[g][3] > 0.02
    ]  # fmt: skip
    whole = np.concatenate(points)
    joints = tuple(
        (TYPES[int(kind)], float(np.ptp(reach)), tuple(float(x) for x in axis))
        for kind, reach, axis in zip(model.jnt_type, model.jnt_range, data.xaxis, strict=True)
        if int(kind) in TYPES
    )
    colours: dict[tuple[float, ...], None] = {}
    for material, own in zip(model.geom_matid, model.geom_rgba, strict=True):
        rgba = own if material < 0 else model.mat_rgba[material]
        if material < 0 or (model.mat_texid[material] < 0).all():
            colours[tuple(float(x) for x in rgba[:3])] = None
    extents = tuple(float(x) for x in np.ptp(whole, axis=0))
    # MuJoCo weighs what states no mass by a density, which says little of a mesh.
    stated = re.search(r"<mass|\bmass=", path.read_text(encoding="utf-8")) is not None
    mass = (float(model.body_mass.sum()) or None) if stated else None  # 0: it stays where it is
    return Facts(extents, mass, joints, tuple(colours))


def corners(model: Any, data: Any, geom: int) -> Any:
    """Points whose box is the geom's, in the world, (N, 3)."""
    turn, place = data.geom_xmat[geom].reshape(3, 3), data.geom_xpos[geom]
    size, kind = model.geom_size[geom], model.geom_type[geom]
    if kind == mujoco.mjtGeom.mjGEOM_MESH:
        mesh = int(model.geom_dataid[geom])
        start, count = int(model.mesh_vertadr[mesh]), int(model.mesh_vertnum[mesh])
        return model.mesh_vert[start : start + count] @ turn.T + place
    if kind == mujoco.mjtGeom.mjGEOM_SPHERE:
        return place + size[0] * np.array([[-1, -1, -1], [1, 1, 1]])
    if kind == mujoco.mjtGeom.mjGEOM_CAPSULE:
        ends = np.array([[0, 0, -size[1]], [0, 0, size[1]]]) @ turn.T + place
        return np.concatenate([ends - size[0], ends + size[0]])
    if kind == mujoco.mjtGeom.mjGEOM_CYLINDER:
        angles = np.linspace(0, 2 * np.pi, 721)
        ring = np.stack([np.cos(angles), np.sin(angles)], axis=1) * size[0]
        both = [np.column_stack([ring, np.full(len(ring), z)]) for z in (-size[1], size[1])]
        return np.concatenate(both) @ turn.T + place
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    return (signs * size) @ turn.T + place


def of_mesh(path: Path) -> Facts:
    """Of trimesh's own scene of the file."""
    scene = trimesh.load_scene(path)
    mesh: Any = next(iter(scene.geometry.values()))
    material: Any = getattr(mesh.visual, "material", None)
    colours: tuple[tuple[float, ...], ...] = ()
    if material is not None and getattr(material, "image", None) is None:
        colours = (tuple(float(x) / 255 for x in material.main_color[:3]),)
    return Facts(tuple(float(x) for x in scene.extents), None, (), colours)


def standing_alone(path: Path) -> Path:
    """A model that MuJoCo compiles: fragments get a frame, URDF keeps what is seen."""
    text = path.read_text(encoding="utf-8")
    new = path.with_name(f"_alone_{path.name}")
    if path.suffix == ".urdf":
        text = re.sub(r"package://[^/\"]+/", "", text)
        new.write_text(re.sub(r"(<robot[^>]*>)", rf"\1{HEAD}", text, count=1), encoding="utf-8")
        return new
    if "<mujocoinclude" not in text:
        return path
    beside = path.with_name(f"{path.stem}_dependencies.xml")
    inner = f'<include file="{beside.name}"/>' if beside.exists() else ""
    new = path.parents[1] / f"_alone_{path.name}"  # textures are named from there
    inner = inner.replace(beside.name, f"assets/{beside.name}")
    frame = f'<body name="x"><include file="assets/{path.name}"/></body>'
    new.write_text(f"<mujoco>{inner}<worldbody>{frame}</worldbody></mujoco>", encoding="utf-8")
    return new


def imported(path: Path, category: str) -> Asset:
    """By our importer."""
    how = MeshImport("x", category, "x", "MIT", "x")
    if path.suffix in (".obj", ".stl", ".glb"):
        return asset_from_mesh(path, how).asset
    return asset_from_model(
        path, asset_id="x", category=category, library="x", licence="MIT", source="x"
    )


def differing(own: Facts, told: Facts) -> list[str]:
    """What is not the same."""
    found: list[str] = []
    if not np.allclose(own.extents, told.extents, atol=1e-3, rtol=5e-3):
        found.append("extents")
    if told.mass is not None and own.mass is not None and abs(own.mass / told.mass - 1) > 0.01:
        found.append("mass")
    if [x for x, *_ in own.joints] != [x for x, *_ in told.joints]:
        found.append("joints")
    for (_, size, axis), (_, other, line) in zip(own.joints, told.joints, strict=False):
        if abs(size - other) > 2e-3:
            found.append("limits")
        if abs(np.dot(axis, line)) < 0.999:
            found.append("axis")
    pairs = [(a, b) for a in own.colours for b in told.colours]
    if pairs and not any(np.allclose(a, b, atol=0.02) for a, b in pairs):
        found.append("colour")
    return found


def row(site: Path, name: str, category: str) -> tuple[str, bool]:
    """A row of the table, and whether all is the same."""
    path = site / name
    try:
        alone = path if path.suffix == ".obj" else standing_alone(path)
        told = of_mesh(path) if path.suffix == ".obj" else of_model(alone)
    except ValueError as error:
        return f"| `{name}` | - | - | its own reader: {str(error).splitlines()[0][:90]} |", True
    try:
        own = ours(imported(alone if "mujocoinclude" in path.read_text() else path, category))
    except AssetError as error:
        return f"| `{name}` | {shown(told)} | refused | {str(error)[:110]} |", True
    found = differing(own, told)
    return f"| `{name}` | {shown(told)} | {shown(own)} | {', '.join(found) or 'same'} |", not found


def shown(facts: Facts) -> str:
    """In one cell."""
    extents = " x ".join(f"{1000 * x:.0f}" for x in facts.extents)
    joints = ", ".join(f"{kind} {size:.2f}" for kind, size, _ in facts.joints)
    colour = " ".join(f"{x:.2f}" for x in facts.colours[0]) if facts.colours else "picture"
    mass = "" if facts.mass is None else f"{facts.mass:.3g} kg"
    return "; ".join(part for part in (f"{extents} mm", mass, joints, colour) if part)


def main() -> None:
    """Parse the arguments and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path)
    given = parser.parse_args()
    sys.stdout.write("| file | its own reader | imported | differs |\n|---|---|---|---|\n")
    good = True
    for name, category in FILES:
        line, same = row(given.site, name, category)
        good &= same
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
