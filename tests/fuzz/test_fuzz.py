"""A short, seeded run of fuzzing, and whether it finds what it is to find."""

from __future__ import annotations

import pytest
from kinds import KINDS
from session import Budget, fuzz, smaller
from trying import Child

CASES = {"spec": 80, "bddl": 120, "answer": 60, "glb": 80, "obj": 80, "view": 80}
"""Inputs of the quick kinds; the others get FEW."""
FEW = 15


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_input_ends_in_a_result_or_a_refusal(name: str) -> None:
    cases = CASES.get(name, FEW)
    found = fuzz(name, seed=0, budget=Budget(cases=cases))
    assert found.counts.tried == cases
    assert [f"{crash.sign}\n{crash.text}" for crash in found.crashes.values()] == []
    assert found.counts.accepted
    assert found.counts.refused


def test_crashes_deaths_and_hangs_are_told_apart() -> None:
    with Child("faulty", megabytes=2000, seconds=0.5) as child:
        assert child.ask({"a.txt": b"good"}).kind == "accepted"
        assert child.ask({"a.txt": b"refuse"}).text == "as told"
        found = {
            said: child.ask({"a.txt": said}).sign for said in (b"", b"memory", b"sleep", b"exit")
        }
        assert found[b""].startswith("ValueError < targets.py:")
        assert found[b"memory"].startswith("MemoryError < targets.py:")
        assert (found[b"exit"], found[b"sleep"]) == ("died: exit code 3", "hangs")
        assert child.deaths == 2
        assert child.ask({"a.txt": b"good"}).kind == "accepted"


def test_an_input_is_made_small() -> None:
    case = {"a.txt": b"x" * 40 + b"needle" + b"y" * 40, "b.txt": b"no matter"}
    assert smaller(case, lambda other: b"needle" in other.get("a.txt", b"")) == {"a.txt": b"needle"}
