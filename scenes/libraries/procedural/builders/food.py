"""Fruit: lathed or swept skins over a few spheres and capsules, with a small flat to rest on."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import Array, radius_at, revolve, rotation, tube
from ..toolkit.pieces import LIFT, foot, turned

FLESH = 850.0


def _skin(draft: Draft, rng: np.random.Generator, colours: tuple[look.Rgb, look.Rgb]) -> None:
    kind = "gradient" if rng.random() < 0.5 else "speckle"
    draft.materials["skin"] = look.textured(rng, kind, colours, 10.0, 0.45)  # type: ignore[arg-type]
    draft.materials["stem"] = look.plain((0.30, 0.21, 0.12), 0.9)


def _ball(radius: float, dimple: float, squash: float) -> list[tuple[float, float]]:
    """A sphere's profile with dimples at both poles, its lowest ring at z = 0."""
    t = np.linspace(-np.pi / 2, np.pi / 2, 19)
    r = radius * np.cos(t)
    dent = dimple * np.exp(-((r / (0.42 * radius)) ** 2))
    z = radius * squash * np.sin(t) - np.sign(np.sin(t)) * dent
    z = z - z.min()
    r[0] = r[-1] = 0.0
    return list(zip(r.tolist(), z.tolist(), strict=True))


def _round(
    asset_id: str, category: str, rng: np.random.Generator, radius: float, dimple: float,
    squash: float, colours: tuple[look.Rgb, look.Rgb], stem: bool,
) -> Asset:  # fmt: skip
    draft = Draft(asset_id, category)
    _skin(draft, rng, colours)
    profile = _ball(radius, dimple, squash)
    top = max(z for _, z in profile)
    link = draft.link()
    link.show(revolve(profile), "skin", FLESH)
    if stem:
        start = np.array([0.0, 0.0, profile[-1][1] - 0.003])
        lean = rotation("z", float(rng.uniform(0, 2 * np.pi))) @ np.array([0.003, 0.0, 0.0])
        path = start + np.linspace(0, 1, 4)[:, None] * (lean + np.array([0, 0, 0.014]))
        link.show(tube(path, 0.0013, sides=6), "stem", FLESH)
    half = (top - LIFT) / 2
    link.collide("ellipsoid", (radius, radius, half), (0, 0, half + LIFT))
    foot(link, 0.3 * radius, 0.012)
    return draft.build(graspable=True)


def apple(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """An apple, standing."""
    reds = ((0.72, 0.12, 0.12), (0.62, 0.70, 0.22), (0.80, 0.42, 0.16), (0.55, 0.08, 0.12))
    blush = ((0.86, 0.66, 0.22), (0.78, 0.30, 0.18))
    colours = look.pick(rng, reds), look.pick(rng, blush)
    radius, dimple = rng.uniform((0.0285, 0.0030), (0.0348, 0.0065)).tolist()
    squash = float(rng.uniform(0.90, 1.0))
    return _round(asset_id, category, rng, radius, dimple, squash, colours, True)


def orange(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """An orange."""
    colour = look.pick(rng, ((0.93, 0.50, 0.08), (0.95, 0.58, 0.14), (0.88, 0.42, 0.08)))
    radius = float(rng.uniform(0.0295, 0.0348))
    dimple, squash = rng.uniform((0.0004, 0.93), (0.0020, 1.0)).tolist()
    colours = colour, look.shade(colour, 0.86)
    return _round(asset_id, category, rng, radius, dimple, squash, colours, False)


def pear(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A pear, standing."""
    draft = Draft(asset_id, category)
    green = look.pick(rng, ((0.70, 0.72, 0.28), (0.82, 0.70, 0.30), (0.55, 0.60, 0.25)))
    _skin(draft, rng, (green, look.pick(rng, ((0.66, 0.45, 0.22), (0.78, 0.62, 0.28)))))
    belly = float(rng.uniform(0.0285, 0.0345))
    neck, reach = belly * float(rng.uniform(0.5, 0.6)), belly * float(rng.uniform(1.35, 1.6))
    centre, upper = belly * 0.94, belly * 0.94 + reach
    t = np.linspace(-np.pi / 2, np.pi / 2, 20)
    blend = 1 / (1 + np.exp(-(np.sin(t) - 0.25) * 5))
    r = (belly * (1 - blend) + neck * blend) * np.cos(t) ** 0.85
    top = upper + neck
    z = centre + np.where(t < 0, belly * np.sin(t), (top - centre) * np.sin(t))
    dent = 0.004 * np.exp(-((r / (0.4 * belly)) ** 2)) * (t < 0)
    z = z + dent
    z = z - z.min()
    r[0] = r[-1] = 0.0
    link = draft.link()
    profile = np.stack([r, z], -1)
    link.show(revolve(profile), "skin", FLESH)
    path = np.array([[0, 0, z[-1] - 0.003], [0.001, 0, z[-1] + 0.006], [0.004, 0, z[-1] + 0.013]])
    link.show(tube(path, 0.0014, sides=6), "stem", FLESH)
    link.collide("ellipsoid", (belly, belly, belly * 0.95), (0, 0, belly * 0.95 + LIFT))
    waist = radius_at(profile, z[-1] * 0.62)
    link.collide("cylinder", (waist, z[-1] * 0.1), (0, 0, z[-1] * 0.6))
    tip = radius_at(profile, z[-1] * 0.8)
    link.collide("ellipsoid", (tip, tip, z[-1] * 0.24), (0, 0, z[-1] * 0.76))
    foot(link, 0.3 * belly, 0.012)
    return draft.build(graspable=True)


def lemon(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A lemon on its side, its tips along y."""
    draft = Draft(asset_id, category)
    colour = look.pick(rng, ((0.95, 0.82, 0.18), (0.90, 0.80, 0.25), (0.80, 0.78, 0.22)))
    _skin(draft, rng, (colour, look.shade(colour, 0.88)))
    radius = float(rng.uniform(0.024, 0.031))
    length = radius * float(rng.uniform(1.3, 1.55))
    s = np.sin(np.linspace(-np.pi / 2, np.pi / 2, 25))
    body = radius * np.sqrt(np.maximum(1 - (s / 0.93) ** 2, 0.0))
    nipple = (
        0.24 * radius * np.sqrt(np.maximum(1 - (np.maximum(np.abs(s) - 0.82, 0) / 0.18) ** 2, 0))
    )
    r = np.maximum(body, nipple)
    profile = np.stack([r, length * s], -1)
    link = draft.link()
    lying = revolve(profile, 28).moved((0, 0, 0), rotation("x", np.pi / 2))
    link.show(lying, "skin", FLESH, (0, 0, radius))
    link.collide("ellipsoid", (radius, length * 0.99, radius), (0, 0, radius + LIFT))
    link.collide("box", (radius * 0.2, radius * 0.35, 0.004), (0, 0, 0.004))
    return draft.build(graspable=True)


def banana(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A banana lying flat, bent in the level plane, its tips towards -x."""
    draft = Draft(asset_id, category)
    colour = look.pick(rng, ((0.93, 0.78, 0.20), (0.90, 0.82, 0.34), (0.80, 0.76, 0.28)))
    draft.materials["skin"] = look.textured(
        rng, "speckle", (colour, look.shade(colour, 0.72)), 10.0, 0.55
    )
    draft.materials["tip"] = look.plain((0.26, 0.20, 0.12), 0.9)
    girth = float(rng.uniform(0.0155, 0.019))
    length, bend = float(rng.uniform(0.15, 0.19)), float(rng.uniform(0.9, 1.3))
    arc = length / bend
    angle = np.linspace(-bend / 2, bend / 2, 17)
    path: Array = np.stack([arc * np.cos(angle), arc * np.sin(angle), np.full(17, girth)], axis=-1)
    along = np.linspace(-1, 1, 17)
    radius = girth * np.clip(1 - np.abs(along) ** 4, 0.28, 1) ** 0.6
    link = draft.link()
    link.show(tube(path, radius, sides=12), "skin", FLESH)
    for end, inner in ((0, 1), (16, 15)):
        tip = path[end] + (path[end] - path[inner]) * np.linspace(0, 0.55, 3)[:, None]
        link.show(tube(tip, float(radius[end]) * 0.8, sides=8), "tip", FLESH)
    for start, stop, share, trim in (
        (0, 5, 0.8, 0.85), (5, 8, 0.95, 0.15), (8, 11, 0.95, 0.15), (11, 16, 0.8, 0.85)
    ):  # fmt: skip
        _lying_capsule(link, path[start], path[stop], girth * share, trim)
    for spot in (3, 8, 13):
        yaw = float(angle[spot])
        quat = (float(np.cos(yaw / 2)), 0.0, 0.0, float(np.sin(yaw / 2)))
        link.collide("box", (0.005, 0.008, 0.002), (path[spot][0], path[spot][1], 0.002), quat)
    return draft.build(graspable=True)


def _lying_capsule(link: LinkDraft, start: Array, end: Array, radius: float, trim: float) -> None:
    """A level capsule between two points, each end shorter by a share of the radius."""
    along = end - start
    half = max(float(np.linalg.norm(along)) / 2 - trim * radius, 1e-4)
    quat = turned(float(np.arctan2(along[1], along[0])), np.pi / 2)
    link.collide("capsule", (radius, half), (start + end) / 2 + np.array([0, 0, LIFT]), quat)


PLUGIN = Builders(
    Category("apple.n.01", "apple", apple),
    Category("orange.n.01", "orange", orange),
    Category("pear.n.01", "pear", pear),
    Category("lemon.n.01", "lemon", lemon),
    Category("banana.n.02", "banana", banana),
)
