"""Tools with two legs, closed and lying flat."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import Array, revolve, tube
from ..toolkit.pieces import LIFT, turned
from ..toolkit.slabs import plate
from .tools import steel

WOOD, STEEL, PLASTIC, RUBBER = 650.0, 7000.0, 1000.0, 1150.0
DARK: look.Rgb = (0.10, 0.10, 0.11)
GRIPS: tuple[look.Rgb, ...] = (*look.PRINTS, DARK)


def pliers(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """Pliers lying flat, closed, their jaws towards +y."""
    draft = Draft(asset_id, category)
    draft.materials["steel"] = steel(rng)
    draft.materials["grip"] = look.plain(look.pick(rng, GRIPS), 0.7)
    half, girth = float(rng.uniform(0.076, 0.09)), float(rng.uniform(0.0062, 0.0070))
    jaw = float(rng.uniform(0.042, 0.055))
    pivot, z = half - jaw, girth
    link = draft.link()
    hub = revolve([(0, 0.001), (0.0125, 0.001), (0.0125, 2 * z - 0.001), (0, 2 * z - 0.001)], 20)
    link.show(hub, "steel", STEEL * 0.8, (0, pivot, 0))
    link.collide("cylinder", (0.0125, z - LIFT), (0, pivot, z))
    for side in (-1, 1):
        s = float(side)
        tip = [(s * 0.0008, pivot), (s * 0.011, pivot), (s * 0.0085, pivot + jaw * 0.5),
               (s * 0.004, half), (s * 0.0008, half)]  # fmt: skip
        link.show(plate(tip[::side], 0.001, 2 * z - 0.001), "steel", STEEL * 0.8)
        y = np.array([pivot, pivot - 0.018, -0.1 * half, -0.6 * half, -half])
        x = s * np.array([-0.002, 0.0085, 0.0155, 0.0165, 0.0145])
        path = np.stack([x, y, np.full(5, z)], -1)
        link.show(tube(path[:2], girth * 0.8, 8), "steel", STEEL * 0.8)
        link.show(tube(path[1:], girth * np.array([0.85, 1.0, 1.0, 0.8]), 10), "grip", PLASTIC)
        for start, stop in ((1, 2), (2, 3), (3, 4)):
            _bar(link, path[start], path[stop], girth * 0.9)
        link.collide("box", (0.004, jaw / 2 - 0.002, z - 0.001), (s * 0.0045, pivot + jaw / 2, z))
        link.collide("box", (0.003, 0.008, z / 2), (s * 0.016, -0.35 * half, z / 2))
    link.collide("box", (0.006, 0.008, z / 2), (0, pivot, z / 2))
    return draft.build(graspable=True)


def _bar(link: LinkDraft, start: Array, end: Array, radius: float) -> None:
    """A level box between two points."""
    way = end - start
    yaw = float(np.arctan2(way[1], way[0]))
    half = float(np.linalg.norm(way)) / 2
    link.collide("box", (half, radius, radius * 0.9), (start + end) / 2, turned(yaw))


def pruner(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """Garden shears, closed and lying flat, their blades towards +y."""
    draft = Draft(asset_id, category)
    draft.materials["steel"] = steel(rng)
    draft.materials["grip"] = look.plain(look.pick(rng, look.PRINTS), 0.6)
    half, girth = float(rng.uniform(0.095, 0.11)), float(rng.uniform(0.0122, 0.0134))
    blade = float(rng.uniform(0.055, 0.07))
    pivot, z = half - blade, girth
    link = draft.link()
    edge = [
        (-0.012, pivot - 0.006),
        (0.006, pivot - 0.008),
        (0.013, pivot + blade * 0.4),
        (0.006, half),
        (-0.002, half - 0.004),
    ]
    link.show(plate(edge, z - 0.003, z + 0.001), "steel", STEEL)
    hook = [
        (-0.006, pivot - 0.008), (0.012, pivot - 0.006), (-0.004, pivot + blade * 0.75),
        (-0.012, pivot + blade * 0.6), (-0.014, pivot + blade * 0.2),
    ]  # fmt: skip
    link.show(plate(hook, z + 0.001, z + 0.005), "steel", STEEL)
    link.collide("box", (0.011, blade / 2, 0.004), (-0.0005, pivot + blade / 2, z + 0.001))
    bolt = revolve([(0, 0), (0.011, 0), (0.011, 2 * z), (0, 2 * z)], 18)
    link.show(bolt, "steel", STEEL * 0.8, (0, pivot, 0))
    link.collide("box", (0.009, 0.009, z), (0, pivot, z))
    for side in (-1, 1):
        y = np.array([pivot - 0.003, pivot - 0.03, -0.2 * half, -0.65 * half, -half])
        x = side * np.array([0.004, 0.011, 0.018, 0.018, 0.013])
        path = np.stack([x, y, np.full(5, z)], -1)
        link.show(tube(path, girth * np.array([0.7, 0.9, 1.0, 1.0, 0.75]), 10), "grip", PLASTIC)
        for start, stop in ((0, 1), (1, 2), (2, 3), (3, 4)):
            _bar(link, path[start], path[stop], girth * 0.85)
        link.collide("box", (0.004, 0.010, z / 2), (side * 0.0165, -0.4 * half, z / 2))
        link.collide("box", (0.004, 0.006, z / 2), (side * 0.009, pivot - 0.024, z / 2))
    return draft.build(graspable=True)


PLUGIN = Builders(
    Category("pliers.n.01", "pliers", pliers),
    Category(
        "pruner.n.02",
        "pruner",
        pruner,
        stands_in=("scissors.n.01", "shears.n.01"),
        uses=("garden",),
    ),
)
