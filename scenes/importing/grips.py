"""Finds handles: bars and knobs on moving links that two fingers can take hold of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...schemas import Handle, Joint
from ..core.franka import FRANKA
from ..core.geometry import vec3
from .columns import Grid, grid_over, look, top
from .images import Mask, regions, without_ridges, without_slits
from .parts import AssetMeshes
from .solids import Array, Index

SPARE = 0.008
"""By how much the fingers open wider than the widest handle, metres."""
MAX_WIDTH = FRANKA.span(SPARE)
"""Greatest thickness of a handle, metres."""
FINGER = 0.014
"""A gap narrower than this takes no finger, metres."""
REACH = 0.018
"""How far fingers reach over a handle from in front, metres."""
MIN_LENGTH = 0.012
"""Least extent of a handle along the fingers' breadth, metres."""
GRASP_DEPTH = 0.012
"""Fingertips go at most this far behind the front of a thick handle, metres."""
FINEST, CELLS = 0.002, 240
FINE = 0.0005
FACING = 0.6
"""Worth of an approach from the front (to -x), where robots stand, against"""
PULLING = 0.5
"""one against the motion of the link, and"""
LEVER = 1.0
"""a place far from the hinge."""
_VIEWS = tuple(
    np.array([closing, np.cross(out, closing), out], dtype=np.float64)
    for out, closings in (
        ((1, 0, 0), ((0, 1, 0), (0, 0, 1))),
        ((0, 0, 1), ((1, 0, 0), (0, 1, 0))),
        ((0, 1, 0), ((1, 0, 0), (0, 0, 1))),
        ((0, -1, 0), ((1, 0, 0), (0, 0, 1))),
    )
    for closing in closings
)
"""Rows of each: closing direction, breadth of the fingers, and out towards the hand."""


@dataclass(frozen=True)
class _Grip:
    """A handle in the asset's frame, with its worth."""

    pos: Array
    view: Array
    width: float
    worth: float


def handles_of(parts: AssetMeshes) -> tuple[Handle, ...]:
    """The best handle of each link with a joint, where it has any, in the link's frame.

    The asset at rest is looked at from the front, from above and from both sides. What stands
    out by a finger's reach on both sides of a strip no wider than the gripper's opening (a
    white top-hat of the depth map, whose slits no finger enters are closed first) is a bar or
    a knob. The best is far from the hinge, seen from the front, and pulled against its motion.
    """
    found: list[Handle] = []
    for number, link in enumerate(parts.asset.links):
        if link.joint is None:
            continue
        group = np.array(
            [other for other in range(len(parts.asset.links)) if parts.mover(other) == number]
        )
        grips = [grip for view in _VIEWS for grip in _grips(parts, number, group, view, link.joint)]
        if not grips:
            continue
        best = max(grips, key=lambda grip: grip.worth)
        pose = parts.poses[number]
        turned: Array = best.view @ pose[:3, :3]
        found.append(
            Handle(
                name=f"{link.name}_handle",
                link=link.name,
                joint=link.joint.name,
                pos=vec3(np.round((best.pos - pose[:3, 3]) @ pose[:3, :3], 4)),
                approach=vec3(0.0 - turned[2].round(6)),
                closing=vec3(turned[0].round(6) + 0.0),
                width=round(best.width, 4),
            )
        )
    return tuple(found)


def _grips(
    parts: AssetMeshes, number: int, group: Index, view: Array, joint: Joint
) -> Iterator[_Grip]:
    """Bars and knobs of a group of links, seen from one side."""
    seen = parts.triangles @ view.T
    own = np.isin(parts.owner, group)
    grid = grid_over(seen[own].reshape(-1, 3), FINEST, CELLS, margin=MAX_WIDTH)
    depth, mine = _front(seen, parts.owner, own, group, grid)
    closed = without_slits(depth, _cells(FINGER, grid), 1)
    hat = closed - without_ridges(closed, _cells(MAX_WIDTH + FINGER, grid), 1)
    for region in regions((hat >= REACH) & mine, diagonal=True):
        across = np.flatnonzero(region.any(axis=0))
        breadth = float(across[-1] - across[0] + 1) * grid.cell
        if breadth < MIN_LENGTH:
            continue
        spot = _middle(seen, parts.owner, group, grid, region)
        if spot is None:
            continue
        local, width = spot
        if width <= MAX_WIDTH:
            pos = local @ view
            yield _Grip(pos, view, width, _worth(parts, number, joint, pos, view))


def _cells(length: float, grid: Grid) -> int:
    """An odd number of cells of at least this length."""
    return 2 * int(np.ceil(length / grid.cell / 2)) + 1


def _front(seen: Array, owner: Index, own: Mask, group: Index, grid: Grid) -> tuple[Array, Mask]:
    """Depth map of what is nearest the hand, and where that is of the group."""
    a, b, c = seen[:, 0], seen[:, 1], seen[:, 2]
    facing = np.cross(b - a, c - a)[:, 2] > 0
    hits = look(seen[facing], owner[facing], grid)
    far = float(seen[..., 2].min()) - 2 * REACH
    depth = top(hits, grid, far)
    mine = top(hits.kept(np.isin(hits.owner, group)), grid, far)
    return depth, (mine >= depth) & (mine > far)


def _middle(
    seen: Array, owner: Index, group: Index, grid: Grid, mask: Mask
) -> tuple[Array, float] | None:
    """Midpoint between the fingertips, (3,) in the view, and thickness between the fingers."""
    cells = np.argwhere(mask)
    centre = (cells[:, 1].min() + cells[:, 1].max()) / 2
    rows = cells[np.abs(cells[:, 1] - centre) <= max(2.0, 0.004 / grid.cell)]
    if not len(rows):
        return None
    low, high = grid.centre(rows.min(axis=0)), grid.centre(rows.max(axis=0))
    beside = np.array([grid.cell * 2, 0.0])
    low, high = low - beside, high + beside
    shape = np.ceil((high - low) / FINE).astype(int) + 1
    fine = Grid(low - FINE / 2, FINE, (int(shape[0]), min(int(shape[1]), 24)))
    hits = look(seen, owner, fine)
    hits = hits.kept(np.isin(hits.owner, group))
    if not len(hits.z):
        return None
    surface = top(hits, fine, -np.inf)
    front = float(np.percentile(surface[np.isfinite(surface)], 90))
    raised = (surface > front - REACH).mean(axis=1) > 0.5
    across = np.flatnonzero(raised)
    if not len(across):
        return None
    u = [float(fine.centre([index, 0])[0]) for index in (across[0], across[-1])]
    v = float((grid.centre([0, cells[:, 1].min()])[1] + grid.centre([0, cells[:, 1].max()])[1]) / 2)
    thick = _thickness(hits.z, hits.level, hits.cell, front)
    deep = thick / 2 if thick <= 2 * GRASP_DEPTH + 0.01 else GRASP_DEPTH
    return np.array([sum(u) / 2, v, front - deep]), u[1] - u[0] + FINE


def _thickness(z: Array, level: Array, cell: Index, front: float) -> float:
    """Median depth of the first layer behind the front, metres."""
    last = np.append(cell[1:] != cell[:-1], True)
    entries = np.flatnonzero(last & (z > front - 0.01))
    exits: list[float] = []
    for entry in entries[:: max(1, len(entries) // 200)]:
        before = entry - 1
        while before >= 0 and cell[before] == cell[entry] and level[before] > 0:
            before -= 1
        if before >= 0 and cell[before] == cell[entry]:
            exits.append(float(z[entry] - z[before]))
    return float(np.median(exits)) if exits else 2 * GRASP_DEPTH


def _worth(parts: AssetMeshes, number: int, joint: Joint, pos: Array, view: Array) -> float:
    pose = parts.poses[number]
    axis = pose[:3, :3] @ np.array(joint.axis)
    axis = axis / np.linalg.norm(axis)
    sign = 1.0 if abs(joint.limits[1]) >= abs(joint.limits[0]) else -1.0
    lever, motion = 1.0, sign * axis
    if joint.kind == "hinge":
        arm = pos - (pose[:3, :3] @ np.array(joint.anchor) + pose[:3, 3])
        arm = arm - axis * float(arm @ axis)
        reach = float(np.linalg.norm(arm))
        lever = min(1.0, reach / (0.5 * max(parts.asset.extents)))
        motion = sign * np.cross(axis, arm) / max(reach, 1e-6)
    facing = FACING if view[2, 0] > 0.5 else 0.0
    return LEVER * lever + PULLING * float(view[2] @ motion) + facing
