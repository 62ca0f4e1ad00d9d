"""Rotations, rigid transforms, rectangles, boxes, and lenses, for whatever numbers come."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from properties import cases, lengths
from scipy.spatial.transform import Rotation  # pyright: ignore[reportMissingTypeStubs]

from cousins.generators.images.camera.bending import bend, fold, straighten
from cousins.scenes.core.geometry import (
    Array,
    Footprint,
    contains,
    inverse,
    look_at,
    overlap,
    quaternion,
    rotation,
    transform,
)
from cousins.scenes.observation.boxes import UprightBox, overlap_share, smallest_box
from cousins.schemas import VariantError


@st.composite
def unit_quaternions(draw: st.DrawFn) -> Array:
    """(4,), also near half turns, where a matrix says little of w."""
    parts = st.floats(-1, 1) | st.sampled_from([0.0, 1.0, -1.0, 1e-9, -1e-9])
    found = np.array([draw(parts) for _ in range(4)])
    norm = float(np.linalg.norm(found))
    assume(norm > 1e-3)
    return np.asarray(found / norm, dtype=np.float64)


points = arrays.arrays(np.float64, 3, elements=lengths())
poses = st.builds(transform, points, unit_quaternions())
footprints = st.builds(
    Footprint,
    arrays.arrays(np.float64, 2, elements=lengths(-3, 3)),
    arrays.arrays(np.float64, 2, elements=lengths(0.001, 2)),
    lengths(-7, 7),
)
boxes = st.builds(
    UprightBox,
    arrays.arrays(np.float64, 3, elements=lengths(-1, 1)),
    arrays.arrays(np.float64, 3, elements=lengths(0.01, 2)),
    lengths(-7, 7),
)


@cases(100)
@given(unit_quaternions(), st.floats(1e-6, 1e6))
def test_a_quaternion_survives_its_matrix(q: Array, scale: float) -> None:
    matrix = rotation(q * scale)
    expected = Rotation.from_quat(q, scalar_first=True).as_matrix()
    np.testing.assert_allclose(matrix, expected, atol=1e-9)
    back = np.array(quaternion(matrix))
    assert back[0] >= 0
    assert np.isclose(np.linalg.norm(back), 1)
    assert min(np.abs(back - q).max(), np.abs(back + q).max()) < 1e-7


@cases(80)
@given(poses, poses, points)
def test_transforms_are_a_group(a: Array, b: Array, point: Array) -> None:
    np.testing.assert_allclose(inverse(a) @ a, np.eye(4), atol=1e-9)
    np.testing.assert_allclose(inverse(a @ b), inverse(b) @ inverse(a), atol=1e-9)
    moved = a[:3, :3] @ point + a[:3, 3]
    there = inverse(a)
    np.testing.assert_allclose(there[:3, :3] @ moved + there[:3, 3], point, atol=1e-9)


@cases(80)
@given(points, points)
def test_a_camera_sees_its_target_in_the_middle(eye: Array, target: Array) -> None:
    distance = float(np.linalg.norm(target - eye))
    assume(distance > 1e-3)
    turned = rotation(look_at(eye, target))
    np.testing.assert_allclose(turned.T @ (target - eye), [0, 0, -distance], atol=1e-6)
    assert turned[2, 1] > -1e-9  # +y up


@cases(100)
@given(footprints, footprints)
def test_rectangles_overlap_alike_from_either_side(a: Footprint, b: Footprint) -> None:
    assert overlap(a, b) == overlap(b, a)
    assert overlap(a, a)
    assert contains(a.grown(1e-6), a)
    if contains(a, b):
        assert overlap(a, b)
    if overlap(a, b):
        assert overlap(a.grown(0.01), b)


@cases(80)
@given(footprints, arrays.arrays(np.float64, 2, elements=st.floats(-1, 1)))
def test_what_is_within_a_rectangle_overlaps_it(a: Footprint, share: Array) -> None:
    inner = Footprint(a.centre + (share * 0.5 * a.half) @ a.axes(), a.half * 0.4, a.yaw)
    assert contains(a, inner)
    assert overlap(a, inner)


@cases(80)
@given(boxes, boxes)
def test_the_overlap_of_boxes_is_a_share(a: UprightBox, b: UprightBox) -> None:
    share = overlap_share(a, b)
    assert -1e-12 <= share <= 1 + 1e-9
    assert np.isclose(share, overlap_share(b, a), atol=1e-9)
    assert np.isclose(overlap_share(a, a), 1)
    if share > 1e-9:
        assert overlap(a.footprint, b.footprint)
    turned = UprightBox(a.centre, a.extents[[1, 0, 2]], a.yaw + np.pi / 2)
    assert np.isclose(overlap_share(a, turned), 1, atol=1e-9)


@cases(60)
@given(boxes)
def test_the_smallest_box_of_a_box_is_that_box(box: UprightBox) -> None:
    grid = np.stack(np.meshgrid(*[np.linspace(-0.5, 0.5, 15)] * 3), axis=-1).reshape(-1, 3)
    local = grid * box.extents
    seen = np.column_stack([local[:, :2] @ box.footprint.axes(), local[:, 2]]) + box.centre
    assert overlap_share(smallest_box(seen, box.bottom), box) > 0.9


coefficients = st.tuples(
    st.floats(-1, 1), st.floats(-1, 1), st.floats(-0.2, 0.2), st.floats(-0.2, 0.2)
)


@cases(15)
@given(coefficients, arrays.arrays(np.float64, (5, 2), elements=st.floats(-0.8, 0.8)))
def test_a_lens_is_straightened_or_says_that_it_folds(
    lens: tuple[float, float, float, float], seen: Array
) -> None:
    for distortion in (lens[:2], lens):
        try:
            straight = straighten(seen, distortion)
        except VariantError:
            continue
        np.testing.assert_allclose(bend(straight, distortion), seen, atol=1e-7)
        if len(distortion) == 2:
            assert (np.linalg.norm(straight, axis=1) <= fold(distortion)).all()
