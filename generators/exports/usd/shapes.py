"""Shapes as UsdGeom prims."""

from __future__ import annotations

from typing import Any

import numpy as np

from ....schemas import Asset, Shape
from .._meshes import ellipsoid
from .pxr import place, pxr


def add_shape(stage: Any, path: str, asset: Asset, shape: Shape) -> Any:
    """Define a shape at a path, posed in its link's frame; gives the prim."""
    geometry, size = pxr("UsdGeom"), shape.size
    if shape.mesh is not None:
        made = _mesh(stage, path, asset, shape)
    elif shape.kind == "ellipsoid":
        made = _triangles(stage, path, *ellipsoid(size))
    elif shape.kind == "box":
        made = _triangles(stage, path, *_box(size))
    elif shape.kind == "sphere":
        made = geometry.Sphere.Define(stage, path)
        made.CreateRadiusAttr(size[0])
        _extent(made, [size[0]] * 3)
    else:
        kind = geometry.Cylinder if shape.kind == "cylinder" else geometry.Capsule
        made = kind.Define(stage, path)
        made.CreateRadiusAttr(size[0])
        made.CreateHeightAttr(2 * size[1])
        made.CreateAxisAttr("Z")
        cap = size[0] if shape.kind == "capsule" else 0.0
        _extent(made, [size[0], size[0], size[1] + cap])
    place(made.GetPrim(), shape.pos, shape.quat)
    return made.GetPrim()


def _extent(made: Any, half: list[float]) -> None:
    gf = pxr("Gf")
    made.CreateExtentAttr([gf.Vec3f(*[-x for x in half]), gf.Vec3f(*half)])


def _mesh(stage: Any, path: str, asset: Asset, shape: Shape) -> Any:
    data = asset.meshes[str(shape.mesh)]
    made = _triangles(stage, path, data.vertex_array(), data.face_array())
    coordinates = data.uv_array()
    if coordinates is not None:
        material = asset.materials.get(shape.material or "")
        texture = None if material is None else material.texture
        scale = 1.0 if texture is None else texture.scale
        primvars = pxr("UsdGeom").PrimvarsAPI(made)
        kind = "vertex" if data.uv_faces is None else "faceVarying"
        st = primvars.CreatePrimvar("st", pxr("Sdf").ValueTypeNames.TexCoord2fArray, kind)
        st.Set(pxr("Vt").Vec2fArray.FromNumpy((coordinates * scale).astype(np.float32)))
        if data.uv_faces is not None:
            seams = data.uv_face_array().astype(np.int32).ravel()
            st.SetIndices(pxr("Vt").IntArray.FromNumpy(seams))
    return made


def _triangles(stage: Any, path: str, vertices: Any, faces: Any) -> Any:
    vt, gf = pxr("Vt"), pxr("Gf")
    made = pxr("UsdGeom").Mesh.Define(stage, path)
    points = np.ascontiguousarray(vertices, dtype=np.float32)
    made.CreatePointsAttr(vt.Vec3fArray.FromNumpy(points))
    made.CreateFaceVertexCountsAttr(vt.IntArray([3] * len(faces)))
    indices = np.ascontiguousarray(faces, dtype=np.int32).ravel()
    made.CreateFaceVertexIndicesAttr(vt.IntArray.FromNumpy(indices))
    made.CreateSubdivisionSchemeAttr("none")
    low, high = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    made.CreateExtentAttr([gf.Vec3f(*low), gf.Vec3f(*high)])
    return made


def _box(half: tuple[float, ...]) -> tuple[Any, Any]:
    """A box as a mesh: vertices (8, 3), outward faces (12, 3)."""
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    faces = [
        (0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1),
        (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4), (1, 5, 7), (1, 7, 3),
    ]  # fmt: skip
    return signs * np.asarray(half), np.array(faces)
