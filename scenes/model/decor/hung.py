"""Which decor a scene has, and where: drawn from its seed alone, apart from all other draws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from ....schemas import Camera, Material, Room, Scene, Texture
from ....schemas.material import TextureKind
from ...core.default_room import room_of
from ...core.geometry import Array, rotation, sphere_point
from ...core.seeds import generator
from . import furnishings as kinds
from .furnishings import DecorKind
from .piece import UP, Piece, WallParts, WallSide

TRIES = 16
"""Places that are tried for one thing; where none is free, it is left out."""
FROM_CORNER = 0.12
"""Along a wall, metres."""
APART = 0.06
"""Between two things on a wall, metres."""
NEAR, NEAR_STANDING = 0.2, 0.75
"""A camera nearer to a wall than this, metres, or beyond it, looks past it: nothing hangs there,
or stands there."""
BESIDE_FURNITURE = 0.55
"""Along a wall, from the middle of a piece of furniture, metres."""
AGAINST = 0.6
"""From a wall to the middle of furniture that stands against it, metres."""
LOW_CATEGORIES = (
    "countertop.n.01", "sink.n.01", "dishwasher.n.01", "desk.n.01", "armchair.n.01",
    "breakfast_table.n.01", "console_table.n.01", "straight_chair.n.01",
)  # fmt: skip
"""Furniture over which a window fits."""
WEAVES: tuple[TextureKind, ...] = ("fabric", "stripes", "checker", "gradient", "speckle")
"""Of rugs."""
RUG = 0.001
"""Over the floor, metres: little of what stands on it sinks in, and nothing flickers."""


def decor_of(scene: Scene) -> tuple[Piece, ...]:
    """All pieces around a scene, none where it has no walls or wants none.

    Walls of furnished rooms get windows, a door and pictures, where furniture leaves room; bare
    scenes also what stands along walls, and a rug.
    """
    if not scene.decor or not scene.walls:
        return ()
    rng = generator(scene.seed, "decor")
    room = room_of(scene)
    walls = [_Free(side) for side in sides(room)]
    if scene.room is not None:
        for wall in walls:
            wall.keep_furniture(scene)
    hanging, standing = open_sides(scene)
    passed = {False: hanging, True: standing}
    made: list[Piece] = []
    for number, kind in enumerate(_wanted(scene.room is None, rng)):
        width = float(rng.uniform(*kind.widths))
        own = generator(scene.seed, "decor", number)
        for wall in (walls[int(k)] for k in rng.permutation(len(walls))):
            along = wall.place(kind, width, rng)
            if along is not None:
                maker = WallParts(f"{kind.word}_{number}", wall.side, along)
                # What a camera would have before it is left out, and all else stays as it is.
                if wall.side.name not in passed[kind.stands]:
                    made += kind.build(maker, width, own)
                break
    return (*made, *(_rug(rng) if scene.room is None else ()))


def sides(room: Room) -> tuple[WallSide, ...]:
    """The four walls of a room."""
    low, high = np.array(room.low), np.array(room.high)
    middle = (low + high) / 2
    found: list[WallSide] = []
    for name, axis, end in (
        ("back", 0, low),
        ("front", 0, high),
        ("left", 1, high),
        ("right", 1, low),
    ):
        inward = np.sign(middle - end)[axis] * np.eye(3)[axis]
        foot = np.array([middle[0], middle[1], low[2]])
        foot[axis] = end[axis]
        half = float((high - low)[1 - axis] / 2)
        found.append(WallSide(name, foot, inward, half, float(high[2] - low[2])))
    return tuple(found)


def open_sides(scene: Scene) -> tuple[frozenset[str], frozenset[str]]:
    """The walls that cameras look past, where nothing hangs, and where nothing stands."""
    least: dict[str, float] = {}
    for camera in scene.cameras:
        if camera.mount is None:
            for side in sides(room_of(scene)):
                away = min(float((eye - side.foot) @ side.inward) for eye in _eyes(camera))
                least[side.name] = min(away, least.get(side.name, away))
    hanging, standing = (
        frozenset(name for name, away in least.items() if away < near)
        for near in (NEAR, NEAR_STANDING)
    )
    return hanging, standing


def _eyes(camera: Camera) -> Iterator[Array]:
    """Where a camera is, and where its path leads it."""
    yield np.asarray(camera.pos)
    for stop in camera.path.waypoints if camera.path is not None else ():
        yield np.asarray(stop.target) + stop.distance * sphere_point(stop.azimuth, stop.elevation)


def _wanted(bare: bool, rng: np.random.Generator) -> list[DecorKind]:
    """Things in the order in which they find their places."""
    pictures = [kinds.PICTURE] * int(rng.integers(2, 5))
    windows = [kinds.WINDOW] * int(rng.integers(1, 4))
    if not bare:
        return [kinds.DOOR, *windows, *pictures]
    standing = [
        kind
        for kind, share in (
            (kinds.SIDEBOARD, 0.7), (kinds.BOOKCASE, 0.8), (kinds.PLANT, 0.6), (kinds.LAMP, 0.6),
            (kinds.RADIATOR, 0.5), (kinds.BOOKCASE, 0.3),
        )
        if rng.random() < share
    ]  # fmt: skip
    return [kinds.DOOR, *windows, *standing, *pictures]


@dataclass
class _Free:
    """A wall, and the stretches of it that are taken: middle and half width, metres along it."""

    side: WallSide
    taken: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    low: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    """Taken for what stands, while there is room above."""

    def keep_furniture(self, scene: Scene) -> None:
        """Keep the walls behind the room's furniture free."""
        side = self.side
        for thing in scene.objects:
            away = np.asarray(thing.pos) - side.foot
            if thing.fixed and thing.name != scene.support and away @ side.inward < AGAINST:
                low = thing.category in LOW_CATEGORIES
                (self.low if low else self.taken).append(
                    (float(away @ side.along), BESIDE_FURNITURE)
                )

    def place(self, kind: DecorKind, width: float, rng: np.random.Generator) -> float | None:
        """Metres along the wall where a thing of that width finds room, which is then taken."""
        slack = self.side.half - FROM_CORNER - width / 2
        blocked = [*self.taken, *(self.low if kind.stands else [])]
        for share in rng.uniform(-1.0, 1.0, TRIES):
            along = float(share) * slack
            if slack > 0 and all(
                abs(along - middle) > width / 2 + half + APART for middle, half in blocked
            ):
                self.taken.append((along, width / 2))
                return along
        return None


def _rug(rng: np.random.Generator) -> Iterator[Piece]:
    """A rug under the table, square to the walls or nearly so, in two of three scenes."""
    wanted, yaw = rng.random() < 0.67, float(rng.normal(0.0, 0.05))
    half = np.array([rng.uniform(0.75, 1.2), rng.uniform(0.9, 1.5), 0.0])
    middle = np.array([rng.uniform(0.5, 0.9), rng.uniform(-0.2, 0.2), RUG])
    kind = WEAVES[int(rng.integers(len(WEAVES)))]
    tones = (kinds.cloth(rng), kinds.cloth(rng))
    pattern = Texture(kind=kind, colours=tones, seed=int(rng.integers(2**31)), scale=1.5)
    if wanted:
        turn = rotation((float(np.cos(yaw / 2)), 0.0, 0.0, float(np.sin(yaw / 2))))
        border = Material(rgba=kinds.cloth(rng), roughness=1.0)
        yield Piece("rug_border", "sheet", middle, turn, half + np.array([0.06, 0.06, 0.0]), border)
        yield Piece(
            "rug_weave", "sheet", middle + RUG * UP, turn, half,
            Material(texture=pattern, roughness=1.0),
        )  # fmt: skip
