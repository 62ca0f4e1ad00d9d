"""What a check found: a result for each step, with its reason as data."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from ...generators.workers.og.environment import Lack
from ...schemas import Model

State = Literal["passed", "failed", "not_reached"]


class CheckStep(StrEnum):
    """The steps, in order."""

    VERSIONS = "versions"
    CONVERT = "convert"
    START = "start"
    DRAW = "draw"
    LOAD = "load"
    SETTLE = "settle"
    COMPARE = "compare"
    LABELS = "labels"
    RELOAD = "reload"
    PREDICATES = "predicates"
    BEHAVIOR = "behavior_predicates"


MEANING: dict[CheckStep, str] = {
    CheckStep.VERSIONS: "what OmniGibson needs is there",
    CheckStep.CONVERT: "one cousin becomes USD, and OpenUSD reads its links, joints and mass back",
    CheckStep.START: "OmniGibson is imported, Isaac Sim starts with an empty scene",
    CheckStep.DRAW: "its camera draws a ball, whose depth and geom are right",
    CheckStep.LOAD: "a scene of ours is loaded without BEHAVIOR's data; objects and joints are "
    "there",
    CheckStep.SETTLE: "after two seconds nothing moves any more",
    CheckStep.COMPARE: "things rest where they rest in MuJoCo",
    CheckStep.LABELS: "its camera says of pixels which object they see, and how far it is, as ours "
    "does",
    CheckStep.RELOAD: "a saved scene comes back after an object was moved",
    CheckStep.PREDICATES: "our predicates hold of its poses as they hold in MuJoCo",
    CheckStep.BEHAVIOR: "its own states of objects can be asked, and how many agree with ours",
}


class Reason(StrEnum):
    """Why a step failed or was not reached; a machine's lacks are those of `Lack`."""

    EARLIER_STEP = "earlier_step"
    NO_USD = "no_usd_core"
    ASSET_DIFFERS = "asset_differs"
    WORKER = "omnigibson_failed"
    WRONG_PICTURE = "wrong_picture"
    JOINTS = "joints_missing"
    MOVING = "still_moving"
    APART = "apart_from_mujoco"
    LABELS = "labels_differ"
    DEPTH = "depth_differs"
    RELOAD = "reload_differs"
    FACTS = "facts_differ"


class StepResult(Model):
    """How one step went."""

    step: CheckStep
    meaning: str
    state: State
    reason: Reason | Lack | None = None
    told: str = ""
    """The reason in words, or what was found."""
    figures: dict[str, float] = Field(default={})
    """Lengths in metres, angles in degrees, shares in [0, 1]."""


class CheckReport(Model):
    """What `backends check omnigibson` writes."""

    backend: Literal["omnigibson"] = "omnigibson"
    environment: str | None
    profile: str
    versions: dict[str, str]
    works: bool
    """Every step passed."""
    steps: tuple[StepResult, ...]

    def results(self, state: State) -> tuple[CheckStep, ...]:
        """The steps that ended so."""
        return tuple(one.step for one in self.steps if one.state == state)


class StepError(Exception):
    """A step failed.

    Attributes:
        reason: why.
        figures: what was measured until then.
    """

    def __init__(
        self, reason: Reason | Lack, told: str, figures: dict[str, float] | None = None
    ) -> None:
        """Say why."""
        super().__init__(told)
        self.reason = reason
        self.figures = figures or {}
