"""A box with a picture on its sides, as the files of every format, and where its picture is."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lab
import numpy as np
import numpy.typing as npt
from PIL import Image
from raw_files import CORNERS, QUADS, Glb

Array = npt.NDArray[Any]
HALF = np.array([0.03, 0.04, 0.05])
CELLS = (3, 2)
"""Each side has a field of the picture: so many along u and v."""
BLOCK, FIELD = 8, 32
"""Pixels of a block of one colour, and of a field, along a side."""
TO_GLTF = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]])
"""From z up and x to the front to y up and z to the front."""


def blocks(seed: int = 0) -> npt.NDArray[np.uint8]:
    """The picture: blocks of colours that are neither dark nor white, (64, 96, 3)."""
    rng = np.random.default_rng(seed)
    rows, columns = CELLS[1] * FIELD // BLOCK, CELLS[0] * FIELD // BLOCK
    tones = rng.integers(70, 240, (rows, columns, 3)).astype(np.uint8)
    return tones.repeat(BLOCK, axis=0).repeat(BLOCK, axis=1)


@dataclass(frozen=True)
class Box:
    """A box whose bottom lies at z = 0, with corners of its own for each side.

    Attributes:
        points: (24, 3) metres.
        faces: (12, 3).
        uv: (24, 2), v upward.
    """

    points: Array
    faces: Array
    uv: Array

    def at(self, origin: Array, rays: Array) -> tuple[Array, Array]:
        """What rays (R, 3) from a point meet: face (R,), -1 for none, and its uv (R, 2)."""
        best = np.full(len(rays), np.inf)
        face, uv = np.full(len(rays), -1), np.zeros((len(rays), 2))
        for number, corners in enumerate(self.faces):
            a, b, c = self.points[corners]
            system = np.stack([np.broadcast_to(a - b, rays.shape),
                               np.broadcast_to(a - c, rays.shape), rays], axis=2)  # fmt: skip
            right = np.broadcast_to(a - origin, rays.shape)[..., None]
            whole = np.abs(np.linalg.det(system)) > 1e-12
            solved = np.zeros_like(rays)
            solved[whole] = np.linalg.solve(system[whole], right[whole])[..., 0]
            s, t, far = solved.T
            hit = whole & (s >= 0) & (t >= 0) & (s + t <= 1) & (far > 0) & (far < best)
            best[hit], face[hit] = far[hit], number
            share = np.stack([1 - s - t, s, t], axis=1)[hit]
            uv[hit] = share @ self.uv[corners]
        return face, uv


def painted_box() -> Box:
    """The box; each side shows its own field, upright seen from outside."""
    points: list[Array] = []
    faces: list[list[int]] = []
    uv: list[tuple[float, float]] = []
    for side, quad in enumerate(QUADS):
        column, row = side % CELLS[0], side // CELLS[0]
        for corner, place in zip(quad, ((0, 0), (1, 0), (1, 1), (0, 1)), strict=True):
            points.append(CORNERS[corner] * 2 * HALF + [0, 0, HALF[2]])
            uv.append(((column + place[0]) / CELLS[0], (row + place[1]) / CELLS[1]))
        faces += [[4 * side, 4 * side + 1, 4 * side + 2], [4 * side, 4 * side + 2, 4 * side + 3]]
    return Box(np.array(points), np.array(faces), np.array(uv))


def glb(
    box: Box, path: Path, image: bytes | None, *, pbr: dict[str, Any] | None = None,
    tint: tuple[float, float, float] | None = None, **material: Any,
) -> Path:  # fmt: skip
    """A GLB file; the picture lies in it.

    Args:
        box: what it shows.
        path: of the file.
        image: the picture's file; None for none.
        pbr: more of the material's base.
        tint: linear colour of all vertices.
        material: more of the material.
    """
    made = Glb()
    primitive: dict[str, Any] = {
        "attributes": {
            "POSITION": made.accessor((box.points @ TO_GLTF.T).astype("<f4")),
            "TEXCOORD_0": made.accessor((box.uv * [1, -1] + [0, 1]).astype("<f4")),
        },
        "indices": made.accessor(box.faces.astype("<u2").ravel()),
        "material": 0,
    }
    made.part(primitive)
    look: dict[str, Any] = {"metallicFactor": 0.0, "roughnessFactor": 0.9}
    if image is not None:
        view = made.view(image)
        made.described |= {
            "images": [{"bufferView": view, "mimeType": "image/png"}],
            "textures": [{"source": 0, "sampler": 0}],
            "samplers": [{}],
        }
        look["baseColorTexture"] = {"index": 0}
    if tint is not None:
        colours = np.tile(np.array(tint, dtype="<f4"), (len(box.points), 1))
        primitive["attributes"]["COLOR_0"] = made.accessor(colours)
    made.described["materials"] = [{"pbrMetallicRoughness": look | (pbr or {}), **material}]
    return made.write(path)


def obj(box: Box, path: Path, picture: str | None, *, library: bool = True) -> Path:
    """An OBJ file with coordinates, and its MTL file, which names a picture."""
    lines = [f"mtllib {path.stem}.mtl"] if library else []
    lines += [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in box.points.tolist()]
    lines += [f"vt {u:.6f} {v:.6f}" for u, v in box.uv.tolist()]
    lines += ["usemtl paint"] if library else []
    lines += ["f " + " ".join(f"{k + 1}/{k + 1}" for k in face) for face in box.faces.tolist()]
    lab.write(path, "\n".join(lines) + "\n")
    if library:
        shown = f"map_Kd {picture}\n" if picture else ""
        lab.write(path.with_suffix(".mtl"), f"newmtl paint\nKd 1 1 1\n{shown}")
    return path


def urdf(path: Path, *, mesh: str, texture: str | None) -> Path:
    """A URDF file; without a texture of its own the mesh's material counts."""
    shape = f'<mesh filename="{mesh}"/>'
    look = "" if texture is None else (
        f'<material name="m"><texture filename="{texture}"/></material>'
    )  # fmt: skip
    text = lab.URDF.format(shape=shape, inertial=lab.WEIGHED)
    lab.write(path, text.replace("</geometry></visual>", f"</geometry>{look}</visual>"))
    return path


def mjcf(path: Path, *, mesh: str, texture: str | None, more: str = "") -> Path:
    """An MJCF file whose material has a texture, or none."""
    named, shown = "", ""
    if texture is not None:
        named, shown = f'<texture name="t" type="2d" file="{texture}"/>', 'texture="t"'
    lab.write(
        path,
        f'<mujoco><asset>{named}<mesh name="m" file="{mesh}"/><material name="k" {shown} {more}/>'
        '</asset><worldbody><body name="b"><geom type="mesh" mesh="m" material="k"/></body>'
        "</worldbody></mujoco>",
    )
    return path


def saved(pixels: Array, path: Path, **how: Any) -> Path:
    """Pixels as a picture's file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **how)
    return path


def described(path: Path) -> tuple[dict[str, Any], bytes]:
    """The JSON of a GLB file, and the rest of it."""
    raw = path.read_bytes()
    size = struct.unpack("<I", raw[12:16])[0]
    return json.loads(raw[20 : 20 + size]), raw[20 + size + 8 :]


def changed(path: Path, transform: dict[str, Any], wrap: tuple[int, int]) -> Path:
    """A GLB file with a transform and modes of wrapping for its picture."""
    made = Glb()
    made.described, made.raw = described(path)
    made.described["samplers"] = [{"wrapS": wrap[0], "wrapT": wrap[1]}]
    look = made.described["materials"][0]["pbrMetallicRoughness"]["baseColorTexture"]
    look["extensions"] = {"KHR_texture_transform": transform}
    return made.write(path)


def with_picture(path: Path, raw: bytes | None) -> None:
    """Another file in the place of the picture; None takes it away."""
    if path.suffix != ".glb":
        (path.parent / "paint.png").unlink()
        if raw is not None:
            (path.parent / "paint.png").write_bytes(raw)
        return
    made = Glb()
    made.described, made.raw = described(path)
    if raw is None:
        made.described["images"] = [{"uri": "gone.png"}]
    else:
        made.described["images"] = [{"bufferView": made.view(raw), "mimeType": "image/png"}]
    made.write(path)
