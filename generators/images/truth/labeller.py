"""Which thing each geom belongs to, and what is known of all things at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ....scenes.model.mujoco_model import CompiledScene
from ....schemas import Box3
from ....schemas.base import Quat, Vec3
from .keypoints import Mark, marks_of
from .outlines import Outline, body_instances, boxes_3d, outline, root_bodies, upright
from .parts import LinkIds, parts_of
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
        instances: the scene's objects in order, ids from 1, then the robot, if there is one.
        geom_instances: (ngeom,) instance id of each geom, 0 for the surroundings.
    """

    def __init__(self, world: CompiledScene) -> None:
        """Prepare the lookup tables; cheap where meshes were seen before."""
        self.world = world
        # A cousin of another kind is labelled as what it is, not as what it stands in for.
        names = [(o.name, world.asset_of(o.name).category) for o in world.scene.objects]
        if world.mounted is not None:
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

    def instance_mask(self, geoms: npt.NDArray[np.int32]) -> npt.NDArray[Any]:
        """Instance id of each pixel, (H, W), uint8 where fewer than 256 instances, else uint16.

        Args:
            geoms: (H, W), 1 + geom id, as in `GBuffer`.
        """
        return self._instance_of[geoms]

    def semantic_mask(self, geoms: npt.NDArray[np.int32]) -> npt.NDArray[np.uint16]:
        """Semantic id of each pixel, (H, W)."""
        mask: npt.NDArray[np.uint16] = self._semantic_of[geoms]
        return mask

    @cached_property
    def parts(self) -> LinkIds:
        """The ids of all links."""
        return parts_of(self.world)

    @cached_property
    def outline(self) -> Outline:
        """The convex corners of all instances."""
        return outline(self.world)

    @cached_property
    def marks(self) -> dict[str, tuple[Mark, ...]]:
        """The points that are fixed to links, by content hash of the asset."""
        return {key: marks_of(asset, key) for key, asset in self.world.assets.items()}

    def boxes(self, data: Any) -> dict[int, Box3]:
        """3D boxes at the state in `data`, by instance id; none of what is not drawn."""
        return boxes_3d(self.outline, self.outline.world(data), data)

    def poses(self, data: Any) -> dict[int, tuple[Vec3, Quat]]:
        """`world_from_object` of every instance's root, by instance id."""
        world = self.world
        bodies = root_bodies(world)
        positions = np.asarray(data.xpos)[bodies].tolist()
        turns = upright(np.asarray(data.xquat)[bodies]).tolist()
        return {
            place: (tuple(pos), tuple(quat))
            for place, (pos, quat) in enumerate(zip(positions, turns, strict=True), start=1)
        }

    def joints(self, data: Any) -> dict[int, dict[str, float]]:
        """Positions of all joints by name, metres or radians, by instance id."""
        world = self.world
        found = {
            place: {
                name: float(data.qpos[joint.qpos])
                for name, joint in world.objects[thing.name].joints.items()
            }
            for place, thing in enumerate(world.scene.objects, start=1)
        }
        robot = world.mounted
        if robot is None:
            return found
        names = (*robot.spec.joints, *robot.spec.fingers)
        places = [*robot.arm_qpos, *robot.fingers]
        found[len(found) + 1] = {
            name: float(data.qpos[place]) for name, place in zip(names, places, strict=True)
        }
        return found
