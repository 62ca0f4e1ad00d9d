"""Drawer cabinets and hinged cupboards that stand on a table; fronts face +x."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .....schemas import Asset, Joint
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.fittings import GAP
from ..toolkit.geometry import Mesh, revolve, rotation

BOARD = 520.0
"""Density of furniture board, kg/m^3."""
STEEL = 2700.0
STANDOFF = 0.037
"""Free depth between a handle and the face it is on: room for fingertips."""


def finish(draft: Draft, rng: np.random.Generator) -> None:
    """Choose materials for the carcass, the fronts, the inside and the handles."""
    carcass = look.wood_or_paint(rng)
    draft.materials["carcass"] = carcass
    draft.materials["front"] = carcass if rng.random() < 0.5 else look.wood_or_paint(rng)
    draft.materials["inside"] = look.plain((0.80, 0.74, 0.64), 0.7)
    draft.materials["grip"] = (
        look.plain((0.13, 0.13, 0.14), 0.4, 0.6) if rng.random() < 0.4 else look.metal(rng)
    )


def carcass(link: LinkDraft, half: tuple[float, float, float], board: float) -> None:
    """Five boards, open at +x; the bottom centre is the origin."""
    x, y, z = half
    t = board / 2
    for sign in (-1, 1):
        link.box((x, t, z), (0, sign * (y - t), z), "carcass", BOARD)
    link.box((x, y - board, t), (0, 0, t), "carcass", BOARD)
    link.box((x, y - board, t), (0, 0, 2 * z - t), "carcass", BOARD)
    link.box((0.004, y - board, z - board), (0.004 - x, 0, z), "carcass", BOARD)


@dataclass(frozen=True)
class Bar:
    """A straight handle on two posts: half length and thickness, metres."""

    half_length: float
    thickness: float
    round: bool

    @classmethod
    def draw(cls, rng: np.random.Generator, longest: float) -> Bar:
        """A handle at most `longest` long."""
        half = min(float(rng.uniform(0.04, 0.065)), longest / 2)
        return cls(half, float(rng.uniform(0.009, 0.0135)), bool(rng.random() < 0.5))

    def attach(
        self, draft: Draft, link: LinkDraft, face: tuple[float, float, float], upright: bool,
        joint: str | None,
    ) -> None:  # fmt: skip
        """Fix it in front of a point of a face that looks to +x."""
        r = self.thickness / 2
        x, y, z = face
        centre = (x + STANDOFF + r, y, z)
        turn = rotation("x", 0.0 if upright else np.pi / 2)
        if self.round:
            mesh = _rod(self.half_length, r).moved((0, 0, 0), turn)
            link.show(mesh, "grip", STEEL, centre)
            quat = (1.0, 0.0, 0.0, 0.0) if upright else (np.sqrt(0.5), np.sqrt(0.5), 0.0, 0.0)
            link.collide("cylinder", (r, self.half_length), centre, quat)
        else:
            half = (r, r, self.half_length) if upright else (r, self.half_length, r)
            link.box(half, centre, "grip", STEEL)
        for end in (-1, 1):
            reach = end * (self.half_length - 0.012)
            spot = (x + STANDOFF / 2, y, z + reach) if upright else (x + STANDOFF / 2, y + reach, z)
            link.box((STANDOFF / 2 + r * 0.5, r * 0.7, r * 0.7), spot, "grip", STEEL)
        closing = (0, 1, 0) if upright else (0, 0, 1)
        draft.handle(f"{link.name}_handle", link.name, centre, (-1, 0, 0), closing, 2 * r, joint)


def _rod(half: float, radius: float) -> Mesh:
    """An upright rod with chamfered ends."""
    c = radius * 0.3
    return revolve(
        [(0, -half), (radius - c, -half), (radius, c - half), (radius, half - c),
         (radius - c, half), (0, half)], 14,
    )  # fmt: skip


def knob(draft: Draft, link: LinkDraft, face: tuple[float, float, float], joint: str,
         radius: float) -> None:  # fmt: skip
    """A round knob on a stem in front of a point of a face that looks to +x."""
    x, y, z = face
    reach, thick = STANDOFF, radius * 0.9
    mesh = revolve(
        [(0, 0), (radius * 0.45, 0), (radius * 0.4, reach), (radius * 0.9, reach),
         (radius, reach + thick * 0.4), (radius * 0.8, reach + thick),
         (0, reach + thick * 1.1)], 20,
    ).moved((0, 0, 0), rotation("y", np.pi / 2))  # fmt: skip
    link.show(mesh, "grip", STEEL, face)
    quat = (float(np.sqrt(0.5)), 0.0, float(np.sqrt(0.5)), 0.0)
    link.collide("cylinder", (radius * 0.95, thick * 0.5), (x + reach + thick * 0.5, y, z), quat)
    link.collide("cylinder", (radius * 0.42, reach / 2), (x + reach / 2, y, z), quat)
    pos = (x + reach + thick * 0.5, y, z)
    draft.handle(f"{link.name}_handle", link.name, pos, (-1, 0, 0), (0, 0, 1), 2 * radius, joint)


@dataclass(frozen=True)
class Slot:
    """Where a drawer goes: name, centre (y, z) and half size (y, z) of the opening."""

    name: str
    centre: tuple[float, float]
    half: tuple[float, float]


def _slots(count: int, half: tuple[float, float, float], board: float) -> list[Slot]:
    """Openings of one column of up to three drawers, or of two columns of two."""
    _, y, z = half
    columns, rows = (2, 2) if count == 4 else (1, count)
    names = {1: ["top"], 2: ["top", "bottom"], 3: ["top", "middle", "bottom"]}[rows]
    divider = 0.008
    wide = (2 * y - 2 * board - (columns - 1) * divider) / columns
    tall = (2 * z - 2 * board - (rows - 1) * divider) / rows
    slots: list[Slot] = []
    for row in range(rows):
        for column in range(columns):
            name = names[row] + ("_right" if column else "") + "_drawer"
            cy = -y + board + wide / 2 + column * (wide + divider)
            cz = 2 * z - board - tall / 2 - row * (tall + divider)
            slots.append(Slot(name, (cy, cz), (wide / 2, tall / 2)))
    return slots


def drawer_cabinet(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """One to four drawers."""
    count = int(rng.integers(1, 5))
    tall = {1: (0.13, 0.18), 2: (0.235, 0.31), 3: (0.33, 0.40), 4: (0.24, 0.32)}[count]
    wide = (0.38, 0.42) if count == 4 else (0.28, 0.40)
    half = (
        float(rng.uniform(0.22, 0.27)) / 2, float(rng.uniform(*wide)) / 2,
        float(rng.uniform(*tall)) / 2,
    )  # fmt: skip
    board = 0.012
    draft = Draft(asset_id, category)
    finish(draft, rng)
    body = draft.link()
    carcass(body, half, board)
    slots = _slots(count, half, board)
    _dividers(body, slots, half, board)
    draft.surface("top", body.name, (0, 0, 2 * half[2]), half[:2])
    travel = 2 * half[0] * float(rng.uniform(0.65, 0.8))
    knobs = bool(rng.random() < 0.25)
    bar = Bar.draw(rng, 2 * slots[0].half[0] * 0.7)
    radius = float(rng.uniform(0.011, 0.014))
    friction, damping = float(rng.uniform(0.6, 1.6)), float(rng.uniform(1.0, 2.5))
    for slot in slots:
        joint = Joint(
            name=slot.name, kind="slide", axis=(1, 0, 0), limits=(0.0, round(travel, 4)),
            damping=round(damping, 3), friction=round(friction, 3),
        )  # fmt: skip
        link = draft.link(slot.name, body.name, (half[0], *slot.centre), joint)
        drawer(draft, link, slot, 2 * half[0])
        if knobs:
            knob(draft, link, (0.016, 0, 0), slot.name, radius)
        else:
            bar.attach(draft, link, (0.016, 0, 0), False, slot.name)
    return draft.build(graspable=False, fixed=True)


def _dividers(
    body: LinkDraft, slots: list[Slot], half: tuple[float, float, float], board: float
) -> None:
    """Thin boards between the openings."""
    rows = sorted({slot.centre[1] for slot in slots})
    for low, high in pairwise(rows):
        body.box((half[0], half[1] - board, 0.004), (0, 0, (low + high) / 2), "carcass", BOARD)
    columns = sorted({slot.centre[0] for slot in slots})
    for low, high in pairwise(columns):
        spot = (0, (low + high) / 2, half[2])
        body.box((half[0], 0.004, half[2] - board), spot, "carcass", BOARD)


def drawer(draft: Draft, link: LinkDraft, slot: Slot, depth: float) -> None:
    """A drawer in its own frame: origin at the middle of the opening, in its plane."""
    panel, wall, floor = 0.012, 0.006, 0.005
    y, z = slot.half[0] - GAP, slot.half[1] - GAP
    back = -(depth - 0.008 - GAP)
    overlap = 0.003
    face = (panel / 2, slot.half[0] + overlap - 0.002, slot.half[1] + overlap - 0.002)
    link.box(face, (GAP + panel / 2, 0, 0), "front", BOARD, bevel=0.0025)
    top = z - 0.012
    rise = (top + z) / 2
    middle, half_x = (back + GAP) / 2, (GAP - back) / 2
    for sign in (-1, 1):
        side = (middle, sign * (y - wall / 2), (top - z) / 2)
        link.box((half_x, wall / 2, rise), side, "inside", BOARD, bevel=0.001)
    rear = (back + wall / 2, 0, (top - z) / 2)
    link.box((wall / 2, y - wall, rise), rear, "inside", BOARD, bevel=0.001)
    base = (half_x, y - wall, floor / 2)
    link.box(base, (middle, 0, floor / 2 - z), "inside", BOARD, bevel=0.001)
    low = (back + wall, wall - y, floor - z)
    high = (GAP, y - wall, top)
    name = slot.name
    draft.cavity(f"{name}_inside", link.name, low, high, joint=name)
    area = ((high[0] - low[0]) / 2 * 0.96, high[1] * 0.96)
    centre = ((low[0] + high[0]) / 2, 0, low[2])
    draft.surface(f"{name}_floor", link.name, centre, area, clearance=high[2] - low[2])


def hinged(name: str, left: bool, opening: float, rng: np.random.Generator) -> Joint:
    """A door joint at the origin of its link; `left` is at +y."""
    return Joint(
        name=name, kind="hinge", axis=(0, 0, 1.0 if left else -1.0),
        limits=(0.0, round(opening, 4)), damping=round(float(rng.uniform(0.1, 0.25)), 3),
        friction=round(float(rng.uniform(0.05, 0.12)), 3),
    )  # fmt: skip


def cupboard(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A small cupboard with one hinged door."""
    half = (
        float(rng.uniform(0.22, 0.28)) / 2, float(rng.uniform(0.28, 0.38)) / 2,
        float(rng.uniform(0.26, 0.38)) / 2,
    )  # fmt: skip
    board = 0.012
    draft = Draft(asset_id, category)
    finish(draft, rng)
    body = draft.link()
    carcass(body, half, board)
    draft.surface("top", body.name, (0, 0, 2 * half[2]), half[:2])
    low = (0.008 - half[0], board - half[1], board)
    high = (half[0], half[1] - board, 2 * half[2] - board)
    draft.cavity("inside", body.name, low, high, opening="front", joint="door")
    floor = (high[0] - low[0]) / 2 * 0.95, high[1] * 0.95
    centre = ((low[0] + high[0]) / 2, 0, board)
    draft.surface("floor", body.name, centre, floor, clearance=high[2] - low[2])
    left = bool(rng.random() < 0.5)
    sign = 1.0 if left else -1.0
    joint = hinged("door", left, float(rng.uniform(1.6, 1.75)), rng)
    door = draft.link("door", body.name, (half[0] + GAP, sign * half[1], half[2]), joint)
    panel = 0.013
    size = (panel / 2, half[1] - 0.001, half[2] - 0.002)
    door.box(size, (panel / 2, -sign * half[1], 0), "front", BOARD, bevel=0.0025)
    if rng.random() < 0.5:
        frame = (0.002, half[1] - 0.045, half[2] - 0.05)
        door.box(frame, (panel, -sign * half[1], 0), "front", BOARD, solid=False)
    bar = Bar.draw(rng, half[2])
    face = (panel, -sign * (2 * half[1] - 0.03), float(rng.uniform(-0.2, 0.2)) * half[2])
    bar.attach(draft, door, face, True, "door")
    return draft.build(graspable=False, fixed=True)


PLUGIN = Builders(
    Category("cabinet.n.01", "cabinet", drawer_cabinet),
    Category("cabinet.n.03", "cupboard", cupboard, stands_in=("wardrobe.n.01",)),
)
