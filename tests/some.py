"""Loops in tests that must not be empty, for an empty one asserts nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def some(items: Iterable[T]) -> list[T]:
    """The items, of which there must be at least one."""
    found = list(items)
    assert found, "nothing to look at"
    return found
