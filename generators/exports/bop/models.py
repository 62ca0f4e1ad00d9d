"""Models of rigid objects: meshes in millimetres, as PLY files, and their sizes."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
import numpy.typing as npt
from scipy.spatial import ConvexHull, QhullError
from scipy.spatial.distance import pdist

from ....scenes.core.geometry import Array
from ....scenes.model.asset_model import Copy, add_asset, add_resources
from ....schemas import Asset
from ...images.raster.triangles import colours, triangles

MM = 1000.0
_VERTEX = np.dtype([("point", "<f4", 3), ("normal", "<f4", 3), ("colour", "u1", 3)])
_FACE = np.dtype([("count", "u1"), ("corner", "<i4", 3)])
_HEADER = """ply
format binary_little_endian 1.0
element vertex {points}
property float x
property float y
property float z
property float nx
property float ny
property float nz
property uchar red
property uchar green
property uchar blue
element face {faces}
property list uchar int vertex_indices
end_header
"""


@dataclass(frozen=True)
class ObjectModel:
    """What an object looks like, in its own frame.

    Attributes:
        points: (N, 3) metres.
        normals: (N, 3) unit.
        colours: (N, 3) uint8.
        faces: (M, 3) counter-clockwise seen from outside.
    """

    points: Array
    normals: Array
    colours: npt.NDArray[np.uint8]
    faces: npt.NDArray[np.int64]

    def write(self, path: Path) -> None:
        """As a binary PLY in millimetres."""
        vertices = np.zeros(len(self.points), dtype=_VERTEX)
        vertices["point"], vertices["normal"] = self.points * MM, self.normals
        vertices["colour"] = self.colours
        faces = np.zeros(len(self.faces), dtype=_FACE)
        faces["count"], faces["corner"] = 3, self.faces
        header = _HEADER.format(points=len(vertices), faces=len(faces)).encode("ascii")
        path.write_bytes(header + vertices.tobytes() + faces.tobytes())

    def info(self) -> dict[str, float]:
        """As models_info.json has it: diameter, lower corner and sizes, millimetres."""
        points = self.points * MM
        low, size = points.min(axis=0), np.ptp(points, axis=0)
        told = {"diameter": float(pdist(_outer(points)).max())}
        for axis, name in enumerate("xyz"):
            told[f"min_{name}"], told[f"size_{name}"] = float(low[axis]), float(size[axis])
        return told


def _outer(points: Array) -> Array:
    """The points that can be farthest apart."""
    try:
        found: Array = points[ConvexHull(points).vertices]
    except QhullError:  # flat, such as a sheet of paper
        return points
    return found


def object_model(key: str, asset: Asset) -> ObjectModel:
    """The visible shapes of an asset without joints.

    Args:
        key: its content hash.
        asset: the asset.
    """
    spec = mujoco.MjSpec()
    add_resources(spec, key, asset, "visual")
    add_asset(spec, Copy("it", key, (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0), True), asset, "visual")
    model: Any = spec.compile()
    data: Any = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    drawn, tint = triangles(model), colours(model)
    points = np.empty((len(drawn.vertices), 3))
    normals = np.empty_like(points)
    paint = np.empty(points.shape, dtype=np.uint8)
    for geom in range(model.ngeom):
        rows = drawn.vertices["geom"] == geom
        turn = np.asarray(data.geom_xmat[geom]).reshape(3, 3)
        points[rows] = drawn.vertices["point"][rows] @ turn.T + data.geom_xpos[geom]
        normals[rows] = drawn.vertices["normal"][rows] @ turn.T
        paint[rows] = np.rint(255 * np.clip(tint[geom, :3], 0, 1))
    return ObjectModel(points, normals, paint, drawn.faces.astype(np.int64))
