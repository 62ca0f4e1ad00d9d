"""Ovens, hobs and toaster ovens: doors that fall forward, racks, burners and dials."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.fittings import (
    GAP,
    SHEET,
    Dial,
    Shell,
    block,
    dress,
    falling,
    feet,
    rack,
    slab,
    stays,
)
from ..toolkit.geometry import bevel_box, revolve
from .cabinets import Bar

LIGHT = 240.0
"""Density of a thin double pane, kg/m^3."""
PITCH = 0.075
"""Least distance between dials, metres."""


@dataclass(frozen=True)
class Hob:
    """A level area with burners: its corners in the plane (x0, y0, x1, y1) and its height."""

    x0: float
    y0: float
    x1: float
    y1: float
    z: float
    kind: str
    """`glass`, `gas` or `plates`."""
    rows: int
    columns: int

    def build(self, draft: Draft, link: LinkDraft) -> None:
        """Add burners and the surface that pots stand on."""
        wide, deep = (self.y1 - self.y0) / self.columns, (self.x1 - self.x0) / self.rows
        radius = min(wide, deep) * 0.36
        for row in range(self.rows):
            for column in range(self.columns):
                x = self.x0 + (row + 0.5) * deep
                y = self.y0 + (column + 0.5) * wide
                size = radius * (1.0 if (row + column) % 2 else 0.8)
                self._burner(link, (x, y), size)
        middle = ((self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2, self.top)
        half = ((self.x1 - self.x0) / 2 * 0.94, (self.y1 - self.y0) / 2 * 0.94)
        if self.kind != "glass":
            thick = (self.top - self.z) / 2
            link.collide("box", (*half, thick), (*middle[:2], self.z + thick))
        draft.surface("cooktop", link.name, middle, half)

    @property
    def top(self) -> float:
        """Height of what pots stand on."""
        return self.z + {"glass": 0.0, "gas": 0.026, "plates": 0.012}[self.kind]

    def _burner(self, link: LinkDraft, spot: tuple[float, float], radius: float) -> None:
        x, y = spot
        if self.kind == "glass":
            for r in (radius, radius * 0.6):
                ring = revolve([(r, 0.0005), (r - 0.002, 0.0005)], 24)  # seen from above only
                link.show(ring, "mark", 0.0, (x, y, self.z))
            return
        rise = self.top - self.z
        if self.kind == "plates":
            disc = [(0, 0), (radius, 0), (radius, rise - 0.002), (radius - 0.002, rise), (0, rise)]
            link.show(revolve(disc, 18), "iron", SHEET, (x, y, self.z))
            return
        cap = radius * 0.42
        link.show(
            revolve([(0, 0), (cap * 1.2, 0), (cap * 0.9, 0.013), (0, 0.016)], 10),
            "iron", SHEET, (x, y, self.z),
        )  # fmt: skip
        arm = radius * 1.18
        for sign in (-1, 1):
            along, across = (arm, 0.004, 0.005), (0.004, arm, 0.005)
            for half, place in ((along, (x, y + sign * arm * 0.5)),
                                (across, (x + sign * arm * 0.5, y))):  # fmt: skip
                link.show(slab(half), "iron", SHEET, (*place, self.z + rise - 0.005))
            leg = (x + sign * arm * 0.98, y + sign * arm * 0.5, self.z + rise / 2)
            link.show(slab((0.004, 0.004, rise / 2)), "iron", SHEET, leg)


def _hob_looks(draft: Draft, rng: np.random.Generator) -> str:
    """Choose the kind of burners and their materials."""
    draft.materials["iron"] = look.plain((0.10, 0.10, 0.105), 0.6, 0.3)
    draft.materials["mark"] = draft.materials["mark"].model_copy(
        update={"rgba": (0.72, 0.72, 0.72, 1.0)}
    )
    return ("glass", "gas", "plates")[int(rng.integers(3))]


def _dials(draft: Draft, body: LinkDraft, face: tuple[float, float], wide: float, count: int,
           dial: Dial, start: str = "burner") -> None:  # fmt: skip
    """A row of dials along y on a face at (x, z), spread over the half width `wide`."""
    x, z = face
    pitch = min(2 * wide / max(count, 2), 0.12)
    for k in range(count):
        name = f"{start}_{k + 1}_dial"
        dial.attach(draft, name, body.name, (x, (k - (count - 1) / 2) * pitch, z))


def oven(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A free-standing cooker: an oven with racks under a hob with two to six burners."""
    x, y = (rng.uniform((0.54, 0.50), (0.62, 0.76)) / 2).tolist()
    height = float(rng.uniform(0.84, 0.92))
    draft = Draft(asset_id, category)
    dress(draft, rng)
    kind = _hob_looks(draft, rng)
    body = draft.link()
    front, plinth, panel = x - 0.045, 0.09, float(rng.uniform(0.09, 0.12))
    shell = Shell((-x, -y, plinth), (front, y, height - 0.03), 0.05, 0.05, 0.10, panel + 0.03)
    shell.build(body, SHEET * 0.4)
    block(body, (-x, 0.02 - y, 0), (front - 0.04, y - 0.02, plinth), "dark", SHEET * 0.2)
    block(body, (-x, -y, height - 0.03), (front + 0.045, y, height), "shell" if kind == "gas"
          else "dark", SHEET, bevel=0.003)  # fmt: skip
    low, high = shell.inner
    racks = int(rng.integers(1, 4))
    _bays(draft, body, low, high, racks)
    strip = height - 0.03 - panel
    block(body, (front, -y, strip), (front + 0.04, y, height - 0.03), "shell", SHEET, bevel=0.003)
    columns = 3 if y > 0.34 else 2
    rows = 2 if rng.random() < 0.8 else 1
    guard = float(rng.uniform(0.06, 0.16)) if rng.random() < 0.45 else 0.0
    if guard:
        block(body, (-x, -y, height), (0.035 - x, y, height + guard), "shell", SHEET, bevel=0.004)
    Hob(-x + 0.05, 0.01 - y, front, y - 0.01, height, kind, rows, columns).build(draft, body)
    count = min(rows * columns, int((2 * y - 0.06) / PITCH) - 1)
    dial = Dial.draw(rng)
    _dials(draft, body, (front + 0.04, strip + panel / 2), y - 0.03, count + 1, dial)
    _drop_door(draft, body, (front, y, plinth + 0.02, strip), rng)
    return draft.build(graspable=False, fixed=True)


def _bays(draft: Draft, body: LinkDraft, low: tuple[float, float, float],
          high: tuple[float, float, float], racks: int) -> None:  # fmt: skip
    """Racks that divide a hollow; each level is a cavity with a surface."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    levels = [z0 + (z1 - z0) * (k + 0.35) / (racks + 0.35) for k in range(racks)]
    edge = 0.012
    for k, z in enumerate(levels):
        rack(body, (x0 + 0.002, y0, z - 0.006), (x1 - edge, y1, z), bars=6)
        top = levels[k + 1] - 0.008 if k + 1 < racks else z1
        name = f"level_{k + 1}"
        draft.cavity(name, body.name, (x0 + 0.002, y0, z), (x1, y1, top), opening="front",
                     joint="door")  # fmt: skip
        middle = ((x0 + x1 - edge) / 2, (y0 + y1) / 2, z)
        half = ((x1 - x0 - edge) / 2 * 0.94, (y1 - y0) / 2 * 0.96)
        draft.surface(f"{name}_rack", body.name, middle, half, clearance=top - z)


def _drop_door(draft: Draft, body: LinkDraft, size: tuple[float, float, float, float],
               rng: np.random.Generator) -> None:  # fmt: skip
    """A door between two heights before a front, hinged below, with a window and a bar."""
    front, y, z0, z1 = size
    joint = falling("door", float(rng.uniform(1.45, 1.57)))
    door = draft.link("door", body.name, (front + GAP, 0, z0), joint)
    thick, tall = 0.034, z1 - z0 - 0.006
    wide = y - 0.002
    density = 110.0 if y > 0.24 else 300.0
    door.box((thick / 2, wide, tall / 2), (thick / 2, 0, tall / 2), "shell", density, bevel=0.004)
    top = min(0.09, tall * 0.24)
    pane = (tall - top) / 2 - 0.03
    glass = bevel_box((0.0012, wide - 0.05, pane), 0.001)
    door.show(glass, "dark", 200.0, (thick, 0, (tall - top) / 2 + 0.005))
    inner = slab((0.001, wide - 0.06, pane - 0.01))
    door.show(inner, "dark", 200.0, (-0.0005, 0, (tall - top) / 2 + 0.005))
    bar = Bar(wide * float(rng.uniform(0.55, 0.85)), float(rng.uniform(0.011, 0.016)),
              bool(rng.random() < 0.6))  # fmt: skip
    bar.attach(draft, door, (thick, 0, tall - top / 2), False, "door")
    stays(door)


def stove(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A hob that stands on a table: two to four burners and a dial for each."""
    rows, columns = ((1, 2), (1, 2), (1, 3), (2, 2))[int(rng.integers(4))]
    x = float(rng.uniform(0.28, 0.34) if rows == 1 else rng.uniform(0.40, 0.45)) / 2
    y = float(rng.uniform(0.50, 0.56)) / 2
    height = float(rng.uniform(0.075, 0.095))
    draft = Draft(asset_id, category)
    dress(draft, rng)
    kind = _hob_looks(draft, rng)
    body = draft.link()
    feet(body, (x - 0.02, y - 0.02), 0.012)
    block(body, (-x, -y, 0.012), (x, y, height - 0.006), "shell", SHEET * 0.5, bevel=0.004)
    cover = "dark" if kind == "glass" else "shell"
    block(body, (-x, -y, height - 0.006), (x, y, height), cover, SHEET, bevel=0.002)
    Hob(-x, -y, x, y, height, kind, rows, columns).build(draft, body)
    dial = Dial.draw(rng, (0.015, 0.019))
    _dials(draft, body, (x, 0.012 + (height - 0.018) / 2), y - 0.02, rows * columns, dial)
    return draft.build(graspable=False, fixed=True)


def toaster_oven(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A small oven for a table, with a column of dials at its right."""
    x, y, z = (rng.uniform((0.28, 0.42, 0.23), (0.34, 0.48, 0.29)) / 2).tolist()
    draft = Draft(asset_id, category)
    dress(draft, rng)
    body = draft.link()
    panel, foot, front = float(rng.uniform(0.085, 0.10)), 0.014, x - 0.035
    feet(body, (x - 0.045, y - 0.01), foot)
    shell = Shell((-x, -y, foot), (front, y - panel, 2 * z), 0.014, 0.02, 0.016, 0.02)
    shell.build(body, SHEET)
    block(body, (-x, y - panel, foot), (front + 0.033, y, 2 * z), "shell", SHEET * 0.5,
          bevel=0.003)  # fmt: skip
    low, high = shell.inner
    _bays(draft, body, low, high, 1)
    draft.surface("top", body.name, (-0.018, 0, 2 * z), ((x + front) / 2 * 0.94, y * 0.97))
    dial = Dial.draw(rng, (0.014, 0.018))
    count = int(rng.integers(2, 4))
    pitch = (2 * z - foot) / count
    for k in range(count):
        face = (front + 0.033, y - panel / 2, foot + (count - k - 0.5) * pitch)
        name = ("heat", "timer", "mode")[k] + "_dial"
        dial.attach(draft, name, body.name, face)
    door_y = y - panel / 2
    _oven_door(draft, body, (front, -panel / 2, door_y - 0.005, foot + 0.004, 2 * z), rng)
    return draft.build(graspable=False, fixed=True)


def _oven_door(draft: Draft, body: LinkDraft, size: tuple[float, float, float, float, float],
               rng: np.random.Generator) -> None:  # fmt: skip
    """A framed pane centred at (front, middle) of half width `wide` between two heights."""
    front, middle, wide, z0, z1 = size
    # It stops short of level, so that a hand still finds room below its bar.
    joint = falling("door", float(rng.uniform(0.95, 1.05)))
    door = draft.link("door", body.name, (front + GAP, middle, z0), joint)
    thick, tall = 0.016, z1 - z0 - 0.004
    block(door, (0, -wide, 0), (thick, wide, tall), "shell", LIGHT, bevel=0.003)
    for x in (-0.0004, thick + 0.0004):
        pane = slab((0.0008, wide - 0.022, tall / 2 - 0.028))
        door.show(pane, "dark", LIGHT, (x, 0, tall / 2 - 0.012))
    bar = Bar(wide * float(rng.uniform(0.45, 0.7)), float(rng.uniform(0.009, 0.012)),
              bool(rng.random() < 0.6))  # fmt: skip
    bar.attach(draft, door, (thick, 0, tall - 0.02), False, "door")
    stays(door)


PLUGIN = Builders(
    Category("oven.n.01", "oven", oven, keeps="served"),
    Category("stove.n.01", "stove", stove, carries="cookware"),
    Category(
        "toaster_oven.n.01", "toaster-oven", toaster_oven, keeps="served", stands_in=("oven.n.01",)
    ),
)
