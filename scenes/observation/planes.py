"""Support planes by RANSAC: bounded, seeded, and refined by least squares.

Random Sample Consensus, Fischler and Bolles, CACM 1981; hypotheses are refined locally as in
Locally Optimized RANSAC, Chum et al., DAGM 2003.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...schemas import SpecError
from ..core.geometry import Array

HYPOTHESES = 600
PLANES = 8
"""At most so many are refined and compared."""
SAMPLE = 8000
"""Points that hypotheses are scored on."""
BAND = 0.012
"""Points so near to a hypothesis support it, metres; twice the noise where that is more."""
WIDEST = 0.06
"""Greatest such band, metres."""
CONTRAST = 0.6
"""Of the points within twice the band, the least share that lies within the band."""
TILT = np.radians(20.0)
"""Greatest angle between a support's normal and a given up."""
LEAST_SHARE = 0.03
"""Of the points looked at, which a support plane must hold."""
STANDS = 0.04
"""An object stands on a plane if its lowest points are so near to it, metres."""
HIDDEN = 0.3
"""So much of an object may be hidden from its foot up, metres."""


@dataclass(frozen=True)
class Plane:
    """Points p with normal . p + offset = 0; the normal points up.

    Attributes:
        normal: (3,) unit vector.
        offset: metres.
        spread: robust standard deviation of its points about it, metres.
        share: of the points looked at, those that lie on it.
    """

    normal: Array
    offset: float
    spread: float
    share: float

    def heights(self, points: Array) -> Array:
        """Signed distance above the plane of points (..., 3)."""
        heights: Array = points @ self.normal + self.offset
        return heights


def support_plane(
    cloud: Array,
    wanted: npt.NDArray[np.bool_],
    objects: tuple[Array, ...],
    up: Array | None,
    rng: np.random.Generator,
) -> Plane:
    """The plane that carries most objects, and of those the one with most points.

    Args:
        cloud: (H, W, 3) points in the camera's frame.
        wanted: (H, W) which pixels may belong to a support and have a reading.
        objects: points (N, 3) of each object.
        up: (3,) unit vector in the camera's frame, where known.
        rng: draws the hypotheses.

    Raises:
        SpecError: where no plane is large enough and carries anything.
    """
    pixels = np.argwhere(wanted)
    if len(pixels) < 200:
        raise SpecError(
            f"no support plane: only {len(pixels)} pixels beside the objects have depth; the "
            "view must show some of the table"
        )
    triples = _triples(cloud, wanted, pixels, rng)
    points = cloud[tuple(pixels[rng.permutation(len(pixels))[:SAMPLE]].T)]
    hypotheses = _hypotheses(triples, up)
    if len(hypotheses) == 0:
        raise SpecError("no support plane: nothing level is in view (see gravity in the docs)")
    planes = _planes(points, hypotheses, up)
    scored = [(_carried(plane, objects), plane.share, plane) for plane in planes]
    fit = [found for found in scored if found[1] >= LEAST_SHARE and found[0] > 0]
    if not fit:
        most = max((share for _, share, _ in scored), default=0.0)
        raise SpecError(
            f"no support plane: the best plane holds {most:.1%} of the points and carries no "
            f"object; needed are {LEAST_SHARE:.0%} and one object that stands on it"
        )
    return max(fit, key=lambda found: (found[0], found[1]))[2]


def _planes(points: Array, hypotheses: Array, up: Array | None) -> list[Plane]:
    """The planes with most points, each refined, its points taken away before the next."""
    near = np.abs(points @ hypotheses[:, :3].T + hypotheses[:, 3]) < BAND
    left = np.ones(len(points), dtype=bool)
    found: list[Plane] = []
    for _ in range(PLANES):
        row = int(np.argmax(near[left].sum(axis=0)))
        plane = _refined(points, hypotheses[row], up)
        taken = near[:, row]
        if plane is not None:
            found.append(plane)
            taken = taken | (np.abs(plane.heights(points)) < max(BAND, 3 * plane.spread))
        left &= ~taken
        if left.sum() < LEAST_SHARE * len(points):
            break
    return found


def _triples(
    cloud: Array,
    wanted: npt.NDArray[np.bool_],
    pixels: npt.NDArray[np.intp],
    rng: np.random.Generator,
) -> Array:
    """Neighbouring points (K, 3, 3): a wide base against noise, but one surface mostly."""
    height, width = wanted.shape
    first = pixels[rng.integers(len(pixels), size=HYPOTHESES)]
    reach = max(4, width // 8)
    offsets = rng.integers(-reach, reach + 1, size=(2, HYPOTHESES, 2))
    others = np.clip(first + offsets, 0, [height - 1, width - 1])
    chosen = np.concatenate([first[None], others])
    known = wanted[chosen[..., 0], chosen[..., 1]].all(axis=0)
    corners: Array = cloud[chosen[..., 0], chosen[..., 1]][:, known]
    return np.moveaxis(corners, 0, 1)


def _hypotheses(triples: Array, up: Array | None) -> Array:
    """Planes (K, 4) through the triples, their normals towards the camera or up."""
    first, second, third = np.moveaxis(triples, 1, 0)
    normal = np.cross(second - first, third - first)
    length = np.linalg.norm(normal, axis=1)
    sound = length > 1e-5
    normal = normal[sound] / length[sound, None]
    offset = -np.einsum("ki,ki->k", normal, first[sound])
    planes = np.column_stack([normal, offset])
    if up is None:
        # The camera, at the origin, looks down on what carries things.
        return planes * np.where(planes[:, 3:] < 0, -1.0, 1.0)
    planes = planes * np.where((planes[:, :3] @ up)[:, None] < 0, -1.0, 1.0)
    kept: Array = planes[planes[:, :3] @ up > np.cos(TILT)]
    return kept


def _refined(points: Array, plane: Array, up: Array | None) -> Plane | None:
    """Least squares over the points near the plane, a few times over."""
    normal, offset, band, spread = plane[:3], float(plane[3]), BAND, 0.0
    residual = points @ normal + offset
    near = np.abs(residual) < band
    for _ in range(5):
        chosen = points[near]
        if len(chosen) < 50:
            return None
        middle = chosen.mean(axis=0)
        fresh = np.linalg.svd(chosen - middle, full_matrices=False)[2][2]
        normal = fresh if fresh @ normal > 0 else -fresh
        offset = -float(normal @ middle)
        residual = points @ normal + offset
        spread = 1.4826 * float(np.median(np.abs(residual[near])))
        # The band is too narrow where noise fills it evenly: widen it.
        band = min(max(BAND, 2.5 * spread), WIDEST) if spread > 0.4 * band else BAND
        near = np.abs(residual) < band
    if up is not None and normal @ up < np.cos(TILT):
        return None
    # Scattered points fill a band twice as wide twice as well; those of a surface do not.
    if near.sum() < CONTRAST * (np.abs(residual) < 2 * band).sum():
        return None
    return Plane(normal, offset, spread, float(near.mean()))


def _carried(plane: Plane, objects: tuple[Array, ...]) -> float:
    """How many objects stand on a plane: their lowest points near it, the rest above.

    An object whose foot is hidden counts a tenth.
    """
    slack = STANDS + 2 * plane.spread
    carried = 0.0
    for points in objects:
        low, middle = np.percentile(plane.heights(points), (5, 50))
        if -slack < low < HIDDEN and middle > -plane.spread:
            carried += 1.0 if low < slack else 0.1
    return carried
