"""Closed things that are wider than a hand opens, with a handle above to lift them by."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import Array, loft, revolve, tube
from ..toolkit.pieces import LIFT, column, foot
from .cookware import strut

TIN, PLASTIC, LEATHER, WIRE = 420.0, 380.0, 190.0, 4000.0
DARK: look.Rgb = (0.13, 0.12, 0.12)


def _bow(link: LinkDraft, spots: Array, girth: float, material: str, density: float) -> None:
    """A bow through points (K, 3) of the y-z plane."""
    link.show(tube(spots, girth, 8), material, density)
    for start, end in pairwise(spots[:: len(spots) // 6]):
        strut(link, start, end, girth)


def _arch(half: float, low: float, high: float, blunt: float) -> Array:
    """An arch over x = 0, (13, 3): from y = half to -half, between two heights."""
    angle = np.linspace(0.0, np.pi, 13)
    y = half * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** blunt
    return np.stack([np.zeros(13), y, low + (high - low) * np.sin(angle) ** 0.6], axis=-1)


def paint_bucket(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A closed tin of paint with a wire bow over its lid."""
    draft = Draft(asset_id, category)
    draft.materials["tin"] = look.plain((0.76, 0.77, 0.78), 0.3, 0.85)
    draft.materials["print"] = look.label(rng)
    draft.materials["wire"] = look.plain((0.62, 0.63, 0.65), 0.35, 0.85)
    radius, height = float(rng.uniform(0.056, 0.072)), float(rng.uniform(0.105, 0.145))
    bead = 0.005
    link = draft.link()
    below = [(0.0, 0.0), (radius - 0.002, 0.0), (radius, 0.002), (radius, bead)]
    link.show(revolve(below, 30), "tin", TIN)
    inner = radius - 0.0008
    label = revolve([(inner, bead), (inner, height - bead)], 30)
    link.show(label.unit_uv(), "print", TIN)
    above = [
        (radius, height - bead), (radius, height), (radius - 0.006, height),
        (radius - 0.007, height - 0.003), (0.0, height - 0.003),
    ]  # fmt: skip
    link.show(revolve(above, 30), "tin", TIN)
    foot(link, radius - 0.002, 0.01)
    column(link, radius, LIFT, height - 0.001)
    top = height + float(rng.uniform(0.050, 0.065))
    spots = _arch(radius - 0.004, height * 0.82, top, 0.7)
    _bow(link, spots, 0.0042, "wire", WIRE)
    draft.handle("bow", "body", spots[6].tolist(), (0, 0, -1), (1, 0, 0), 0.0084)
    return draft.build(graspable=True)


def watering_can(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A small watering can, closed above, with a long spout at +y and a bow over it."""
    draft = Draft(asset_id, category)
    painted = look.plain(look.pick(rng, look.PRINTS), 0.5)
    draft.materials["can"] = painted if rng.random() < 0.6 else look.steel(rng)
    draft.materials["grip"] = look.plain(DARK, 0.6) if rng.random() < 0.5 else look.wood(rng)
    radius, height = float(rng.uniform(0.052, 0.064)), float(rng.uniform(0.085, 0.110))
    slim = radius * float(rng.uniform(0.86, 1.0))
    link = draft.link()
    body = [
        (0.0, 0.0), (radius - 0.003, 0.0), (radius, 0.003), (slim, height - 0.003),
        (slim - 0.003, height), (0.0, height),
    ]  # fmt: skip
    link.show(revolve(body, 30), "can", PLASTIC)
    foot(link, radius - 0.003, 0.01)
    for low, high in ((0.0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1.0)):
        wide = radius + (slim - radius) * (low + high) / 2
        column(link, wide, max(low * height, LIFT), high * height)
    reach = float(rng.uniform(0.075, 0.095))
    y = radius * 0.85 + reach * np.array([0.0, 0.45, 1.0])
    z = height * np.array([0.22, 0.52, 1.0]) + np.array([0.0, 0.0, 0.010])
    spout = np.stack([np.zeros(3), y, z], axis=-1)
    link.show(tube(spout, np.array([0.013, 0.010, 0.008]), 9), "can", PLASTIC)
    strut(link, spout[0], spout[1], 0.0112)
    strut(link, spout[1], spout[2], 0.0088)
    top = height + float(rng.uniform(0.055, 0.070))
    spots = _arch(slim * 0.86, height - 0.004, top, 0.7)
    _bow(link, spots, 0.0068, "grip", PLASTIC)
    draft.handle("bow", "body", spots[6].tolist(), (0, 0, -1), (1, 0, 0), 0.0136)
    return draft.build(graspable=True)


def briefcase(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A small case of leather or aluminium standing on its long side, its grip above."""
    draft = Draft(asset_id, category)
    hide = look.pick(rng, ((0.30, 0.17, 0.09), DARK, (0.45, 0.28, 0.15), (0.16, 0.20, 0.28)))
    leather = look.textured(rng, "speckle", (hide, look.shade(hide, 0.85)), 30.0, 0.6)
    draft.materials["case"] = leather if rng.random() < 0.7 else look.steel(rng)
    draft.materials["fittings"] = look.plain(look.pick(rng, look.METALS[:2]), 0.3, 0.85)
    x, y, z = rng.uniform((0.039, 0.105, 0.075), (0.047, 0.128, 0.092)).tolist()
    link = draft.link()
    edge = [(x, 0.0), (0.003, 0.0), (0.0, 0.003), (0.0, 2 * z - 0.003), (0.003, 2 * z), (x, 2 * z)]
    link.show(loft((x, y), 0.006, edge), "case", LEATHER)
    link.collide("box", (x, y - 0.002, z), (0, 0, z))
    seam = (0.0015, y - 0.006, 0.0010)
    link.box(seam, (0, 0, 2 * z), "fittings", 400.0, bevel=0.0004, solid=False)
    for side in (-1, 1):
        lock = (0.012, 0.011, 0.0014)
        spot = (0, side * y * 0.72, 2 * z + 0.0010)
        link.box(lock, spot, "fittings", 800.0, bevel=0.0005, solid=False)
    wide, high = float(rng.uniform(0.044, 0.052)), float(rng.uniform(0.042, 0.050))
    spots = _arch(wide, 2 * z - 0.002, 2 * z + high, 0.45)
    _bow(link, spots, 0.0072, "case", LEATHER * 3)
    draft.handle("grip", "body", spots[6].tolist(), (0, 0, -1), (1, 0, 0), 0.0144)
    return draft.build(graspable=True)


PLUGIN = Builders(
    Category("bucket__of__paint.n.01", "paint", paint_bucket, sort="storage", uses=("workshop",)),
    Category("watering_can.n.01", "watering-can", watering_can, sort="vessel", uses=("garden",)),
    Category("briefcase.n.01", "briefcase", briefcase, uses=("desk",)),
)
