"""Logs, firewood, batteries and rockets."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft
from ..toolkit.geometry import revolve, rotation
from ..toolkit.lying import barrel, rod, skid
from ..toolkit.pieces import LIFT, column, foot
from ..toolkit.slabs import plate

WOOD, STEEL, PLASTIC, RUBBER = 650.0, 7000.0, 1000.0, 1150.0
DARK: look.Rgb = (0.10, 0.10, 0.11)
GRIPS: tuple[look.Rgb, ...] = (*look.PRINTS, DARK)


def log(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A round log with bark, sawn at both ends."""
    draft = Draft(asset_id, category)
    bark = look.pick(rng, ((0.32, 0.24, 0.17), (0.42, 0.34, 0.26), (0.80, 0.78, 0.72)))
    draft.materials["bark"] = look.textured(
        rng, "marble", (bark, look.shade(bark, 0.6)), 20.0, 0.95
    )
    draft.materials["cut"] = look.textured(
        rng, "wood", ((0.82, 0.66, 0.44), (0.70, 0.52, 0.32)), 10.0, 0.8
    )
    half, girth = float(rng.uniform(0.13, 0.15)), float(rng.uniform(0.0275, 0.0335))
    link = draft.link()
    y = np.linspace(-half, half, 7)
    wobble = 1 + rng.uniform(-0.03, 0.0, 7)
    skin = revolve(np.stack([girth * wobble, y], -1), 20).moved(
        (0, 0, girth), rotation("x", np.pi / 2)
    )
    link.show(skin, "bark", 550.0)
    for side in (-1.0, 1.0):
        disc = revolve([(girth * wobble[0 if side < 0 else -1], half), (0.0, half)][::1], 20)
        link.show(disc.moved((0, 0, girth), rotation("x", -side * np.pi / 2)), "cut", 550.0)
        skid(link, side * half * 0.7, (girth * 0.22, 0.02))
    barrel(link, -half, half, girth * 0.985, girth)
    return draft.build(graspable=True)


def firewood(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A split billet: a wedge with bark on its round side, lying on a flat one."""
    draft = Draft(asset_id, category)
    bark = look.pick(rng, ((0.32, 0.24, 0.17), (0.45, 0.36, 0.28), (0.78, 0.76, 0.70)))
    draft.materials["bark"] = look.textured(
        rng, "marble", (bark, look.shade(bark, 0.6)), 20.0, 0.95
    )
    draft.materials["split"] = look.wood(rng)
    half, wide = float(rng.uniform(0.09, 0.12)), float(rng.uniform(0.027, 0.033))
    tall = float(rng.uniform(0.038, 0.055))
    link = draft.link()
    left, right = float(rng.uniform(0.15, 0.4)), float(rng.uniform(0.55, 0.8))
    section = [
        (-wide, 0.0), (wide, 0.0), (wide, tall * right), (wide * 0.4, tall),
        (-wide * 0.7, tall * 0.9), (-wide, tall * left),
    ]  # fmt: skip
    lying = rotation("x", np.pi / 2)
    link.show(plate(section, -half, half).moved((0, 0, 0), lying), "split", 550.0)
    skin = [
        (wide + 0.001, tall * right * 0.5), (wide + 0.001, tall * right),
        (wide * 0.4, tall + 0.001), (-wide * 0.5, tall * 0.93), (wide * 0.3, tall * 0.8),
        (wide * 0.8, tall * 0.5),
    ]  # fmt: skip
    link.show(plate(skin, -half * 0.998, half * 0.998).moved((0, 0, 0), lying), "bark", 0.0)
    steps: list[float] = [0.0, left, right, (right + 1) / 2, 0.95]
    for low, high in pairwise(tall * step for step in steps):
        middle = (low + high) / 2
        near = wide * float(np.interp(middle / tall, [left, 0.9, 1.0], [-1.0, -0.7, 0.4]))
        far = wide * float(np.interp(middle / tall, [right, 1.0], [1.0, 0.4]))
        half_x, spot = (far - near) / 2, (far + near) / 2
        link.collide("box", (half_x, half, (high - low) / 2), (spot, 0, middle))
    return draft.build(graspable=True)


def battery(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A large round cell, standing."""
    draft = Draft(asset_id, category)
    draft.materials["case"] = look.plain(look.pick(rng, (DARK, *look.PRINTS)), 0.35)
    draft.materials["band"] = look.plain(look.pick(rng, look.METALS[3:]), 0.3, 0.8)
    draft.materials["pole"] = look.plain((0.78, 0.79, 0.80), 0.25, 0.9)
    radius, height = float(rng.uniform(0.0132, 0.0170)), float(rng.uniform(0.050, 0.062))
    link = draft.link()
    split = height * 0.68
    link.show(
        revolve([(0, 0), (radius - 0.001, 0), (radius, 0.001), (radius, split)], 24), "case", 2200.0
    )
    rim = height - 0.003
    link.show(
        revolve([(radius, split), (radius, rim - 0.001), (radius - 0.001, rim), (0, rim)], 24),
        "band",
        2200.0,
    )
    link.show(
        revolve([(radius * 0.35, rim), (radius * 0.35, height), (0, height)], 14), "pole", 2200.0
    )
    foot(link, radius - 0.001, 0.006)
    column(link, radius, LIFT, rim)
    column(link, radius * 0.35, rim, height)
    return draft.build(graspable=True)


def firework(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A rocket lying along y: a tube with a pointed cap towards +y, and a stick."""
    draft = Draft(asset_id, category)
    colours = [look.PRINTS[int(k)] for k in rng.permutation(len(look.PRINTS))[:2]]
    draft.materials["tube"] = look.textured(rng, "stripes", (colours[0], look.CREAM), 40.0, 0.6)
    draft.materials["cap"] = look.plain(colours[1], 0.5)
    draft.materials["stick"] = look.wood(rng)
    girth, tube_half = float(rng.uniform(0.0138, 0.0160)), float(rng.uniform(0.042, 0.050))
    end = float(rng.uniform(0.086, 0.098))
    link = draft.link()
    nose = end - 0.034
    tail = nose - 2 * tube_half
    y = np.array([tail, tail + 0.001, nose])
    rod(link, y, girth * np.array([0.95, 1.0, 1.0]), "tube", 250.0, axis=girth, sides=18)
    rod(link, [nose, nose + 0.001, end], girth * np.array([1.12, 1.12, 0.06]), "cap", 200.0,
        axis=girth * 1.12, sides=18)  # fmt: skip
    rod(link, [-end, nose - 0.01], [0.0030, 0.0030], "stick", 600.0, axis=girth, sides=6,
        x=girth + 0.0026)  # fmt: skip
    barrel(link, tail, nose, girth * 0.99, girth)
    barrel(link, nose, nose + 0.014, girth * 0.9, girth)
    barrel(link, nose + 0.014, nose + 0.028, girth * 0.42, girth)
    barrel(link, -end, nose - 0.01, 0.0029, girth, girth + 0.0026)
    for spot in (0.2, 0.8):
        skid(link, tail + spot * (nose - tail), (girth * 0.35, 0.010))
    return draft.build(graspable=True)


PLUGIN = Builders(
    Category("log.n.01", "log", log, uses=("garden", "workshop")),
    Category("firewood.n.01", "firewood", firewood, uses=("garden", "workshop")),
    Category("firework.n.01", "rocket", firework, uses=("garden",)),
    Category("battery.n.02", "battery", battery, uses=("workshop", "desk")),
)
