"""From a colour per face to a few materials: procedural textures cannot hold a photograph."""

from __future__ import annotations

import numpy as np

from ...schemas import Material
from .solids import Array, Index

MOST = 6
"""Materials of one asset."""
ALIKE = 0.06
"""Colours whose spread is less than this (sRGB, of 1) are one material."""
SAMPLES = 4096
ROUNDS = 12


def materials_of(looks: Array) -> tuple[tuple[Material, ...], Index]:
    """Group faces by what they look like.

    Few different looks are kept as they are. Many, such as the pixels of a texture, are
    clustered by k-means from starts that lie far apart, and each group has its mean colour.

    Args:
        looks: (M, 6) red, green, blue, alpha, roughness, metallic of each face, in [0, 1].

    Returns:
        The materials, and the index of each face's material (M,).
    """
    rounded = np.round(looks, 3)
    distinct, index = np.unique(rounded, axis=0, return_inverse=True)
    if len(distinct) <= MOST:
        return tuple(_material(row) for row in distinct), index.ravel()
    centres = _clusters(distinct if len(distinct) <= SAMPLES else _thinned(distinct))
    nearest = _nearest(looks, centres)
    kept = np.unique(nearest)
    means = [looks[nearest == number].mean(axis=0) for number in kept]
    return tuple(_material(row) for row in means), np.searchsorted(kept, nearest)


def _thinned(rows: Array) -> Array:
    some: Array = rows[np.linspace(0, len(rows) - 1, SAMPLES).astype(int)]
    return some


def _clusters(rows: Array) -> Array:
    """Up to MOST centres (K, 6)."""
    centres: Array = rows.mean(axis=0, keepdims=True)
    for _ in range(MOST - 1):
        apart = np.abs(rows[:, None] - centres[None]).max(axis=2).min(axis=1)
        if float(apart.max()) < ALIKE:
            break
        centres = np.vstack([centres, rows[int(np.argmax(apart))]])
    for _ in range(ROUNDS if len(centres) > 1 else 0):
        nearest = _nearest(rows, centres)
        used = np.unique(nearest)
        centres = np.array([rows[nearest == number].mean(axis=0) for number in used])
    return centres


def _nearest(rows: Array, centres: Array) -> Index:
    best = np.full(len(rows), np.inf)
    index = np.zeros(len(rows), dtype=np.int64)
    for number, centre in enumerate(centres):
        apart = ((rows - centre) ** 2).sum(axis=1)
        index[apart < best] = number
        best = np.minimum(best, apart)
    return index


def _material(row: Array) -> Material:
    red, green, blue, alpha, roughness, metallic = np.round(row, 3).tolist()
    return Material(
        rgba=(red, green, blue, alpha), roughness=min(roughness, 1.0), metallic=min(metallic, 1.0)
    )
