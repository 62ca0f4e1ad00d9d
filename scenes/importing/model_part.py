"""The rigid parts of a model, and what makes them one thing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...schemas import AssetError
from ...schemas.asset import ShapeKind
from ..core.geometry import Array
from .model_joints import RawJoint
from .model_meshes import TriangleMesh
from .paints import Paint


@dataclass(frozen=True)
class WeldedGeom:
    """One geom.

    Attributes:
        kind: its shape.
        size: as in `Shape`, metres.
        mesh: its triangles in its own frame, for a mesh.
        pose: (4, 4) in the model's frame.
        name: of the geom.
        material: name of its material, or empty.
        rgba: its colour, which a texture multiplies.
        roughness: in [0, 1].
        metallic: in [0, 1].
        paint: its texture, or None.
        mass: kg, where the file gives it.
        repeat: what texture coordinates are multiplied by, along u and v.
    """

    kind: ShapeKind
    size: tuple[float, ...]
    mesh: TriangleMesh | None
    pose: Array
    name: str
    material: str
    rgba: tuple[float, float, float, float]
    roughness: float
    metallic: float
    paint: Paint | None
    mass: float | None
    repeat: tuple[float, float] = (1.0, 1.0)


@dataclass(frozen=True)
class Weight:
    """Mass properties that a file gives a body, in the model's frame."""

    mass: float
    com: Array
    inertia: Array
    """(3, 3) about the centre of mass."""
    sound: bool = True
    """Whether the file's inertia can be that of a rigid body."""


@dataclass(frozen=True)
class WeldedPart:
    """Bodies that are welded to each other.

    Attributes:
        name: of the first of them.
        parent: index of the part it moves against; None for the first part.
        joint: how it moves, or None for the first part.
        seen: what is drawn.
        touched: what is felt.
        weights: given mass properties, in the order of the bodies.
    """

    name: str
    parent: int | None
    joint: RawJoint | None
    seen: tuple[WeldedGeom, ...] = ()
    touched: tuple[WeldedGeom, ...] = ()
    weights: tuple[Weight, ...] = ()


def rooted(drafts: list[WeldedPart]) -> list[WeldedPart]:
    """The same with a root that has geometry: what moves against nothing is the root.

    Raises:
        AssetError: where several bodies move freely.
    """
    parts = drafts
    while not (parts[0].seen or parts[0].touched):
        below = [index for index, part in enumerate(parts) if part.parent == 0]
        if len(below) != 1:
            what = f"{len(below)} bodies that are not joined" if below else "no geometry"
            raise AssetError(f"the model has {what}: it must be one thing")
        only = below[0]
        order = [only, *(i for i in range(1, len(parts)) if i != only)]
        place = {old: new for new, old in enumerate(order)} | {0: 0}
        moved = [replace(parts[only], parent=None, joint=None)]
        for old in order[1:]:
            parent = parts[old].parent
            moved.append(replace(parts[old], parent=0 if parent is None else place[parent]))
        parts = moved
    loose = [part.name for part in parts[1:] if part.joint is None]
    if loose:
        raise AssetError(f"body {loose[0]!r} moves freely beside the rest: it must be one thing")
    return parts


def pruned(parts: list[WeldedPart]) -> list[WeldedPart]:
    """Without the parts that have no geometry.

    Raises:
        AssetError: where other parts hang on such a part, or a body has several joints.
    """
    kept: list[WeldedPart] = []
    place: dict[int, int] = {}
    for index, part in enumerate(parts):
        if part.joint is not None and part.joint.count > 1:
            raise AssetError(f"body {part.name!r} has {part.joint.count} joints; allowed: one")
        if not (part.seen or part.touched):
            continue
        parent = part.parent
        if parent is not None and parent not in place:
            raise AssetError(f"body {parts[parent].name!r} has a joint and no geometry")
        place[index] = len(kept)
        kept.append(replace(part, parent=None if parent is None else place[parent]))
    return kept
