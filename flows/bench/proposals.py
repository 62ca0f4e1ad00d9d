"""How many proposals can be built, solved, and are what their words say, nobody choosing.

Each task is attempted in scene after scene until it is solved once. The stored answers of a
language model pass the checks of `openai`; what these refuse is forced through, to see which
refusals were false.
"""

from __future__ import annotations

import json
from typing import Any

from ...generators.proposers import propose
from ...schemas import DatasetSpec
from ..stages import production
from ._answers import stored_answers
from ._judging import judged
from ._trials import say, scores

TASKS, SCENES = 200, 10
SMALL_TASKS, SMALL_SCENES = 6, 2
WORKERS = 2
OF_ANSWERS = (
    "first_answer_share",
    "after_repair_share",
    "repaired_share",
    "rejected_by_reason",
    "false_refusal_share",
    "intention_kept_share",
    "tokens_per_kept_task",
)
"""Keys that only the answers of a language model have; they stand beside those of the grammar."""


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `proposals`."""
    count, scenes = (SMALL_TASKS, SMALL_SCENES) if small else (TASKS, SCENES)
    workers = 1 if small else WORKERS
    spec = _spec(seed, count)
    tasks = propose(spec, 0, count, (), production().library(spec.assets))
    answers = stored_answers()
    if small:
        answers = tuple(x for x in answers if x.number < SMALL_TASKS)
    told = judged(answers, scenes, workers)
    say(json.dumps({"answers": told}))
    made = scores(spec, tasks, scenes, workers)
    return {
        "workers": workers,
        **made,
        **{key: told[key] for key in OF_ANSWERS},
        "answers": told,
    }


def _spec(seed: int, count: int) -> DatasetSpec:
    return DatasetSpec.model_validate(
        {
            "name": "bench-proposals",
            "seed": seed,
            "scene": {"clutter": {"count": {"uniform": [0, 2]}}},
            "tasks": {"count": count, "max_steps": 5},
        }
    )
