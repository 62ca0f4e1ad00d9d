"""Which scenes an export holds back for validation."""

from __future__ import annotations

from collections.abc import Iterable

FIFTH = 5


def held_out(scenes: Iterable[str]) -> frozenset[str]:
    """Every fifth scene, of fewer than five the last, of one alone none.

    What is seen of a scene, and what is done in it, stays together.

    Args:
        scenes: ids, in any order and repeated at will.
    """
    ordered = sorted(set(scenes))
    return frozenset(ordered[FIFTH - 1 :: FIFTH] or ordered[1:][-1:])
