"""Where the tasks of a dataset come from: the part `tasks` of a spec."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from .answers import PROPOSER as ANSWERED
from .answers import Answers
from .base import Model, nothing, one, unset
from .budget import AskingBudget
from .given import PROPOSER, GivenTasks, implied
from .locations import misplaced
from .plugin_name import PluginName
from .review import Review
from .seeds import SEEDED, VARIANTS, VARIATIONS, Variation, implied_by_seeds
from .vision import NO_TASKS, proposed_by_none


class ProposalSpec(Model):
    """Where tasks come from."""

    proposer: Annotated[str, PluginName("proposers")] = "grammar"
    count: Annotated[int, Field(ge=1, le=100_000)] = 10
    max_steps: Annotated[int, Field(ge=1, le=12)] = 4
    """Skills in the longest plan that a proposer may aim at."""
    activities: tuple[str, ...] = ()
    """BEHAVIOR-1K activity names, for `proposer: behavior`; for `variants` and `openai` they are
    seed tasks."""
    seeds: GivenTasks = Field(default=(), exclude_if=nothing)
    """Seed tasks, written as those of `given`, from which others are derived; in their place the
    path of a YAML file that lists them, or the folder of a dataset whose tasks they are. For
    `proposer: variants`, which need not be said, and for `openai`."""
    variations: Annotated[tuple[Variation, ...], Field(min_length=1)] = Field(
        default=VARIATIONS, exclude_if=lambda value: value == VARIATIONS
    )
    """How tasks are derived from seed tasks: `mutate` changes one thing of a seed, `lengthen` adds
    to it, `compose` joins two."""
    model: str = "gpt-5-mini"
    """For `proposer: openai`."""
    base_url: str | None = None
    """Any OpenAI-compatible endpoint; None uses OPENAI_BASE_URL or the service itself."""
    wish: Annotated[str, Field(min_length=1, max_length=400)] | None = Field(
        default=None, exclude_if=unset
    )
    """What the tasks shall serve, such as `set the table for two`, for `proposer: openai`."""
    themes: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(
        default=(), exclude_if=nothing
    )
    """What the tasks shall be about, in turns, such as `breakfast`, for `proposer: openai`."""
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    """How often an invalid answer goes back to the model with the error."""
    concurrency: Annotated[int, Field(ge=1, le=64)] = 4
    """Requests to a model at once; tasks that are asked for at once do not know of each other
    beforehand, and one that repeats another is asked for again."""
    per_request: Annotated[int, Field(ge=1, le=20)] = Field(default=1, exclude_if=one)
    """Tasks that one request to a model asks for; several share the rules that it is told."""
    budget: AskingBudget | None = Field(default=None, exclude_if=unset)
    """How much may be asked of a model in all; where it ends, tasks are missing."""
    allow_missing: Annotated[int, Field(ge=0, le=100_000)] = 0
    """How many tasks may be missing because no answer of a model was valid."""
    transcript: str | None = None
    """Folder in which a model's answers are kept as they come, and looked up before it is asked;
    by default `transcript` in the dataset's folder."""
    replay: bool = False
    """Answers come from the transcript alone; what it lacks is an error."""
    given: GivenTasks = Field(default=(), exclude_if=nothing)
    """Tasks of one's own, with which neither `proposer` nor `count` need be said; in their place
    the path of a YAML file that lists them."""

    answers: Answers = Field(default=(), exclude_if=nothing)
    """Answers of people, programs or models to the request for a task, JSON objects as text, which
    pass the same checks as those of `openai`; in their place the path of a `.jsonl` file, one on
    each line. Neither `proposer` nor `count` need be said."""

    review: Review = Field(default=(), exclude_if=nothing)
    """Decisions of people about the proposed tasks, which `cousins propose --review` prepares: each
    names a task, and accepts, rejects or edits it; in their place the path of a YAML file that
    lists them. Tasks that are not named are accepted."""

    @model_validator(mode="before")
    @classmethod
    def _implied(cls, raw: Any) -> Any:
        return implied(implied_by_seeds(proposed_by_none(raw)))

    @model_validator(mode="after")
    def _nothing(self) -> Self:
        if self.proposer == NO_TASKS and self.count != 1:
            raise misplaced("without tasks, `scenes` says how many scenes there are", "count")
        return self

    @model_validator(mode="after")
    def _answered(self) -> Self:
        if (self.proposer == ANSWERED) != bool(self.answers):
            raise misplaced(
                "exactly `proposer: answers`, which need not be said, takes a list of answers, or "
                "the path of a .jsonl file of them",
                "answers",
            )
        if self.answers and self.count > len(self.answers):
            raise misplaced(
                f"{self.count} tasks, and there are {len(self.answers)} answers; leave `count` out",
                "count",
            )
        return self

    @model_validator(mode="after")
    def _given(self) -> Self:
        if (self.proposer == PROPOSER) != bool(self.given):
            raise misplaced(
                "exactly `proposer: given`, which need not be said, takes a list of tasks", "given"
            )
        if self.given and self.count > len(self.given):
            raise misplaced(
                f"{self.count} tasks, and {len(self.given)} are given; leave `count` out, and "
                "raise `episodes.per_task` for more scenes of each",
                "count",
            )
        return self

    @model_validator(mode="after")
    def _asked(self) -> Self:
        for name in ("wish", "themes"):
            if getattr(self, name) and self.proposer != "openai":
                raise misplaced(
                    "only a language model follows it; write `proposer: openai` beside it", name
                )
        return self

    @model_validator(mode="after")
    def _activities(self) -> Self:
        if self.activities and self.proposer not in ("behavior", *SEEDED):
            raise misplaced(
                "exactly `proposer: behavior` takes a list of activity names, and `variants` and "
                "`openai` take one as seed tasks",
                "activities",
            )
        if self.proposer == "behavior" and not self.activities:
            raise misplaced("`proposer: behavior` takes a list of activity names", "activities")
        return self

    @model_validator(mode="after")
    def _seeded(self) -> Self:
        if self.seeds and self.proposer not in SEEDED:
            raise misplaced(
                "only `proposer: variants`, which need not be said, and `proposer: openai` derive "
                "tasks from others",
                "seeds",
            )
        if self.proposer == VARIANTS and not (self.seeds or self.activities):
            raise misplaced(
                "`proposer: variants` derives tasks from others: list them, name the folder of a "
                "dataset that has them, or list BEHAVIOR-1K activities under `activities`",
                "seeds",
            )
        if len(set(self.variations)) < len(self.variations):
            raise misplaced(f"each at most once, got {list(self.variations)}", "variations")
        return self
