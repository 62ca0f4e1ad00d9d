"""Deliberate disturbances of attempts, so that demonstrations show how to recover."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .base import Model, Name
from .locations import misplaced

DisturbanceKind = Literal["push", "slip", "shift", "miss"]


class PerturbSpec(Model):
    """One disturbance per attempt, at a random moment."""

    chance: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Share of the attempts that are disturbed."""
    kinds: Annotated[tuple[DisturbanceKind, ...], Field(min_length=1)] = ("push", "slip")
    """`push` moves the object that the hand comes for; `slip` opens the hand while it holds
    something; `shift` moves what the held object is to be put on, in, or next to; `miss` begins
    the attempt as after a miss, with the hand beside what it takes first."""
    distance: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(le=0.2)]] = (0.02, 0.06)
    """Least and greatest way that things are pushed, metres."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low, high = self.distance
        if low > high:
            raise misplaced(f"{low} is above {high}; write [least, greatest]", "distance")
        if len(set(self.kinds)) < len(self.kinds):
            raise misplaced(f"each at most once, got {list(self.kinds)}", "kinds")
        return self


class Disturbance(Model):
    """Something that was done to an attempt; replay does it again."""

    kind: DisturbanceKind | Literal["deflection"]
    """`deflection` offsets what the arm is commanded, and not the recorded action."""
    object: Name
    """What was pushed, or slipped, or missed, or what a deflected hand was after."""
    start: int
    """First action during which it acts."""
    end: int
    """One past the last one; a miss is before the first."""
    path: tuple[tuple[float, float], tuple[float, float]] | None = None
    """Of what is pushed: x and y of its origin at the start and at the end, metres in the world."""
    joints: tuple[float, ...] = ()
    """Of a deflection: the greatest offset of each joint's command, halfway, radians."""
