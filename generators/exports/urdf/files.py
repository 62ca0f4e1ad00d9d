"""Meshes and textures of an asset as files beside its URDF."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from ....scenes.model.textures import pixels
from ....schemas import Asset, ImageTexture, Shape
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
        if material.picture is not None:
            lines += _pictured(asset, material.picture, folder)
    (folder / "material.mtl").write_text("".join(f"{x}\n" for x in lines), encoding="utf-8")
    for link in asset.links:
        for shape in (*link.visuals, *link.collisions):
            file = mesh_file(shape)
            if file is not None and not (folder / file).exists():
                (folder / file).write_text(_mesh(asset, shape), encoding="utf-8")


def _pictured(asset: Asset, picture: ImageTexture, folder: Path) -> list[str]:
    """The lines of a picture, whose file is written; `-clamp` is of both directions."""
    file = f"{picture.image[:16]}.png"
    (folder / file).write_bytes(asset.image_bytes(picture.image))
    clamp = "-clamp on " if picture.wrap == ("clamp", "clamp") else ""
    lines = [f"map_Kd {clamp}{file}"]
    if picture.alpha != "opaque":
        lines.append(f"map_d -imfchan m {clamp}{file}")
    return lines


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
        seams = None if data.uv_faces is None else data.uv_face_array()
        return obj_text(data.vertex_array(), data.face_array(), data.uv_array(), material, seams)
    if shape.kind == "capsule":
        radius, half = shape.size
        vertices, faces = capsule(radius, half)
    else:
        vertices, faces = ellipsoid(shape.size)
    return obj_text(vertices, faces, None, material)
