"""Toys for one hand: cars, teddy bears and figures."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import Array, Mesh, bevel_box, loft, revolve, rotation, tube
from ..toolkit.pieces import LIFT, column

FULL, PLASTIC, PAPER, FOAM, RUBBER, GLASS = 950.0, 900.0, 180.0, 120.0, 380.0, 2300.0
CLAY, SOIL, LEAF, CARDBOARD = 1600.0, 900.0, 250.0, 220.0
DARK: look.Rgb = (0.09, 0.09, 0.10)
NECK, HIP = 0.064, 0.004
"""Height of a bear's neck and place of its hips, from which head and legs grow, metres."""


def toy_car(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A toy car for one hand, its front towards +y."""
    draft = Draft(asset_id, category)
    draft.materials["paint"] = look.plain(look.pick(rng, look.PRINTS), 0.2)
    draft.materials["glass"] = look.plain((0.14, 0.18, 0.22), 0.1)
    draft.materials["tyre"] = look.plain(DARK, 0.9)
    draft.materials["hub"] = look.plain((0.80, 0.80, 0.80), 0.3, 0.7)
    draft.materials["lamp"] = look.plain((0.96, 0.92, 0.70), 0.3)
    x, y = rng.uniform((0.025, 0.055), (0.030, 0.070)).tolist()
    wheel = float(rng.uniform(0.0125, 0.0155))
    low, deck = wheel * 0.55, wheel * 0.55 + float(rng.uniform(0.018, 0.023))
    roof = deck + float(rng.uniform(0.017, 0.022))
    link = draft.link()
    hull = [
        (x, 0),
        (0.003, 0),
        (0, 0.005),
        (0, deck - low - 0.006),
        (0.004, deck - low),
        (x, deck - low),
    ]
    link.show(loft((x, y), 0.012, hull, 4), "paint", 420.0, (0, 0, low))
    cabin, back = y * float(rng.uniform(0.48, 0.6)), -y * float(rng.uniform(0.05, 0.25))
    rise = roof - deck
    tent = [(x, -0.002), (0, -0.002), (0.002, 0), (0.008, rise - 0.004)]
    link.show(loft((x - 0.003, cabin), 0.012, tent, 4), "glass", 300.0, (0, back, deck))
    lid = [(0.008, rise - 0.004), (0.009, rise - 0.001), (0.012, rise), (x, rise)]
    link.show(loft((x - 0.003, cabin), 0.012, lid, 4), "paint", 300.0, (0, back, deck))
    link.collide("box", (x, y - 0.007, (deck - low) / 2), (0, 0, (deck + low) / 2))
    link.collide("box", (x - 0.006, y, (deck - low) / 2 - 0.002), (0, 0, (deck + low) / 2))
    link.collide("box", (x - 0.008, cabin - 0.005, rise / 2), (0, back, deck + rise / 2))
    _running_gear(link, (x, y), wheel, (low + deck) / 2)
    return draft.build(graspable=True)


def _running_gear(link: LinkDraft, half: tuple[float, float], wheel: float, lamp: float) -> None:
    """Four wheels of a radius, and headlamps at a height."""
    x, y = half
    across = rotation("y", np.pi / 2)
    edge = wheel - 0.001
    tyre = revolve(
        [(0, -0.005), (edge, -0.005), (wheel, -0.003), (wheel, 0.003), (edge, 0.005), (0, 0.005)],
        16,
    )
    boss = wheel * 0.55
    hub = revolve([(0, -0.006), (boss, -0.0055), (boss, 0.0055), (0, 0.006)], 12)
    glass = bevel_box((0.006, 0.0015, 0.003), 0.001)
    for sx in (-1, 1):
        link.show(glass, "lamp", 0.0, (sx * x * 0.6, y - 0.0005, lamp))
        for sy in (-1, 1):
            spot = np.array([sx * (x - 0.003), sy * y * 0.60, wheel])
            link.show(tyre.moved(spot, across), "tyre", 900.0)
            link.show(hub.moved(spot, across), "hub", 0.0)
            side = wheel * 0.75
            link.collide("box", (0.005, side, side), (spot[0], spot[1], side))


def teddy(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A small teddy bear sitting, its face towards +x."""
    draft = Draft(asset_id, category)
    fur = look.pick(
        rng, ((0.58, 0.40, 0.24), (0.76, 0.60, 0.40), (0.88, 0.82, 0.74), (0.42, 0.30, 0.24))
    )
    draft.materials["fur"] = look.textured(rng, "speckle", (fur, look.shade(fur, 0.8)), 20.0, 0.98)
    draft.materials["pale"] = look.plain(look.shade(fur, 1.35), 0.95)
    draft.materials["dark"] = look.plain(DARK, 0.3)
    draft.materials["bow"] = look.plain(look.pick(rng, look.PRINTS), 0.6)
    s = float(rng.uniform(1.07, 1.20))
    head, ears, legs = rng.uniform((0.94, 0.85, 0.99), (1.03, 1.15, 1.12)).tolist()
    link = draft.link()
    for half, centre, material, touched in _bear(head, ears, legs):
        axes, spot = half * s, centre * s
        link.show(ball(axes, 12 if axes.max() > 0.01 else 8), material, FOAM, spot)
        if touched:
            link.collide("ellipsoid", axes, np.maximum(spot, [-1, -1, axes[2] + LIFT]))
    link.collide("box", np.array([0.012, 0.012, 0.004]) * s, np.array([-0.004, 0, 0.004]) * s)
    for side in (-1, 1):
        heel = np.array([HIP + (0.036 - HIP) * legs, side * 0.024, 0.002])
        link.collide("box", np.array([0.008, 0.004, 0.002]) * s, heel * s)
    grip = np.array([0.004, 0.0, NECK + (0.090 - NECK) * head]) * s
    draft.handle("head", "body", grip, (0, 0, -1), (0, 1, 0), 0.056 * head * s)
    return draft.build(graspable=True, friction=1.0)


def _bear(head: float, ears: float, legs: float) -> list[tuple[Array, Array, str, bool]]:
    """A bear's ellipsoids: half axes and centre (3,) in metres, material, whether touched.

    The head is `head` times its usual size, its ears `ears` times that, the legs `legs` times
    as long.
    """
    upper = (
        ((0.025, 0.028, 0.025), (0.004, 0.0, 0.086), "fur", True),
        ((0.012, 0.013, 0.010), (0.025, 0.0, 0.080), "pale", True),
        ((0.004, 0.005, 0.0035), (0.036, 0.0, 0.084), "dark", False),
        *(
            ((0.007 * ears, 0.011 * ears, 0.011 * ears), (0.0, k * 0.024, 0.108), "fur", True)
            for k in (-1, 1)
        ),
        *(((0.003, 0.003, 0.003), (0.0265, k * 0.010, 0.092), "dark", False) for k in (-1, 1)),
    )
    limbs = (
        *(((0.028, 0.0135, 0.0135), (0.032, k * 0.024, 0.0135), "fur", True) for k in (-1, 1)),
        *(((0.004, 0.010, 0.010), (0.0585, k * 0.024, 0.0145), "pale", False) for k in (-1, 1)),
    )
    rest = (
        ((0.026, 0.029, 0.034), (0.0, 0.0, 0.034), "fur", True),
        ((0.006, 0.018, 0.022), (0.022, 0.0, 0.034), "pale", False),
        *(((0.012, 0.011, 0.022), (0.014, k * 0.031, 0.046), "fur", True) for k in (-1, 1)),
        ((0.006, 0.012, 0.005), (0.023, 0.0, 0.063), "bow", False),
    )
    found = [(np.array(a), np.array(b), material, touched) for a, b, material, touched in rest]
    neck, hip = np.array([0.0, 0.0, NECK]), np.array([HIP, 0.0, 0.0])
    for half, centre, material, touched in upper:
        found.append((np.array(half) * head, neck + (centre - neck) * head, material, touched))
    stretch = np.array([legs, 1.0, 1.0])
    for half, centre, material, touched in limbs:
        found.append((np.array(half) * stretch, hip + (centre - hip) * stretch, material, touched))
    return found


def ball(half: Array, segments: int) -> Mesh:
    """An ellipsoid about the origin."""
    t = np.linspace(-np.pi / 2, np.pi / 2, segments // 2 + 1)
    r = np.cos(t)
    r[0] = r[-1] = 0.0
    unit = revolve(np.stack([r, np.sin(t)], -1), segments)
    return Mesh(unit.vertices * half, unit.faces, unit.uv * float(half.max()))


def toy_figure(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A stout toy person, its face towards +x."""
    draft = Draft(asset_id, category)
    for name in ("coat", "legs", "hat"):
        draft.materials[name] = look.plastic(rng)
    skin = look.pick(rng, ((0.95, 0.80, 0.30), (0.90, 0.72, 0.58), (0.55, 0.38, 0.27)))
    draft.materials["skin"] = look.plain(skin, 0.5)
    draft.materials["dark"] = look.plain(DARK, 0.4)
    s = float(rng.uniform(1.37, 1.50))
    hand, waist = rng.uniform((0.0053, 0.005), (0.0066, 0.008)).tolist()
    link = draft.link()
    _limbs(link, s, hand)
    body = [(0.02, 0), (0.001, 0), (0, 0.002), (waist, 0.030), (0.009, 0.034), (0.02, 0.034)]
    torso = loft((0.017 * s, 0.025 * s), 0.009 * s, [(a * s, z * s) for a, z in body], 4)
    link.show(torso, "coat", 500.0, (0, 0, 0.026 * s))
    link.collide("box", (0.014 * s, 0.022 * s, 0.017 * s), (0, 0, 0.043 * s))
    _head(link, s)
    if rng.random() < 0.6:
        cap = [(0.0178, 0.082), (0.0195, 0.082), (0.0185, 0.087), (0.013, 0.096), (0, 0.099)]
        link.show(revolve(np.array(cap) * s, 20), "hat", 400.0)
        link.box((0.008 * s, 0.012 * s, 0.0012 * s), (0.019 * s, 0, 0.083 * s), "hat", 400.0,
                 bevel=0.001)  # fmt: skip
        column(link, 0.0175 * s, 0.086 * s, 0.095 * s)
    return draft.build(graspable=True)


def _limbs(link: LinkDraft, s: float, hand: float) -> None:
    """Legs, arms and hands of a figure `s` times its usual size; `hand` is a hand's radius."""
    for side in (-1, 1):
        spot = (0.002 * s, side * 0.0125 * s, 0.013 * s)
        link.box((0.014 * s, 0.0115 * s, 0.013 * s), spot, "legs", 500.0, bevel=0.004)
        arm = s * np.array(
            [[0, side * 0.024, 0.052], [0.006, side * 0.032, 0.038], [0.014, side * 0.031, 0.030]]
        )
        link.show(tube(arm, hand * s, 8), "coat", 500.0)
        link.show(ball(np.full(3, hand * s), 10), "skin", 500.0, arm[2])
        spot = (0.006 * s, side * 0.030 * s, 0.042 * s)
        link.collide("box", ((hand + 0.003) * s, (hand + 0.001) * s, 0.014 * s), spot)


def _head(link: LinkDraft, s: float) -> None:
    """Neck, head, eyes and smile of a figure `s` times its usual size."""
    outline = [
        (0, 0.056), (0.009, 0.056), (0.009, 0.060), (0.0165, 0.063), (0.0175, 0.068),
        (0.0175, 0.082), (0.015, 0.088), (0, 0.090),
    ]  # fmt: skip
    link.show(revolve(np.array(outline) * s, 20), "skin", 500.0)
    for side in (-1, 1):
        eye = s * np.array([0.0162, side * 0.006, 0.077])
        link.show(ball(np.full(3, 0.0022 * s), 6), "dark", 0.0, eye)
    smile = np.array([[0.0168, -0.005, 0.070], [0.0172, 0, 0.068], [0.0168, 0.005, 0.070]]) * s
    link.show(tube(smile, 0.0009 * s, 5), "dark", 0.0)
    column(link, 0.0172 * s, 0.061 * s, 0.089 * s)


PLUGIN = Builders(
    Category("toy_car.n.01", "toy-car", toy_car),
    Category("teddy.n.01", "teddy", teddy, also_stands_in=("doll.n.01",)),
    Category("toy_figure.n.01", "figure", toy_figure, stands_in=("doll.n.01",)),
)
