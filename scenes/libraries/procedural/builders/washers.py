"""Washing machines, dryers and dishwashers: full-size, with a door and dials at the front."""

from __future__ import annotations

import numpy as np

from .....schemas import Asset
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.fittings import (
    GAP,
    SHEET,
    TO_X,
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
from ..toolkit.geometry import Index, Mesh, bevel_box, revolve, rotation
from .cabinets import Bar, hinged

THIN = 200.0
"""Density of a door or of what is mostly hollow, kg/m^3."""


def washer(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A front-loading washing machine."""
    draft = Draft(asset_id, category)
    dress(draft, rng)
    radius = float(rng.uniform(0.165, 0.19))
    return _tumbler(draft, rng, radius, drawer=True)


def dryer(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A tumble dryer: a wider door than a washer's and no drawer for powder."""
    draft = Draft(asset_id, category)
    dress(draft, rng)
    radius = float(rng.uniform(0.19, 0.21))
    return _tumbler(draft, rng, radius, drawer=False)


def _tumbler(draft: Draft, rng: np.random.Generator, radius: float, *, drawer: bool) -> Asset:
    x = float(rng.uniform(0.52, 0.60)) / 2
    y, height = float(rng.uniform(0.59, 0.62)) / 2, float(rng.uniform(0.84, 0.88))
    draft.materials["drum"] = look.plain((0.62, 0.63, 0.65), 0.25, 0.8)
    ring = (look.metal(rng), draft.materials["dark"], draft.materials["shell"])
    draft.materials["ring"] = ring[int(rng.integers(3))]
    body = draft.link()
    feet(body, (x - 0.05, y - 0.02), 0.02, 0.02)
    front, skin, panel = x - 0.035, 0.025, float(rng.uniform(0.12, 0.14))
    shell = Shell((-x, -y, 0.02), (front - 0.02, y, height), skin, skin, skin, 0.03)
    shell.build(body, SHEET * 0.8)
    up = 0.02 + (height - panel - 0.02) * float(rng.uniform(0.50, 0.54))
    _front(body, (front - 0.02, front), (y, 0.02, height), up, radius)
    _drum(draft, body, (-x + skin, front), up, radius)
    draft.surface(
        "top", body.name, ((front - x) / 2, 0, height), ((x + front) / 2 * 0.95, y * 0.95)
    )
    _panel(draft, body, (front, y, height), panel, rng, drawer=drawer)
    _round_door(draft, body, front, up, radius + 0.045, rng)
    return draft.build(graspable=False, fixed=True)


def _front(body: LinkDraft, depth: tuple[float, float], size: tuple[float, float, float],
           up: float, radius: float) -> None:  # fmt: skip
    """A front plate with a round porthole; to the touch the hole is a square in the circle."""
    (x0, x1), (y, z0, z1), hole = depth, size, radius * 0.92
    middle = (x0 + x1) / 2
    turn = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])  # plate's x, y, z to y, z, x
    plate = _porthole((y, z0 - up, z1 - up), radius, (x1 - x0) / 2)
    body.show(plate.moved((0, 0, 0), turn), "shell", SHEET, (middle, 0, up))
    half = (x1 - x0) / 2
    for sign in (-1, 1):
        side = ((y - hole) / 2, (z1 - z0) / 2)
        body.collide("box", (half, *side), (middle, sign * (hole + side[0]), (z0 + z1) / 2))
    for low, high in ((z0, up - hole), (up + hole, z1)):
        body.collide("box", (half, hole, (high - low) / 2), (middle, 0, (low + high) / 2))


def _porthole(size: tuple[float, float, float], radius: float, half: float) -> Mesh:
    """A plate |x| <= size[0], size[1] <= y <= size[2], |z| <= half, with a hole at the origin."""
    wide, low, high = size
    corners = np.array([np.arctan2(b, a) for a in (wide, -wide) for b in (low, high)])
    angle = np.sort(np.concatenate([np.linspace(-np.pi, np.pi, 33)[:-1], corners]))
    ray = np.stack([np.cos(angle), np.sin(angle)], -1)
    with np.errstate(divide="ignore"):
        reach = np.minimum(
            wide / np.abs(ray[:, 0]), np.where(ray[:, 1] > 0, high, -low) / np.abs(ray[:, 1])
        )
    rims = (ray * radius, ray * reach[:, None])
    n = len(angle)
    loops = [(rims[0], half), (rims[1], half), (rims[1], half), (rims[1], -half),
             (rims[1], -half), (rims[0], -half), (rims[0], -half), (rims[0], half)]  # fmt: skip
    vertices = np.concatenate([np.column_stack([p, np.full(n, z)]) for p, z in loops])
    k: Index = np.arange(n)
    after = (k + 1) % n
    faces: list[Index] = []
    for band in range(4):
        a, b = 2 * band * n, (2 * band + 1) * n
        faces += [
            np.stack([a + k, b + k, b + after], -1),
            np.stack([a + k, b + after, a + after], -1),
        ]
    return Mesh(vertices, np.concatenate(faces), vertices[:, :2].copy())


def _drum(draft: Draft, body: LinkDraft, depth: tuple[float, float], up: float,
          radius: float) -> None:  # fmt: skip
    """A drum seen from within; the cavity is the largest box in it."""
    x0, x1 = depth
    wide = radius + 0.03
    back, mouth = x0 + 0.03, x1 - 0.022
    # Traced against the usual sense: the inner side is what is seen.
    inner = revolve([(0, back), (wide, back), (wide, mouth), (radius, mouth)][::-1], 32)
    turned = inner.moved((0, 0, 0), rotation("y", np.pi / 2))
    body.show(turned, "drum", 0.0, (0, 0, up))
    half = wide * 0.7
    low, high = (back, -half, up - half), (mouth, half, up + half)
    body.collide(
        "box", ((mouth - back) / 2, half, 0.004), ((mouth + back) / 2, 0, up - half - 0.004)
    )
    draft.cavity("drum", body.name, low, high, opening="front", joint="door")
    area = ((mouth - back) / 2 * 0.95, half * 0.6)
    middle = ((back + mouth) / 2, 0, up - half)
    draft.surface("drum_floor", body.name, middle, area, clearance=2 * half)


def _panel(draft: Draft, body: LinkDraft, corner: tuple[float, float, float], tall: float,
           rng: np.random.Generator, *, drawer: bool) -> None:  # fmt: skip
    """The strip above the door: a display, one or two dials, and a drawer for powder."""
    front, y, top = corner
    mid, face = top - tall / 2, front + 0.012
    strip = "dark" if rng.random() < 0.4 else "shell"
    block(body, (front, -y, top - tall), (face, y, top), strip, SHEET, bevel=0.003)
    side = 1.0 if rng.random() < 0.5 else -1.0
    if drawer:
        half = bevel_box((0.004, 0.085, tall / 2 - 0.012), 0.002)
        body.show(half, "shell", SHEET, (face, -side * (y - 0.10), mid))
        body.show(slab((0.001, 0.05, 0.006)), "dark", 0.0, (face + 0.004, -side * (y - 0.10), mid))
    screen = bevel_box((0.001, 0.045, 0.016), 0.0005)
    body.show(screen, "inside" if strip == "dark" else "dark", 0.0, (face, side * (y - 0.10), mid))
    dial = Dial.draw(rng, (0.022, 0.028))
    dial.attach(draft, "programme_dial", body.name, (face, 0, mid))
    if rng.random() < 0.5:
        small = Dial(0.016, dial.length, 1.8, dial.ridge)
        small.attach(draft, "start_dial", body.name, (face, side * 0.095, mid))


def _round_door(draft: Draft, body: LinkDraft, front: float, up: float, radius: float,
                rng: np.random.Generator) -> None:  # fmt: skip
    """A ring around a bulging pane, hinged at one side, with a short bar at the other."""
    left = bool(rng.random() < 0.6)
    sign = 1.0 if left else -1.0
    joint = hinged("door", left, float(rng.uniform(1.45, 1.57)), rng)
    door = draft.link("door", body.name, (front + GAP, sign * radius, up), joint)
    thick, centre = 0.03, (0, -sign * radius, 0)
    turn = rotation("y", np.pi / 2)
    inner = radius - 0.055
    ring = [(inner, 0), (radius, 0), (radius, thick * 0.6), (radius - 0.012, thick),
            (inner + 0.006, thick), (inner, thick - 0.006), (inner, 0)]  # fmt: skip
    door.show(revolve(ring, 36).moved((0, 0, 0), turn), "ring", THIN * 2, centre)
    pane = [(0, 0.002), (inner, 0.002), (inner, 0.012), (inner * 0.6, 0.022), (0, 0.026)]
    door.show(revolve(pane, 28).moved((0, 0, 0), turn), "dark", THIN * 2, centre)
    door.collide("cylinder", (radius, thick / 2), (thick / 2, *centre[1:]), TO_X)
    bar = Bar(0.045, 0.013, True)
    bar.attach(draft, door, (thick - 0.004, -sign * (2 * radius - 0.03), 0), True, "door")


def dishwasher(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """Two racks behind a door that falls forward, under a strip with a dial."""
    x, y = float(rng.uniform(0.54, 0.58)) / 2, float(rng.choice((0.45, 0.60))) / 2
    height = float(rng.uniform(0.81, 0.86))
    draft = Draft(asset_id, category)
    dress(draft, rng)
    draft.materials["inside"] = look.plain((0.72, 0.73, 0.74), 0.25, 0.6)
    draft.materials["wire"] = look.plain((0.30, 0.42, 0.52) if rng.random() < 0.5 else
                                         (0.55, 0.55, 0.56), 0.5)  # fmt: skip
    body = draft.link()
    front, kick, strip = x - 0.04, 0.10, float(rng.uniform(0.07, 0.10))
    block(body, (-x, 0.01 - y, 0), (front - 0.05, y - 0.01, kick), "dark", THIN)
    shell = Shell((-x, -y, kick), (front, y, height), 0.03, 0.05, 0.04, strip + 0.01)
    shell.build(body, SHEET * 0.5)
    low, high = shell.inner
    _baskets(draft, body, low, high)
    block(body, (front, -y, height - strip), (front + 0.034, y, height), "shell", SHEET,
          bevel=0.003)  # fmt: skip
    draft.surface("top", body.name, (-0.02, 0, height), (x * 0.88, y * 0.95))
    face = (front + 0.034, y - 0.07, height - strip / 2)
    Dial.draw(rng).attach(draft, "programme_dial", body.name, face)
    body.show(bevel_box((0.001, 0.05, 0.012), 0.0005), "dark", 0.0, (face[0], 0, face[2]))
    door = draft.link("door", body.name, (front + GAP, 0, kick + 0.02), falling("door", 1.5))
    tall, thick = height - strip - kick - 0.026, 0.03
    block(door, (0, 0.002 - y, 0), (thick, y - 0.002, tall), "shell", THIN, bevel=0.003)
    door.show(slab((0.001, y - 0.03, tall / 2 - 0.02)), "inside", 0.0, (-0.0006, 0, tall / 2))
    bar = Bar(y * float(rng.uniform(0.5, 0.85)), float(rng.uniform(0.012, 0.016)),
              bool(rng.random() < 0.6))  # fmt: skip
    bar.attach(draft, door, (thick, 0, tall - 0.045), False, "door")
    stays(door)
    return draft.build(graspable=False, fixed=True)


def _baskets(draft: Draft, body: LinkDraft, low: tuple[float, float, float],
             high: tuple[float, float, float]) -> None:  # fmt: skip
    """An upper and a lower rack, each with a low wire rim."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    levels = (z0 + 0.05, z0 + (z1 - z0) * 0.56)
    edge = x1 - 0.012
    for k, z in enumerate(levels):
        rack(body, (x0 + 0.01, y0 + 0.004, z - 0.006), (edge, y1 - 0.004, z), "wire", bars=9)
        for x in (x0 + 0.012, edge - 0.002):
            block(body, (x - 0.002, y0 + 0.004, z + 0.05), (x + 0.002, y1 - 0.004, z + 0.054),
                  "wire", 2700.0, solid=False)  # fmt: skip
        top = z1 if k else levels[1] - 0.012
        name = ("lower", "upper")[k]
        draft.cavity(name, body.name, (x0 + 0.01, y0 + 0.004, z), (edge, y1 - 0.004, top),
                     opening="front", joint="door")  # fmt: skip
        middle = ((x0 + x1) / 2, (y0 + y1) / 2, z)
        half = ((edge - x0) / 2 * 0.92, (y1 - y0) / 2 * 0.94)
        draft.surface(f"{name}_rack", body.name, middle, half, clearance=top - z)


PLUGIN = Builders(
    Category("washer.n.03", "washer", washer),
    Category("clothes_dryer.n.01", "dryer", dryer),
    Category("dishwasher.n.01", "dishwasher", dishwasher),
)
