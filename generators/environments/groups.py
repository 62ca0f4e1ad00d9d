"""The observations, by group, and the key and shape of each part.

Keys are those of the LeRobot export where it has the same thing, so that a policy that was
trained on the export finds what it knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from ...schemas import SpecError
from ...tasks.rollout.objects import FEATURES

STATE = "observation.state"
TOOL = "observation.tool_pose"
VELOCITY = "observation.velocity"
ENVIRONMENT = "observation.environment_state"
KEYPOINTS = "observation.keypoints"
SEEN_KEYPOINTS = "observation.keypoints_present"
CLOUD = "observation.point_cloud"
CLOUD_OBJECTS = "observation.point_cloud_object"
IMAGES = "observation.images."
INSTRUCTION = "task"
CLOUD_POINTS = 1024
"""Points of a cloud."""
TOLD = 400
"""Letters of an instruction, at most."""


class ObservationGroup(StrEnum):
    """A group of observations a policy may get."""

    robot = "robot"
    objects = "objects"
    keypoints = "keypoints"
    images = "images"
    point_cloud = "point_cloud"
    language = "language"


@dataclass(frozen=True)
class Part:
    """One part of an observation.

    Attributes:
        key: under which it stands.
        shape: of the array; empty for text.
        kind: of its numbers.
    """

    key: str
    shape: tuple[int, ...]
    kind: Literal["float32", "uint8", "int8", "text"]


@dataclass(frozen=True)
class View:
    """An environment's observations; checked against the dataset by whoever makes a view.

    Attributes:
        groups: which parts.
        cameras: names of those that the images and the cloud are of.
        size: width and height of images, pixels.
        objects: rows of the objects' states; a task of fewer is padded with zeros.
        joints: of the arm.
        named: objects of the task, in order.
    """

    groups: tuple[ObservationGroup, ...]
    cameras: tuple[str, ...]
    size: tuple[int, int]
    objects: int
    joints: int
    named: tuple[str, ...]

    def parts(self) -> tuple[Part, ...]:
        """All parts, in order."""
        from .points import POINTS

        rows, (width, height) = self.objects, self.size
        by_group: dict[ObservationGroup, tuple[Part, ...]] = {
            ObservationGroup.robot: (
                Part(STATE, (self.joints + 1,), "float32"),
                Part(TOOL, (7,), "float32"),
                Part(VELOCITY, (self.joints,), "float32"),
            ),
            ObservationGroup.objects: (Part(ENVIRONMENT, (rows * len(FEATURES),), "float32"),),
            ObservationGroup.keypoints: (
                Part(KEYPOINTS, (rows, len(POINTS), 3), "float32"),
                Part(SEEN_KEYPOINTS, (rows, len(POINTS)), "int8"),
            ),
            ObservationGroup.images: tuple(
                Part(f"{IMAGES}{name}", (height, width, 3), "uint8") for name in self.cameras
            ),
            ObservationGroup.point_cloud: (
                Part(CLOUD, (CLOUD_POINTS, 3), "float32"),
                Part(CLOUD_OBJECTS, (CLOUD_POINTS,), "int8"),
            ),
            ObservationGroup.language: (Part(INSTRUCTION, (), "text"),),
        }
        return tuple(part for group in self.groups for part in by_group[group])


def chosen_groups(names: tuple[str, ...]) -> tuple[ObservationGroup, ...]:
    """The groups of these names, in the order in which observations hold them.

    Raises:
        SpecError: there is no such group, or none is named.
    """
    known = [group.value for group in ObservationGroup]
    for name in names:
        if name not in known:
            raise SpecError(f"observations: no group {name!r}; allowed: {', '.join(known)}")
    if not names:
        raise SpecError(f"observations: name at least one of {', '.join(known)}")
    return tuple(group for group in ObservationGroup if group.value in names)
