"""Pans, pots for tea, pitchers and colanders."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import Array, revolve, rotation, tube
from ..toolkit.pieces import LIFT, base, column, foot, ring, turned
from .vessels import VesselWall, grip, hollow, shell

STEEL, CERAMIC, HOLLOW, PLASTIC = 2700.0, 2300.0, 450.0, 1000.0
BLACK: look.Rgb = (0.11, 0.11, 0.12)


def frying_pan(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A frying pan, its long handle towards the back (-x)."""
    draft = Draft(asset_id, category)
    coated = look.textured(rng, "speckle", (BLACK, look.shade(BLACK, 1.6)), 10.0, 0.5)
    draft.materials["inner"] = coated if rng.random() < 0.7 else look.steel(rng)
    painted = look.plain(look.pick(rng, look.PRINTS), 0.3)
    draft.materials["outer"] = painted if rng.random() < 0.35 else draft.materials["inner"]
    draft.materials["grip"] = look.wood(rng) if rng.random() < 0.35 else look.plain(BLACK, 0.6)
    radius = float(rng.uniform(0.088, 0.105))
    wall = VesselWall(
        radius * float(rng.uniform(0.82, 0.9)), radius, float(rng.uniform(0.038, 0.050)), 0.0025,
        0.004, bulge=0.002,
    )  # fmt: skip
    link = draft.link()
    shell(link, wall, "outer", "inner", STEEL * 0.75)
    hollow(draft, link, wall, 12, 3)
    length, z = float(rng.uniform(0.12, 0.15)), wall.height * 0.80
    rise = float(rng.uniform(0.008, 0.022))
    start = np.array([-float(wall.radius(z)) + 0.004, 0.0, z])
    path = start + np.linspace(0, 1, 8)[:, None] * np.array([-length, 0.0, rise])
    girth = np.array([0.006, 0.006, 0.0075, 0.009, 0.0098, 0.0098, 0.009, 0.007])
    link.show(tube(path, girth), "grip", PLASTIC)
    tilt = float(np.arctan2(length, rise))
    middle = (path[0] + path[-1]) / 2
    link.collide("capsule", (0.0088, length / 2 - 0.008), middle, turned(np.pi, tilt))
    ends: list[float] = path[3].tolist()
    draft.handle("grip", "body", ends, (0, 0, -1), (0, 1, 0), 0.019)
    return draft.build(graspable=True)


def teapot(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A round teapot with a spout at +y, an ear at -y, and a lid with a knob to lift it by."""
    draft = Draft(asset_id, category)
    draft.materials["glaze"] = look.glaze(rng)
    belly = float(rng.uniform(0.048, 0.058))
    height = belly * float(rng.uniform(1.35, 1.6))
    link = draft.link()
    t = np.linspace(-0.95, 1.15, 12)
    swell = np.sqrt(np.maximum(1 - (t * 0.78) ** 2, 0.0))
    r, z = belly * swell, (t - t[0]) / (t[-1] - t[0]) * height
    mouth = float(r[-1])
    body = [(0.0, 0.0), *zip(r.tolist(), z.tolist(), strict=True), (0.0, height)]
    link.show(revolve(body, 28), "glaze", HOLLOW)
    knob = float(rng.uniform(0.0095, 0.0125))
    rest = height + 0.010
    lid = [
        (0.0, height - 0.001), (mouth + 0.002, height - 0.001), (mouth + 0.002, height + 0.002),
        (mouth * 0.6, rest - 0.002), (knob * 0.7, rest), (knob * 0.7, rest + 0.006),
        (knob, rest + 0.011), (knob, rest + 0.019), (knob * 0.7, rest + 0.023), (0.0, rest + 0.024),
    ]  # fmt: skip
    link.show(revolve(lid, 24), "glaze", CERAMIC * 0.5)
    for low, high in ((0, 2), (2, 4), (4, 7), (7, 9), (9, 11)):
        column(link, float(r[low : high + 1].mean()), max(float(z[low]), LIFT), float(z[high]))
    foot(link, float(r[0]) - 0.001, 0.01)
    column(link, mouth * 0.8, height, rest)
    column(link, knob, rest, rest + 0.023)
    _spout(link, belly, height)
    _ear(link, -belly * 0.86, height * 0.22, height * 0.85, 0.034)
    draft.handle("knob", "body", (0, 0, rest + 0.014), (0, 0, -1), (0, 1, 0), 2 * knob)
    return draft.build(graspable=True)


def _spout(link: LinkDraft, belly: float, height: float) -> None:
    """A spout at +y that rises to the rim."""
    y = belly * np.array([0.80, 1.15, 1.38, 1.62])
    z = height * np.array([0.38, 0.52, 0.78, 0.98])
    path = np.stack([np.zeros(4), y, z], axis=-1)
    girth = np.array([0.016, 0.012, 0.009, 0.0075])
    link.show(tube(path, girth, 9), "glaze", HOLLOW)
    for k in range(3):
        strut(link, path[k], path[k + 1], float(girth[k : k + 2].mean()))


def _ear(link: LinkDraft, y: float, low: float, high: float, out: float) -> None:
    """A closed loop towards -y between two heights."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, 11)
    middle, half = (low + high) / 2, (high - low) / 2
    path = np.stack(
        [np.zeros(11), y - out * np.cos(angle) ** 0.8, middle + half * np.sin(angle)], axis=-1
    )
    link.show(tube(path, 0.005, 8), "glaze", CERAMIC * 0.6)
    for start, end in ((0, 3), (3, 7), (7, 10)):
        strut(link, path[start], path[end], 0.005)


def strut(link: LinkDraft, start: Array, end: Array, radius: float) -> None:
    """A capsule between two points of the y-z plane, its ends inside them."""
    way = end - start
    half = max(float(np.linalg.norm(way)) / 2 - 0.3 * radius, 1e-4)
    angle = float(np.arctan2(way[1], way[2]))
    quat = (float(np.cos(angle / 2)), float(-np.sin(angle / 2)), 0.0, 0.0)
    link.collide("capsule", (radius, half), (start + end) / 2, quat)


def kettle(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A stove kettle: a low body, a spout at +y, and a bow over its lid to lift it by."""
    draft = Draft(asset_id, category)
    enamel = look.plain(look.pick(rng, look.PRINTS), 0.25)
    draft.materials["glaze"] = enamel if rng.random() < 0.6 else look.steel(rng)
    draft.materials["grip"] = look.plain(BLACK, 0.6) if rng.random() < 0.6 else look.wood(rng)
    radius, height = float(rng.uniform(0.058, 0.066)), float(rng.uniform(0.075, 0.095))
    top = radius * 0.55
    link = draft.link()
    shoulder = height * 0.55
    body = [
        (0.0, 0.0), (radius - 0.006, 0.0), (radius, 0.006), (radius * 0.98, shoulder),
        (radius * 0.9, height * 0.78), (top, height * 0.96), (top * 0.9, height),
        (0.012, height + 0.004), (0.011, height + 0.014), (0.0, height + 0.016),
    ]  # fmt: skip
    link.show(revolve(body, 30), "glaze", HOLLOW)
    foot(link, radius - 0.006, 0.01)
    column(link, radius, LIFT, shoulder)
    column(link, radius * 0.95, shoulder, height * 0.78)
    column(link, radius * 0.75, height * 0.78, height * 0.97)
    column(link, 0.011, height, height + 0.015)
    _spout(link, radius * 0.92, height * 0.95)
    bow = float(rng.uniform(0.062, 0.075))
    angle = np.linspace(0.0, np.pi, 13)
    y = radius * 0.80 * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.7
    arch = np.stack([np.zeros(13), y, height * 0.86 + bow * np.sin(angle) ** 0.6], axis=-1)
    link.show(tube(arch, 0.0065, 8), "grip", PLASTIC)
    for start, end in ((0, 2), (2, 4), (4, 8), (8, 10), (10, 12)):
        strut(link, arch[start], arch[end], 0.0065)
    peak: list[float] = arch[6].tolist()
    draft.handle("bow", "body", peak, (0, 0, -1), (1, 0, 0), 0.013)
    return draft.build(graspable=True)


def pitcher(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A tall open pitcher with an ear at +y."""
    rim = float(rng.uniform(0.042, 0.050))
    wall = VesselWall(
        rim * float(rng.uniform(0.85, 1.0)), rim, float(rng.uniform(0.135, 0.175)), 0.0035, 0.006,
        bulge=float(rng.uniform(0.0, 0.003)),
    )  # fmt: skip
    draft = Draft(asset_id, category)
    glass = rng.random() < 0.4
    draft.materials["outer"] = look.glass(rng) if glass else look.glaze(rng)
    link = draft.link()
    shell(link, wall, "outer", "outer", 1500.0)
    hollow(draft, link, wall, 10, 3)
    grip(draft, link, wall, rng, "outer", 1500.0)
    return draft.build(graspable=True)


def colander(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A pierced bowl with two ears."""
    draft = Draft(asset_id, category)
    colour = look.pick(rng, (*look.METALS[:2], *look.PRINTS[:4], (0.92, 0.92, 0.90)))
    draft.materials["sieve"] = look.textured(
        rng, "checker", (colour, look.shade(colour, 0.35)), 80.0, 0.35
    )
    draft.materials["outer"] = look.plain(colour, 0.35, 0.4)
    rim = float(rng.uniform(0.088, 0.098))
    wall = VesselWall(
        rim * 0.62, rim, rim * float(rng.uniform(0.90, 0.98)), 0.004, 0.005,
        bulge=float(rng.uniform(0.0015, 0.003)),
    )  # fmt: skip
    link = draft.link()
    outside, inside = wall.outside(), wall.inside()
    split = len(outside) - 2
    crown = ((outside[-1][0] + inside[0][0]) / 2, wall.height)
    link.show(revolve(outside[: split + 1]), "sieve", 900.0)
    link.show(revolve([*outside[split:], crown, *inside[:2]]), "outer", 900.0)
    link.show(revolve(inside[1:]), "sieve", 900.0)
    middle = wall.bulge * 0.6
    low, high = (wall.foot + middle, LIFT), (wall.rim + middle * 0.5, wall.height)
    ring(link, low, high, 0.0045, 10)
    base(link, wall.foot * 0.98, 0.0, wall.floor, 4)
    radius = (wall.foot - wall.level) * 0.92
    draft.cavity(
        "inside", "body", (-radius, -radius, wall.floor), (radius, radius, wall.height), round_=True
    )
    angle = np.linspace(-np.pi / 2, np.pi / 2, 9)
    for side in (0.0, np.pi):
        loop = np.stack(
            [0.03 * np.sin(angle), rim - 0.003 + 0.022 * np.cos(angle),
             np.full(9, wall.height - 0.006)], axis=-1,
        )  # fmt: skip
        turn = rotation("z", side)
        link.show(tube(loop @ turn.T, 0.0035, 7), "outer", STEEL)
        spot = turn @ np.array([0.0, rim + 0.010, wall.height - 0.006])
        link.collide("box", (0.028, 0.010, 0.0035), spot)
    return draft.build(graspable=True)


def mixing_bowl(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A wide bowl of steel, glass or stoneware."""
    rim = float(rng.uniform(0.095, 0.110))
    wall = VesselWall(
        rim * float(rng.uniform(0.60, 0.68)), rim, rim * float(rng.uniform(0.75, 0.95)), 0.005,
        0.006, bulge=float(rng.uniform(0.003, 0.005)),
    )  # fmt: skip
    draft = Draft(asset_id, category)
    steel, glass = rng.random() < 0.4, rng.random() < 0.4
    draft.materials["outer"] = (
        look.steel(rng) if steel else look.glass(rng) if glass else look.glaze(rng)
    )
    link = draft.link()
    shell(link, wall, "outer", "outer", 1400.0)
    hollow(draft, link, wall, 12, 4)
    return draft.build(graspable=True)


PLUGIN = Builders(
    Category("frying_pan.n.01", "pan", frying_pan, sort="dish", keeps="ingredients"),
    Category("teapot.n.01", "teapot", teapot),
    Category("kettle.n.01", "kettle", kettle),
    Category(
        "pitcher.n.02", "pitcher", pitcher, sort="vessel", stands_in=("jug",), uses=("kitchen",)
    ),
    Category("colander.n.01", "colander", colander, keeps="ingredients", uses=("kitchen",)),
    Category("mixing_bowl.n.01", "mixing-bowl", mixing_bowl, sort="dish"),
)
