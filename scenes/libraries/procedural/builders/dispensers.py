"""Bottles with a pump or a trigger, and rolls of paper."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import loft, revolve, tube
from ..toolkit.pieces import LIFT, column, foot, ring
from .bottles import curve

FULL, PLASTIC, PAPER, FOAM, RUBBER, GLASS = 950.0, 900.0, 180.0, 120.0, 380.0, 2300.0
CLAY, SOIL, LEAF, CARDBOARD = 1600.0, 900.0, 250.0, 220.0
DARK: look.Rgb = (0.09, 0.09, 0.10)


def soap_dispenser(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A bottle with a pump, its spout towards +x."""
    draft = Draft(asset_id, category)
    draft.materials["body"] = look.glass(rng) if rng.random() < 0.4 else look.glaze(rng)
    draft.materials["pump"] = look.metal(rng) if rng.random() < 0.6 else look.plain(DARK, 0.5)
    radius, body = float(rng.uniform(0.0285, 0.0345)), float(rng.uniform(0.085, 0.12))
    shoulder, neck = body * 0.82, 0.012
    link = draft.link()
    outer = [(0, 0), (radius - 0.003, 0), (radius, 0.003), (radius, shoulder)]
    bend = np.linspace(0, np.pi / 2, 6)[1:]
    outer += [
        (neck + (radius - neck) * float(np.cos(a)), shoulder + (body - shoulder) * float(np.sin(a)))
        for a in bend
    ]
    link.show(revolve([*outer, (0, body)], 28), "body", FULL)
    stem = body + float(rng.uniform(0.030, 0.042))
    pump = [
        (0, body - 0.001), (neck + 0.002, body - 0.001), (neck + 0.002, body + 0.012),
        (0.004, body + 0.014), (0.004, stem), (0.010, stem), (0.010, stem + 0.008),
        (0, stem + 0.010),
    ]  # fmt: skip
    link.show(revolve(pump, 18), "pump", PLASTIC)
    reach = radius * float(rng.uniform(1.05, 1.25))
    nose = np.array(
        [[0, 0, stem + 0.004], [reach * 0.8, 0, stem + 0.003], [reach, 0, stem - 0.007]]
    )
    link.show(tube(nose, np.array([0.0055, 0.0045, 0.0035]), 8), "pump", PLASTIC)
    foot(link, radius - 0.002, 0.01)
    column(link, radius, LIFT, shoulder + 0.003)
    column(link, radius * 0.75, shoulder, body - 0.003)
    column(link, neck + 0.002, body - 0.003, body + 0.012)
    column(link, 0.005, body + 0.012, stem)
    column(link, 0.010, stem, stem + 0.009)
    link.collide("box", (reach / 2, 0.004, 0.0045), (reach / 2, 0, stem + 0.002))
    return draft.build(graspable=True)


def spray_bottle(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A bottle with a trigger, its nozzle towards +x."""
    draft = Draft(asset_id, category)
    draft.materials["body"] = look.glass(rng) if rng.random() < 0.4 else look.plastic(rng)
    draft.materials["head"] = look.plain(
        look.pick(rng, ((0.93, 0.93, 0.92), DARK, *look.PRINTS[:3])), 0.45
    )
    draft.materials["label"] = look.label(rng)
    radius, height = float(rng.uniform(0.030, 0.0345)), float(rng.uniform(0.20, 0.235))
    low, neck = height * 0.48, 0.0135
    link = draft.link()
    paper = (low * 0.2, low * 0.9)
    link.show(
        revolve([(0, 0), (radius - 0.004, 0), (radius, 0.004), (radius, paper[0])], 28),
        "body",
        FULL * 0.8,
    )
    link.show(revolve([(radius, paper[0]), (radius, paper[1])], 28).unit_uv(), "label", FULL * 0.8)
    top = height * 0.70
    slope = curve(radius, low, neck, top)
    link.show(revolve([(radius, paper[1]), *slope, (0, top)], 28), "body", FULL * 0.8)
    _trigger(link, neck, top, height)
    foot(link, radius - 0.003, 0.01)
    column(link, radius, LIFT, low)
    column(link, radius * 0.8 + neck * 0.2, low, low + (top - low) * 0.4)
    column(link, radius * 0.35 + neck * 0.65, low + (top - low) * 0.4, top)
    return draft.build(graspable=True)


def _trigger(link: LinkDraft, neck: float, top: float, height: float) -> None:
    """The collar, head, nozzle and lever on the neck of a bottle that ends at `top`."""
    wide = neck + 0.003
    collar = [
        (0, top), (wide, top), (wide, top + 0.018), (0.009, top + 0.02), (0.009, height - 0.02),
        (0, height - 0.02),
    ]  # fmt: skip
    link.show(revolve(collar, 18), "head", PLASTIC)
    z = height - 0.013
    shape = [
        (0.012, -0.012), (0.002, -0.012), (0, -0.010), (0, 0.006), (0.006, 0.0125), (0.012, 0.013)
    ]  # fmt: skip
    link.show(loft((0.038, 0.012), 0.01, shape, 4), "head", PLASTIC * 0.6, (0.012, 0, z))
    link.box((0.006, 0.007, 0.006), (0.054, 0, z), "head", PLASTIC, bevel=0.002)
    lever = np.array([[0.034, 0, z - 0.008], [0.040, 0, z - 0.024], [0.036, 0, z - 0.042]])
    link.show(tube(lever, np.array([0.005, 0.0045, 0.004]), 8), "head", PLASTIC)
    link.collide("box", (0.005, 0.004, 0.018), (0.038, 0, z - 0.026))
    link.collide("box", (0.038, 0.012, 0.0125), (0.012, 0, z))
    column(link, wide, top - 0.004, top + 0.018)
    column(link, 0.009, top, height - 0.02)


def toilet_roll(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A roll of toilet paper, standing."""
    draft = Draft(asset_id, category)
    white = look.pick(rng, ((0.97, 0.97, 0.96), (0.95, 0.93, 0.90), (0.90, 0.94, 0.95)))
    draft.materials["paper"] = look.textured(
        rng, "fabric", (white, look.shade(white, 0.95)), 10.0, 0.95
    )
    draft.materials["core"] = look.plain((0.70, 0.58, 0.44), 0.9)
    radius, height = float(rng.uniform(0.0305, 0.0345)), float(rng.uniform(0.080, 0.10))
    core = float(rng.uniform(0.016, 0.019))
    link = draft.link()
    side = [
        (core, 0),
        (radius - 0.002, 0),
        (radius, 0.002),
        (radius, height - 0.002),
        (radius - 0.002, height),
        (core, height),
    ]
    link.show(revolve(side, 32), "paper", PAPER)
    link.show(
        revolve([(core, height), (core - 0.001, height), (core - 0.001, 0), (core, 0)], 24),
        "core",
        PAPER,
    )
    ring(link, (radius + 0.0004, LIFT), (radius + 0.0004, height), radius - core - 0.001, 12)
    for k in range(3):
        way = np.array([np.cos(2 * np.pi * k / 3), np.sin(2 * np.pi * k / 3)])
        link.collide("box", (0.005, 0.005, 0.004), (*(way * (core + radius) / 2), 0.004))
    return draft.build(graspable=True, friction=0.9)


PLUGIN = Builders(
    Category("soap_dispenser.n.01", "soap-pump", soap_dispenser, uses=("bath",)),
    Category("atomizer.n.01", "spray", spray_bottle, uses=("bath", "garden")),
    Category("toilet_tissue.n.01", "toilet-roll", toilet_roll, uses=("bath",)),
)
