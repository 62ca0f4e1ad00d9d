"""Mass properties of imported parts: the file's where they can be true, else from volumes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...schemas import AssetError, Inertial, MeshData, Shape
from ..core.geometry import Array, rotation
from .model_part import WeldedPart
from .solids import integrals
from .weight import Matter

DENSITY = (20.0, 20_000.0)
"""kg/m^3 of the parts' own volume that a file's masses may mean; others are placeholders."""
GYRATION = (0.05, 0.5)
"""Radius of gyration as a share of the diagonal that a file's inertia may mean."""


def matter_of(shapes: Sequence[Shape], meshes: Mapping[str, MeshData]) -> Matter:
    """Volume and moments of collision shapes in their link's frame; overlaps count twice."""
    volume, first, second = 0.0, np.zeros(3), np.zeros((3, 3))
    for shape in shapes:
        if shape.mesh is not None:
            mesh = meshes[shape.mesh]
            part = integrals(mesh.vertex_array(), mesh.face_array())
        else:
            part = _primitive(shape)
        volume, first, second = volume + part[0], first + part[1], second + part[2]
    return Matter(volume, first, second)


def inertials(
    parts: Sequence[WeldedPart], matters: Sequence[Matter], origins: Sequence[Array], boxes: Array,
    typical: float, trusted: bool,
) -> list[Inertial]:  # fmt: skip
    """Mass properties of each part in its link's frame.

    Args:
        parts: in the asset's frame.
        matters: of each part, in its link's frame.
        origins: of the links, (3,) each.
        boxes: sizes of the parts' bounding boxes, (N, 3).
        typical: what the whole should weigh where the file does not say, kg.
        trusted: whether masses in the file are taken at all.

    Raises:
        AssetError: where a part has neither mass nor volume.
    """
    for part, matter in zip(parts, matters, strict=True):
        if matter.volume <= 0:
            raise AssetError(f"part {part.name!r} has zero mass and no volume to weigh")
    density = typical / sum(matter.volume for matter in matters)
    found: list[Inertial] = []
    for part, matter, origin, box in zip(parts, matters, origins, boxes, strict=True):
        mass = _stated(part) if trusted else None
        if mass is not None and not DENSITY[0] <= mass / matter.volume <= DENSITY[1]:
            mass = None
        found.append(
            _given(part, origin)
            if mass is not None and part.weights and _plausible(part, box)
            else matter.inertial(density * matter.volume if mass is None else mass)
        )
    return found


def _stated(part: WeldedPart) -> float | None:
    """The mass of a part in the file, or None: bodies' masses, else those of its geoms."""
    if part.weights:
        return sum(weight.mass for weight in part.weights)
    given = [piece.mass for piece in part.touched if piece.mass is not None]
    return sum(given) if given else None


def _combined(part: WeldedPart) -> tuple[float, Array, Array]:
    """Mass, centre of mass and inertia about it of the given weights."""
    mass = sum(weight.mass for weight in part.weights)
    com = np.sum([weight.mass * weight.com for weight in part.weights], axis=0) / mass
    inertia = np.zeros((3, 3))
    for weight in part.weights:
        arm = weight.com - com
        inertia += weight.inertia + weight.mass * (arm @ arm * np.eye(3) - np.outer(arm, arm))
    return mass, com, inertia


def _plausible(part: WeldedPart, box: Array) -> bool:
    """Whether the given inertia can be that of something in a box of that size."""
    mass, _, inertia = _combined(part)
    moments = np.linalg.eigvalsh(inertia)
    gyration = float(np.sqrt(max(moments[2], 0.0) / mass) / np.linalg.norm(box))
    triangle = moments[0] > 0 and moments[2] <= (moments[0] + moments[1]) * (1 + 1e-6)
    sound = all(weight.sound for weight in part.weights)
    return bool(triangle) and sound and GYRATION[0] <= gyration <= GYRATION[1]


def _given(part: WeldedPart, origin: Array) -> Inertial:
    mass, com, inertia = _combined(part)
    spread = np.trace(inertia) / 2 * np.eye(3) - inertia
    where = com - origin
    return Matter(1.0, where, spread / mass + np.outer(where, where)).inertial(mass)


def _primitive(shape: Shape) -> tuple[float, Array, Array]:
    """Volume, first and second moments of a primitive in its link's frame."""
    size = np.array(shape.size)
    if shape.kind == "box":
        volume, square = float(8 * size.prod()), size**2 / 3
    elif shape.kind == "cylinder":
        volume = float(2 * np.pi * size[0] ** 2 * size[1])
        square = np.array([size[0] ** 2 / 4, size[0] ** 2 / 4, size[1] ** 2 / 3])
    elif shape.kind == "capsule":
        volume, square = _capsule(float(size[0]), float(size[1]))
    else:
        axes = np.broadcast_to(size, 3)
        volume, square = float(4 / 3 * np.pi * axes.prod()), axes**2 / 5
    turn, pos = rotation(shape.quat), np.array(shape.pos)
    second = turn @ np.diag(square) @ turn.T + np.outer(pos, pos)
    return volume, volume * pos, volume * second


def _capsule(radius: float, half: float) -> tuple[float, Array]:
    """Volume and mean squares along x, y, z of a capsule along z."""
    tube, ball = 2 * np.pi * radius**2 * half, 4 / 3 * np.pi * radius**3
    across = (tube * radius**2 / 4 + ball * radius**2 / 5) / (tube + ball)
    ends = half**2 + 0.75 * half * radius + radius**2 / 5
    along = (tube * half**2 / 3 + ball * ends) / (tube + ball)
    return float(tube + ball), np.array([across, across, along])
