"""One conversation with a model: which tasks it still has to give, and what was wrong so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ....schemas import Derivation
from ...proposing.ledger import BudgetError
from ...proposing.verdicts import refused

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam

NOTHING = "(no complete answer)"
"""Stands for an answer that did not come, as the model's own."""


@dataclass
class Conversation:
    """Tasks that are being asked for together.

    Attributes:
        first: number of the first of them.
        schema: that answers should follow.
        messages: so far.
        open: numbers of the tasks that are still asked for, in order.
        problems: what was wrong last with the answer for each number.
        attempt: 0 at first, then how many repairs were asked for.
        ended: why nothing more is asked.
        derived: from which seeds each task shall be derived, if from any.
    """

    first: int
    schema: dict[str, Any]
    messages: list[ChatCompletionMessageParam]
    open: list[int]
    problems: dict[int, Exception] = field(default_factory=dict[int, Exception])
    attempt: int = 0
    ended: BudgetError | None = None
    derived: Mapping[int, Derivation] = field(default_factory=dict[int, Derivation])

    def refuse(self, number: int, why: Exception) -> None:
        """Note what was wrong with the answer for one number."""
        refused(number, self.attempt, why)
        self.problems[number] = why

    def end(self, why: BudgetError) -> None:
        """Ask for nothing more."""
        for number in self.open:
            refused(number, self.attempt, why)
        self.ended = why

    def repair(self, content: str) -> None:
        """Ask again for what is still open, with all that was wrong."""
        self.attempt += 1
        self.messages.append({"role": "assistant", "content": content or NOTHING})
        self.messages.append({"role": "user", "content": self._said()})

    def _said(self) -> str:
        if not self._several:
            return f"Invalid: {self.problems[self.first]}. Answer again, complete and short."
        found = "; ".join(f"task number {x}: {self.problems[x]}" for x in self.open)
        again = ", ".join(map(str, self.open))
        return (
            f"Invalid: {found}. Answer again with `tasks` for number {again} alone, in this order, "
            "complete and short."
        )

    @property
    def _several(self) -> bool:
        """Whether the answer is a list."""
        return "tasks" in self.schema.get("properties", {})
