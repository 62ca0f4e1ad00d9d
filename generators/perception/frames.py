"""A labelled frame of a dataset as a view to observe."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...scenes.core.geometry import transform
from ...scenes.observation.view import DepthView, checked_depth
from ...schemas import FrameRecord, SpecError
from ..dataset import Dataset
from ..decoding import read_picture

NEEDED = ("depth_linear", "seg_instance")


def frame_view(dataset: Dataset, frame_id: str) -> DepthView:
    """The view of a frame, with the categories of its objects as labels.

    Raises:
        SpecError: where there is no such frame, or it lacks depth or instances.
    """
    frames = {frame.id: frame for frame in dataset.frames()}
    frame = frames.get(frame_id)
    if frame is None:
        some = ", ".join(list(frames)[:4]) or "none"
        raise SpecError(f"{dataset.root}: no frame {frame_id!r}; there are {some} ...")
    missing = [label for label in NEEDED if label not in frame.files]
    if missing:
        raise SpecError(
            f"{dataset.root}: frame {frame_id} has no {' and no '.join(missing)}; add them to "
            "render.labels"
        )
    camera = frame.camera_params
    raw = _image(dataset, frame, "depth_linear").astype(np.float64) * frame.depth_scale
    rgb = _image(dataset, frame, "rgb") if "rgb" in frame.files else None
    return DepthView(
        depth=checked_depth(raw, frame.files["depth_linear"]),
        masks=_image(dataset, frame, "seg_instance").astype(np.int32),
        labels={thing.instance_id: _label(thing.name, thing.category) for thing in frame.objects},
        names={thing.instance_id: thing.name for thing in frame.objects},
        focal=(camera.fx, camera.fy),
        centre=(camera.cx, camera.cy),
        rgb=rgb,
        world_from_camera=transform(camera.pos, camera.quat),
    )


def _label(name: str, category: str) -> str:
    """The category; the robot is no object to observe."""
    return "robot" if name == "robot" else category


def _image(dataset: Dataset, frame: FrameRecord, label: str) -> npt.NDArray[Any]:
    return read_picture(dataset.file(frame.files[label]))
