"""Gathers what is wrong with an answer, so that one repair hears all of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .draft import RefusedError

T = TypeVar("T")
MOST = 6
"""Problems that are said at once."""


class Problems:
    """Refusals of the parts of one answer, in their order."""

    def __init__(self) -> None:
        """Nothing is wrong yet."""
        self._found: list[RefusedError] = []

    def of(self, make: Callable[[], T]) -> T | None:
        """What is made; None where it is refused, which is kept."""
        try:
            return make()
        except RefusedError as error:
            self._found.append(error)
            return None

    def check(self) -> None:
        """Refuse the answer where anything was wrong.

        Raises:
            RefusedError: with the label of the first problem, and what all of them say.
        """
        if self._found:
            said = dict.fromkeys(str(error) for error in self._found)
            raise RefusedError(self._found[0].label, "; ".join(list(said)[:MOST]))
