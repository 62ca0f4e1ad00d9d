"""A microwave oven: a box with a hinged front door and a control panel."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.fittings import GAP
from ..toolkit.geometry import bevel_box, revolve, rotation
from .cabinets import Bar, hinged

SHEET = 900.0


def microwave(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """Hinge at -y, controls at +y, seen from the front (+x) they are at the right."""
    x, y, z = (rng.uniform((0.30, 0.42, 0.25), (0.345, 0.48, 0.29)) / 2).tolist()
    draft = Draft(asset_id, category)
    shells = ((0.90, 0.90, 0.89), (0.16, 0.16, 0.17), (0.66, 0.67, 0.68), (0.62, 0.20, 0.18))
    shell = look.pick(rng, shells)
    draft.materials["shell"] = look.steel(rng) if rng.random() < 0.3 else look.plain(shell, 0.4)
    draft.materials["dark"] = look.plain((0.06, 0.065, 0.07), 0.15)
    draft.materials["inside"] = look.plain((0.50, 0.50, 0.49), 0.4)
    draft.materials["grip"] = look.metal(rng)
    draft.materials["buttons"] = look.plain((0.55, 0.56, 0.58), 0.5)
    draft.materials["display"] = look.plain((0.10, 0.55, 0.42), 0.3)
    body = draft.link()
    panel, feet, t = float(rng.uniform(0.085, 0.105)), 0.012, 0.016
    front = x - 0.02  # the shell ends here; door and controls stand before it
    _shell(body, (front, x, y, z), panel, feet, t)
    low = (-x + 0.024, -y + t, feet + t + 0.004)
    high = (front, y - panel - t, 2 * z - t)
    draft.cavity("inside", body.name, low, high, opening="front", joint="door")
    centre = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2])
    half = ((high[0] - low[0]) / 2 * 0.94, (high[1] - low[1]) / 2 * 0.94)
    draft.surface("floor", body.name, centre, half, clearance=high[2] - low[2])
    draft.surface("top", body.name, (0, 0, 2 * z), (x * 0.93, y))
    _controls(body, (front, x, y, z), panel, feet, rng)
    _door(draft, (front, x, y, z), panel, feet, rng)
    return draft.build(graspable=False, fixed=True)


def _shell(
    body: LinkDraft, size: tuple[float, float, float, float], panel: float, feet: float, t: float
) -> None:
    """Walls around the cavity, the block behind the controls, and feet."""
    front, x, y, z = size
    middle, deep = (front - x) / 2, (front + x) / 2
    tall, up = (2 * z - feet) / 2, (2 * z + feet) / 2
    body.box((deep, t / 2, tall), (middle, t / 2 - y, up), "shell", SHEET)
    body.box((deep, panel / 2 + t / 2, tall), (middle, y - panel / 2 - t / 2, up), "shell", 500.0)
    wide, mid_y = (2 * y - panel - 2 * t) / 2, -panel / 2
    body.box((deep, wide, t / 2), (middle, mid_y, 2 * z - t / 2), "shell", SHEET)
    body.box((deep, wide, t / 2 + 0.002), (middle, mid_y, feet + t / 2 + 0.002), "inside", SHEET)
    body.box((0.012, wide, tall - t), (0.012 - x, mid_y, up), "inside", SHEET)
    for sx in (-1, 1):
        for sy in (-1, 1):
            spot = (sx * (x - 0.04) - 0.01, sy * (y - 0.03), feet / 2)
            body.box((0.012, 0.012, feet / 2), spot, "dark", SHEET)


def _controls(
    body: LinkDraft, size: tuple[float, float, float, float], panel: float, feet: float,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """A dark panel with a display and either a keypad or a dial."""
    front, x, y, z = size
    mid_y, up, tall = y - panel / 2, (2 * z + feet) / 2, (2 * z - feet) / 2
    half_x = (x - front) / 2
    body.box((half_x, panel / 2, tall), (front + half_x, mid_y, up), "dark", SHEET)
    wide = panel / 2 - 0.014
    shown = bevel_box((0.001, wide, 0.013), 0.0005)
    body.show(shown, "display", SHEET, (x, mid_y, 2 * z - 0.04))
    if rng.random() < 0.5:
        for row in range(4):
            for column in (-1, 0, 1):
                spot = (x, mid_y + column * wide * 0.68, 2 * z - 0.085 - row * 0.026)
                key = bevel_box((0.0015, wide * 0.26, 0.008), 0.0005)
                body.show(key, "buttons", SHEET, spot)
        return
    dial = revolve([(0, 0), (0.021, 0), (0.019, 0.004), (0, 0.004)], 24)
    for drop in (0.10, 0.165):
        turned = dial.moved((0, 0, 0), rotation("y", np.pi / 2))
        body.show(turned, "buttons", SHEET, (x - 0.002, mid_y, 2 * z - drop))


def _door(
    draft: Draft, size: tuple[float, float, float, float], panel: float, feet: float,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """The door: a frame around dark glass, a bar handle next to the controls."""
    front, x, y, z = size
    thick = x - front - GAP
    wide, tall = (2 * y - panel - GAP) / 2, (2 * z - feet) / 2 - 0.001
    up = (2 * z + feet) / 2
    joint = hinged("door", False, float(rng.uniform(1.6, 1.75)), rng)
    door = draft.link("door", "body", (front + GAP, -y, up), joint)
    door.box((thick / 2, wide, tall), (thick / 2, wide, 0), "shell", SHEET, bevel=0.003)
    pane = bevel_box((0.0012, wide - 0.04, tall - 0.035), 0.001)
    door.show(pane, "dark", SHEET, (thick, wide - 0.012, 0))
    bar = Bar(tall * float(rng.uniform(0.45, 0.7)), float(rng.uniform(0.010, 0.013)), True)
    bar.attach(draft, door, (thick, 2 * wide - 0.025, 0), True, "door")


PLUGIN = Builders(
    Category(
        "microwave.n.02",
        "microwave",
        microwave,
        keeps="served",
        stands_in=(
            "clothes_dryer.n.01",
            "dishwasher.n.01",
            "electric_refrigerator.n.01",
            "washer.n.03",
        ),
        also_stands_in=("oven.n.01",),
    ),
)
