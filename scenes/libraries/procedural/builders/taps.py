"""Sinks and faucets: basins that hold, spouts, and levers or cross handles that turn."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset, Joint
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.fittings import GAP, block, feet, stays
from ..toolkit.geometry import Array, bevel_box, revolve, tube
from .cabinets import BOARD, Bar, hinged

BRASS = 1600.0
"""Density of what is a thin wall of brass around water, kg/m^3."""
CERAMIC = 1400.0


def faucet(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A tall tap on a slab that stands on a table, with a lever or two cross handles."""
    draft = Draft(asset_id, category)
    draft.materials["grip"] = look.metal(rng)
    stone = ((0.85, 0.84, 0.82), (0.24, 0.24, 0.26), (0.70, 0.68, 0.64))
    colour = look.pick(rng, stone)
    draft.materials["base"] = (
        look.wood(rng) if rng.random() < 0.35 else
        look.textured(rng, "marble", (colour, look.shade(colour, 0.75)), 4.0, 0.25)
    )  # fmt: skip
    x, y = rng.uniform((0.09, 0.10), (0.11, 0.13)).tolist()
    thick = float(rng.uniform(0.02, 0.03))
    body = draft.link()
    block(body, (-x, -y, 0), (x, y, thick), "base", 2000.0, bevel=0.003)
    _tap(draft, body, (0.035 - x, 0, thick), float(rng.uniform(0.26, 0.33)), rng)
    return draft.build(graspable=False, fixed=True)


def _tap(draft: Draft, body: LinkDraft, root: tuple[float, float, float], height: float,
         rng: np.random.Generator) -> None:  # fmt: skip
    """A spout, arched or square, and its handles, rising from a point."""
    x, y, z = root
    r = float(rng.uniform(0.009, 0.012))
    reach = float(rng.uniform(0.12, 0.15))
    path = _spout(height, reach, bool(rng.random() < 0.6))
    shift = np.array([x, y, z])
    body.show(tube(path + shift, r, 12), "grip", BRASS)
    foot = [(0, 0), (2.1 * r, 0), (2.1 * r, 0.006), (1.5 * r, 0.012), (1.5 * r, 0.06), (0, 0.06)]
    body.show(revolve(foot, 18), "grip", BRASS, root)
    top, end = float(path[:, 2].max()), float(path[-1, 2])
    body.collide("cylinder", (r, top / 2), (x, y, z + top / 2))
    body.collide("cylinder", (1.5 * r, 0.03), (x, y, z + 0.03))
    body.collide("box", (reach / 2, r, r), (x + reach / 2, y, z + top))
    drop = (top - end) / 2
    body.collide("cylinder", (r, drop), (x + reach, y, z + top - drop))
    if rng.random() < 0.5:
        _lever(draft, body, (x, y + 1.5 * r, z + 0.042), rng)
    else:
        valves = (("cold", -1.0), ("hot", 1.0))
        for name, sign in valves if rng.random() < 0.7 else valves[:1]:
            _cross(draft, body, (x, y + sign * 0.075, z), name, rng)


def _spout(height: float, reach: float, arched: bool) -> Array:
    """The middle line of a spout in the plane y = 0, (K, 3)."""
    if arched:
        radius = reach / 2
        angle = np.linspace(np.pi, 0, 13)
        bow = np.stack([radius + radius * np.cos(angle), 0 * angle,
                        height - radius + radius * np.sin(angle)], -1)  # fmt: skip
        return np.array([[0, 0, 0], *bow.tolist(), [reach, 0, height - radius - 0.03]])
    bend = 0.02
    angle = np.linspace(0, np.pi / 2, 5)
    first = np.stack(
        [bend - bend * np.cos(angle), 0 * angle, height - bend + bend * np.sin(angle)], -1
    )
    second = np.stack([reach - bend + bend * np.sin(angle), 0 * angle,
                       height - bend + bend * np.cos(angle)], -1)  # fmt: skip
    return np.array([[0, 0, 0], *first.tolist(), *second.tolist(), [reach, 0, height - 0.05]])


def _lever(draft: Draft, body: LinkDraft, root: tuple[float, float, float],
           rng: np.random.Generator) -> None:  # fmt: skip
    """A lever beside the column that is pulled forward; its axis points along y."""
    joint = Joint(
        name="lever", kind="hinge", axis=(0, 1, 0),
        limits=(0.0, round(float(rng.uniform(0.9, 1.3)), 4)), damping=0.02, friction=0.08,
        controls="switch",
    )  # fmt: skip
    link = draft.link("lever", body.name, root, joint)
    hub, length, girth = 0.014, float(rng.uniform(0.085, 0.11)), float(rng.uniform(0.010, 0.013))
    link.show(bevel_box((hub * 0.8, 0.009, hub * 0.8), 0.003), "grip", BRASS, (0, 0.010, 0))
    link.collide("box", (hub * 0.8, 0.007, hub * 0.8), (0, 0.012, 0))
    half = (girth * 0.4, girth / 2, length / 2)
    link.box(half, (0, 0.019 - girth / 2 + 0.006, length / 2), "grip", BRASS, bevel=0.0025)
    pos = (0, 0.025 - girth / 2, length * 0.85)
    draft.handle("lever_handle", link.name, pos, (-1, 0, 0), (0, 1, 0), girth, "lever")
    stays(link)


def _cross(draft: Draft, body: LinkDraft, root: tuple[float, float, float], name: str,
           rng: np.random.Generator) -> None:  # fmt: skip
    """A valve with a cross handle that is turned about an upright axis."""
    x, y, z = root
    stem = 0.038
    neck = [(0, 0), (0.018, 0), (0.016, 0.008), (0.010, 0.014), (0.010, stem), (0, stem)]
    body.show(revolve(neck, 14), "grip", BRASS, root)
    body.collide("cylinder", (0.010, (stem - GAP) / 2), (x, y, z + (stem - GAP) / 2))
    joint = Joint(
        name=f"{name}_valve", kind="hinge", axis=(0, 0, 1.0 if name == "hot" else -1.0),
        limits=(0.0, round(float(rng.uniform(1.5, 3.0)), 4)), damping=0.01, friction=0.06,
        controls="switch",
    )  # fmt: skip
    link = draft.link(f"{name}_valve", body.name, (x, y, z + stem), joint)
    link.show(revolve([(0, 0), (0.011, 0), (0.011, 0.024), (0.008, 0.030), (0, 0.031)], 12),
              "grip", BRASS)  # fmt: skip
    link.collide("cylinder", (0.010, 0.0135), (0, 0, 0.0165))
    arm = 0.027
    for half in ((arm, 0.0048, 0.0048), (0.0048, arm, 0.0048)):
        link.box(half, (0, 0, 0.016), "grip", BRASS, bevel=0.002)
    draft.handle(f"{name}_handle", link.name, (0, 0, 0.022), (0, 0, -1), (0, 1, 0), 2 * arm,
                 f"{name}_valve")  # fmt: skip


def sink(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A full-size wash stand: a basin and a tap over a cupboard, a column, or four legs."""
    draft = Draft(asset_id, category)
    draft.materials["grip"] = look.metal(rng)
    _stone(draft, rng)
    draft.materials["front"] = look.wood_or_paint(rng)
    draft.materials["inside"] = look.plain((0.80, 0.74, 0.64), 0.7)
    kind = ("cupboard", "cupboard", "column", "legs")[int(rng.integers(4))]
    x = float(rng.uniform(0.46, 0.60)) / 2
    y = float(rng.uniform(0.50, 0.64) if kind == "column" else rng.uniform(0.60, 1.10)) / 2
    height, deep = float(rng.uniform(0.80, 0.90)), float(rng.uniform(0.14, 0.20))
    body = draft.link()
    basin(draft, body, (x, y, height), deep, rng)
    under = height - deep - 0.02
    if kind == "cupboard":
        cupboard(draft, body, (x - 0.025, y - 0.01, under), height - 0.03, rng)
    elif kind == "column":
        column = [
            (0, 0),
            (0.14, 0),
            (0.14, 0.02),
            (0.085, 0.10),
            (0.08, under * 0.7),
            (0.13, under),
            (0, under),
        ]
        body.show(revolve(column, 28), "basin", CERAMIC * 0.5, (-0.04, 0, 0))
        body.collide("cylinder", (0.085, under / 2), (-0.04, 0, under / 2))
        body.collide("cylinder", (0.14, 0.01), (-0.04, 0, 0.01))
    else:
        feet(body, (x - 0.01, y - 0.02), height - 0.03, 0.018)
        draft.materials["dark"] = look.metal(rng)
    return draft.build(graspable=False, fixed=True)


def _stone(draft: Draft, rng: np.random.Generator) -> None:
    """The materials of a basin and of the top it is in."""
    white = look.pick(rng, ((0.95, 0.95, 0.94), (0.93, 0.91, 0.86), (0.30, 0.31, 0.33)))
    steel = rng.random() < 0.35
    draft.materials["basin"] = look.steel(rng) if steel else look.plain(white, 0.12)
    marble = look.textured(rng, "marble", ((0.82, 0.81, 0.79), (0.62, 0.61, 0.60)), 2.0, 0.2)
    other = look.wood(rng) if rng.random() < 0.5 else marble
    same = steel or rng.random() < 0.5
    draft.materials["top"] = draft.materials["basin"] if same else other


def basin(draft: Draft, body: LinkDraft, size: tuple[float, float, float], deep: float,
          rng: np.random.Generator, rim: float = 0.045) -> None:  # fmt: skip
    """A slab with one basin in it, hollow to the touch, `rim` from its edges, and a tap behind."""
    x, y, z = size
    back, slab = 0.13, 0.03
    wide = min(y - rim, float(rng.uniform(0.20, 0.32)))
    shift = float(rng.uniform(-1, 1)) * (y - rim - wide) if rng.random() < 0.4 else 0.0
    x0, x1, y0, y1 = back - x, x - rim, shift - wide, shift + wide
    for low, high in (
        ((-x, -y), (x0, y)), ((x1, -y), (x, y)), ((x0, -y), (x1, y0)), ((x0, y1), (x1, y)),
    ):  # fmt: skip
        block(body, (*low, z - slab), (*high, z), "top", CERAMIC, bevel=0.003)
    t, floor = 0.012, z - deep
    for low, high in (
        ((x0 - t, y0 - t), (x0, y1 + t)), ((x1, y0 - t), (x1 + t, y1 + t)),
        ((x0, y0 - t), (x1, y0)), ((x0, y1), (x1, y1 + t)),
    ):  # fmt: skip
        block(body, (*low, floor - t), (*high, z - 0.001), "basin", CERAMIC)
    block(body, (x0, y0, floor - t), (x1, y1, floor), "basin", CERAMIC)
    drain = revolve([(0, 0), (0.022, 0), (0.020, 0.002), (0, 0.001)], 16)
    body.show(drain, "grip", 0.0, ((x0 + x1) / 2, shift, floor))
    draft.cavity("basin", body.name, (x0, y0, floor), (x1, y1, z))
    middle = ((x0 + x1) / 2, shift, floor)
    area = ((x1 - x0) / 2 * 0.95, wide * 0.95)
    draft.surface("basin_floor", body.name, middle, area, clearance=deep)
    spare = max((y0 + y, -1.0), (y - y1, 1.0))
    if spare[0] > 0.14:
        side = spare[1] * (y - spare[0] / 2)
        draft.surface("top", body.name, (0.02, side, z), (x * 0.85, spare[0] / 2 * 0.85))
    _tap(draft, body, (0.045 - x, shift, z), float(rng.uniform(0.20, 0.30)), rng)


def cupboard(draft: Draft, body: LinkDraft, size: tuple[float, float, float], top: float,
             rng: np.random.Generator) -> None:  # fmt: skip
    """Under the basin: a hollow with one or two doors."""
    x, y, z = size
    t, kick = 0.016, 0.08
    for edge in (-y, y - t):
        block(body, (-x, edge, 0), (x, edge + t, top), "front", BOARD)
    block(body, (-x, t - y, kick), (x, y - t, kick + t), "front", BOARD)
    block(body, (-x, t - y, kick + t), (0.008 - x, y - t, z), "inside", BOARD)
    block(body, (x - 0.05, t - y, 0), (x - 0.035, y - t, kick), "front", BOARD)
    block(body, (x - t, t - y, z), (x, y - t, top), "front", BOARD)
    count = 2 if y > 0.34 else 1
    low, high = (0.008 - x, t - y, kick + t), (x, y - t, z)
    first = "left_door" if count == 2 else "door"
    draft.cavity("inside", body.name, low, high, opening="front", joint=first)
    area = ((high[0] - low[0]) / 2 * 0.95, high[1] * 0.95)
    draft.surface("floor", body.name, (0.004, 0, low[2]), area, clearance=z - low[2])
    sides = (True, False) if count == 2 else (bool(rng.random() < 0.5),)
    wide, tall = y / count - 0.003, (z + 0.01 - kick) / 2
    for left in sides:
        name = {True: "left_door", False: "right_door"}[left] if count == 2 else "door"
        side = 1.0 if left else -1.0
        joint = hinged(name, left, float(rng.uniform(1.55, 1.75)), rng)
        door = draft.link(name, body.name, (x + GAP, side * y, kick + tall), joint)
        door.box((0.009, wide, tall), (0.009, -side * wide, 0), "front", BOARD, bevel=0.0025)
        bar = Bar(min(0.08, tall * 0.5), 0.011, bool(rng.random() < 0.5))
        bar.attach(draft, door, (0.018, -side * (2 * wide - 0.03), tall * 0.45), True, name)


PLUGIN = Builders(
    Category("sink.n.01", "sink", sink),
    Category("faucet.n.01", "faucet", faucet),
)
