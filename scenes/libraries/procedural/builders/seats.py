"""Chairs, stools, armchairs and sofas: full size, their fronts towards +x."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset, Material
from .....schemas.material import TextureKind
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import bevel_box, loft, revolve, rotation, tube
from ..toolkit.pieces import column, turned

TIMBER, FOAM, STEEL, PLASTIC = 620.0, 60.0, 3000.0, 900.0
CLOTHS: tuple[look.Rgb, ...] = (
    (0.46, 0.48, 0.50), (0.72, 0.68, 0.60), (0.24, 0.31, 0.40), (0.40, 0.45, 0.36),
    (0.62, 0.36, 0.26), (0.30, 0.28, 0.28), (0.68, 0.55, 0.30), (0.36, 0.46, 0.52),
)  # fmt: skip
DARK: look.Rgb = (0.13, 0.13, 0.14)


def _cloth(rng: np.random.Generator) -> Material:
    """Woven cloth or leather."""
    colour = look.pick(rng, CLOTHS)
    kind: TextureKind = "fabric" if rng.random() < 0.7 else "speckle"
    return look.textured(rng, kind, (colour, look.shade(colour, 0.82)), 10.0, 0.9)


def _frame(rng: np.random.Generator) -> Material:
    """What legs are made of."""
    return look.metal(rng) if rng.random() < 0.3 else look.wood_or_paint(rng)


def _pad(
    link: LinkDraft, half: tuple[float, float], low: float, high: float, pos: tuple[float, float],
    *, soft: float = 0.03, material: str = "cloth", lean: float = 0.0,
) -> None:  # fmt: skip
    """A cushion from `low` to `high` with rounded edges; leans back about its lower edge."""
    x, y = half
    thick = high - low
    c = min(soft, 0.45 * thick, 0.45 * min(half))
    end = min(x, y)
    profile = [
        (end, 0.0), (c, 0.0), (0.3 * c, 0.3 * c), (0.0, c), (0.0, thick - c),
        (0.3 * c, thick - 0.3 * c), (c, thick), (end, thick),
    ]  # fmt: skip
    mesh = loft(half, max(c, 0.004), profile, arc=3)
    spot = (pos[0], pos[1], low)
    link.show(mesh.moved(spot, rotation("y", -lean)), material, FOAM)
    middle = np.array(spot) + rotation("y", -lean) @ np.array([0.0, 0.0, thick / 2])
    slack = 0.3 * c if lean else 0.0  # its square corners would stick out of the round ones
    link.collide("box", (x - slack, y, thick / 2 - slack), middle, turned(0.0, -lean))


def _slat(
    link: LinkDraft, half: tuple[float, float, float], foot: tuple[float, float, float],
    lean: float, up: float = 0.0,
) -> None:  # fmt: skip
    """A wooden bar whose middle is `up` along a back that leans about y from `foot`."""
    turn = rotation("y", -lean)
    spot = np.array(foot) + turn @ np.array([0.0, 0.0, up])
    link.show(bevel_box(half, 0.003).moved(spot, turn), "frame", TIMBER)
    link.collide("box", half, spot, turned(0.0, -lean))


def _leg(
    link: LinkDraft, spot: tuple[float, float], girth: float, top: float, round_: bool
) -> None:
    """A leg from the floor to `top`, square, or round and tapered."""
    if round_:
        foot = girth * 0.65
        shape = [(0.0, 0.0), (foot, 0.0), (girth, top), (0.0, top)]
        link.show(revolve(shape, 14), "frame", TIMBER, (*spot, 0.0))
        column(link, girth * 0.85, 0.0, top, spot)
    else:
        link.box((girth, girth, top / 2), (*spot, top / 2), "frame", TIMBER)


def straight_chair(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A dining chair: seat, four legs, and a back of slats, rungs or one panel."""
    draft = Draft(asset_id, category)
    draft.materials["frame"] = look.wood_or_paint(rng)
    padded = rng.random() < 0.4
    if padded:
        draft.materials["cloth"] = _cloth(rng)
    depth, width, seat = rng.uniform((0.38, 0.38, 0.42), (0.44, 0.46, 0.47)).tolist()
    rise = float(rng.uniform(0.34, 0.48))
    lean, girth = float(rng.uniform(0.06, 0.16)), float(rng.uniform(0.014, 0.019))
    link = draft.link()
    x, y, board = depth / 2, width / 2, 0.018
    under = seat - (0.045 if padded else board)
    round_ = rng.random() < 0.4
    for sx in (-1, 1):
        for sy in (-1, 1):
            _leg(link, (sx * (x - girth), sy * (y - girth)), girth, under, round_)
    link.box((x, y, board / 2), (0, 0, under + board / 2), "frame", TIMBER, bevel=0.005)
    rail = 0.022
    for sign in (-1, 1):
        link.box((0.008, y - girth, rail), (sign * (x - girth), 0, under - rail), "frame", TIMBER)
        link.box((x - girth, 0.008, rail), (0, sign * (y - girth), under - rail), "frame", TIMBER)
    if padded:
        _pad(link, (x - 0.006, y - 0.006), under + board, seat, (0.004, 0.0), soft=0.012)
    _back(link, (girth - x, y - girth, under), rise, lean, girth, rng)
    draft.surface("seat", "body", (0.02, 0, seat), (x - 0.05, y - 0.03), clearance=0.5)
    return draft.build(graspable=False, fixed=True)


def _back(
    link: LinkDraft, corner: tuple[float, float, float], rise: float, lean: float, girth: float,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Two posts from the rear corners of a seat, and what fills the space between them."""
    x, y, z = corner
    for sign in (-1, 1):
        _slat(link, (girth, girth, rise / 2), (x, sign * y, z), lean, rise / 2)
    middle, thin = (x, 0.0, z), 0.008
    inner = y - girth
    top = 0.03
    _slat(link, (thin + 0.003, inner + 0.004, top), middle, lean, rise - top - 0.004)
    style = int(rng.integers(3))
    if style == 0:
        for k in range(count := int(rng.integers(3, 6))):
            spot = (x, inner * (2 * (k + 1) / (count + 1) - 1), z)
            _slat(link, (thin, 0.014, rise / 2 - 0.03), spot, lean, rise / 2)
    elif style == 1:
        for k in range(count := int(rng.integers(2, 4))):
            _slat(
                link, (thin, inner + 0.004, 0.022), middle, lean, rise * (k + 1.2) / (count + 1.4)
            )
    else:
        _slat(link, (thin, inner + 0.004, rise * 0.28), middle, lean, rise * 0.64)


def stool(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A round stool on three or four legs, with a ring for the feet where it is high."""
    draft = Draft(asset_id, category)
    draft.materials["frame"] = _frame(rng)
    padded = rng.random() < 0.45
    draft.materials["top"] = _cloth(rng) if padded else look.wood_or_paint(rng)
    radius, height = float(rng.uniform(0.16, 0.20)), float(rng.uniform(0.42, 0.66))
    thick = float(rng.uniform(0.05, 0.07) if padded else rng.uniform(0.025, 0.04))
    link = draft.link()
    c = thick * (0.4 if padded else 0.15)
    low = height - thick
    seat = [
        (0.0, low), (radius - c * 0.5, low), (radius, low + c * 0.5), (radius, height - c),
        (radius - 0.3 * c, height - 0.3 * c), (radius - c, height), (0.0, height),
    ]  # fmt: skip
    link.show(revolve(seat, 28), "top", FOAM if padded else TIMBER)
    column(link, radius * 0.99, low, height)
    legs, girth = int(rng.integers(3, 5)), float(rng.uniform(0.012, 0.017))
    inside = radius * 0.68
    for k in range(legs):
        yaw = 2 * np.pi * (k + 0.5) / legs
        way = np.array([np.cos(yaw), np.sin(yaw), 0.0])
        start = np.array([0.0, 0.0, 0.004]) + way * (radius * 0.97)
        end = np.array([0.0, 0.0, low + 0.004]) + way * inside
        link.show(tube(np.linspace(start, end, 3), girth, 8), "frame", TIMBER)
        tilt = float(np.arctan2(inside - radius * 0.97, low))
        length = float(np.linalg.norm(end - start)) / 2
        link.collide("capsule", (girth, length - girth), (start + end) / 2, turned(yaw, tilt))
    if height > 0.52:
        at = 0.35
        ring = (radius * 0.97) * (1 - at) + inside * at
        turn = np.arange(25) * (2 * np.pi / 24)
        loop = np.stack([ring * np.cos(turn), ring * np.sin(turn), np.full(25, low * at)], -1)
        link.show(tube(loop, 0.008, 6), "frame", TIMBER)
    rest = radius - c - 0.01
    draft.surface("seat", "body", (0, 0, height), (rest, rest), disc=True)
    return draft.build(graspable=False, fixed=True)


def armchair(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """An upholstered chair with arms."""
    return _upholstered(asset_id, category, rng, float(rng.uniform(0.50, 0.58)), 1)


def sofa(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A sofa for two or three."""
    seats = int(rng.integers(2, 4))
    return _upholstered(asset_id, category, rng, seats * float(rng.uniform(0.60, 0.70)), seats)


def _places(
    draft: Draft, along: tuple[float, float], seat: float, width: float, seats: int, soft: float
) -> None:
    """Surfaces to sit on between two depths, side by side."""
    clear, front = along
    half_x, each = (front - clear) / 2, width / seats
    for k in range(seats):
        middle = -width / 2 + (k + 0.5) * each
        draft.surface(
            f"seat_{k + 1}", "body", (clear + half_x, middle, seat), (half_x, each / 2 - soft),
            clearance=0.5,
        )  # fmt: skip


def _upholstered(
    asset_id: str, category: str, rng: np.random.Generator, width: float, seats: int
) -> Asset:
    """Base, cushions, back and arms; `width` is between the arms."""
    draft = Draft(asset_id, category)
    draft.materials["cloth"] = cloth = _cloth(rng)
    draft.materials["cushion"] = cloth if rng.random() < 0.75 else _cloth(rng)
    draft.materials["frame"] = look.wood(rng) if rng.random() < 0.7 else look.metal(rng)
    depth, seat, height = rng.uniform((0.74, 0.40, 0.76), (0.88, 0.46, 0.88)).tolist()
    arm, thick = float(rng.uniform(0.09, 0.16)), float(rng.uniform(0.13, 0.17))
    lift, soft = float(rng.uniform(0.06, 0.14)), float(rng.uniform(0.02, 0.045))
    x, y, lean = depth / 2, width / 2 + arm, float(rng.uniform(0.04, 0.12))
    link = draft.link()
    for sx in (-1, 1):
        for sy in (-1, 1):
            _leg(link, (sx * (x - 0.06), sy * (y - 0.06)), 0.02, lift, True)
    base = seat - thick * 0.9
    _pad(link, (x - 0.01, y - 0.01), lift, base, (0.0, 0.0), soft=0.012)
    tall = seat + float(rng.uniform(0.14, 0.22))
    for sign in (-1, 1):
        _pad(link, (x, arm / 2), lift + 0.02, tall, (0.0, sign * (y - arm / 2)), soft=soft)
    rear = 0.09
    _pad(link, (rear, width / 2 + 0.01), base, height - 0.03, (rear - x + 0.06, 0.0), lean=lean)
    front, each = x - 0.005, width / seats
    back = 0.07
    behind = rear - x + 0.06 + rear + back - 0.02
    for k in range(seats):
        middle = -width / 2 + (k + 0.5) * each
        half = ((front + x - 0.16) / 2, each / 2 - 0.002)
        spot = (front - half[0], middle)
        _pad(link, half, base, seat, spot, soft=soft, material="cushion")
        _pad(
            link, (back, each / 2 - 0.004), seat - 0.005, height, (behind, middle),
            soft=0.05, material="cushion", lean=lean + 0.06,
        )  # fmt: skip
    clear = behind + back + 0.02
    _places(draft, (clear, front - soft), seat, width, seats, soft)
    return draft.build(graspable=False, fixed=True, friction=0.9)


def swivel_chair(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """An office chair on a star of five castors."""
    draft = Draft(asset_id, category)
    draft.materials["cloth"] = _cloth(rng)
    shell = look.plain(DARK if rng.random() < 0.6 else (0.80, 0.80, 0.80), 0.5)
    draft.materials["shell"] = shell
    draft.materials["frame"] = look.steel(rng) if rng.random() < 0.4 else shell
    link = draft.link()
    star, seat = float(rng.uniform(0.27, 0.32)), float(rng.uniform(0.44, 0.52))
    for k in range(5):
        yaw = 2 * np.pi * k / 5
        way = np.array([np.cos(yaw), np.sin(yaw), 0.0])
        arm = np.array([way * 0.02 + [0, 0, 0.11], way * star * 0.6 + [0, 0, 0.09],
                        way * (star - 0.02) + [0, 0, 0.065]])  # fmt: skip
        link.show(tube(arm, np.array([0.022, 0.018, 0.014]), 8), "frame", PLASTIC)
        link.collide("box", (star / 2, 0.014, 0.016), way * star / 2 + [0, 0, 0.085], turned(yaw))
        wheel = [(0.0, -0.022), (0.024, -0.022), (0.028, -0.014), (0.028, 0.014), (0.024, 0.022),
                 (0.0, 0.022)]  # fmt: skip
        hub = rotation("z", yaw) @ rotation("x", np.pi / 2)
        spot = np.array([0.0, 0.0, 0.028]) + way * (star - 0.028)
        link.show(revolve(wheel, 12).moved(spot, hub), "shell", PLASTIC)
        link.collide("box", (0.02, 0.02, 0.027), spot + np.array([0, 0, 0.001]), turned(yaw))
    low = seat - 0.09
    pole = [(0.0, 0.06), (0.035, 0.06), (0.03, 0.16), (0.025, 0.22), (0.016, 0.22), (0.016, low),
            (0.0, low)]  # fmt: skip
    link.show(revolve(pole, 14), "frame", STEEL)
    column(link, 0.025, 0.06, low)
    x, y = rng.uniform((0.22, 0.22), (0.25, 0.26)).tolist()
    link.box((x * 0.6, y * 0.5, 0.015), (0, 0, low + 0.005), "shell", PLASTIC)
    _pad(link, (x, y), low + 0.018, seat, (0.0, 0.0), soft=0.03)
    lean, rise = float(rng.uniform(0.06, 0.14)), float(rng.uniform(0.42, 0.6))
    foot = (-x - 0.035, 0.0)
    _pad(link, (0.03, y * 0.9), seat + 0.06, seat + 0.06 + rise, foot, soft=0.028, lean=lean)
    link.box((0.012, 0.035, 0.13), (-x - 0.03, 0, low + 0.13), "shell", PLASTIC)
    link.box((0.05, 0.035, 0.01), (-x + 0.01, 0, low + 0.01), "shell", PLASTIC)
    if rng.random() < 0.7:
        _armrests(link, y, low)
    draft.surface("seat", "body", (0.02, 0, seat), (x - 0.06, y - 0.05), clearance=0.5)
    return draft.build(graspable=False, fixed=True, friction=0.9)


def _armrests(link: LinkDraft, y: float, low: float) -> None:
    """A rest at either side of a seat."""
    for sign in (-1, 1):
        side = sign * (y + 0.03)
        link.box((0.02, 0.012, 0.14), (-0.02, side, low + 0.14), "shell", PLASTIC)
        link.box((0.02, 0.05, 0.01), (-0.02, sign * (y - 0.02), low + 0.01), "shell", PLASTIC)
        link.box((0.12, 0.035, 0.013), (0.0, side, low + 0.29), "shell", PLASTIC, bevel=0.01)


PLUGIN = Builders(
    Category("straight_chair.n.01", "chair", straight_chair),
    Category("armchair.n.01", "armchair", armchair),
    Category("stool.n.01", "stool", stool),
    Category("sofa.n.01", "sofa", sofa),
    Category("swivel_chair.n.01", "swivel-chair", swivel_chair),
)
