"""Table and floor lamps: a base with a dial, a stem, and a shade."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.fittings import Dial, dress
from ..toolkit.geometry import bevel_box, revolve, tube
from ..toolkit.pieces import base


def table_lamp(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A base with a dial, a straight or turned stem, and a shade."""
    low, tall = float(rng.uniform(0.14, 0.22)), float(rng.uniform(0.12, 0.17))
    radius, wide = float(rng.uniform(0.085, 0.105)), float(rng.uniform(0.095, 0.13))
    return _lamp(Draft(asset_id, category), (low, tall), (radius, wide), int(rng.integers(3)), rng)


def floor_lamp(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A full-size lamp on a rod or a turned column, with its dial at the foot."""
    low, tall = float(rng.uniform(1.05, 1.30)), float(rng.uniform(0.20, 0.30))
    radius, wide = float(rng.uniform(0.13, 0.16)), float(rng.uniform(0.17, 0.23))
    return _lamp(Draft(asset_id, category), (low, tall), (radius, wide), int(rng.integers(2)), rng)


def _lamp(draft: Draft, heights: tuple[float, float], radii: tuple[float, float], kind: int,
          rng: np.random.Generator) -> Asset:  # fmt: skip
    """Heights of the stem and of the shade, radii of the base and of the shade, metres."""
    dress(draft, rng)
    draft.materials["base"] = (look.wood, look.metal, look.glaze)[int(rng.integers(3))](rng)
    draft.materials["stem"] = draft.materials["base"] if rng.random() < 0.5 else look.metal(rng)
    cloth = ((0.94, 0.90, 0.80), (0.88, 0.86, 0.84), (0.72, 0.42, 0.34), (0.36, 0.44, 0.40),
             (0.86, 0.74, 0.48))  # fmt: skip
    colour = look.pick(rng, cloth)
    draft.materials["shade"] = look.textured(
        rng, "fabric", (colour, look.shade(colour, 0.88)), 20.0, 0.8
    )
    draft.materials["bulb"] = look.plain((1.0, 0.97, 0.86), 0.2)
    body = draft.link()
    foot, radius = float(rng.uniform(0.020, 0.030)), radii[0]
    if rng.random() < 0.5:
        plate = [(0, 0), (radius, 0), (radius, foot - 0.004), (radius - 0.004, foot), (0, foot)]
        body.show(revolve(plate, 32), "base", 1500.0)
    else:
        body.show(bevel_box((radius, radius, foot / 2), 0.003), "base", 1500.0, (0, 0, foot / 2))
    base(body, radius * 0.98, 0.0, foot)
    low = foot + heights[0]
    _stem(body, foot, low, kind, rng)
    _shade(body, low, low + heights[1], radii[1], rng)
    dial = Dial(
        float(rng.uniform(0.013, 0.016)), 0.028, float(rng.uniform(1.6, 3.0)),
        bool(rng.random() < 0.6),
    )  # fmt: skip
    dial.attach(draft, "switch", body.name, (radius * 0.62, 0, foot), up=True)
    return draft.build(graspable=False, fixed=True)


def _stem(body: LinkDraft, foot: float, low: float, kind: int, rng: np.random.Generator) -> None:
    """A rod, a column of spindles, or a bellied vase, up into the shade, with a bulb."""
    z = np.linspace(foot, low + 0.05, 17)
    share = np.linspace(0, 1, 17)
    girth = (
        np.full(17, 0.008),
        0.010 + 0.006 * np.abs(np.sin(share * np.pi * int(rng.integers(2, 5)))),
        0.008 + 0.024 * np.sin(np.pi * np.minimum(share * 1.25, 1.0)) ** 1.5,
    )[kind]
    outline = [(0.0, foot), *zip(girth.tolist(), z.tolist(), strict=True), (0.0, low + 0.05)]
    body.show(revolve(outline, 20), "stem", 900.0)
    thick = float(girth.max())
    body.collide("cylinder", (thick, (low + 0.05 - foot) / 2), (0, 0, (low + 0.05 + foot) / 2))
    bulb = [(0, 0.04), (0.014, 0.045), (0.026, 0.08), (0.018, 0.105), (0, 0.11)]
    body.show(revolve(bulb, 16), "bulb", 60.0, (0, 0, low))


def _shade(body: LinkDraft, low: float, top: float, wide: float, rng: np.random.Generator) -> None:
    """A cone, a drum, or a bell of cloth, open above and below."""
    narrow = wide * float(rng.choice((0.55, 0.75, 1.0)))
    t = 0.003
    flare = float(rng.uniform(0.0, 0.25)) if narrow < wide else 0.0
    share = np.linspace(0, 1, 7)
    r = wide + (narrow - wide) * share ** (1 - flare)
    z = low + (top - low) * share
    outer = np.stack([r, z], -1)
    inner = np.stack([r - t, z], -1)[::-1]
    body.show(revolve(np.concatenate([outer, inner, outer[:1]]), 36), "shade", 300.0)
    spokes = tube(
        np.array([[-narrow + t, 0, top - 0.012], [narrow - t, 0, top - 0.012]]), 0.0018, 6
    )
    body.show(spokes, "stem", 2000.0)
    body.show(tube(np.array([[0, 0, low + 0.1], [0, 0, top - 0.01]]), 0.003, 6), "stem", 2000.0)
    middle = (top + low) / 2
    body.collide("cylinder", (max((wide + narrow) / 2, 0.02), (top - low) / 2), (0, 0, middle))


PLUGIN = Builders(
    Category(
        "table_lamp.n.01",
        "table-lamp",
        table_lamp,
        stands_in=("floor_lamp.n.01",),
        uses=("desk", "decor"),
    ),
    Category("floor_lamp.n.01", "floor-lamp", floor_lamp),
)
