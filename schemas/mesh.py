"""Meshes of assets, as text that is exact, compact, and hashable."""

from __future__ import annotations

import base64
from typing import Self

import numpy as np
import numpy.typing as npt
from pydantic import Field

from .base import Model, unset


class MeshData(Model):
    """A triangle mesh as base64 of little-endian arrays: exact, compact, and hashable."""

    vertices: str
    faces: str
    uv: str | None = None
    uv_faces: str | None = Field(default=None, exclude_if=unset)
    """Where texture coordinates have a seam: which of `uv` each corner has; else its vertex's."""

    @classmethod
    def from_arrays(
        cls,
        vertices: npt.ArrayLike,
        faces: npt.ArrayLike,
        uv: npt.ArrayLike | None = None,
        uv_faces: npt.ArrayLike | None = None,
    ) -> Self:
        """Pack a mesh.

        Args:
            vertices: (N, 3) metres.
            faces: (M, 3) indices of vertices.
            uv: texture coordinates, (N, 2), or (K, 2) with `uv_faces`; v points up.
            uv_faces: (M, 3) indices of `uv`.
        """
        return cls(
            vertices=_packed(vertices, "<f4"),
            faces=_packed(faces, "<u4"),
            uv=None if uv is None else _packed(uv, "<f4"),
            uv_faces=None if uv_faces is None else _packed(uv_faces, "<u4"),
        )

    def scaled(self, factor: float) -> Self:
        """The same with all lengths times `factor`."""
        return self.model_copy(update={"vertices": _packed(self.vertex_array() * factor, "<f4")})

    def vertex_array(self) -> npt.NDArray[np.float64]:
        """Vertices, (N, 3), metres."""
        raw = np.frombuffer(base64.b64decode(self.vertices), dtype="<f4")
        return raw.reshape(-1, 3).astype(np.float64)

    def face_array(self) -> npt.NDArray[np.int64]:
        """Vertex indices of each triangle, (M, 3)."""
        raw = np.frombuffer(base64.b64decode(self.faces), dtype="<u4")
        return raw.reshape(-1, 3).astype(np.int64)

    def uv_array(self) -> npt.NDArray[np.float64] | None:
        """Texture coordinates, (N, 2), or (K, 2) where `uv_faces` says whose they are; or None."""
        if self.uv is None:
            return None
        raw = np.frombuffer(base64.b64decode(self.uv), dtype="<f4")
        return raw.reshape(-1, 2).astype(np.float64)

    def uv_face_array(self) -> npt.NDArray[np.int64]:
        """Which texture coordinates each corner of a triangle has, (M, 3)."""
        if self.uv_faces is None:
            return self.face_array()
        raw = np.frombuffer(base64.b64decode(self.uv_faces), dtype="<u4")
        return raw.reshape(-1, 3).astype(np.int64)


def _packed(array: npt.ArrayLike, dtype: str) -> str:
    return base64.b64encode(np.ascontiguousarray(array, dtype=dtype).tobytes()).decode()
