"""Round vessels: mugs, cups, bowls, plates, glasses, jars, pots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .....schemas import Asset, Material
from ....assets.categories import Builders, Category
from ..toolkit import materials as look
from ..toolkit.draft import Draft, LinkDraft
from ..toolkit.geometry import Array, Mesh, revolve, tube
from ..toolkit.pieces import LIFT, base, ring, turned

CERAMIC, GLASS, ALUMINIUM, PAPER = 2300.0, 2500.0, 2700.0, 700.0
Profile = list[tuple[float, float]]


@dataclass(frozen=True)
class VesselWall:
    """An open vessel: radii at the foot and rim, height, wall and floor thickness, metres."""

    foot: float
    rim: float
    height: float
    wall: float
    floor: float
    bulge: float = 0.0
    """How far the wall swells outward at mid height."""
    lip: float = 0.0
    """How far the rim flares."""

    def radius(self, z: float | Array) -> Array:
        """Radius of the outer face at a height."""
        t = np.clip(np.asarray(z, dtype=float) / self.height, 0, 1)
        straight = self.foot + (self.rim - self.foot) * t
        return straight + self.bulge * 4 * t * (1 - t) + self.lip * t**8

    @property
    def level(self) -> float:
        """Thickness of the wall along a level line."""
        return self.wall * float(np.hypot(self.rim - self.foot, self.height)) / self.height

    def outside(self, steps: int = 8) -> Profile:
        """Points (radius, z) from the foot to the rim."""
        corner = min(0.004, self.height * 0.08)
        z = np.linspace(corner, self.height - 0.3 * self.wall, steps + 1)
        r = self.radius(z)
        bottom = [(0.0, 0.0), (self.foot - corner, 0.0), (self.foot - 0.3 * corner, 0.3 * corner)]
        return [*bottom, *zip(r.tolist(), z.tolist(), strict=True)]

    def inside(self, steps: int = 8) -> Profile:
        """Points from the rim down to the middle of the floor."""
        fillet = min(0.006, 0.3 * (self.height - self.floor))
        z = np.linspace(self.height - 0.3 * self.wall, self.floor + fillet, steps + 1)
        r = self.radius(z) - self.level
        end = float(r[-1])
        low = [(end - 0.3 * fillet, self.floor + 0.3 * fillet), (end - fillet, self.floor)]
        return [*zip(r.tolist(), z.tolist(), strict=True), *low, (0.0, self.floor)]


def shell(link: LinkDraft, wall: VesselWall, outer: str, inner: str, density: float) -> None:
    """Add the visual of a vessel, rounded at the rim."""
    outside, inside = wall.outside(), wall.inside()
    crown = ((outside[-1][0] + inside[0][0]) / 2, wall.height)
    link.show(revolve([*outside, crown, inside[0]]), outer, density)
    link.show(revolve(inside), inner, density)


def hollow(
    draft: Draft, link: LinkDraft, wall: VesselWall, staves: int = 12, plates: int = 3
) -> None:
    """Add collision pieces and the cavity of a vessel."""
    thick = max(wall.wall, 0.004)
    middle = wall.bulge * 0.6
    ring(link, (wall.foot + middle, LIFT), (wall.rim + middle * 0.5, wall.height), thick, staves)
    base(link, wall.foot * 0.98, 0.0, wall.floor, plates)
    radius = (min(wall.foot, wall.rim) - wall.level) * 0.94
    top = wall.height
    draft.cavity(
        "inside", link.name, (-radius, -radius, wall.floor), (radius, radius, top), round_=True
    )


def grip(
    draft: Draft, link: LinkDraft, wall: VesselWall, rng: np.random.Generator, material: str,
    density: float,
) -> None:  # fmt: skip
    """Add the ear of a cup at +y, with three collision capsules."""
    low = wall.height * float(rng.uniform(0.18, 0.28))
    high = wall.height * float(rng.uniform(0.78, 0.88))
    out = float(rng.uniform(0.024, 0.034)) * min(1.0, wall.height / 0.07 + 0.2)
    thick = float(rng.uniform(0.0042, 0.0056))

    angle = np.linspace(-np.pi / 2, np.pi / 2, 13)
    square = float(rng.uniform(0.55, 1.0))
    middle, half = (low + high) / 2, (high - low) / 2
    z = middle + half * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** square
    anchor = np.interp(z, [low, high], wall.radius(np.array([low, high]))) - wall.wall * 0.6
    y = anchor + (out + wall.wall * 0.6) * np.cos(angle) ** square
    path = np.stack([np.zeros_like(y), y, z], axis=-1)
    link.show(tube(path, thick, sides=8), material, density)
    for start, end in ((0, 3), (3, 9), (9, 12)):
        _capsule(link, path[start], path[end], thick)
    # The capsules cut the corners of the bow: the hole is what they leave.
    face = float(wall.radius(middle))
    free = float(min(path[3][1], path[9][1])) - thick - face
    span = float(path[9][2] - path[3][2]) / 2 - thick
    centre = (0.0, face + free / 2, middle)
    draft.loop("ear", link.name, centre, (1, 0, 0), (0, 0, 1), (free / 2, span))


def _capsule(link: LinkDraft, start: Array, end: Array, radius: float) -> None:
    """A capsule between two points of the y-z plane."""
    direction = end - start
    length = float(np.linalg.norm(direction))
    angle = float(np.arctan2(direction[1], direction[2]))
    quat = (float(np.cos(angle / 2)), float(-np.sin(angle / 2)), 0.0, 0.0)
    link.collide("capsule", (radius, max(length / 2, 1e-4)), (start + end) / 2, quat)


def _finish(
    draft: Draft,
    wall: VesselWall,
    outer: Material,
    inner: Material,
    density: float,
    staves: int = 12,
) -> LinkDraft:
    """The parts that all open vessels share."""
    link = draft.link()
    same = inner is outer
    draft.materials["outer"] = outer
    if not same:
        draft.materials["inner"] = inner
    shell(link, wall, "outer", "outer" if same else "inner", density)
    # Where walls lean outward, they leave more of the floor to its plates.
    hollow(draft, link, wall, staves, 4 if wall.foot < 0.7 * wall.rim and staves == 12 else 3)
    return link


def mug(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A mug with an ear at +y."""
    rim = float(rng.uniform(0.034, 0.046))
    style = rng.random()
    foot = rim * float(rng.uniform(0.96, 1.0) if style < 0.5 else rng.uniform(0.78, 0.92))
    wall = VesselWall(
        foot, rim, float(rng.uniform(0.075, 0.112)), float(rng.uniform(0.0032, 0.0045)),
        float(rng.uniform(0.005, 0.007)), bulge=0.003 if style > 0.8 else 0.0,
    )  # fmt: skip
    draft = Draft(asset_id, category)
    outer = look.glaze(rng)
    link = _finish(draft, wall, outer, look.inner_glaze(rng, outer), CERAMIC, 10)
    grip(draft, link, wall, rng, "outer", CERAMIC)
    return draft.build(graspable=True)


def teacup(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A low cup that widens upward, with an ear at +y."""
    rim = float(rng.uniform(0.036, 0.045))
    wall = VesselWall(
        rim * float(rng.uniform(0.62, 0.75)), rim, float(rng.uniform(0.048, 0.066)), 0.003,
        0.005, bulge=float(rng.uniform(0.001, 0.003)),
    )  # fmt: skip
    draft = Draft(asset_id, category)
    outer = look.glaze(rng)
    link = _finish(draft, wall, outer, look.inner_glaze(rng, outer), CERAMIC, 10)
    grip(draft, link, wall, rng, "outer", CERAMIC)
    return draft.build(graspable=True)


def paper_cup(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A paper cup: a printed cone with a rolled rim."""
    rim = float(rng.uniform(0.037, 0.043))
    wall = VesselWall(
        rim * float(rng.uniform(0.70, 0.78)), rim, float(rng.uniform(0.088, 0.125)), 0.0016, 0.004
    )
    draft = Draft(asset_id, category)
    colours = (look.pick(rng, look.PRINTS), look.CREAM)
    kind = ("stripes", "gradient", "speckle")[int(rng.integers(3))]
    outer = look.textured(rng, kind, colours, 10.0, 0.7)  # type: ignore[arg-type]
    link = _finish(draft, wall, outer, look.plain((0.95, 0.95, 0.93), 0.7), PAPER)
    link.show(_rolled(wall), "inner", PAPER)
    return draft.build(graspable=True)


def _rolled(wall: VesselWall) -> Mesh:
    """The rolled rim of a paper cup."""
    angle = np.linspace(0, 2 * np.pi, 9)
    r = wall.rim - wall.wall / 2 + 0.0016 * np.cos(angle)
    z = wall.height - 0.0012 + 0.0016 * np.sin(angle)
    return revolve(np.stack([r, z], -1))


def bowl(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A bowl: flat floor, walls that curve outward."""
    rim = float(rng.uniform(0.058, 0.086))
    foot = rim * float(rng.uniform(0.55, 0.68))
    wall = VesselWall(
        foot, rim, rim * float(rng.uniform(0.55, 0.85)), float(rng.uniform(0.0046, 0.0056)),
        float(rng.uniform(0.005, 0.007)), bulge=float(rng.uniform(0.003, 0.005)),
    )  # fmt: skip
    draft = Draft(asset_id, category)
    outer = look.wood(rng) if rng.random() < 0.15 else look.glaze(rng)
    _finish(draft, wall, outer, look.inner_glaze(rng, outer), CERAMIC)
    return draft.build(graspable=True)


def plate(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A deep plate: a broad flat well and a rim steep enough for a finger on either side."""
    rim = float(rng.uniform(0.076, 0.098))
    height = float(rng.uniform(0.030, 0.038))
    well = rim - height * float(rng.uniform(0.30, 0.42))
    thick = float(rng.uniform(0.0042, 0.0052))
    draft = Draft(asset_id, category)
    draft.materials["glaze"] = look.glaze(rng)
    link = draft.link()
    bend = 0.35 * (rim - well)
    outer: Profile = [
        (0.0, 0.0), (well - 0.003, 0.0), (well + bend, 0.45 * height), (rim, height - 0.6 * thick)
    ]  # fmt: skip
    inner: Profile = [
        (rim - 0.4 * thick, height), (rim - thick, height - 0.3 * thick),
        (well + bend - thick, 0.45 * height), (well - thick - 0.003, thick), (0.0, thick),
    ]  # fmt: skip
    link.show(revolve([*outer, *inner], 40), "glaze", CERAMIC)
    ring(link, (well - 0.001, LIFT + 0.001), (rim, height - 0.001), thick + 0.001)
    base(link, well - 0.002, 0.0, thick, 4)
    draft.surface("top", link.name, (0, 0, thick), (well * 0.9, well * 0.9), disc=True)
    return draft.build(graspable=True)


def tumbler(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A drinking glass."""
    rim = float(rng.uniform(0.030, 0.041))
    wall = VesselWall(
        rim * float(rng.uniform(0.72, 1.0)), rim, float(rng.uniform(0.085, 0.155)), 0.0024,
        float(rng.uniform(0.006, 0.012)), bulge=0.002 if rng.random() < 0.3 else 0.0,
    )  # fmt: skip
    draft = Draft(asset_id, category)
    glass = look.glass(rng)
    _finish(draft, wall, glass, glass, GLASS)
    return draft.build(graspable=True, friction=0.7)


def jar(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """An open storage jar of glass or stoneware."""
    radius = float(rng.uniform(0.033, 0.048))
    wall = VesselWall(
        radius, radius, float(rng.uniform(0.075, 0.13)), float(rng.uniform(0.003, 0.0045)),
        0.007, bulge=float(rng.uniform(0.0, 0.002)), lip=0.0015,
    )  # fmt: skip
    draft = Draft(asset_id, category)
    outer = look.glass(rng) if rng.random() < 0.5 else look.glaze(rng)
    _finish(draft, wall, outer, outer, GLASS)
    return draft.build(graspable=True)


def saucepot(asset_id: str, category: str, rng: np.random.Generator) -> Asset:
    """A pot of steel or enamel with a long handle towards the back (-x)."""
    radius = float(rng.uniform(0.062, 0.085))
    wall = VesselWall(
        radius * 0.96, radius, float(rng.uniform(0.06, 0.095)), 0.002, 0.005, lip=0.0015
    )
    draft = Draft(asset_id, category)
    steel = look.metal(rng)
    outer = look.plain(look.pick(rng, look.PRINTS), 0.3) if rng.random() < 0.4 else steel
    link = _finish(draft, wall, outer, steel if outer is not steel else outer, ALUMINIUM)
    draft.materials["grip"] = look.plain(look.pick(rng, ((0.12, 0.12, 0.13), (0.30, 0.2, 0.14))))
    length, z = float(rng.uniform(0.11, 0.15)), wall.height * 0.82
    start = np.array([-radius + 0.002, 0.0, z])
    path = start + np.linspace(0, 1, 7)[:, None] * np.array([-length, 0.0, 0.014])
    girth = np.array([0.0065, 0.0065, 0.008, 0.0092, 0.0095, 0.0092, 0.0075])
    link.show(tube(path, girth), "grip", 1200.0)
    tilt = float(np.arctan2(length, 0.014))
    middle = start + np.array([-length / 2, 0.0, 0.007])
    link.collide("capsule", (0.0085, length / 2 - 0.008), middle, turned(np.pi, tilt))
    ends: Sequence[float] = path[4].tolist()
    draft.handle("grip", link.name, ends, (0, 0, -1), (0, 1, 0), 0.019)
    return draft.build(graspable=True)


PLUGIN = Builders(
    Category("mug.n.04", "mug", mug, sort="cup", stands_in=("mug",), uses=("kitchen", "desk")),
    Category("teacup.n.02", "teacup", teacup, sort="cup", also_stands_in=("cup",)),
    Category("dixie_cup.n.01", "paper-cup", paper_cup, sort="cup", stands_in=("cup",)),
    Category(
        "bowl.n.01",
        "bowl",
        bowl,
        sort="dish",
        stands_in=("casserole.n.02", "bowl"),
        uses=("kitchen",),
    ),
    Category("plate.n.04", "plate", plate, sort="dish"),
    Category("water_glass.n.02", "glass", tumbler, sort="cup", stands_in=("glass",)),
    Category("jar.n.01", "jar", jar, sort="vessel", also_stands_in=("jar",), uses=("kitchen",)),
    Category(
        "saucepot.n.01",
        "saucepot",
        saucepot,
        sort="dish",
        keeps="ingredients",
        also_stands_in=("bucket.n.01", "bucket"),
    ),
)
