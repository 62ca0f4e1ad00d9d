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
from PIL import Image
from scipy.spatial import ConvexHull, QhullError
from scipy.spatial.distance import pdist

from ....scenes.core.geometry import Array
from ....scenes.model.asset_model import Copy, add_asset, add_resources
from ....scenes.model.pictures import laid, texture_pixels
from ....schemas import Asset
from ....schemas.material import Wrap
from ...images.raster.triangles import colours, texture_of, triangles

MM = 1000.0
_VERTEX = np.dtype([("point", "<f4", 3), ("normal", "<f4", 3), ("colour", "u1", 3)])
_PLACE = np.dtype([*_VERTEX.descr, ("uv", "<f4", 2)])
_FACE = np.dtype([("count", "u1"), ("corner", "<i4", 3)])
_HEADER = """ply
format binary_little_endian 1.0
{comment}element vertex {points}
property float x
property float y
property float z
property float nx
property float ny
property float nz
property uchar red
property uchar green
property uchar blue
{places}element face {faces}
property list uchar int vertex_indices
end_header
"""
_PLACES = "property float texture_u\nproperty float texture_v\n"


@dataclass(frozen=True)
class ObjectModel:
    """What an object looks like, in its own frame.

    Attributes:
        points: (N, 3) metres.
        normals: (N, 3) unit.
        colours: (N, 3) uint8; where there is a picture, its own at the vertex.
        faces: (M, 3) counter-clockwise seen from outside.
        picture: the only one, which all of it shows: (H, W, 3), row 0 at v = 1; None otherwise.
        uv: (N, 2) texture coordinates, v upward; None without that picture.
    """

    points: Array
    normals: Array
    colours: npt.NDArray[np.uint8]
    faces: npt.NDArray[np.int64]
    picture: npt.NDArray[np.uint8] | None = None
    uv: Array | None = None

    def write(self, path: Path) -> None:
        """As a binary PLY in millimetres, a picture beside it."""
        vertices = np.zeros(len(self.points), dtype=_VERTEX if self.uv is None else _PLACE)
        comment = places = ""
        if self.picture is not None and self.uv is not None:
            beside = path.with_suffix(".png")
            Image.fromarray(self.picture).save(beside)
            vertices["uv"] = self.uv
            comment, places = f"comment TextureFile {beside.name}\n", _PLACES
        vertices["point"], vertices["normal"] = self.points * MM, self.normals
        vertices["colour"] = self.colours
        faces = np.zeros(len(self.faces), dtype=_FACE)
        faces["count"], faces["corner"] = 3, self.faces
        header = _HEADER.format(
            points=len(vertices), faces=len(faces), comment=comment, places=places
        ).encode("ascii")
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
        lying = laid(model, texture_of(model, geom))
        if lying is not None:
            image = texture_pixels(model, texture_of(model, geom))
            paint[rows] = _at(image, drawn.vertices["uv"][rows], lying.wrap) * tint[geom, :3]
    faces = drawn.faces.astype(np.int64)
    shown = {texture_of(model, geom) for geom in range(model.ngeom)}
    if len(shown) == 1 and laid(model, *shown) is not None and (tint[:, :3] == 1).all():
        image = texture_pixels(model, *shown)[::-1, :, :3]
        uv = drawn.vertices["uv"].astype(np.float64)
        return ObjectModel(points, normals, paint, faces, np.ascontiguousarray(image), uv)
    return ObjectModel(points, normals, paint, faces)


def _at(image: npt.NDArray[np.uint8], uv: Any, wrap: tuple[Wrap, Wrap]) -> Any:
    """Colours (N, 3) of an image, its row 0 at v = 0, at texture coordinates (N, 2)."""
    height, width = image.shape[:2]
    place = np.asarray(uv, dtype=np.float64).copy()
    for axis, mode in enumerate(wrap):
        if mode == "repeat":
            place[:, axis] -= np.floor(place[:, axis])
        elif mode == "mirror":
            place[:, axis] = 1.0 - np.abs(place[:, axis] % 2.0 - 1.0)
    column = np.clip((place[:, 0] * width).astype(int), 0, width - 1)
    row = np.clip((place[:, 1] * height).astype(int), 0, height - 1)
    return image[row, column, :3]
