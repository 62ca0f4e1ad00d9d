"""Scores of the observation benchmark: each object against its truth, and the relations."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ...scenes.assets.library import AssetLibrary
from ...scenes.core.geometry import Array, rotation
from ...scenes.model.mujoco_model import compile_model
from ...scenes.observation.boxes import UprightBox, overlap_share
from ...scenes.observation.fitting import Fitted
from ...scenes.observation.observe import Observed
from ...scenes.observation.relating import relations
from ...scenes.observation.surfaces import symmetry, triangles
from ...tasks.physics.predicates import facts
from ._observe_scenes import Shot

BINS = (("visible_90", 0.9, 1.01), ("visible_50_90", 0.5, 0.9), ("visible_0_50", 0.0, 0.5))
"""Names of the shares of an object that are seen, and their bounds."""
PREDICATES = {"ontop": "on", "inside": "inside", "nextto": "next_to"}
STRIDE = 2
"""Pixels between the rays that measure how much of an object would be seen alone."""


@dataclass(frozen=True)
class ObjectScore:
    """One object; what could not be measured is None.

    Attributes:
        visible: share of it that is seen.
        category: whether it was found as what it is.
        centre: distance between the middles of its boxes, metres.
        yaw: error modulo its symmetry, radians; None also where it is round.
        overlap: of its boxes.
        round: no yaw can be told.
        asset: whether the very asset was retrieved.
    """

    visible: float
    category: bool
    centre: float | None
    yaw: float | None
    overlap: float | None
    round: bool
    asset: bool


@dataclass(frozen=True)
class SceneScore:
    """One scene.

    Attributes:
        rows: its objects that are in view.
        found: true relations that were observed, of `true` in all.
        stated: relations that were observed.
    """

    rows: tuple[ObjectScore, ...]
    found: int
    true: int
    stated: int


def scores(shot: Shot, observed: Observed | None, library: AssetLibrary) -> SceneScore:
    """Compare an observation with the truth; None counts as nothing found."""
    fitted = {thing.segment.name: thing for thing in observed.objects} if observed else {}
    support = shot.scene.support
    height = _height(shot)
    rows = [
        _row(shot, name, fitted.get(name), height, library)
        for name in (thing.name for thing in shot.scene.objects)
        if name != support and (shot.view.masks == shot.ids[name]).any()
    ]
    truth = _true_relations(shot)
    told = relations(observed.objects, support) if observed else frozenset[tuple[str, str, str]]()
    return SceneScore(tuple(rows), len(truth & told), len(truth), len(told))


def summary(found: Sequence[SceneScore]) -> dict[str, Any]:
    """The figures of several scenes."""
    rows = [row for score in found for row in score.rows]
    true = sum(score.true for score in found)
    stated = sum(score.stated for score in found)
    hits = sum(score.found for score in found)
    bins = {
        name: _figures([row for row in rows if low <= row.visible < high])
        for name, low, high in BINS
    }
    return {
        "scenes": len(found),
        **_figures(rows),
        "relation_recall": round(hits / true, 4) if true else None,
        "relation_precision": round(hits / stated, 4) if stated else None,
        "relations": true,
        "by_occlusion": bins,
    }


def _figures(rows: Sequence[ObjectScore]) -> dict[str, Any]:
    def middle(values: Sequence[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return round(float(np.median(known)), 4) if known else None

    centres = [row.centre for row in rows if row.centre is not None]
    overlaps = [row.overlap for row in rows if row.overlap is not None]
    return {
        "objects": len(rows),
        "measured": len(centres),
        "category_match": _share([row.category for row in rows]),
        "asset_match": _share([row.asset for row in rows]),
        "centre_error_m_median": middle(centres),
        "centre_error_m_p90": _ninth(centres),
        "yaw_error_rad_median": middle([row.yaw for row in rows]),
        "yaw_error_rad_p90": _ninth([row.yaw for row in rows if row.yaw is not None]),
        "round": sum(row.round for row in rows),
        "box_iou_median": middle(overlaps),
        "box_iou_p10": round(float(np.percentile(overlaps, 10)), 4) if overlaps else None,
    }


def _share(found: Sequence[bool]) -> float | None:
    return round(float(np.mean(found)), 4) if found else None


def _ninth(values: Sequence[float]) -> float | None:
    return round(float(np.percentile(values, 90)), 4) if values else None


def _row(
    shot: Shot, name: str, thing: Fitted | None, height: float, library: AssetLibrary
) -> ObjectScore:
    asset = shot.asset_of(name)
    visible = visible_share(shot, name)
    turns = symmetry(library, asset.id)
    if thing is None:
        return ObjectScore(visible, False, None, None, None, turns == 0, False)
    truth = true_box(shot, name, height)
    span = 2 * np.pi / turns if turns else np.inf
    # Only what cannot be told apart by looking is forgiven: turns that change nothing.
    apart = thing.box.yaw - truth.yaw
    yaw = float((apart + span / 2) % span - span / 2) if turns else 0.0
    like = replace(thing.box, yaw=truth.yaw + yaw)
    return ObjectScore(
        visible=visible,
        category=thing.body.asset.category == asset.category,
        centre=float(np.linalg.norm(thing.box.centre - truth.centre)),
        yaw=abs(yaw) if turns else None,
        overlap=overlap_share(like, truth),
        round=turns == 0,
        asset=thing.asset_id == asset.id,
    )


def _height(shot: Shot) -> float:
    """Of the support's surface above the floor, metres."""
    return max(surface.pos[2] for surface in shot.asset_of(shot.scene.support).surfaces)


def true_box(shot: Shot, name: str, height: float) -> UprightBox:
    """The box of an object at rest (doors and drawers closed), z from the support's surface.

    Things that settled a little askew get the upright box about the same middle.
    """
    thing, asset = shot.scene.object(name), shot.asset_of(name)
    turn = rotation(thing.quat)
    middle = np.array(thing.pos) + turn[:, 2] * asset.extents[2] / 2 - [0.0, 0.0, height]
    yaw = float(np.arctan2(turn[1, 0], turn[0, 0]))
    return UprightBox(middle, np.array(asset.extents), yaw)


def visible_share(shot: Shot, name: str) -> float:
    """Pixels of an object over those it would have if nothing stood before it."""
    view = shot.view
    corners, faces = _mesh(shot, name)
    pose = view.world_from_camera
    if pose is None:
        return 1.0
    local = (corners - pose[:3, 3]) @ pose[:3, :3]
    (fx, fy), (cx, cy) = view.focal, view.centre
    u, v = fx * local[:, 0] / local[:, 2] + cx, fy * local[:, 1] / local[:, 2] + cy
    columns = np.arange(math.floor(u.min()), math.ceil(u.max()) + 1, STRIDE) + 0.5
    rows = np.arange(math.floor(v.min()), math.ceil(v.max()) + 1, STRIDE) + 0.5
    grid = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
    rays = np.column_stack([(grid - [cx, cy]) / [fx, fy], np.ones(len(grid))])
    alone = int(_hits(local, faces, rays).sum()) * STRIDE**2
    seen = int((view.masks == shot.ids[name]).sum())
    return min(1.0, seen / max(alone, 1))


def _hits(vertices: Array, faces: npt.NDArray[np.intp], rays: Array) -> npt.NDArray[np.bool_]:
    """Which rays (N, 3) from the origin hit a mesh."""
    import trimesh

    mesh = trimesh.Trimesh(vertices, faces, process=False)
    hits: npt.NDArray[np.bool_] = mesh.ray.intersects_any(np.zeros_like(rays), rays)
    return hits


def _mesh(shot: Shot, name: str) -> tuple[Array, npt.NDArray[np.intp]]:
    """Triangles of an object as it stands: vertices (3 M, 3) in the world, faces (M, 3)."""
    thing, asset = shot.scene.object(name), shot.asset_of(name)
    corners = triangles(asset, thing.joints).reshape(-1, 3)
    world = corners @ rotation(thing.quat).T + np.array(thing.pos)
    return world, np.arange(len(world)).reshape(-1, 3)


def _true_relations(shot: Shot) -> frozenset[tuple[str, str, str]]:
    """On, inside and next to, as BDDL's predicates tell them of the settled scene."""
    compiled = compile_model(shot.scene, shot.assets, "physics")
    found: set[tuple[str, str, str]] = set()
    for literal in facts(compiled, compiled.new_data()):
        predicate, *names = literal.split()
        if predicate in PREDICATES:
            found.add((PREDICATES[predicate], names[0], names[1]))
    return frozenset(found)
