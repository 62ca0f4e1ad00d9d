"""Fitted kitchens: units of one style and made to measure, in one run under one worktop."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import get_args

import numpy as np
import pytest
from worlds import LIBRARY, Few

from cousins.scenes.assets.fitted import WORKTOP, FittedKind, FittedUnit, fitting
from cousins.scenes.assets.joint import JointLibrary
from cousins.scenes.core.geometry import Footprint, look_at, transform, vec3
from cousins.scenes.core.seeds import generator
from cousins.scenes.model.validity import validity
from cousins.scenes.rooms import furnish, furnished_scene
from cousins.scenes.rooms.shell import clear_of
from cousins.scenes.rooms.spots import Box
from cousins.schemas import Asset, Camera, Constant, RoomSpec, Scene, SceneObject

UNITS: tuple[FittedKind, ...] = get_args(FittedKind)
STYLES = range(6)


def unit(kind: FittedKind, style: int = 7, width: float = 0.6, number: int = 0) -> Asset:
    return LIBRARY.fitted(FittedUnit(kind, width, style, number, height=0.95))


@lru_cache(maxsize=1)
def kitchen() -> tuple[Scene, dict[str, Asset]]:
    return furnished_scene("kitchen", 11, LIBRARY, 40)


def of(*names: str) -> list[tuple[SceneObject, Asset]]:
    scene, assets = kitchen()
    words = tuple(f"room_{name}_" for name in names)
    return [(x, assets[x.asset_hash]) for x in scene.objects if x.name.startswith(words)]


def across(thing: SceneObject, asset: Asset) -> tuple[float, float]:
    """From its right end to its left along the far wall, metres."""
    return thing.pos[1] - asset.extents[1] / 2, thing.pos[1] + asset.extents[1] / 2


def on_far_wall(pieces: list[tuple[SceneObject, Asset]]) -> list[tuple[SceneObject, Asset]]:
    facing_back = [(x, a) for x, a in pieces if transform(x.pos, x.quat)[0, 0] < -0.99]
    return sorted(facing_back, key=lambda pair: pair[0].pos[1])


@pytest.mark.parametrize("kind", UNITS)
def test_a_unit_is_as_wide_as_asked_and_the_same_each_time(kind: FittedKind) -> None:
    assert unit(kind).canonical_json() == unit(kind).canonical_json()
    for style in STYLES:
        for width in (0.453, 0.8):
            asset = unit(kind, style, width)
            assert asset.extents[1] == pytest.approx(width, abs=1e-3)
            assert asset.fixed
            assert not asset.graspable
            assert asset.licence == "Apache-2.0"
    assert unit(kind, 1).content_hash() != unit(kind, 2).content_hash()


@pytest.mark.parametrize("style", STYLES)
def test_units_of_one_style_go_together(style: int) -> None:
    base, sink, worktop, wall, hood = (unit(kind, style) for kind in UNITS)
    assert base.materials["front"] == sink.materials["front"]
    assert base.materials["top"] == sink.materials["top"] == worktop.materials["top"]
    assert base.materials["grip"] == wall.materials["grip"]
    assert hood.extents[2] == pytest.approx(0.95, abs=4e-3)
    for asset in (base, sink):
        assert 0.59 < asset.extents[0] < 0.67
    assert wall.extents[2] == pytest.approx(0.70, abs=1e-3)
    assert 0.30 < wall.extents[0] < 0.41
    assert base.extents[2] == pytest.approx(WORKTOP, abs=1e-3)
    (top,) = (surface for surface in sink.cavities if surface.name == "basin")
    assert top.centre[2] + top.half_size[2] == pytest.approx(WORKTOP, abs=1e-3)
    assert {handle.joint for handle in wall.handles} == {joint.name for joint in wall.joints}


def test_the_run_of_a_kitchen_has_one_worktop() -> None:
    low = on_far_wall(of("counter", "sink", "worktop", "stove"))
    assert len(low) >= 4
    for (thing, asset), (after, model) in pairwise(low):
        assert across(after, model)[0] - across(thing, asset)[1] < 0.01
    for thing, asset in of("counter", "worktop"):
        assert thing.pos[2] + asset.extents[2] == pytest.approx(WORKTOP, abs=1e-3)


def test_cupboards_hang_in_rows_over_the_worktop() -> None:
    row = on_far_wall(of("cupboard"))
    assert len(row) >= 3
    for thing, asset in row:
        assert 0.50 <= thing.pos[2] - WORKTOP <= 0.55
        assert 0.28 <= asset.extents[1] <= 0.91
    (hood, canopy), (stove, cooker) = of("hood")[0], of("stove")[0]
    assert across(hood, canopy) == pytest.approx(across(stove, cooker), abs=2e-3)
    assert hood.pos[2] - (stove.pos[2] + cooker.extents[2]) > 0.45
    # What is between two cupboards is the hood, or nothing.
    left, right = across(hood, canopy)
    for (thing, asset), (after, model) in pairwise(row):
        start, end = across(thing, asset)[1], across(after, model)[0]
        assert end - start < 0.01 or (start < left + 0.02 and end > right - 0.02)


def test_a_fitted_kitchen_is_at_rest_and_nothing_of_it_collides() -> None:
    found = validity(*kitchen(), seconds=0.3)
    assert found.colliding == ()
    assert found.unstable == ()


def test_cameras_do_not_stand_in_furniture() -> None:
    area = Footprint(np.array([2.0, 0.0]), np.array([0.2, 1.0]), 0.0)
    boxes = (Box(area, 1.42, 2.12),)
    eye, target = np.array([2.0, 0.3, 1.8]), np.array([0.5, 0.0, 0.8])
    inside = Camera(name="c", pos=vec3(eye), quat=look_at(eye, target), fov=50.0)
    moved = clear_of(boxes, inside)
    assert moved.quat == inside.quat
    assert moved.pos[0] < 1.8 - 0.1 or moved.pos[2] < 1.42 - 0.1
    assert np.cross(target - np.array(moved.pos), target - eye) == pytest.approx(np.zeros(3))
    assert clear_of(boxes, moved) == moved
    below = inside.model_copy(update={"pos": (2.0, 0.3, 1.0)})
    assert clear_of(boxes, below) == below


def test_joined_libraries_fit_as_their_members_do() -> None:
    few = Few("countertop.n.01")
    assert fitting(LIBRARY) is LIBRARY
    assert fitting(JointLibrary((few, LIBRARY))) is LIBRARY
    assert fitting(few) is None
    assert fitting(JointLibrary((few,))) is None


def test_where_nothing_is_made_to_measure_the_library_furnishes_the_kitchen() -> None:
    few = Few(
        "countertop.n.01", "cabinet.n.03", "oven.n.01", "sink.n.01", "breakfast_table.n.01",
        "straight_chair.n.01", "plate.n.04", "mug.n.04", "bowl.n.01", "apple.n.01",
    )  # fmt: skip
    spec = RoomSpec(kind="kitchen", objects=Constant(value=16))
    made = furnish(spec, "franka-fr3", few, generator((4,)))
    names = [thing.name for thing in made.objects]
    assert any(name.startswith("room_counter") for name in names)
    assert not any(name.startswith(("room_hood", "room_worktop")) for name in names)
    offered = {name for ids in few.ids().values() for name in ids}
    assert {thing.asset for thing in made.objects} <= offered
    assert np.isfinite([thing.pos for thing in made.objects]).all()
