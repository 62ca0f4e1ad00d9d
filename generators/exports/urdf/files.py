"""Meshes and textures of an asset as files beside its URDF."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from ....scenes.model.textures import pixels
from ....schemas import Asset, Shape
from .._meshes import capsule, ellipsoid, obj_text


def write_looks(asset: Asset, folder: Path) -> None:
    """Write `material.mtl`, textures, and one OBJ for each shape that URDF takes as a mesh."""
    lines: list[str] = []
    for name, material in sorted(asset.materials.items()):
        red, green, blue, alpha = material.rgba
        lines += [f"newmtl {name}", f"Kd {red:.6g} {green:.6g} {blue:.6g}", f"d {alpha:.6g}"]
        if material.texture is not None:
            Image.fromarray(pixels(material.texture)).save(folder / f"{name}.png")
            lines.append(f"map_Kd {name}.png")
    (folder / "material.mtl").write_text("".join(f"{x}\n" for x in lines), encoding="utf-8")
    for link in asset.links:
        for shape in (*link.visuals, *link.collisions):
            file = mesh_file(shape)
            if file is not None and not (folder / file).exists():
                (folder / file).write_text(_mesh(asset, shape), encoding="utf-8")


def mesh_file(shape: Shape) -> str | None:
    """The OBJ that stands for a shape; None where URDF knows the shape itself."""
    if shape.kind in ("box", "cylinder", "sphere"):
        return None
    if shape.mesh is not None:
        return f"{shape.mesh}{f'-{shape.material}' if shape.material else ''}.obj"
    size = "-".join(f"{value:.6g}" for value in shape.size)
    return f"{shape.kind}-{size}{f'-{shape.material}' if shape.material else ''}.obj"


def _mesh(asset: Asset, shape: Shape) -> str:
    material = shape.material or ""
    if shape.mesh is not None:
        data = asset.meshes[shape.mesh]
        return obj_text(data.vertex_array(), data.face_array(), data.uv_array(), material)
    if shape.kind == "capsule":
        radius, half = shape.size
        vertices, faces = capsule(radius, half)
    else:
        vertices, faces = ellipsoid(shape.size)
    return obj_text(vertices, faces, None, material)
