"""Refrigerators: thick-walled, shelved, with one to four hinged doors and racks in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.fittings import FOAM, GAP, Shell, block, dress, slab
from .cabinets import Bar, hinged

DOOR = 0.055
"""Thickness of a door, metres."""
BIN = 0.085
"""How far the racks of a door reach in, metres."""


@dataclass(frozen=True)
class Compartment:
    """One compartment: its name, its bounds (y0, z0, y1, z1), and its doors' hinges.

    `hinges` holds "l" and "r", seen by who stands inside: "l" is at +y.
    """

    name: str
    y0: float
    z0: float
    y1: float
    z1: float
    hinges: str
    shelves: int


def refrigerator(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """One door, a freezer above or below, two doors side by side, or French doors."""
    plan = int(rng.integers(5))
    x = float(rng.uniform(0.58, 0.68)) / 2
    y = float(rng.uniform(0.80, 0.92) if plan > 2 else rng.uniform(0.52, 0.66)) / 2
    height = float(rng.uniform(0.95, 1.25) if plan == 0 else rng.uniform(1.55, 1.88))
    draft = Draft(asset_id, category)
    dress(draft, rng)
    draft.materials["inside"] = look.plain((0.94, 0.95, 0.96), 0.3)
    draft.materials["shelf"] = look.plain((0.74, 0.84, 0.86), 0.1)
    body = draft.link()
    front = x - DOOR - GAP
    block(body, (-x, 0.01 - y, 0), (front - 0.03, y - 0.01, 0.05), "dark", FOAM)
    style = Bar(float(rng.uniform(0.10, 0.22)), float(rng.uniform(0.014, 0.022)),
                bool(rng.random() < 0.5))  # fmt: skip
    for room in _rooms(plan, y, height, rng):
        _compartment(draft, body, (-x, front), room)
        for side in room.hinges:
            _door(draft, body, front, room, side, style, rng)
    draft.surface(
        "top", body.name, ((front - x) / 2, 0, height), ((x + front) / 2 * 0.95, y * 0.95)
    )
    return draft.build(graspable=False, fixed=True)


def _rooms(plan: int, y: float, height: float, rng: np.random.Generator) -> list[Compartment]:
    """The compartments of one of five plans, bottom first."""
    low, shelves = 0.05, int(rng.integers(2, 4))
    side = "l" if rng.random() < 0.4 else "r"
    cold = float(rng.uniform(0.30, 0.42))
    if plan == 0:
        return [Compartment("main", -y, low, y, height, side, shelves)]
    if plan == 1:
        split = height - cold * height
        return [Compartment("main", -y, low, y, split, side, shelves),
                Compartment("freezer", -y, split, y, height, side, 1)]  # fmt: skip
    split = low + cold * height
    if plan == 2:
        return [Compartment("freezer", -y, low, y, split, side, 1),
                Compartment("main", -y, split, y, height, side, shelves)]  # fmt: skip
    if plan == 3:
        middle = y * float(rng.uniform(-0.2, 0.1))
        return [Compartment("freezer", -y, low, middle, height, "r", shelves + 1),
                Compartment("main", middle, low, y, height, "l", shelves + 1)]  # fmt: skip
    return [Compartment("freezer", -y, low, y, split, side, 1),
            Compartment("main", -y, split, y, height, "lr", shelves)]  # fmt: skip


def _compartment(
    draft: Draft, body: LinkDraft, depth: tuple[float, float], room: Compartment
) -> None:
    """Walls, glass shelves, and a cavity with a surface for every level."""
    wall = 0.045
    low, high = (depth[0], room.y0, room.z0), (depth[1], room.y1, room.z1)
    shell = Shell(low, high, wall, 0.06, wall, wall)
    shell.build(body, FOAM)
    (x0, y0, z0), (x1, y1, z1) = shell.inner
    edge = x1 - BIN - 0.03
    gap = (z1 - z0) / (room.shelves + 1)
    prefix = "" if room.name == "main" else f"{room.name}_"
    joint = f"{prefix}{'left_' if len(room.hinges) > 1 else ''}door"
    for k in range(room.shelves + 1):
        z = z0 + k * gap
        if k:
            block(body, (x0, y0, z - 0.006), (edge, y1, z), "shelf", 1200.0, bevel=0.0015)
            rim = ((edge - x0) / 2 + x0, (y0 + y1) / 2, z - 0.004)
            body.show(slab(((edge - x0) / 2 + 0.003, (y1 - y0) / 2, 0.0025)), "inside", 0.0, rim)
        else:
            z += 0.0005
        top = z0 + (k + 1) * gap - (0.007 if k < room.shelves else 0.001)
        name = f"{prefix}level_{k + 1}"
        draft.cavity(name, body.name, (x0, y0, z), (edge, y1, top), opening="front", joint=joint)
        half = ((edge - x0) / 2 * 0.95, (y1 - y0) / 2 * 0.96)
        middle = ((x0 + edge) / 2, (y0 + y1) / 2, z)
        draft.surface(f"{name}_shelf", body.name, middle, half, clearance=top - z)


def _door(draft: Draft, body: LinkDraft, front: float, room: Compartment, side: str, bar: Bar,
          rng: np.random.Generator) -> None:  # fmt: skip
    """A door with racks inside and an upright bar away from its hinge."""
    pair = len(room.hinges) > 1
    prefix = "" if room.name == "main" else f"{room.name}_"
    name = f"{prefix}{ ({'l': 'left_', 'r': 'right_'}[side] if pair else '') }door"
    left = side == "l"
    sign = 1.0 if left else -1.0
    joint = hinged(name, left, float(rng.uniform(1.6, 1.9)), rng)
    edge = room.y1 if left else room.y0
    door = draft.link(name, body.name, (front + GAP, edge, (room.z0 + room.z1) / 2), joint)
    wide = (room.y1 - room.y0) / (2 if pair else 1) / 2 - 0.003
    tall = (room.z1 - room.z0) / 2 - 0.003
    centre = -sign * (wide + 0.001)
    door.box((DOOR / 2, wide, tall), (DOOR / 2, centre, 0), "shell", FOAM * 0.7, bevel=0.006)
    door.show(slab((0.001, wide - 0.012, tall - 0.012)), "inside", 0.0, (-0.0006, centre, 0))
    _racks(door, centre, wide, tall)
    half = min(bar.half_length, tall * 0.7)
    up = {"freezer": 0.3, "main": 0.0}[room.name] * (tall - half) * (1 if room.z0 < 0.3 else -1)
    handle = Bar(half, bar.thickness, bar.round)
    handle.attach(draft, door, (DOOR, -sign * (2 * wide - 0.035), up), True, name)


def _racks(door: LinkDraft, centre: float, wide: float, tall: float) -> None:
    """Open-topped racks on the inside of a door, clear of the walls as it swings."""
    reach = wide - 0.075
    if reach < 0.06 or tall < 0.15:
        return
    levels = (-0.75, -0.2, 0.35) if tall > 0.35 else (-0.6, 0.15)
    for share in levels:
        z = share * tall
        y0, y1 = centre - reach, centre + reach
        block(door, (-BIN, y0, z), (0, y1, z + 0.004), "inside", 300.0)
        block(door, (-BIN, y0, z), (0.004 - BIN, y1, z + 0.075), "shelf", 300.0)
        for y in (y0, y1 - 0.004):
            block(door, (-BIN, y, z), (0, y + 0.004, z + 0.075), "inside", 300.0)


PLUGIN = Builders(
    Category("electric_refrigerator.n.01", "fridge", refrigerator),
)
