"""Open vessels with flat walls: trays, baskets, bins, tubs."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import loft

TRAYWOOD, WICKER, TUB = 420.0, 110.0, 700.0


def open_box(
    draft: Draft, half: tuple[float, float], corner: float, height: float, wall: float,
    floor: float, density: float, flare: float = 0.0, lip: float = 0.0,
) -> LinkDraft:  # fmt: skip
    """A rounded rectangular vessel with five collision boxes and a cavity."""
    link = draft.link()
    x, y = half
    link.show(
        loft(
            half, corner,
            [
                (min(x, y), 0), (flare, 0), (0, height - wall * 0.3), (wall * 0.3, height),
                (wall * 0.7, height), (wall, height - wall * 0.3), (wall + flare, floor),
                (min(x, y), floor),
            ],
        ),
        "body", density,
    )  # fmt: skip
    base = (x - flare, y - flare)
    link.collide("box", (base[0] - 0.001, base[1] - 0.001, floor / 2), (0, 0, floor / 2))
    _walls(link, half, corner, (height, lip), wall, flare)
    inner = (base[0] - wall - 0.001, base[1] - wall - 0.001)
    draft.cavity("inside", link.name, (-inner[0], -inner[1], floor), (*inner, height))
    draft.surface("floor", link.name, (0, 0, floor), (inner[0] * 0.97, inner[1] * 0.97))
    return link


def _walls(
    link: LinkDraft, half: tuple[float, float], corner: float, rise: tuple[float, float],
    wall: float, flare: float,
) -> None:  # fmt: skip
    """Four leaning boxes; `rise` is the height of the vessel and of its lip."""
    (x, y), (height, lip) = half, rise
    tilt = float(np.arctan2(flare, height))
    for sign in (-1, 1):
        c, s = float(np.cos(sign * tilt / 2)), float(np.sin(sign * tilt / 2))
        mid_x, mid_y = x - flare / 2 - wall / 2, y - flare / 2 - wall / 2
        tall = (height + lip) / 2 - 0.0005
        link.collide(
            "box",
            (wall / 2, y - corner * 0.3, tall),
            (sign * mid_x, 0, (height + lip) / 2),
            (c, 0, s, 0),
        )
        link.collide(
            "box",
            (x - corner * 0.3, wall / 2, tall),
            (0, sign * mid_y, (height + lip) / 2),
            (c, -s, 0, 0),
        )


def tray(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A light serving tray with a low rim and two upright handles."""
    draft = Draft(asset_id, category)
    draft.materials["body"] = (
        look.wood(rng), look.metal(rng), look.paint(rng)
    )[int(rng.integers(3))]  # fmt: skip
    x, y = rng.uniform((0.095, 0.14), (0.125, 0.17)).tolist()
    height, wall = float(rng.uniform(0.02, 0.032)), 0.008
    link = open_box(draft, (x, y), 0.012, height, wall, 0.005, TRAYWOOD)
    draft.materials["grip"] = look.wood(rng) if rng.random() < 0.5 else look.paint(rng)
    for side in (-1, 1):
        # Tall enough for the fingertips to hold the tray level by one end.
        bar = (0, side * (y - wall / 2), height + 0.031)
        link.box((0.045, 0.005, 0.014), bar, "grip", TRAYWOOD, bevel=0.003)
        for end in (-1, 1):
            post = (end * 0.04, side * (y - wall / 2), height + 0.009)
            link.box((0.005, 0.004, 0.0095), post, "grip", TRAYWOOD)
        draft.handle(
            f"grip_{'left' if side > 0 else 'right'}", link.name, bar, (0, 0, -1), (0, 1, 0), 0.01
        )
    return draft.build(graspable=True)


def basket(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A wicker basket with a thick rim."""
    draft = Draft(asset_id, category)
    straw = look.pick(rng, ((0.74, 0.58, 0.36), (0.55, 0.38, 0.22), (0.84, 0.74, 0.56)))
    draft.materials["body"] = look.textured(
        rng, "wicker", (straw, look.shade(straw, 0.55)), 10.0, 0.85
    )
    draft.materials["rim"] = look.plain(look.shade(straw, 0.8), 0.85)
    x, y = rng.uniform((0.115, 0.145), (0.132, 0.17)).tolist()
    height, wall = float(rng.uniform(0.122, 0.138)), 0.014
    flare = float(rng.uniform(0.0, 0.012))
    link = open_box(draft, (x, y), 0.025, height, wall, 0.008, WICKER, flare, 0.007)
    _roll(link, (x, y), 0.025, height, wall, "rim")
    return draft.build(graspable=True)


def waste_bin(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A low waste bin for a desk or worktop, of painted board, felt or wicker."""
    draft = Draft(asset_id, category)
    straw: look.Rgb = (0.66, 0.50, 0.31)
    felt = look.pick(rng, look.PAINTS)
    draft.materials["body"] = (
        look.plain(look.pick(rng, look.PAINTS), 0.85),
        look.textured(rng, "fabric", (felt, look.shade(felt, 0.75)), 10.0, 0.95),
        look.textured(rng, "wicker", (straw, look.shade(straw, 0.55)), 10.0, 0.85),
    )[int(rng.integers(3))]
    x, y = rng.uniform((0.120, 0.140), (0.135, 0.158)).tolist()
    height, wall = float(rng.uniform(0.130, 0.148)), 0.012
    flare = float(rng.uniform(0.0, 0.008))
    link = open_box(draft, (x, y), 0.022, height, wall, 0.008, WICKER, flare, 0.006)
    _roll(link, (x, y), 0.022, height, wall, "body")
    return draft.build(graspable=True)


def _roll(
    link: LinkDraft, half: tuple[float, float], corner: float, height: float, wall: float,
    material: str,
) -> None:  # fmt: skip
    """The rounded rim of a vessel with thick walls."""
    angle = np.linspace(0, 2 * np.pi, 9)
    centre, thick = wall / 2, wall * 0.6
    profile = np.stack([centre - thick * np.cos(angle), height + thick * np.sin(angle)], -1)
    link.show(loft(half, corner, [(a, b) for a, b in profile.tolist()]), material, WICKER)


def tub(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """An open plastic food container."""
    draft = Draft(asset_id, category)
    draft.materials["body"] = look.plain(
        look.pick(
            rng, ((0.80, 0.86, 0.90), (0.93, 0.93, 0.92), (0.62, 0.78, 0.74), (0.9, 0.7, 0.6))
        ),
        0.35,
    )
    x, y = rng.uniform((0.070, 0.085), (0.085, 0.11)).tolist()
    height = float(rng.uniform(0.086, 0.115))
    open_box(draft, (x, y), 0.018, height, 0.0045, 0.004, TUB, 0.006)
    return draft.build(graspable=True)


PLUGIN = Builders(
    Category(
        "tray.n.01",
        "tray",
        tray,
        sort="tray",
        stands_in=("cookie_sheet.n.01", "tray"),
        uses=("kitchen", "desk", "bath", "decor"),
    ),
    Category("wicker_basket.n.01", "basket", basket, sort="storage", stands_in=("basket",)),
    Category(
        "ashcan.n.01",
        "bin",
        waste_bin,
        keeps="waste",
        stands_in=("bucket.n.01", "compost_bin.n.01", "bucket"),
    ),
    Category(
        "tupperware.n.01",
        "tub",
        tub,
        sort="storage",
        stands_in=("container.n.01",),
        also_stands_in=("storage_container.n.01",),
        uses=("kitchen",),
    ),
)
