"""The surroundings of every scene: the floor, the robot's pedestal, and in pictures the walls."""

from __future__ import annotations

from typing import Any

import mujoco
import numpy as np

from ...schemas import Room, Scene
from ..core.default_room import DEFAULT_ROOM
from ..core.geometry import Array, quaternion
from ..robots import WORLD_BIT, Detail
from .asset_model import add_material
from .decor import Piece, decor_of
from .decor.outdoors import outdoors

PEDESTAL_HALF = 0.11
"""Half the width of the robot's pedestal, metres."""
FLOOR_HALF, OPEN_HALF = 6.0, 60.0
"""Half the width of the floor between walls, and in the open air, metres."""
TILE = 2.0
"""Metres of floor or wall that one repeat of a texture covers."""
SKIRTING = (0.012, 0.07)
"""Depth and height of the boards along the foot of a furnished room's walls, metres."""
CEILING = (0.93, 0.93, 0.91, 1.0)

_FORMS = {
    "box": mujoco.mjtGeom.mjGEOM_BOX,
    "cylinder": mujoco.mjtGeom.mjGEOM_CYLINDER,
    "sheet": mujoco.mjtGeom.mjGEOM_PLANE,
}


def add_surroundings(spec: Any, scene: Scene, detail: Detail) -> None:
    """Add them to a `mujoco.MjSpec`; walls touch nothing and exist in pictures only."""
    world = spec.worldbody
    floor = world.add_geom(
        name="floor",
        type=mujoco.mjtGeom.mjGEOM_PLANE,
        size=[FLOOR_HALF, FLOOR_HALF, 0.05],
        contype=WORLD_BIT,
    )
    x, y, height = scene.robot.pos
    if height > 0.02:
        world.add_geom(
            name="pedestal",
            type=mujoco.mjtGeom.mjGEOM_BOX,
            size=[PEDESTAL_HALF, PEDESTAL_HALF, height / 2],
            pos=[x - 0.03, y, height / 2],
            rgba=[0.32, 0.33, 0.35, 1],
        )
        if detail == "visual":
            _plates(spec, (x - 0.03, y, height))
    if detail == "visual":
        half = FLOOR_HALF if scene.walls else OPEN_HALF
        floor.size = [half, half, 0.05]
        repeat = 2 * half / TILE
        floor.material = add_material(spec, "floor", scene.floor, repeat=(repeat, repeat))
        if not scene.walls:
            return
        if scene.room is None:
            _endless_walls(spec, scene)
        else:
            _room(spec, scene, scene.room)
        _add_decor(spec, decor_of(scene))


def _plates(spec: Any, top: tuple[float, float, float]) -> None:
    """The steel plates at the head and the foot of the pedestal, and a seam on each side."""
    x, y, height = top
    for name, half, middle in (
        ("head", (PEDESTAL_HALF + 0.012, 0.006), height - 0.007),
        ("foot", (PEDESTAL_HALF + 0.07, 0.007), 0.007),
        ("seam", (PEDESTAL_HALF + 0.003, 0.012), 0.62 * height),
    ):
        plate = spec.worldbody.add_geom(name=f"pedestal_{name}", type=mujoco.mjtGeom.mjGEOM_BOX)
        plate.size, plate.pos = [half[0], half[0], half[1]], [x, y, middle]
        plate.rgba = [0.60, 0.61, 0.63, 1]
        plate.contype, plate.conaffinity = 0, 0


def _add_decor(spec: Any, pieces: tuple[Piece, ...]) -> None:
    """Add what hangs on the walls and stands along them."""
    made: dict[tuple[str, float, int], str] = {}
    for piece in pieces:
        look = (piece.material.canonical_json(), piece.shine, piece.outdoors)
        if look not in made:
            made[look] = _add_look(spec, f"decor/{len(made)}", piece)
        geom = spec.worldbody.add_geom(name=piece.name, type=_FORMS[piece.form])
        geom.pos, geom.quat = piece.centre, quaternion(piece.turn)
        x, y, z = piece.half.tolist()
        geom.size = {"cylinder": [x, z, 0.0], "sheet": [x, y, 0.05]}.get(piece.form, [x, y, z])
        geom.material = made[look]
        geom.contype, geom.conaffinity = 0, 0


def _add_look(spec: Any, name: str, piece: Piece) -> str:
    add_material(spec, name, piece.material)
    look = spec.material(name)
    look.emission = piece.shine
    if piece.outdoors >= 0:
        view = outdoors(piece.outdoors)[::-1]  # MuJoCo puts row 0 at v = 0
        texture = spec.add_texture(name=name, type=mujoco.mjtTexture.mjTEXTURE_2D)
        texture.height, texture.width = view.shape[:2]
        texture.nchannel = 3
        texture.data = np.ascontiguousarray(view).tobytes()
        look.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = name
    return name


def _endless_walls(spec: Any, scene: Scene) -> None:
    """Walls without end around the default room."""
    material = add_material(spec, "wall", scene.wall, repeat=(3.0, 3.0))
    low, high = DEFAULT_ROOM.low, DEFAULT_ROOM.high
    for name, pos, euler in (
        ("wall_back", (low[0], 0, 1.5), (0, np.pi / 2, 0)),
        ("wall_front", (high[0], 0, 1.5), (0, -np.pi / 2, 0)),
        ("wall_left", (0.5, high[1], 1.5), (np.pi / 2, 0, 0)),
        ("wall_right", (0.5, low[1], 1.5), (-np.pi / 2, 0, 0)),
    ):
        spec.worldbody.add_geom(
            name=name,
            type=mujoco.mjtGeom.mjGEOM_PLANE,
            size=[6, 6, 0.05],
            pos=list(pos),
            euler=list(euler),
            material=material,
            contype=0,
            conaffinity=0,
        )


def _room(spec: Any, scene: Scene, room: Room) -> None:
    """Four walls with skirting boards, and a ceiling; seen from inside only."""
    low, high = np.array(room.low), np.array(room.high)
    middle, half = (low + high) / 2, (high - low) / 2
    repeat = (float(half[:2].sum() / TILE), float(2 * half[2] / TILE))
    material = add_material(spec, "wall", scene.wall, repeat=repeat)
    for name, axis, side in (
        ("wall_back", 0, -1.0),
        ("wall_front", 0, 1.0),
        ("wall_left", 1, 1.0),
        ("wall_right", 1, -1.0),
    ):
        inward, up = -side * np.eye(3)[axis], np.array([0.0, 0.0, 1.0])
        turn = np.stack([np.cross(up, inward), up, inward], axis=1)
        width = float(half[1 - axis])
        foot = middle + side * half * np.eye(3)[axis]
        wall = _flat(spec, name, foot, turn, (width, float(half[2])))
        wall.material = material
        depth, height = SKIRTING
        # A plane: a lit edge of a centimetre would flicker where it is thinner than a pixel.
        low_end = foot + inward * depth + [0.0, 0.0, height / 2 - half[2]]
        board = _flat(spec, f"skirting_{name[5:]}", low_end, turn, (width, height / 2))
        board.rgba = CEILING
    over = np.array([*middle[:2], high[2]])
    ceiling = _flat(spec, "ceiling", over, np.diag([1.0, -1.0, -1.0]), (half[0], half[1]))
    ceiling.rgba = CEILING


def _flat(spec: Any, name: str, pos: Array, turn: Array, half: tuple[float, float]) -> Any:
    """A plane of half extents `half`, its normal the third column of `turn` (3, 3)."""
    made = spec.worldbody.add_geom(name=name, type=mujoco.mjtGeom.mjGEOM_PLANE)
    made.pos, made.quat, made.size = pos, quaternion(turn), [*half, 0.05]
    made.contype, made.conaffinity = 0, 0
    return made
