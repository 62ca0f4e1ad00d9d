"""Variation of a scene's physics: the paths of `physics.vary`, their ranges, and their drawing.

Values are drawn once per scene and stored in it; the simulator applies them wherever the scene is
compiled, so that solving, replay and rollouts have the same physics.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from pydantic import model_validator

from .base import Model
from .locations import misplaced
from .parameter import Parameter, beyond
from .plugins import offer

EVERY: Final = "*"
"""In the place of an object's name: each thing on the support, with a draw of its own."""


@dataclass(frozen=True)
class PhysicsPath:
    """Paths of one pattern.

    Attributes:
        pattern: with NAME for an object.
        low: least number.
        high: greatest number.
        meaning: of the number, with its unit.
        of_joints: it says nothing of things without joints.
    """

    pattern: str
    low: float
    high: float
    meaning: str
    of_joints: bool = False

    def match(self, path: str) -> re.Match[str] | None:
        """The match of a path of this pattern; its group `name` is the object, if there is one."""
        expression = re.escape(self.pattern).replace("NAME", r"(?P<name>[\w\-]+|\*)")
        return re.fullmatch(expression, path)

    def of(self, name: str) -> str:
        """The path of one object."""
        return self.pattern.replace("NAME", name)


SCALE = PhysicsPath(
    "object.NAME.scale", 0.5, 2.0, "times its size: all lengths, masses by the cube"
)
GRAVITY = PhysicsPath("gravity", 0.5, 30.0, "m/s^2, downwards; 9.81 unless said")
FRICTION = PhysicsPath("friction", 0.2, 4.0, "times the sliding friction of every contact")
MASS = PhysicsPath("object.NAME.mass", 0.1, 10.0, "times its mass and inertia")
OBJECT_FRICTION = PhysicsPath(
    "object.NAME.friction", 0.2, 4.0,
    "times its own sliding friction, which then counts whatever it touches, the fingers too",
)  # fmt: skip
DAMPING = PhysicsPath(
    "object.NAME.damping", 0.0, 50.0, "times the damping of its joints", of_joints=True
)
JOINT_FRICTION = PhysicsPath(
    "object.NAME.joint_friction", 0.0, 20.0, "times the dry friction of its joints",
    of_joints=True,
)  # fmt: skip
STIFFNESS = PhysicsPath(
    "object.NAME.stiffness", 0.0, 50.0,
    "N/m or Nm/rad of a spring that pulls each of its joints shut", of_joints=True,
)  # fmt: skip
GAINS = PhysicsPath(
    "robot.gains", 0.25, 4.0,
    "times the stiffness of the arm's servos; their damping follows as the square root",
)  # fmt: skip
ROBOT_DAMPING = PhysicsPath("robot.damping", 0.25, 4.0, "times the damping of the arm's servos")
LATENCY = PhysicsPath(
    "robot.latency", 0.0, 0.2, "seconds until a command reaches the servos of arm and gripper"
)
ACTION_NOISE = PhysicsPath(
    "robot.action_noise", 0.0, 0.05,
    "standard deviation of each arm joint's command about what was asked, drawn for each action, "
    "radians",
)  # fmt: skip
SENSOR_NOISE = PhysicsPath(
    "robot.sensor_noise", 0.0, 0.05,
    "standard deviation of each arm joint's measured position, drawn for each observation, "
    "radians; stored states stay exact, exported observations have it",
)  # fmt: skip

PATHS: tuple[PhysicsPath, ...] = (
    GRAVITY, FRICTION, MASS, OBJECT_FRICTION, SCALE, DAMPING, JOINT_FRICTION, STIFFNESS,
    GAINS, ROBOT_DAMPING, LATENCY, ACTION_NOISE, SENSOR_NOISE,
)  # fmt: skip
"""In the order of the reference."""


def path_of(path: str) -> PhysicsPath | None:
    """The known kind of a path, whether or not a scene has the object that it names."""
    return next((known for known in PATHS if known.match(path)), None)


def object_of(path: str) -> str | None:
    """The object that a path names, `*` for every one, None where it names none."""
    known = path_of(path)
    match = None if known is None else known.match(path)
    return None if match is None else match.groupdict().get("name")


class PhysicsSpec(Model):
    """How the physics of scenes differs from what assets and robot say."""

    vary: dict[str, Parameter] = {}
    """Parameter paths, each drawn once per scene; a sweep gives its values to the scenes of a
    task in turn."""

    @model_validator(mode="after")
    def _known(self) -> Self:
        for path, parameter in self.vary.items():
            known = path_of(path)
            if known is None:
                raise misplaced(f"no such path; {_offer(path)}", "vary", path)
            outside = beyond(parameter, known.low, known.high)
            if outside is not None:
                allowed = f"numbers from {known.low:g} to {known.high:g} ({known.meaning})"
                raise misplaced(f"{outside}; allowed are {allowed}", "vary", path)
        return self


def _offer(path: str) -> str:
    """The nearest paths, in the words that the person wrote for the object."""
    if path.startswith(("scene.", "camera.")):
        return "it is of pictures: write it below `render.vary`"
    parts = path.split(".")
    name = parts[1] if parts[0] == "object" and len(parts) > 1 else "NAME"
    return offer(path, [known.of(name) for known in PATHS])
