"""Tables, desks, counters and shelves: fixed supports."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import revolve
from ..toolkit.pieces import column

TIMBER = 620.0


def _top(
    draft: Draft, link: LinkDraft, half: tuple[float, float], height: float, thick: float
) -> float:
    """Add a table top; returns the height of its underside."""
    link.box((half[0], half[1], thick / 2), (0, 0, height - thick / 2), "top", TIMBER, bevel=0.003)
    draft.surface("top", link.name, (0, 0, height), half)
    return height - thick


def _legs(
    link: LinkDraft, half: tuple[float, float], under: float, rng: np.random.Generator
) -> None:
    """Four legs, square or round, with an apron between them."""
    girth = float(rng.uniform(0.018, 0.032))
    inset = girth + float(rng.uniform(0.01, 0.05))
    x, y = half[0] - inset, half[1] - inset
    round_ = rng.random() < 0.4
    for sx in (-1, 1):
        for sy in (-1, 1):
            if round_:
                foot = girth * 0.7
                link.show(
                    revolve([(0, 0), (foot, 0), (girth, under), (0, under)], 20), "legs", TIMBER,
                    (sx * x, sy * y, 0),
                )  # fmt: skip
                column(link, girth * 0.85, 0, under, (sx * x, sy * y))
            else:
                spot = (sx * x, sy * y, under / 2)
                link.box((girth, girth, under / 2), spot, "legs", TIMBER)
    drop = float(rng.uniform(0.03, 0.045))
    z = under - drop
    for sign in (-1, 1):
        link.box((0.009, y, drop), (sign * x, 0, z), "legs", TIMBER, solid=False)
        link.box((x, 0.009, drop), (0, sign * y, z), "legs", TIMBER, solid=False)


def _finish(draft: Draft, rng: np.random.Generator) -> None:
    wood = look.wood_or_paint(rng)
    draft.materials["top"] = wood if rng.random() < 0.8 else look.wood(rng)
    same = rng.random() < 0.6
    draft.materials["legs"] = wood if same else (look.metal(rng) if rng.random() < 0.5 else
                                                 look.paint(rng))  # fmt: skip


def _table(
    asset_id: str, category: str, rng: np.random.Generator,
    low: tuple[float, float, float], high: tuple[float, float, float],
) -> Asset:  # fmt: skip
    """Four legs and a top; bounds are of depth (x), width (y) and height."""
    depth, width, height = rng.uniform(low, high).tolist()
    draft = Draft(asset_id, category)
    _finish(draft, rng)
    link = draft.link()
    half = (depth / 2, width / 2)
    under = _top(draft, link, half, height, float(rng.uniform(0.022, 0.04)))
    _legs(link, half, under, rng)
    return draft.build(graspable=False, fixed=True, friction=0.7)


def table(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A dining table."""
    return _table(asset_id, category, rng, (0.75, 1.2, 0.70), (0.95, 1.6, 0.78))


def console_table(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A narrow table that stands against a wall."""
    return _table(asset_id, category, rng, (0.50, 0.9, 0.70), (0.65, 1.3, 0.80))


def coffee_table(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A low table."""
    return _table(asset_id, category, rng, (0.60, 0.9, 0.40), (0.80, 1.3, 0.50))


def desk(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A desk on panel sides, with a modesty panel."""
    depth, width, height = rng.uniform((0.75, 1.2, 0.71), (0.90, 1.6, 0.77)).tolist()
    draft = Draft(asset_id, category)
    _finish(draft, rng)
    link = draft.link()
    under = _top(draft, link, (depth / 2, width / 2), height, float(rng.uniform(0.022, 0.04)))
    side = 0.014
    for sign in (-1, 1):
        spot = (0, sign * (width / 2 - side - 0.02), under / 2)
        link.box((depth / 2 - 0.03, side, under / 2), spot, "legs", TIMBER)
    drop = under * float(rng.uniform(0.15, 0.3))
    spot = (-depth / 2 + 0.06, 0, under - drop)
    link.box((0.008, width / 2 - 2 * side - 0.02, drop), spot, "legs", TIMBER)
    return draft.build(graspable=False, fixed=True, friction=0.7)


def countertop(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A kitchen counter: a stone or wooden slab over closed fronts."""
    depth, width, height = rng.uniform((0.75, 1.2, 0.72), (0.90, 1.6, 0.80)).tolist()
    draft = Draft(asset_id, category)
    stone = ((0.85, 0.84, 0.82), (0.30, 0.30, 0.32), (0.70, 0.68, 0.64), (0.90, 0.88, 0.84))
    colour = look.pick(rng, stone)
    draft.materials["top"] = (
        look.wood(rng)
        if rng.random() < 0.25
        else look.textured(
            rng, "marble" if rng.random() < 0.6 else "speckle",
            (colour, look.shade(colour, 0.72)), 2.0, 0.2,
        )
    )  # fmt: skip
    draft.materials["front"] = look.wood_or_paint(rng)
    draft.materials["plinth"] = look.plain((0.16, 0.16, 0.17), 0.7)
    draft.materials["grip"] = look.metal(rng)
    link = draft.link()
    under = _top(draft, link, (depth / 2, width / 2), height, float(rng.uniform(0.022, 0.04)))
    x, y, plinth = depth / 2 - 0.025, width / 2 - 0.01, 0.08
    link.box((x - 0.04, y - 0.02, plinth / 2), (-0.02, 0, plinth / 2), "plinth", 200.0)
    half = (under - plinth) / 2
    link.box((x - 0.01, y, half), (-0.01, 0, plinth + half), "front", 200.0)
    doors = int(rng.integers(2, 5))
    door = 2 * y / doors
    for k in range(doors):
        middle = -y + (k + 0.5) * door
        front = (x - 0.004, middle, plinth + half)
        link.box((0.006, door / 2 - 0.003, half - 0.004), front, "front", TIMBER, solid=False)
        bar = (x + 0.012, middle, plinth + 2 * half - 0.06)
        link.box((0.005, 0.06, 0.005), bar, "grip", TIMBER, solid=False)
        for end in (-0.05, 0.05):
            post = (x + 0.005, middle + end, bar[2])
            link.box((0.008, 0.004, 0.004), post, "grip", TIMBER, solid=False)
    return draft.build(graspable=False, fixed=True, friction=0.7)


def shelf(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A small open shelf unit that stands on a table: two or three levels, open front."""
    levels = int(rng.integers(2, 4))
    depth, width = rng.uniform((0.20, 0.36), (0.27, 0.50)).tolist()
    gap = float(rng.uniform(0.15, 0.20) if levels == 2 else rng.uniform(0.14, 0.16))
    plank = 0.012
    draft = Draft(asset_id, category)
    draft.materials["board"] = look.wood_or_paint(rng)
    draft.materials["back"] = draft.materials["board"] if rng.random() < 0.5 else look.paint(rng)
    link = draft.link()
    height = levels * (gap + plank) + plank
    x, y = depth / 2, width / 2
    for sign in (-1, 1):
        side = (0, sign * (y - plank / 2), height / 2)
        link.box((x, plank / 2, height / 2), side, "board", TIMBER)
    link.box((0.004, y - plank, height / 2), (-x + 0.004, 0, height / 2), "back", TIMBER)
    inner = (x - 0.004, y - plank)
    for k in range(levels + 1):
        z = k * (gap + plank) + plank / 2
        link.box((inner[0], inner[1], plank / 2), (0.004, 0, z), "board", TIMBER)
        top = z + plank / 2
        area = (inner[0] * 0.96, inner[1] * 0.97)
        if k == levels:
            draft.surface("top", link.name, (0, 0, top), (x, y))
            continue
        draft.surface(f"level_{k + 1}", link.name, (0.004, 0, top), area, clearance=gap)
        draft.cavity(
            f"bay_{k + 1}", link.name, (0.008 - x, -inner[1], top), (x, inner[1], top + gap),
            opening="front",
        )  # fmt: skip
    return draft.build(graspable=False, fixed=True)


PLUGIN = Builders(
    Category("breakfast_table.n.01", "table", table, sort="table"),
    Category("desk.n.01", "desk", desk, sort="table"),
    Category("countertop.n.01", "countertop", countertop, sort="table"),
    Category("console_table.n.01", "console-table", console_table, sort="table"),
    Category("coffee_table.n.01", "coffee-table", coffee_table, sort="table"),
    Category("shelf.n.01", "shelf", shelf, stands_in=("bookcase.n.01", "rack.n.01")),
)
