"""Full-size furniture that stores things: bookcases, racks, stands and workbenches."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft

TIMBER, STEEL = 620.0, 1500.0


def bookcase(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A bookcase of four to six open bays between two sides."""
    bays = int(rng.integers(4, 7))
    depth, width = rng.uniform((0.26, 0.60), (0.36, 1.0)).tolist()
    gap, plank = float(rng.uniform(0.27, 0.34)), 0.02
    plinth = float(rng.uniform(0.03, 0.08))
    draft = Draft(asset_id, category)
    draft.materials["board"] = look.wood_or_paint(rng)
    draft.materials["back"] = draft.materials["board"] if rng.random() < 0.6 else look.paint(rng)
    link = draft.link()
    x, y, height = depth / 2, width / 2, plinth + bays * (gap + plank) + plank
    for sign in (-1, 1):
        side = (0, sign * (y - plank / 2), height / 2)
        link.box((x, plank / 2, height / 2), side, "board", TIMBER)
    link.box((0.004, y - plank, height / 2), (0.004 - x, 0, height / 2), "back", TIMBER)
    link.box((0.008, y - plank, plinth / 2), (x - 0.03, 0, plinth / 2), "board", TIMBER)
    inner = (x - 0.004, y - plank)
    for k in range(bays + 1):
        z = plinth + k * (gap + plank) + plank / 2
        link.box((*inner, plank / 2), (0.004, 0, z), "board", TIMBER)
        top = z + plank / 2
        if k == bays:
            draft.surface("top", "body", (0, 0, top), (x, y))
            continue
        half = (inner[0] * 0.96, inner[1] * 0.98)
        draft.surface(f"level_{k + 1}", "body", (0.004, 0, top), half, clearance=gap)
        low, high = (0.008 - x, -inner[1], top), (x, inner[1], top + gap)
        draft.cavity(f"bay_{k + 1}", "body", low, high, opening="front")
    return draft.build(graspable=False, fixed=True)


def rack(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A storage rack: steel uprights, braced behind, and three to five boards."""
    levels = int(rng.integers(3, 6))
    depth, width = rng.uniform((0.32, 0.70), (0.48, 1.20)).tolist()
    gap, plank = float(rng.uniform(0.29, 0.36)), 0.022
    draft = Draft(asset_id, category)
    draft.materials["post"] = look.steel(rng) if rng.random() < 0.5 else look.paint(rng)
    board = look.wood(rng) if rng.random() < 0.6 else look.steel(rng)
    draft.materials["board"] = board
    link = draft.link()
    foot, post = float(rng.uniform(0.08, 0.16)), 0.016
    height = foot + (levels - 1) * (gap + plank) + plank + float(rng.uniform(0.0, 0.06))
    x, y = depth / 2, width / 2
    for sx in (-1, 1):
        for sy in (-1, 1):
            spot = (sx * (x - post), sy * (y - post), height / 2)
            link.box((post, post, height / 2), spot, "post", STEEL)
    for k in range(levels):
        top = foot + k * (gap + plank) + plank
        link.box((x - 0.004, y - 2 * post, plank / 2), (0, 0, top - plank / 2), "board", TIMBER)
        for sign in (-1, 1):
            beam = (sign * (x - 0.008), 0, top - 0.02)
            link.box((0.008, y - 2 * post, 0.02), beam, "post", STEEL, bevel=0.002)
            end = (0, sign * (y - post), top - 0.02)
            link.box((x - 2 * post, 0.008, 0.02), end, "post", STEEL, bevel=0.002)
        clearance = gap - 0.02 if k + 1 < levels else 1.0
        half = ((x - 0.008) * 0.97, (y - 2 * post) * 0.98)
        draft.surface(f"level_{k + 1}", "body", (0, 0, top), half, clearance=clearance)
    return draft.build(graspable=False, fixed=True)


def stand(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A night stand: a top on two sides or four legs, over an open shelf."""
    depth, width, height = rng.uniform((0.34, 0.38, 0.46), (0.46, 0.60, 0.66)).tolist()
    draft = Draft(asset_id, category)
    draft.materials["board"] = look.wood_or_paint(rng)
    draft.materials["legs"] = draft.materials["board"] if rng.random() < 0.6 else look.metal(rng)
    link = draft.link()
    x, y, plank = depth / 2, width / 2, 0.022
    link.box((x, y, plank / 2), (0, 0, height - plank / 2), "board", TIMBER, bevel=0.004)
    under, low = height - plank, float(rng.uniform(0.10, 0.2))
    panelled = rng.random() < 0.5
    girth = 0.012 if panelled else float(rng.uniform(0.014, 0.02))
    for sign in (-1, 1):
        if panelled:
            side = (0, sign * (y - girth - 0.004), under / 2)
            link.box((x - 0.004, girth, under / 2), side, "board", TIMBER)
            continue
        for sx in (-1, 1):
            spot = (sx * (x - girth - 0.004), sign * (y - girth - 0.004), under / 2)
            link.box((girth, girth, under / 2), spot, "legs", TIMBER)
    inner = y - 2 * girth - 0.004
    half_x = x - 0.006 if panelled else x - 0.02
    link.box((half_x, inner, plank / 2), (0, 0, low - plank / 2), "board", TIMBER)
    if panelled:
        link.box((0.005, inner, (under - low) / 2), (0.012 - x, 0, (under + low) / 2), "board",
                 TIMBER)  # fmt: skip
    half = (half_x - 0.014, inner * 0.97) if panelled else (half_x * 0.95, inner * 0.97)
    draft.surface("shelf", "body", (0.008 if panelled else 0.0, 0, low), half,
                  clearance=under - low)  # fmt: skip
    draft.surface("top", "body", (0, 0, height), (x, y))
    return draft.build(graspable=False, fixed=True)


def workbench(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A workbench: a thick top on heavy legs, a lower shelf, and often a board for tools."""
    draft = Draft(asset_id, category)
    draft.materials["top"] = look.wood(rng)
    metal = rng.random() < 0.5
    draft.materials["frame"] = look.paint(rng) if metal else look.wood(rng)
    depth, width, height = rng.uniform((0.60, 1.45, 0.82), (0.76, 1.9, 0.92)).tolist()
    thick, girth = float(rng.uniform(0.04, 0.06)), float(rng.uniform(0.025, 0.04))
    link = draft.link()
    x, y, under = depth / 2, width / 2, height - thick
    link.box((x, y, thick / 2), (0, 0, height - thick / 2), "top", TIMBER, bevel=0.004)
    ix, iy = x - girth - 0.03, y - girth - 0.05
    for sx in (-1, 1):
        for sy in (-1, 1):
            spot = (sx * ix, sy * iy, under / 2)
            link.box((girth, girth, under / 2), spot, "frame", TIMBER)
    low = float(rng.uniform(0.16, 0.26))
    for sign in (-1, 1):
        link.box((0.012, iy, 0.035), (sign * ix, 0, under - 0.035), "frame", TIMBER)
        link.box((ix, 0.012, 0.035), (0, sign * iy, under - 0.035), "frame", TIMBER)
        link.box((ix, 0.012, 0.03), (0, sign * iy, low - 0.045), "frame", TIMBER)
    link.box((ix, iy - girth, 0.011), (0, 0, low - 0.011), "top", TIMBER)
    gap = under - 0.07 - low
    half = ((ix - girth) * 0.98, (iy - girth) * 0.98)
    draft.surface("shelf", "body", (0, 0, low), half, clearance=gap)
    rear = 0.0
    if rng.random() < 0.6:
        rear = 0.03
        _toolboard(draft, link, (x, y, height), rng)
    area = ((depth - rear) / 2, y)
    draft.surface("top", "body", (rear / 2, 0, height), area)
    return draft.build(graspable=False, fixed=True)


def _toolboard(
    draft: Draft, link: LinkDraft, corner: tuple[float, float, float], rng: np.random.Generator
) -> None:
    """A board with rows of pegs behind a workbench top whose half extents and height are given."""
    x, y, z = corner
    draft.materials["pegboard"] = look.textured(
        rng, "speckle", ((0.72, 0.58, 0.42), (0.55, 0.42, 0.29)), 10.0, 0.8
    )
    draft.materials["peg"] = look.steel(rng)
    rise = float(rng.uniform(0.35, 0.55))
    link.box((0.008, y - 0.02, rise / 2), (0.008 - x, 0, z + rise / 2), "pegboard", TIMBER)
    for sign in (-1, 1):
        link.box((0.012, 0.012, rise / 2), (0.012 - x, sign * (y - 0.012), z + rise / 2), "frame",
                 TIMBER)  # fmt: skip
    for row in (0.55, 0.85):
        for k in range(6):
            spot = (0.022 - x, (y - 0.12) * (2 * k / 5 - 1), z + row * rise)
            link.box((0.006, 0.003, 0.003), spot, "peg", STEEL, bevel=0.001)


PLUGIN = Builders(
    Category("bookcase.n.01", "bookcase", bookcase),
    Category("rack.n.01", "rack", rack),
    Category("stand.n.04", "stand", stand),
    Category("worktable.n.01", "workbench", workbench),
)
