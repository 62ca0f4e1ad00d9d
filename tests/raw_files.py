"""Small raw asset files, written by hand for tests."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype="<f4") - 0.5
QUADS = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
FACES = np.array([f for a, b, c, d in QUADS for f in ((a, b, c), (a, c, d))], dtype="<u2")


class Glb:
    """A glTF file in the making; `described` may be changed before it is written."""

    def __init__(self) -> None:
        self.raw = b""
        self.described: dict[str, Any] = {
            "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": []}], "nodes": [],
            "meshes": [], "accessors": [], "bufferViews": [], "buffers": [{"byteLength": 0}],
        }  # fmt: skip

    def view(self, raw: bytes) -> int:
        """Adds bytes."""
        self.described["bufferViews"].append(
            {"buffer": 0, "byteOffset": len(self.raw), "byteLength": len(raw)}
        )
        self.raw += raw + b"\0" * (-len(raw) % 4)
        self.described["buffers"][0]["byteLength"] = len(self.raw)
        return len(self.described["bufferViews"]) - 1

    def accessor(self, values: Any, **more: Any) -> int:
        """Adds numbers."""
        kinds = {"f4": 5126, "u2": 5123, "i2": 5122, "u1": 5121}
        parts = 1 if values.ndim == 1 else values.shape[1]
        entry: dict[str, Any] = {
            "bufferView": self.view(values.tobytes()),
            "componentType": kinds[values.dtype.str[1:]],
            "count": len(values),
            "type": ("SCALAR", "VEC2", "VEC3", "VEC4")[parts - 1],
        }
        self.described["accessors"].append(entry | more)
        return len(self.described["accessors"]) - 1

    def part(self, primitive: dict[str, Any], **node: Any) -> None:
        """Adds a mesh of one primitive and its node."""
        self.described["meshes"].append({"primitives": [primitive]})
        self.described["scenes"][0]["nodes"].append(len(self.described["nodes"]))
        mesh = len(self.described["meshes"]) - 1
        self.described["nodes"].append({"mesh": mesh} | node)

    def box(self, size: float = 0.05, **node: Any) -> dict[str, Any]:
        """Adds a cube and gives its primitive."""
        primitive = {
            "attributes": {"POSITION": self.accessor((CORNERS * size).astype("<f4"))},
            "indices": self.accessor(FACES.ravel()),
        }
        self.part(primitive, **node)
        return primitive

    def painted(self, uv: tuple[float, float], uri: str | None = None, **texture: Any) -> None:
        """A cube all of whose corners show one place of a picture: red left, blue right."""
        primitive = self.box()
        places = np.tile(np.array(uv, dtype="<f4"), (8, 1))
        primitive["attributes"]["TEXCOORD_0"] = self.accessor(places)
        primitive["material"] = 0
        picture: dict[str, Any] = {"uri": uri} if uri else {"mimeType": "image/png"}
        if not uri:
            picture["bufferView"] = self.view(png((255, 0, 0, 255), (0, 0, 255, 255)))
        self.described |= {
            "images": [picture], "textures": [{"source": 0}],
            "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0} | texture}}],
        }  # fmt: skip

    def write(self, path: Path) -> Path:
        """Writes the file."""
        text = json.dumps(self.described).encode()
        text += b" " * (-len(text) % 4)
        size = 28 + len(text) + len(self.raw)
        head = struct.pack("<4sIII4s", b"glTF", 2, size, len(text), b"JSON")
        path.write_bytes(head + text + struct.pack("<I4s", len(self.raw), b"BIN\0") + self.raw)
        return path


def write_gltf(glb: Glb, path: Path) -> Path:
    """Writes a glTF file with its buffer beside it."""
    buffers = [{"byteLength": len(glb.raw), "uri": "the%20data.bin"}]
    (path.parent / "the data.bin").write_bytes(glb.raw)
    path.write_text(json.dumps(glb.described | {"buffers": buffers}), encoding="utf-8")
    return path


def png(left: tuple[int, ...], right: tuple[int, ...]) -> bytes:
    """A picture of 2 x 1 fields of 8 x 8 pixels."""
    image = Image.new("RGBA", (16, 8), left)
    image.paste(right, (8, 0, 16, 8))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def obj_box(size: float = 0.05, at: float = 0.0) -> str:
    """Vertices of a cube."""
    return "".join(
        f"v {x * size + at:.4f} {y * size:.4f} {z * size:.4f}\n" for x, y, z in CORNERS.tolist()
    )


def obj_faces(start: int = 1) -> str:
    """Its quads."""
    return "".join("f " + " ".join(str(k + start) for k in quad) + "\n" for quad in QUADS)
