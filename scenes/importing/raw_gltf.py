"""A check of a raw GLB or glTF file: what it uses, and whether its sizes can be true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from ...schemas import AssetError
from .glb import binary_bytes, gltf_json
from .opened import is_there, note
from .references import located

GEOMETRY = {
    "KHR_draco_mesh_compression": "export it without Draco compression",
    "EXT_meshopt_compression": "export it without meshopt compression",
    "KHR_mesh_quantization": "quantised positions are not supported; export floats",
    "EXT_mesh_gpu_instancing": "export its instances as nodes",
}
"""Extensions that hide geometry from the reader, with what to do."""
READ = ("KHR_materials_unlit", "KHR_texture_transform", "EXT_texture_webp")
"""Extensions that a file may require."""
MODES = {4: "triangles", 5: "strips"}
PARTLY = {0: "points", 1: "lines", 2: "line loops", 3: "line strips"}
WIDTH = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}
PARTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
FLOAT = 5126
Table = Mapping[str, Any]


def check_gltf(path: Path) -> None:
    """Look at a file before it is read; notes what is passed over.

    Raises:
        AssetError: where it uses what cannot be read, names what it does not have, or declares
            more than it holds.
        OSError: where it cannot be opened.
    """
    described = gltf_json(path)
    try:
        _extensions(described)
        _nodes(described)
        sizes = _buffers(described, path)
        for primitive in _primitives(described):
            _primitive(described, primitive, sizes)
        for material in _tables(described, "materials"):
            _material(material)
        for key in ("skins", "animations"):
            if described.get(key):
                note(f"its {key} are passed over: it is read as it rests")
    except (TypeError, AttributeError, KeyError, IndexError, ValueError, OverflowError) as error:
        raise AssetError(f"it is no valid glTF: {type(error).__name__}: {error}") from error


def _tables(described: Table, key: str) -> list[Table]:
    return cast("list[Table]", list(described.get(key, ())))


def _at(described: Table, key: str, index: int) -> Table:
    items = _tables(described, key)
    if not 0 <= index < len(items):
        raise AssetError(f"it names {key}[{index}] of {len(items)}")
    return items[index]


def _extensions(described: Table) -> None:
    for name in described.get("extensionsRequired", ()):
        if name in GEOMETRY:
            raise AssetError(f"it requires {name}: {GEOMETRY[name]}")
        if name not in READ and not name.startswith("KHR_materials_"):
            raise AssetError(f"it requires {name}, which is not read: export it without")
    for node in _tables(described, "nodes"):
        if "EXT_mesh_gpu_instancing" in node.get("extensions", {}):
            raise AssetError(
                f"it uses EXT_mesh_gpu_instancing: {GEOMETRY['EXT_mesh_gpu_instancing']}"
            )
    if "KHR_texture_basisu" in described.get("extensionsUsed", ()):
        note("it uses KHR_texture_basisu: such pictures are not read")


def _nodes(described: Table) -> None:
    """Each node has at most one parent, and none is its own ancestor."""
    nodes = _tables(described, "nodes")
    parents: dict[int, int] = {}
    for index, node in enumerate(nodes):
        for child in node.get("children", ()):
            _at(described, "nodes", child)
            if child in parents:
                raise AssetError(f"node {child} has two parents")
            parents[child] = index
    for start in parents:
        seen, current = {start}, parents.get(start)
        while current is not None:
            if current in seen:
                raise AssetError(f"node {start} is its own ancestor")
            seen.add(current)
            current = parents.get(current)


def _buffers(described: Table, path: Path) -> list[int]:
    """Bytes of each buffer view, each within a buffer that is really there."""
    there: list[int] = []
    for buffer in _tables(described, "buffers"):
        uri = buffer.get("uri")
        if uri is None:
            there.append(binary_bytes(path) if path.suffix.lower() == ".glb" else 0)
        elif uri.startswith("data:"):
            there.append(len(uri.partition(",")[2]) * 3 // 4)
        else:
            file = located(uri, [path.parent])
            if not is_there(file):
                raise AssetError(f"its buffer {uri} is missing")
            there.append(file.stat().st_size)
    sizes: list[int] = []
    for number, view in enumerate(_tables(described, "bufferViews")):
        if "EXT_meshopt_compression" in view.get("extensions", {}):
            remedy = GEOMETRY["EXT_meshopt_compression"]
            raise AssetError(f"it uses EXT_meshopt_compression: {remedy}")
        start, size = view.get("byteOffset", 0), view["byteLength"]
        place = int(view["buffer"])
        has = there[place] if 0 <= place < len(there) else 0
        if start < 0 or size < 0 or start + size > has:
            raise AssetError(
                f"bufferViews[{number}] ends at byte {start + size:,} of a buffer of {has:,}"
            )
        sizes.append(size)
    return sizes


def _primitives(described: Table) -> Iterator[Table]:
    for mesh in _tables(described, "meshes"):
        if any("targets" in primitive for primitive in mesh["primitives"]):
            note("its morph targets are passed over: it is read as it rests")
        yield from mesh["primitives"]


def _primitive(described: Table, primitive: Table, sizes: list[int]) -> None:
    mode = primitive.get("mode", 4)
    if mode in PARTLY:
        note(f"its {PARTLY[mode]} are passed over: only triangles are read")
        return
    if mode not in MODES:
        what = "triangle fans" if mode == 6 else "primitives"
        raise AssetError(f"it has {what} (mode {mode}): export it as triangles")
    attributes = primitive["attributes"]
    if "POSITION" not in attributes:
        raise AssetError("a primitive has no POSITION")
    for key in sorted(attributes):
        _accessor(described, attributes[key], sizes, key, primitive)
    if "indices" in primitive:
        _accessor(described, primitive["indices"], sizes, "indices", primitive)
    position = _at(described, "accessors", attributes["POSITION"])
    if position["componentType"] != FLOAT:
        raise AssetError(f"it uses KHR_mesh_quantization: {GEOMETRY['KHR_mesh_quantization']}")
    if "material" in primitive:
        _at(described, "materials", primitive["material"])


def _accessor(described: Table, index: int, sizes: list[int], what: str, primitive: Table) -> None:
    accessor = _at(described, "accessors", index)
    if "sparse" in accessor:
        raise AssetError(f"its {what} are a sparse accessor: export them in full")
    count = accessor["count"]
    if "bufferView" not in accessor:
        if "KHR_draco_mesh_compression" in primitive.get("extensions", {}):
            remedy = GEOMETRY["KHR_draco_mesh_compression"]
            raise AssetError(f"it uses KHR_draco_mesh_compression: {remedy}")
        raise AssetError(f"its {what} declare {count:,} elements and hold none")
    width = WIDTH[accessor["componentType"]] * PARTS[accessor["type"]]
    view = _at(described, "bufferViews", accessor["bufferView"])
    stride = view.get("byteStride", width)
    start, has = int(accessor.get("byteOffset", 0)), sizes[int(accessor["bufferView"])]
    if start < 0 or count < 0 or (count and start + stride * (count - 1) + width > has):
        raise AssetError(f"its {what} declare {count:,} elements; their {has:,} bytes hold fewer")


def _material(material: Table) -> None:
    """Note what is read of no material."""
    picture = material.get("pbrMetallicRoughness", {}).get("baseColorTexture", {})
    if picture.get("texCoord", 0) != 0:
        note("a picture lies by its second texture coordinates; it is read by the first")
