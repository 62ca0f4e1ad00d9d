"""Bread, cakes, cheese and burgers."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import bevel_box, loft, revolve
from ..toolkit.pieces import LIFT, column, foot

FLESH, CRUMB, FULL, CHEESE, SHELL = 850.0, 380.0, 950.0, 1000.0, 600.0


def bread_slice(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A slice of tin bread, lying."""
    draft = Draft(asset_id, category)
    crumb = look.pick(rng, ((0.90, 0.80, 0.60), (0.80, 0.66, 0.46), (0.68, 0.50, 0.32)))
    draft.materials["crumb"] = look.textured(
        rng, "speckle", (crumb, look.shade(crumb, 0.86)), 20.0, 0.95
    )
    draft.materials["crust"] = look.plain(look.shade(crumb, 0.6), 0.85)
    x, y, z = rng.uniform((0.0325, 0.042, 0.019), (0.0348, 0.050, 0.024)).tolist()
    link = draft.link()
    crust = [(0.0025, 0.0), (0.0, 0.001), (0.0, z - 0.001), (0.0025, z)]
    link.show(loft((x, y), 0.012, crust, 4), "crust", CRUMB)
    faces = ([(x, 0.0), (0.0025, 0.0)], [(0.0025, z), (x, z)])
    for face in faces:
        link.show(loft((x, y), 0.012, face, 4), "crumb", CRUMB)
    link.collide("box", (x, y - 0.006, z / 2), (0, 0, z / 2))
    link.collide("box", (x - 0.006, y, z / 2), (0, 0, z / 2))
    return draft.build(graspable=True)


def cheese(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A block of cheddar."""
    draft = Draft(asset_id, category)
    colour = look.pick(rng, ((0.94, 0.68, 0.22), (0.92, 0.78, 0.40), (0.90, 0.58, 0.18)))
    draft.materials["cheese"] = look.textured(
        rng, "marble", (colour, look.shade(colour, 0.94)), 10.0, 0.4
    )
    x, y, z = rng.uniform((0.026, 0.044, 0.0125), (0.034, 0.060, 0.021)).tolist()
    draft.link().box((x, y, z), (0, 0, z), "cheese", CHEESE, bevel=0.003)
    return draft.build(graspable=True)


def cupcake(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A cupcake: a paper cup under a swirl."""
    icing = ((0.96, 0.90, 0.82), (0.93, 0.66, 0.72), (0.42, 0.26, 0.18), (0.66, 0.82, 0.80))
    return _cake(asset_id, category, rng, look.pick(rng, icing), True)


def muffin(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A muffin with a risen top."""
    crumb = ((0.72, 0.48, 0.24), (0.36, 0.22, 0.14), (0.82, 0.62, 0.34))
    return _cake(asset_id, category, rng, look.pick(rng, crumb), False)


def _cake(
    asset_id: str, category: str, rng: np.random.Generator, top: look.Rgb, swirl: bool
) -> Asset:
    """A pleated paper cup and what rises above it."""
    draft = Draft(asset_id, category)
    paper = look.pick(rng, (*look.PRINTS, look.CREAM, (0.50, 0.33, 0.20)))
    draft.materials["paper"] = look.textured(
        rng, "stripes", (paper, look.shade(paper, 0.8)), 80.0, 0.8
    )
    draft.materials["top"] = look.textured(rng, "speckle", (top, look.shade(top, 0.8)), 20.0, 0.8)
    rim, cup = float(rng.uniform(0.0275, 0.031)), float(rng.uniform(0.026, 0.031))
    low, brim = rim * 0.78, rim + (0.002 if swirl else 0.0035)
    link = draft.link()
    link.show(revolve([(0, 0), (low, 0), (rim, cup)], 32), "paper", CRUMB)
    crown: list[tuple[float, float]] = [(rim, cup), (brim, cup + 0.004)]
    rise = float(rng.uniform(0.022, 0.028) if swirl else rng.uniform(0.014, 0.019))
    for k in range(3 if swirl else 0):
        outer, z = brim * (1 - 0.27 * k), cup + 0.004 + rise * k / 3
        crown += [
            (outer, z + rise * 0.12),
            (outer * 0.9, z + rise * 0.27),
            (outer * 0.74, z + rise * 0.3),
        ]
    if not swirl:
        t = np.linspace(0.15, 1.45, 6)
        crown += [(brim * float(np.cos(a)), cup + 0.004 + rise * float(np.sin(a))) for a in t]
    crown.append((0.0, cup + 0.004 + rise))
    link.show(revolve(crown, 24), "top", CRUMB)
    foot(link, low - 0.001, 0.008)
    column(link, (low * 0.6 + rim * 0.4), LIFT, cup * 0.45)
    column(link, rim, cup * 0.45, cup + 0.005)
    column(link, brim * (0.80 if swirl else 0.85), cup + 0.005, cup + 0.004 + rise * 0.6)
    column(link, brim * 0.42, cup + rise * 0.6, cup + 0.004 + rise * 0.98)
    return draft.build(graspable=True)


def brownie(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A square of chocolate cake with a cracked top."""
    draft = Draft(asset_id, category)
    colour = look.pick(rng, ((0.30, 0.17, 0.10), (0.24, 0.13, 0.08), (0.38, 0.23, 0.14)))
    draft.materials["cake"] = look.textured(
        rng, "speckle", (colour, look.shade(colour, 0.7)), 20.0, 0.9
    )
    draft.materials["top"] = look.textured(
        rng, "marble", (look.shade(colour, 1.35), colour), 20.0, 0.6
    )
    x, y, z = rng.uniform((0.026, 0.028, 0.016), (0.033, 0.036, 0.022)).tolist()
    link = draft.link()
    link.box((x, y, z), (0, 0, z), "cake", 600.0, bevel=0.002)
    link.show(bevel_box((x - 0.002, y - 0.002, 0.0006), 0.0003), "top", 0.0, (0, 0, 2 * z))
    return draft.build(graspable=True)


def _filling(link: LinkDraft, r: float, low: float, z: float) -> None:
    """Meat and a leaf of a radius, between two heights."""
    link.show(
        revolve(
            [
                (0, low),
                (r - 0.001, low),
                (r, low + 0.004),
                (r, z - 0.004),
                (r - 0.001, z - 0.003),
                (0, z - 0.003),
            ],
            28,
        ),
        "meat",
        900.0,
    )
    link.show(
        revolve([(0, z - 0.003), (r + 0.0005, z - 0.003), (r + 0.0005, z), (0, z)], 24),
        "green",
        300.0,
    )


def hamburger(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A burger: bun, lettuce, patty, bun."""
    draft = Draft(asset_id, category)
    crust = look.pick(rng, ((0.78, 0.50, 0.22), (0.70, 0.42, 0.18), (0.84, 0.60, 0.30)))
    draft.materials["bun"] = look.textured(
        rng, "speckle", (crust, look.shade(crust, 1.25)), 20.0, 0.5
    )
    draft.materials["green"] = look.plain((0.42, 0.60, 0.20), 0.7)
    draft.materials["meat"] = look.plain((0.30, 0.17, 0.11), 0.8)
    r = float(rng.uniform(0.0342, 0.0348))
    low, layer = float(rng.uniform(0.013, 0.017)), float(rng.uniform(0.010, 0.014))
    dome = float(rng.uniform(0.022, 0.027))
    link = draft.link()
    link.show(
        revolve([(0, 0), (r - 0.004, 0), (r - 0.001, 0.004), (r - 0.001, low), (0, low)], 28),
        "bun",
        CRUMB,
    )
    z = low + layer
    _filling(link, r, low, z)
    t = np.linspace(0.0, np.pi / 2, 8)
    arc = [(r * float(np.cos(a)) ** 0.7, z + dome * float(np.sin(a))) for a in t[:-1]]
    link.show(revolve([(0, z), *arc, (0.0, z + dome)], 28), "bun", CRUMB)
    foot(link, r - 0.004, 0.008)
    column(link, r, LIFT + 0.002, z + dome * 0.35)
    column(link, r * 0.84, z + dome * 0.35, z + dome * 0.75)
    column(link, r * 0.5, z + dome * 0.75, z + dome * 0.97)
    return draft.build(graspable=True)


PLUGIN = Builders(
    Category("bread_slice.n.01", "bread", bread_slice),
    Category("cheddar.n.02", "cheddar", cheese),
    Category("cupcake.n.01", "cupcake", cupcake),
    Category("muffin.n.01", "muffin", muffin),
    Category(
        "brownie.n.03",
        "brownie",
        brownie,
        stands_in=("chocolate_biscuit.n.01", "chocolate_chip_cookie.n.01", "granola_bar.n.01"),
    ),
    Category("hamburger.n.01", "burger", hamburger, stands_in=("club_sandwich.n.01",)),
)
