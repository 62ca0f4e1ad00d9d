"""Glasses on a stem."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft
from ..toolkit.geometry import revolve
from ..toolkit.pieces import LIFT, column, foot, ring

FULL, PLASTIC, PAPER, FOAM, RUBBER, GLASS = 950.0, 900.0, 180.0, 120.0, 380.0, 2300.0
CLAY, SOIL, LEAF, CARDBOARD = 1600.0, 900.0, 250.0, 220.0
DARK: look.Rgb = (0.09, 0.09, 0.10)


def wineglass(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A glass on a stem."""
    draft = Draft(asset_id, category)
    draft.materials["glass"] = look.glass(rng)
    rim, deep = float(rng.uniform(0.030, 0.0335)), float(rng.uniform(0.062, 0.080))
    stem, foot_radius = float(rng.uniform(0.060, 0.080)), float(rng.uniform(0.029, 0.033))
    t = np.array([0.0, 0.04, 0.10, 0.18, 0.28, 0.40, 0.55, 0.70, 0.85, 1.0])
    swell = np.array([0.12, 0.42, 0.66, 0.85, 0.98, 1.05, 1.07, 1.06, 1.03, 1.0])
    r, z = rim * swell, stem + t * deep
    outer = [(0, 0), (foot_radius, 0), (foot_radius, 0.0016), (0.009, 0.005), (0.004, 0.012),
             (0.0037, stem - 0.004), *zip(r.tolist(), z.tolist(), strict=True)]  # fmt: skip
    within = [(a - 0.0018, b) for a, b in zip(r[:1:-1].tolist(), z[:1:-1].tolist(), strict=True)]
    link = draft.link()
    link.show(revolve([*outer, *within, (0.0, float(z[1]) + 0.003)], 28), "glass", GLASS)
    foot(link, foot_radius - 0.001, 0.0016)
    column(link, foot_radius * 0.98, LIFT, 0.003)
    column(link, 0.0045, 0.003, stem)
    column(link, rim * 0.4, stem, float(z[1]) + 0.001)
    floor = float(z[3])
    column(link, rim * 0.72, float(z[1]), floor)
    ring(link, (rim * 0.94, floor), (rim * 1.03, stem + deep), 0.004, 10)
    inner = (float(r[3]) - 0.005) * 0.92
    low, high = (-inner, -inner, floor), (inner, inner, stem + deep)
    draft.cavity("inside", "body", low, high, round_=True)
    return draft.build(graspable=True, friction=0.7)


PLUGIN = Builders(
    Category("wineglass.n.01", "wineglass", wineglass, sort="vessel", stands_in=("goblet.n.01",)),
)
