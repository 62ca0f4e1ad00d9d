"""Mass properties of imported solids: what they weigh, and how it is spread."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...schemas import Inertial, MeshData
from ..core import taxonomy
from ..core.geometry import vec3
from .solids import Array, integrals

DENSITY = 400.0
"""kg/m^3, where nothing is known: light wood, filled packages, thick plastic."""
SIZES = (0.25, 4.0)
"""A category's typical mass is scaled by the volume of the box, at most by these."""


@dataclass(frozen=True)
class Matter:
    """Volume (m^3) and its first (3,) and second moments (3, 3) about the origin."""

    volume: float
    first: Array
    second: Array

    def inertial(self, mass: float) -> Inertial:
        """Mass properties of a body of even density."""
        density = mass / self.volume
        com = self.first / self.volume
        spread = density * (self.second - self.volume * np.outer(com, com))
        inertia = np.trace(spread) * np.eye(3) - spread
        entries = [inertia[i, j] for i, j in ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))]
        ixx, iyy, izz, ixy, ixz, iyz = (float(f"{value:.6g}") + 0.0 for value in entries)
        return Inertial(
            mass=float(f"{mass:.6g}"),
            com=vec3(np.round(com, 6) + 0.0),
            inertia=(ixx, iyy, izz, ixy, ixz, iyz),
        )


def of_pieces(pieces: Sequence[MeshData]) -> Matter:
    """The matter of convex pieces that do not overlap."""
    found = [integrals(piece.vertex_array(), piece.face_array()) for piece in pieces]
    return Matter(
        sum(volume for volume, _, _ in found),
        np.sum([first for _, first, _ in found], axis=0),
        np.sum([second for _, _, second in found], axis=0),
    )


def likely_mass(category: str, extents: Array, volume: float) -> float:
    """The likely mass of a thing of a category and size, kg.

    BEHAVIOR's typical mass of the category or of its hyponyms, scaled by the volume of the
    bounding box against that of the category's median box; where BEHAVIOR has none,
    400 kg/m^3 of its own volume.

    Args:
        category: a BDDL synset.
        extents: (3,) metres.
        volume: of the thing itself, m^3.
    """
    masses = _masses(category)
    boxes = taxonomy.metric_boxes(category)
    if not masses or not boxes:
        return DENSITY * volume
    typical = float(np.median(np.array(boxes).prod(axis=1)))
    size = float(np.clip(np.prod(extents) / typical, *SIZES))
    return float(np.median(masses)) * size


@lru_cache(maxsize=1024)
def _masses(category: str) -> tuple[float, ...]:
    """Masses of a category's models, else of its hyponyms' models."""
    typical = _typical_masses()
    known = taxonomy.nodes()
    below = (name for name in typical if name in known and taxonomy.is_a(name, category))
    return typical.get(category) or tuple(mass for name in below for mass in typical[name])


@lru_cache(maxsize=1)
def _typical_masses() -> dict[str, tuple[float, ...]]:
    """Masses in kg of BEHAVIOR's model categories, by synset."""
    found: dict[str, list[float]] = {}
    path = taxonomy.data_folder() / "category_mapping.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            text = row["mass (auto)"].replace(",", "")
            if text and float(text) > 0:
                found.setdefault(row["synset"], []).append(float(text))
    return {synset: tuple(masses) for synset, masses in found.items()}
