"""What can hang on a wall or stand along it, each in boxes, cylinders and sheets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ....schemas import Material, Texture
from ....schemas.base import Rgba
from ....schemas.material import TextureKind
from ...core.geometry import Array, rotation
from .piece import Piece, WallParts

Build = Callable[[WallParts, float, np.random.Generator], Iterator[Piece]]
WHITE: Rgba = (0.90, 0.89, 0.86, 1.0)
STEEL: Rgba = (0.62, 0.63, 0.65, 1.0)
SKY: Rgba = (0.80, 0.90, 1.0, 1.0)
WARM: Rgba = (1.0, 0.86, 0.62, 1.0)
_WOODS: tuple[Rgba, ...] = (
    (0.62, 0.44, 0.28, 1), (0.42, 0.27, 0.17, 1), (0.74, 0.60, 0.42, 1), (0.30, 0.20, 0.14, 1),
)  # fmt: skip
_PAINTS: tuple[Rgba, ...] = (
    WHITE, (0.82, 0.80, 0.74, 1), (0.55, 0.62, 0.60, 1), (0.30, 0.36, 0.42, 1),
)  # fmt: skip
_CLOTHS: tuple[Rgba, ...] = (
    (0.72, 0.68, 0.60, 1), (0.38, 0.46, 0.52, 1), (0.60, 0.34, 0.28, 1), (0.42, 0.50, 0.38, 1),
    (0.80, 0.76, 0.68, 1), (0.28, 0.30, 0.38, 1),
)  # fmt: skip
_BRIGHT: tuple[Rgba, ...] = (
    (0.72, 0.22, 0.18, 1), (0.90, 0.70, 0.24, 1), (0.20, 0.42, 0.55, 1), (0.24, 0.46, 0.32, 1),
    (0.86, 0.82, 0.74, 1), (0.30, 0.24, 0.40, 1), (0.88, 0.48, 0.26, 1), (0.16, 0.18, 0.22, 1),
)  # fmt: skip
_PRINTS: tuple[TextureKind, ...] = ("gradient", "marble", "stripes", "checker", "gradient")


def _one(colours: tuple[Rgba, ...], rng: np.random.Generator) -> Rgba:
    return colours[int(rng.integers(len(colours)))]


def cloth(rng: np.random.Generator) -> Rgba:
    """A colour of cloth."""
    return _one(_CLOTHS, rng)


def rotation_about(axis: tuple[float, float, float], angle: float) -> Array:
    """(3, 3) of a turn by `angle` radians about a unit axis."""
    half = angle / 2
    sine = float(np.sin(half))
    return rotation((float(np.cos(half)), axis[0] * sine, axis[1] * sine, axis[2] * sine))


def plain(colour: Rgba, roughness: float = 0.6) -> Material:
    """Paint."""
    return Material(rgba=colour, roughness=roughness)


def _wood(rng: np.random.Generator) -> Material:
    return plain(_one(_WOODS, rng), 0.5)


def _framed(
    make: WallParts, part: str, half: tuple[float, float], middle: float, thick: float, deep: float,
    material: Material,
) -> Iterator[Piece]:  # fmt: skip
    """Four bars around an opening of half extents `half`, its middle `middle` metres up."""
    (x, z), t = half, thick / 2
    for end, u in (("left", -x - t), ("right", x + t)):
        yield make.box(f"{part}_{end}", (u, deep / 2, middle), (t, deep / 2, z + thick), material)
    for end, up in (("foot", -z - t), ("top", z + t)):
        yield make.box(f"{part}_{end}", (0, deep / 2, middle + up), (x, deep / 2, t), material)


def window(make: WallParts, width: float, rng: np.random.Generator) -> Iterator[Piece]:
    """A frame with one or two bars over a view, a sill, and perhaps curtains."""
    drapes = bool(rng.random() < 0.55)
    x, z = width / 2 - (0.24 if drapes else 0.10), float(rng.uniform(0.45, 0.65))
    middle = float(rng.uniform(1.0, 1.15)) + z
    frame = plain(WHITE if rng.random() < 0.7 else _one(_WOODS, rng), 0.4)
    view = int(rng.integers(2**31))
    shine = float(rng.uniform(0.2, 0.36))
    yield make.sheet("pane", (0, 0.006, middle), (x, z), plain(SKY, 0.2), shine, view)
    yield from _framed(make, "frame", (x, z), middle, 0.06, 0.05, frame)
    bars = int(rng.integers(1, 3))
    for number in range(bars):
        u = -x + 2 * x * (number + 1) / (bars + 1)
        yield make.box(f"bar{number}", (u, 0.02, middle), (0.018, 0.02, z), frame)
    if rng.random() < 0.5:
        yield make.box("cross", (0, 0.02, middle + z * 0.3), (x, 0.016, 0.014), frame)
    yield make.box("sill", (0, 0.08, middle - z - 0.07), (x + 0.10, 0.08, 0.014), frame)
    if drapes:
        yield from _curtains(make, (x, z), middle, rng)


def _curtains(
    make: WallParts, half: tuple[float, float], middle: float, rng: np.random.Generator
) -> Iterator[Piece]:
    """Folds of cloth at both sides of a window, under a rod."""
    cloth = plain(_one(_CLOTHS, rng), 0.95)
    (x, z), low = half, float(rng.choice([0.12, 0.75]))
    foot = low if low < middle - z - 0.2 else middle - z - 0.2
    top = middle + z + 0.14
    name = make.name.partition("_")[2]
    make = WallParts(f"curtain_{name}", make.side, make.along)
    for side in (-1.0, 1.0):
        for fold in range(4):
            u = side * (x - 0.02 + 0.062 * fold)
            place = (u, 0.10 + 0.012 * (fold % 2), (foot + top) / 2)
            half_fold = (0.031, 0.022, (top - foot) / 2)
            yield make.round(f"fold{fold}{'l' if side < 0 else 'r'}", place, half_fold, cloth)
    yield make.box("rod", (0, 0.11, top + 0.012), (x + 0.26, 0.010, 0.010), plain(STEEL, 0.3))


def door(make: WallParts, width: float, rng: np.random.Generator) -> Iterator[Piece]:
    """A leaf with panels in a frame, a handle, and the light switch beside it."""
    x, z = width / 2 - 0.18, 1.0
    leaf = plain(_one(_PAINTS, rng), 0.45) if rng.random() < 0.6 else _wood(rng)
    frame = plain(WHITE, 0.5)
    yield make.box("leaf", (0, 0.018, z), (x, 0.018, z), leaf)
    yield make.box("lintel", (0, 0.02, 2 * z + 0.035), (x + 0.07, 0.02, 0.035), frame)
    for side, u in (("left", -x - 0.035), ("right", x + 0.035)):
        yield make.box(f"post_{side}", (u, 0.02, z), (0.035, 0.02, z), frame)
    rows = int(rng.integers(0, 4))
    for row in range(rows):
        up, tall = 2 * z * (row + 0.5) / rows, z / rows - 0.09
        yield make.box(f"panel{row}", (0, 0.037, up), (x - 0.12, 0.004, tall), leaf)
    hand = float(rng.choice([-1.0, 1.0]))
    yield make.box("lever", (hand * (x - 0.11), 0.075, 1.04), (0.055, 0.009, 0.009), plain(STEEL))
    yield make.box("neck", (hand * (x - 0.06), 0.055, 1.04), (0.010, 0.020, 0.010), plain(STEEL))
    plate = WallParts(f"switch_{make.name.partition('_')[2]}", make.side, make.along)
    yield plate.box("plate", (hand * (x + 0.14), 0.005, 1.12), (0.04, 0.005, 0.04), plain(WHITE))
    yield plate.box("rocker", (hand * (x + 0.14), 0.012, 1.12), (0.02, 0.003, 0.026), plain(WHITE))


def picture(make: WallParts, width: float, rng: np.random.Generator) -> Iterator[Piece]:
    """A print behind a mount, in a frame."""
    x = width / 2 - 0.06
    z = float(np.clip(x * rng.uniform(0.7, 1.4), 0.12, 0.42))
    middle = float(rng.uniform(1.5, 1.7))
    frame = _wood(rng) if rng.random() < 0.5 else plain(_one(_BRIGHT[4:], rng), 0.4)
    tones = tuple(_BRIGHT[int(k)] for k in rng.choice(len(_BRIGHT), 2, replace=False))
    kind = _PRINTS[int(rng.integers(len(_PRINTS)))]
    pattern = Texture(kind=kind, colours=tones, seed=int(rng.integers(2**31)), scale=0.7)
    mount = 0.78 if rng.random() < 0.5 else 1.0
    yield from _framed(make, "frame", (x, z), middle, 0.03, 0.025, frame)
    yield make.sheet("mount", (0, 0.008, middle), (x, z), plain(WHITE))
    shown = Material(texture=pattern, roughness=0.5)
    yield make.sheet("print", (0, 0.012, middle), (x * mount, z * mount), shown)


def bookcase(make: WallParts, width: float, rng: np.random.Generator) -> Iterator[Piece]:
    """Boards between two sides, with books, boxes and jars."""
    x, deep, tall = width / 2 - 0.05, 0.14, float(rng.uniform(1.2, 1.9))
    board = _wood(rng) if rng.random() < 0.6 else plain(_one(_PAINTS, rng), 0.5)
    yield make.box("back", (0, 0.006, tall / 2), (x, 0.006, tall / 2), board)
    for side, u in (("left", -x), ("right", x)):
        yield make.box(f"side_{side}", (u, deep, tall / 2), (0.012, deep, tall / 2), board)
    count = round(tall / 0.36) + 1
    for level in range(count):
        up = 0.05 + level * (tall - 0.07) / (count - 1)
        yield make.box(f"board{level}", (0, deep, up), (x, deep, 0.012), board)
        if level < count - 1:
            yield from _things(make, f"on{level}", (-x + 0.04, x - 0.04), up + 0.012, rng)


def _things(
    make: WallParts, part: str, span: tuple[float, float], up: float, rng: np.random.Generator
) -> Iterator[Piece]:
    """Books in rows, boxes and jars, until a board is full or thought empty."""
    at, number = span[0] + float(rng.uniform(0, 0.1)), 0
    while at < span[1] - 0.12 and rng.random() < 0.9:
        kind = rng.random()
        if kind < 0.55:
            for _ in range(int(rng.integers(3, 7))):
                wide, tall = float(rng.uniform(0.012, 0.024)), float(rng.uniform(0.085, 0.125))
                if at + 2 * wide > span[1]:
                    return
                yield make.box(
                    f"{part}_{number}", (at + wide, 0.13, up + tall), (wide - 0.0008, 0.085, tall),
                    plain(_one(_BRIGHT, rng), 0.7),
                )  # fmt: skip
                at, number = at + 2 * wide, number + 1
        elif kind < 0.8:
            wide, tall = float(rng.uniform(0.05, 0.09)), float(rng.uniform(0.05, 0.10))
            if at + 2 * wide > span[1]:
                return
            yield make.box(
                f"{part}_{number}", (at + wide, 0.15, up + tall), (wide, 0.09, tall),
                plain(_one(_CLOTHS, rng), 0.8),
            )  # fmt: skip
            at, number = at + 2 * wide, number + 1
        else:
            wide, tall = float(rng.uniform(0.03, 0.055)), float(rng.uniform(0.05, 0.11))
            yield make.round(
                f"{part}_{number}", (at + wide, 0.15, up + tall), (wide, wide, tall),
                plain(_one(_BRIGHT, rng), 0.3),
            )  # fmt: skip
            at, number = at + 2 * wide, number + 1
        at += float(rng.uniform(0.02, 0.12))


def sideboard(make: WallParts, width: float, rng: np.random.Generator) -> Iterator[Piece]:
    """A low cupboard on feet with doors, and things on its top."""
    x, deep, tall = width / 2 - 0.05, 0.20, float(rng.uniform(0.62, 0.82))
    body = _wood(rng)
    front = body if rng.random() < 0.5 else plain(_one(_PAINTS, rng), 0.5)
    low = 0.12
    yield make.box("body", (0, deep, (low + tall) / 2), (x, deep, (tall - low) / 2), body)
    doors = int(rng.integers(2, 5))
    for number in range(doors):
        u, wide = -x + 2 * x * (number + 0.5) / doors, x / doors - 0.006
        place = (u, 2 * deep + 0.006, (low + tall) / 2)
        yield make.box(f"door{number}", place, (wide, 0.006, (tall - low) / 2 - 0.02), front)
        knob = (u + (wide - 0.04) * (1 if number % 2 == 0 else -1), 2 * deep + 0.02, tall - 0.16)
        yield make.box(f"knob{number}", knob, (0.008, 0.010, 0.03), plain(STEEL, 0.3))
    for number, (u, out) in enumerate(((-x, 0.05), (x, 0.05), (-x, 0.34), (x, 0.34))):
        inset = u - np.sign(u) * 0.04
        yield make.box(f"foot{number}", (inset, out, low / 2), (0.018, 0.018, low / 2), body)
    yield from _things(make, "on", (-x + 0.08, x - 0.08), tall, rng)


def plant(make: WallParts, width: float, rng: np.random.Generator) -> Iterator[Piece]:
    """Leaves on a stem in a pot on the floor."""
    del width
    out, pot = 0.28, float(rng.uniform(0.14, 0.20))
    yield make.round("pot", (0, out, pot), (pot * 0.8, pot * 0.8, pot), plain(_one(_CLOTHS, rng)))
    tall = float(rng.uniform(0.3, 0.8))
    stem = plain(_WOODS[1], 0.8)
    yield make.box("stem", (0, out, tall / 2 + pot), (0.014, 0.014, tall / 2 + pot), stem)
    green = float(rng.uniform(0.28, 0.44))
    tones = [plain((0.4 * green * x, green * x, 0.45 * green * x, 1.0), 0.8) for x in (0.8, 1.1)]
    top = make.side.at(make.along, out, 2 * pot + tall - 0.02)
    for number in range(int(rng.integers(16, 26))):
        lean, around = float(rng.uniform(0.15, 1.25)), float(rng.uniform(-np.pi, np.pi))
        # Leaves near the wall stand up.
        lean *= 1.0 if np.sin(around) > -0.4 else 0.35
        length = float(rng.uniform(0.14, 0.26))
        tilt = rotation_about((1.0, 0.0, 0.0), -lean)
        turn = make.side.turn @ rotation_about((0.0, 0.0, 1.0), around - np.pi / 2) @ tilt
        half = np.array([float(rng.uniform(0.014, 0.03)), 0.003, length])
        centre = top + turn[:, 2] * length
        tone = tones[number % 2]
        yield Piece(f"{make.name}_leaf{number}", "box", centre, turn, half, tone)


def floor_lamp(make: WallParts, width: float, rng: np.random.Generator) -> Iterator[Piece]:
    """A foot, a pole and a shade that may be lit."""
    del width
    out, tall = 0.26, float(rng.uniform(1.35, 1.65))
    metal = plain(STEEL if rng.random() < 0.5 else _BRIGHT[-1], 0.35)
    yield make.round("foot", (0, out, 0.012), (0.14, 0.14, 0.012), metal)
    yield make.round("pole", (0, out, tall / 2), (0.012, 0.012, tall / 2), metal)
    lit = bool(rng.random() < 0.5)
    shade = plain(WARM if lit else _one(_CLOTHS, rng), 0.9)
    wide = float(rng.uniform(0.15, 0.21))
    place, half = (0.0, out, tall + 0.02), (wide, wide, float(rng.uniform(0.11, 0.16)))
    yield make.round("shade", place, half, shade, 0.45 if lit else 0.0)


def radiator(make: WallParts, width: float, rng: np.random.Generator) -> Iterator[Piece]:
    """Ribs between two pipes."""
    del rng
    x, paint = width / 2 - 0.05, plain(WHITE, 0.4)
    ribs = round(2 * x / 0.07)
    for number in range(ribs):
        u = -x + 2 * x * (number + 0.5) / ribs
        yield make.box(f"rib{number}", (u, 0.07, 0.40), (0.026, 0.035, 0.26), paint)
    for end, up in (("low", 0.19), ("high", 0.61)):
        yield make.box(f"pipe_{end}", (0, 0.07, up), (x, 0.014, 0.014), paint)
        for side, u in (("left", -x * 0.8), ("right", x * 0.8)):
            yield make.box(f"hook_{end}_{side}", (u, 0.03, up), (0.012, 0.03, 0.012), paint)
    yield make.box("feed", (x - 0.014, 0.07, 0.10), (0.010, 0.010, 0.10), plain(STEEL, 0.3))


@dataclass(frozen=True)
class DecorKind:
    """One kind of decor.

    Attributes:
        word: first of its pieces' names.
        build: makes one.
        widths: along the wall, metres, with what stays free beside it.
        stands: on the floor.
    """

    word: str
    build: Build
    widths: tuple[float, float]
    stands: bool


DOOR = DecorKind("door", door, (1.16, 1.32), stands=True)
WINDOW = DecorKind("window", window, (1.1, 1.9), stands=False)
PICTURE = DecorKind("picture", picture, (0.45, 0.95), stands=False)
BOOKCASE = DecorKind("shelf", bookcase, (0.75, 1.2), stands=True)
SIDEBOARD = DecorKind("sideboard", sideboard, (1.1, 1.7), stands=True)
PLANT = DecorKind("plant", plant, (0.55, 0.6), stands=True)
LAMP = DecorKind("lamp", floor_lamp, (0.5, 0.55), stands=True)
RADIATOR = DecorKind("radiator", radiator, (0.8, 1.2), stands=True)
