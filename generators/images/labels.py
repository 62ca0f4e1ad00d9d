"""From what pixels see to what is known of each object."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false
from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ...scenes.mujoco_model import CompiledScene
from ...schemas import Box3, CameraParams, LabelName, ObjectLabel
from ...schemas.base import Quat, Vec3
from ...schemas.frame import Box2
from .amodal import Amodal
from .keypoints import Mark, Marks, keypoints, marks_at, marks_of
from .outlines import (
    Outline,
    body_instances,
    boxes_2d,
    boxes_3d,
    outline,
    spans,
    truncated,
    upright,
)
from .parts import Parts, parts_of
from .semantics import ROBOT_CATEGORY, semantic_id

ROBOT_NAME = "robot"


@dataclass(frozen=True)
class Instance:
    """One thing that gets labels: an object of the scene, or the robot."""

    name: str
    category: str
    instance_id: int
    semantic_id: int


class Labeller:
    """Labels views of one compiled scene.

    Attributes:
        world: the scene, compiled with visual detail.
        instances: the scene's objects in order, ids from 1, then the robot.
        geom_instances: (ngeom,) instance id of each geom, 0 for the surroundings.
    """

    def __init__(self, world: CompiledScene) -> None:
        """Prepare the lookup tables; cheap where meshes were seen before."""
        self.world = world
        # A cousin of another kind is labelled as what it is, not as what it stands in for.
        names = [(o.name, world.asset_of(o.name).category) for o in world.scene.objects]
        names.append((ROBOT_NAME, ROBOT_CATEGORY))
        self.instances = tuple(
            Instance(name, category, place, semantic_id(category))
            for place, (name, category) in enumerate(names, start=1)
        )
        width = np.uint8 if len(names) < 256 else np.uint16
        self.geom_instances = body_instances(world)[world.model.geom_bodyid]
        self._instance_of = np.append(0, self.geom_instances).astype(width)
        semantic = [0, *(thing.semantic_id for thing in self.instances)]
        self._semantic_of = np.array(semantic, dtype=np.uint16)[self._instance_of]
        self._outline: Outline = outline(world)

    def instance_mask(self, geoms: npt.NDArray[np.int32]) -> npt.NDArray[Any]:
        """Instance id of each pixel, (H, W), uint8 where fewer than 256 instances, else uint16.

        Args:
            geoms: (H, W), 1 + geom id, as in `Truth`.
        """
        return self._instance_of[geoms]

    def semantic_mask(self, geoms: npt.NDArray[np.int32]) -> npt.NDArray[np.uint16]:
        """Semantic id of each pixel, (H, W)."""
        mask: npt.NDArray[np.uint16] = self._semantic_of[geoms]
        return mask

    @cached_property
    def parts(self) -> Parts:
        """The ids of all links."""
        return parts_of(self.world)

    @cached_property
    def _marks(self) -> dict[str, tuple[Mark, ...]]:
        """The points that are fixed to links, by content hash of the asset."""
        return {key: marks_of(asset, key) for key, asset in self.world.assets.items()}

    def state(self, data: Any, labels: tuple[LabelName, ...]) -> State:
        """What no camera changes: boxes, poses, joints and keypoints at the state in `data`."""
        points = self._outline.world(data)
        asked = set(labels)
        boxes: dict[int, Box3] = {}
        if asked & {"bbox_3d", "keypoints"}:
            boxes = boxes_3d(self._outline, points, data)
        return State(
            points=points,
            boxes=boxes if "bbox_3d" in asked else {},
            poses=self.poses(data) if "poses" in asked else {},
            joints=self._joints(data) if "joint_states" in asked else {},
            marks=marks_at(self.world, data, boxes, self._marks) if "keypoints" in asked else None,
        )

    def objects(
        self, seen: Seen, state: State, labels: tuple[LabelName, ...]
    ) -> tuple[ObjectLabel, ...]:
        """The label of every instance in one view, seen or not.

        Args:
            seen: the view.
            state: of its moment.
            labels: what is asked for.
        """
        pixels = np.bincount(seen.mask.ravel(), minlength=len(self.instances) + 1)
        extent = spans(self._outline, state.points, seen.camera)
        tight = tight_boxes(seen.mask) if "bbox_2d_tight" in labels else {}
        loose = boxes_2d(extent, seen.camera) if "bbox_2d_loose" in labels else {}
        cut = truncated(extent, seen.camera) if "visible_fraction" in labels else {}
        whole = seen.amodal if "visible_fraction" in labels else None
        marks = state.marks
        points = None if marks is None else keypoints(marks, seen.depth, seen.camera)
        found: list[ObjectLabel] = []
        for thing in self.instances:
            key = thing.instance_id
            pos, quat = state.poses.get(key, (None, None))
            found.append(
                ObjectLabel(
                    name=thing.name,
                    category=thing.category,
                    instance_id=key,
                    semantic_id=thing.semantic_id,
                    visible_pixels=int(pixels[key]),
                    visible_fraction=None
                    if whole is None
                    else whole.fraction(key, int(pixels[key])),
                    truncated=cut.get(key),
                    bbox_2d_tight=tight.get(key),
                    bbox_2d_loose=loose.get(key),
                    bbox_3d=state.boxes.get(key),
                    pos=pos,
                    quat=quat,
                    joints=state.joints.get(key),
                    keypoints=None if points is None else points.get(key, ()),
                    parts=self.parts.names[key] if "seg_part" in labels else None,
                )
            )
        return tuple(found)

    def poses(self, data: Any) -> dict[int, tuple[Vec3, Quat]]:
        """`world_from_object` of every instance's root, by instance id."""
        world = self.world
        bodies = [world.objects[x.name].body for x in world.scene.objects] + [world.robot.base]
        positions = np.asarray(data.xpos)[bodies].tolist()
        turns = upright(np.asarray(data.xquat)[bodies]).tolist()
        return {
            place: (tuple(pos), tuple(quat))
            for place, (pos, quat) in enumerate(zip(positions, turns, strict=True), start=1)
        }

    def _joints(self, data: Any) -> dict[int, dict[str, float]]:
        world = self.world
        found = {
            place: {
                name: float(data.qpos[joint.qpos])
                for name, joint in world.objects[thing.name].joints.items()
            }
            for place, thing in enumerate(world.scene.objects, start=1)
        }
        robot = world.robot
        names = (*robot.spec.joints, *robot.spec.fingers)
        places = [*robot.arm_qpos, *robot.fingers]
        found[len(found) + 1] = {
            name: float(data.qpos[place]) for name, place in zip(names, places, strict=True)
        }
        return found


@dataclass(frozen=True)
class State:
    """What is known of all instances at one moment, by instance id.

    Attributes:
        points: (N, 3) the outline's points in the world.
        boxes: 3D boxes.
        poses: `world_from_object` of the root link, and of the robot's base.
        joints: joint positions, metres or radians.
        marks: keypoints; None where they are not asked for.
    """

    points: npt.NDArray[np.float64]
    boxes: dict[int, Box3]
    poses: dict[int, tuple[Vec3, Quat]]
    joints: dict[int, dict[str, float]]
    marks: Marks | None


@dataclass(frozen=True)
class Seen:
    """What labels of objects are read from in one view.

    Attributes:
        mask: (H, W) instance ids.
        depth: (H, W), metres along the optical axis; 0 where nothing was hit.
        amodal: whole objects; None where no label needs them.
        camera: of the view.
    """

    mask: npt.NDArray[Any]
    depth: npt.NDArray[np.float32]
    amodal: Amodal | None
    camera: CameraParams


def tight_boxes(mask: npt.NDArray[Any]) -> dict[int, Box2]:
    """The box around the pixels of each instance that has any, by instance id."""
    from scipy.ndimage import find_objects

    found: dict[int, Box2] = {}
    for place, part in enumerate(find_objects(mask.astype(np.int32)), start=1):
        if part is not None:
            rows, columns = part
            found[place] = (columns.start, rows.start, columns.stop, rows.stop)
    return found
