"""What sweeping takes: a brush, a dustpan, and things too small to be picked up one by one."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import bevel_box, loft, revolve
from ..toolkit.slabs import plate

WOOD, BRISTLE, STEEL, PLASTIC, NUT = 700.0, 250.0, 2700.0, 1000.0, 900.0
LIP = 0.014
"""Depth of the sloping lip of a dustpan, metres."""


def scrub_brush(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A brush standing on its bristles, long across (y), with a narrow grip on its back."""
    draft = Draft(asset_id, category)
    draft.materials["wood"] = look.wood(rng) if rng.random() < 0.6 else look.plastic(rng)
    hair = look.pick(rng, ((0.86, 0.76, 0.55), (0.25, 0.22, 0.20), (0.92, 0.90, 0.84)))
    draft.materials["hair"] = look.textured(
        rng, "stripes", (hair, look.shade(hair, 0.7)), 200.0, 0.95
    )
    x, y = rng.uniform((0.020, 0.072), (0.026, 0.088)).tolist()
    hairs, back, grip = rng.uniform((0.017, 0.011, 0.022), (0.022, 0.014, 0.027)).tolist()
    link = draft.link()
    link.box((x - 0.002, y - 0.003, hairs / 2), (0, 0, hairs / 2), "hair", BRISTLE, bevel=0.001)
    shape = [(x, 0), (0.001, 0), (0, 0.001), (0, back - 0.003), (0.003, back), (x, back)]
    link.show(loft((x, y), x * 0.5, shape), "wood", WOOD, (0, 0, hairs))
    middle = hairs + back / 2
    link.collide("box", (x * 0.7, y, back / 2), (0, 0, middle))
    link.collide("box", (x, y - x * 0.4, back / 2), (0, 0, middle))
    half, long = float(rng.uniform(0.0095, 0.012)), float(rng.uniform(0.030, 0.036))
    top = hairs + back + grip / 2
    link.box((half, long, grip / 2 + 0.001), (0, 0, top - 0.001), "wood", WOOD, bevel=0.004)
    draft.handle("grip", link.name, (0, 0, top + grip * 0.15), (0, 0, -1), (1, 0, 0), 2 * half)
    return draft.build(graspable=True)


def dustpan(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A weighted dustpan, open towards +x over a sloping lip; it stays where it is put down."""
    draft = Draft(asset_id, category)
    metal = rng.random() < 0.4
    draft.materials["pan"] = look.metal(rng) if metal else look.plastic(rng)
    draft.materials["lip"] = look.plain((0.15, 0.15, 0.16), 0.9)
    x, y = rng.uniform((0.085, 0.115), (0.100, 0.130)).tolist()
    height, wall = float(rng.uniform(0.030, 0.036)), 0.004
    floor = 0.0012
    link = draft.link()
    density = STEEL if metal else PLASTIC
    end = x - LIP
    link.box(((x + end) / 2, y, floor / 2), ((end - x) / 2, 0, floor / 2), "pan", density,
             bevel=0.0004)  # fmt: skip
    _lip(link, x, y, floor)
    link.box((wall / 2, y, height / 2), (wall / 2 - x, 0, height / 2), "pan", density, bevel=0.001)
    for side in (-1, 1):
        spot = (-LIP / 2, side * (y - wall / 2), height / 2)
        link.box((x - LIP / 2, wall / 2, height / 2), spot, "pan", density, bevel=0.001)
    long = float(rng.uniform(0.085, 0.105))
    bar = (-x - long / 2, 0, height * 0.5)
    link.box((long / 2, 0.011, height * 0.3), bar, "pan", density, bevel=0.004)
    draft.surface("floor", link.name, (-LIP / 2 + wall / 2, 0, floor), (x - LIP, y - 2 * wall))
    draft.cavity("pan", link.name, (wall - x, wall - y, floor), (end, y - wall, height),
                 opening="front")  # fmt: skip
    return draft.build(graspable=False, fixed=True)


def _lip(link: LinkDraft, x: float, y: float, floor: float) -> None:
    """The wedge over which things slide in, rising from the table to the floor of the pan."""
    outline = [(x - LIP, -y), (x, -y), (x, y), (x - LIP, y)]
    wedge = plate(outline, 0.0, floor)
    vertices = wedge.vertices.copy()
    vertices[(vertices[:, 0] > x - LIP / 2) & (vertices[:, 2] > floor / 2), 2] = 0.0002
    link.show(type(wedge)(vertices, wedge.faces, wedge.uv), "lip", PLASTIC)
    slope = float(np.arctan2(floor, LIP)) / 2
    turn = (float(np.cos(slope)), 0.0, float(np.sin(slope)), 0.0)
    link.collide("box", (LIP / 2, y, floor / 2), (x - LIP / 2, 0, 0), turn)


def game_die(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A small die with its pips."""
    draft = Draft(asset_id, category)
    colour = look.pick(rng, ((0.95, 0.94, 0.90), (0.70, 0.10, 0.12), (0.12, 0.25, 0.55)))
    dark = sum(colour) < 1.5
    draft.materials["die"] = look.plain(colour, 0.3)
    draft.materials["pip"] = look.plain((0.96, 0.96, 0.94) if dark else (0.08, 0.08, 0.09), 0.4)
    half = float(rng.uniform(0.0054, 0.0062))
    link = draft.link()
    link.show(bevel_box((half,) * 3, half * 0.18), "die", 1150.0, (0, 0, half))
    link.collide("box", (half,) * 3, (0, 0, half))
    dot = revolve([(0, 0), (half * 0.2, 0), (half * 0.2, 0.0001), (0, 0.0001)], 8)
    spots = [(-0.5, -0.5), (0.5, 0.5), (0.0, 0.0), (-0.5, 0.5), (0.5, -0.5)]
    for u, v in spots[: int(rng.integers(2, 6))]:
        link.show(dot, "pip", 0.0, (u * half, v * half, 2 * half))
    return draft.build(graspable=False)


def almond(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """An almond, lying."""
    draft = Draft(asset_id, category)
    brown = look.pick(rng, ((0.55, 0.33, 0.18), (0.62, 0.40, 0.22), (0.48, 0.28, 0.15)))
    draft.materials["skin"] = look.textured(
        rng, "stripes", (brown, look.shade(brown, 0.8)), 300.0, 0.8
    )
    x, y, z = rng.uniform((0.0062, 0.0105, 0.0040), (0.0074, 0.0130, 0.0048)).tolist()
    link = draft.link()
    shape = [
        (x, 0), (x * 0.35, 0), (x * 0.1, z * 0.5), (0, z), (x * 0.1, z * 1.5), (x * 0.35, 2 * z),
        (x, 2 * z),
    ]  # fmt: skip
    link.show(loft((x, y), x * 0.98, shape, 7), "skin", NUT)
    link.collide("box", (x * 0.62, y * 0.62, z), (0, 0, z))
    link.collide("box", (x * 0.9, y * 0.55, z * 0.6), (0, 0, z))
    link.collide("box", (x * 0.5, y * 0.92, z * 0.6), (0, 0, z))
    return draft.build(graspable=False)


PLUGIN = Builders(
    Category(
        "dustpan.n.02",
        "dustpan",
        dustpan,
        keeps="nothing",
        carries="nothing",
        uses=("bath", "workshop"),
    ),
    Category("scrub_brush.n.01", "brush", scrub_brush, uses=("bath",)),
    Category("die.n.01", "game-die", game_die, uses=("play",)),
    Category("almond.n.02", "almond", almond),
)
