"""Triangle meshes as files, and of shapes that formats do not know."""

from __future__ import annotations

from typing import Any

import numpy as np


def obj_text(
    vertices: Any, faces: Any, coordinates: Any = None, material: str = "", seams: Any = None
) -> str:
    """A mesh as OBJ: exact to the last bit of 32-bit numbers.

    Args:
        vertices: (N, 3) metres.
        faces: (M, 3) indices of vertices.
        coordinates: (N, 2) of a texture, by vertex or as `seams` say; or None.
        material: one of `material.mtl` beside it; empty for none.
        seams: (M, 3) indices of coordinates; None where they are those of vertices.
    """
    lines = ["mtllib material.mtl", f"usemtl {material}"] if material else []
    lines += [f"v {x:.9g} {y:.9g} {z:.9g}" for x, y, z in np.asarray(vertices).tolist()]
    corner = "{0}" if coordinates is None else "{0}/{0}"
    if coordinates is not None:
        lines += [f"vt {u:.9g} {v:.9g}" for u, v in np.asarray(coordinates).tolist()]
    if coordinates is not None and seams is not None:
        pairs = np.stack([np.asarray(faces), np.asarray(seams)], axis=2) + 1
        lines += ["f " + " ".join(f"{v}/{vt}" for v, vt in face) for face in pairs.tolist()]
        return "\n".join(lines) + "\n"
    lines += [
        "f " + " ".join(corner.format(index + 1) for index in face)
        for face in np.asarray(faces).tolist()
    ]
    return "\n".join(lines) + "\n"


def ellipsoid(half: tuple[float, ...], rings: int = 12) -> tuple[Any, Any]:
    """An ellipsoid as a mesh: vertices (N, 3) and faces (M, 3), outward.

    Args:
        half: half axes along x, y and z, metres.
        rings: from pole to pole; there are twice as many segments.
    """
    return _round(np.linspace(-1.0, 1.0, rings + 1), rings, half)


def capsule(radius: float, half: float, rings: int = 12) -> tuple[Any, Any]:
    """A capsule along z as a mesh; `half` is half the length of its straight part, metres."""
    vertices, faces = _round(np.linspace(-1.0, 1.0, rings + 1), rings, (radius,) * 3)
    vertices[:, 2] += np.where(vertices[:, 2] < 0, -half, half)
    return vertices, faces


def _round(levels: Any, rings: int, half: tuple[float, ...]) -> tuple[Any, Any]:
    count = 2 * rings
    tilt = np.pi / 2 * np.asarray(levels)[1:-1]
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    sides = [np.column_stack([circle * np.cos(a), np.full(count, np.sin(a))]) for a in tilt]
    vertices = np.concatenate([[[0.0, 0.0, -1.0]], *sides, [[0.0, 0.0, 1.0]]]) * np.asarray(half)
    faces: list[tuple[int, int, int]] = []
    top = len(vertices) - 1
    for k in range(count):
        after = (k + 1) % count
        faces.append((0, 1 + after, 1 + k))
        last = 1 + (len(sides) - 1) * count
        faces.append((top, last + k, last + after))
        for ring in range(len(sides) - 1):
            low, high = 1 + ring * count, 1 + (ring + 1) * count
            faces += [(low + k, low + after, high + after), (low + k, high + after, high + k)]
    return vertices, np.array(faces)
