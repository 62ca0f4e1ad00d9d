"""Candles and candlesticks of one standard size: a candle goes in with a millimetre to spare."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import revolve
from ..toolkit.pieces import LIFT, base, column, foot, turned

WAX, BRASS = 900.0, 3500.0
PEG = 0.018
"""Radius of every candle, metres."""
PLAY = 0.001
"""Between a candle and the wall of its socket, on every side, metres."""
DEPTH = 0.045
"""Of a socket, metres."""
STAVES = 9


def candle(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A short straight candle with a flat foot."""
    draft = Draft(asset_id, category)
    colours = ((0.93, 0.78, 0.45), (0.95, 0.90, 0.80), (0.70, 0.16, 0.14), (0.20, 0.35, 0.30))
    draft.materials["wax"] = look.plain(look.pick(rng, colours), 0.6)
    draft.materials["wick"] = look.plain((0.92, 0.90, 0.86), 0.9)
    height = float(rng.uniform(0.062, 0.084))
    link = draft.link()
    top = float(rng.uniform(0.001, 0.004))
    outline = [
        (0, 0), (PEG, 0), (PEG, height - top), (PEG - top, height), (0.004, height - 0.001),
        (0, height - 0.001),
    ]  # fmt: skip
    link.show(revolve(outline, 28), "wax", WAX)
    wick = revolve([(0, 0), (0.0012, 0), (0.0010, 0.006), (0, 0.006)], 6)
    link.show(wick, "wick", WAX, (0, 0, height - 0.001))
    foot(link, PEG, 0.004)
    column(link, PEG, LIFT, height)
    return draft.build(graspable=True)


def candlestick(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A foot, a turned stem, and a socket for one candle."""
    draft = Draft(asset_id, category)
    draft.materials["metal"] = look.metal(rng) if rng.random() < 0.7 else look.wood(rng)
    draft.materials["inside"] = look.plain((0.20, 0.18, 0.16), 0.7)
    wide = float(rng.uniform(0.042, 0.055))
    low, thick = float(rng.uniform(0.044, 0.075)), float(rng.uniform(0.010, 0.014))
    hole = PEG + PLAY
    cup, top = hole + float(rng.uniform(0.006, 0.009)), low + DEPTH
    waist = float(rng.uniform(0.010, 0.016))
    link = draft.link()
    outside = [
        (0, 0), (wide, 0), (wide, thick - 0.003), (wide - 0.004, thick), (waist, thick + 0.001),
        (waist, low - 0.010), (cup, low - 0.007), (cup, top - 0.002), (cup - 0.002, top),
        (hole, top),
    ]  # fmt: skip
    link.show(revolve([*outside, (hole, low), (0, low)], 32), "metal", BRASS)
    link.show(revolve([(hole, top), (hole, low), (0, low + 0.0004)], 32), "inside", 0.0)
    base(link, wide * 0.98, 0.0, thick, 5)
    column(link, waist, thick, low - 0.008)
    column(link, cup * 0.97, low - 0.008, low)
    _socket(link, hole, cup, low, top)
    draft.cavity(
        "socket", link.name, (-hole, -hole, low), (hole, hole, top), round_=True, snug=True
    )
    return draft.build(graspable=True)


def _socket(link: LinkDraft, inner: float, outer: float, low: float, high: float) -> None:
    """A ring of staves whose inner faces touch a circle."""
    thick = (outer - inner) / 2
    width = outer * float(np.tan(np.pi / STAVES))
    for number in range(STAVES):
        yaw = 2 * np.pi * number / STAVES
        pos = (np.cos(yaw) * (inner + thick), np.sin(yaw) * (inner + thick), (low + high) / 2)
        link.collide("box", (thick, width, (high - low) / 2), pos, turned(yaw))


PLUGIN = Builders(
    Category("beeswax_candle.n.01", "beeswax-candle", candle),
    Category("candlestick.n.01", "candlestick", candlestick, keeps="candles", uses=("decor",)),
)
