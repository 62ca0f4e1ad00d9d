"""Plates with rounded corners, printed sheets and keys: parts of flat things."""

from __future__ import annotations

import numpy as np

from . import materials as look
from .draft import LinkDraft
from .geometry import Array, Mesh, loft, rotation

PLASTIC, ELECTRIC, PAPER, RUBBER, METAL = 1000.0, 700.0, 700.0, 1100.0, 2700.0
SHELLS: tuple[look.Rgb, ...] = (
    (0.13, 0.13, 0.14), (0.85, 0.85, 0.84), (0.55, 0.56, 0.58), (0.22, 0.24, 0.28),
)  # fmt: skip
DARK: look.Rgb = (0.05, 0.05, 0.06)


def sheet(half: tuple[float, float], z: float, turn: float = 0.0) -> Mesh:
    """A level printed rectangle, read from +x; unit uv; `turn` about z, radians."""
    x, y = half
    corners = np.array([[-x, -y, z], [x, -y, z], [x, y, z], [-x, y, z]])
    uv = np.array([[0.0, 1.0], [0.0, 0.0], [0.5, 0.0], [0.5, 1.0]])
    return Mesh(corners, np.array([[0, 1, 2], [0, 2, 3]]), uv).moved((0, 0, 0), rotation("z", turn))


def slab(
    link: LinkDraft, half: tuple[float, float], corner: float, z0: float, z1: float, material: str,
    density: float, edge: float = 0.001,
) -> None:  # fmt: skip
    """A level plate with rounded corners and broken edges, seen only."""
    thick = z1 - z0
    edge = min(edge, 0.45 * thick)
    end = min(half)
    profile = [
        (end, 0.0),
        (edge, 0.0),
        (0.0, edge),
        (0.0, thick - edge),
        (edge, thick),
        (end, thick),
    ]
    link.show(loft(half, corner, profile, 4), material, density, (0, 0, z0))


def key_cap(half: tuple[float, float, float]) -> Mesh:
    """A key: a plain box that narrows upward, without a floor."""
    x, y, z = half
    ground = np.array([[-x, -y, -z], [x, -y, -z], [x, y, -z], [-x, y, -z]])
    top = ground * np.array([0.86, 0.9, -1.0])
    quads = [(0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7), (4, 5, 6, 7), (3, 2, 1, 0)]
    points = np.concatenate([ground, top])
    corners = np.concatenate([points[list(quad)] for quad in quads])
    faces = np.array([[4 * k + i for i in t] for k in range(6) for t in ((0, 1, 2), (0, 2, 3))])
    return Mesh(corners, faces, corners[:, :2])


def plate(outline: list[tuple[float, float]], z0: float, z1: float) -> Mesh:
    """A plate of a convex outline (x, y), counter-clockwise, between two heights."""
    points = np.array(outline)
    count = len(points)
    rings: Array = np.stack([np.column_stack([points, np.full(count, z)]) for z in (z0, z1)])
    quads = [[k, (k + 1) % count, count + (k + 1) % count, count + k] for k in range(count)]
    loose = rings.reshape(-1, 3)
    corners = np.concatenate([loose[quad] for quad in quads] + [rings[1], rings[0][::-1]])
    faces = [[4 * k + i for i in t] for k in range(count) for t in ((0, 1, 2), (0, 2, 3))]
    for start in (4 * count, 5 * count):
        faces += [[start, start + k, start + k + 1] for k in range(1, count - 1)]
    return Mesh(corners, np.array(faces), corners[:, :2])
