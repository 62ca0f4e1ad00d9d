"""Place mats and desk mats: so thin that what is pushed against their edge slides up onto them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import loft
from ..toolkit.pieces import turned

CORK = 450.0
RAMP = 0.012
"""Breadth of the bevel around the top, metres."""
FAN = 3
"""Pieces of the bevel around each corner."""
UNDER = 0.010
"""How far the bevel goes on outwards below the table, metres."""
HEM = 0.0004
"""Height of the hem around the top, metres."""
SUNK = 0.0012
"""Half thickness of what makes the bevel, metres."""


def place_mat(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A mat of cork or woven vinyl whose rubber back does not slip: it stays where it is."""
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
    low = (thick - HEM) / 2
    link.collide("box", (*flat, low), (0, 0, low))
    # A sunken box along each side, turned so that its top rises from below the table to the
    # hem: what is pressed down a little while it is dragged meets no step.
    for yaw, edge, breadth in _edges(*flat):
        _bevel(link, yaw, edge, breadth, thick)
    draft.surface("top", link.name, (0, 0, thick), flat)
    return draft.build(graspable=False, fixed=True)


def _edges(x: float, y: float) -> Iterator[tuple[float, tuple[float, float], float]]:
    """Outward direction, middle and half length of each edge of the top, with fans at corners."""
    for turn, (out, along) in enumerate(((x, y), (y, x), (x, y), (y, x))):
        yaw = turn * np.pi / 2
        c, s = float(np.cos(yaw)), float(np.sin(yaw))
        yield yaw, (c * out, s * out), along
        corner = (c * out - s * along, s * out + c * along)
        for share in range(1, FAN + 1):
            yield yaw + share / (FAN + 1) * np.pi / 2, corner, RAMP * 0.25


def _bevel(
    link: LinkDraft, yaw: float, edge: tuple[float, float], breadth: float, thick: float
) -> None:
    """A sunken box whose top falls from an edge of the hem, outwards, to below the table."""
    reach = (RAMP + UNDER) / 2
    tilt = float(np.arctan2(thick, RAMP))
    level = thick - reach * thick / RAMP - SUNK
    spot = (edge[0] + reach * np.cos(yaw), edge[1] + reach * np.sin(yaw), level)
    link.collide("box", (reach, breadth, SUNK), spot, turned(yaw, tilt))


PLUGIN = Builders(
    Category("place_mat.n.01", "place-mat", place_mat, uses=("kitchen",)),
    Category("mat.n.07", "desk-mat", place_mat, uses=("desk",)),
)
