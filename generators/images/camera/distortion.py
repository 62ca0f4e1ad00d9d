"""Views through a lens that distorts, pictures and labels alike.

The view is drawn by a wider pinhole at twice the resolution, then resampled: colours linearly,
ids from the nearest pixel, and depth linearly in 1 / depth where a surface goes on, which is
exact on flat ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ....schemas import CameraParams, VariantError
from .bending import Coefficients, straighten
from .view import GBuffer, Renderer, Rgb, World

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
FINER = 2.0
"""Pixels of the wide view per pixel of the final one, along a line."""
LARGEST = 8192
"""Pixels of the wide view along a side at most."""
EDGE_POINTS = 24
"""Points per straight edge of an outline that a lens bends."""
SMOOTH = 0.02
"""Neighbours on one geom whose depths differ by a greater share are of one surface only where
depth goes on as evenly beyond."""
EVEN = 0.05
"""Shares that two steps of 1 / depth differ by at most on a steep surface that goes on."""


def bent_edges(points: Array) -> Array:
    """Points (M, 3) along a convex part's outline, so close that a lens bends none between them.

    Args:
        points: (N, 3) its corners in the camera's frame, all ahead.
    """
    from scipy.spatial import ConvexHull, QhullError  # pyright: ignore[reportMissingTypeStubs]

    flat = points[:, :2] / points[:, 2:]
    try:
        ring = flat[ConvexHull(flat).vertices]
    except QhullError:
        ring = flat
    share = np.linspace(0.0, 1.0, EDGE_POINTS, endpoint=False)[:, None, None]
    along = (ring + share * (np.roll(ring, -1, axis=0) - ring)).reshape(-1, 2)
    return np.column_stack([along, np.ones(len(along))])


@dataclass(frozen=True)
class Resampling:
    """How a distorted view is read out of a wider one.

    Attributes:
        wide: width, height, fx, fy, cx, cy of the wider pinhole.
        columns: (H, W) where each pixel's centre lies in it, pixels.
        rows: likewise.
    """

    wide: tuple[int, int, float, float, float, float]
    columns: Array
    rows: Array

    def camera(self, camera: CameraParams) -> CameraParams:
        """The wider pinhole, at the pose of a camera."""
        width, height, fx, fy, cx, cy = self.wide
        update = {"fx": fx, "fy": fy, "cx": cx, "cy": cy, "distortion": (0.0, 0.0)}
        update["tangential"] = (0.0, 0.0)
        return camera.model_copy(update={"width": width, "height": height, **update})

    def nearest(self, image: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The pixels of a wide image (H', W', ...) that hold the centres, (H, W, ...)."""
        return image[self.rows.astype(np.int64), self.columns.astype(np.int64)]

    def depth(self, wide: GBuffer) -> npt.NDArray[np.float32]:
        """Depth (H, W) at the centres, which lie off those of the wide pixels that hold them.

        Of a plane, 1 / depth is linear in the image. Its slope comes from a neighbour on the same
        geom, along each axis the one on whose side depth changes less: the other may lie beyond
        an edge.
        """
        row, column = self.rows.astype(np.int64), self.columns.astype(np.int64)
        here = wide.depth[row, column].astype(np.float64)
        inverse = start = 1 / np.where(here > 0, here, 1.0)
        for down, right, offset in (
            (1, 0, self.rows - row - 0.5), (0, 1, self.columns - column - 0.5)
        ):  # fmt: skip
            slope = np.full(start.shape, np.inf)
            for side in (1, -1):
                places = [(row + n * side * down, column + n * side * right) for n in range(3)]
                step = _step(wide, places) * side
                slope = np.where(np.abs(step) < np.abs(slope), step, slope)
            inverse = inverse + offset * np.where(np.isinf(slope), 0.0, slope)
        return np.where(here > 0, 1 / inverse, 0.0).astype(np.float32)

    def points(self, wide: GBuffer) -> Array:
        """Points hit by the wide pixels that hold the centres, in the camera's frame, (H, W, 3)."""
        _, _, fx, fy, cx, cy = self.wide
        x, y = (np.floor(self.columns) + 0.5 - cx) / fx, (np.floor(self.rows) + 0.5 - cy) / fy
        depth = self.nearest(wide.depth).astype(np.float64)
        return np.stack([x * depth, y * depth, depth], axis=-1)

    def corners(self, image: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Array]:
        """The four pixels around each centre, (4, H, W, ...), and their weights (4, H, W)."""
        x, y = self.columns - 0.5, self.rows - 0.5
        column, row = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
        right, down = x - column, y - row
        places = [(row + i, column + j) for i in (0, 1) for j in (0, 1)]
        weights = [
            (down if i else 1 - down) * (right if j else 1 - right) for i in (0, 1) for j in (0, 1)
        ]
        return np.stack([image[place] for place in places]), np.stack(weights)


def _step(wide: GBuffer, places: list[tuple[Index, Index]]) -> Array:
    """How 1 / depth changes from pixels to their neighbours (H, W); inf where an edge is between.

    Args:
        wide: what the wide view sees.
        places: rows and columns of the pixels, their neighbours, and the ones beyond.
    """
    geoms = [wide.geoms[place] for place in places]
    depths = [wide.depth[place].astype(np.float64) for place in places]
    inverse = [np.divide(1, d, out=np.zeros_like(d), where=d > 0) for d in depths]
    step, beyond = inverse[1] - inverse[0], inverse[2] - inverse[1]
    small = np.abs(step) < SMOOTH * inverse[0]
    even = (geoms[2] == geoms[0]) & (np.abs(step - beyond) < EVEN * np.abs(step))
    return np.where((geoms[1] == geoms[0]) & (small | even), step, np.inf)


def resampling(camera: CameraParams) -> Resampling | None:
    """How a camera's view is read out of a wider one; None for a pinhole.

    Raises:
        VariantError: where the lens folds its image, or sees too wide.
    """
    if not camera.bends:
        return None
    lens = (camera.fx, camera.fy, camera.cx, camera.cy)
    return _resampling(camera.width, camera.height, lens, camera.coefficients)


@lru_cache(maxsize=16)
def _resampling(
    width: int,
    height: int,
    lens: tuple[float, float, float, float],
    distortion: Coefficients,
) -> Resampling:
    fx, fy, cx, cy = lens
    u, v = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    points: Array = np.stack([(u - cx) / fx, (v - cy) / fy], axis=-1).astype(np.float64)
    straight = straighten(points.reshape(-1, 2), distortion).reshape(height, width, 2)
    x, y = straight[..., 0] * fx * FINER, straight[..., 1] * fy * FINER
    left, top = 2 - np.floor(x.min()), 2 - np.floor(y.min())
    size = (int(np.ceil(x.max() + left)) + 2, int(np.ceil(y.max() + top)) + 2)
    if max(size) > LARGEST:
        raise VariantError(
            f"distortion {distortion} sees so wide that the view would have "
            f"to be drawn at {size[0]} x {size[1]} pixels; {LARGEST} are allowed"
        )
    return Resampling((*size, fx * FINER, fy * FINER, float(left), float(top)), x + left, y + top)


def through(
    camera: CameraParams, draw: Callable[[CameraParams], npt.NDArray[Any]]
) -> npt.NDArray[Any]:
    """An image of ids or bits, (H, W, ...), as a camera sees it; `draw` knows pinholes only."""
    lens = resampling(camera)
    return draw(camera) if lens is None else lens.nearest(draw(lens.camera(camera)))


class Lensed:
    """A renderer behind a lens: distorted cameras are drawn by another, then resampled."""

    def __init__(self, artist: Renderer) -> None:
        """Draw with `artist`."""
        self._artist = artist

    def colour(self, world: World, data: Any, camera: CameraParams, *, shadows: bool) -> Rgb:
        """See `Renderer`."""
        lens = resampling(camera)
        if lens is None:
            return self._artist.colour(world, data, camera, shadows=shadows)
        wide = self._artist.colour(world, data, lens.camera(camera), shadows=shadows)
        around, weights = lens.corners(wide.astype(np.float64))
        pixels: Rgb = np.rint((around * weights[..., None]).sum(axis=0)).astype(np.uint8)
        return pixels

    def truth(
        self, world: World, data: Any, camera: CameraParams, *, normals: bool = False
    ) -> GBuffer:
        """See `Renderer`."""
        lens = resampling(camera)
        if lens is None:
            return self._artist.truth(world, data, camera, normals=normals)
        wide = self._artist.truth(world, data, lens.camera(camera), normals=normals)
        geoms, depth = lens.nearest(wide.geoms), lens.depth(wide)
        facing = None if wide.normals is None else lens.nearest(wide.normals)
        return GBuffer(depth, geoms, facing, lens.points(wide))
