"""Boxes with lids: recycling bins, coolers and lunch boxes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.fittings import GAP, block, rising, stays
from ..toolkit.geometry import loft, revolve, rotation
from .chests import lip

HOUSING = 500.0
COVER = 160.0
"""Densities of walls and of hollow lids, kg/m^3."""
WHEEL = 900.0


@dataclass(frozen=True)
class Tub:
    """A box that is open above: half extents at the rim, height, wall and floor, metres."""

    x: float
    y: float
    z: float
    wall: float
    floor: float
    corner: float

    def build(self, draft: Draft, body: LinkDraft, material: str) -> None:
        """Add a rounded tub, walls to the touch, its hollow, and the hollow's floor."""
        x, y, z, wall = self.x, self.y, self.z, self.wall
        short = min(x, y)
        outer = [(short, 0), (0.006, 0), (0.0, 0.006), (0.0, z - 0.003), (0.003, z)]
        inner = [(wall, z), (wall, self.floor), (short, self.floor)]
        body.show(loft((x, y), self.corner, [*outer, *inner], 6), material, HOUSING)
        middle = z / 2
        for sign in (-1, 1):
            body.collide("box", (wall / 2, y, middle), (sign * (x - wall / 2), 0, middle))
            side = (x - wall, wall / 2, middle)
            body.collide("box", side, (0, sign * (y - wall / 2), middle))
        body.collide("box", (x - wall, y - wall, self.floor / 2), (0, 0, self.floor / 2))
        low, high = (wall - x, wall - y, self.floor), (x - wall, y - wall, z)
        draft.cavity("inside", body.name, low, high, joint="lid")
        half = (high[0] * 0.94, high[1] * 0.94)
        draft.surface("floor", body.name, (0, 0, self.floor), half, clearance=z - self.floor)

    def cover(self, draft: Draft, body: LinkDraft, thick: float, material: str,
              rng: np.random.Generator) -> LinkDraft:  # fmt: skip
        """Add a rounded lid hinged at the back, with a lip at the front."""
        joint = rising("lid", float(rng.uniform(1.6, 1.85)), 0.15)
        lid = draft.link("lid", body.name, (-self.x, 0, self.z + GAP), joint)
        short = min(self.x, self.y)
        edge = min(0.008, thick * 0.4)
        profile = [
            (short, 0),
            (0.001, 0),
            (0, 0.001),
            (0, thick - edge),
            (edge, thick),
            (short, thick),
        ]
        lid.show(loft((self.x, self.y), self.corner, profile, 6), material, COVER, (self.x, 0, 0))
        lid.collide("box", (self.x, self.y, thick / 2), (self.x, 0, thick / 2))
        lip(draft, lid, 2 * self.x, min(thick, 0.014), rng)
        return lid


def recycling_bin(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A full-size bin with a lid, some on two wheels."""
    draft = Draft(asset_id, category)
    hues = ((0.12, 0.32, 0.55), (0.14, 0.42, 0.24), (0.24, 0.25, 0.27), (0.55, 0.56, 0.57))
    draft.materials["body"] = look.plain(look.pick(rng, hues), 0.5)
    lids = (*hues, (0.86, 0.68, 0.12), (0.68, 0.16, 0.14))
    draft.materials["lid"] = look.plain(look.pick(rng, lids), 0.45)
    draft.materials["grip"] = look.plain((0.10, 0.10, 0.11), 0.5)
    draft.materials["mark"] = look.plain((0.94, 0.95, 0.94), 0.5)
    x, y, z = rng.uniform((0.40, 0.42, 0.66), (0.50, 0.54, 0.84)).tolist()
    tub = Tub(x / 2, y / 2, z, 0.012, 0.06, 0.03)
    body = draft.link()
    tub.build(draft, body, "body")
    _arrows(body, (x / 2 + 0.0004, 0, z * 0.58), min(x, y) * 0.16)
    if rng.random() < 0.5:
        for sign in (-1, 1):
            wheel = revolve([(0, -0.015), (0.06, -0.015), (0.06, 0.015), (0, 0.015)], 20)
            spot = (0.055 - x / 2, sign * (y / 2 + 0.017), 0.06)
            body.show(wheel.moved((0, 0, 0), rotation("x", np.pi / 2)), "grip", WHEEL, spot)
            quat = (float(np.sqrt(0.5)), float(np.sqrt(0.5)), 0.0, 0.0)
            body.collide("cylinder", (0.06, 0.015), spot, quat)
    stays(tub.cover(draft, body, float(rng.uniform(0.018, 0.05)), "lid", rng))
    return draft.build(graspable=False, fixed=True)


def _arrows(body: LinkDraft, centre: tuple[float, float, float], radius: float) -> None:
    """Three bars in a triangle on the front, the sign of recycling."""
    for k in range(3):
        angle = 2 * np.pi * k / 3
        turn = rotation("x", angle)
        bar = loft(
            (0.0006, radius * 0.62),
            0.0003,
            [(0.0006, -0.006), (0, -0.006), (0, 0.006), (0.0006, 0.006)],
            2,
        )
        shift = turn @ np.array([0, 0, -radius * 0.55])
        body.show(bar.moved((0, 0, 0), turn), "mark", 0.0, np.array(centre) + shift)


def cooler(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A picnic cooler: thick walls, a thick lid, and grips at its sides."""
    draft = Draft(asset_id, category)
    hues = ((0.16, 0.36, 0.62), (0.66, 0.14, 0.13), (0.20, 0.40, 0.32), (0.82, 0.80, 0.74))
    draft.materials["body"] = look.plain(look.pick(rng, hues), 0.45)
    white = look.plain((0.93, 0.93, 0.92), 0.45)
    draft.materials["lid"] = white if rng.random() < 0.7 else draft.materials["body"]
    draft.materials["grip"] = look.plain((0.14, 0.14, 0.15), 0.5)
    x, y, z = rng.uniform((0.36, 0.66, 0.32), (0.44, 0.88, 0.40)).tolist()
    tub = Tub(x / 2, y / 2, z, 0.035, 0.04, 0.03)
    body = draft.link()
    tub.build(draft, body, "body")
    for sign in (-1, 1):
        spot = sign * (y / 2 + 0.010)
        block(body, (-0.07, spot - 0.011, z * 0.72), (0.07, spot + 0.011, z * 0.72 + 0.022), "grip",
              HOUSING, bevel=0.004)  # fmt: skip
    stays(tub.cover(draft, body, float(rng.uniform(0.035, 0.055)), "lid", rng))
    return draft.build(graspable=False, fixed=True)


def lunch_box(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A small box with a hinged lid."""
    draft = Draft(asset_id, category)
    draft.materials["body"] = look.plastic(rng)
    draft.materials["lid"] = look.plastic(rng) if rng.random() < 0.6 else draft.materials["body"]
    draft.materials["grip"] = look.plain((0.92, 0.92, 0.90), 0.4)
    x, y, z = rng.uniform((0.14, 0.20, 0.060), (0.19, 0.27, 0.085)).tolist()
    tub = Tub(x / 2, y / 2, z, 0.005, 0.006, float(rng.uniform(0.012, 0.03)))
    body = draft.link()
    tub.build(draft, body, "body")
    stays(tub.cover(draft, body, float(rng.uniform(0.010, 0.016)), "lid", rng))
    return draft.build(graspable=False, fixed=True)


PLUGIN = Builders(
    Category("recycling_bin.n.01", "recycling-bin", recycling_bin, sort="storage"),
    Category(
        "cooler.n.01",
        "cooler",
        cooler,
        also_stands_in=("electric_refrigerator.n.01",),
        uses=("kitchen",),
    ),
    Category(
        "lunch_box.n.01",
        "lunch-box",
        lunch_box,
        sort="box",
        stands_in=("pizza_box.n.01",),
        uses=("kitchen",),
    ),
)
