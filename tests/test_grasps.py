"""Grasps: between parallel faces, narrow enough, and with room for the hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import trimesh
from solids import nearest
from worlds import LIBRARY, by_hand, first, put

from cousins.scenes.core.franka import FRANKA
from cousins.scenes.core.geometry import Array, inverse
from cousins.scenes.robots import robot
from cousins.schemas import Asset
from cousins.tasks.grasping import grasps as module
from cousins.tasks.grasping.grasps import Grasps, grasps_of
from cousins.tasks.grasping.hand import OPENING_MARGIN, TIP_REACH, lowest, opening_for
from cousins.tasks.grasping.pairs import (
    FRICTION_ANGLE,
    LEVELS,
    MIN_WIDTH,
    collision_mesh,
    pairs_along,
    square_pairs,
)
from cousins.tasks.motion.manipulator import Manipulator
from cousins.tasks.physics.execution import Executor
from cousins.tasks.pick_place.candidates import NOISE, candidates

CATEGORIES = ("mug.n.04", "bowl.n.01", "apple.n.01", "book.n.02", "wine_bottle.n.01", "plate.n.04")


def found(asset: Asset) -> Grasps:
    return grasps_of(asset, asset.content_hash(), FRANKA)


def points_of(asset: Asset, count: int = 1500) -> Array:
    """Points on the collision geometry, (count, 3), other than those the sampler looked at."""
    sample: Any = trimesh.sample
    sampled = sample.sample_surface(collision_mesh(asset), count, seed=9)
    return np.asarray(sampled[0], dtype=np.float64)


@pytest.mark.parametrize("category", CATEGORIES)
def test_everything_graspable_has_many_grasps(category: str) -> None:
    grasps = found(first(category))
    assert len(grasps) >= 30
    assert ((grasps.widths >= MIN_WIDTH) & (grasps.widths <= FRANKA.widest_grasp)).all()
    assert (np.diff(grasps.scores) <= 0).all()
    rotations = grasps.poses[:, :3, :3]
    assert np.allclose(rotations @ rotations.transpose(0, 2, 1), np.eye(3), atol=1e-9)
    assert np.allclose(np.linalg.det(rotations), 1.0)
    assert len(np.unique(np.round(grasps.poses[:, :3, 3], 3), axis=0)) > 10


@pytest.mark.parametrize("category", CATEGORIES)
def test_fingers_close_on_opposite_faces(category: str) -> None:
    asset = first(category)
    mesh = collision_mesh(asset)
    grasps = found(asset)
    assert len(grasps) >= 30
    for pose, width in list(zip(grasps.poses, grasps.widths, strict=True))[::7][:40]:
        middle, axis = pose[:3, 3], pose[:3, 1]
        for sign in (1.0, -1.0):
            tip = middle + sign * axis * width / 2
            _, distance, face = nearest(mesh, [tip])
            assert distance[0] < 5e-4
            # Pieces may share the contact: some face there must look along the closing axis.
            near = np.linalg.norm(mesh.triangles_center - tip, axis=1).argsort()[:60]
            faces = {int(face[0]), *near.tolist()}
            looks = max(float(mesh.face_normals[f] @ axis) * sign for f in faces)
            assert looks > np.cos(FRICTION_ANGLE) - 0.02


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_open_hand_does_not_stand_in_the_object(category: str) -> None:
    asset = first(category)
    grasps, points = found(asset), points_of(asset)
    inside = 0
    for pose, width in zip(grasps.poses, grasps.widths, strict=True):
        x, y, z = (points @ inverse(pose)[:3, :3].T + inverse(pose)[:3, 3]).T
        palm = (np.abs(x) < 0.03) & (np.abs(y) < 0.1) & (z > -0.13) & (z < -0.043)
        opening = min((width + OPENING_MARGIN) / 2, 0.04)
        side = (np.abs(y) > opening + 0.002) & (np.abs(y) < opening + 0.011)
        finger = side & (np.abs(x) < 0.008) & (z > -0.04) & (z < 0.006)
        inside += bool((palm | finger).any())
    # Its own check samples points too; thin edges may slip through between them.
    assert len(grasps) >= 30
    assert inside <= 0.2 * len(grasps)


def test_a_mug_offers_more_than_its_body() -> None:
    asset = first("mug.n.04")
    grasps = found(asset)
    radius = np.linalg.norm(grasps.poses[:, :2, 3], axis=1)
    # Across the wall or the handle, far from the axis and thin.
    assert ((radius > 0.02) & (grasps.widths < 0.02)).sum() > 10


def test_what_is_too_wide_has_none() -> None:
    assert len(found(solid_box(0.1))) == 0


def test_how_wide_a_grasp_may_be_is_up_to_the_robot() -> None:
    wider = robot("ur5e-2f85")
    narrow = FRANKA.model_copy(
        update={"gripper": FRANKA.gripper.model_copy(update={"openings": (0.0, 0.05)})}
    )
    assert FRANKA.widest_grasp < 0.073 < wider.widest_grasp
    block = solid_box(0.0365)
    key = block.content_hash()
    assert [len(grasps_of(block, key, one)) > 0 for one in (FRANKA, wider, narrow)] == [
        False, True, False,
    ]  # fmt: skip
    apple = first("apple.n.01")
    held = grasps_of(apple, apple.content_hash(), narrow).widths
    assert ((held >= MIN_WIDTH) & (held <= 0.04)).all()
    assert found(apple).widths.max() > 0.04
    openings = [opening_for(0.073, one) for one in (FRANKA, wider, narrow)]
    assert openings == pytest.approx([0.08, wider.max_opening, 0.05])


def solid_box(half: float) -> Asset:
    asset = first("shelf.n.01")
    root = asset.links[0]
    shape = next(s for s in root.collisions if s.kind == "box")
    box = shape.model_copy(
        update={"size": (half, half, half), "pos": (0.0, 0.0, half), "quat": (1.0, 0.0, 0.0, 0.0)}
    )
    link = root.model_copy(update={"collisions": (box,), "visuals": ()})
    return asset.model_copy(update={"links": (link,)})


def test_the_same_asset_gives_the_same_grasps() -> None:
    asset = first("mug.n.04")
    one = found(asset)
    module._CACHE.clear()  # pyright: ignore[reportPrivateUsage]
    two = found(asset)
    assert one is not two
    assert np.array_equal(one.poses, two.poses)
    assert np.array_equal(one.widths, two.widths)


def test_lowest_point_of_the_hand() -> None:
    down = np.diag([1.0, -1.0, -1.0, 1.0])
    level = np.eye(4)
    level[:3, :3] = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])
    poses: npt.NDArray[np.float64] = np.stack([down, level])
    poses[:, 2, 3] = 0.5
    heights = lowest(poses)
    assert heights[0] == pytest.approx(0.5 - TIP_REACH)
    assert heights[1] == pytest.approx(0.5 - 0.032)


def boxed(*size: float, turn: float = 0.0) -> Array:
    """Tool poses (2, 4, 4) at the middle of a box: along x, and turned by `turn` from there."""
    poses = np.tile(np.eye(4), (2, 1, 1))
    for pose, angle in zip(poses, (0.0, turn), strict=True):
        pose[:3, 1] = [np.cos(angle), np.sin(angle), 0.0]
        pose[:3, 3] = [0.0, 0.0, size[2] / 2]
    return poses


def bounds(*size: float) -> Array:
    half = np.array(size) / 2
    return np.array([[-half[0], -half[1], 0.0], [half[0], half[1], size[2]]])


@pytest.mark.parametrize("category", ["potato.n.01", "lemon.n.01", "cheddar.n.02", "carrot.n.03"])
def test_a_long_thing_can_be_held_square(category: str) -> None:
    asset = first(category)
    grasps = found(asset)
    low, high = collision_mesh(asset).bounds
    best = int(np.argmin(grasps.skews))
    closing = np.abs(grasps.poses[best, :2, 1])
    assert grasps.skews[best] < 0.02
    along = int(np.argmax(closing))
    assert closing[1 - along] < 0.02
    assert (high - low)[along] <= FRANKA.widest_grasp + 0.01
    # Both ends lie on the surface.
    for sign in (-1, 1):
        end = grasps.poses[best, :3, 3] + sign * grasps.poses[best, :3, 1] * grasps.widths[best] / 2
        assert nearest(collision_mesh(asset), end[None])[1][0] < 1e-4


@pytest.mark.parametrize("category", ["potato.n.01", "lemon.n.01"])
def test_pairs_along_its_own_axes_are_among_the_candidates(category: str) -> None:
    asset = first(category)
    grasps = found(asset)
    pairs = square_pairs(collision_mesh(asset), FRANKA.widest_grasp)
    assert pairs
    for middle, axis, width, _ in pairs:
        here = np.linalg.norm(grasps.poses[:, :3, 3] - middle, axis=1) < 1e-9
        assert here.any()
        assert np.allclose(grasps.poses[here, :3, 1], axis)
        assert np.allclose(grasps.widths[here], width)


def test_skew_is_the_angle_to_the_nearer_axis_and_the_way_from_the_middle() -> None:
    long, turn = (0.04, 0.09, 0.05), np.radians(20)
    assert module.skews_of(bounds(*long), boxed(*long, turn=turn)) == pytest.approx([0.0, turn])
    assert module.skews_of(bounds(*long), boxed(*long, turn=np.pi / 2 - turn))[1] == pytest.approx(
        turn
    )
    beside = boxed(*long)
    beside[:, :3, 3] += [0.003, 0.004, 0.02]
    assert module.skews_of(bounds(*long), beside) == pytest.approx([module.BESIDE * 0.005] * 2)


def test_round_things_have_no_skew_by_turning() -> None:
    size = (0.06, 0.06, 0.06)
    assert module.skews_of(bounds(*size), boxed(*size, turn=0.5)) == pytest.approx([0.0, 0.0])


def test_what_is_too_wide_one_way_is_held_square_the_other_way() -> None:
    creation: Any = trimesh.creation
    mesh = creation.box(extents=(0.05, 0.2, 0.04))
    pairs = square_pairs(mesh, FRANKA.widest_grasp)
    assert [tuple(np.abs(pair[1])) for pair in pairs] == [(1.0, 0.0, 0.0)] * len(LEVELS)
    assert [pair[2] for pair in pairs] == pytest.approx([0.05] * len(LEVELS))
    assert square_pairs(mesh, 0.04) == []


def test_slanted_faces_are_not_held_square() -> None:
    """A wedge of 60 degrees slips out of parallel fingers."""
    mesh: Any = trimesh.Trimesh(
        [[-0.03, -0.03, 0], [0.03, -0.03, 0], [0, -0.03, 0.05],
         [-0.03, 0.03, 0], [0.03, 0.03, 0], [0, 0.03, 0.05]],
        [[0, 1, 2], [3, 5, 4], [0, 3, 4], [0, 4, 1], [1, 4, 5], [1, 5, 2], [2, 5, 3], [2, 3, 0]],
    )  # fmt: skip
    axes = [tuple(np.abs(pair[1])) for pair in square_pairs(mesh, 0.08)]
    assert (1.0, 0.0, 0.0) not in axes
    assert (0.0, 1.0, 0.0) in axes


def test_what_lies_stretched_out_is_also_held_off_its_middle() -> None:
    creation: Any = trimesh.creation
    mesh = creation.box(extents=(0.05, 0.2, 0.04))
    pairs = pairs_along(mesh, FRANKA.widest_grasp)
    assert {tuple(np.abs(pair[1])) for pair in pairs} == {(1.0, 0.0, 0.0)}
    assert [pair[2] for pair in pairs] == pytest.approx([0.05] * len(pairs))
    places = {(round(float(pair[0][1]), 6), round(float(pair[0][2]), 6)) for pair in pairs}
    assert places == {(y, z) for y in (-0.04, 0.04) for z in (-0.008, 0.0, 0.008)}
    assert pairs_along(mesh, 0.04) == []
    assert pairs_along(creation.box(extents=(0.05, 0.09, 0.3)), 0.08) == []


def test_a_carrot_on_a_table_can_be_held_all_along() -> None:
    carrot = LIBRARY.get("carrot-0041")
    compiled = by_hand(put("carrot", carrot, (0.45, 0.0, 0.0)))
    arm = Manipulator(compiled, Executor(compiled, 10, 0), np.random.default_rng(0))
    arm.sync_planning_scene()
    touch = frozenset({"carrot"})
    level = [
        way.pose
        for way in candidates(arm, "carrot", NOISE[0], level=False)
        if abs(way.pose[2, 1]) < 0.01
        and arm.world.check_hand_collision(way.pose, FRANKA.max_opening, touch) is None
    ]
    along = [float(pose[1, 3]) for pose in level]
    assert max(along) - min(along) > 0.15 * max(carrot.extents)
