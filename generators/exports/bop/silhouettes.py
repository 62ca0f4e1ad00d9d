"""Silhouettes of models under their poses, also where something hides them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from ....scenes.core.geometry import Array, rotation
from ....schemas import CameraParams
from ....schemas.base import Quat, Vec3
from ...images.camera.cameras import into_camera, project
from .models import ObjectModel

Mask = npt.NDArray[np.bool_]
AROUND = 3
"""The canvas is so many pictures wide and high: what leaves the picture counts as well."""
FINER = 4
"""The drawing's points along a side of a pixel: its lines are as thick as one of them."""
FAR = 1e5
NEAREST = 0.01
"""Triangles that come nearer to the camera are left out, metres."""


def silhouette(model: ObjectModel, pos: Vec3, quat: Quat, camera: CameraParams) -> Mask:
    """Where an object would be seen if it stood alone, drawn from its triangles.

    Args:
        model: of the object.
        pos: of `world_from_object`, metres.
        quat: of `world_from_object`.
        camera: a pinhole.

    Returns:
        (3 H, 3 W), with the picture in the middle.
    """
    local = into_camera(camera, model.points @ rotation(quat).T + np.asarray(pos))
    ahead = (local[:, 2] > NEAREST)[model.faces].all(axis=1)
    size = np.array([AROUND * camera.width, AROUND * camera.height])
    whole = np.zeros(size[::-1], dtype=np.bool_)
    corners = _corners(local, camera)[model.faces[ahead]]
    # What lies far out of the canvas cannot be told in the numbers of a drawing.
    corners = corners[(np.abs(corners) < FAR).all(axis=(1, 2))]
    low = np.maximum(np.floor(corners.min(axis=(0, 1), initial=np.inf)), 0)
    high = np.minimum(np.ceil(corners.max(axis=(0, 1), initial=-np.inf)) + 1, size)
    if (low < high).all():
        (left, top), (right, bottom) = low.astype(int), high.astype(int)
        whole[top:bottom, left:right] = _drawn(corners - low, right - left, bottom - top)
    return whole


def _corners(local: Array, camera: CameraParams) -> Array:
    """Places of points on the canvas (N, 2), pixel centres at whole numbers."""
    safe = np.where(local[:, 2:] > NEAREST, local, [0.0, 0.0, 1.0])
    shift = np.array([camera.width - 0.5, camera.height - 0.5])
    placed: Array = project(camera, safe) + shift
    return placed


def _drawn(corners: Array, width: int, height: int) -> Mask:
    """Triangles (M, 3, 2) as pixels whose centres they cover: drawn finer, and thinned out."""
    canvas = Image.new("1", (width * FINER, height * FINER))
    pen = ImageDraw.Draw(canvas)
    for triangle in np.unique(np.rint(corners * FINER).reshape(-1, 6), axis=0).tolist():
        pen.polygon(triangle, fill=1)
    return np.asarray(canvas)[::FINER, ::FINER]


def inside(whole: Mask) -> Mask:
    """The part of a silhouette that lies in the picture, (H, W)."""
    height, width = whole.shape[0] // AROUND, whole.shape[1] // AROUND
    return whole[height : 2 * height, width : 2 * width]


def box(mask: Mask, corner: tuple[int, int] = (0, 0)) -> list[int]:
    """x, y, width and height about what is set; four times -1 where nothing is.

    Args:
        mask: (H, W).
        corner: column and row of the mask that count as 0.
    """
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    if not len(columns):
        return [-1, -1, -1, -1]
    left, top, right, bottom = (int(x) for x in (columns[0], rows[0], columns[-1], rows[-1]))
    return [left - corner[0], top - corner[1], right - left + 1, bottom - top + 1]
