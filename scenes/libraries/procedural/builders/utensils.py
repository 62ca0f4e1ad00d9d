"""Kitchen utensils that lie along y: spoons, turners, ladles and rolling pins."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .....schemas import Asset, Material
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import Mesh, bevel_box, revolve
from ..toolkit.lying import bar, barrel, rod, skid

WOOD, STEEL, PLASTIC = 700.0, 2600.0, 1100.0
BLACK: look.Rgb = (0.12, 0.12, 0.13)


def _shaft(rng: np.random.Generator) -> Material:
    """What handles are made of."""
    return (
        look.wood(rng) if rng.random() < 0.5 else look.plain(look.pick(rng, (BLACK, *look.PRINTS)))
    )


def spoon_bowl(half: tuple[float, float], thick: float, pos: tuple[float, float, float]) -> Mesh:
    """A shallow oval spoon bowl, hollow above, about `pos` at its lowest point."""
    profile = [(0.0, 0.0), (0.45, 0.06), (0.8, 0.42), (0.98, 0.95), (1.0, 1.0), (0.93, 1.0),
               (0.74, 0.55), (0.4, 0.28), (0.0, 0.22)]  # fmt: skip
    mesh = revolve(np.array(profile) * np.array([1.0, thick]), 22)
    return Mesh(
        mesh.vertices * np.array([half[0], half[1], 1.0]) + np.array(pos), mesh.faces, mesh.uv
    )


def wooden_spoon(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A wooden spoon, its bowl towards +y."""
    draft = Draft(asset_id, category)
    draft.materials["wood"] = look.wood(rng)
    length, girth = float(rng.uniform(0.20, 0.25)), float(rng.uniform(0.0072, 0.0088))
    half, long = float(rng.uniform(0.022, 0.027)), float(rng.uniform(0.030, 0.038))
    deep = 2 * girth
    link = draft.link()
    neck = length / 2 - 1.7 * long
    y = np.array([-length / 2, -length / 2 + 0.004, 0.0, neck, neck + 0.8 * long])
    rod(link, y, girth * np.array([0.6, 1.0, 0.9, 0.85, 0.6]), "wood", WOOD, axis=girth)
    middle = length / 2 - long
    link.show(spoon_bowl((half, long), deep, (0, middle, 0)), "wood", WOOD)
    barrel(link, -length / 2, neck + 0.4 * long, girth * 0.95, girth)
    skid(link, -length * 0.38, (girth * 0.35, 0.010))
    touch_oval(link, (half, long), deep, middle)
    return draft.build(graspable=True)


def touch_oval(link: LinkDraft, half: tuple[float, float], deep: float, y: float) -> None:
    """Collision boxes of a spoon's bowl."""
    x, long = half
    link.collide("box", (x * 0.45, long * 0.45, deep * 0.2), (0, y, deep * 0.2))
    link.collide("box", (x * 0.72, long * 0.70, deep * 0.35), (0, y, deep * 0.6))
    link.collide("box", (x * 0.96, long * 0.4, deep * 0.2), (0, y, deep * 0.8))
    link.collide("box", (x * 0.45, long * 0.96, deep * 0.2), (0, y, deep * 0.8))


def spatula(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A turner lying on its slotted blade (+y) and its handle."""
    draft = Draft(asset_id, category)
    draft.materials["grip"] = _shaft(rng)
    steel = rng.random() < 0.5
    draft.materials["blade"] = (
        look.steel(rng) if steel else look.plain(look.pick(rng, (BLACK, *look.PRINTS)))
    )
    length, girth = float(rng.uniform(0.20, 0.245)), float(rng.uniform(0.0118, 0.0132))
    x, blade = float(rng.uniform(0.030, 0.038)), float(rng.uniform(0.065, 0.080))
    thick, end = 0.003, length / 2
    link = draft.link()
    root = end - blade
    grip_end = root - 0.05
    y = np.array([-end, -end + 0.003, -end + 0.05, grip_end])
    rod(link, y, girth * np.array([0.7, 1.0, 0.95, 0.75]), "grip", PLASTIC, axis=girth)
    neck = np.array([grip_end - 0.006, grip_end + 0.03, root + 0.012])
    rod(
        link,
        neck,
        [0.0042, 0.0042, 0.0036],
        "blade",
        STEEL,
        axis=[girth, girth * 0.8, 0.004],
        sides=8,
    )
    bars = 4
    wide = 2 * x / (2 * bars - 1)
    for k in range(bars):
        spot = (-x + wide * (2 * k + 0.5), root + blade / 2, thick / 2)
        link.show(bevel_box((wide / 2, blade / 2 - 0.004, thick / 2), 0.0008), "blade", STEEL, spot)
    for at in (root + 0.006, end - 0.006):
        link.show(bevel_box((x, 0.006, thick / 2), 0.0008), "blade", STEEL, (0, at, thick / 2))
    link.collide("box", (x, blade / 2, thick / 2), (0, root + blade / 2, thick / 2))
    bar(link, -end, grip_end, girth, girth)
    barrel(link, grip_end, root, 0.0045, girth * 0.8)
    skid(link, -end + 0.025, (girth * 0.4, 0.012))
    return draft.build(graspable=True)


def ladle(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A ladle lying on the back of its cup (+y) and the end of its handle."""
    draft = Draft(asset_id, category)
    steel = rng.random() < 0.6
    draft.materials["cup"] = (
        look.steel(rng) if steel else look.plain(look.pick(rng, (BLACK, *look.PRINTS)))
    )
    draft.materials["grip"] = _shaft(rng)
    radius, length = float(rng.uniform(0.032, 0.038)), float(rng.uniform(0.205, 0.25))
    deep, girth = radius * 0.8, float(rng.uniform(0.0082, 0.0098))
    end, centre = length / 2, length / 2 - radius
    link = draft.link()
    link.show(spoon_bowl((radius, radius), deep, (0, centre, 0)), "cup", STEEL)
    top = deep - 0.005
    joint = centre - radius * 0.7
    split = -end + 0.11
    along = np.array([-end, -end + 0.003, split])
    ends = [-end, joint], [girth, top]
    slope = np.interp(along, *ends)
    rod(link, along, girth * np.array([0.7, 1.0, 0.85]), "grip", PLASTIC, axis=slope)
    rest = np.array([split - 0.004, (split + joint) / 2, joint - radius * 0.22])
    rod(link, rest, [0.0046] * 3, "cup", STEEL, axis=np.interp(rest, *ends), sides=8)
    for low, high, thick in ((-end, -end + 0.055, girth), (-end + 0.055, split, girth * 0.92)):
        barrel(link, low, high, thick * 0.95, float(np.interp((low + high) / 2, *ends)))
    edges: list[float] = np.linspace(split, joint - 0.1 * radius, 4).tolist()
    for low, high in pairwise(edges):
        barrel(link, low, high, 0.0046, float(np.interp((low + high) / 2, *ends)))
    skid(link, -end + 0.012, (girth * 0.4, 0.008))
    link.collide("box", (radius * 0.4, radius * 0.4, deep * 0.12), (0, centre, deep * 0.12))
    link.collide("cylinder", (radius * 0.78, deep * 0.2), (0, centre, deep * 0.42))
    link.collide("cylinder", (radius * 0.97, deep * 0.18), (0, centre, deep * 0.8))
    return draft.build(graspable=True)


def rolling_pin(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A rolling pin with two turned handles."""
    draft = Draft(asset_id, category)
    draft.materials["roller"] = look.wood(rng)
    draft.materials["grip"] = look.wood(rng) if rng.random() < 0.5 else draft.materials["roller"]
    girth, half = float(rng.uniform(0.0205, 0.0255)), float(rng.uniform(0.088, 0.100))
    grip = float(rng.uniform(0.040, 0.046))
    link = draft.link()
    ends = np.array([-half, -half + 0.002, half - 0.002, half])
    rod(link, ends, girth * np.array([0.94, 1, 1, 0.94]), "roller", WOOD, axis=girth, sides=20)
    barrel(link, -half, half, girth * 0.99, girth)
    shape = np.array([0.25, 0.30, 0.42, 0.5, 0.46, 0.22])
    share = np.array([0.0, 0.15, 0.35, 0.7, 0.92, 1.0])
    for side in (-1, 1):
        y = side * (half - 0.001 + share * grip)
        order = slice(None, None, side)
        rod(link, y[order], girth * shape[order], "grip", WOOD, axis=girth)
        barrel(link, side * half, side * (half + grip), girth * 0.44, girth)
        skid(link, side * half * 0.6, (girth * 0.25, 0.02))
    return draft.build(graspable=True)


PLUGIN = Builders(
    Category("wooden_spoon.n.02", "wooden-spoon", wooden_spoon),
    Category("spatula.n.01", "spatula", spatula),
    Category("ladle.n.01", "ladle", ladle, uses=("kitchen",)),
    Category("rolling_pin.n.01", "rolling-pin", rolling_pin),
)
