"""Fitted kitchens: units of one style, made to measure, under one worktop; fronts face +x."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ....schemas import Asset, Material
from ....schemas.material import TextureKind
from ...assets.fitted import SLAB, WORKTOP, FittedKind, FittedUnit
from .builders.cabinets import BOARD, Bar, carcass, hinged, knob
from .builders.taps import basin, cupboard
from .toolkit import materials as look
from .toolkit.draft import Draft, LinkDraft
from .toolkit.fittings import GAP, SHEET, block, slab
from .toolkit.geometry import Mesh

DEPTH, OVERHANG = 0.58, 0.02
"""Of base units behind their fronts, and of the worktop before these, metres."""
PLINTH, BOARD_THICK, FRONT = 0.10, 0.016, 0.018
WALL = (0.31, 0.70)
"""Depth and height of wall cupboards, metres."""
DUCT = (0.26, 0.28)
"""Depth and width of the duct over a hood, metres."""
SEAM = 0.003
"""Between two fronts, metres."""
STONE = 900.0
"""Density of worktops, kg/m^3."""
CATEGORIES: dict[FittedKind, str] = {
    "base": "countertop.n.01",
    "sink": "sink.n.01",
    "worktop": "countertop.n.01",
    "wall": "cabinet.n.03",
    "hood": "range_hood.n.01",
}


@dataclass(frozen=True)
class Style:
    """What all units of a kitchen share.

    Attributes:
        materials: by name.
        handle: what its fronts are opened by.
        drawers: share of base fronts that are columns of drawers.
        steel: the hood is of steel, not of the fronts' colour.
    """

    materials: dict[str, Material]
    handle: Literal["bar", "rail", "knob"]
    drawers: float

    @classmethod
    def draw(cls, seed: int) -> Style:
        """The style of a seed."""
        rng = np.random.default_rng(np.random.SeedSequence((seed, 0)))
        front = look.paint(rng) if rng.random() < 0.55 else look.wood(rng)
        upper = look.wood_or_paint(rng) if rng.random() < 0.25 else front
        handles: tuple[Literal["bar", "rail", "knob"], ...] = ("bar", "rail", "knob")
        metal = look.metal(rng)
        stones = ((0.85, 0.84, 0.82), (0.24, 0.24, 0.26), (0.62, 0.60, 0.57), (0.90, 0.88, 0.84))
        colour = look.pick(rng, stones)
        kinds: tuple[TextureKind, ...] = ("marble", "speckle")
        kind = kinds[int(rng.integers(2))]
        stone = look.textured(rng, kind, (colour, look.shade(colour, 0.72)), 2.0, 0.2)
        white = look.plain((0.95, 0.95, 0.94), 0.12)
        carcass_look = look.plain((0.93, 0.92, 0.90), 0.5) if rng.random() < 0.6 else front
        return cls(
            {
                "top": look.wood(rng) if rng.random() < 0.35 else stone,
                "front": front,
                "upper": upper,
                "carcass": carcass_look,
                "inside": look.plain((0.86, 0.84, 0.80), 0.6),
                "plinth": look.plain((0.16, 0.16, 0.17), 0.7),
                "grip": metal,
                "basin": look.steel(rng) if rng.random() < 0.7 else white,
                "steel": look.steel(rng),
                "dark": look.plain((0.08, 0.085, 0.09), 0.4),
            },
            handles[int(rng.integers(3))],
            float(rng.uniform(0.15, 0.55)),
        )


def build(unit: FittedUnit) -> Asset:
    """The unit as an asset."""
    style = Style.draw(unit.style)
    width = round(unit.width * 1000)
    asset_id = f"fitted-{unit.kind}-{width:04d}-{unit.style:08x}-{unit.number:02d}"
    draft = Draft(asset_id, CATEGORIES[unit.kind])
    draft.materials |= style.materials
    seed = np.random.SeedSequence((unit.style, 1 + unit.number, width))
    _BUILDERS[unit.kind](draft, unit, style, np.random.default_rng(seed))
    return draft.build(graspable=False, fixed=True, friction=0.7)


def _base(draft: Draft, unit: FittedUnit, style: Style, rng: np.random.Generator) -> None:
    """Doors, or drawers, or a drawer over a door, between the plinth and the worktop."""
    body, y = draft.link(), unit.width / 2
    front, under = DEPTH, WORKTOP - SLAB
    _slab(draft, body, y)
    block(body, (0, -y, PLINTH), (front, y, under), "carcass", BOARD * 0.4)
    block(body, (0, -y, 0), (front - 0.05, y, PLINTH), "plinth", BOARD * 0.4)
    columns = max(1, round(unit.width / 0.5))
    for column in range(columns):
        low, high = (-y + unit.width * k / columns for k in (column, column + 1))
        rows = _rows(style, rng)
        for bottom, top in rows:
            z0, z1 = (PLINTH + (under - PLINTH) * share for share in (bottom, top))
            corners = ((front, low + SEAM / 2, z0 + SEAM), (front + FRONT, high - SEAM / 2, z1))
            block(body, *corners, "front", BOARD, bevel=0.0015, solid=False)
            upright = len(rows) == 1
            left = column % 2 == 0
            _grip(body, style, (low, high), (z0, z1), upright, left)
    body.collide("box", (FRONT / 2, y, (under - PLINTH) / 2),
                 (front + FRONT / 2, 0, (under + PLINTH) / 2))  # fmt: skip


def _rows(style: Style, rng: np.random.Generator) -> tuple[tuple[float, float], ...]:
    """The fronts of a column: shares of its height, from below."""
    if rng.random() < style.drawers:
        return ((0.0, 0.40), (0.40, 0.80), (0.80, 1.0))
    return ((0.0, 1.0),) if rng.random() < 0.5 else ((0.0, 0.80), (0.80, 1.0))


def _grip(
    body: LinkDraft, style: Style, across: tuple[float, float], up: tuple[float, float],
    upright: bool, left: bool,
) -> None:  # fmt: skip
    """What a front that does not open is opened by: seen alone."""
    face, (low, high), (z0, z1) = DEPTH + FRONT, across, up
    middle, wide = (low + high) / 2, high - low
    if style.handle == "rail":
        half = (0.009, wide / 2 - 0.012, 0.006)
        body.box(half, (face + 0.007, middle, z1 - 0.009), "grip", SHEET, solid=False)
        return
    level = z1 - 0.10 if upright else (z0 + z1) / 2
    edge = (high - 0.04 if left else low + 0.04) if upright else middle
    if style.handle == "knob":
        body.box((0.012, 0.012, 0.012), (face + 0.012, edge, level), "grip", SHEET, bevel=0.006,
                 solid=False)  # fmt: skip
        return
    reach = 0.07
    half = (0.005, 0.005, reach) if upright else (0.005, reach, 0.005)
    body.box(half, (face + 0.026, edge, level), "grip", SHEET, solid=False)
    for end in (-0.8 * reach, 0.8 * reach):
        spot = (edge, level + end) if upright else (edge + end, level)
        body.box((0.013, 0.004, 0.004), (face + 0.013, *spot), "grip", SHEET, solid=False)


def _slab(draft: Draft, body: LinkDraft, y: float) -> None:
    """A worktop over a unit of half width `y`."""
    x = DEPTH + FRONT + OVERHANG
    block(body, (0, -y, WORKTOP - SLAB), (x, y, WORKTOP), "top", STONE)
    draft.surface("top", body.name, (x / 2, 0, WORKTOP), (x / 2, y))


def _worktop(draft: Draft, unit: FittedUnit, style: Style, rng: np.random.Generator) -> None:
    """A worktop that goes on over an appliance."""
    del style, rng
    _slab(draft, draft.link(), unit.width / 2)


def _sink(draft: Draft, unit: FittedUnit, style: Style, rng: np.random.Generator) -> None:
    """A basin in the worktop, with a tap, over a cupboard."""
    del style
    body = draft.link()
    x, y, deep = (DEPTH + FRONT + OVERHANG) / 2, unit.width / 2, 0.17
    basin(draft, body, (x, y, WORKTOP), deep, rng, rim=0.075)
    below = (x - OVERHANG - FRONT, y - 0.002, WORKTOP - deep - 0.02)
    cupboard(draft, body, below, WORKTOP - SLAB, rng)


def _wall(draft: Draft, unit: FittedUnit, style: Style, rng: np.random.Generator) -> None:
    """A cupboard with one door or two, and a shelf."""
    half = (WALL[0] / 2, unit.width / 2, WALL[1] / 2)
    x, y, t = half[0], half[1], BOARD_THICK
    body = draft.link()
    carcass(body, half, t)
    draft.surface("top", body.name, (0, 0, WALL[1]), (x, y))
    doors = (True, False) if unit.width > 0.5 else (bool(rng.random() < 0.5),)
    names = ("left_door", "right_door") if len(doors) == 2 else ("door",)
    shelf = half[2] + t / 2
    block(body, (0.008 - x, t - y, shelf - t), (x - 0.02, y - t, shelf), "inside", BOARD)
    for level, (low, high) in enumerate(((t, shelf - t), (shelf, WALL[1] - t))):
        name = f"level_{level + 1}"
        corners = (0.008 - x, t - y, low), (x - 0.02, y - t, high)
        draft.cavity(name, body.name, *corners, opening="front", joint=names[0])
        area = ((2 * x - 0.028) / 2 * 0.95, (y - t) * 0.96)
        draft.surface(f"{name}_shelf", body.name, (-0.006, 0, low), area, clearance=high - low)
    for left, name in zip(doors, names, strict=True):
        _door(draft, body, half, (left, len(doors), name), style, rng)


def _door(
    draft: Draft, body: LinkDraft, half: tuple[float, float, float], which: tuple[bool, int, str],
    style: Style, rng: np.random.Generator,
) -> None:  # fmt: skip
    """A door of a wall cupboard; its handle is low, where people reach it."""
    (x, y, z), (left, count, name) = half, which
    sign = 1.0 if left else -1.0
    wide = y / count - SEAM / 2
    joint = hinged(name, left, 1.6, rng)
    door = draft.link(name, body.name, (x + GAP, sign * y, z), joint)
    panel = (FRONT / 2, wide, z - SEAM / 2)
    door.box(panel, (FRONT / 2, -sign * wide, 0), "upper", BOARD, bevel=0.0015)
    face = (FRONT, -sign * (2 * wide - 0.035), 0.10 - z)
    if style.handle == "knob":
        knob(draft, door, face, name, 0.013)
    else:
        Bar(0.06, 0.011, style.handle == "rail").attach(draft, door, face, True, name)


def _hood(draft: Draft, unit: FittedUnit, style: Style, rng: np.random.Generator) -> None:
    """A canopy over the stove, and its duct up to the ceiling."""
    body, y = draft.link(), unit.width / 2
    deep = float(rng.uniform(0.44, 0.50))
    lip, slope = 0.05, float(rng.uniform(0.0, 0.14))
    cover = "upper" if style.handle == "knob" and rng.random() < 0.5 else "steel"
    block(body, (0, -y, 0), (deep, y, lip), cover, SHEET * 0.3, bevel=0.002)
    block(body, (0.05, 0.04 - y, -0.003), (deep - 0.04, y - 0.04, 0), "dark", SHEET * 0.1,
          solid=False)  # fmt: skip
    if slope > 0.05:
        middle = ((deep + DUCT[0]) / 4, 0, lip + slope / 2)
        body.show(_frustum((deep, 2 * y), DUCT, slope), cover, SHEET * 0.2, (0, 0, lip))
        body.collide("box", ((deep + DUCT[0]) / 4, (y + DUCT[1] / 2) / 2, slope / 2), middle)
    else:
        slope = 0.0
    wide = DUCT[1] / 2
    block(body, (0, -wide, lip + slope), (DUCT[0], wide, unit.height), cover, SHEET * 0.2)


def _frustum(foot: tuple[float, float], top: tuple[float, float], tall: float) -> Mesh:
    """What narrows from one rectangle to another above it; its back is upright, at x = 0."""
    made = slab((0.5, 0.5, 0.5))
    upper = made.vertices[:, 2:] > 0
    size = np.where(upper, np.array([*top, tall]), np.array([*foot, tall]))
    vertices = (made.vertices + np.array([0.5, 0.0, 0.5])) * size
    return Mesh(vertices, made.faces, made.uv * foot[1])


_BUILDERS: dict[
    FittedKind, Callable[[Draft, FittedUnit, Style, np.random.Generator], None]
] = {"base": _base, "sink": _sink, "worktop": _worktop, "wall": _wall, "hood": _hood}  # fmt: skip
