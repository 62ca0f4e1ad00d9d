"""An asset as URDF text.

A joint of URDF turns about the origin of the link that it moves, ours about a point of the link:
so each moved link's frame is shifted to that point, and what is in it is shifted back.
"""

from __future__ import annotations

import math
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from ....scenes.core.geometry import Array, rotation, transform
from ....schemas import Asset, Joint, Link, Shape
from .files import mesh_file

EFFORT, SPEED = 1000.0, 10.0
"""Limits that URDF asks of every joint and ours do not have: N or Nm, and m/s or rad/s."""
_KINDS = {"slide": "prismatic", "hinge": "revolute"}


def urdf_text(asset: Asset, name: str) -> str:
    """The URDF of an asset; meshes are named as `files.mesh_file` does."""
    robot = Element("robot", name=name)
    for material in sorted(asset.materials):
        made = SubElement(robot, "material", name=material)
        SubElement(made, "color", rgba=_numbers(asset.materials[material].rgba))
        picture = asset.materials[material].picture
        if picture is not None:
            SubElement(made, "texture", filename=f"{picture.image[:16]}.png")
    for link in asset.links:
        robot.append(_link(link))
    for link in asset.links:
        if link.parent is not None:
            robot.append(_joint(link, asset.link(link.parent)))
    ElementTree.indent(robot)
    return '<?xml version="1.0"?>\n' + ElementTree.tostring(robot, encoding="unicode") + "\n"


def shift(link: Link) -> Array:
    """(3,) where a link's frame in URDF is in its own frame, metres."""
    return np.zeros(3) if link.joint is None else np.array(link.joint.anchor, dtype=np.float64)


def _link(link: Link) -> Element:
    made, moved = Element("link", name=link.name), shift(link)
    inertial = SubElement(made, "inertial")
    _origin(inertial, np.array(link.inertial.com) - moved, np.eye(3))
    SubElement(inertial, "mass", value=repr(link.inertial.mass))
    keys = ("ixx", "iyy", "izz", "ixy", "ixz", "iyz")
    parts = {k: repr(v) for k, v in zip(keys, link.inertial.inertia, strict=True)}
    SubElement(inertial, "inertia", parts)
    for tag, shapes in (("visual", link.visuals), ("collision", link.collisions)):
        for shape in shapes:
            part = SubElement(made, tag)
            _origin(part, np.array(shape.pos) - moved, rotation(shape.quat))
            _geometry(SubElement(part, "geometry"), shape)
            if tag == "visual" and shape.material is not None:
                SubElement(part, "material", name=shape.material)
    return made


def _geometry(parent: Element, shape: Shape) -> None:
    name, size = mesh_file(shape), shape.size
    if name is not None:
        SubElement(parent, "mesh", filename=name)
    elif shape.kind == "box":
        SubElement(parent, "box", size=_numbers([2 * value for value in size]))
    elif shape.kind == "cylinder":
        SubElement(parent, "cylinder", radius=repr(size[0]), length=repr(2 * size[1]))
    else:
        SubElement(parent, "sphere", radius=repr(size[0]))


def _joint(link: Link, parent: Link) -> Element:
    joint = link.joint
    kind = "fixed" if joint is None else _KINDS[joint.kind]
    made = Element("joint", name=link.name if joint is None else joint.name, type=kind)
    pose = transform(link.pos, link.quat)
    _origin(made, pose[:3, :3] @ shift(link) + pose[:3, 3] - shift(parent), pose[:3, :3])
    SubElement(made, "parent", link=parent.name)
    SubElement(made, "child", link=link.name)
    if joint is not None:
        _moves(made, joint)
    return made


def _moves(made: Element, joint: Joint) -> None:
    SubElement(made, "axis", xyz=_numbers(joint.axis))
    low, high = joint.limits
    SubElement(
        made, "limit", lower=repr(low), upper=repr(high), effort=repr(EFFORT), velocity=repr(SPEED)
    )
    SubElement(made, "dynamics", damping=repr(joint.damping), friction=repr(joint.friction))


def _origin(parent: Element, pos: Any, turn: Array) -> None:
    SubElement(parent, "origin", xyz=_numbers(pos), rpy=_numbers(roll_pitch_yaw(turn)))


def roll_pitch_yaw(turn: Array) -> tuple[float, float, float]:
    """Angles about the fixed axes x, y, z of a rotation matrix (3, 3), radians."""
    level = math.hypot(turn[0, 0], turn[1, 0])
    pitch = math.atan2(-turn[2, 0], level)
    if level < 1e-9:  # looking straight up or down, roll and yaw are one
        return math.atan2(-turn[1, 2], turn[1, 1]), pitch, 0.0
    return math.atan2(turn[2, 1], turn[2, 2]), pitch, math.atan2(turn[1, 0], turn[0, 0])


def _numbers(values: Any) -> str:
    return " ".join(repr(float(value)) for value in values)
