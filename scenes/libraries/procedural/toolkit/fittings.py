"""Fittings of appliances: shells, dials, racks, doors that fall forward, and what stays put."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .....schemas import Joint, Material
from .....schemas.base import Vec3
from . import materials as look
from .draft import Draft, LinkDraft, Point
from .geometry import Array, Index, Mesh, bevel_box, revolve, rotation

GAP = 0.004
"""Clearance between a moving part and its body."""
GRAVITY = 9.81
PLASTIC = 1000.0
SHEET = 900.0
"""Density of walls of sheet metal around insulation, kg/m^3."""
FOAM = 260.0
"""Likewise of thick cold-keeping walls."""
CREEP = 0.03
"""Share of a joint's range that its part may sink in a second."""
SOFTNESS = 900.0
"""Damping of regularised dry friction by inertia, 1/s."""
TO_X = (float(np.sqrt(0.5)), 0.0, float(np.sqrt(0.5)), 0.0)
"""Turns z to x, as wxyz."""
ENAMELS: tuple[look.Rgb, ...] = (
    (0.93, 0.93, 0.92), (0.93, 0.93, 0.92), (0.14, 0.14, 0.15), (0.70, 0.71, 0.72),
    (0.86, 0.82, 0.72), (0.62, 0.20, 0.18), (0.58, 0.72, 0.68), (0.22, 0.28, 0.36),
)  # fmt: skip


def enamel(rng: np.random.Generator) -> Material:
    """What appliances are clad in: enamelled or stainless steel."""
    return look.steel(rng) if rng.random() < 0.35 else look.plain(look.pick(rng, ENAMELS), 0.35)


def dress(draft: Draft, rng: np.random.Generator) -> None:
    """The materials of an appliance: shell, dark glass, inside, grips, dials, and their marks."""
    draft.materials["shell"] = enamel(rng)
    draft.materials["dark"] = look.plain((0.06, 0.065, 0.07), 0.15)
    draft.materials["inside"] = look.plain((0.46, 0.46, 0.46), 0.4)
    draft.materials["grip"] = look.metal(rng)
    black = rng.random() < 0.6
    draft.materials["dial"] = (
        look.plain((0.12, 0.12, 0.13), 0.4) if black else look.plain((0.80, 0.80, 0.79), 0.35, 0.3)
    )
    draft.materials["mark"] = look.plain((0.95, 0.95, 0.93) if black else (0.12, 0.12, 0.13), 0.5)


def slab(half: Point) -> Mesh:
    """A box with sharp edges, of half extents (3,); uv are metres on each face."""
    signs, grain, faces = _slab_template()
    vertices = signs * np.asarray(half, dtype=float)
    return Mesh(vertices, faces, np.take_along_axis(vertices, grain, axis=1))


@lru_cache(maxsize=1)
def _slab_template() -> tuple[Array, Index, Index]:
    """Signs (24, 3), uv axes (24, 2) and faces (12, 3): four vertices on each side."""
    corners: list[tuple[int, ...]] = []
    grain: list[tuple[int, int]] = []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        for side in (-1, 1):
            quad = ((-1, -1), (1, -1), (1, 1), (-1, 1))
            for a, b in quad if side > 0 else quad[::-1]:
                corner = [0, 0, 0]
                corner[axis], corner[u], corner[v] = side, a, b
                corners.append(tuple(corner))
                grain.append(((1, 2), (0, 2), (1, 0))[axis])
    first: Index = 4 * np.arange(6)[:, None, None]
    faces = (first + np.array([[0, 1, 2], [0, 2, 3]])).reshape(-1, 3)
    return np.array(corners, dtype=float), np.array(grain), faces


@dataclass(frozen=True)
class Shell:
    """A box that is open at +x: its least and greatest corner and its walls, metres."""

    low: Vec3
    high: Vec3
    wall: float
    back: float
    floor: float
    roof: float

    @property
    def inner(self) -> tuple[Vec3, Vec3]:
        """Least and greatest corner of the hollow."""
        (x0, y0, z0), (x1, y1, z1) = self.low, self.high
        return (
            (x0 + self.back, y0 + self.wall, z0 + self.floor),
            (x1, y1 - self.wall, z1 - self.roof),
        )

    def build(self, link: LinkDraft, density: float, outside: str = "shell",
              inside: str = "inside") -> None:  # fmt: skip
        """Add the walls and, where it is of another material, the lining."""
        (x0, y0, z0), (x1, y1, z1) = self.low, self.high
        (a0, b0, c0), (a1, b1, c1) = self.inner
        for y, edge in ((y0, b0), (b1, y1)):
            block(link, (x0, y, z0), (x1, edge, z1), outside, density)
        block(link, (x0, b0, z0), (x1, b1, c0), outside, density)
        block(link, (x0, b0, c1), (x1, b1, z1), outside, density)
        block(link, (x0, b0, c0), (a0, b1, c1), outside, density)
        if inside == outside:
            return
        t = 0.0008
        for low, high in (
            ((a0, b0, c0), (a1, b0 + t, c1)), ((a0, b1 - t, c0), (a1, b1, c1)),
            ((a0, b0, c0), (a1, b1, c0 + t)), ((a0, b0, c1 - t), (a1, b1, c1)),
            ((a0, b0, c0), (a0 + t, b1, c1)),
        ):  # fmt: skip
            block(link, low, high, inside, density, solid=False)


def block(link: LinkDraft, low: Point, high: Point, material: str, density: float, *,
          solid: bool = True, bevel: float = 0.0) -> None:  # fmt: skip
    """Add a box between two opposite corners; where `bevel` is 0 its edges are sharp."""
    a, b = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    half, middle = (b - a) / 2, (a + b) / 2
    link.show(bevel_box(half, bevel) if bevel else slab(half), material, density, middle)
    if solid:
        link.collide("box", half, middle)


def stays(link: LinkDraft, spare: float = 1.2, creep: float = CREEP) -> None:
    """Give a link's joint the dry friction that holds its weight wherever it is left.

    Solvers regularise dry friction, so that light parts creep; enough damping is added to keep
    the drift below `creep` of the range in a second.
    """
    assert link.joint is not None
    joint, axis = link.joint, np.abs(np.array(link.joint.axis))
    if joint.kind == "slide":
        load, inertia = link.mass * GRAVITY * axis[2], link.mass
    else:
        load = float(np.linalg.norm(link.first * (1 - axis))) * GRAVITY * (1 - axis[2])
        inertia = float(np.trace(link.second) - axis @ link.second @ axis)
    damping = load / (creep * (joint.limits[1] - joint.limits[0])) - SOFTNESS * inertia
    link.joint = joint.model_copy(
        update={
            "friction": round(max(spare * float(load), joint.friction), 4),
            "damping": round(max(float(damping), joint.damping), 4),
        }
    )


def falling(name: str, opening: float) -> Joint:
    """A door hinged along its lower edge, at the origin of its link; it falls towards +x."""
    return Joint(
        name=name, kind="hinge", axis=(0, 1, 0), limits=(0.0, round(opening, 4)), damping=0.3
    )


def rising(name: str, opening: float, damping: float = 0.1) -> Joint:
    """A lid hinged along its back edge, at the origin of its link."""
    return Joint(
        name=name, kind="hinge", axis=(0, -1, 0), limits=(0.0, round(opening, 4)),
        damping=damping, friction=0.02,
    )  # fmt: skip


@dataclass(frozen=True)
class Dial:
    """A knob that is turned: radius and length, metres; how far it turns, radians."""

    radius: float
    length: float
    turn: float
    ridge: bool

    @classmethod
    def draw(cls, rng: np.random.Generator, radius: tuple[float, float] = (0.015, 0.020)) -> Dial:
        """Round, or a disc with a ridge."""
        return cls(
            float(rng.uniform(*radius)), float(rng.uniform(0.027, 0.031)),
            float(rng.uniform(1.6, 4.4)), bool(rng.random() < 0.5),
        )  # fmt: skip

    def attach(self, draft: Draft, name: str, parent: str, face: Point, *, up: bool = False
               ) -> LinkDraft:  # fmt: skip
        """Fix it to a point of a face that looks to +x, or to +z where it is `up`."""
        r, length = self.radius, self.length
        link = draft.link(name, parent, face, self._joint(name, up))
        turn = np.eye(3) if up else rotation("y", np.pi / 2)
        out = turn @ np.array([0.0, 0.0, 1.0])
        quat = (1.0, 0.0, 0.0, 0.0) if up else TO_X
        low = 0.3 * length if self.ridge else length
        body = revolve(
            [(0, 0.001), (r, 0.001), (r * 0.96, low - 0.0015), (r * 0.86, low), (0, low)], 12,
        )  # fmt: skip
        link.show(body.moved((0, 0, 0), turn), "dial", PLASTIC)
        link.collide("cylinder", (r, (low - GAP) / 2), out * (low + GAP) / 2, quat)
        width = 2 * r
        if self.ridge:
            half = np.array([r * 0.95, r * 0.32, (length - low) / 2])
            width = 2 * float(half[1])
            middle = out * (length + low) / 2
            link.show(bevel_box(half, 0.0015).moved((0, 0, 0), turn), "dial", PLASTIC, middle)
            link.collide("box", half, middle, quat)
        mark = slab((r * 0.3, 0.0011, 0.0004)).moved((-r * 0.6, 0, length), turn)
        link.show(mark, "mark", PLASTIC)
        pos = out * (length - 0.007)
        draft.handle(f"{name}_handle", name, pos, -out, (0, 1, 0), width, name)
        return link

    def _joint(self, name: str, up: bool) -> Joint:
        return Joint(
            name=name, kind="hinge", axis=(0, 0, -1) if up else (-1, 0, 0),
            limits=(0.0, round(self.turn, 4)), damping=0.004, friction=0.03, controls="switch",
        )  # fmt: skip


def rack(link: LinkDraft, low: Point, high: Point, material: str = "grip", bars: int = 6) -> None:
    """A wire shelf between two opposite corners: a rim and bars along x; solid to the touch."""
    (x0, y0, z0), (x1, y1, z1) = (np.asarray(c, dtype=float).tolist() for c in (low, high))
    w = 0.0025
    step = (y1 - y0 - 2 * w) / (bars - 1)
    for k in range(bars):
        y = y0 + w + k * step
        block(link, (x0, y - w, z0), (x1, y + w, z1), material, 2700.0, solid=False)
    for x in (x0 + w, (x0 + x1) / 2, x1 - w):
        block(link, (x - w, y0, z0), (x + w, y1, z1), material, 2700.0, solid=False)
    half = ((x1 - x0) / 2, (y1 - y0) / 2, (z1 - z0) / 2)
    link.collide("box", half, ((x0 + x1) / 2, (y0 + y1) / 2, (z0 + z1) / 2))


def feet(link: LinkDraft, half: tuple[float, float], height: float, girth: float = 0.012) -> None:
    """Four square feet whose outer corners lie at `half`."""
    for sx in (-1, 1):
        for sy in (-1, 1):
            x, y = sx * (half[0] - girth), sy * (half[1] - girth)
            low = (x - girth, y - girth, 0)
            block(link, low, (x + girth, y + girth, height), "dark", SHEET)
