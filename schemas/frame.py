"""A Frame: one rendered view with its labels, as it is saved."""

from __future__ import annotations

from typing import Literal

from .base import Model, Name, Quat, Vec2, Vec3

LabelName = Literal[
    "rgb",
    "depth_linear",
    "normal",
    "seg_instance",
    "seg_semantic",
    "bbox_2d_tight",
    "bbox_2d_loose",
    "bbox_3d",
    "poses",
    "joint_states",
    "predicate_states",
    "camera_params",
]
"""OmniGibson's VisionSensor names, and the state labels of this package."""

Box2 = tuple[int, int, int, int]
"""x_min, y_min, x_max, y_max in pixels; the maxima lie one past the last pixel."""


class CameraParams(Model):
    """A pinhole camera at the moment of the picture, in OpenCV's convention."""

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    """Pixel centres lie at whole numbers plus one half."""
    pos: Vec3
    """Translation of `world_from_camera`, metres."""
    quat: Quat
    """Rotation of `world_from_camera`: +z looks, +x right, +y down."""


class Box3(Model):
    """An oriented box: `world_from_box` and full extents, metres."""

    centre: Vec3
    quat: Quat
    extents: Vec3


class ObjectLabel(Model):
    """What is known of one object in one view. Fields of labels not asked for are None."""

    name: Name
    category: str
    instance_id: int
    """Its value in the instance mask; 0 is background."""
    semantic_id: int
    visible_pixels: int
    bbox_2d_tight: Box2 | None = None
    """Around the visible pixels; None where nothing is visible."""
    bbox_2d_loose: tuple[float, float, float, float] | None = None
    """Around the whole object's projection, unoccluded and clipped to the image."""
    bbox_3d: Box3 | None = None
    pos: Vec3 | None = None
    quat: Quat | None = None
    """`world_from_object`."""
    joints: dict[str, float] | None = None


class FrameRecord(Model):
    """One view: where its images are and what is in it."""

    id: Name
    scene: Name
    episode: Name | None = None
    step: int | None = None
    """State index within the episode: 0 is before the first action."""
    camera: Name
    vary: dict[str, float | int | str] = {}
    """The value of each swept parameter."""
    files: dict[str, str] = {}
    """Label name to the image's path, relative to the dataset folder."""
    depth_scale: float = 0.0001
    """Metres per unit of the 16-bit depth image; 0 means nothing was hit."""
    camera_params: CameraParams
    objects: tuple[ObjectLabel, ...]
    predicates: tuple[str, ...] | None = None
    """The ground BDDL literals that hold."""


class VideoRecord(Model):
    """A camera's video of an episode: frame k shows state k, k = 0 .. steps - 1."""

    episode: Name
    camera: Name
    path: str
    """Relative to the dataset folder."""
    frames: int
    hz: int
    size: Vec2
    """Width, height in pixels."""
