"""Counts what a language model was asked for, and ends the asking where the budget does."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ...schemas import ProposalError, canonical_json
from ...schemas.budget import AskingBudget
from ...schemas.plain import is_mapping

CHARACTERS = 4
"""Of a token, roughly, where an endpoint does not count."""
MILLION = 1e6


class Limit(StrEnum):
    """What a budget may limit."""

    requests = "requests"
    tokens = "tokens"
    money = "money"
    seconds = "seconds"


class BudgetError(ProposalError):
    """Nothing more may be asked.

    Attributes:
        limit: which part of the budget is used up.
    """

    label = "budget"

    def __init__(self, limit: Limit, most: float) -> None:
        """Say it without what was used: the same answers have the same record."""
        self.limit = limit
        super().__init__(f"the budget of {most:,g} {limit} is used up")


@dataclass(frozen=True)
class Usage:
    """Requests that were answered, and what they took.

    Attributes:
        requests: how many.
        tokens_in: of the questions.
        tokens_out: of the answers.
        seconds: of waiting.
    """

    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0

    @property
    def tokens(self) -> int:
        """Of questions and answers."""
        return self.tokens_in + self.tokens_out

    def money(self, budget: AskingBudget) -> float:
        """The price; 0 where the budget names none."""
        prices = (budget.price_in or 0.0, budget.price_out or 0.0)
        return (self.tokens_in * prices[0] + self.tokens_out * prices[1]) / MILLION

    def __add__(self, other: Usage) -> Usage:
        """Both together."""
        return Usage(
            self.requests + other.requests,
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.seconds + other.seconds,
        )

    def told(self, budget: AskingBudget) -> str:
        """In words."""
        priced = f", {self.money(budget):.4g} of money" if self.money(budget) else ""
        return (
            f"{self.requests:,} requests, {self.tokens:,} tokens{priced}, "
            f"{self.seconds:,.0f} s of waiting"
        )


def usage_of(request: Any, body: bytes, seconds: float) -> Usage:
    """The usage of one request, as the endpoint counts its tokens, or by its length.

    Args:
        request: as JSON values.
        body: of the answer.
        seconds: of waiting for it.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    said: Any = answer.get("usage") if is_mapping(answer) else None
    counted = said if is_mapping(said) else {}
    asked = _count(counted.get("prompt_tokens"), len(canonical_json(request)))
    answered = _count(counted.get("completion_tokens"), len(body))
    return Usage(1, asked, answered, seconds)


def _count(stated: Any, characters: int) -> int:
    if isinstance(stated, int) and not isinstance(stated, bool) and stated >= 0:
        return stated
    return math.ceil(characters / CHARACTERS)


@dataclass
class Ledger:
    """The running total, shared by all requests; safe in several threads.

    Attributes:
        budget: what may be asked in all.
        total: what was, before this batch as well.
        used: by this batch, whether it was asked now or is known from a transcript.
        sleep: waits a number of seconds.
        clock: seconds since any moment.
    """

    budget: AskingBudget = field(default_factory=AskingBudget)
    total: Usage = field(default_factory=Usage)
    used: Usage = field(default_factory=Usage)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    _pending: int = 0
    _next: float = -math.inf
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def reserve(self) -> None:
        """Make room for one more request.

        Raises:
            BudgetError: there is none.
        """
        with self._lock:
            spent: dict[Limit, tuple[float | None, float]] = {
                Limit.requests: (self.budget.requests, self.total.requests + self._pending),
                Limit.tokens: (self.budget.tokens, self.total.tokens),
                Limit.money: (self.budget.money, self.total.money(self.budget)),
                Limit.seconds: (self.budget.seconds, self.total.seconds),
            }
            for limit, (most, so_far) in spent.items():
                if most is not None and so_far >= most:
                    raise BudgetError(limit, most)
            self._pending += 1

    def settle(self, usage: Usage | None) -> None:
        """A request that had its room is over, with an answer or without."""
        with self._lock:
            self._pending -= 1
            if usage is not None:
                self.total += usage
                self.used += usage

    def known(self, usage: Usage) -> None:
        """An answer came from a transcript, which the total covers."""
        with self._lock:
            self.used += usage

    def wait_turn(self) -> None:
        """Wait until one more request may begin."""
        if self.budget.per_minute is None:
            return
        with self._lock:
            now = self.clock()
            begins = max(now, self._next)
            self._next = begins + 60.0 / self.budget.per_minute
        if begins > now:
            self.sleep(begins - now)
