"""Furnished rooms: dense, physically valid, square to their walls, and the same for a seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

import numpy as np
import pytest
from worlds import LIBRARY, by_hand, first, make_request, put

from cousins.scenes.assembly.assemble import assemble
from cousins.scenes.core.geometry import Footprint, look_at, overlap, rotation, transform
from cousins.scenes.core.seeds import generator
from cousins.scenes.model.mujoco_model import compile_model
from cousins.scenes.model.validity import validity
from cousins.scenes.rooms import Kind, furnish, furnished_scene
from cousins.scenes.rooms.kinds import PLANS
from cousins.scenes.rooms.rest import come_to_rest
from cousins.scenes.rooms.shell import shell, station, within
from cousins.scenes.rooms.spots import UPRIGHT, outline, spots_of
from cousins.schemas import (
    AssemblyError,
    Asset,
    Camera,
    CameraSpec,
    Constant,
    Refusal,
    RefusalKind,
    Room,
    RoomSpec,
    Scene,
    SceneObject,
    SceneSpec,
    SpecError,
)

KINDS: tuple[Kind, ...] = get_args(Kind)


@lru_cache(maxsize=8)
def room(kind: Kind) -> tuple[Scene, dict[str, Asset]]:
    return furnished_scene(kind, 11, LIBRARY)


def furniture(kind: Kind) -> list[tuple[SceneObject, Asset, Footprint]]:
    scene, assets = room(kind)
    found: list[tuple[SceneObject, Asset, Footprint]] = []
    for thing in scene.objects:
        if thing.role == "context":
            asset = assets[thing.asset_hash]
            yaw = 2 * np.arctan2(thing.quat[3], thing.quat[0])
            half = np.array(asset.extents[:2]) / 2
            found.append((thing, asset, Footprint(np.array(thing.pos[:2]), half, float(yaw))))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_rooms_are_dense_free_of_collisions_and_at_rest(kind: Kind) -> None:
    scene, assets = room(kind)
    found = validity(scene, assets)
    assert found.objects >= 72
    assert found.colliding == ()
    assert found.unstable == ()
    assert found.movable > 40


@pytest.mark.parametrize("kind", KINDS)
def test_furniture_stands_inside_the_walls_and_clear_of_the_robot_and_each_other(
    kind: Kind,
) -> None:
    scene, _ = room(kind)
    assert scene.room is not None
    low, high = np.array(scene.room.low[:2]), np.array(scene.room.high[:2])
    pieces = furniture(kind)
    for number, (thing, asset, area) in enumerate(pieces):
        corners = area.corners()
        assert ((corners > low) & (corners < high)).all(), thing.name
        if thing.pos[2] < 1.0:
            assert not overlap(area, station()), thing.name
        top = thing.pos[2] + asset.extents[2]
        for other, model, place in pieces[:number]:
            other_top = other.pos[2] + model.extents[2]
            apart = thing.pos[2] > other_top - 1e-6 or other.pos[2] > top - 1e-6
            carried = thing.pos[2] > 0 and other.pos[2] == 0
            assert apart or carried or not overlap(area, place), (thing.name, other.name)


def test_kitchen_furniture_has_its_back_to_a_wall() -> None:
    scene, _ = room("kitchen")
    assert scene.room is not None
    low, high = np.array(scene.room.low[:2]), np.array(scene.room.high[:2])
    backs = 0
    for thing, asset, area in furniture("kitchen"):
        if thing.name.startswith(("room_fridge", "room_counter", "room_stove", "room_sink")):
            back = area.centre - area.axes()[0] * asset.extents[0] / 2
            assert min(*(back - low), *(high - back)) < 0.02, thing.name
            backs += 1
    assert backs >= 4


def test_chairs_face_their_table() -> None:
    pieces = furniture("dining")
    table = next(area for thing, _, area in pieces if thing.name == "room_table_1")
    chairs = [area for thing, _, area in pieces if thing.name.startswith("room_chair")]
    assert len(chairs) >= 4
    for chair in chairs:
        towards = table.centre - chair.centre
        assert chair.axes()[0] @ towards / np.linalg.norm(towards) > 0.6


def test_things_stand_behind_doors_and_in_drawers() -> None:
    scene, assets = room("kitchen")
    hidden = 0
    for owner, asset, _ in furniture("kitchen"):
        pose = transform(owner.pos, owner.quat)
        for spot in spots_of(owner.name, "any", asset, pose):
            if spot.inside:
                area = Footprint(spot.pose[:2, 3], spot.half, spot.yaw)
                for thing in scene.objects:
                    within_height = 0 <= thing.pos[2] - spot.pose[2, 3] + 0.005 < spot.height
                    point = Footprint(np.array(thing.pos[:2]), np.full(2, 1e-3), 0.0)
                    hidden += thing.role == "clutter" and within_height and overlap(area, point)
    assert hidden >= 5
    assert len(assets) > 30


def test_a_seed_gives_the_same_bytes_and_another_seed_another_room() -> None:
    first_made, _ = furnished_scene("office", 5, LIBRARY, 40)
    again, _ = furnished_scene("office", 5, LIBRARY, 40)
    other, _ = furnished_scene("office", 6, LIBRARY, 40)
    assert first_made.canonical_json() == again.canonical_json()
    assert {o.asset for o in other.objects} != {o.asset for o in first_made.objects}


def test_a_room_that_cannot_hold_as_many_things_says_so() -> None:
    side = Constant(value=3.3)
    spec = RoomSpec(kind="dining", objects=Constant(value=240), size=(side, side))
    with pytest.raises(AssemblyError, match=r"no dining in \d attempts; ask for fewer") as caught:
        furnish(spec, "franka-fr3", LIBRARY, generator((1,)))
    assert any("things, not 240" in reason for reason in caught.value.sentences)


def test_a_room_too_small_for_the_robot_is_refused() -> None:
    spec = RoomSpec(kind="office", size=(Constant(value=2.5), Constant(value=4.0)))
    with pytest.raises(SpecError, match=r"scene\.room\.size: 2\.50 m by 4\.00 m; the robot"):
        shell(spec, PLANS["office"], generator((1,)))


@dataclass(frozen=True)
class WithoutChairs:
    """The procedural library without anything to sit on."""

    name: str = "without-chairs"
    version: str = "1"

    def ids(self) -> dict[str, tuple[str, ...]]:
        missing = {"straight_chair.n.01", "swivel_chair.n.01", "armchair.n.01", "stool.n.01"}
        missing |= {"sofa.n.01", "bench.n.01"}
        return {c: ids for c, ids in LIBRARY.ids().items() if c not in missing}

    def get(self, asset_id: str) -> Asset:
        return LIBRARY.get(asset_id)

    def quarantined(self) -> dict[str, str]:
        return {}

    def stamp(self, asset_id: str) -> str:
        return LIBRARY.stamp(asset_id)


def test_pieces_that_a_library_lacks_are_left_out_with_the_reason() -> None:
    spec = RoomSpec(kind="office", objects=Constant(value=30))
    made = furnish(spec, "franka-fr3", WithoutChairs(), generator((2,)))
    assert len(made.objects) >= 30
    assert not any(o.name.startswith("room_chair") for o in made.objects)
    missing = Refusal(RefusalKind.NOTHING_SUITS, words=("swivel_chair.n.01",))
    assert made.left_out[missing] > 0


def test_what_topples_or_slides_off_is_found() -> None:
    bottle, book = first("wine_bottle.n.01"), first("book.n.02")
    width = first("breakfast_table.n.01").extents[1]
    world = by_hand(
        put("steady", book, (0.5, 0.0, 0.0)),
        put("falling", bottle, (0.5, width / 2 + 0.02, 0.0)),
    )
    outcome = come_to_rest(world, frozenset())
    assert set(outcome.bad) == {"falling"}
    top = first("breakfast_table.n.01").extents[2]
    assert outcome.poses["steady"][2, 3] == pytest.approx(top, abs=1e-3)


def test_validity_finds_welded_and_free_collisions_and_what_falls() -> None:
    desk, mug = first("desk.n.01"), first("mug.n.04")
    world = by_hand(
        put("one", desk, (2.0, 0.0, -0.7)),
        put("two", desk, (2.1, 0.1, -0.7)),
        put("sunk", mug, (0.5, 0.0, -0.004)),
        put("fine", mug, (0.5, 0.4, 0.0)),
        put("high", mug, (0.5, -0.4, 0.3)),
    )
    found = validity(world.scene, world.assets, seconds=0.5)
    assert set(found.colliding) == {"one", "two", "sunk", "table"}
    assert found.unstable == ("high",)
    assert found.movable == 3
    assert 0.003 < found.depths["sunk"] < 0.006


def test_books_on_edge_stand_on_their_side_with_the_spine_in_front() -> None:
    book = first("book.n.02")
    flat, upright = outline(book), outline(book, upright=True)
    assert upright.height == pytest.approx(flat.high[1] - flat.low[1], abs=1e-6)
    assert UPRIGHT[:, 0] == pytest.approx([1.0, 0.0, 0.0])


@pytest.mark.parametrize("azimuth", [0.0, 130.0, 250.0])
def test_cameras_come_in_through_the_walls_along_their_view(azimuth: float) -> None:
    walls = Room(low=(-1.0, -2.0, 0.0), high=(3.0, 2.0, 2.5))
    target = np.array([0.5, 0.0, 0.8])
    turn = np.radians(azimuth)
    eye = target + 6.0 * np.array([np.cos(turn) * 0.8, np.sin(turn) * 0.8, 0.6])
    x, y, z = (float(v) for v in eye)
    moved = within(walls, Camera(name="c", pos=(x, y, z), quat=look_at(eye, target), fov=50.0))
    position = np.array(moved.pos)
    assert (position > np.array(walls.low) + 0.1).all()
    assert (position < np.array(walls.high) - 0.1).all()
    ahead = -rotation(moved.quat)[:, 2]
    assert np.cross(target - position, ahead) == pytest.approx(np.zeros(3), abs=1e-9)
    inside = moved.model_copy(update={"pos": (0.0, 0.0, 1.0)})
    assert within(walls, inside) == inside


def test_table_tops_are_assembled_in_furnished_rooms() -> None:
    spec = SceneSpec.model_validate(
        {
            "objects": [{"name": "mug", "category": "mug.n.04"}],
            "room": {"kind": "workshop", "objects": 30},
        }
    )
    cameras = (CameraSpec(name="over", look_at="room", distance=Constant(value=5.0)),)
    scene, assets = assemble(make_request(spec, 3, cameras=cameras), LIBRARY)
    assert scene.room is not None
    assert len(scene.objects) >= 32
    mug, table = scene.object("mug"), scene.object("table")
    assert mug.pos[2] == pytest.approx(assets[table.asset_hash].extents[2], abs=2e-3)
    assert (np.array(scene.cameras[0].pos) < scene.room.high).all()
    assert compile_model(scene, assets, "visual").model.geom("ceiling").pos[2] == pytest.approx(
        scene.room.high[2]
    )


def test_names_of_the_room_are_not_for_objects() -> None:
    with pytest.raises(ValueError, match="'room_mug' is taken"):
        SceneSpec.model_validate({"objects": [{"name": "room_mug", "category": "mug.n.04"}]})
