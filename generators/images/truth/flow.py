"""Optical flow between two moments, from known poses: each pixel moves with its body."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ....scenes.core.geometry import rotation
from ....schemas import CameraParams
from ..camera.cameras import Array, back_project, project
from ..camera.sight import NEAREST, in_front, in_image
from ..camera.view import GBuffer
from .poses import Poses

UNKNOWN, HIDDEN, SEEN = 0, 1, 2
"""Of a pixel: nothing was hit, or its point comes to lie behind the camera; its point is out of
view or hidden afterwards; its point is seen afterwards."""


@dataclass(frozen=True)
class PoseSnapshot:
    """A view of one moment.

    Attributes:
        truth: what each pixel sees.
        camera: of the view.
        poses: of the bodies.
    """

    truth: GBuffer
    camera: CameraParams
    poses: Poses


@dataclass(frozen=True)
class Flow:
    """Where the points that one image shows lie in the next.

    Attributes:
        motion: (H, W, 2) pixels right and down; 0 where unknown.
        state: (H, W) uint8, `UNKNOWN`, `HIDDEN` or `SEEN`.
    """

    motion: Array
    state: npt.NDArray[np.uint8]


def flow(
    before: PoseSnapshot, after: PoseSnapshot, geom_bodies: npt.NDArray[np.integer[Any]]
) -> Flow:
    """Forward flow of every pixel.

    Args:
        before: the moment whose pixels move.
        after: the moment that they move to.
        geom_bodies: (ngeom,) body id of each geom.
    """
    truth, shape = before.truth, before.truth.depth.shape
    hit = truth.geoms > 0
    points = back_project(before.camera, truth.depth)[hit]
    bodies = np.asarray(geom_bodies)[truth.geoms[hit] - 1]
    moved = np.empty_like(points)
    for body in np.unique(bodies):
        mine = bodies == body
        turn, shift = _motion(before, after, int(body))
        moved[mine] = points[mine] @ turn.T + shift
    ahead = moved[:, 2] >= NEAREST
    pixels = project(after.camera, np.where(ahead[:, None], moved, [0.0, 0.0, 1.0]))
    clear = in_image(pixels, shape) & in_front(after.truth.depth, pixels, moved[:, 2])
    rows, columns = np.nonzero(hit)
    offset = pixels - np.column_stack([columns + 0.5, rows + 0.5])
    motion, state = np.zeros((*shape, 2)), np.zeros(shape, dtype=np.uint8)
    motion[hit] = np.where(ahead[:, None], offset, 0.0)
    state[hit] = np.where(ahead, np.where(clear, SEEN, HIDDEN), UNKNOWN)
    return Flow(motion, state)


def _motion(before: PoseSnapshot, after: PoseSnapshot, body: int) -> tuple[Array, Array]:
    """Rotation (3, 3) and shift (3,): where points of a body go, camera frame to camera frame."""
    into, out = rotation(before.camera.quat), rotation(after.camera.quat).T
    first = np.asarray(before.poses.xmat[body]).reshape(3, 3)
    then = np.asarray(after.poses.xmat[body]).reshape(3, 3)
    turn = then @ first.T
    origin = np.asarray(before.camera.pos) - np.asarray(before.poses.xpos[body])
    place = turn @ origin + np.asarray(after.poses.xpos[body])
    return out @ turn @ into, out @ (place - np.asarray(after.camera.pos))


def encode_flow(made: Flow) -> bytes:
    """As a compressed npz: `flow` (H, W, 2) float16, `state` (H, W) uint8."""
    limit = float(np.finfo(np.float16).max)
    buffer = io.BytesIO()
    small = np.clip(made.motion, -limit, limit).astype(np.float16)
    np.savez_compressed(buffer, flow=small, state=made.state)
    return buffer.getvalue()
