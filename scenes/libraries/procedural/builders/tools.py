"""Hand tools: hammers, screwdrivers, wrenches, drills and trowels."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset, Material
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import bevel_box, loft, revolve, rotation, tube
from ..toolkit.lying import barrel, rod, skid
from ..toolkit.pieces import turned
from ..toolkit.slabs import plate

WOOD, STEEL, PLASTIC, RUBBER = 650.0, 7000.0, 1000.0, 1150.0
DARK: look.Rgb = (0.10, 0.10, 0.11)
GRIPS: tuple[look.Rgb, ...] = (*look.PRINTS, DARK)


def steel(rng: np.random.Generator) -> Material:
    """Forged steel, bright or dull."""
    return look.plain(look.pick(rng, ((0.66, 0.67, 0.68), (0.50, 0.51, 0.53))), 0.3, 0.85)


def hammer(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A claw hammer on its side: shaft along y, head across it at +y, face towards +x."""
    draft = Draft(asset_id, category)
    draft.materials["steel"] = steel(rng)
    wooden = rng.random() < 0.6
    draft.materials["shaft"] = look.wood(rng) if wooden else look.plain(look.pick(rng, GRIPS), 0.7)
    length, girth = float(rng.uniform(0.20, 0.245)), float(rng.uniform(0.0125, 0.0145))
    face, reach = float(rng.uniform(0.0145, 0.0165)), float(rng.uniform(0.040, 0.047))
    end, head = length / 2, length / 2 - face
    link = draft.link()
    y = np.array([-end, -end + 0.004, -end + 0.09, 0.0, head])
    rod(link, y, girth * np.array([0.8, 1.0, 0.92, 0.72, 0.72]), "shaft", WOOD, axis=face)
    nose = [
        (0, 0), (face, 0), (face, 0.010), (face * 0.72, 0.013), (face * 0.72, reach), (0, reach),
    ]  # fmt: skip
    ahead = revolve(nose, 18).moved((0, 0, 0), rotation("y", -np.pi / 2))
    link.show(ahead, "steel", STEEL * 0.75, (reach, head, face))
    link.show(
        bevel_box((face * 0.8, face * 0.98, face * 0.85), 0.002),
        "steel",
        STEEL * 0.75,
        (0, head, face),
    )
    for side in (-1, 1):
        spots = np.array([[-0.006, 0.0, 0.0], [-reach * 0.55, -0.003, 0.0], [-reach, -0.014, 0.0]])
        claw = spots + np.array([0.0, head, face + side * face * 0.52])
        link.show(
            tube(claw, np.array([face * 0.42, face * 0.46, face * 0.18]), 8), "steel", STEEL * 0.75
        )
    barrel(link, -end, -end + 0.09, girth * 0.95, face)
    barrel(link, -end + 0.09, head - face * 0.9, girth * 0.72, face)
    link.collide("box", (face * 0.8, face, face * 0.85), (0, head, face))
    link.collide("box", (0.006, face * 0.75, face), (reach - 0.006, head, face))
    link.collide("box", (reach / 2 - 0.004, face * 0.7, face * 0.7), (reach / 2, head, face))
    link.collide("box", (reach * 0.4, face * 0.42, face), (-reach * 0.4, head - 0.004, face))
    link.collide("box", (0.005, 0.005, face * 0.6), (-reach + 0.004, head - 0.012, face))
    link.collide("box", (0.004, 0.006, face / 2), (0, -end + 0.03, face / 2))
    return draft.build(graspable=True)


def screwdriver(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A screwdriver lying along y, its tip towards +y."""
    draft = Draft(asset_id, category)
    draft.materials["steel"] = steel(rng)
    draft.materials["grip"] = look.plain(look.pick(rng, GRIPS), 0.4)
    draft.materials["band"] = look.plain(DARK, 0.8)
    girth = float(rng.uniform(0.0136, 0.0155))
    grip, blade = float(rng.uniform(0.085, 0.105)), float(rng.uniform(0.085, 0.12))
    end = (grip + blade) / 2
    link = draft.link()
    share = np.array([0.0, 0.04, 0.12, 0.45, 0.72, 0.86, 0.97, 1.0])
    thick = girth * np.array([0.45, 0.8, 0.98, 1.0, 1.0, 0.70, 0.76, 0.5])
    rod(link, share * grip - end, thick, "grip", PLASTIC, axis=girth, sides=12)
    bands = np.array([0.22, 0.24, 0.52, 0.54]) * grip - end
    rod(link, bands, girth * np.array([1.0, 1.03, 1.03, 1.0]), "band", 0.0, axis=girth, sides=12)
    tip = np.array([grip - end - 0.004, end - 0.012, end - 0.010, end])
    rod(link, tip, [0.0034, 0.0034, 0.0036, 0.0016], "steel", STEEL * 0.4, axis=girth, sides=8)
    barrel(link, 0.04 * grip - end, 0.76 * grip - end, girth * 0.99, girth)
    barrel(link, 0.76 * grip - end, grip - end, girth * 0.76, girth)
    barrel(link, grip - end, end, 0.0034, girth)
    skid(link, 0.17 * grip - end, (girth * 0.4, 0.009))
    skid(link, 0.68 * grip - end, (girth * 0.4, 0.009))
    return draft.build(graspable=True)


def wrench(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """An open-ended wrench lying flat along y, jaws at +y and a ring at -y."""
    draft = Draft(asset_id, category)
    draft.materials["steel"] = steel(rng)
    half, head = float(rng.uniform(0.078, 0.105)), float(rng.uniform(0.019, 0.023))
    shank, z = head * 0.42, float(rng.uniform(0.0035, 0.0050))
    link = draft.link()
    top = half - head
    low = head * 0.85 - half
    link.show(
        bevel_box((shank, (top - low) / 2, z * 0.8), 0.0015),
        "steel",
        STEEL,
        (0, (top + low) / 2, z),
    )
    link.collide("box", (shank, (top - low) / 2 - head * 0.4, z), (0, (top + low) / 2, z))
    for side in (-1, 1):
        s = float(side)
        jaw = [
            (s * head * 0.42, top - head * 0.35), (s * head * 0.95, top),
            (s * head, top + head * 0.5), (s * head * 0.7, half),
            (s * head * 0.45, half - head * 0.1), (s * head * 0.4, top),
        ]  # fmt: skip
        link.show(plate(jaw[::side], 0.0, 2 * z), "steel", STEEL)
        link.collide("box", (head * 0.26, head * 0.55, z), (s * head * 0.68, half - head * 0.58, z))
    palm = [
        (-head * 0.75, top - head * 0.55), (head * 0.75, top - head * 0.55),
        (head * 0.98, top - 0.001), (head * 0.5, top + head * 0.12),
        (-head * 0.5, top + head * 0.12), (-head * 0.98, top - 0.001),
    ]  # fmt: skip
    link.show(plate(palm, 0.0, 2 * z), "steel", STEEL)
    link.collide("box", (head * 0.8, head * 0.3, z), (0, top - head * 0.25, z))
    outer, inner = head * 0.85, head * 0.5
    ring = revolve([(inner, 0), (outer, 0), (outer, 2 * z), (inner, 2 * z), (inner, 0)], 24)
    link.show(ring, "steel", STEEL, (0, low, 0))
    link.collide("box", (outer * 0.72, outer * 0.72, z), (0, low, z))
    link.collide("box", (outer * 0.98, outer * 0.35, z), (0, low, z))
    link.collide("box", (outer * 0.35, outer * 0.98, z), (0, low, z))
    return draft.build(graspable=True)


def _motor(link: LinkDraft, girth: float, motor: float, axis: float) -> None:
    """A drill's body, chuck and bit along x at the height `axis`; `girth` is a radius."""
    body = [
        (0, -0.5),
        (0.7, -0.5),
        (0.94, -0.44),
        (1.0, -0.3),
        (1.0, 0.22),
        (0.86, 0.36),
        (0.7, 0.40),
        (0, 0.40),
    ]
    ahead = rotation("y", np.pi / 2)
    lathe = revolve([(r * girth, s * motor) for r, s in body], 20)
    link.show(lathe.moved((0, 0, axis), ahead), "case", 700.0)
    chuck = [
        (0, 0.38),
        (0.62, 0.38),
        (0.62, 0.52),
        (0.36, 0.66),
        (0.14, 0.67),
        (0.14, 0.70),
        (0, 0.70),
    ]
    nose = revolve([(r * girth, s * motor) for r, s in chuck], 16)
    link.show(nose.moved((0, 0, axis), ahead), "dark", 2000.0)
    bit = revolve([(0, 0.68 * motor), (0.003, 0.68 * motor), (0.003, 0.98 * motor), (0, motor)], 8)
    link.show(bit.moved((0, 0, axis), ahead), "steel", STEEL)


def drill(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A cordless drill standing on its battery, its chuck towards +x."""
    draft = Draft(asset_id, category)
    draft.materials["case"] = look.plain(look.pick(rng, look.PRINTS), 0.45)
    draft.materials["dark"] = look.plain(DARK, 0.7)
    draft.materials["steel"] = steel(rng)
    girth, motor = float(rng.uniform(0.022, 0.026)), float(rng.uniform(0.115, 0.135))
    height = float(rng.uniform(0.165, 0.19))
    pack = (float(rng.uniform(0.045, 0.055)), 0.030, float(rng.uniform(0.018, 0.023)))
    link = draft.link()
    link.box(pack, (0.004, 0, pack[2]), "dark", 900.0, bevel=0.004)
    axis = height - girth
    _motor(link, girth, motor, axis)
    tilt = 0.12
    low, high = 2 * pack[2] - 0.004, axis - girth * 0.5
    grip = (high - low) / 2
    turn = rotation("y", -tilt)
    middle = np.array([-0.006, 0.0, (low + high) / 2])
    handle = loft((0.021, 0.016), 0.012, [(0.02, -grip), (0, -grip), (0, grip), (0.02, grip)], 4)
    link.show(handle.moved(middle, turn), "case", 700.0)
    link.collide("box", (0.020, 0.015, grip), middle, turned(0.0, -tilt))
    link.box((0.006, 0.006, 0.011), (0.019, 0, high - 0.022), "dark", PLASTIC, bevel=0.002)
    along = turned(0.0, np.pi / 2)
    link.collide("cylinder", (girth, motor * 0.36), (-motor * 0.10, 0, axis), along)
    link.collide("cylinder", (girth * 0.62, motor * 0.14), (motor * 0.40, 0, axis), along)
    link.collide("cylinder", (girth * 0.34, motor * 0.07), (motor * 0.6, 0, axis), along)
    link.collide("cylinder", (0.003, motor * 0.15), (motor * 0.84, 0, axis), along)
    return draft.build(graspable=True)


def trowel(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A garden trowel lying on its blade (+y) and its handle."""
    draft = Draft(asset_id, category)
    draft.materials["blade"] = steel(rng)
    draft.materials["grip"] = look.wood(rng) if rng.random() < 0.6 else look.plastic(rng)
    end, wide = float(rng.uniform(0.105, 0.122)), float(rng.uniform(0.027, 0.034))
    girth, blade = float(rng.uniform(0.0136, 0.0152)), float(rng.uniform(0.090, 0.105))
    root, thick = end - blade, 0.004
    link = draft.link()
    shape = [
        (-wide * 0.8, root), (wide * 0.8, root), (wide, root + blade * 0.3),
        (wide * 0.8, end - blade * 0.3), (wide * 0.3, end), (-wide * 0.3, end),
        (-wide * 0.8, end - blade * 0.3), (-wide, root + blade * 0.3),
    ]  # fmt: skip
    link.show(plate(shape, 0.0, thick), "blade", STEEL * 0.7)
    for side in (-1, 1):
        flange = [(side * wide, root + 0.004), (side * wide, end - blade * 0.35)]
        rim = np.array([[x * 0.93, y, 0.006] for x, y in flange])
        link.show(tube(rim, 0.0032, 6), "blade", STEEL * 0.5)
        link.collide(
            "box", (0.003, blade * 0.3, 0.0045), (side * wide * 0.93, root + blade * 0.32, 0.0048)
        )
    stop = root - 0.03
    y = np.array([-end, -end + 0.005, -end + 0.05, stop])
    rod(link, y, girth * np.array([0.6, 0.95, 1.0, 0.72]), "grip", WOOD, axis=girth)
    neck = np.array([stop - 0.005, root - 0.004, root + 0.025])
    fall = [girth, girth * 0.8, 0.005]
    rod(link, neck, [0.0055, 0.0055, 0.003], "blade", STEEL, axis=fall, sides=8)
    barrel(link, -end, stop, girth * 0.92, girth)
    barrel(link, stop, root, 0.006, girth * 0.85)
    link.collide("box", (wide * 0.85, blade * 0.36, thick / 2), (0, root + blade * 0.36, thick / 2))
    link.collide("box", (wide * 0.5, blade * 0.47, thick / 2), (0, root + blade * 0.5, thick / 2))
    skid(link, -end + 0.045, (girth * 0.4, 0.012))
    return draft.build(graspable=True)


PLUGIN = Builders(
    Category("hammer.n.02", "hammer", hammer),
    Category("screwdriver.n.01", "screwdriver", screwdriver, stands_in=("chisel.n.01",)),
    Category("wrench.n.03", "wrench", wrench),
    Category("drill.n.01", "drill", drill, uses=("workshop",)),
    Category(
        "trowel.n.01", "trowel", trowel, stands_in=("scraper.n.01", "shovel.n.01"), uses=("garden",)
    ),
)
