"""Wardrobes: full-size, with one to three doors, a rail, shelves, and drawers below."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset, Joint
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.fittings import GAP, block, slab
from ..toolkit.geometry import revolve, rotation
from .cabinets import BOARD, Bar, Slot, drawer, finish, hinged, knob

T = 0.02
"""Thickness of boards, metres."""


def wardrobe(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """Bays with doors side by side: one with a rail, the others shelved; drawers below."""
    doors = int(rng.integers(1, 4))
    bay = float(rng.uniform(0.56, 0.62) if doors == 1 else rng.uniform(0.44, 0.54))
    x, y = float(rng.uniform(0.54, 0.60)) / 2, doors * bay / 2
    height = float(rng.uniform(1.75, 2.1))
    draft = Draft(asset_id, category)
    finish(draft, rng)
    draft.materials["mirror"] = look.plain((0.75, 0.80, 0.82), 0.02, 0.9)
    body = draft.link()
    plinth = 0.06
    low = float(rng.uniform(0.20, 0.26)) if rng.random() < 0.5 else 0.0
    block(body, (-x, T - y, 0), (x - 0.03, y - T, plinth), "carcass", BOARD * 0.3)
    for sign in (-1, 1):
        low_y, high_y = sorted((sign * y, sign * (y - T)))
        block(body, (-x, low_y, 0), (x, high_y, height), "carcass", BOARD, bevel=0.002)
    block(body, (-x, T - y, height - T), (x, y - T, height), "carcass", BOARD)
    block(body, (-x, T - y, plinth), (x, y - T, plinth + T), "carcass", BOARD)
    block(body, (-x, T - y, plinth + T), (0.008 - x, y - T, height - T), "inside", BOARD)
    floor = plinth + T + low
    if low:
        block(body, (-x, T - y, floor - T), (x, y - T, floor), "carcass", BOARD)
    draft.surface("top", body.name, (0, 0, height), (x * 0.97, y * 0.97))
    style = bool(rng.random() < 0.3), Bar(float(rng.uniform(0.06, 0.16)), 0.012,
                                          bool(rng.random() < 0.5))  # fmt: skip
    mirror = int(rng.integers(0, 2 * doors))
    for k in range(doors):
        edges = (-y + k * bay, -y + (k + 1) * bay)
        if k:
            post = (x, edges[0] + T / 2, height - T)
            block(body, (0.008 - x, edges[0] - T / 2, plinth + T), post, "carcass", BOARD)
        inner = (edges[0] + (T if k == 0 else T / 2), edges[1] - (T if k == doors - 1 else T / 2))
        joint = _door(draft, body, (x, *edges, floor, height), k, doors, style, mirror == k, rng)
        _bay(draft, body, (0.008 - x, inner[0], floor), (x, inner[1], height - T), joint, k, rng)
        if low:
            _drawer(draft, body, x, inner, (plinth + T, floor - T), k, style)
    return draft.build(graspable=False, fixed=True)


def _bay(draft: Draft, body: LinkDraft, low: tuple[float, float, float],
         high: tuple[float, float, float], joint: str, number: int,
         rng: np.random.Generator) -> None:  # fmt: skip
    """A rail under a shelf, or three to five shelves."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    edge = x1 - 0.02
    hung = number == 0
    levels = [z0]
    if hung:
        levels.append(z1 - float(rng.uniform(0.26, 0.34)))
        rail = revolve([(0, -0.5), (0.012, -0.5), (0.012, 0.5), (0, 0.5)], 12)
        length = y1 - y0
        stretched = type(rail)(rail.vertices * [1, 1, length], rail.faces, rail.uv)
        spot = ((x0 + x1) / 2, (y0 + y1) / 2, levels[1] - T - 0.05)
        body.show(stretched.moved((0, 0, 0), rotation("x", np.pi / 2)), "grip", 900.0, spot)
        quat = (float(np.sqrt(0.5)), float(np.sqrt(0.5)), 0.0, 0.0)
        body.collide("cylinder", (0.012, length / 2), spot, quat)
    else:
        count = int(rng.integers(3, 6))
        levels += [z0 + (z1 - z0) * k / count for k in range(1, count)]
    for k, z in enumerate(levels):
        if k:
            block(body, (x0, y0, z - T), (edge, y1, z), "carcass", BOARD)
        top = (
            levels[k + 1] - T - (0.08 if hung and k == 0 else 0.001) if k + 1 < len(levels) else z1
        )
        name = f"bay_{number + 1}_level_{k + 1}"
        draft.cavity(name, body.name, (x0, y0, z), (edge, y1, top), opening="front", joint=joint)
        middle = ((x0 + edge) / 2, (y0 + y1) / 2, z)
        half = ((edge - x0) / 2 * 0.95, (y1 - y0) / 2 * 0.96)
        draft.surface(f"{name}_shelf", body.name, middle, half, clearance=top - z)


def _door(draft: Draft, body: LinkDraft, size: tuple[float, float, float, float, float],
          number: int, count: int, style: tuple[bool, Bar], mirror: bool,
          rng: np.random.Generator) -> str:  # fmt: skip
    """One door; only the outer ones, and the middle one of three, stand before posts."""
    x, y0, y1, z0, z1 = size
    left = number > 0 if count > 1 else bool(rng.random() < 0.5)
    # The hinged edge of a middle door swings out beside its neighbour, who needs room for that.
    seam = 0.024 if number == 1 and count == 3 else 0.003
    sign = 1.0 if left else -1.0
    name = f"door_{number + 1}"
    low = z0 + 0.002
    middle, tall, wide = (low + z1) / 2, (z1 - low) / 2 - 0.003, (y1 - y0 - seam - 0.003) / 2
    joint = hinged(name, left, 1.5 if count > 2 else float(rng.uniform(1.6, 1.75)), rng)
    link = draft.link(name, body.name, (x + GAP, (y1 if left else y0) - sign * seam, middle), joint)
    centre = -sign * wide
    link.box((0.009, wide, tall), (0.009, centre, 0), "front", BOARD, bevel=0.0025)
    if mirror:
        link.show(slab((0.0015, wide - 0.05, tall - 0.08)), "mirror", 0.0,
                  (0.018, centre, 0))  # fmt: skip
    elif style[0]:
        for z in (-0.5, 0.5):
            panel = slab((0.002, wide - 0.06, tall * 0.42))
            link.show(panel, "front", 0.0, (0.018, centre, z * tall))
    face = (0.018, -sign * (2 * wide - 0.035), (0.95 - middle))
    if style[0]:
        knob(draft, link, face, name, 0.015)
    else:
        style[1].attach(draft, link, face, True, name)
    return name


def _drawer(draft: Draft, body: LinkDraft, x: float, inner: tuple[float, float],
            level: tuple[float, float], number: int, style: tuple[bool, Bar]) -> None:  # fmt: skip
    """A drawer below a door."""
    name = f"drawer_{number + 1}"
    centre = ((inner[0] + inner[1]) / 2, (level[0] + level[1]) / 2)
    slot = Slot(name, centre, ((inner[1] - inner[0]) / 2, (level[1] - level[0]) / 2))
    joint = Joint(name=name, kind="slide", axis=(1, 0, 0), limits=(0.0, round(1.3 * x, 4)),
                  damping=3.0, friction=2.5)  # fmt: skip
    link = draft.link(name, body.name, (x, *centre), joint)
    drawer(draft, link, slot, 2 * x)
    if style[0]:
        knob(draft, link, (0.016, 0, 0), name, 0.015)
    else:
        style[1].attach(draft, link, (0.016, 0, 0), False, name)


PLUGIN = Builders(
    Category("wardrobe.n.01", "wardrobe", wardrobe),
)
