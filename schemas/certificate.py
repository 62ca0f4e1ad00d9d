"""A Certificate: what anyone needs to repeat an attempt, and the outcome that it must have."""

from __future__ import annotations

import math
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from .base import Model, Name
from .failures import Digest
from .perturb import Disturbance
from .task import TaskSpec

FORMAT: Final = "cousins-certificate"
VERSION: Final = 1
MOST_ACTIONS = 100_000
MOST_NUMBERS = 20_000
"""Of a state, and of an action."""
SceneFile = Annotated[
    str, Field(pattern=r"^([A-Za-z0-9_\-]+/)*[A-Za-z0-9_\-]+\.json$", max_length=200)
]
"""A path of letters, digits, `_` and `-` below the certificate's folder, which ends in `.json`."""
Numbers = Annotated[tuple[float, ...], Field(min_length=1, max_length=MOST_NUMBERS)]


class CertifiedScene(Model):
    """The scene of an attempt: a file beside the certificate."""

    file: SceneFile
    """Relative to the certificate's folder. The scene's assets are `assets/<hash>.json` there."""
    sha256: Digest
    """Of the file's bytes."""


class CertifiedOutcome(Model):
    """What a replay must come to."""

    reached: bool
    """The goal holds after the last action, and the order of the task was kept on the way."""
    states: Digest
    """SHA-256 of all positions and velocities after each action, as little-endian float64."""
    final: Numbers
    """Positions, then velocities, after the last action: how far another machine's replay ends
    from here."""


class Certificate(Model):
    """An attempt that can be repeated from this file, its scene and the scene's assets alone."""

    format: Literal["cousins-certificate"]
    version: Literal[1]
    id: Name
    """Of the attempt."""
    scene: CertifiedScene
    task: TaskSpec
    """The goal and its order, in BDDL."""
    hz: Annotated[int, Field(ge=1, le=1000)]
    """Actions per second."""
    initial_state: Numbers
    """MuJoCo's `mjSTATE_INTEGRATION` before the first action."""
    actions: Annotated[tuple[Numbers, ...], Field(min_length=1, max_length=MOST_ACTIONS)]
    """Each is the joint positions commanded for the end of a period, radians, then the opening
    between the fingertips, metres; float32. Within the period the command is interpolated
    linearly."""
    disturbances: Annotated[tuple[Disturbance, ...], Field(max_length=1000)] = ()
    """What was done to it on purpose, in order."""
    looks: Annotated[tuple[int, ...], Field(max_length=MOST_ACTIONS)] = ()
    """Numbers of states at which the order of the task is looked at; 0 is the first."""
    outcome: CertifiedOutcome
    versions: dict[str, str]
    """Of the packages under which the outcome came about; under others it may differ in digits."""

    @model_validator(mode="after")
    def _even(self) -> Self:
        widths = {len(action) for action in self.actions}
        if len(widths) > 1:
            raise ValueError(f"actions have {min(widths)} to {max(widths)} numbers; all have one")
        outside = [look for look in self.looks if not 0 <= look <= len(self.actions)]
        if outside:
            raise ValueError(f"looks: {outside[0]} is no state; there are 0 to {len(self.actions)}")
        # A number beyond float32 would become infinite.
        if any(not math.isfinite(value) or abs(value) > 1e9 for x in self.actions for value in x):
            raise ValueError("actions: a number is beyond 1e9, which no joint or gripper takes")
        return self
