"""Obstacles to the arm, as data; sentences are rendered from them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class ObstacleKind(Enum):
    """The kind of obstacle to the arm or to what it holds."""

    OBJECT = auto()
    SURROUNDINGS = auto()
    ROBOT = auto()
    TILT = auto()
    """Nothing is hit, but the held object would lean too far."""


@dataclass(frozen=True)
class Obstacle:
    """An obstacle to the arm.

    Attributes:
        kind: of it.
        name: of the object, or of the held one that would lean too far; else empty.
    """

    kind: ObstacleKind
    name: str = ""

    def __str__(self) -> str:
        """The end of a sentence that says what is hit."""
        match self.kind:
            case ObstacleKind.OBJECT:
                return self.name
            case ObstacleKind.SURROUNDINGS:
                return "the surroundings"
            case ObstacleKind.ROBOT:
                return "the robot itself"
            case ObstacleKind.TILT:
                return f"the level of the {self.name}"


@dataclass(frozen=True)
class Collision:
    """The first contact that rules out a configuration.

    Attributes:
        obstacle: what is in the way.
        depth: of the penetration, metres; negative where the two only come too close, and 0
            where nothing is touched.
        held: the object in the hand that hits it; None where the robot does.
    """

    obstacle: Obstacle
    depth: float = 0.0
    held: str | None = None

    @property
    def phrase(self) -> str:
        """The end of a sentence: `wall`, or `wall with the cup`."""
        return str(self.obstacle) if self.held is None else f"{self.obstacle} with the {self.held}"
