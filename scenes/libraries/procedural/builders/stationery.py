"""What writes, erases, clips and sticks, and what it is kept in."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft
from ..toolkit.geometry import bevel_box, loft, revolve, rotation, tube
from ..toolkit.lying import bar, rod, skid
from ..toolkit.pieces import LIFT, column, foot, ring, turned
from ..toolkit.slabs import slab
from .vessels import VesselWall, shell

PLASTIC, ELECTRIC, PAPER, RUBBER, METAL = 1000.0, 700.0, 700.0, 1100.0, 2700.0
SHELLS: tuple[look.Rgb, ...] = (
    (0.13, 0.13, 0.14), (0.85, 0.85, 0.84), (0.55, 0.56, 0.58), (0.22, 0.24, 0.28),
)  # fmt: skip
DARK: look.Rgb = (0.05, 0.05, 0.06)


def stapler(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A stapler, its mouth towards +y."""
    draft = Draft(asset_id, category)
    draft.materials["arm"] = look.plain(look.pick(rng, (*look.PRINTS, DARK)), 0.35)
    draft.materials["metal"] = look.plain((0.70, 0.71, 0.72), 0.3, 0.8)
    draft.materials["base"] = look.plain(DARK, 0.7)
    x, y = rng.uniform((0.014, 0.056), (0.018, 0.068)).tolist()
    height = float(rng.uniform(0.042, 0.052))
    link = draft.link()
    slab(link, (x, y), x * 0.6, 0.0, 0.009, "base", RUBBER, 0.002)
    link.collide("box", (x, y - x * 0.5, 0.0045), (0, 0, 0.0045))
    link.collide("box", (x * 0.6, y, 0.0045), (0, 0, 0.0045))
    link.box((x * 0.55, 0.006, 0.009), (0, y - 0.014, 0.010), "metal", METAL, bevel=0.001)
    tilt = float(rng.uniform(0.05, 0.09))
    turn = rotation("x", tilt)
    quat = (float(np.cos(tilt / 2)), float(np.sin(tilt / 2)), 0.0, 0.0)
    link.box((x * 0.8, 0.010, height * 0.32), (0, 0.012 - y, height * 0.36), "arm", PLASTIC)
    rail = np.array([0.0, -0.002, 0.0 + height * 0.48])
    link.show(
        bevel_box((x * 0.55, y - 0.006, 0.006), 0.001).moved(rail, turn), "metal", METAL * 0.6
    )
    link.collide("box", (x * 0.55, y - 0.007, 0.006), rail, quat)
    arm = np.array([0.0, -0.002, height * 0.74])
    half = height * 0.19
    cover = loft(
        (x * 0.85, y - 0.004), x * 0.6,
        [(x, 0), (0, 0), (0, half), (0.003, half * 1.6), (x * 0.4, 2 * half), (x, 2 * half)], 5,
    )  # fmt: skip
    link.show(cover.moved(arm - np.array([0, 0, half]), turn), "arm", PLASTIC)
    link.collide("box", (x * 0.82, y - 0.006, half * 0.95), arm, quat)
    return draft.build(graspable=True)


def marker(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A felt marker lying along y, its cap towards +y."""
    draft = Draft(asset_id, category)
    ink = look.pick(rng, (*look.PRINTS, DARK))
    draft.materials["ink"] = look.plain(ink, 0.35)
    pale = rng.random() < 0.6
    draft.materials["barrel"] = (
        look.plain((0.94, 0.94, 0.93), 0.4) if pale else draft.materials["ink"]
    )
    half, girth = float(rng.uniform(0.058, 0.07)), float(rng.uniform(0.0118, 0.0128))
    link = draft.link()
    split = half * float(rng.uniform(0.1, 0.3))
    thin = girth * 0.9
    rod(
        link,
        [-half, -half + 0.001, split],
        [thin * 0.9, thin, thin],
        "barrel",
        PLASTIC * 0.7,
        axis=girth,
    )
    rod(link, [-half * 0.99, -half * 0.9], [thin * 1.02] * 2, "ink", 0.0, axis=girth)
    rod(
        link, [split, split + 0.001, half - 0.004, half - 0.001, half],
        [girth * 0.95, girth, girth, girth * 0.85, girth * 0.6], "ink", PLASTIC * 0.7, axis=girth,
    )  # fmt: skip
    bar(link, -half, split, thin, girth)
    bar(link, split, half - 0.001, girth, girth)
    link.collide("box", (girth * 0.35, 0.003, 0.004), (0, -half * 0.8, 0.004))
    skid(link, half * 0.75, (girth * 0.35, 0.006))
    return draft.build(graspable=True)


def pencil_case(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A closed box for pencils, with a seam and a clasp."""
    draft = Draft(asset_id, category)
    draft.materials["box"] = look.textured(
        rng, "fabric", (look.pick(rng, look.PRINTS), look.pick(rng, look.PAINTS)), 20.0, 0.8
    ) if rng.random() < 0.5 else look.plastic(rng)  # fmt: skip
    draft.materials["trim"] = look.plain((0.70, 0.71, 0.72), 0.3, 0.8)
    x, y, height = rng.uniform((0.026, 0.085, 0.040), (0.0335, 0.10, 0.056)).tolist()
    link = draft.link()
    slab(link, (x, y), x * 0.5, 0.0, height, "box", 320.0, 0.006)
    slab(
        link, (x + 0.0006, y + 0.0006), x * 0.5, height * 0.60, height * 0.60 + 0.002, "trim", 320.0
    )
    link.box(
        (0.0015, 0.008, 0.007),
        (x + 0.0006, 0, height * 0.6),
        "trim",
        METAL,
        bevel=0.0006,
        solid=False,
    )
    link.collide("box", (x, y - x * 0.3, height / 2), (0, 0, height / 2))
    link.collide("box", (x * 0.8, y - x * 0.1, height / 2 - LIFT), (0, 0, height / 2))
    link.collide("box", (x * 0.5, y, height / 2 - 0.001), (0, 0, height / 2))
    return draft.build(graspable=True)


def tape(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A roll of adhesive tape, lying."""
    draft = Draft(asset_id, category)
    colour = look.pick(rng, ((0.80, 0.68, 0.45), (0.70, 0.70, 0.72), *look.PRINTS))
    draft.materials["tape"] = look.textured(
        rng, "stripes", (colour, look.shade(colour, 0.9)), 30.0, 0.3
    )
    draft.materials["core"] = look.plain((0.72, 0.60, 0.44), 0.9)
    radius, height = float(rng.uniform(0.027, 0.0345)), float(rng.uniform(0.017, 0.027))
    core = radius * float(rng.uniform(0.62, 0.74))
    inner = core - 0.0025
    link = draft.link()
    link.show(
        revolve([(core, 0), (radius, 0), (radius, height), (core, height)], 32), "tape", 1100.0
    )
    link.show(revolve([(core, height), (inner, height), (inner, 0), (core, 0)], 32), "core", 1100.0)
    ring(link, (radius + 0.0002, LIFT), (radius + 0.0002, height), radius - inner - 0.001, 12)
    for k in range(3):
        way = np.array([np.cos(2 * np.pi * k / 3), np.sin(2 * np.pi * k / 3)])
        link.collide("box", (0.004, 0.004, 0.003), (*(way * (core + radius) / 2), 0.003))
    return draft.build(graspable=True)


def eraser(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A rubber in a paper sleeve."""
    draft = Draft(asset_id, category)
    draft.materials["rubber"] = look.plain(
        look.pick(rng, ((0.95, 0.95, 0.94), (0.90, 0.62, 0.66))), 0.9
    )
    draft.materials["sleeve"] = look.plain(look.pick(rng, look.PRINTS), 0.6)
    x, y, z = rng.uniform((0.0105, 0.025, 0.0075), (0.017, 0.036, 0.0115)).tolist()
    link = draft.link()
    link.box((x, y, z), (0, 0, z), "rubber", RUBBER, bevel=0.002)
    wrap = bevel_box((x + 0.0004, y * 0.62, z + 0.0002), 0.0006)
    link.show(wrap, "sleeve", 0.0, (0, -y * 0.3, z))
    return draft.build(graspable=True, friction=1.0)


def pencil_holder(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A cup with pens and pencils in it."""
    draft = Draft(asset_id, category)
    draft.materials["cup"] = (
        look.wood(rng), look.glaze(rng), look.plastic(rng), look.metal(rng)
    )[int(rng.integers(4))]  # fmt: skip
    draft.materials["lead"] = look.plain((0.85, 0.72, 0.52), 0.8)
    radius, height = float(rng.uniform(0.030, 0.0345)), float(rng.uniform(0.085, 0.105))
    wall = VesselWall(radius, radius, height, 0.003, 0.005)
    link = draft.link()
    shell(link, wall, "cup", "cup", 1200.0)
    for name in ("pen_a", "pen_b", "pen_c"):
        draft.materials[name] = look.plain(look.pick(rng, (*look.PRINTS, DARK)), 0.4)
    for k in range(count := int(rng.integers(3, 6))):
        yaw = 2 * np.pi * (k + float(rng.uniform(-0.2, 0.2))) / count
        way = np.array([np.cos(yaw), np.sin(yaw), 0.0])
        length = height * float(rng.uniform(1.25, 1.55))
        low = -way * (radius * 0.45) + np.array([0, 0, 0.008])
        lean = radius * 0.85 / height * 1.15
        up = way * lean + np.array([0, 0, 1.0])
        end = low + up / np.linalg.norm(up) * length
        name = ("pen_a", "pen_b", "pen_c")[k % 3]
        link.show(tube(np.linspace(low, end, 3), 0.0036, 6), name, 800.0)
        point = np.array([end, end + up * 0.004, end + up * 0.012])
        link.show(tube(point, np.array([0.0036, 0.003, 0.0005]), 6), "lead", 800.0)
        tilt = float(np.arctan(lean))
        middle = (low + end) / 2 + up * 0.004
        link.collide("capsule", (0.0036, length / 2 - 0.001), middle, turned(yaw, tilt))
    column(link, radius, LIFT, height * 0.96)
    foot(link, radius - 0.002, 0.008)
    return draft.build(graspable=True)


PLUGIN = Builders(
    Category("stapler.n.01", "stapler", stapler, uses=("desk",)),
    Category("marker.n.03", "marker", marker, stands_in=("paintbrush.n.01", "pencil.n.01")),
    Category("pencil_box.n.01", "pencil-box", pencil_case, sort="box", uses=("desk",)),
    Category("adhesive_tape.n.01", "tape", tape, uses=("desk", "workshop")),
    Category("eraser.n.01", "eraser", eraser, uses=("desk",)),
    Category("pencil_holder.n.01", "pencils", pencil_holder, sort="storage", uses=("desk",)),
)
