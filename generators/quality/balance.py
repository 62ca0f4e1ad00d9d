"""State-prediction sets: literals of frames, as many that hold as that do not.

What categories are involved must not tell whether a predicate holds: cabinets can be open and
mugs cannot. So the two values are balanced within each predicate and combination of categories,
and combinations that only ever have one value are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import permutations

import numpy as np

from ...schemas import DatasetError, FrameRecord, ObjectLabel
from ...tasks.physics.predicates import BINARY, UNARY

PREDICATES = {**dict.fromkeys(UNARY, 1), **dict.fromkeys(BINARY, 2)}
"""Number of arguments by name."""
MIN_PIXELS = 20
"""Of every object that a literal speaks of: what is not seen cannot be judged."""


@dataclass(frozen=True, order=True)
class StateSample:
    """One question about one frame, with its answer.

    Attributes:
        frame: id of the frame.
        predicate: such as `ontop`.
        arguments: names of the objects.
        holds: the answer.
    """

    frame: str
    predicate: str
    arguments: tuple[str, ...]
    holds: bool


@dataclass
class _Pool:
    """The literals of one predicate and combination of categories."""

    true: list[StateSample] = field(default_factory=list[StateSample])
    false: list[StateSample] = field(default_factory=list[StateSample])


def balanced_states(
    frames: Iterable[FrameRecord],
    per_value: int,
    rng: np.random.Generator,
    min_pixels: int = MIN_PIXELS,
) -> tuple[StateSample, ...]:
    """Draw literals about what frames show, evenly over true and false.

    Args:
        frames: with the label `predicate_states`.
        per_value: literals of each value, at most, for each predicate and combination of
            categories.
        rng: draws; the same draws give the same set.
        min_pixels: that every object of a literal must have in the frame.

    Returns:
        The samples in order; none where no combination has both values.

    Raises:
        DatasetError: where a frame has no predicate states.
    """
    pools: dict[tuple[str, ...], _Pool] = {}
    for frame in frames:
        _collect(frame, min_pixels, pools)
    chosen: list[StateSample] = []
    for key in sorted(pools):
        pool = pools[key]
        count = min(per_value, len(pool.true), len(pool.false))
        for samples in (pool.true, pool.false):
            picked = rng.choice(len(samples), size=count, replace=False) if count else ()
            chosen += [samples[int(place)] for place in picked]
    return tuple(sorted(chosen))


def _collect(frame: FrameRecord, min_pixels: int, pools: dict[tuple[str, ...], _Pool]) -> None:
    """Add every literal about what a frame shows."""
    if frame.predicates is None:
        raise DatasetError(
            f"frame {frame.id} has no predicate states; render.labels must hold predicate_states"
        )
    shown = [thing for thing in frame.objects if thing.visible_pixels >= min_pixels]
    facts = {tuple(fact.split()) for fact in frame.predicates}
    for predicate, arity in PREDICATES.items():
        for things in permutations(shown, arity):
            names = tuple(thing.name for thing in things)
            holds = (predicate, *names) in facts
            pool = pools.setdefault((predicate, *_categories(things)), _Pool())
            (pool.true if holds else pool.false).append(
                StateSample(frame.id, predicate, names, holds)
            )


def _categories(things: tuple[ObjectLabel, ...]) -> tuple[str, ...]:
    return tuple(thing.category for thing in things)
