"""Knives, forks and spoons, lying: two fingers hold them by their ends."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.slabs import plate
from .utensils import spoon_bowl, touch_oval

WOOD, STEEL, PLASTIC = 700.0, 2600.0, 1100.0
BLACK: look.Rgb = (0.12, 0.12, 0.13)


def _handle(link: LinkDraft, end: float, root: float, wide: float, thick: float) -> None:
    """The flat handle of a piece of cutlery, from y = -end to `root`."""
    neck = wide * 0.55
    shape = [
        (-wide * 0.7, -end), (wide * 0.7, -end), (wide, -end + wide), (neck, root), (-neck, root),
        (-wide, -end + wide),
    ]  # fmt: skip
    link.show(plate(shape, 0.0, thick), "metal", STEEL * 2)
    link.collide(
        "box", (wide * 0.85, (root + end) / 2, thick / 2), (0, (root - end) / 2, thick / 2)
    )


def _cutlery(asset_id: str, category: str, rng: np.random.Generator) -> tuple[Draft, LinkDraft]:
    draft = Draft(asset_id, category)
    tint = look.pick(rng, look.METALS[:2] if rng.random() < 0.8 else look.METALS[3:4])
    draft.materials["metal"] = look.plain(tint, 0.2, 0.9)
    return draft, draft.link()


def table_knife(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A table knife lying flat, its blade towards +y."""
    draft, link = _cutlery(asset_id, category, rng)
    half, wide = float(rng.uniform(0.095, 0.115)), float(rng.uniform(0.0085, 0.0105))
    thick = float(rng.uniform(0.0045, 0.007))
    root = half * float(rng.uniform(-0.1, 0.1))
    _handle(link, half, root, wide * 0.8, thick)
    blade = [
        (-wide * 0.55, root - 0.002), (wide * 0.55, root - 0.002), (wide, root + 0.012),
        (wide, half - 0.02), (wide * 0.5, half - 0.006), (-wide * 0.6, half), (-wide, half - 0.004),
        (-wide, root + 0.006),
    ]  # fmt: skip
    link.show(plate(blade, 0.0, thick * 0.5), "metal", STEEL * 2)
    low = root + 0.004
    link.collide(
        "box", (wide, (half - low) / 2 - 0.002, thick / 4), (0, (half + low) / 2 - 0.002, thick / 4)
    )
    return draft.build(graspable=True)


def fork(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A fork lying flat, its four tines towards +y."""
    draft, link = _cutlery(asset_id, category, rng)
    half, wide = float(rng.uniform(0.088, 0.105)), float(rng.uniform(0.0115, 0.0135))
    thick, tines = float(rng.uniform(0.0045, 0.0065)), float(rng.uniform(0.042, 0.050))
    root = half - tines - 0.018
    _handle(link, half, root, wide * 0.62, thick)
    palm = half - tines
    neck = wide * 0.34
    shape = [
        (-neck, root - 0.001), (neck, root - 0.001), (wide, palm - 0.004), (wide, palm + 0.002),
        (-wide, palm + 0.002), (-wide, palm - 0.004),
    ]  # fmt: skip
    link.show(plate(shape, 0.0, thick * 0.6), "metal", STEEL * 2)
    for k in range(4):
        x = wide * (2 * k / 3 - 1) * 0.84
        w = wide * 0.16
        tine = [(x - w, palm), (x + w, palm), (x + w * 0.5, half), (x - w * 0.5, half)]
        link.show(plate(tine, 0.0, thick * 0.6), "metal", STEEL * 2)
    low = palm - 0.008
    link.collide(
        "box", (wide * 0.96, (half - low) / 2, thick * 0.3), (0, (half + low) / 2, thick * 0.3)
    )
    return draft.build(graspable=True)


def tablespoon(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A spoon lying flat, its bowl towards +y."""
    draft, link = _cutlery(asset_id, category, rng)
    half, wide = float(rng.uniform(0.075, 0.095)), float(rng.uniform(0.016, 0.020))
    long, thick = wide * float(rng.uniform(1.35, 1.55)), float(rng.uniform(0.0045, 0.0060))
    deep = thick * 1.7
    root = half - 1.75 * long
    _handle(link, half, root, wide * 0.42, thick)
    link.show(spoon_bowl((wide, long), deep, (0, half - long, 0)), "metal", STEEL * 2)
    touch_oval(link, (wide, long), deep, half - long)
    return draft.build(graspable=True)


PLUGIN = Builders(
    Category("table_knife.n.01", "knife", table_knife),
    Category("fork.n.01", "fork", fork),
    Category("tablespoon.n.02", "spoon", tablespoon),
)
