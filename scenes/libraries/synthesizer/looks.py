"""The looks of scene-synthesizer's assets: our materials, chosen by the names of parts.

Its own assets have one grey. Parts are told apart by their names in the exported URDF; each
role travels through the import as a colour of its own, and becomes a material afterwards.
"""

from __future__ import annotations

import re

import numpy as np

from ....schemas import Asset, Link, Material, MeshData, Shape
from ...core.geometry import Array, rotation
from ...importing.model_files import Element
from ...importing.solids import is_watertight, welded
from ..procedural.toolkit import materials as look
from ..procedural.toolkit.geometry import Index, Mesh, bevel_box, join
from .classes import Finish

ROLES = ("carcass", "front", "inside", "grip", "metal", "dark")
"""Six, since an imported asset keeps that many looks apart."""
_WORDS = (
    ("grip", r"handle|knob|lever"),
    ("dark", r"window|heater|display|button"),
    ("metal", r"basket|wire|sink(?!_countertop)|post"),
    ("front", r"(^|_)door(_panel|_top|_bottom|_left|_right)?$|door_door|closed|countertop|tip"),
    ("inside", r"board_\d|shelf_\d+_\d|holder|door_shelf|separator"),
)
BEVEL = 0.0025


def mark_roles(root: Element) -> None:
    """Give each visual of a URDF the colour that stands for its role."""
    for link in root.iter("link"):
        visuals = list(link.iter("visual"))
        fronts = _drawer_fronts(visuals)
        for visual in visuals:
            name = re.sub(r"^thing_?", "", visual.get("name", ""))
            role = next((role for role, words in _WORDS if re.search(words, name)), "carcass")
            if visual in fronts:
                role = "front"
            for colour in visual.iter("color"):
                value = _code(role)
                colour.set("rgba", f"{value} {value} {value} 1")


def _drawer_fronts(visuals: list[Element]) -> list[Element]:
    """The foremost (-y) of the boards of a drawer."""
    boards = [v for v in visuals if re.search(r"drawer_.*board_\d+$", v.get("name", ""))]
    return [min(boards, key=_depth)] if boards else []


def _depth(visual: Element) -> float:
    origin = visual.find("origin")
    return 0.0 if origin is None else float(origin.get("xyz", "0 0 0").split()[1])


def _code(role: str) -> float:
    return round(0.1 + 0.1 * ROLES.index(role), 2)


def dressed(asset: Asset, finish: Finish, rng: np.random.Generator) -> Asset:
    """The asset with materials for its roles, bevelled boxes, and texture coordinates."""
    palette = _palette(finish, rng)
    roles = {
        name: ROLES[round((material.rgba[0] - 0.1) / 0.1)]
        for name, material in asset.materials.items()
    }
    meshes = dict(asset.meshes)
    links = tuple(_dressed(link, roles, meshes) for link in asset.links)
    used = {s.mesh for link in links for s in (*link.visuals, *link.collisions) if s.mesh}
    return asset.model_copy(
        update={
            "links": links,
            "meshes": {name: mesh for name, mesh in meshes.items() if name in used},
            "materials": {role: palette[role] for role in ROLES if role in set(roles.values())},
        }
    )


def _palette(finish: Finish, rng: np.random.Generator) -> dict[str, Material]:
    body = _body(finish, rng)
    front = look.wood_or_paint(rng) if finish == "wood" and rng.random() < 0.5 else body
    inside = (0.80, 0.74, 0.64) if finish == "wood" else (0.75, 0.75, 0.75)
    return {
        "carcass": body,
        "front": front,
        "inside": look.plain(inside, 0.7),
        "grip": body if finish == "ceramic" else look.metal(rng),
        "metal": look.steel(rng),
        "dark": look.plain((0.07, 0.07, 0.08), 0.2),
    }


def _body(finish: Finish, rng: np.random.Generator) -> Material:
    if finish == "wood":
        return look.wood_or_paint(rng)
    if finish == "ceramic":
        return look.glaze(rng)
    if finish == "glass":
        return look.glass(rng)
    if finish == "plastic":
        return look.plastic(rng)
    if finish == "steel" and rng.random() < 0.6:
        return look.steel(rng)
    return look.plain((0.90, 0.90, 0.89), 0.35)


def _dressed(link: Link, roles: dict[str, str], meshes: dict[str, MeshData]) -> Link:
    """One mesh for each role of a link; primitives other than boxes stay as they are."""
    patches: dict[str, list[Mesh]] = {}
    kept: list[Shape] = []
    for shape in link.visuals:
        role = roles[shape.material or ""]
        if shape.kind == "box":
            box = bevel_box(shape.size, BEVEL)
            patches.setdefault(role, []).append(box.moved(shape.pos, rotation(shape.quat)))
        elif shape.mesh is not None:
            data = meshes[shape.mesh]
            patches.setdefault(role, []).append(_unwrapped(data.vertex_array(), data.face_array()))
        else:
            kept.append(shape.model_copy(update={"material": role}))
    for role, parts in patches.items():
        whole = join(parts)
        name = f"{link.name}-{role}"
        meshes[name] = MeshData.from_arrays(
            np.round(whole.vertices, 6) + 0.0, whole.faces, np.round(whole.uv, 5) + 0.0
        )
        kept.append(Shape(kind="mesh", mesh=name, material=role))
    return link.model_copy(update={"visuals": tuple(kept)})


def _unwrapped(vertices: Array, faces: Index) -> Mesh:
    """A mesh with texture coordinates in metres, projected along each face's main axis.

    Doors come as fronts without backs: what is not closed gets both sides.
    """
    if not is_watertight(welded(vertices, faces)[1]):
        faces = np.concatenate([faces, faces[:, ::-1]])
    corners = vertices[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    main = np.abs(normals).argmax(axis=1)
    axes = np.array([(1, 2), (0, 2), (0, 1)])[main]
    uv = np.take_along_axis(corners, axes[:, None, :].repeat(3, axis=1), axis=2)
    index = np.array(range(len(faces) * 3), dtype=np.int64).reshape(-1, 3)
    return Mesh(corners.reshape(-1, 3), index, uv.reshape(-1, 2))
