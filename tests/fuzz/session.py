"""Fuzzes one kind of input, and makes what crashes small."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import structured
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from kinds import KINDS
from mutation import Case, mutated
from trying import Child, Outcome

BATCH = 40
"""Inputs that hypothesis, and then mutation, gives in a row."""
SHRINKS = 150
"""Inputs that are tried to make one crash smaller."""


@dataclass(frozen=True)
class Budget:
    """When to stop: after so many inputs, or seconds."""

    cases: int | None = None
    seconds: float | None = None


@dataclass
class Counts:
    """Inputs by what came of them."""

    tried: int = 0
    accepted: int = 0
    refused: int = 0
    crashed: int = 0


@dataclass
class Crash:
    """Crashes that are alike.

    Attributes:
        sign: what they have in common.
        text: a traceback.
        case: the smallest input.
        times: how often it was met.
    """

    sign: str
    text: str
    case: Case
    times: int = 1


@dataclass
class Found:
    """What became of one kind."""

    counts: Counts = field(default_factory=Counts)
    crashes: dict[str, Crash] = field(default_factory=dict[str, Crash])
    seconds: float = 0.0


class _Stop(Exception):
    """The budget is used up."""


def fuzz(name: str, seed: int, budget: Budget) -> Found:
    """Try inputs of one kind; the same seed gives the same ones."""
    kind = KINDS[name]
    cases = kind.corpus()
    found = Found()

    def judge(child: Child, case: Case) -> None:
        used = time.monotonic() - began
        if found.counts.tried >= (budget.cases or 2**62) or used > (budget.seconds or 1e18):
            raise _Stop
        outcome = child.ask(case)
        counts = found.counts
        counts.tried += 1
        setattr(counts, outcome.kind, getattr(counts, outcome.kind) + 1)
        if outcome.kind == "crashed":
            _note(found, case, outcome, child)

    with Child(kind.target, kind.megabytes, kind.seconds) as child:
        child.start()
        began = time.monotonic()
        try:
            for case in cases:
                judge(child, case)
            for number, ask in _batches(name, seed, cases):
                ask(lambda case: judge(child, case), number)
        except _Stop:
            pass
    found.seconds = time.monotonic() - began
    return found


Judge = Callable[[Case], None]


def _batches(
    name: str, seed: int, cases: list[Case]
) -> Iterator[tuple[int, Callable[[Judge, int], None]]]:
    """Mutation and hypothesis by turns, for ever."""
    strategy = structured.edited(cases) if structured.has_documents(cases) else None
    if name == "bddl":
        strategy = structured.bddl()

    def random_ones(judge: Judge, number: int) -> None:
        for place in range(BATCH):
            rng = random.Random(f"{seed} {name} {number} {place}")
            judge(mutated(rng.choice(cases), rng, cases))

    def drawn_ones(judge: Judge, number: int) -> None:
        assert strategy is not None
        _drawn(strategy, judge, hash_of(seed, name, number))

    number = 0
    while True:
        yield number, random_ones
        if strategy is not None:
            yield number, drawn_ones
        number += 1


def hash_of(seed: int, name: str, number: int) -> int:
    """A seed for hypothesis."""
    return random.Random(f"{seed} {name} {number}").randrange(2**62)


def _drawn(strategy: st.SearchStrategy[Case], judge: Judge, seed: int) -> None:
    """A batch of what hypothesis draws."""

    @seeded(seed)
    @settings(
        max_examples=BATCH, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType]
    )  # fmt: skip
    @given(strategy)
    def batch(case: Case) -> None:
        judge(case)

    batch()


def _note(found: Found, case: Case, outcome: Outcome, child: Child) -> None:
    """Count a crash; the first of its sign is made small."""
    known = found.crashes.get(outcome.sign)
    if known is not None:
        known.times += 1
        return
    crash = Crash(outcome.sign, outcome.text, case)
    found.crashes[outcome.sign] = crash
    if outcome.sign not in ("hangs", "slow"):
        crash.case = smaller(case, lambda other: child.ask(other).sign == outcome.sign)


def smaller(case: Case, fails: Callable[[Case], bool]) -> Case:
    """An input of fewer files and bytes that still fails."""
    left = [SHRINKS]

    def still(other: Case) -> bool:
        left[0] -= 1
        return left[0] >= 0 and fails(other)

    for name in sorted(case):
        rest = {other: raw for other, raw in case.items() if other != name}
        if rest and still(rest):
            case = rest
    for name in sorted(case, key=lambda name: -len(case[name])):
        step = max(1, len(case[name]) // 2)
        while step >= 1 and left[0] > 0:
            place = 0
            while place < len(case[name]) and left[0] > 0:
                raw = case[name]
                shorter = {**case, name: raw[:place] + raw[place + step :]}
                if still(shorter):
                    case = shorter
                else:
                    place += step
            step //= 2
    return case
