"""Vegetables, eggs, nuts and bulbs."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft
from ..toolkit.geometry import Array, Mesh, revolve, rotation, tube
from ..toolkit.lying import barrel, rod, skid
from ..toolkit.pieces import LIFT, column, foot

FLESH, CRUMB, FULL, CHEESE, SHELL = 850.0, 380.0, 950.0, 1000.0, 600.0


def _egg_profile(radius: float, length: float, blunt: float) -> Array:
    """A closed profile (radius, s) of an egg about its axis, its blunt end at the start."""
    t = np.linspace(-np.pi / 2, np.pi / 2, 17)
    r = radius * np.cos(t) * (1 - blunt * np.sin(t))
    r[0] = r[-1] = 0.0
    return np.stack([r * radius / r.max(), length / 2 * np.sin(t)], -1)


def _laid(profile: Array, sides: int = 20) -> Mesh:
    """A lathed thing on its side along y, its lowest line at z = 0."""
    mesh = revolve(profile, sides).moved((0, 0, 0), rotation("x", np.pi / 2))
    return mesh.moved((0, 0, float(profile[:, 0].max())))


def egg(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """An egg on its side."""
    draft = Draft(asset_id, category)
    colour = look.pick(rng, ((0.90, 0.78, 0.66), (0.96, 0.94, 0.90), (0.80, 0.62, 0.48)))
    draft.materials["shell"] = look.textured(
        rng, "speckle", (colour, look.shade(colour, 0.92)), 10.0, 0.5
    )
    radius = float(rng.uniform(0.0205, 0.0245))
    length = radius * float(rng.uniform(2.5, 2.75))
    blunt = float(rng.uniform(0.09, 0.15))
    link = draft.link()
    link.show(_laid(_egg_profile(radius, length, blunt), 24), "shell", 1000.0)
    link.collide("ellipsoid", (radius, length / 2, radius), (0, 0, radius + LIFT))
    link.collide("box", (radius * 0.2, radius * 0.35, 0.004), (0, radius * 0.12, 0.004))
    return draft.build(graspable=True)


def walnut(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A walnut in its shell, with a seam around it."""
    draft = Draft(asset_id, category)
    colour = look.pick(rng, ((0.66, 0.50, 0.32), (0.55, 0.40, 0.25), (0.74, 0.58, 0.38)))
    draft.materials["shell"] = look.textured(
        rng, "marble", (colour, look.shade(colour, 0.6)), 40.0, 0.8
    )
    draft.materials["seam"] = look.plain(look.shade(colour, 0.8), 0.8)
    radius = float(rng.uniform(0.0145, 0.0175))
    length = radius * float(rng.uniform(2.15, 2.45))
    blunt, seam = rng.uniform((0.02, 0.0006), (0.09, 0.0012)).tolist()
    link = draft.link()
    link.show(_laid(_egg_profile(radius, length, blunt), 20), "shell", SHELL)
    turn = np.arange(21) * (2 * np.pi / 20)
    loop = np.stack(
        [0.995 * radius * np.cos(turn), length / 2 * np.sin(turn), np.full(21, radius)], -1
    )
    link.show(tube(loop, seam, 5), "seam", SHELL)
    link.collide("ellipsoid", (radius, length / 2, radius), (0, 0, radius + LIFT))
    link.collide("box", (radius * 0.25, radius * 0.35, 0.003), (0, 0, 0.003))
    return draft.build(graspable=True, friction=1.0)


def potato(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A potato: an ellipsoid with shallow bumps, lying."""
    draft = Draft(asset_id, category)
    colour = look.pick(rng, ((0.72, 0.56, 0.36), (0.80, 0.66, 0.42), (0.60, 0.34, 0.28)))
    draft.materials["skin"] = look.textured(
        rng, "speckle", (colour, look.shade(colour, 0.72)), 10.0, 0.85
    )
    x, y, z = rng.uniform((0.028, 0.040, 0.025), (0.034, 0.055, 0.030)).tolist()
    ball = revolve(_egg_profile(1.0, 2.0, float(rng.uniform(0.0, 0.14))), 22)
    points = ball.vertices[:, [0, 2, 1]] * np.array([1.0, 1.0, -1.0])
    bumps = np.ones(len(points))
    for way in rng.normal(size=(4, 3)):
        near = points @ (way / np.linalg.norm(way))
        bumps += float(rng.uniform(-0.05, 0.03)) * np.exp(-((near - 1) ** 2) / 0.12)
    shape = points * bumps[:, None] * np.array([x, y, z])
    shape[:, 2] -= shape[:, 2].min()
    link = draft.link()
    link.show(Mesh(shape, ball.faces, ball.uv), "skin", 1050.0)
    span = shape.max(axis=0) - shape.min(axis=0)
    middle = (shape.max(axis=0) + shape.min(axis=0)) / 2
    spot = (*middle[:2], span[2] / 2 + LIFT)
    link.collide("ellipsoid", tuple(span / 2 * 0.99), spot)
    low = shape[shape[:, 2].argmin()]
    link.collide("box", (0.008, 0.011, 0.003), (low[0] * 0.5, low[1] * 0.5, 0.003))
    return draft.build(graspable=True)


def _stalked(
    asset_id: str, category: str, rng: np.random.Generator, profile: Array,
    skin: tuple[look.Rgb, look.Rgb], stalk: look.Rgb, shoulder: float,
) -> Asset:  # fmt: skip
    """A standing round vegetable or bulb; its body ends at `shoulder`."""
    draft = Draft(asset_id, category)
    draft.materials["skin"] = look.textured(rng, "gradient", skin, 10.0, 0.35)
    draft.materials["stalk"] = look.plain(stalk, 0.8)
    link = draft.link()
    link.show(revolve(profile, 26), "skin", FLESH)
    tip = float(profile[-1, 1])
    lean = float(rng.uniform(-0.004, 0.004))
    path = np.array([[0, 0, tip - 0.004], [0, lean * 0.4, tip + 0.004], [0, lean, tip + 0.010]])
    link.show(tube(path, np.array([0.003, 0.0024, 0.0016]), 6), "stalk", FLESH)
    radius, half = float(profile[:, 0].max()), (shoulder - LIFT) / 2
    link.collide("ellipsoid", (radius, radius, half), (0, 0, half + LIFT))
    column(link, 0.15 * radius, shoulder - 0.006, max(shoulder, tip + 0.008))
    foot(link, 0.3 * radius, 0.010)
    return draft.build(graspable=True)


def tomato(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A large tomato with a green calyx."""
    radius = float(rng.uniform(0.028, 0.0345))
    dimple, squash = rng.uniform((0.0045, 0.78), (0.0070, 0.90)).tolist()
    t = np.linspace(-np.pi / 2, np.pi / 2, 18)
    r = radius * np.cos(t) ** 0.85
    dent = dimple * np.exp(-((r / (0.4 * radius)) ** 2)) * np.where(t > 0, 1.0, 0.5)
    z = radius * squash * np.sin(t) - np.sign(np.sin(t)) * dent
    r[0] = r[-1] = 0.0
    red = look.pick(rng, ((0.80, 0.14, 0.10), (0.86, 0.28, 0.10), (0.70, 0.10, 0.10)))
    return _stalked(
        asset_id, category, rng, np.stack([r, z - z.min()], -1), (red, look.shade(red, 1.2)),
        (0.24, 0.40, 0.14), float(z.max() - z.min()),
    )  # fmt: skip


def onion(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """An onion with a dry tip."""
    radius = float(rng.uniform(0.027, 0.0345))
    skins = ((0.78, 0.52, 0.24), (0.48, 0.14, 0.26), (0.92, 0.88, 0.78), (0.84, 0.62, 0.32))
    return _bulb(asset_id, category, rng, radius, 1.35, look.pick(rng, skins))


def flower_bulb(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A bulb of a spring flower, with a long tip."""
    radius = float(rng.uniform(0.0140, 0.0174))
    skins = ((0.52, 0.34, 0.20), (0.62, 0.44, 0.26), (0.44, 0.28, 0.18))
    return _bulb(asset_id, category, rng, radius, 1.75, look.pick(rng, skins))


def _bulb(
    asset_id: str, category: str, rng: np.random.Generator, radius: float, tall: float,
    colour: look.Rgb,
) -> Asset:  # fmt: skip
    """A round body that draws out into a tip."""
    t = np.linspace(0, 1, 20)
    height = radius * tall * float(rng.uniform(0.95, 1.1))
    body = np.sqrt(np.maximum(1 - (2 * t / 0.95 - 0.92) ** 2, 0.0))
    neck = 0.16 + 0.2 * np.maximum(1 - t, 0) ** 2
    r = radius * np.maximum(body, np.where(t > 0.6, neck, 0.0))
    r[0] = r[-1] = 0.0
    r[1] = max(r[1], radius * 0.34)
    profile = np.stack([r, t * height], -1)
    profile[1, 1] = 0.0
    return _stalked(
        asset_id, category, rng, profile, (colour, look.shade(colour, 0.8)),
        look.shade(colour, 0.75), 0.9 * height,
    )  # fmt: skip


def carrot(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A carrot lying, its tip towards -y."""
    draft = Draft(asset_id, category)
    colour = look.pick(rng, ((0.90, 0.46, 0.12), (0.86, 0.38, 0.10), (0.94, 0.56, 0.18)))
    draft.materials["skin"] = look.textured(
        rng, "stripes", (colour, look.shade(colour, 0.9)), 30.0, 0.6
    )
    draft.materials["leaf"] = look.plain((0.30, 0.48, 0.16), 0.8)
    length, girth = float(rng.uniform(0.14, 0.19)), float(rng.uniform(0.0150, 0.0185))
    half = length / 2
    share = np.array([0.0, 0.04, 0.3, 0.6, 0.85, 0.96, 1.0])
    thick = girth * np.array([0.12, 0.26, 0.62, 0.84, 1.0, 0.86, 0.4])
    y = share * length - half
    link = draft.link()
    rod(link, y, thick, "skin", FLESH)
    for side in (-0.3, 0.3):
        stub = np.array([[0, half - 0.002, girth * 0.45], [side * 0.01, half + 0.012, girth * 0.7]])
        link.show(tube(stub, 0.0026, 6), "leaf", FLESH)
    for k in range(1, 5):
        barrel(link, y[k], y[k + 1], float(thick[k : k + 2].mean()) * 0.98, 0.0)
    barrel(link, half - 0.004, half + 0.010, 0.006, girth * 0.6)
    skid(link, -half * 0.45, (girth * 0.25, 0.010))
    skid(link, half * 0.62, (girth * 0.3, 0.012))
    return draft.build(graspable=True)


def cucumber(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A cucumber lying along y."""
    draft = Draft(asset_id, category)
    colour = look.pick(rng, ((0.16, 0.34, 0.12), (0.22, 0.42, 0.16), (0.30, 0.46, 0.18)))
    draft.materials["skin"] = look.textured(
        rng, "stripes", (colour, look.shade(colour, 1.25)), 30.0, 0.45
    )
    half, girth = float(rng.uniform(0.065, 0.095)), float(rng.uniform(0.0185, 0.0235))
    share = np.array([-1.0, -0.97, -0.85, -0.5, 0.0, 0.5, 0.85, 0.97, 1.0])
    thick = girth * np.array([0.25, 0.55, 0.85, 0.98, 1.0, 0.98, 0.85, 0.5, 0.2])
    link = draft.link()
    rod(link, share * half, thick, "skin", FLESH, axis=girth, sides=16)
    barrel(link, -0.62 * half, 0.62 * half, girth * 0.985, girth)
    for side in (-1, 1):
        barrel(link, side * 0.62 * half, side * 0.9 * half, girth * 0.84, girth)
        barrel(link, side * 0.9 * half, side * 0.99 * half, girth * 0.52, girth)
        skid(link, side * half * 0.5, (girth * 0.25, 0.012))
    return draft.build(graspable=True)


PLUGIN = Builders(
    Category("egg.n.02", "egg", egg),
    Category("walnut.n.01", "walnut", walnut),
    Category("potato.n.01", "potato", potato),
    Category("beefsteak_tomato.n.01", "tomato", tomato),
    Category("vidalia_onion.n.01", "onion", onion),
    Category("daffodil_bulb.n.01", "bulb", flower_bulb),
    Category("carrot.n.03", "carrot", carrot),
    Category("cucumber.n.02", "cucumber", cucumber),
)
