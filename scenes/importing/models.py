"""From an MJCF or URDF file to an asset: parts, joints, shapes, masses, affordances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from ...schemas import Asset, Joint, Link
from ..core.asset_geometry import seen_points
from ..core.geometry import Array, vec3
from .affordances import with_affordances
from .meshes import Axis, axes_of
from .model_files import ModelText
from .model_joints import controls_of, joint_of
from .model_links import Shapes, shapes_of
from .model_masses import inertials, matter_of
from .model_part import WeldedPart
from .model_parts import read_parts
from .model_placing import moved, part_bounds, scale_to_kind, seen_bounds
from .model_text import read_model
from .model_travel import with_free_travel
from .refusing import as_asset
from .scale import check_scale
from .weight import likely_mass

FORMAT = 3
"""Raised when the same file may give another asset."""
LARGE = 0.6
"""A thing larger than this, in metres, or with a door or drawer, stays where it is put."""


@dataclass(frozen=True)
class ModelImport:
    """How to read a model file; see `asset_from_model`."""

    asset_id: str
    category: str
    library: str
    licence: str
    source: str
    scale: float = 1.0
    up: Axis = "z"
    front: Axis = "x"
    fixed: bool | None = None
    masses: Literal["file", "category"] = "file"
    fit: bool = False
    """Bring a thing that is larger or smaller than any of its kind to their size."""
    reverse: tuple[str, ...] = ()
    """Joints that are closed at the end of their range that is farther from zero."""
    density: float | None = None
    """kg/m^3 of parts that the file gives no mass; None follows from the category."""
    notes_file: str = "its YAML file"
    """Where messages say to set something."""


def asset_from_model(
    path: Path,
    *,
    asset_id: str,
    category: str,
    library: str,
    licence: str,
    source: str,
    scale: float = 1.0,
    up: Axis = "z",
    front: Axis = "x",
    fixed: bool | None = None,
    masses: Literal["file", "category"] = "file",
) -> Asset:
    """Read a MJCF or URDF file as an asset.

    Bodies that are welded to each other become one link. A joint is closed at zero, or at the
    end of its range nearest to zero, and open at the other end: positions count from there.
    Geoms that collide become convex pieces, the others are only seen. Masses and inertias of
    the file are kept where they can be true; else mass follows from the category and the
    volumes of the pieces.

    Args:
        path: of the file, which ends in .xml, .mjcf or .urdf.
        asset_id: id of the asset.
        category: its BDDL synset.
        library: name of the library that offers it.
        licence: SPDX identifier.
        source: where it comes from.
        scale: metres per unit of the file.
        up: the file's axis that points up.
        front: the file's axis that doors, drawers and labels face.
        fixed: welded to what it stands on; None means where it is large or opens.
        masses: whether the file's masses are used at all, or those of the category.

    Raises:
        AssetError: where the file or the thing in it cannot be used; the message says why.
    """
    how = ModelImport(asset_id, category, library, licence, source, scale, up, front, fixed, masses)
    return asset_from_text(read_model(path), how)


def asset_from_text(text: ModelText, how: ModelImport) -> Asset:
    """The same for the text of a model.

    Raises:
        AssetError: as `asset_from_model` does.
    """
    with as_asset():
        return _asset_from_text(text, how)


def _asset_from_text(text: ModelText, how: ModelImport) -> Asset:
    parts = placed_parts(text, how)
    if how.fit:
        factor = scale_to_kind(how.category, np.ptp(seen_bounds(parts), axis=0))
        parts = [moved(part, np.eye(3), factor, np.zeros(3)) for part in parts]
    names = _names(parts)
    origins = [np.zeros(3) if p.joint is None else np.round(p.joint.anchor, 6) for p in parts]
    shapes = shapes_of(parts, names, origins)
    bounds = np.array([part_bounds(part) for part in parts])
    extents = np.ptp(seen_bounds(parts), axis=0)
    check_scale(how.category, extents, how.notes_file)
    matters = [matter_of(pieces, shapes.meshes) for pieces in shapes.touched]
    volume = sum(matter.volume for matter in matters)
    typical = how.density * volume if how.density else likely_mass(how.category, extents, volume)
    weights = inertials(
        parts, matters, origins, bounds[:, 1] - bounds[:, 0],
        typical,
        how.masses == "file",
    )  # fmt: skip
    links: list[Link] = []
    for number, part in enumerate(parts):
        parent = part.parent
        above = np.zeros(3) if parent is None else origins[parent]
        links.append(
            Link(
                name=names[number],
                parent=None if parent is None else names[parent],
                pos=vec3(np.round(origins[number] - above, 6) + 0.0),
                joint=_joint(part, names[number], bounds[number], extents, how.category),
                visuals=shapes.seen[number],
                collisions=shapes.touched[number],
                inertial=weights[number],
            )
        )
    return with_affordances(with_free_travel(_asset(links, shapes, how, extents)))


def placed_parts(text: ModelText, how: ModelImport) -> list[WeldedPart]:
    """The parts of a model in the asset's frame: metres, upright, bottom centre at the origin.

    Raises:
        AssetError: where MuJoCo refuses the model, or it is not one thing.
    """
    turn = axes_of("", how.up, how.front)
    parts = [moved(part, turn, how.scale, np.zeros(3)) for part in read_parts(text, how.reverse)]
    if not any(part.seen for part in parts):
        parts = [replace(part, seen=part.touched) for part in parts]
    low, high = seen_bounds(parts)
    offset = -np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    return [moved(part, np.eye(3), 1.0, offset) for part in parts]


def _names(parts: Sequence[WeldedPart]) -> list[str]:
    """Allowed names, each once; joints bear the names of their links."""
    names = ["body"]
    for part in parts[1:]:
        own = part.joint.name if part.joint is not None else part.name
        words = "".join(c if c.isalnum() and c.isascii() else "_" for c in own).strip("_")
        base = (words if words[:1].isalpha() else f"part_{words}")[:56]
        name, number = base, 1
        while name in names:
            number += 1
            name = f"{base}_{number}"
        names.append(name)
    return names


def _joint(
    part: WeldedPart, name: str, bounds: Array, extents: Array, category: str
) -> Joint | None:
    if part.joint is None:
        return None
    words = (part.joint.name, part.name, category.split(".")[0])
    size = float(np.ptp(bounds, axis=0).max())
    controls = controls_of(words, size, float(extents.max()))
    return joint_of(part.joint, name, controls)


def _asset(links: list[Link], shapes: Shapes, how: ModelImport, extents: Array) -> Asset:
    fixed = how.fixed
    if fixed is None:
        fixed = len(links) > 1 or float(extents.max()) > LARGE
    asset = Asset(
        id=how.asset_id,
        category=how.category,
        library=how.library,
        source=how.source,
        licence=how.licence,
        links=tuple(links),
        meshes=shapes.meshes,
        materials=shapes.materials,
        images=shapes.images,
        extents=vec3(np.round(extents, 6)),
        graspable=False,
        fixed=fixed,
    )
    shown: Array = np.ptp(seen_points(asset), axis=0)  # reduction may have shaved off a little
    return asset.model_copy(update={"extents": vec3(np.round(shown, 6))})
