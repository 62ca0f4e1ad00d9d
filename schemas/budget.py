"""Budgets: how much may be asked of a language model."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from .base import Model
from .locations import misplaced

ANSWER_BYTES = 1_000_000
"""Of an answer, unless a budget says otherwise; a task has a few thousand."""
_Price = Annotated[float, Field(ge=0, le=1e6)]


class AskingBudget(Model):
    """How much may be asked of a language model, in all runs of a dataset together."""

    tokens: Annotated[int, Field(ge=1)] | None = None
    """Of questions and answers, as the endpoint counts them; four characters are taken for one
    where it does not."""
    requests: Annotated[int, Field(ge=1)] | None = None
    """That are answered."""
    money: Annotated[float, Field(gt=0)] | None = None
    """In the currency of the prices."""
    price_in: _Price | None = None
    """Of a million tokens of questions."""
    price_out: _Price | None = None
    """Of a million tokens of answers."""
    seconds: Annotated[float, Field(gt=0)] | None = None
    """Of waiting for answers, each request by itself: four at once for a minute are 240."""
    per_minute: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """Requests that are begun in a minute at most."""
    answer_bytes: Annotated[int, Field(ge=1_000, le=100_000_000)] = ANSWER_BYTES
    """Of one answer; a longer one ends the run."""

    @model_validator(mode="after")
    def _priced(self) -> Self:
        if self.money is not None and (self.price_in is None or self.price_out is None):
            raise misplaced(
                "money is counted by prices; write `price_in` and `price_out`, each of a million "
                "tokens, beside it",
                "money",
            )
        return self
