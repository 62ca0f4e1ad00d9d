"""A Frame: one rendered view with its labels, as it is saved."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .base import Model, Name, Quat, Vec2, Vec3, unset
from .plugin_name import PluginName

LabelName = Annotated[str, PluginName("labels")]
"""OmniGibson's VisionSensor names where it has one, and further labels of this package."""

Box2 = tuple[int, int, int, int]
"""x_min, y_min, x_max, y_max in pixels; the maxima lie one past the last pixel."""


class CameraParams(Model):
    """A camera at the moment of the picture, in OpenCV's convention."""

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
    distortion: Vec2 = (0.0, 0.0)
    """Radial k1 and k2: a point at x, y and distance 1 ahead, r^2 = x^2 + y^2, is seen where a
    pinhole would see (1 + k1 r^2 + k2 r^4) (x, y)."""
    tangential: Vec2 = Field(default=(0.0, 0.0), exclude_if=unset)
    """OpenCV's p1 and p2, which follow k1 and k2 in its order; not stored where both are 0."""

    @property
    def coefficients(self) -> tuple[float, float, float, float]:
        """k1, k2, p1, p2: OpenCV's `distCoeffs`."""
        return (*self.distortion, *self.tangential)

    @property
    def bends(self) -> bool:
        """Whether the lens distorts."""
        return any(self.coefficients)


class Box3(Model):
    """An oriented box: `world_from_box` and full extents, metres."""

    centre: Vec3
    quat: Quat
    extents: Vec3


KeypointKind = Literal["corner", "handle", "grasp", "opening"]
Visibility = Literal[0, 1, 2]
"""0 outside the image or behind the camera, 1 hidden, 2 seen."""


class Keypoint(Model):
    """A named point of an object, in the image and in the world."""

    name: str
    """`corner_0` .. `corner_7`, `handle_NAME`, `grasp_0`, `grasp_1`, `opening_NAME`."""
    kind: KeypointKind
    pos: Vec3
    """In the world, metres."""
    pixel: Vec2 | None
    """x, y in the image, which it may lie outside of; None where it is behind the camera."""
    visibility: Visibility


class ObjectLabel(Model):
    """The labels of one object in one view. Fields of labels not asked for are None."""

    name: Name
    category: str
    instance_id: int
    """Its value in the instance mask; 0 is background."""
    semantic_id: int
    visible_pixels: int
    visible_fraction: float | None = None
    """Visible pixels over those that it would fill within the image if it stood alone; None
    where these are none."""
    truncated: bool | None = None
    """Whether the image's edge cuts its projection, or all of it is out of view."""
    bbox_2d_tight: Box2 | None = None
    """Around the visible pixels; None where nothing is visible."""
    bbox_2d_loose: tuple[float, float, float, float] | None = None
    """Around the whole object's projection, unoccluded and clipped to the image."""
    bbox_3d: Box3 | None = None
    pos: Vec3 | None = None
    quat: Quat | None = None
    """`world_from_object`."""
    joints: dict[str, float] | None = None
    keypoints: tuple[Keypoint, ...] | None = None
    parts: dict[str, int] | None = None
    """Link name to its value in the part mask."""


class GraphNode(Model):
    """An object in a scene graph."""

    name: Name
    category: str
    instance_id: int
    asset: Name
    pos: Vec3
    quat: Quat
    """`world_from_object`."""
    states: tuple[str, ...]
    """The unary predicates that hold of it."""


class GraphEdge(Model):
    """A binary predicate that holds."""

    predicate: str
    subject: Name
    object: Name


class SceneGraph(Model):
    """The objects of a scene, and how they stand to each other."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]


class AmodalMasks(Model):
    """Masks of whole objects as COCO's compressed run lengths, by instance id."""

    size: tuple[int, int]
    """Height and width, as in COCO."""
    counts: dict[int, str]
    """Without objects that are out of view."""


class FrameRecord(Model):
    """One view: where its images are and what is in it."""

    id: Name
    scene: Name
    episode: Name | None = None
    step: int | None = None
    """State index within the episode: 0 is before the first action."""
    camera: Name
    vary: dict[str, bool | int | float | str] = {}
    """The value of each swept parameter."""
    files: dict[str, str] = {}
    """Label name to its file's path, relative to the dataset folder: `rgb`, `depth`,
    `depth_linear`, `normal`, `flow`, `seg_*`, `point_cloud`, `scene_graph`."""
    depth_scale: float = 0.0001
    """Metres per unit of the 16-bit depth images; 0 means nothing was hit."""
    camera_params: CameraParams
    objects: tuple[ObjectLabel, ...]
    predicates: tuple[str, ...] | None = None
    """The ground BDDL literals that hold."""


class SkippedRecord(Model):
    """A value of a sweep that a scene could not take."""

    scene: Name
    camera: Name | None = None
    """The only camera that is concerned; None is all of them."""
    vary: dict[str, bool | int | float | str]
    reason: str

    @property
    def text(self) -> str:
        """The values and the reason, as one line."""
        values = ", ".join(f"{path} = {value}" for path, value in self.vary.items())
        return f"{self.scene}: {values}: {self.reason}"


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
