"""Frames for people: masks and boxes over the picture, depth and normals in colour."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from ...schemas import DatasetError, FrameRecord
from ..dataset import Dataset
from ..decoding import read_picture
from ..report.pictures import DEPTH_STOPS, instance_colour

Pixels = npt.NDArray[np.uint8]
TINT = 0.45
"""How much of a mask's colour an overlay mixes in."""
WIDE = 0.1
"""Share of the picture from which on a mask is tinted less: a table must not drown the rest."""
VIEWS = ("rgb", "overlay", "depth", "normal")


def view(dataset: Dataset, frame: FrameRecord, kind: str) -> Pixels:
    """A frame as rgb, overlay, depth or normal, (H, W, 3).

    Raises:
        DatasetError: where the frame lacks what it takes.
    """
    if kind == "overlay":
        masks = read(dataset, frame, "seg_instance")
        return overlay(read(dataset, frame, "rgb"), masks, frame)
    if kind == "depth":
        return colour_depth(read(dataset, frame, "depth_linear") * frame.depth_scale)
    if kind == "normal":
        return colour_normals(read(dataset, frame, "normal"))
    return read(dataset, frame, "rgb")


def read(dataset: Dataset, frame: FrameRecord, label: str) -> npt.NDArray[Any]:
    """An image of a frame.

    Raises:
        DatasetError: where it has none, or a damaged one.
    """
    if label not in frame.files:
        have = ", ".join(frame.files)
        raise DatasetError(f"frame {frame.id} has no {label}; it has {have}; see render.labels")
    return read_picture(dataset.file(frame.files[label]))


def overlay(picture: Pixels, masks: npt.NDArray[Any], frame: FrameRecord) -> Pixels:
    """The picture (H, W, 3) with each visible object's mask tinted and rimmed, and its box."""
    mixed = picture.astype(np.float64)
    rim = _rims(masks)
    seen = [label for label in frame.objects if label.visible_pixels]
    for label in seen:
        colour = np.array(instance_colour(label.instance_id))
        mine = masks == label.instance_id
        tint = TINT * min(1.0, WIDE / mine.mean()) ** 0.5
        mixed[mine] = (1 - tint) * mixed[mine] + tint * colour
        mixed[mine & rim] = colour
    made = Image.fromarray(np.rint(mixed).astype(np.uint8))
    pen = ImageDraw.Draw(made)
    for label in seen:
        if label.bbox_2d_tight is not None:
            left, top, right, bottom = label.bbox_2d_tight
            pen.rectangle(
                (left, top, right - 1, bottom - 1), outline=instance_colour(label.instance_id)
            )
    return np.asarray(made)


def _rims(masks: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """(H, W): pixels with another mask to the left, to the right, above or below."""
    rim = np.zeros(masks.shape, dtype=np.bool_)
    down, right = masks[1:] != masks[:-1], masks[:, 1:] != masks[:, :-1]
    rim[1:] |= down
    rim[:-1] |= down
    rim[:, 1:] |= right
    rim[:, :-1] |= right
    return rim


def colour_depth(depth: npt.NDArray[np.floating]) -> Pixels:
    """Depth (H, W), metres, light where near and dark where far; black where nothing was hit."""
    hit = depth > 0
    if not hit.any():
        return np.zeros((*depth.shape, 3), dtype=np.uint8)
    near, far = np.quantile(depth[hit], (0.01, 0.99)).tolist()
    share: npt.NDArray[np.floating] = np.clip((depth - near) / max(far - near, 1e-6), 0.0, 1.0) * (
        len(DEPTH_STOPS) - 1
    )
    stops = np.arange(len(DEPTH_STOPS))
    painted = np.stack([np.interp(share, stops, DEPTH_STOPS[:, c]) for c in range(3)], axis=-1)
    painted[~hit] = 0
    return painted.astype(np.uint8)


def colour_normals(coded: Pixels) -> Pixels:
    """Stored normals (H, W, 3) as is usual: right red, up green, towards the camera blue."""
    known = coded.any(axis=-1, keepdims=True)
    shown = np.concatenate([coded[..., :1], 254 - coded[..., 1:]], axis=-1)
    return np.where(known, shown, 0).astype(np.uint8)
