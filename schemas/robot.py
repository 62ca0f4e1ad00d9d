"""Robots: what a solver needs to know of an arm with a two-finger gripper, and where it is from."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from .base import Model, Name, Quat, Vec3
from .locations import misplaced

Positive = Annotated[float, Field(gt=0)]
NO_ROBOT: Final = "none"
"""In the place of a robot's name: scenes have none."""
GRASP_MARGIN = 0.010
"""By how much the fingers open wider than the widest thing that they are planned to hold,
metres: 5 mm on each side to come down past it."""


class GripperSpec(Model):
    """Two fingers that come together: every joint of theirs moves with one number, the opening."""

    joints: dict[str, tuple[float, float]]
    """Each finger joint's position with the fingertips together, and fully apart."""
    drives: dict[str, str]
    """Each actuator of the gripper, with the joint whose position it commands."""
    openings: tuple[float, ...]
    """Between the fingertips, metres, at equal steps of the joints from together to apart."""

    @model_validator(mode="after")
    def _rising(self) -> Self:
        steps = list(pairwise(self.openings))
        if not steps or self.openings[0] < 0 or any(a >= b for a, b in steps):
            raise misplaced(f"must rise from 0 or more, got {list(self.openings)}", "openings")
        unknown = set(self.drives.values()) - set(self.joints)
        if unknown:
            raise misplaced(f"{sorted(unknown)} are not among the joints", "drives")
        return self


class RobotSpec(Model):
    """An arm, in the names of its own model file."""

    name: Name
    joints: Annotated[tuple[str, ...], Field(min_length=1)]
    """Arm joints from base to tip; each has a position actuator of the same name."""
    gripper: GripperSpec
    base: str = "base"
    """The body that stands on the support."""
    hand: str
    """The body that carries the fingers and the wrist camera: +z advances, +y is the closing
    direction."""
    home: tuple[float, ...]
    """Arm configuration at rest, radians."""
    tool_pos: Vec3
    """Midpoint between the fingertips in the hand's frame, metres."""
    tool_quat: Quat
    """The tool frame in the hand's frame: +z advances, +y is the closing direction."""
    max_velocity: tuple[float, ...]
    """rad/s, each arm joint."""
    max_acceleration: tuple[float, ...]
    """rad/s^2, each arm joint."""
    lead: tuple[float, ...]
    """Velocity feed-forward of the position servo, seconds (kv / kp), each arm joint."""

    @property
    def max_opening(self) -> float:
        """Between the fingertips, metres."""
        return self.gripper.openings[-1]

    @property
    def widest_grasp(self) -> float:
        """Thickness of the widest thing that the fingers are planned to hold, metres."""
        return self.span(GRASP_MARGIN)

    def span(self, margin: float) -> float:
        """The widest opening less a margin, metres, to the micrometre."""
        return round(self.max_opening - margin, 6)

    @property
    def fingers(self) -> tuple[str, ...]:
        """The gripper's joints."""
        return tuple(self.gripper.joints)


class MountedModel(Model):
    """A second model file, such as a gripper, and where it is screwed on."""

    model: str
    """As `RobotFile.model`."""
    on: str
    """Body of the arm that carries it."""
    pos: Vec3 = (0.0, 0.0, 0.0)
    """Of its root body in that body's frame, metres."""
    quat: Quat = (1.0, 0.0, 0.0, 0.0)


class GripperFile(Model):
    """How the fingers move, and which geoms touch."""

    joints: Annotated[dict[str, tuple[float, float]], Field(min_length=1)]
    """Each finger joint's position with the fingertips together, and fully apart. Joints of a
    mounted model are named `gripper/NAME`."""
    drives: Annotated[tuple[str, ...], Field(min_length=1)]
    """The joints that are driven; the others follow the first one of them."""
    pads: tuple[str, str]
    """Bodies of the two fingertip pads: they face each other along the hand's y."""
    gain: Positive
    """Of the driven joints' position servos, N/m or Nm/rad."""
    force: Positive
    """Most that they give, N or Nm."""


class RobotFile(Model):
    """A robot of one's own: the YAML file that `robot:` names."""

    name: Name
    model: str
    """MJCF or URDF: a path relative to this file, or `PACKAGE:PATH` within an installed package."""
    mesh_folder: str | None = None
    """Where the MJCF's meshes lie, relative to the model, if not where it says itself."""
    gripper_model: MountedModel | None = None
    """Where the gripper is a model file of its own."""
    base: str
    """The body that stands on the support."""
    joints: Annotated[tuple[str, ...], Field(min_length=4)]
    """Arm joints from base to tip."""
    home: tuple[float, ...]
    """Arm configuration at rest, radians: the hand above the support in front, looking down."""
    hand: str
    """The body that carries the fingers: +z advances, +y is the closing direction."""
    tool: Vec3 | None = None
    """Midpoint between the fingertips in the hand's frame, metres; the pads' own, if not said."""
    gripper: GripperFile
    max_velocity: tuple[Positive, ...]
    """rad/s, each arm joint."""
    max_acceleration: tuple[Positive, ...]
    """rad/s^2, each arm joint."""
    stiffness: tuple[Positive, ...]
    """Gain of the arm's position servos, Nm/rad, each joint."""
    max_force: tuple[Positive, ...]
    """Nm, each arm joint."""

    @model_validator(mode="after")
    def _lengths(self) -> Self:
        count = len(self.joints)
        for name in ("home", "max_velocity", "max_acceleration", "stiffness", "max_force"):
            if len(getattr(self, name)) != count:
                got = len(getattr(self, name))
                raise misplaced(f"needs {count} numbers, one per joint, got {got}", name)
        unknown = set(self.gripper.drives) - set(self.gripper.joints)
        if unknown:
            raise misplaced(
                f"{sorted(unknown)} are not among gripper.joints; "
                f"there are {sorted(self.gripper.joints)}",
                *("gripper", "drives"),
            )
        return self
