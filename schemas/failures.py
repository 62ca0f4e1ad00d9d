"""States in which a policy failed: what an evaluation keeps, and what begins in them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .base import Model, Name, unset
from .evaluation import Shortcoming
from .task import TaskSpec

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256, hexadecimal."""


class FailureSource(Model):
    """Where attempts begin that do not begin as their scenes do."""

    evaluation: str
    """Folder that `cousins evaluate` wrote; relative to this file. Each state that it kept of a
    failed rollout is a scene of the task, in which attempts begin as the policy left it."""
    digest: Digest | None = Field(default=None, exclude_if=unset)
    """Of the failures; filled in. Where it is said, other failures are refused."""


class StartState(Model):
    """Where an attempt began that corrects a policy."""

    evaluation: Digest
    """Of the failures that the evaluation kept."""
    suite: Name
    rollout: int
    step: int
    """Actions that the policy had taken."""


class FailedRollout(Model):
    """The record of one failed rollout."""

    suite: Name
    rollout: int
    cause: Shortcoming
    scene: Digest
    """Of its file."""
    states: Digest
    """Of the file of states."""
    steps: Annotated[tuple[int, ...], Field(min_length=1)]
    """Actions before each state."""
    progress: tuple[float, ...]
    """How far the goal was reached in each, in [0, 1]."""


class Failures(Model):
    """The failed rollouts of an evaluation from whose states demonstrations can begin."""

    format: Literal[1] = 1
    policy_hash: str
    dataset_hash: str
    task: TaskSpec
    rollouts: tuple[FailedRollout, ...]
