"""Visual meshes of robots, decimated once and kept on disk."""

# pyright: reportMissingTypeStubs=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ..core.cache import cached_arrays

VISUAL_FACES = 12_000
"""Faces that a robot's visual meshes are reduced to."""


def reduce_meshes(spec: Any, files: tuple[str, ...], arrays: dict[str, Any]) -> None:
    """Take the decimated form of these files for the meshes that name them."""
    for mesh in spec.meshes:
        if mesh.file in files:
            number = files.index(mesh.file)
            vertices, faces = arrays[f"{number}/v"], arrays[f"{number}/f"]
            mesh.file = ""
            mesh.uservert = vertices.astype(np.float32).ravel()
            mesh.userface = faces.astype(np.int32).ravel()


@lru_cache(maxsize=4)
def decimated(folder: Path, files: tuple[str, ...], version: str) -> dict[str, Any]:
    key = f"numbered, weld 0.5 mm {version} faces {VISUAL_FACES}"
    return cached_arrays("robot-visuals", key, lambda: _decimate(folder, files))


def _decimate(folder: Path, files: tuple[str, ...]) -> dict[str, Any]:
    """Reduce all meshes by one common ratio, small ones less, to VISUAL_FACES in all."""
    import fast_simplification
    import trimesh

    meshes: dict[str, Any] = {
        name: trimesh.load(folder / name, force="mesh", process=False) for name in files
    }
    total = sum(len(mesh.faces) for mesh in meshes.values())
    arrays: dict[str, Any] = {}
    for number, mesh in enumerate(meshes.values()):
        wanted = max(60, round(len(mesh.faces) * VISUAL_FACES / total))
        vertices, faces = _weld(np.asarray(mesh.vertices), np.asarray(mesh.faces))
        if wanted < len(faces):
            simplify: Any = fast_simplification.simplify
            vertices, faces = simplify(
                vertices.astype(np.float32), faces.astype(np.int32), target_count=wanted
            )
        arrays[f"{number}/v"] = np.asarray(vertices, dtype=np.float32)
        arrays[f"{number}/f"] = np.asarray(faces, dtype=np.int32)
    return arrays


def _weld(vertices: Any, faces: Any, tolerance: float = 5e-4) -> tuple[Any, Any]:
    """Merge vertices that seams and normals split; only a welded mesh can be reduced."""
    cells = np.round(vertices / tolerance).astype(np.int64)
    _, inverse = np.unique(cells, axis=0, return_inverse=True)
    inverse = inverse.ravel()
    count = np.bincount(inverse)
    merged = np.stack(
        [np.bincount(inverse, weights=vertices[:, axis]) / count for axis in range(3)], axis=1
    )
    triangles = inverse[faces]
    a, b, c = triangles.T
    triangles = triangles[(a != b) & (b != c) & (a != c)]
    _, first = np.unique(np.sort(triangles, axis=1), axis=0, return_index=True)
    return merged, triangles[np.sort(first)]
