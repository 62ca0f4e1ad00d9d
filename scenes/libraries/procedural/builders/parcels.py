"""Presents and parcels."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import bevel_box, rotation, tube
from ..toolkit.pieces import turned

FULL, PLASTIC, PAPER, FOAM, RUBBER, GLASS = 950.0, 900.0, 180.0, 120.0, 380.0, 2300.0
CLAY, SOIL, LEAF, CARDBOARD = 1600.0, 900.0, 250.0, 220.0
DARK: look.Rgb = (0.09, 0.09, 0.10)


def _boxed(
    draft: Draft, half: tuple[float, float, float], material: str, band: str, width: float
) -> LinkDraft:
    """A box with a band around it both ways."""
    x, y, z = half
    link = draft.link()
    link.box(half, (0, 0, z), material, CARDBOARD, bevel=0.001)
    link.show(bevel_box((x + 0.0003, width, z), 0.0004), band, 0.0, (0, 0, z + 0.0003))
    link.show(bevel_box((width, y + 0.0003, z), 0.0004), band, 0.0, (0, 0, z + 0.0003))
    return link


def gift_box(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A small present with a ribbon and a bow."""
    draft = Draft(asset_id, category)
    colours = [look.PRINTS[int(k)] for k in rng.permutation(len(look.PRINTS))[:2]]
    plain = rng.random() < 0.4
    draft.materials["wrap"] = look.plain(colours[0], 0.4) if plain else look.textured(
        rng, "speckle" if rng.random() < 0.5 else "stripes", (colours[0], look.CREAM), 20.0, 0.4
    )  # fmt: skip
    draft.materials["ribbon"] = look.plain(colours[1], 0.3)
    x, y, z = rng.uniform((0.026, 0.030, 0.018), (0.0335, 0.055, 0.038)).tolist()
    link = _boxed(draft, (x, y, z), "wrap", "ribbon", 0.006)
    turn = np.linspace(0, 2 * np.pi, 13)
    for yaw in (0.6, 0.6 + np.pi / 2, 0.6 + np.pi, 0.6 - np.pi / 2):
        loop = np.stack(
            [0.009 - 0.009 * np.cos(turn), np.zeros(13), 0.006 + 0.0055 * np.sin(turn)], -1
        )
        link.show(tube(loop @ rotation("z", yaw).T, 0.0018, 6), "ribbon", 300.0, (0, 0, 2 * z))
    link.collide("box", (0.012, 0.012, 0.005), (0, 0, 2 * z + 0.005), turned(0.6))
    return draft.build(graspable=True)


def package(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A small parcel with tape and an address."""
    draft = Draft(asset_id, category)
    brown = look.pick(rng, ((0.70, 0.53, 0.35), (0.62, 0.46, 0.30), (0.78, 0.62, 0.44)))
    draft.materials["board"] = look.textured(
        rng, "stripes", (brown, look.shade(brown, 0.95)), 40.0, 0.9
    )
    draft.materials["tape"] = look.plain(look.shade(brown, 1.2), 0.3)
    draft.materials["paper"] = look.plain((0.97, 0.97, 0.96), 0.8)
    draft.materials["print"] = look.plain(DARK, 0.8)
    x, y, z = rng.uniform((0.027, 0.050, 0.020), (0.0335, 0.075, 0.034)).tolist()
    link = draft.link()
    link.box((x, y, z), (0, 0, z), "board", CARDBOARD, bevel=0.001)
    link.show(bevel_box((0.009, y + 0.0003, z), 0.0004), "tape", 0.0, (0, 0, z + 0.0003))
    slip = (x * 0.5, y * 0.32)
    spot = (x * 0.38, y * 0.45, 2 * z + 0.0004)
    link.show(bevel_box((*slip, 0.0003), 0.0001), "paper", 0.0, spot)
    for k in range(3):
        line = (slip[0] * 0.10, slip[1] * (0.75 - 0.15 * k), 0.0002)
        at = (spot[0] + slip[0] * (0.5 * k - 0.5), spot[1], spot[2] + 0.0003)
        link.show(bevel_box(line, 0.0001), "print", 0.0, at)
    draft.surface("top", link.name, (0, 0, 2 * z), (x, y))
    return draft.build(graspable=True)


PLUGIN = Builders(
    Category("gift_box.n.01", "gift", gift_box, sort="box", uses=("play", "decor")),
    Category("package.n.02", "parcel", package, stands_in=("package",), uses=("desk",)),
)
