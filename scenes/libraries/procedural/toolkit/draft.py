"""A draft collects the parts of an asset; `build` centres, weighs and freezes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .....schemas import (
    Asset,
    Cavity,
    Handle,
    Hook,
    Inertial,
    Joint,
    Link,
    Loop,
    Material,
    MeshData,
    Shape,
    Surface,
)
from .....schemas.base import Quat, Vec3
from .geometry import Array, Mesh, bevel_box, integrals, join

Point = Sequence[float] | Array
DIGITS = 6
"""All lengths are rounded to micrometres: the same bytes on every machine."""


def vec3(values: Point) -> Vec3:
    """A rounded triple of floats without negative zeros."""
    x, y, z = (float(np.round(v, DIGITS)) + 0.0 for v in values)
    return x, y, z


@dataclass
class LinkDraft:
    """One link: visual patches by material, collision pieces, and running mass integrals."""

    name: str
    parent: str | None = None
    pos: Vec3 = (0.0, 0.0, 0.0)
    joint: Joint | None = None
    patches: dict[str, list[Mesh]] = field(default_factory=dict[str, list[Mesh]])
    collisions: list[Shape] = field(default_factory=list[Shape])
    mass: float = 0.0
    first: Array = field(default_factory=lambda: np.zeros(3))
    second: Array = field(default_factory=lambda: np.zeros((3, 3)))

    def show(self, mesh: Mesh, material: str, density: float, pos: Point = (0, 0, 0)) -> None:
        """Add a visual patch whose enclosed volume weighs `density` kg/m^3."""
        moved = mesh.moved(pos)
        self.patches.setdefault(material, []).append(moved)
        volume, first, second = integrals(moved)
        self.mass += density * volume
        self.first = self.first + density * first
        self.second = self.second + density * second

    def collide(
        self, kind: str, size: Point, pos: Point = (0, 0, 0), quat: Quat = (1, 0, 0, 0)
    ) -> None:
        """Add a primitive collision piece; sizes as in `Shape`."""
        w, x, y, z = (float(np.round(v, 8)) + 0.0 for v in quat)
        self.collisions.append(
            Shape.model_validate(
                {
                    "kind": kind,
                    "size": tuple(float(np.round(s, DIGITS)) for s in size),
                    "pos": vec3(pos),
                    "quat": (w, x, y, z),
                }
            )
        )

    def box(
        self,
        half: Point,
        pos: Point,
        material: str,
        density: float,
        *,
        bevel: float = 0.002,
        solid: bool = True,
    ) -> None:
        """Add a box that is seen and, where `solid`, touched."""
        self.show(bevel_box(half, bevel), material, density, pos)
        if solid:
            self.collide("box", half, pos)

    def inertial(self) -> Inertial:
        """Mass properties from the patches; they must enclose a positive volume."""
        com = self.first / self.mass
        spread = self.second - self.mass * np.outer(com, com)
        inertia = np.trace(spread) * np.eye(3) - spread
        entries = [inertia[i, j] for i, j in ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))]
        ixx, iyy, izz, ixy, ixz, iyz = (float(f"{v:.6g}") + 0.0 for v in np.round(entries, 12))
        return Inertial(
            mass=float(np.round(self.mass, DIGITS)),
            com=vec3(com),
            inertia=(ixx, iyy, izz, ixy, ixz, iyz),
        )

    def shift(self, offset: Array) -> None:
        """Move everything on this link."""
        self.patches = {
            name: [patch.moved(offset) for patch in patches]
            for name, patches in self.patches.items()
        }
        self.collisions = [
            shape.model_copy(update={"pos": vec3(np.array(shape.pos) + offset)})
            for shape in self.collisions
        ]
        moment = np.outer(self.first, offset)
        self.second = self.second + moment + moment.T + self.mass * np.outer(offset, offset)
        self.first = self.first + self.mass * offset


class Draft:
    """Collects links, materials and affordances in any convenient root frame."""

    def __init__(self, asset_id: str, category: str) -> None:
        """Start an asset with no links."""
        self.id = asset_id
        self.category = category
        self.links: list[LinkDraft] = []
        self.materials: dict[str, Material] = {}
        self.surfaces: list[Surface] = []
        self.cavities: list[Cavity] = []
        self.handles: list[Handle] = []
        self.hooks: list[Hook] = []
        self.loops: list[Loop] = []

    def link(
        self,
        name: str = "body",
        parent: str | None = None,
        pos: Point = (0, 0, 0),
        joint: Joint | None = None,
    ) -> LinkDraft:
        """Add a link; the first is the root."""
        self.links.append(LinkDraft(name, parent, vec3(pos), joint))
        return self.links[-1]

    def surface(
        self, name: str, link: str, pos: Point, half: tuple[float, float], *,
        disc: bool = False, clearance: float = 1.0,
    ) -> None:  # fmt: skip
        """Add a level area that can carry things."""
        x, y, _ = vec3((*half, 0.0))
        self.surfaces.append(
            Surface(
                name=name, link=link, pos=vec3(pos), half_size=(x, y), disc=disc,
                clearance=float(np.round(clearance, DIGITS)),
            )
        )  # fmt: skip

    def cavity(
        self, name: str, link: str, low: Point, high: Point, *,
        opening: str = "top", round_: bool = False, joint: str | None = None, snug: bool = False,
    ) -> None:  # fmt: skip
        """Add the hollow between two opposite corners, (3,) each."""
        low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
        self.cavities.append(
            Cavity.model_validate(
                {
                    "name": name, "link": link, "centre": vec3((low + high) / 2),
                    "half_size": vec3((high - low) / 2), "round": round_,
                    "opening": opening, "joint": joint, "snug": snug,
                }
            )
        )  # fmt: skip

    def handle(
        self, name: str, link: str, pos: Point, approach: Point, closing: Point, width: float,
        joint: str | None = None,
    ) -> None:  # fmt: skip
        """Add a place for two fingers, in the link's frame."""
        self.handles.append(
            Handle(
                name=name, link=link, joint=joint, pos=vec3(pos), approach=vec3(approach),
                closing=vec3(closing), width=float(np.round(width, DIGITS)),
            )
        )  # fmt: skip

    def hook(self, name: str, link: str, root: Point, tip: Point, radius: float) -> None:
        """Add a peg on which things hang, in the link's frame."""
        thick = float(np.round(radius, DIGITS))
        self.hooks.append(Hook(name=name, link=link, root=vec3(root), tip=vec3(tip), radius=thick))

    def loop(
        self, name: str, link: str, centre: Point, axis: Point, up: Point,
        half: tuple[float, float],
    ) -> None:  # fmt: skip
        """Add a hole by which it hangs, in the link's frame."""
        x, y, _ = vec3((*half, 0.0))
        self.loops.append(
            Loop(
                name=name, link=link, centre=vec3(centre), axis=vec3(axis), up=vec3(up),
                half_size=(x, y),
            )
        )  # fmt: skip

    def build(
        self, *, graspable: bool, fixed: bool = False, friction: float = 0.8, grain: bool = False
    ) -> Asset:
        """Move the origin to the bottom centre of the box at rest, and freeze."""
        extents = self._centre()
        root = self.links[0].name
        used = {name for link in self.links for name in link.patches}
        return Asset(
            id=self.id,
            category=self.category,
            library="procedural",
            source=f"cousins.scenes.procedural, instance {self.id}",
            licence="Apache-2.0",
            links=tuple(self._freeze(link, link.name == root) for link in self.links),
            meshes={
                f"{link.name}-{material}": _pack(join(patches))
                for link in self.links
                for material, patches in link.patches.items()
            },
            materials={name: self.materials[name] for name in self.materials if name in used},
            extents=extents,
            friction=friction,
            graspable=graspable,
            fixed=fixed,
            surfaces=tuple(self.surfaces),
            cavities=tuple(self.cavities),
            handles=tuple(self.handles),
            hooks=tuple(self.hooks),
            loops=tuple(self.loops),
            grain=grain,
        )

    def _centre(self) -> Vec3:
        """Shift the root's contents; returns the extents."""
        where: dict[str, Array] = {}
        points: list[Array] = []
        for link in self.links:
            base = where[link.parent] if link.parent else np.zeros(3)
            where[link.name] = base + np.array(link.pos)
            for patches in link.patches.values():
                points += [patch.vertices + where[link.name] for patch in patches]
        cloud = np.concatenate(points)
        low, high = cloud.min(axis=0), cloud.max(axis=0)
        offset = -np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
        root = self.links[0]
        root.shift(offset)
        for link in self.links[1:]:
            if link.parent == root.name:
                link.pos = vec3(np.array(link.pos) + offset)

        def moved(part: Surface | Cavity | Handle | Hook | Loop, *keys: str) -> dict[str, Vec3]:
            return {key: vec3(np.array(getattr(part, key)) + offset) for key in keys}

        name = root.name
        self.surfaces = [
            s.model_copy(update=moved(s, "pos")) if s.link == name else s for s in self.surfaces
        ]
        self.cavities = [
            c.model_copy(update=moved(c, "centre")) if c.link == name else c for c in self.cavities
        ]
        self.handles = [
            h.model_copy(update=moved(h, "pos")) if h.link == name else h for h in self.handles
        ]
        self.hooks = [
            h.model_copy(update=moved(h, "root", "tip")) if h.link == name else h
            for h in self.hooks
        ]
        self.loops = [
            x.model_copy(update=moved(x, "centre")) if x.link == name else x for x in self.loops
        ]
        return vec3(high - low)

    def _freeze(self, link: LinkDraft, root: bool) -> Link:
        return Link(
            name=link.name,
            parent=link.parent,
            pos=(0.0, 0.0, 0.0) if root else link.pos,
            joint=link.joint,
            visuals=tuple(
                Shape(kind="mesh", mesh=f"{link.name}-{material}", material=material)
                for material in link.patches
            ),
            collisions=tuple(link.collisions),
            inertial=link.inertial(),
        )


def _pack(mesh: Mesh) -> MeshData:
    return MeshData.from_arrays(
        np.round(mesh.vertices, DIGITS) + 0.0, mesh.faces, np.round(mesh.uv, 5) + 0.0
    )
