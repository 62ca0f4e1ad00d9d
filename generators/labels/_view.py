"""A view as labels see it. What several labels need is worked out once, when one first asks."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ...schemas import Box3, CameraParams, PluginError
from ...schemas.base import Quat, Vec3
from ..images.camera.view import GBuffer, Rgb
from ..images.raster.silhouettes import Words
from ..images.truth.amodal import Amodal
from ..images.truth.flow import PoseSnapshot
from ..images.truth.keypoints import Marks, marks_at
from ..images.truth.labeller import Labeller
from ..images.truth.outlines import Spans, boxes_3d, spans
from ..images.truth.poses import Poses
from ..images.truth.worlds import PreparedScene
from . import Reads


@dataclass(frozen=True)
class LabelMoment:
    """The state of a scene, which no camera changes. By instance id where not said otherwise.

    Attributes:
        ready: the scene.
        poses: of its bodies.
        known: the literals that hold; None where no label reads them.
    """

    ready: PreparedScene
    poses: Poses
    known: Future[tuple[str, ...]] | None = None

    @property
    def labeller(self) -> Labeller:
        """Which thing each geom belongs to."""
        return self.ready.labeller

    @property
    def facts(self) -> tuple[str, ...]:
        """The ground literals that hold, such as `ontop mug table`.

        Raises:
            PluginError: the label does not read `Reads.FACTS`.
        """
        if self.known is None:
            raise _undeclared(Reads.FACTS)
        return self.known.result()

    @cached_property
    def points(self) -> npt.NDArray[np.float64]:
        """(N, 3) the outline's points in the world, metres."""
        return self.labeller.outline.world(self.poses)

    @cached_property
    def boxes(self) -> dict[int, Box3]:
        """3D boxes."""
        return boxes_3d(self.labeller.outline, self.points, self.poses)

    @cached_property
    def places(self) -> dict[int, tuple[Vec3, Quat]]:
        """`world_from_object` of the root link, and of the robot's base."""
        return self.labeller.poses(self.poses)

    @cached_property
    def joints(self) -> dict[int, dict[str, float]]:
        """Positions of joints by name, metres or radians."""
        return self.labeller.joints(self.poses)

    @cached_property
    def marks(self) -> Marks:
        """Keypoints in the world."""
        return marks_at(self.ready.world, self.poses, self.boxes, self.labeller.marks)


@dataclass(frozen=True)
class LabelView:
    """One camera's view of a moment.

    Attributes:
        moment: the state of the scene.
        camera: of the view.
        seen: depth and geom of each pixel; None where no label reads them.
        whole: bits of whole objects for each pixel; None where no label reads them.
        pixels: (H, W, 3) the picture; None where the label does not read it.
        after: the camera's next keyframe; None where there is none.
    """

    moment: LabelMoment
    camera: CameraParams
    seen: GBuffer | None = None
    whole: Words | None = None
    pixels: Rgb | None = None
    after: PoseSnapshot | None = None

    @property
    def labeller(self) -> Labeller:
        """Which thing each geom belongs to."""
        return self.moment.labeller

    @property
    def truth(self) -> GBuffer:
        """Depth and geom of each pixel.

        Raises:
            PluginError: the label does not read `Reads.TRUTH`.
        """
        if self.seen is None:
            raise _undeclared(Reads.TRUTH)
        return self.seen

    @property
    def picture(self) -> Rgb:
        """The picture, (H, W, 3).

        Raises:
            PluginError: the label does not read `Reads.COLOUR`.
        """
        if self.pixels is None:
            raise _undeclared(Reads.COLOUR)
        return self.pixels

    @cached_property
    def mask(self) -> npt.NDArray[Any]:
        """(H, W) instance id of each pixel; uint8 where fewer than 256 instances, else uint16."""
        return self.labeller.instance_mask(self.truth.geoms)

    @cached_property
    def visible(self) -> list[int]:
        """Visible pixels of each instance, by instance id; those of the background at 0."""
        counted = np.bincount(self.mask.ravel(), minlength=len(self.labeller.instances) + 1)
        found: list[int] = counted.tolist()
        return found

    @cached_property
    def extent(self) -> Spans:
        """How far instances reach across the image, unoccluded."""
        return spans(self.labeller.outline, self.moment.points, self.camera)

    @cached_property
    def amodal(self) -> Amodal:
        """Whole objects.

        Raises:
            PluginError: the label does not read `Reads.SILHOUETTES`.
        """
        if self.whole is None:
            raise _undeclared(Reads.SILHOUETTES)
        return Amodal.of(self.whole, len(self.labeller.instances))


def _undeclared(what: Reads) -> PluginError:
    return PluginError(f"a label takes {what.value!r} of a view: its `reads` must name it")
