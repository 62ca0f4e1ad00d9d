"""Rigid transforms, cameras, and rectangles in the plane."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from cousins.scenes.core.geometry import (
    Array,
    Footprint,
    axis_rotation,
    contains,
    inverse,
    look_at,
    overlap,
    quaternion,
    rotation,
    transform,
    yaw_quaternion,
)


def quaternions(count: int, seed: int = 0) -> Array:
    """Uniform on the sphere, (count, 4)."""
    q = np.random.default_rng(seed).normal(size=(count, 4))
    unit: Array = q / np.linalg.norm(q, axis=1, keepdims=True)
    return unit


def test_quaternion_and_matrix_are_inverse() -> None:
    for q in [*quaternions(300), *np.eye(4), *(quaternions(50, 1) * [1e-9, 1, 1, 1])]:
        matrix = rotation(q)
        assert np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(matrix) == pytest.approx(1.0)
        back = np.array(quaternion(matrix))
        unit = q / np.linalg.norm(q)
        assert back[0] >= 0
        assert min(np.abs(back - unit).max(), np.abs(back + unit).max()) < 1e-7


def test_quaternions_multiply_like_their_matrices() -> None:
    for a, b in quaternions(60, 2).reshape(30, 2, 4):
        w = a[0] * b[0] - a[1:] @ b[1:]
        xyz = a[0] * b[1:] + b[0] * a[1:] + np.cross(a[1:], b[1:])
        assert np.allclose(rotation([w, *xyz]), rotation(a) @ rotation(b), atol=1e-12)


def test_inverse_undoes() -> None:
    rng = np.random.default_rng(3)
    for q in quaternions(40, 4):
        pose = transform(rng.normal(size=3), q)
        assert np.allclose(inverse(pose) @ pose, np.eye(4), atol=1e-12)
        assert np.allclose(transform(pose[:3, 3], pose[:3, :3]), pose)


def test_turns_are_right_handed() -> None:
    assert np.allclose(axis_rotation([0, 0, 1], np.pi / 2) @ [1, 0, 0], [0, 1, 0])
    assert np.allclose(axis_rotation([1, 0, 0], np.pi / 2) @ [0, 1, 0], [0, 0, 1])
    assert np.allclose(rotation(yaw_quaternion(0.3)), axis_rotation([0, 0, 1], 0.3))


@pytest.mark.parametrize("eye", [(1.0, 0.2, 0.5), (-0.4, -0.8, 2.0), (0.0, 0.0, 3.0)])
def test_camera_looks_at_its_target_with_its_head_up(eye: tuple[float, float, float]) -> None:
    target = np.array([0.0, 0.0, 0.1])
    frame = rotation(look_at(eye, target))
    away = (target - eye) / np.linalg.norm(target - eye)
    assert np.allclose(-frame[:, 2], away, atol=1e-9)
    assert np.linalg.det(frame) == pytest.approx(1.0)
    assert frame[2, 1] >= -1e-9
    assert abs(frame[2, 0]) < 1e-9


def random_footprint(rng: np.random.Generator) -> Footprint:
    return Footprint(rng.uniform(-0.5, 0.5, 2), rng.uniform(0.03, 0.4, 2), rng.uniform(-4, 4))


def points_in(area: Footprint, steps: int = 40) -> Array:
    """A grid of points inside a rectangle, edges included, (N, 2)."""
    grid = np.linspace(-1, 1, steps)
    local = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2) * area.half
    world: Array = area.centre + local @ area.axes()
    return world


def inside(area: Footprint, points: Array, slack: float = 0.0) -> npt.NDArray[np.bool_]:
    local = np.abs((points - area.centre) @ area.axes().T)
    return np.asarray((local <= area.half + slack).all(axis=1))


def test_overlap_agrees_with_sampled_points() -> None:
    rng = np.random.default_rng(5)
    both = {True: 0, False: 0}
    for _ in range(400):
        a, b = random_footprint(rng), random_footprint(rng)
        assert overlap(a, b) == overlap(b, a)
        found = bool(inside(b, points_in(a)).any() or inside(a, points_in(b)).any())
        if found:
            assert overlap(a, b)
        elif overlap(a, b):
            # A corner that slips between grid points: growing by the grid's step finds it.
            step = 2 * max(a.half.max(), b.half.max()) / 39
            assert inside(b, points_in(a), step).any()
        both[overlap(a, b)] += 1
    assert min(both.values()) > 60


def test_contains_agrees_with_corners_and_points() -> None:
    rng = np.random.default_rng(6)
    held = 0
    for _ in range(400):
        outer, inner = random_footprint(rng), random_footprint(rng)
        inner = Footprint(inner.centre * 0.4, inner.half * 0.3, inner.yaw)
        assert contains(outer, inner) == bool(inside(outer, points_in(inner), 1e-9).all())
        held += contains(outer, inner)
    assert 20 < held < 380


def test_grown_rectangle_reaches_further_on_every_side() -> None:
    area = Footprint(np.array([0.2, -0.1]), np.array([0.1, 0.05]), 0.7)
    assert contains(area.grown(0.02), area)
    assert not contains(area, area.grown(0.001))
    assert np.allclose(area.grown(0.02).half, [0.12, 0.07])
