"""How policies are judged: the spec of an evaluation, and what comes of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from .base import Model, Name
from .locations import misplaced

Count = Annotated[int, Field(ge=1, le=100_000)]
OVERRIDES = ("scene", "cousins", "cameras", "physics")
"""Parts of a dataset's spec that a suite may change."""


class Shortcoming(StrEnum):
    """Why a rollout failed."""

    NOT_TOUCHED = "not_touched"
    """The robot touched none of the things that the goal speaks of."""
    NOT_MOVED = "not_moved"
    """It touched one and moved none."""
    MISPLACED = "misplaced"
    """It moved one, and the goal never held."""
    NOT_KEPT = "not_kept"
    """The goal held for a while, and not for a second."""
    BAD_ACTION = "bad_action"
    """The policy gave an action of another size, or one that is not finite."""
    POLICY_FAILED = "policy_failed"
    """The policy raised an error."""
    POLICY_HUNG = "policy_hung"
    """The policy gave no answer in time."""
    POLICY_DIED = "policy_died"
    """The process of the policy ended."""


class SuiteSpec(Model):
    """Scenes of one kind: the dataset's spec with some of it changed."""

    like: Name | None = None
    """A named suite to begin with; a suite that is called like one and says nothing is that one."""
    change: dict[str, Any] = {}
    """Parts of the dataset's spec, as a spec writes them; what they leave out stays."""
    latency: Annotated[int, Field(ge=0, le=50)] = 0
    """Actions that pass before one takes effect."""

    @model_validator(mode="after")
    def _parts(self) -> Self:
        for name in self.change:
            if name not in OVERRIDES:
                raise misplaced(
                    f"{name!r} cannot be changed; allowed: {', '.join(OVERRIDES)}", "change", name
                )
        return self


class EvalSpec(Model):
    """The YAML file of an evaluation."""

    name: Name
    dataset: str
    """Folder of the dataset whose task and spec are taken; relative to this file."""
    task: str | None = None
    """Id or instruction; may be left out where there is one task."""
    seed: Annotated[int, Field(ge=0, lt=1000)] = 0
    """Of the scenes and of policies that draw."""
    rollouts: Count = 100
    """In each suite, each in a scene of its own."""
    max_seconds: Annotated[float, Field(gt=0, le=600)] = 60.0
    """Of simulated time, per rollout."""
    time_limit: Annotated[float, Field(gt=0, le=36_000)] = 600.0
    """Of real time, seconds, after which a rollout counts as failed."""
    videos: Annotated[int, Field(ge=0, le=1000)] = 3
    """Of failures, in each suite."""
    states: Annotated[int, Field(ge=0, le=100)] = 4
    """Of each failed rollout, to begin demonstrations in: from where it last came forward to its
    end, evenly spaced."""
    actions: Literal["joints", "end_effector"] = "joints"
    """What a policy without a checkpoint gives."""
    observations: tuple[str, ...] = ("robot", "objects", "language")
    """What a policy without a checkpoint sees."""
    suites: Annotated[dict[Name, SuiteSpec], Field(min_length=1)] = {"in_distribution": SuiteSpec()}


class RolloutRecord(Model):
    """One rollout."""

    number: int
    """Within its suite."""
    scene: Name
    success: bool
    steps: int
    cause: Shortcoming | None = None
    """Why it failed."""
    detail: str = ""
    """What the policy's error said."""


class SuiteResult(Model):
    """All rollouts of a suite."""

    name: Name
    scenes_hash: str
    """Of all its scenes: equal hashes, equal scenes."""
    refused: int
    """Scenes that could not be made, and whose numbers were passed over."""
    successes: int
    rollouts: tuple[RolloutRecord, ...]
    success: float
    """Share in [0, 1]."""
    ci95: tuple[float, float]
    """Wilson's interval."""
    causes: dict[str, int]
    """How often each."""
    cousin_distance: float
    """Mean over the task's objects."""


class EvalResult(Model):
    """The results of an evaluation; it holds no times, so that it repeats bit for bit."""

    format: Literal[1] = 1
    spec: EvalSpec
    policy: str
    """What was judged."""
    policy_hash: str
    """Of the checkpoint's files; of other policies, of their name."""
    dataset_hash: str
    task: str
    instruction: str
    suites: tuple[SuiteResult, ...]
    versions: dict[str, str]


class Comparison(Model):
    """Two policies on the same scenes of a suite."""

    suite: Name
    both: int
    only_first: int
    only_second: int
    neither: int
    difference: float
    """Success of the first less that of the second."""
    ci95: tuple[float, float]
    """Of the difference, by paired bootstrap."""
    p_value: float
    """Of McNemar's exact test: how likely so uneven a split is where both are equally good."""
