"""Reads mesh files into patches: plain triangles with a colour per face."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...schemas import AssetError
from .opened import note
from .placings import PLAIN, PicturePlacing, planar
from .raw_check import check_raw, loaded_scene
from .solids import Array, Index

FORMATS = ("glb", "gltf", "obj", "stl", "ply")
MOST_FACES = 6_000_000
"""Larger files would need more than about 6 GB of memory; they are refused unread or unused."""
GREY = (0.7, 0.7, 0.7, 1.0)


@dataclass(frozen=True)
class Patch:
    """A part of a mesh file, in the file's own axes and units.

    Attributes:
        vertices: (N, 3).
        faces: (M, 3).
        colours: (M, 4) or (1, 4), sRGB and alpha in [0, 1].
        roughness: in [0, 1].
        metallic: in [0, 1].
    """

    vertices: Array
    faces: Index
    colours: Array
    roughness: float
    metallic: float


def read_patches(path: Path) -> tuple[Patch, ...]:
    """The meshes of a GLB, GLTF, OBJ, STL or PLY file, placed by its scene graph.

    A texture becomes a colour per face: its pixel at the middle of the face.

    Raises:
        AssetError: where the file cannot be read, has no faces, or has too many.
    """
    check_raw(path)
    try:
        scene, placings = loaded_scene(path)
        meshes = _placed(scene)
    except AssetError:
        raise
    except Exception as error:  # readers raise whatever their format trips over
        kind = path.suffix[1:].upper()
        raise AssetError(f"the file cannot be read as {kind}: {_first(error)}") from error
    count = sum(len(mesh.faces) for mesh, _, _ in meshes)
    if not count:
        raise AssetError("the file has no faces: points and lines alone are no asset")
    if count > MOST_FACES:
        raise AssetError(f"{count:,} faces; at most {MOST_FACES:,} are read: simplify the mesh")
    # Readers hold parts in sets and under random names: content alone gives a stable order.
    patches = sorted((_patch(*mesh, placings) for mesh in meshes), key=_order)
    if not all(np.isfinite(patch.vertices).all() for patch in patches):
        raise AssetError("some vertices are not finite numbers")
    return tuple(patches)


def _placed(scene: Any) -> list[tuple[Any, Array, bool]]:
    """Meshes of a trimesh scene, vertices where its graph puts them, and whether mirrored."""
    meshes: list[tuple[Any, Array, bool]] = []
    for node in scene.graph.nodes_geometry:
        pose, name = scene.graph[node]
        geometry = scene.geometry[name]
        if len(getattr(geometry, "faces", ())):
            placed = np.asarray(geometry.vertices) @ pose[:3, :3].T + pose[:3, 3]
            mirrored = np.linalg.det(pose[:3, :3]) < 0
            meshes.append((geometry, placed, bool(mirrored)))
    return meshes


def _order(patch: Patch) -> tuple[int, str]:
    digest = hashlib.sha256(patch.vertices.tobytes() + patch.faces.tobytes())
    digest.update(patch.colours.tobytes())
    return -len(patch.faces), digest.hexdigest()


def _first(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:120]}" if lines else type(error).__name__


def _patch(
    mesh: Any, vertices: Array, mirrored: bool, placings: Mapping[str, PicturePlacing]
) -> Patch:
    faces = np.asarray(mesh.faces, dtype=np.int64)
    if mirrored:
        faces = faces[:, ::-1]
    if len(faces) and (faces.min() < 0 or faces.max() >= len(vertices)):
        raise AssetError(f"a face names vertex {int(faces.max())} of {len(vertices)}")
    visual = mesh.visual
    material = getattr(visual, "material", None)
    if material is None:
        return Patch(vertices, faces, _own_colours(visual, faces), 0.6, 0.0)
    base = _base(material)
    roughness = getattr(material, "roughnessFactor", None)
    metallic = getattr(material, "metallicFactor", None)
    picture = getattr(material, "baseColorTexture", None) or getattr(material, "image", None)
    uv = getattr(visual, "uv", None)
    colours = base[None]
    if picture is not None and uv is not None and len(uv) == len(vertices):
        spots = planar(np.asarray(uv, dtype=np.float64))[faces].mean(axis=1)
        placing = placings.get(str(getattr(material, "name", "")), PLAIN)
        if placing != PLAIN:
            spots = placing.placed(spots)
        shown = _sampled(picture, spots)
        colours = colours if shown is None else shown * base
    colours = _shown(colours, visual, material, faces)
    # glTF's default is a fully metallic surface, which files without the factor rarely mean.
    return Patch(
        vertices, faces, colours,
        roughness=0.6 if roughness is None else float(np.clip(roughness, 0, 1)),
        metallic=0.0 if metallic is None else float(np.clip(metallic, 0, 1)),
    )  # fmt: skip


def _shown(colours: Array, visual: Any, material: Any, faces: Index) -> Array:
    """Colours times those of the vertices, and as transparent as a glTF material says."""
    if not hasattr(material, "baseColorFactor"):
        return colours
    attributes: Mapping[str, Any] = getattr(visual, "vertex_attributes", {})
    own = attributes.get("color")
    if own is not None and len(own) > int(faces.max(initial=-1)):
        raw = np.asarray(own)
        tint = raw.astype(np.float64) / (np.iinfo(raw.dtype).max if raw.dtype.kind in "iu" else 1.0)
        tint = tint[faces].mean(axis=1)
        alpha = tint[:, 3:] if tint.shape[1] > 3 else np.ones((len(tint), 1))
        colours = colours * np.column_stack([_encoded(tint[:, :3]), alpha])
    mode = getattr(material, "alphaMode", None) or "OPAQUE"
    if mode == "BLEND":
        return colours
    colours = colours.copy()
    cutoff = getattr(material, "alphaCutoff", None)
    cutoff = 0.5 if cutoff is None else float(cutoff)
    colours[:, 3] = 1.0 if mode == "OPAQUE" else colours[:, 3] >= cutoff
    return colours


def _base(material: Any) -> Array:
    """The material's colour factor (4,); glTF's are linear."""
    linear = hasattr(material, "baseColorFactor")
    colour = getattr(material, "baseColorFactor" if linear else "diffuse", None)
    textured = getattr(material, "baseColorTexture", None) or getattr(material, "image", None)
    if colour is None:
        return np.ones(4) if textured is not None else np.array(GREY)
    raw = np.asarray(colour)
    factor = raw.astype(np.float64) / (255.0 if raw.dtype.kind in "iu" else 1.0)
    factor = np.append(factor, 1.0)[:4] if len(factor) == 3 else factor
    shown = _encoded(factor[:3]) if linear else factor[:3]
    result: Array = np.clip(np.append(shown, factor[3]), 0, 1)
    return result


def _encoded(linear: Array) -> Array:
    """Linear light to sRGB (IEC 61966-2-1)."""
    linear = np.clip(linear, 0, 1)
    curve = 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, 12.92 * linear, curve)


def _sampled(picture: Any, uv: Array) -> Array | None:
    """Pixels (M, 4) of an image at texture coordinates (M, 2), which repeat.

    None, with a note, where there are none.
    """
    if not np.isfinite(uv).all():
        note("some texture coordinates are not finite; its picture is not shown")
        return None
    try:
        pixels = np.asarray(picture.convert("RGBA"))
    except Exception as error:  # decoders raise whatever their format trips over
        note(f"a picture cannot be read ({_first(error)}); the asset is shown without it")
        return None
    height, width = pixels.shape[:2]
    place = uv - np.floor(uv)
    column = np.minimum((place[:, 0] * width).astype(int), width - 1)
    row = np.minimum(((1 - place[:, 1]) * height).astype(int), height - 1)
    result: Array = pixels[row, column].astype(np.float64) / 255
    return result


def _own_colours(visual: Any, faces: Index) -> Array:
    """Colours of faces or vertices that the file itself gives, else grey."""
    kind = getattr(visual, "kind", None)
    if kind == "face":
        colours: Sequence[Any] = visual.face_colors
        return np.asarray(colours, dtype=np.float64) / 255
    if kind == "vertex":
        corners = np.asarray(visual.vertex_colors, dtype=np.float64)[faces]
        mean: Array = corners.mean(axis=1) / 255
        return mean
    return np.array([GREY])
