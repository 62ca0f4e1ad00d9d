"""Small closed flasks that two fingers take easily: lotion, perfume, essential oil, honey."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset, Material
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import loft, revolve
from ..toolkit.pieces import LIFT, column, foot
from .bottles import FULL, curve, round_bottle

Rng = np.random.Generator
GLASSY = 1400.0
"""Mean density of thick glass and what it holds, kg/m^3."""


def lotion(asset_id: str, category: str, rng: Rng) -> Asset:
    """A plastic bottle with round shoulders and a broad flip cap."""
    draft = Draft(asset_id, category)
    body = look.pick(rng, ((0.95, 0.94, 0.91), (0.93, 0.82, 0.80), (0.78, 0.87, 0.84), look.CREAM))
    draft.materials["body"] = look.plain(body, 0.35)
    draft.materials["label"] = look.label(rng)
    draft.materials["cap"] = look.plastic(rng) if rng.random() < 0.5 else look.plain(look.CREAM)
    radius, height = float(rng.uniform(0.024, 0.029)), float(rng.uniform(0.118, 0.155))
    low = height * float(rng.uniform(0.66, 0.72))
    neck = radius * float(rng.uniform(0.55, 0.7))
    return round_bottle(draft, radius, height, neck, (low, low + radius * 0.6), height * 0.14)


def essential_oil(asset_id: str, category: str, rng: Rng) -> Asset:
    """A vial of dark glass with a tall dropper cap."""
    draft = Draft(asset_id, category)
    tint = look.pick(rng, ((0.40, 0.20, 0.07), (0.10, 0.22, 0.42), (0.10, 0.28, 0.20)))
    draft.materials["body"] = look.plain(tint, 0.1)
    draft.materials["label"] = look.label(rng, 2)
    draft.materials["cap"] = look.plain((0.10, 0.10, 0.11), 0.5)
    radius, height = float(rng.uniform(0.0152, 0.0172)), float(rng.uniform(0.080, 0.094))
    low = height * float(rng.uniform(0.54, 0.60))
    neck = radius * float(rng.uniform(0.5, 0.6))
    return round_bottle(draft, radius, height, neck, (low, low + radius * 0.7), height * 0.26)


def perfume(asset_id: str, category: str, rng: Rng) -> Asset:
    """A square flacon of thick glass with a turned cap."""
    draft = Draft(asset_id, category)
    tints = ((0.90, 0.78, 0.56), (0.92, 0.74, 0.76), (0.72, 0.82, 0.88), (0.70, 0.62, 0.80))
    tint = look.opaque(look.pick(rng, tints), 0.8)
    draft.materials["glass"] = Material(rgba=tint, roughness=0.06)
    draft.materials["cap"] = look.metal(rng)
    x, y = rng.uniform((0.0208, 0.0225), (0.025, 0.031)).tolist()
    height = float(rng.uniform(0.098, 0.125))
    shoulder, corner = height * float(rng.uniform(0.6, 0.68)), 0.006
    link = draft.link()
    bevel = 0.003
    link.show(
        loft(
            (x, y), corner,
            [(x, 0), (bevel, 0), (0, bevel), (0, shoulder - 2 * bevel), (2 * bevel, shoulder),
             (x, shoulder)],
        ),
        "glass", GLASSY,
    )  # fmt: skip
    link.collide("box", (x, y - 0.002, (shoulder - bevel) / 2), (0, 0, (shoulder - bevel) / 2))
    link.collide("box", (x - 2 * bevel, y - 2 * bevel, 0.004), (0, 0, shoulder - 0.004))
    _cap(link, float(rng.uniform(0.010, 0.0135)), 0.007, shoulder, height)
    return draft.build(graspable=True)


def _cap(link: LinkDraft, radius: float, neck: float, low: float, high: float) -> None:
    """A short neck and a round cap over it."""
    gap = low + 0.006
    link.show(revolve([(0, low - 0.001), (neck, low - 0.001), (neck, gap), (0, gap)], 20), "glass",
              GLASSY)  # fmt: skip
    edge = 0.0015
    profile = [
        (0, gap), (radius - edge, gap), (radius, gap + edge), (radius, high - edge),
        (radius - edge, high), (0, high),
    ]  # fmt: skip
    link.show(revolve(profile, 24), "cap", FULL)
    column(link, neck, low, gap)
    column(link, radius, gap, high)


def honey_jar(asset_id: str, category: str, rng: Rng) -> Asset:
    """A squat glass of honey under a metal lid."""
    draft = Draft(asset_id, category)
    golds = ((0.86, 0.56, 0.12), (0.72, 0.40, 0.08), (0.92, 0.72, 0.30), (0.52, 0.26, 0.06))
    draft.materials["honey"] = look.plain(look.pick(rng, golds), 0.1)
    draft.materials["label"] = look.label(rng)
    draft.materials["lid"] = look.metal(rng) if rng.random() < 0.5 else look.plastic(rng)
    radius, height = float(rng.uniform(0.0275, 0.0342)), float(rng.uniform(0.082, 0.118))
    lid = radius * float(rng.uniform(0.86, 0.94))
    neck, lid_height = lid - 0.0015, float(rng.uniform(0.013, 0.018))
    top = height - lid_height
    low, paper = top - 0.012, (height * 0.2, height * 0.6)
    link = draft.link()
    link.show(
        revolve([(0, 0), (radius - 0.004, 0), (radius, 0.004), (radius, paper[0])]), "honey", GLASSY
    )
    link.show(revolve([(radius, paper[0]), (radius, paper[1])]).unit_uv(), "label", GLASSY)
    shoulder = [(radius, paper[1]), *curve(radius, low, neck, top), (0, top)]
    link.show(revolve(shoulder), "honey", GLASSY)
    edge = [(0, top), (lid, top), (lid, height - 0.002), (lid - 0.002, height), (0, height)]
    link.show(revolve(edge), "lid", FULL)
    foot(link, radius - 0.002, 0.01)
    column(link, radius, LIFT, low)
    column(link, (radius + lid) / 2, low, (low + top) / 2)
    column(link, lid, top, height)
    column(link, neck, (low + top) / 2, top)
    return draft.build(graspable=True)


PLUGIN = Builders(
    Category(
        "jar__of__honey.n.01",
        "honey",
        honey_jar,
        sort="vessel",
        stands_in=("jar",),
        uses=("kitchen",),
    ),
    Category(
        "bottle__of__lotion.n.01",
        "lotion",
        lotion,
        sort="vessel",
        stands_in=("tube",),
        uses=("bath",),
    ),
    Category("bottle__of__perfume.n.01", "perfume", perfume, sort="vessel", uses=("bath",)),
    Category(
        "bottle__of__essential_oil.n.01",
        "oil",
        essential_oil,
        sort="vessel",
        uses=("bath", "decor"),
    ),
)
