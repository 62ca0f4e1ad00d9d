"""Answers of a language model of the Claude family to the prompt of `openai`, November 2026.

Each is as it was given, for the numbers 0 to 149 of `SPEC`: first answers, then those to the
reasons why some were refused. Requests of forty went out at once, and the next knew of these.
Those from 120 on answer the prompt that says what a hand has room for; the others came before it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ....schemas import DatasetSpec

SPEC = DatasetSpec.model_validate(
    {"name": "proposals", "seed": 11, "tasks": {"proposer": "openai", "count": 150}}
)
WAVE = 40
"""So many were asked for at once; the next requests knew of the tasks of earlier ones."""


@dataclass(frozen=True)
class StoredAnswer:
    """An answer as it came.

    Attributes:
        number: of the task that it was asked for.
        attempt: 0 for a first answer.
        answer: its text.
    """

    number: int
    attempt: int
    answer: str


def stored_answers() -> tuple[StoredAnswer, ...]:
    """All of them, first answers first."""
    path = Path(__file__).parent / "claude-2026-11.jsonl"
    with path.open(encoding="utf-8") as lines:
        return tuple(StoredAnswer(**json.loads(line)) for line in lines)
