"""Reads mesh files into patches: triangles with a colour per face, and the pictures on them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...schemas import AssetError
from .gltf_pictures import GltfPicture
from .mtl import named_picture
from .opened import note
from .pictures import ReadPicture, read_picture
from .placings import PLAIN, PicturePlacing, planar
from .raw_check import check_raw, loaded_scene
from .skins import Coat, LaidPicture, shows_a_picture, skin_of
from .solids import Array, Index

FORMATS = ("glb", "gltf", "obj", "stl", "ply")
MOST_FACES = 6_000_000
"""Larger files would need more than about 6 GB of memory; they are refused unread or unused."""
GREY = (0.7, 0.7, 0.7, 1.0)
_MAPS = ("map_", "bump", "norm", "disp", "refl")
"""Begin the keys of maps that MTL materials have besides their colours."""


@dataclass(frozen=True)
class Patch:
    """A part of a mesh file, in the file's own axes and units.

    Attributes:
        vertices: (N, 3).
        faces: (M, 3).
        colours: (M, 4) or (1, 4), sRGB and alpha in [0, 1]; a picture's at the middle of a face.
        roughness: in [0, 1].
        metallic: in [0, 1].
        skin: the picture on it, or None.
        tints: (M, 4) or (1, 4) factors on the picture.
        uv: texture coordinates of the faces' corners, (M, 3, 2), v upward, or None.
    """

    vertices: Array
    faces: Index
    colours: Array
    roughness: float
    metallic: float
    skin: LaidPicture | None = None
    tints: Array = field(default_factory=lambda: np.ones((1, 4)))
    uv: Array | None = None

    def coat(self) -> Coat:
        """What its faces look like."""
        shown = self.colours if self.skin is None else self.tints
        rest = np.full((len(self.faces), 2), (self.roughness, self.metallic))
        looks = np.column_stack([np.broadcast_to(shown, (len(self.faces), 4)), rest])
        if self.skin is None or self.uv is None:
            return Coat.plain(looks)
        return Coat.skinned(looks, self.skin, self.uv)


def read_patches(path: Path) -> tuple[Patch, ...]:
    """The meshes of a GLB, GLTF, OBJ, STL or PLY file, placed by its scene graph.

    Raises:
        AssetError: where the file cannot be read, has no faces, or has too many.
    """
    # Readers hold parts in sets and under random names: content alone gives a stable order.
    return tuple(sorted(patches_as_read(path), key=_order))


def patches_as_read(path: Path) -> list[Patch]:
    """The same in the order of their reader, which is that of the whole as one mesh."""
    check_raw(path)
    try:
        scene, pictures = loaded_scene(path)
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
    desk = _Desk(pictures)
    patches = [_patch(*mesh, desk) for mesh in meshes]
    if not all(np.isfinite(patch.vertices).all() for patch in patches):
        raise AssetError("some vertices are not finite numbers")
    return patches


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
    if patch.skin is not None and patch.uv is not None:
        digest.update(repr(patch.skin.key).encode() + patch.uv.tobytes() + patch.tints.tobytes())
    return -len(patch.faces), digest.hexdigest()


def _first(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:120]}" if lines else type(error).__name__


@dataclass(frozen=True)
class _Found:
    """A material's picture, and how it lies."""

    picture: ReadPicture
    placing: PicturePlacing


class _Desk:
    """Reads the pictures of one file, each once."""

    def __init__(self, pictures: Mapping[str, GltfPicture]) -> None:
        self.gltf = pictures
        self._read: dict[int, tuple[Any, ReadPicture | None]] = {}

    def of(self, material: Any) -> _Found | None:
        """The picture of a material; None, with a note, where it cannot be read."""
        known = self.gltf.get(str(getattr(material, "name", "")))
        if known is not None:
            source, placing = known.raw, known.placing
        else:
            source = _source(material)
            named: Mapping[str, Any] = getattr(source, "info", {})
            placing = named_picture(str(named.get("file_path", ""))).placing
        if source is None:
            return None
        if id(source) not in self._read:  # held, so that no other gets its number
            self._read[id(source)] = source, _readable(source)
        picture = self._read[id(source)][1]
        return None if picture is None else _Found(picture, placing)


def _source(material: Any) -> Any:
    """Pillow's image of a material, which is not decoded yet, or None."""
    return getattr(material, "baseColorTexture", None) or getattr(material, "image", None)


def _readable(source: Any) -> ReadPicture | None:
    try:
        return read_picture(source)
    except AssetError as error:
        note(f"a picture {error}; the asset is shown without it")
        return None


def _patch(mesh: Any, vertices: Array, mirrored: bool, desk: _Desk) -> Patch:
    faces = np.asarray(mesh.faces, dtype=np.int64)
    if mirrored:
        faces = faces[:, ::-1]
    if len(faces) and (faces.min() < 0 or faces.max() >= len(vertices)):
        raise AssetError(f"a face names vertex {int(faces.max())} of {len(vertices)}")
    visual = mesh.visual
    material = getattr(visual, "material", None)
    if material is None:
        return Patch(vertices, faces, _own_colours(visual, faces), 0.6, 0.0)
    roughness = getattr(material, "roughnessFactor", None)
    metallic = getattr(material, "metallicFactor", None)
    known = desk.gltf.get(str(getattr(material, "name", "")))
    rough, metal = (1.0, 1.0) if known is None else (known.roughness, known.metallic)
    textured = known is not None or _source(material) is not None
    base = _base(material, textured=textured)
    # glTF's default is a fully metallic surface, which files without the factor rarely mean.
    plain = Patch(
        vertices, faces, _shown(base[None], visual, material, faces),
        roughness=0.6 if roughness is None else float(np.clip(roughness * rough, 0, 1)),
        metallic=0.0 if metallic is None else float(np.clip(metallic * metal, 0, 1)),
    )  # fmt: skip
    uv = _coordinates(visual, faces, len(vertices), textured=textured)
    found = None if uv is None else desk.of(material)
    if found is None or uv is None:
        return replace(plain, uv=uv)
    return _pictured(plain, found, uv, visual, material)


def _coordinates(visual: Any, faces: Index, count: int, *, textured: bool) -> Array | None:
    """Texture coordinates of the faces' corners, (M, 3, 2); None where there are none."""
    uv = getattr(visual, "uv", None)
    if uv is None or len(uv) != count:
        if textured:
            note("a picture is on faces without texture coordinates; it is not shown")
        return None
    found: Array = planar(np.asarray(uv, dtype=np.float64))[faces]
    if np.isfinite(found).all():
        return found
    note("some texture coordinates are not finite; its picture is not shown")
    return None


def _pictured(plain: Patch, found: _Found, uv: Array, visual: Any, material: Any) -> Patch:
    """A patch with the picture of its material."""
    base = _base(material, textured=True)
    gltf = hasattr(material, "baseColorFactor")
    if not gltf:
        base = _under(base, material)
    laid = uv if found.placing == PLAIN else found.placing.laid(uv)
    spots = found.picture.at(found.placing.placed(laid.mean(axis=1)))
    patch = replace(plain, colours=_shown(spots * base, visual, material, plain.faces), uv=laid)
    if not shows_a_picture(found.picture, uv, patch.colours):
        return patch
    mode = (getattr(material, "alphaMode", None) or "OPAQUE") if gltf else "BLEND"
    cutoff = getattr(material, "alphaCutoff", None)
    skin = skin_of(
        found.picture, found.placing.modes, mode=mode,
        cutoff=0.5 if cutoff is None else float(cutoff),
        factor=np.append(_linear(base[:3]), base[3]) if gltf and (base != 1).any() else None,
    )  # fmt: skip
    own = np.append(np.ones(3), base[3])[None] if gltf else base[None]
    tints = _shown(own, visual, material, plain.faces)
    if mode == "MASK":
        tints[:, 3] = 1.0
    return replace(patch, skin=skin, tints=tints)


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


def _base(material: Any, *, textured: bool) -> Array:
    """The material's colour factor (4,), as display values; glTF's are linear."""
    linear = hasattr(material, "baseColorFactor")
    colour = getattr(material, "baseColorFactor" if linear else "diffuse", None)
    if colour is None:
        return np.ones(4) if textured else np.array(GREY)
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


def _under(base: Array, material: Any) -> Array:
    """The colour (4,) of an MTL material as a factor on its picture.

    Grey is what exporters write of their own accord, black among it: it is passed over.
    """
    given: Mapping[str, Any] = getattr(material, "kwargs", {})
    maps = sorted(key for key in given if key.startswith(_MAPS) and key != "map_ka")
    if maps:
        note(f"its maps {', '.join(maps)} are passed over: pictures show base colours alone")
    if "kd" in given and np.ptp(base[:3]) > 0:
        return base
    if "kd" in given and base[0] < 1:
        note("a material's grey is passed over under its picture")
    return np.append(np.ones(3), base[3])


def _linear(shown: Array) -> Array:
    """The inverse of `_encoded`."""
    curve: Array = ((np.maximum(shown, 0.04045) + 0.055) / 1.055) ** 2.4
    return np.where(shown <= 0.04045, shown / 12.92, curve)


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
