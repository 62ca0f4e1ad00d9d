"""Convex decomposition of a solid into the pieces that physics collides."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...schemas import AssetError, MeshData
from ..core.cache import cached_arrays
from .solids import (
    Array,
    Index,
    convex_share,
    decimated,
    depth_in_hull,
    hull,
    integrals,
    is_watertight,
    parts_of_mesh,
    welded,
)

FORMAT = 5
"""Raised when the same mesh may give other pieces."""
CONVEX = 0.97
"""A closed mesh that fills this share of its convex hull is one piece,"""
DENT = 0.015
"""and so is any whose faces lie no deeper in its hull than this share of its extent."""
THIN = 1e-9
"""A part of less volume than this share of its whole's cube has no inside."""
MAX_PIECES = 32
MAX_FACES = 2500
"""A finer mesh is reduced first; pieces are coarser than that anyway."""
MAX_CORNERS, WHOLE_CORNERS = 48, 160
"""Corners of one piece, and of a convex solid that is its own only piece."""
TIME_LIMIT = 300.0
"""Seconds of wall time after which the native code is stopped."""
DIGITS = 6


def convex_pieces(vertices: npt.ArrayLike, faces: npt.ArrayLike) -> tuple[MeshData, ...]:
    """Convex pieces that together cover a solid, leaving its hollows open.

    A convex solid is its own hull, and so is each convex part of a mesh that is put together
    of closed parts, such as a cabinet of boards: they may overlap, which cuts cannot mend. The
    rest goes through CoACD (Wei et al., Approximate convex
    decomposition for 3D meshes with collision-aware concavity and tree search, SIGGRAPH 2022),
    seeded, on one thread, in a process of its own that may crash or hang without harm. Results
    are kept on disk under the content of the mesh.

    Args:
        vertices: (N, 3) metres.
        faces: (M, 3); the mesh need not be watertight, but must enclose some volume.

    Raises:
        AssetError: where the mesh has no volume, or the decomposition fails or takes too long.
    """
    points, triangles = welded(np.asarray(vertices, float), np.asarray(faces, np.int64))
    rounded = np.round(points, DIGITS) + 0.0
    digest = hashlib.sha256(rounded.tobytes() + triangles.astype("<i8").tobytes())
    key = f"{FORMAT} {digest.hexdigest()}"
    arrays = cached_arrays("pieces", key, lambda: _packed(rounded, triangles))
    return tuple(
        MeshData.from_arrays(arrays[f"v{number}"], arrays[f"f{number}"])
        for number in range(len(arrays) // 2)
    )


def _packed(points: Array, triangles: Index) -> dict[str, npt.NDArray[Any]]:
    if _is_convex(points, triangles):
        clouds, most = [points], WHOLE_CORNERS
    else:
        clouds, most = _clouds(points, triangles), MAX_CORNERS
    arrays: dict[str, npt.NDArray[Any]] = {}
    for cloud in clouds:
        if (piece := _piece(cloud, most)) is not None:
            number = len(arrays) // 2
            arrays[f"v{number}"], arrays[f"f{number}"] = piece
    return arrays


def _is_convex(points: Array, triangles: Index) -> bool:
    shell = hull(points)
    dent = depth_in_hull(points, triangles) / float(np.ptp(points, axis=0).max())
    return dent <= DENT or convex_share(points, triangles, shell) >= CONVEX


def _clouds(points: Array, triangles: Index) -> list[Array]:
    """Corners of the pieces of what is not convex: its convex parts, and cuts of the rest."""
    clouds: list[Array] = []
    rest: list[Index] = []
    for part in parts_of_mesh(triangles):
        used, corners = np.unique(part, return_inverse=True)
        own, faces = points[used], corners.reshape(part.shape).astype(np.int64)
        # Inward parts are the walls of a hollow in another, and flat ones have no inside.
        solid = is_watertight(faces) and integrals(own, faces)[0] > THIN * np.ptp(points) ** 3
        if solid and _is_convex(own, faces):
            clouds.append(own)
        else:
            rest.append(part)
    if len(clouds) + len(rest) > MAX_PIECES:
        return _decomposed(points, triangles, MAX_PIECES)
    if rest:
        used, corners = np.unique(np.concatenate(rest), return_inverse=True)
        left = corners.reshape(-1, 3).astype(np.int64)
        clouds += _decomposed(points[used], left, MAX_PIECES - len(clouds))
    return clouds


def _piece(cloud: Array, most: int) -> tuple[Array, Index] | None:
    """The hull of a cloud with few corners; None where it is flat."""
    try:
        corners, faces = hull(cloud)
    except AssetError:
        return None
    if len(corners) > most:
        # Farthest points keep the shape; the hull of a subset lies within.
        chosen = [int(np.argmin(corners @ np.array([1.0, 1e-3, 1e-6])))]
        apart = np.linalg.norm(corners - corners[chosen[0]], axis=1)
        while len(chosen) < most:
            chosen.append(int(np.argmax(apart)))
            apart = np.minimum(apart, np.linalg.norm(corners - corners[chosen[-1]], axis=1))
        corners, faces = hull(corners[np.sort(chosen)])
    return np.round(corners, DIGITS) + 0.0, faces


def _decomposed(points: Array, triangles: Index, most: int) -> list[Array]:
    """Corners of the pieces, each (K, 3), from a process that runs CoACD."""
    if len(triangles) > MAX_FACES:
        points, triangles = welded(*decimated(points, triangles, MAX_FACES))
    # The native code works to an absolute tolerance in a box of about unit size.
    low, size = points.min(axis=0), float(np.ptp(points, axis=0).max())
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.npz"), Path(folder, "out.npz")
        closed = is_watertight(triangles)
        np.savez(source, vertices=(points - low) / size, faces=triangles, closed=closed)
        command = [sys.executable, str(Path(__file__).with_name("coacd_process.py"))]
        try:
            done = subprocess.run(
                [*command, str(source), str(target), str(most)],
                capture_output=True, text=True, timeout=TIME_LIMIT, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise AssetError(
                f"convex decomposition of {len(triangles)} faces took over {TIME_LIMIT:.0f} s; "
                "repair or simplify the mesh"
            ) from error
        if done.returncode or not target.is_file():
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise AssetError(f"convex decomposition failed: {last}; repair or simplify the mesh")
        with np.load(target) as stored:
            return [stored[f"p{number}"] * size + low for number in range(len(stored.files))]
