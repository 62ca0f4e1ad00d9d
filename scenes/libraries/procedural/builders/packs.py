"""Tins and cartons."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import Mesh, revolve, rotation
from ..toolkit.pieces import LIFT, column, foot, turned
from .boxes import poster

FLESH, CRUMB, FULL, CHEESE, SHELL = 850.0, 380.0, 950.0, 1000.0, 600.0


def tin(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A tin of food with a paper label between two beads."""
    draft = Draft(asset_id, category)
    draft.materials["print"] = look.label(rng)
    draft.materials["tin"] = look.plain((0.78, 0.79, 0.80), 0.3, 0.9)
    radius, height = float(rng.uniform(0.031, 0.0345)), float(rng.uniform(0.062, 0.115))
    bead, inner = 0.004, radius - 0.001
    link = draft.link()
    low = [
        (0, 0.002),
        (radius - 0.005, 0.002),
        (radius - 0.003, 0.0),
        (radius, 0.0015),
        (radius, bead),
        (inner, bead + 0.001),
    ]
    link.show(revolve(low, 30), "tin", FULL)
    label = revolve([(inner, bead + 0.001), (inner, height - bead - 0.001)], 30)
    link.show(label.unit_uv(), "print", FULL)
    high = [(a, height - z) for a, z in low[::-1]]
    link.show(revolve(high, 30), "tin", FULL)
    foot(link, radius - 0.002, 0.01)
    column(link, radius, LIFT, height)
    draft.surface("top", link.name, (0, 0, height), (radius, radius), disc=True)
    return draft.build(graspable=True)


def _gable(half: float, body: float, rise: float) -> Mesh:
    """A roof of two slopes on a square of half width `half` at the height `body`."""
    ridge = np.array(
        [[s * half, t * half, body - 0.0005] for s, t in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
        + [
            [s * 0.003, t * (half - 0.001), body + rise]
            for s, t in ((-1, -1), (1, -1), (1, 1), (-1, 1))
        ]
    )
    sides = [[a, b, b + 4, a + 4] for a, b in ((0, 1), (1, 2), (2, 3), (3, 0))]
    quads = [*sides, [3, 2, 1, 0], [4, 5, 6, 7]]
    corners = np.concatenate([ridge[quad] for quad in quads])
    faces = np.array([[4 * k + i for i in tri] for k in range(6) for tri in ((0, 1, 2), (0, 2, 3))])
    return Mesh(corners, faces, corners[:, 1:])


def milk_carton(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A carton with a gable top, its front towards +x."""
    draft = Draft(asset_id, category)
    front = draft.materials["front"] = look.label(rng)
    colour = front.texture.colours[0][:3] if front.texture else look.CREAM
    draft.materials["board"] = look.plain((0.95, 0.95, 0.93), 0.5)
    draft.materials["gable"] = look.plain(colour, 0.5)
    draft.materials["cap"] = look.plastic(rng)
    half = float(rng.uniform(0.030, 0.0348))
    body, rise = float(rng.uniform(0.095, 0.165)), half * float(rng.uniform(0.75, 0.95))
    link = draft.link()
    link.box((half, half, body / 2), (0, 0, body / 2), "board", FULL, bevel=0.001)
    for side in (-1.0, 1.0):
        sheet = poster(np.array([half, half, body / 2]), side)
        link.show(sheet, "front", 0.0, (0, 0, body / 2))
    link.show(_gable(half, body, rise), "gable", 300.0)
    fin = 0.009
    link.box(
        (0.003, half - 0.001, fin), (0, 0, body + rise + fin - 0.001), "gable", 300.0, bevel=0.001
    )
    slope = float(np.arctan2(half - 0.003, rise))
    for side in (0.0, np.pi):
        way = np.array([np.cos(side), 0.0, 0.0])
        spot = way * half / 2 + np.array([0, 0, body + rise / 2])
        length = float(np.hypot(half - 0.003, rise)) / 2
        inward = np.array([-way[0] * np.cos(slope), 0, -np.sin(slope)]) * 0.004
        link.collide(
            "box", (0.004, half - 0.001, length - 0.004), spot + inward, turned(side, -slope)
        )
    if rng.random() < 0.6:
        _screw_cap(link, half, body, rise, slope)
    return draft.build(graspable=True)


def _screw_cap(link: LinkDraft, half: float, body: float, rise: float, slope: float) -> None:
    """A round cap on the slope towards +x; its middle stays within the outline from above."""
    cap = revolve([(0, 0), (0.010, 0), (0.010, 0.009), (0.009, 0.010), (0, 0.010)], 18)
    turn = rotation("y", np.pi / 2 - slope)
    spot = np.array([half * 0.52, 0.0, body + rise * 0.48])
    link.show(cap.moved(spot, turn), "cap", FULL)
    middle = spot + turn @ np.array([0, 0, 0.005])
    link.collide("cylinder", (0.010, 0.005), middle, turned(0.0, np.pi / 2 - slope))


PLUGIN = Builders(
    Category("canned_food.n.01", "tin", tin),
    Category("carton__of__milk.n.01", "milk", milk_carton, sort="vessel", uses=("kitchen",)),
)
