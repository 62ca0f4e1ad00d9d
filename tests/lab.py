"""A small folder of a user's own assets, good and bad, written for tests."""

# pyright: reportUnknownMemberType=false
from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import trimesh

UPRIGHT = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]])
"""From z up to y up, as in GLB."""

DRAWER = """<mujoco><asset><mesh name="knob" file="knob.stl"/></asset><worldbody><body name="body">
<geom type="box" size=".15 .18 .006" pos="0 0 .006"/>
<geom type="box" size=".15 .18 .006" pos="0 0 .194"/>
<geom type="box" size=".15 .006 .088" pos="0 .174 .1"/>
<geom type="box" size=".15 .006 .088" pos="0 -.174 .1"/>
<geom type="box" size=".006 .168 .088" pos="-.144 0 .1"/>
<body name="drawer" pos=".15 0 .1">
<joint name="slide" type="slide" axis="1 0 0" range="0 .2"/>
<geom type="box" size=".006 .17 .084" pos=".01 0 0"/>
<geom type="box" size=".13 .155 .004" pos="-.126 0 -.07"/>
<geom type="box" size=".13 .004 .06" pos="-.126 .15 -.01"/>
<geom type="box" size=".13 .004 .06" pos="-.126 -.15 -.01"/>
<geom type="box" size=".004 .155 .06" pos="-.256 0 -.01"/>
<geom type="mesh" mesh="knob" pos=".04 0 0"/>
</body></body></worldbody></mujoco>"""

URDF = """<robot name="x"><link name="base">{inertial}
<visual><geometry>{shape}</geometry></visual>
<collision><geometry>{shape}</geometry></collision></link></robot>"""
WEIGHTLESS = (
    '<inertial><mass value="0"/><inertia ixx="0" ixy="0" ixz="0" iyy="0" iyz="0" izz="0"/>'
    "</inertial>"
)
WEIGHED = (
    '<inertial><mass value="0.2"/><inertia ixx="2e-4" ixy="0" ixz="0" iyy="2e-4" iyz="0" '
    'izz="2e-4"/></inertial>'
)


def box(*size: float) -> Any:
    """A watertight box of full extents."""
    return trimesh.creation.box(size)


def mug() -> Any:
    """A watertight mug without a handle, z up, metres."""
    line = [(0, 0), (0.04, 0), (0.04, 0.1), (0.036, 0.1), (0.036, 0.005), (0, 0.005)]
    return trimesh.creation.revolve(line, sections=32)


def write(path: Path, text: str) -> None:
    """Write a text file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def good(folder: Path) -> None:
    """A mug (GLB), a cereal box (OBJ), a drawer (MJCF with a mesh), a block (URDF), dice."""
    upright = mug()
    upright.apply_transform(UPRIGHT)
    folder.mkdir(parents=True, exist_ok=True)
    upright.export(folder / "mug_01.glb")
    box(0.05, 0.12, 0.22).export(folder / "cereal box.obj")
    write(folder / "cereal box.yaml", "mass: 0.3\nlicence: CC-BY-4.0\nsource: my scanner\n")
    write(folder / "cabinet" / "drawer.xml", DRAWER)
    box(0.05, 0.09, 0.012).export(folder / "cabinet" / "knob.stl")
    shape = '<box size=".05 .05 .05"/>'
    write(folder / "dice" / "model.urdf", URDF.format(shape=shape, inertial=WEIGHED))
    box(30, 30, 30).export(folder / "dice" / "blue_2.stl")
    write(folder / "dice" / "blue_2.yaml", "scale: 0.001\nfriction: 0.5\n")


def bad(folder: Path) -> None:
    """One file for each thing that can be wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    box(80, 90, 100).export(folder / "mug_mm.stl")
    trimesh.Trimesh([(0, 0, 0), (0.1, 0, 0), (0, 0.1, 0)], [(0, 1, 2)]).export(
        folder / "plate_sheet.ply"
    )
    box(0.05, 0.05, 0.05).export(folder / "die_notes.stl")
    write(folder / "die_notes.yaml", "categry: toy_dice.n.01\nmass: 0\n")
    box(0.05, 0.05, 0.05).export(folder / "die_kind.stl")
    write(folder / "die_kind.yaml", "category: toy_dyce.n.01\n")
    write(folder / "corrupt_mug.glb", "hello")
    write(folder / "broken_mug.urdf", "<robot><link")
    box(0.05, 0.05, 0.05).export(folder / "qwzzx.stl")
    for name in ("a", "b"):
        write(folder / name / "readme.txt", "x")
        box(0.1, 0.1, 0.1).export(folder / name / "cup.stl")
    missing = '<mesh filename="package://x/meshes/missing.stl"/>'
    write(folder / "cabinet_x" / "model.urdf", URDF.format(shape=missing, inertial=""))
    shape = '<box size=".1 .1 .1"/>'
    write(folder / "box_zero.urdf", URDF.format(shape=shape, inertial=WEIGHTLESS))
