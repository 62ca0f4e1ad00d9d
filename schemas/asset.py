"""An Asset: one thing a library offers, complete enough for any simulator or renderer.

Frames: the asset frame has z up and its origin at the bottom centre of the bounding box at
rest (all joints at zero). The front (doors, drawers, spines, labels) faces +x.
Lengths in metres, angles in radians, masses in kilograms, quaternions wxyz.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from .base import Model, Name, Quat, Synset, Vec2, Vec3, nothing
from .material import Material
from .mesh import MeshData

Positive = Annotated[float, Field(gt=0)]
SHALLOW = 0.05
"""What stands in less deep walls, such as a tray's, counts as on it, metres."""
IDENTITY: Quat = (1.0, 0.0, 0.0, 0.0)


ShapeKind = Literal["box", "cylinder", "capsule", "sphere", "ellipsoid", "mesh"]


class Shape(Model):
    """One geometric primitive or convex mesh, posed in its link's frame.

    `size` follows MuJoCo: box half extents (x, y, z); cylinder and capsule (radius, half
    length); sphere (radius); ellipsoid half axes; empty for a mesh.
    """

    kind: ShapeKind
    size: tuple[Positive, ...] = ()
    mesh: str | None = None
    material: str | None = None
    pos: Vec3 = (0.0, 0.0, 0.0)
    quat: Quat = IDENTITY

    @model_validator(mode="after")
    def _complete(self) -> Self:
        numbers = {"box": 3, "cylinder": 2, "capsule": 2, "sphere": 1, "ellipsoid": 3, "mesh": 0}
        if len(self.size) != numbers[self.kind]:
            raise ValueError(f"{self.kind} takes {numbers[self.kind]} sizes, got {self.size}")
        if (self.kind == "mesh") != (self.mesh is not None):
            raise ValueError("exactly the shapes of kind 'mesh' name a mesh")
        return self


class Inertial(Model):
    """Mass properties of a link, in its own frame."""

    mass: Positive
    com: Vec3
    """Centre of mass."""
    inertia: tuple[float, float, float, float, float, float]
    """Ixx, Iyy, Izz, Ixy, Ixz, Iyz about the centre of mass, kg m^2."""


class Joint(Model):
    """How a link moves against its parent; zero is closed, the upper limit is fully open."""

    name: Name
    kind: Literal["slide", "hinge"]
    axis: Vec3
    """In the link's frame."""
    anchor: Vec3 = (0.0, 0.0, 0.0)
    """In the link's frame."""
    limits: Vec2
    damping: float = 1.0
    friction: float = 0.5
    """Dry friction loss, N or N m."""
    open_fraction: Annotated[float, Field(gt=0, lt=1)] = 0.3
    """Open (a switch: toggled on) in BDDL's sense: past this share of the range."""
    controls: Literal["opening", "switch"] = "opening"
    """What moving it does: doors, drawers and lids open; knobs, levers and buttons switch."""


class Link(Model):
    """A rigid part. The first link is the root; each other one names an earlier parent."""

    name: Name
    parent: str | None = None
    pos: Vec3 = (0.0, 0.0, 0.0)
    """Of this link's frame in the parent's, with all joints at zero."""
    quat: Quat = IDENTITY
    joint: Joint | None = None
    """None welds the link to its parent."""
    visuals: tuple[Shape, ...] = ()
    collisions: tuple[Shape, ...] = ()
    """Convex pieces; a cavity stays open because no piece covers it."""
    inertial: Inertial


class Surface(Model):
    """A flat area that can carry things: normal +z of its link's frame."""

    name: Name
    link: Name
    pos: Vec3
    """Centre of the area, in the link's frame."""
    half_size: Vec2
    """Half extents along the link's x and y; for a disc both are the radius."""
    disc: bool = False
    clearance: Positive = 1.0
    """Free height above."""


class Cavity(Model):
    """A hollow that things can be inside of, axis-aligned in its link's frame."""

    name: Name
    link: Name
    centre: Vec3
    half_size: Vec3
    round: bool = False
    """A vertical cylinder of radius half_size[0] instead of a box."""
    opening: Literal["top", "front"]
    """Where things enter: +z or +x of the link's frame."""
    joint: str | None = None
    """The joint that must be open for things to enter, if any."""
    snug: bool = False
    """Barely wider than what belongs in it: things are inserted, not dropped."""

    @property
    def encloses(self) -> bool:
        """Whether it has a door or walls, unlike an open shelf or what has a low rim."""
        shallow = self.opening == "front" or 2 * self.half_size[2] < SHALLOW
        return self.joint is not None or not shallow


class Handle(Model):
    """Where a two-finger gripper takes hold of a part, in the link's frame."""

    name: Name
    link: Name
    joint: str | None = None
    """The joint this handle moves, if any."""
    pos: Vec3
    """Midpoint between the fingertips."""
    approach: Vec3
    """Unit vector along which the gripper advances."""
    closing: Vec3
    """Unit vector along which the fingers close."""
    width: Positive
    """Thickness between the fingers."""


class Hook(Model):
    """A straight peg on which things hang, in its link's frame."""

    name: Name
    link: Name
    root: Vec3
    """Middle of the end where it is fixed."""
    tip: Vec3
    """Middle of its free end, higher than the root."""
    radius: Positive


class Loop(Model):
    """A hole by which a thing hangs, in its link's frame."""

    name: Name
    link: Name
    centre: Vec3
    axis: Vec3
    """Unit vector through the hole."""
    up: Vec3
    """Unit vector from the centre to the side that rests on the hook."""
    half_size: Vec2
    """Half the free width across `up`, and half the free height along it."""


class Asset(Model):
    """One thing a library offers."""

    id: Name
    category: Synset
    library: Name
    source: str
    """The generator and its seed, or the file it came from."""
    licence: str
    """SPDX identifier."""
    links: Annotated[tuple[Link, ...], Field(min_length=1)]
    meshes: dict[str, MeshData] = {}
    materials: dict[str, Material] = {}
    images: dict[str, str] = Field(default={}, exclude_if=nothing)
    """PNG files as base64, by the SHA-256 of their bytes."""
    extents: Vec3
    """Of the bounding box at rest."""
    friction: Positive = 0.8
    """Sliding friction coefficient of its surfaces."""
    graspable: bool
    """A gripper of 8 cm opening can lift it."""
    fixed: bool = False
    """Furniture that does not move when pushed; it is welded to what it stands on."""
    surfaces: tuple[Surface, ...] = ()
    cavities: tuple[Cavity, ...] = ()
    handles: tuple[Handle, ...] = ()
    hooks: tuple[Hook, ...] = ()
    loops: tuple[Loop, ...] = ()
    grain: bool = False
    """So small that it is poured with others, and not handled one by one."""

    @model_validator(mode="after")
    def _references(self) -> Self:
        seen: set[str] = set()
        for index, link in enumerate(self.links):
            if (index == 0) != (link.parent is None) or (link.parent and link.parent not in seen):
                raise ValueError(f"link {link.name!r}: parent {link.parent!r} is no earlier link")
            if link.name in seen:
                raise ValueError(f"link {link.name!r} is there twice")
            seen.add(link.name)
            for shape in (*link.visuals, *link.collisions):
                if shape.mesh is not None and shape.mesh not in self.meshes:
                    raise ValueError(f"link {link.name!r}: no mesh {shape.mesh!r}")
                if shape.material is not None and shape.material not in self.materials:
                    raise ValueError(f"link {link.name!r}: no material {shape.material!r}")
        self._check_images()
        joints = {link.joint.name for link in self.links if link.joint}
        parts: tuple[Surface | Cavity | Handle | Hook | Loop, ...] = (
            *self.surfaces, *self.cavities, *self.handles, *self.hooks, *self.loops,
        )  # fmt: skip
        for part in parts:
            if part.link not in seen:
                raise ValueError(f"{part.name!r}: no link {part.link!r}")
            joint = getattr(part, "joint", None)
            if joint is not None and joint not in joints:
                raise ValueError(f"{part.name!r}: no joint {joint!r}")
        return self

    def _check_images(self) -> None:
        for name, material in self.materials.items():
            if material.picture is not None and material.picture.image not in self.images:
                raise ValueError(f"material {name!r}: no image {material.picture.image!r}")
        for digest, text in self.images.items():
            if hashlib.sha256(base64.b64decode(text)).hexdigest() != digest:
                raise ValueError(f"image {digest!r} does not have the hash in its name")

    def image_bytes(self, digest: str) -> bytes:
        """The PNG file of an image."""
        return base64.b64decode(self.images[digest])

    def content_hash(self) -> str:
        """SHA-256 of the canonical JSON; worked out once."""
        return self._digest

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A changed copy, which works out its own content hash."""
        copied = super().model_copy(update=update, deep=deep)
        vars(copied).pop("_digest", None)
        return copied

    @cached_property
    def _digest(self) -> str:
        return super().content_hash()

    @property
    def joints(self) -> tuple[Joint, ...]:
        """All joints, in the order of their links."""
        return tuple(link.joint for link in self.links if link.joint)

    @property
    def mass(self) -> float:
        """Total mass, kg."""
        return sum(link.inertial.mass for link in self.links)

    @property
    def open_surfaces(self) -> tuple[Surface, ...]:
        """Surfaces that carry things in plain view: not the floors of what has walls or a door."""
        return tuple(s for s in self.surfaces if not any(_lies_in(s, c) for c in self.cavities))

    @property
    def affordances(self) -> frozenset[str]:
        """Its affordances: graspable, support, container, openable, toggleable, ...

        Also `hook` (things hang on it), `hangable`, `socket` (things are inserted), `grain`.
        """
        controls = {joint.name: joint.controls for joint in self.joints}
        have = {
            "graspable": self.graspable,
            "support": bool(self.open_surfaces),
            "container": bool(self.cavities),
            "openable": any(controls.get(h.joint or "") == "opening" for h in self.handles),
            "toggleable": "switch" in controls.values(),
            "hook": bool(self.hooks),
            "hangable": bool(self.loops) and self.graspable,
            "socket": any(cavity.snug for cavity in self.cavities),
            "grain": self.grain,
        }
        return frozenset(name for name, present in have.items() if present)

    def link(self, name: str) -> Link:
        """The link of that name.

        Raises:
            KeyError: where there is none.
        """
        for link in self.links:
            if link.name == name:
                return link
        raise KeyError(f"{self.id} has no link {name!r}; it has {[x.name for x in self.links]}")


def _lies_in(surface: Surface, cavity: Cavity) -> bool:
    if cavity.link != surface.link or not cavity.encloses:
        return False
    parts = zip(surface.pos, cavity.centre, cavity.half_size, strict=True)
    return all(abs(place - middle) <= half + 0.01 for place, middle, half in parts)
