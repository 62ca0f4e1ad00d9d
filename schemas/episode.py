"""An Episode: one attempt at one task in one scene, with everything needed to replay it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from .base import Model, Name, nothing, unset
from .failures import StartState
from .perturb import Disturbance

Style = Literal["consistent", "diverse"]
"""How an attempt chooses among equally good ways."""
Solver = Literal["planning", "optimisation", "learning"]
"""What finds the motions of a subtask: geometry, trials in simulation, or a policy that was
learned there."""


class Subtask(Model):
    """One skill of the plan as it was carried out."""

    skill: str
    arguments: tuple[str, ...]
    sentence: str
    """The subgoal and its reason, such as "open the drawer so that the mug can go inside"."""
    start: int
    """First action of this subtask."""
    end: int
    """One past its last action."""
    interaction: int | None = None
    """First action in contact: before it the arm aligns, from it on it interacts (MT3)."""
    success: bool
    solver: Solver = "planning"
    cause: str | None = None
    """A short stable label of what went wrong, such as `grasp_slipped`."""
    recovers: int | None = None
    """Number of the failed subtask that this one makes up for, in the episode's list."""
    withdrawn: int | None = None
    """Of one that was given up: one past the last action of the way back, which starts at `end`."""


class TraceEvent(Model):
    """One step of the planner's search, in the order in which it was taken."""

    stage: Literal["symbolic", "grasp", "placement", "motion", "execution"]
    event: Literal["expand", "reject", "choose", "backtrack", "fail"]
    subject: str
    """The state, candidate or skill this is about."""
    reason: str = ""
    values: tuple[float, ...] = ()
    """Costs or poses that were compared or chosen."""
    step: int = 0
    """Actions taken before it."""
    subtask: int | None = None
    """Index of the subtask that it served; None where none was begun, as while planning."""
    node: int | None = None
    """Of a symbolic search: number of the node, counted as nodes are expanded; 0 is the start."""
    parent: int | None = None
    """Number of the node from which the skill leads to this one; None for the start."""
    facts: tuple[str, ...] = ()
    """Of an expanded start: all that holds. Of other nodes: what the skill makes true, and, with
    `not`, what it makes false."""


class GoalReport(Model):
    """One ground literal of the goal and whether it held at the end."""

    literal: str
    holds: bool


class OrderReport(Model):
    """A constraint of the task's order, and whether the attempt kept it."""

    first: str
    then: str
    kept: bool


class Episode(Model):
    """The record of one attempt; its arrays are in the file `<id>.npz` beside it."""

    id: Name
    task: Name
    scene: Name
    seed: tuple[int, ...]
    instruction: str
    success: bool
    cause: str | None = None
    """Why it failed: a short stable label; None for a demonstration."""
    steps: int
    hz: int
    """Actions per second."""
    style: Style = "consistent"
    """How it chose among equally good ways."""
    solution: int = 0
    """Number of the attempt among those in its scene."""
    subtasks: tuple[Subtask, ...] = ()
    disturbances: tuple[Disturbance, ...] = ()
    """What was done to it on purpose, in order."""
    trace: tuple[TraceEvent, ...] = ()
    untraced: int = 0
    """Events after those in the trace, which is bounded."""
    goal: tuple[GoalReport, ...] = ()
    order: tuple[OrderReport, ...] = Field(default=(), exclude_if=nothing)
    """Whether each thing was done in its turn, as seen between subtasks."""
    start: StartState | None = Field(default=None, exclude_if=unset)
    """Where it began, if not as its scene does."""
    versions: dict[str, str] = {}
    """Of the libraries that shape the bytes: replay is exact under the same ones."""

    @property
    def disturbed(self) -> bool:
        """Whether more was done to it than to deflect the arm."""
        return any(x.kind != "deflection" for x in self.disturbances)

    @property
    def boundaries(self) -> frozenset[int]:
        """Numbers of states at which order is looked at: the first, and where subtasks end."""
        return frozenset({0, *(part.end for part in self.subtasks)})

    @property
    def recovered(self) -> bool:
        """Whether it succeeded after something had gone wrong on the way."""
        return self.success and any(not part.success for part in self.subtasks)


@dataclass(frozen=True)
class EpisodeArrays:
    """The numbers of an episode of T actions.

    Attributes:
        initial_state: (S,) float64, MuJoCo's full integration state before the first action.
        actions: (T, J + 1) float32: the joint position command reached at the end of each
            period, radians, then the opening between the fingertips, metres. Between two
            actions the command is interpolated linearly.
        qpos: (T + 1, nq) float64, before the first action and after each.
        qvel: (T + 1, nv) float64.
        tool: (T + 1, 7) float64, `world_from_tool` as position and quaternion wxyz.
        gripper: (T + 1,) float32, the measured opening, metres.
    """

    initial_state: npt.NDArray[np.float64]
    actions: npt.NDArray[np.float32]
    qpos: npt.NDArray[np.float64]
    qvel: npt.NDArray[np.float64]
    tool: npt.NDArray[np.float64]
    gripper: npt.NDArray[np.float32]
