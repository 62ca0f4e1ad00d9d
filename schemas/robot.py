"""A RobotSpec: what a solver needs to know of an arm with a two-finger gripper."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .base import Model, Name, Quat, Vec3


class RobotSpec(Model):
    """An arm, in the names of its own model file."""

    name: Name
    joints: Annotated[tuple[str, ...], Field(min_length=1)]
    """Arm joints from base to tip."""
    fingers: tuple[str, str]
    hand: str
    """The body that carries the fingers and the wrist camera."""
    home: tuple[float, ...]
    """Arm configuration at rest, radians."""
    tool_pos: Vec3
    """Midpoint between the fingertips in the hand's frame, metres."""
    tool_quat: Quat
    """The tool frame in the hand's frame: +z advances, +y is the closing direction."""
    max_opening: float
    """Between the fingertips, metres."""
    max_velocity: tuple[float, ...]
    """rad/s, each arm joint."""
    max_acceleration: tuple[float, ...]
    """rad/s^2, each arm joint."""
    lead: tuple[float, ...]
    """Velocity feed-forward of the position servo, seconds (kv / kp), each arm joint."""
