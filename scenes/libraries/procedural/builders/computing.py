"""Screens, tablets, keyboards, mice and calculators."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft
from ..toolkit.geometry import Mesh, bevel_box, loft, revolve, rotation
from ..toolkit.pieces import LIFT
from ..toolkit.slabs import key_cap, sheet, slab
from .boxes import poster

PLASTIC, ELECTRIC, PAPER, RUBBER, METAL = 1000.0, 700.0, 700.0, 1100.0, 2700.0
SHELLS: tuple[look.Rgb, ...] = (
    (0.13, 0.13, 0.14), (0.85, 0.85, 0.84), (0.55, 0.56, 0.58), (0.22, 0.24, 0.28),
)  # fmt: skip
DARK: look.Rgb = (0.05, 0.05, 0.06)


def monitor(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A flat screen on a foot, showing a picture towards +x."""
    draft = Draft(asset_id, category)
    shell_colour = look.pick(rng, SHELLS)
    draft.materials["shell"] = look.plain(shell_colour, 0.5)
    lit = rng.random() < 0.5
    draft.materials["screen"] = look.label(rng) if lit else look.plain(DARK, 0.08)
    draft.materials["foot"] = look.steel(rng) if rng.random() < 0.4 else draft.materials["shell"]
    width = float(rng.uniform(0.46, 0.60))
    tall = width * float(rng.uniform(0.56, 0.64))
    lift, thick = float(rng.uniform(0.09, 0.14)), float(rng.uniform(0.010, 0.018))
    link = draft.link()
    middle = lift + tall / 2
    half = np.array([thick, width / 2, tall / 2])
    link.box(half, (0, 0, middle), "shell", ELECTRIC, bevel=0.004)
    rim = float(rng.uniform(0.006, 0.012))
    screen = poster(half - np.array([0, rim, rim]), 1.0)
    link.show(screen, "screen", 0.0, (0, 0, middle))
    neck = (-thick - 0.012, 0.0, lift * 0.5 + tall * 0.22)
    link.box((0.012, 0.03, lift * 0.5 + tall * 0.2), neck, "foot", ELECTRIC, bevel=0.004)
    depth, spread = float(rng.uniform(0.095, 0.12)), width * float(rng.uniform(0.2, 0.28))
    slab(link, (depth, spread), 0.03, 0.0, 0.012, "foot", METAL, 0.003)
    link.collide("box", (depth, spread - 0.008, 0.006), (0, 0, 0.006))
    link.collide("box", (depth - 0.008, spread, 0.006), (0, 0, 0.006))
    return draft.build(graspable=False)


def tablet(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A tablet computer lying on its back."""
    draft = Draft(asset_id, category)
    draft.materials["shell"] = look.plain(look.pick(rng, SHELLS), 0.4, 0.5)
    lit = rng.random() < 0.5
    draft.materials["screen"] = look.label(rng) if lit else look.plain(DARK, 0.08)
    x, y, z = rng.uniform((0.080, 0.108, 0.0038), (0.096, 0.130, 0.0052)).tolist()
    link = draft.link()
    slab(link, (x, y), 0.008, 0.0, 2 * z, "shell", ELECTRIC * 2, 0.0015)
    link.collide("box", (x, y - 0.003, z), (0, 0, z))
    link.collide("box", (x - 0.003, y, z), (0, 0, z))
    rim = float(rng.uniform(0.006, 0.012))
    link.show(sheet((x - rim, y - rim), 2 * z + 0.0001), "screen", 0.0)
    draft.surface("top", "body", (0, 0, 2 * z), (x * 0.92, y * 0.92))
    return draft.build(graspable=False)


def keyboard(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A computer keyboard, its near side towards +x."""
    draft = Draft(asset_id, category)
    colour = look.pick(rng, SHELLS)
    draft.materials["shell"] = look.plain(colour, 0.5)
    dark = sum(colour) > 1.2
    draft.materials["keys"] = look.plain(look.shade(colour, 0.6 if dark else 1.9), 0.6)
    draft.materials["more"] = look.plain(look.shade(colour, 0.45 if dark else 1.5), 0.6)
    x, y = rng.uniform((0.062, 0.19), (0.074, 0.225)).tolist()
    thick, rise = float(rng.uniform(0.010, 0.014)), 0.0045
    link = draft.link()
    slab(link, (x, y), 0.008, 0.0, thick, "shell", PLASTIC * 0.8, 0.002)
    link.collide("box", (x, y - 0.004, thick / 2), (0, 0, thick / 2))
    link.collide("box", (x - 0.004, y, thick / 2), (0, 0, thick / 2))
    pads = y > 0.205
    main = 2 * y * (0.79 if pads else 1.0) - 0.016
    pitch_x, rows = (2 * x - 0.016) / 6, 6
    for row in range(rows):
        spot_x = x - 0.008 - (row + 0.5) * pitch_x
        for low, high, material in _keys(row, main):
            half = (pitch_x / 2 - 0.0012, (high - low) / 2 - 0.0012, rise / 2)
            spot = (spot_x, 0.008 - y + (low + high) / 2, thick + rise / 2)
            link.show(key_cap(half), material, PLASTIC * 0.5, spot)
        if pads and row:
            for k in range(3):
                wide = (2 * y - main - 0.026) / 3
                half = (pitch_x / 2 - 0.0012, wide / 2 - 0.0012, rise / 2)
                spot = (spot_x, y - 0.008 - (k + 0.5) * wide, thick + rise / 2)
                link.show(key_cap(half), "keys", PLASTIC * 0.5, spot)
    link.collide("box", (x - 0.009, y - 0.009, rise / 2), (0, 0, thick + rise / 2))
    return draft.build(graspable=False)


def _keys(row: int, width: float) -> list[tuple[float, float, str]]:
    """Keys of a row of the main block, from the near side: spans along y and material."""
    shares: list[float]
    if row == 0:
        shares = [1.3, 1.2, 1.2, 6.0, 1.2, 1.2, 1.3]
    else:
        ends = (2.2, 1.8, 1.5, 1.0, 1.0)[row - 1]
        shares = [ends, *[1.0] * 11, ends]
    edges = np.concatenate([[0.0], np.cumsum(shares)]) / sum(shares) * width
    last = len(shares) - 1
    return [
        (float(a), float(b), "more" if row == 5 or k in (0, last) else "keys")
        for k, (a, b) in enumerate(pairwise(edges))
    ]


def mouse(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A computer mouse, its buttons towards +y."""
    draft = Draft(asset_id, category)
    colour = look.pick(rng, (*SHELLS, *look.PRINTS[:2]))
    draft.materials["shell"] = look.plain(colour, 0.4)
    draft.materials["wheel"] = look.plain((0.28, 0.28, 0.3) if sum(colour) < 1 else DARK, 0.7)
    x, y, z = rng.uniform((0.027, 0.048, 0.030), (0.033, 0.058, 0.038)).tolist()
    rings: list[tuple[float, float]] = [(x, 0.0), (0.003, 0.0), (0.0, 0.006)]
    for a in np.linspace(0.25, 1.45, 6).tolist():
        rings.append((x * 0.75 * (1 - np.cos(a)), 0.006 + (z - 0.006) * float(np.sin(a))))
    rings.append((x, z))
    body = loft((x, y), x * 0.8, rings, 6)
    droop = 1 - 0.22 * np.clip((body.vertices[:, 1] / y + 0.2), 0, 1.2) * (body.vertices[:, 2] / z)
    bent = body.vertices * np.stack([np.ones_like(droop), np.ones_like(droop), droop], -1)
    link = draft.link()
    link.show(Mesh(bent, body.faces, body.uv), "shell", ELECTRIC)
    wheel = revolve([(0, -0.003), (0.007, -0.003), (0.007, 0.003), (0, 0.003)], 14)
    spot = (0.0, y * 0.52, z * 0.80 - 0.004)
    link.show(wheel.moved(spot, rotation("y", np.pi / 2)), "wheel", RUBBER)
    link.collide("box", (x - 0.004, y * 0.62, 0.006), (0, 0, 0.006))
    link.collide("ellipsoid", (x, y, z * 0.45), (0, 0, z * 0.45 + LIFT))
    link.collide("box", (x * 0.85, y * 0.8, z * 0.3), (0, 0, z * 0.3 + LIFT))
    link.collide("box", (x * 0.72, y * 0.6, z * 0.17), (0, -y * 0.12, z * 0.80))
    return draft.build(graspable=True)


def calculator(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A pocket calculator, read from +x."""
    draft = Draft(asset_id, category)
    colour = look.pick(rng, SHELLS)
    draft.materials["shell"] = look.plain(colour, 0.5)
    draft.materials["screen"] = look.plain((0.62, 0.70, 0.60), 0.15)
    pale = sum(colour) < 1.2
    draft.materials["keys"] = look.plain((0.80, 0.80, 0.80) if pale else (0.22, 0.22, 0.24), 0.6)
    draft.materials["more"] = look.plain(look.pick(rng, look.PRINTS), 0.6)
    x, y, z = rng.uniform((0.064, 0.039, 0.0165), (0.078, 0.046, 0.022)).tolist()
    link = draft.link()
    slab(link, (x, y), 0.006, 0.0, z, "shell", ELECTRIC, 0.002)
    link.collide("box", (x, y - 0.003, z / 2), (0, 0, z / 2))
    link.collide("box", (x - 0.003, y, z / 2), (0, 0, z / 2))
    link.show(bevel_box((x * 0.17, y * 0.82, 0.0006), 0.0003), "screen", 0.0, (-x * 0.68, 0, z))
    for row in range(5):
        for column_ in range(4):
            spot = (x * (0.86 - 0.265 * row), y * (2 * (column_ + 0.5) / 4 - 1) * 0.88, z + 0.001)
            material = "more" if column_ == 3 or row == 4 else "keys"
            link.show(key_cap((x * 0.1, y * 0.17, 0.0012)), material, PLASTIC, spot)
    return draft.build(graspable=False)


PLUGIN = Builders(
    Category("monitor.n.04", "monitor", monitor, uses=("desk",)),
    Category("keyboard.n.01", "keyboard", keyboard, uses=("desk",)),
    Category("mouse.n.04", "mouse", mouse, uses=("desk",)),
    Category("calculator.n.02", "calculator", calculator, uses=("desk",)),
    Category("tablet.n.05", "tablet", tablet),
)
