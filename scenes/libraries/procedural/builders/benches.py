"""Benches for two or three, of planks on trestles or legs: full size, their fronts towards +x."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import bevel_box

TIMBER = 620.0
GAP = 0.008
"""Between two planks of a seat, metres."""


def bench(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A seat of one to four planks on two boards or four legs, with a rail between them."""
    draft = Draft(asset_id, category)
    draft.materials["frame"] = look.wood_or_paint(rng)
    depth, length, seat = rng.uniform((0.28, 1.05, 0.42), (0.42, 1.7, 0.48)).tolist()
    thick, girth = rng.uniform((0.022, 0.018), (0.035, 0.028)).tolist()
    link = draft.link()
    x, y = depth / 2, length / 2
    under = seat - thick
    _seat(link, x, y, under, thick, int(rng.integers(1, 5)))
    inset = float(rng.uniform(0.06, 0.16)) * length
    spots = (-(y - inset), y - inset)
    height = float(rng.uniform(0.25, 0.7)) * under
    if rng.random() < 0.5:
        for spot in spots:
            half = (x - 0.02, girth * 0.7, under / 2)
            link.box(half, (0, spot, under / 2), "frame", TIMBER, bevel=0.003)
    else:
        _legs(link, x - girth - 0.01, spots, girth, under, height)
    link.box((girth * 0.5, y - inset, 0.03), (0, 0, height), "frame", TIMBER, bevel=0.003)
    draft.surface("seat", link.name, (0, 0, seat), (x - 0.02, y - 0.03), clearance=0.9)
    return draft.build(graspable=False, fixed=True)


def _seat(link: LinkDraft, x: float, y: float, under: float, thick: float, count: int) -> None:
    """Planks side by side, along the bench, from `under` up; they are touched as one board."""
    link.collide("box", (x, y, thick / 2), (0, 0, under + thick / 2))
    half = (2 * x - GAP * (count - 1)) / (2 * count)
    for number in range(count):
        middle = -x + half + number * (2 * half + GAP)
        link.show(
            bevel_box((half, y, thick / 2), 0.004), "frame", TIMBER,
            (middle, 0, under + thick / 2),
        )  # fmt: skip


def _legs(
    link: LinkDraft,
    x: float,
    spots: tuple[float, float],
    girth: float,
    under: float,
    height: float,
) -> None:
    """Two pairs of legs, each with a bar below the seat and one at the height of the rail."""
    for spot in spots:
        for side in (-x, x):
            link.box((girth, girth, under / 2), (side, spot, under / 2), "frame", TIMBER)
        link.box((x - girth, girth * 0.7, 0.03), (0, spot, under - 0.03), "frame", TIMBER)
        link.box((x - girth, girth * 0.6, 0.03), (0, spot, height), "frame", TIMBER)


PLUGIN = Builders(
    Category("bench.n.01", "bench", bench),
)
