"""Round solid things: bottles, cans, vases, candles, shakers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft
from ..toolkit.geometry import radius_at, revolve
from ..toolkit.pieces import LIFT, column, foot

FULL, WAX, EMPTY = 950.0, 900.0, 500.0
"""Densities of filled bottles and cans, wax, and hollow stoneware, kg/m^3."""
Profile = list[tuple[float, float]]


def curve(r0: float, z0: float, r1: float, z1: float, steps: int = 6) -> Profile:
    """A shoulder: leaves upward at (r0, z0), arrives upward at (r1, z1)."""
    t = np.linspace(0, 1, steps + 1)
    ease = t * t * (3 - 2 * t)
    return [
        (float(r0 + (r1 - r0) * e), float(z0 + (z1 - z0) * s)) for e, s in zip(ease, t, strict=True)
    ]


def round_bottle(
    draft: Draft, radius: float, height: float, neck: float, shoulder: tuple[float, float],
    cap_height: float,
) -> Asset:  # fmt: skip
    """Body, shoulder between two heights, neck, cap, and a label around the body."""
    link = draft.link()
    low, high = shoulder
    bead = 0.004
    paper = (low * 0.22, low * 0.86)
    top = height - cap_height
    link.show(
        revolve([(0, 0), (radius - bead, 0), (radius, bead), (radius, paper[0])]), "body", FULL
    )
    link.show(revolve([(radius, paper[0]), (radius, paper[1])]).unit_uv(), "label", FULL)
    link.show(
        revolve(
            [
                (radius, paper[1]), *curve(radius, low, neck, high),
                (neck, top), (neck * 0.98, top), (0, top),
            ]
        ),
        "body", FULL,
    )  # fmt: skip
    rim = neck * 1.12
    link.show(
        revolve(
            [(0, top), (rim, top), (rim, height - 0.0015), (rim - 0.0015, height), (0, height)], 24
        ),
        "cap", FULL,
    )  # fmt: skip
    foot(link, radius - 0.002, 0.01)
    column(link, radius, LIFT, low)
    middle = (low + high) / 2
    column(link, radius * 0.72 + neck * 0.28, low, middle)
    column(link, neck * 0.72 + radius * 0.28, middle, high)
    column(link, rim, high, height)
    return draft.build(graspable=True)


def water_bottle(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A sports or mineral water bottle."""
    draft = Draft(asset_id, category)
    draft.materials["body"] = (
        look.glass(rng), look.plastic(rng), look.metal(rng)
    )[int(rng.integers(3))]  # fmt: skip
    draft.materials["label"] = look.label(rng)
    draft.materials["cap"] = look.plastic(rng)
    radius, height = float(rng.uniform(0.029, 0.0345)), float(rng.uniform(0.17, 0.24))
    low = height * float(rng.uniform(0.62, 0.72))
    neck = radius * float(rng.uniform(0.38, 0.5))
    return round_bottle(draft, radius, height, neck, (low, low + radius * 1.1), 0.018)


def wine_bottle(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A wine bottle of green, brown or clear glass."""
    draft = Draft(asset_id, category)
    tint = look.pick(rng, ((0.10, 0.20, 0.12), (0.22, 0.14, 0.08), (0.16, 0.22, 0.14)))
    draft.materials["body"] = look.plain(tint, 0.1)
    draft.materials["label"] = look.label(rng)
    draft.materials["cap"] = look.plain(look.pick(rng, look.PRINTS), 0.3, 0.5)
    radius, height = float(rng.uniform(0.031, 0.0348)), float(rng.uniform(0.235, 0.29))
    low = height * float(rng.uniform(0.55, 0.62))
    return round_bottle(draft, radius, height, 0.0135, (low, low + radius * 1.5), height * 0.16)


def soda_can(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A printed drinks can."""
    draft = Draft(asset_id, category)
    draft.materials["print"] = look.label(rng)
    draft.materials["tin"] = look.plain((0.78, 0.79, 0.80), 0.3, 0.9)
    radius, height = float(rng.uniform(0.029, 0.034)), float(rng.uniform(0.105, 0.16))
    link = draft.link()
    neck, slope = radius * 0.82, 0.009
    below: Profile = [
        (0, 0.002), (neck - 0.004, 0.002), (neck - 0.001, 0), (neck, 0.001), (radius, slope)
    ]  # fmt: skip
    link.show(revolve(below), "tin", FULL)
    link.show(revolve([(radius, slope), (radius, height - slope)]).unit_uv(), "print", FULL)
    link.show(
        revolve(
            [
                (radius, height - slope), (neck, height - 0.001), (neck - 0.001, height),
                (neck - 0.003, height - 0.004), (0, height - 0.004),
            ]
        ),
        "tin", FULL,
    )  # fmt: skip
    foot(link, neck - 0.001, 0.01)
    brim = (neck + radius) / 2
    column(link, brim, LIFT, height)
    column(link, radius, slope * 0.7, height - slope * 0.7)
    draft.surface("top", link.name, (0, 0, height), (brim, brim), disc=True)
    return draft.build(graspable=True)


def candle(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A pillar candle with a wick."""
    draft = Draft(asset_id, category)
    wax = look.pick(rng, ((0.93, 0.89, 0.78), (0.72, 0.22, 0.20), (0.55, 0.62, 0.50), look.CREAM))
    draft.materials["wax"] = look.textured(rng, "plaster", (wax, look.shade(wax, 0.9)), 10.0, 0.6)
    draft.materials["wick"] = look.plain((0.12, 0.10, 0.09), 0.9)
    radius, height = float(rng.uniform(0.026, 0.0348)), float(rng.uniform(0.08, 0.17))
    link = draft.link()
    link.show(
        revolve(
            [
                (0, 0), (radius - 0.002, 0), (radius, 0.002), (radius, height - 0.003),
                (radius - 0.003, height), (radius * 0.6, height - 0.001),
                (radius * 0.25, height - 0.004), (0, height - 0.004),
            ]
        ),
        "wax", WAX,
    )  # fmt: skip
    low, high = height - 0.006, height + 0.007
    link.show(revolve([(0, low), (0.0012, low), (0.001, high), (0, high)], 8), "wick", WAX)
    foot(link, radius - 0.001, 0.01)
    column(link, radius, LIFT, height)
    return draft.build(graspable=True)


def shaker(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A salt shaker with a domed cap."""
    draft = Draft(asset_id, category)
    draft.materials["body"] = look.glass(rng) if rng.random() < 0.5 else look.glaze(rng)
    draft.materials["cap"] = look.metal(rng)
    radius, height = float(rng.uniform(0.019, 0.026)), float(rng.uniform(0.07, 0.11))
    waist = radius * float(rng.uniform(0.78, 0.9))
    split = height * 0.72
    link = draft.link()
    link.show(
        revolve(
            [(0, 0), (radius - 0.002, 0), (radius, 0.002), *curve(radius, 0.004, waist, split)]
        ),
        "body", FULL,
    )  # fmt: skip
    rim, dome = waist * 1.04, np.linspace(0, np.pi / 2, 6)
    roof = height - split - waist * 0.5
    link.show(
        revolve(
            [
                (waist, split), (rim, split), (rim, split + roof),
                *((float(rim * np.cos(a)), float(split + roof + waist * 0.5 * np.sin(a)))
                  for a in dome[1:]),
            ]
        ),
        "cap", FULL,
    )  # fmt: skip
    foot(link, radius - 0.001, 0.01)
    column(link, radius, LIFT, height * 0.3)
    column(link, (radius + waist) / 2, height * 0.3, split)
    column(link, rim, split, split + roof + waist * 0.25)
    column(link, rim * 0.7, split + roof, height)
    return draft.build(graspable=True)


def vase(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A closed-bodied vase: foot, belly, neck and lip."""
    draft = Draft(asset_id, category)
    draft.materials["glaze"] = look.glaze(rng)
    belly, height = float(rng.uniform(0.038, 0.055)), float(rng.uniform(0.14, 0.23))
    base_r, neck = belly * float(rng.uniform(0.6, 0.75)), float(rng.uniform(0.014, 0.022))
    lip = neck * float(rng.uniform(1.2, 1.5))
    swell, narrow = float(rng.uniform(0.3, 0.45)), float(rng.uniform(0.72, 0.8))
    keys = np.array(
        [[0.02, base_r * 1.02], [swell, belly], [narrow, neck], [0.93, neck * 1.02], [1.0, lip]]
    )
    link = draft.link()
    profile: Profile = [(0, 0), (base_r, 0)]
    for (t0, r0), (t1, r1) in pairwise(keys):
        profile += curve(r0, t0 * height, r1, t1 * height, 7)[:-1]
    profile += [
        (lip, height), (lip - 0.003, height), (neck - 0.003, height * 0.93),
        (neck - 0.004, height * 0.8), (0, height * 0.8),
    ]  # fmt: skip
    link.show(revolve(profile), "glaze", EMPTY)
    foot(link, base_r - 0.001, 0.01)
    heights = np.array([LIFT, 0.13, 0.24, 0.5, 0.6, 0.7, 0.93, 1.0])
    heights[1:] *= height
    outline = np.array([p for p in profile[1:] if p != (0, 0)][: 2 + 28])
    for z0, z1 in pairwise(heights.tolist()):
        samples = [radius_at(outline, z) for z in (z0, (z0 + z1) / 2, z1)]
        column(link, (max(samples) + sum(samples) / 3) / 2, z0, z1)
    draft.handle("neck", link.name, (0, 0, height * 0.86), (0, 0, -1), (0, 1, 0), 2 * neck)
    return draft.build(graspable=True)


PLUGIN = Builders(
    Category(
        "water_bottle.n.01",
        "bottle",
        water_bottle,
        sort="vessel",
        stands_in=("bottle",),
        uses=("kitchen", "desk"),
    ),
    Category(
        "wine_bottle.n.01",
        "wine-bottle",
        wine_bottle,
        sort="vessel",
        also_stands_in=("bottle",),
        uses=("kitchen",),
    ),
    Category(
        "can__of__soda.n.01",
        "can",
        soda_can,
        sort="vessel",
        stands_in=("can.n.01", "can", "tin"),
        uses=("kitchen", "desk"),
    ),
    Category("vase.n.01", "vase", vase, sort="vessel", uses=("decor",)),
    Category("pillar_candle.n.01", "candle", candle),
    Category("salt__shaker.n.01", "shaker", shaker, stands_in=("shaker",), uses=("kitchen",)),
)
