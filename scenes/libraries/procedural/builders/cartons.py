"""Open containers of card and paper: cartons, packing boxes and bags."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft
from ..toolkit.geometry import bevel_box, rotation
from .boxes import poster
from .tubs import open_box

CARD, PAPER = 190.0, 320.0
BROWNS: tuple[look.Rgb, ...] = ((0.70, 0.53, 0.35), (0.62, 0.46, 0.30), (0.78, 0.62, 0.44))


def carton(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A small cardboard box without a lid."""
    half = (float(rng.uniform(0.075, 0.105)), float(rng.uniform(0.11, 0.15)))
    return _box(asset_id, category, rng, half, float(rng.uniform(0.10, 0.13)))


def packing_box(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A broad cardboard box without a lid."""
    half = (float(rng.uniform(0.120, 0.130)), float(rng.uniform(0.148, 0.165)))
    return _box(asset_id, category, rng, half, float(rng.uniform(0.141, 0.148)))


def _box(
    asset_id: str, category: str, rng: np.random.Generator, half: tuple[float, float],
    height: float,
) -> Asset:  # fmt: skip
    """A box whose flaps are folded down outside; its front towards +x."""
    draft = Draft(asset_id, category)
    brown = look.pick(rng, BROWNS)
    draft.materials["body"] = look.textured(
        rng, "stripes", (brown, look.shade(brown, 0.96)), 40.0, 0.9
    )
    draft.materials["flap"] = look.plain(look.shade(brown, 1.08), 0.9)
    x, y = half
    thick = 0.0025
    link = open_box(draft, half, 0.004, height, 0.0055, 0.005, CARD)
    drop = height * float(rng.uniform(0.18, 0.25))
    for side in (-1, 1):
        level = height - drop - 0.002
        flap = (side * (x + thick / 2), 0.0, level)
        link.box((thick / 2, y - 0.006, drop), flap, "flap", CARD, bevel=0.0006)
        flap = (0.0, side * (y + thick / 2), level)
        link.box((x - 0.006, thick / 2, drop), flap, "flap", CARD, bevel=0.0006)
    if rng.random() < 0.7:
        draft.materials["print"] = look.label(rng)
        sign = poster(np.array([x, y * 0.4, height * 0.2]), 1.0)
        link.show(sign, "print", 0.0, (0, 0, height * 0.27))
    return draft.build(graspable=True)


def sack(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A paper bag that stands open, its broad sides towards +x and -x."""
    draft = Draft(asset_id, category)
    paper = look.pick(rng, (*BROWNS, (0.93, 0.92, 0.88)))
    draft.materials["body"] = look.plain(paper, 0.85)
    draft.materials["fold"] = look.plain(look.shade(paper, 0.86), 0.9)
    x, y = float(rng.uniform(0.063, 0.070)), float(rng.uniform(0.098, 0.115))
    height, wall = float(rng.uniform(0.135, 0.165)), 0.0045
    link = open_box(draft, (x, y), 0.004, height, wall, 0.006, PAPER)
    for side in (-1, 1):
        crease = bevel_box((0.001, 0.0006, height * 0.47), 0.0003)
        link.show(crease, "fold", 0.0, (0, side * (y + 0.0003), height * 0.5))
        hem = bevel_box((0.0006, y - 0.004, 0.0012), 0.0003)
        link.show(hem, "fold", 0.0, (side * (x + 0.0003), 0, height * 0.86))
    draft.materials["print"] = look.label(rng)
    for turn in (0.0, np.pi):
        sign = poster(np.array([x + 0.0003, y * 0.5, height * 0.22]), 1.0)
        link.show(sign.moved((0, 0, 0), rotation("z", turn)), "print", 0.0, (0, 0, height * 0.45))
    return draft.build(graspable=True)


PLUGIN = Builders(
    Category(
        "carton.n.02",
        "carton",
        carton,
        sort="vessel",
        stands_in=("backpack.n.01", "mailbox.n.01", "recycling_bin.n.01"),
    ),
    Category(
        "packing_box.n.02",
        "packing-box",
        packing_box,
        sort="box",
        stands_in=("box.n.01", "storage_container.n.01", "toy_box.n.01"),
    ),
    Category(
        "sack.n.01", "sack", sack, stands_in=("carryall.n.01", "plastic_bag.n.01", "bag", "sack")
    ),
)
