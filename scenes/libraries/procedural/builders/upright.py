"""Clocks and picture frames, their faces towards +x."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import Array, bevel_box, revolve, rotation, tube
from ..toolkit.pieces import turned
from .boxes import poster

PLASTIC, ELECTRIC, PAPER, RUBBER, METAL = 1000.0, 700.0, 700.0, 1100.0, 2700.0
SHELLS: tuple[look.Rgb, ...] = (
    (0.13, 0.13, 0.14), (0.85, 0.85, 0.84), (0.55, 0.56, 0.58), (0.22, 0.24, 0.28),
)  # fmt: skip
DARK: look.Rgb = (0.05, 0.05, 0.06)


def _bell(link: LinkDraft, side: int, top: Array) -> None:
    """A bell leaning outwards, its rim about `top` (3,)."""
    bell = revolve(
        [(0.015, 0.0), (0.014, 0.005), (0.009, 0.010), (0, 0.012), (0, 0.009), (0.0145, 0)], 16
    )
    lean = rotation("x", -side * 0.6)
    link.show(bell.moved(top, lean), "metal", METAL)
    middle = top + lean @ np.array([0.0, 0.0, 0.005])
    quat = (float(np.cos(0.3)), float(-side * np.sin(0.3)), 0.0, 0.0)
    link.collide("cylinder", (0.0125, 0.005), middle, quat)


def alarm_clock(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """An alarm clock: a drum on two feet with bells, its face towards +x."""
    draft = Draft(asset_id, category)
    colour = look.pick(rng, (*look.PRINTS, DARK, (0.90, 0.88, 0.82)))
    draft.materials["case"] = look.plain(colour, 0.3)
    draft.materials["face"] = look.plain((0.96, 0.95, 0.92), 0.5)
    draft.materials["hands"] = look.plain(DARK, 0.5)
    draft.materials["metal"] = look.plain((0.76, 0.74, 0.66), 0.25, 0.8)
    radius, depth = float(rng.uniform(0.038, 0.050)), float(rng.uniform(0.017, 0.022))
    lift = float(rng.uniform(0.008, 0.013))
    z = radius + lift
    link = draft.link()
    upright = rotation("y", np.pi / 2)
    rim = [
        (0.0, -depth), (radius - 0.003, -depth), (radius, 0.003 - depth), (radius, depth - 0.002),
        (radius - 0.003, depth), (radius - 0.006, depth - 0.003), (0.0, depth - 0.003),
    ]  # fmt: skip
    link.show(revolve(rim, 32).moved((0, 0, z), upright), "case", ELECTRIC * 0.8)
    dial = revolve([(radius - 0.006, depth - 0.0025), (0.0, depth - 0.0025)], 28)
    link.show(dial.moved((0, 0, z), upright), "face", 0.0)
    _dial(link, radius, depth - 0.0018, z, rng)
    link.collide("cylinder", (radius, depth), (0, 0, z), turned(0.0, np.pi / 2))
    for side in (-1, 1):
        leg = np.array(
            [[0, side * radius * 0.62, z - radius * 0.68], [0, side * radius * 0.8, 0.004]]
        )
        link.show(tube(leg, 0.004, 8), "metal", METAL)
        spot = (0, side * radius * 0.78, z / 2 - radius * 0.3)
        link.collide("box", (depth * 0.8, 0.005, spot[2]), spot)
        pad = (0, side * radius * 0.80, 0.002)
        link.box((depth * 0.9, 0.005, 0.002), pad, "metal", METAL, bevel=0.001, solid=False)
        _bell(link, side, np.array([0.0, side * radius * 0.52, z + radius * 0.84]))
    return draft.build(graspable=True)


def _dial(link: LinkDraft, radius: float, x: float, z: float, rng: np.random.Generator) -> None:
    """Twelve marks and two hands on a face at x, centred at height z."""
    reach = radius - 0.010
    bars = [(0.002 if k % 3 else 0.004, 0.0008, k * np.pi / 6, reach) for k in range(12)]
    hour = float(rng.uniform(0, 12))
    for length, wide, share in ((0.45, 0.0016, hour / 12), (0.7, 0.0011, hour % 1.0)):
        half = reach * length / 2
        bars.append((half, wide, -2 * np.pi * share, half))
    for half, wide, angle, out in bars:
        turn = rotation("x", angle)
        spot = turn @ np.array([0.0, 0.0, out]) + np.array([x, 0.0, z])
        link.show(bevel_box((0.0004, wide, half), 0.0001).moved(spot, turn), "hands", 0.0)


def picture_frame(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A picture in a frame that leans on a strut behind it, seen from +x."""
    draft = Draft(asset_id, category)
    draft.materials["frame"] = look.wood(rng) if rng.random() < 0.6 else look.metal(rng)
    draft.materials["mount"] = look.plain((0.96, 0.95, 0.92), 0.8)
    draft.materials["picture"] = look.label(rng)
    y, z = rng.uniform((0.055, 0.075), (0.085, 0.11)).tolist()
    if rng.random() < 0.3:
        y, z = z, y
    bar, thick, lean = float(rng.uniform(0.008, 0.014)), 0.007, float(rng.uniform(0.20, 0.28))
    turn = rotation("y", -lean)
    quat = turned(0.0, -lean)
    link = draft.link()

    def place(half: tuple[float, float, float], spot: tuple[float, float, float], material: str,
              density: float) -> None:  # fmt: skip
        link.show(bevel_box(half, 0.0015).moved(turn @ np.array(spot), turn), material, density)

    for side in (-1, 1):
        place((thick, bar / 2, z), (0, side * (y - bar / 2), z), "frame", 700.0)
        place((thick, y - bar, bar / 2), (0, 0, z + side * (z - bar / 2)), "frame", 700.0)
    place((thick * 0.6, y - bar, z - bar), (-thick * 0.3, 0, z), "mount", 700.0)
    art = poster(np.array([0.0, (y - bar) * 0.78, (z - bar) * 0.78]), 1.0)
    link.show(art.moved(turn @ np.array([thick * 0.32, 0, z]), turn), "picture", 0.0)
    link.collide("box", (thick, y, z - 0.002), turn @ np.array([0, 0, z]), quat)
    front = thick * np.cos(lean)
    link.collide("box", (0.004, y * 0.95, 0.003), (front - 0.005, 0, 0.0015))
    _strut(link, z, lean, thick)
    edge: list[float] = (turn @ np.array([0.0, 0.0, 2 * z - 0.012])).tolist()
    ahead = (float(np.cos(lean)), 0.0, float(np.sin(lean)))
    down = (float(np.sin(lean)), 0.0, -float(np.cos(lean)))
    draft.handle("edge", "body", edge, down, ahead, 2 * thick)
    return draft.build(graspable=True)


def _strut(link: LinkDraft, z: float, lean: float, thick: float) -> None:
    """The prop behind a leaning frame of half height z."""
    top = rotation("y", -lean) @ np.array([-thick, 0.0, 1.45 * z])
    low = np.array([top[0] - 0.55 * z, 0.0, -0.0015])
    way = top - low
    angle = float(np.arctan2(way[0], way[2]))
    middle = (top + low) / 2
    half = (0.002, 0.016, float(np.linalg.norm(way)) / 2 - 0.002)
    link.show(bevel_box(half, 0.0006).moved(middle, rotation("y", angle)), "frame", 700.0)
    link.collide("box", half, middle, turned(0.0, angle))
    link.collide("box", (0.004, 0.016, 0.003), (low[0] + 0.003, 0, 0.0015))


PLUGIN = Builders(
    Category("alarm_clock.n.01", "clock", alarm_clock, uses=("desk", "decor")),
    Category("picture_frame.n.01", "frame", picture_frame, uses=("desk", "decor")),
)
