"""OpenCV's lens distortion: where a lens sees a point, and back.

A point at normalised coordinates x, y (on the plane at distance 1) with r^2 = x^2 + y^2 is seen
where a pinhole would see

    x (1 + k1 r^2 + k2 r^4) + 2 p1 x y + p2 (r^2 + 2 x^2)
    y (1 + k1 r^2 + k2 r^4) + p1 (r^2 + 2 y^2) + 2 p2 x y

with radial terms k1 and k2 and tangential ones p1 and p2, of a lens that is not parallel to its
sensor (Brown 1966). Coefficients are given as (k1, k2) or, as OpenCV orders them,
(k1, k2, p1, p2).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ....schemas import VariantError

Array = npt.NDArray[np.float64]
Coefficients = tuple[float, ...]
NEWTON_STEPS = 30
SETTLE = 6
"""How many of them are for the last bit."""
DIRECTIONS = 180
"""In which a tangential lens is searched for its fold."""
FAR = 1e6
"""Where a point is put whose search runs away, in focal lengths."""
EXACT = 1e-10
"""How far off a straightened point may be seen, in focal lengths."""


def fold(distortion: Coefficients) -> float:
    """The radius at which points that lie farther out begin to be seen nearer; inf for none.

    With tangential terms the least over all directions.
    """
    return float(_folds(distortion).min())


def bend(points: Array, distortion: Coefficients) -> Array:
    """Where a lens sees normalised points (N, 2); beyond the fold they stay on it."""
    k1, k2, p1, p2 = _all_four(distortion)
    radius = np.linalg.norm(points, axis=-1, keepdims=True)
    kept = np.minimum(radius, _limits(points, distortion))
    scale = np.divide(kept, radius, out=np.ones_like(radius), where=radius > 0)
    if (p1, p2) == (0.0, 0.0):
        bent: Array = points * scale * (1 + k1 * kept**2 + k2 * kept**4)
        return bent
    return _unfolded(points * scale, k1, k2, p1, p2)


def straighten(points: Array, distortion: Coefficients) -> Array:
    """The normalised points (N, 2) that a lens sees at these: the inverse of `bend`.

    Raises:
        VariantError: where it has none, since the lens folds its image before.
    """
    k1, k2, p1, p2 = _all_four(distortion)
    if (p1, p2) == (0.0, 0.0):
        return _straighten_radial(points, k1, k2)
    found: Array = np.zeros(points.shape)
    with np.errstate(over="ignore", invalid="ignore"):
        # From the middle outwards: no step leaves the part of the plane that is not folded.
        for share in np.minimum(np.arange(1, NEWTON_STEPS + 1) / (NEWTON_STEPS - SETTLE), 1.0):
            error = _unfolded(found, k1, k2, p1, p2) - share * points
            found = found - _solved(_jacobian(found, k1, k2, p1, p2), error)
        found = np.where(np.isfinite(found) & (np.abs(found) < FAR), found, FAR)
    missed = np.linalg.norm(_unfolded(found, k1, k2, p1, p2) - points, axis=-1, keepdims=True)
    away = np.linalg.norm(found, axis=-1, keepdims=True)
    if not ((missed <= EXACT) & (away < _limits(found, distortion))).all():
        corner = float(np.linalg.norm(points, axis=-1).max())
        raise VariantError(
            f"distortion k1 {k1:g}, k2 {k2:g}, p1 {p1:g}, p2 {p2:g} folds the image of what lies "
            f"{fold(distortion):.2f} of its focal length from the middle, and its corner lies at "
            f"{corner:.2f}; take smaller coefficients"
        )
    return found


def _straighten_radial(points: Array, k1: float, k2: float) -> Array:
    """By Newton's method on the radius, kept in an interval that holds the root."""
    seen = np.linalg.norm(points, axis=-1, keepdims=True)
    limit = fold((k1, k2))
    reach = np.inf if np.isinf(limit) else limit * (1 + k1 * limit**2 + k2 * limit**4)
    if (seen >= reach).any():
        raise VariantError(
            f"distortion k1 {k1:g}, k2 {k2:g} folds the image at {reach:.2f} of its focal length "
            f"from the middle, and its corner lies at {seen.max():.2f}; take smaller coefficients"
        )
    low, high = np.zeros_like(seen), np.where(np.isinf(limit), 10 * seen + 10, limit)
    radius = np.minimum(seen, high)
    for _ in range(NEWTON_STEPS):
        error = radius * (1 + k1 * radius**2 + k2 * radius**4) - seen
        low, high = np.where(error < 0, radius, low), np.where(error < 0, high, radius)
        step = radius - error / np.maximum(1 + 3 * k1 * radius**2 + 5 * k2 * radius**4, 1e-9)
        radius = np.where((step >= low) & (step <= high), step, (low + high) / 2)
    scale = np.divide(radius, seen, out=np.ones_like(seen), where=seen > 0)
    straight: Array = points * scale
    return straight


def _all_four(distortion: Coefficients) -> tuple[float, float, float, float]:
    k1, k2, *rest = distortion
    p1, p2 = rest or (0.0, 0.0)
    return k1, k2, p1, p2


def _unfolded(points: Array, k1: float, k2: float, p1: float, p2: float) -> Array:
    """The formula at points (N, 2), whether or not the image folds before."""
    x, y = points[..., 0], points[..., 1]
    square = x**2 + y**2
    radial = 1 + k1 * square + k2 * square**2
    return np.stack(
        [
            x * radial + 2 * p1 * x * y + p2 * (square + 2 * x**2),
            y * radial + p1 * (square + 2 * y**2) + 2 * p2 * x * y,
        ],
        axis=-1,
    )


def _jacobian(points: Array, k1: float, k2: float, p1: float, p2: float) -> Array:
    """Derivative (N, 2, 2) of where points (N, 2) are seen."""
    x, y = points[:, 0], points[:, 1]
    square = x**2 + y**2
    radial, slope = 1 + k1 * square + k2 * square**2, 2 * k1 + 4 * k2 * square
    mixed = slope * x * y + 2 * p1 * x + 2 * p2 * y
    across = radial + slope * x**2 + 2 * p1 * y + 6 * p2 * x
    along = radial + slope * y**2 + 6 * p1 * y + 2 * p2 * x
    return np.stack([across, mixed, mixed, along], axis=-1).reshape(-1, 2, 2)


def _solved(matrices: Array, right: Array) -> Array:
    """Solutions (N, 2) of 2 x 2 equations, singular ones kept finite."""
    (a, b), (c, d) = np.moveaxis(matrices, 0, -1)
    determinant = a * d - b * c
    safe = np.where(np.abs(determinant) < 1e-6, 1e-6, determinant)
    x, y = right[:, 0], right[:, 1]
    return np.stack([(d * x - b * y) / safe, (a * y - c * x) / safe], axis=-1)


def _limits(points: Array, distortion: Coefficients) -> Array:
    """How far out points (N, 2) may lie in their directions before the image folds, (N, 1)."""
    folds = _folds(distortion)
    if len(folds) == 1:
        return folds
    turn = np.arctan2(points[..., 1:], points[..., :1]) / (2 * np.pi) % 1.0 * len(folds)
    before = np.floor(turn).astype(np.int64)
    return np.minimum(folds[before % len(folds)], folds[(before + 1) % len(folds)])


@lru_cache(maxsize=64)
def _folds(distortion: Coefficients) -> Array:
    """The radius at which the image folds, in evenly spread directions from +x, or in all (1,)."""
    k1, k2, p1, p2 = _all_four(distortion)
    if (p1, p2) == (0.0, 0.0):
        roots = np.roots([5 * k2, 3 * k1, 1.0]) if k2 else np.array([-1 / (3 * k1)] if k1 else [])
        real = [float(root.real) for root in roots if abs(root.imag) < 1e-12 and root.real > 0]
        radius = np.sqrt(min(real, default=np.inf))
        return np.array([radius if radius < FAR else np.inf])
    angles = np.linspace(0.0, 2 * np.pi, DIRECTIONS, endpoint=False)
    return np.array([_fold_along(np.cos(a), np.sin(a), k1, k2, p1, p2) for a in angles])


def _fold_along(c: float, s: float, k1: float, k2: float, p1: float, p2: float) -> float:
    """The least radius in direction (c, s) at which the Jacobian is singular; inf for none."""
    polynomial = np.polynomial.Polynomial
    radial, slope = polynomial([1, 0, k1, 0, k2]), polynomial([0, 0, 2 * k1, 0, 4 * k2])
    across = radial + slope * c**2 + polynomial([0, 2 * p1 * s + 6 * p2 * c])
    along = radial + slope * s**2 + polynomial([0, 6 * p1 * s + 2 * p2 * c])
    mixed = slope * (c * s) + polynomial([0, 2 * p1 * c + 2 * p2 * s])
    singular = (across * along - mixed * mixed).trim(1e-15)
    roots = np.asarray(singular.roots(), dtype=np.complex128)
    real = [float(root.real) for root in roots if abs(root.imag) < 1e-9 and root.real > 0]
    return min(real, default=np.inf)
