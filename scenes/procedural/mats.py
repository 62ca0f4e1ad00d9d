"""Place mats: so thin that what is pushed against their edge slides up onto them."""

from __future__ import annotations

import numpy as np

from ...schemas import Asset
from ...schemas.base import Quat
from . import materials as look
from .draft import Draft
from .geometry import loft

CORK = 450.0
RAMP = 0.012
"""Breadth of the bevel around the top, metres."""


def place_mat(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A place mat of cork or woven vinyl whose rubber back does not slip: it stays where it is."""
    draft = Draft(asset_id, category)
    base = look.pick(rng, (*look.PRINTS, *look.PAINTS))
    kinds = (
        look.textured(rng, "stripes", (base, look.pick(rng, look.PAINTS)), 20.0, 0.9),
        look.textured(rng, "fabric", (base, look.shade(base, 0.7)), 20.0, 0.95),
        look.textured(rng, "speckle", ((0.72, 0.55, 0.36), (0.52, 0.38, 0.24)), 20.0, 0.95),
        look.textured(rng, "wicker", (base, look.shade(base, 0.6)), 20.0, 0.95),
    )
    draft.materials["mat"] = kinds[int(rng.integers(len(kinds)))]
    x, y = rng.uniform((0.125, 0.175), (0.150, 0.215)).tolist()
    thick = float(rng.uniform(0.0011, 0.0014))
    link = draft.link()
    profile = [(x, 0.0), (0.0, 0.0), (RAMP, thick), (x, thick)]
    link.show(loft((x, y), 0.015, profile), "mat", CORK)
    flat = (x - RAMP, y - RAMP)
    link.collide("box", (*flat, thick / 2), (0, 0, thick / 2))
    # A sunken box along each side, turned so that its top rises from the table to the mat.
    slope = float(np.arctan2(thick, RAMP)) / 2
    c, s, sunk = float(np.cos(slope)), float(np.sin(slope)), thick
    for sign in (-1, 1):
        middle, low = RAMP / 2, thick / 2 - sunk / 2
        about_y: Quat = (c, 0.0, sign * s, 0.0)
        about_x: Quat = (c, -sign * s, 0.0, 0.0)
        ramp = RAMP / 2
        link.collide("box", (ramp, flat[1], sunk / 2), (sign * (x - middle), 0, low), about_y)
        link.collide("box", (flat[0], ramp, sunk / 2), (0, sign * (y - middle), low), about_x)
    draft.surface("top", link.name, (0, 0, thick), flat)
    return draft.build(graspable=False, fixed=True)
