"""The activities of BEHAVIOR-1K: their texts, unchanged, and which of them are supported."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ...scenes.core.taxonomy import data_folder
from ...schemas import SpecError
from .formula import PREDICATES
from .reader import used_predicates


@dataclass(frozen=True)
class Activity:
    """One activity.

    Attributes:
        name: such as `store_honey`.
        unsupported: predicates in its start or goal that our simulators do not evaluate.
    """

    name: str
    unsupported: tuple[str, ...]

    @property
    def supported(self) -> bool:
        """Whether every predicate is evaluated."""
        return not self.unsupported

    @property
    def reason(self) -> str:
        """Why it is not supported; empty where it is."""
        return f"needs {', '.join(self.unsupported)}" if self.unsupported else ""


@cache
def activities() -> tuple[Activity, ...]:
    """All activities of the installed `bddl` package, by name."""
    known = {*PREDICATES, "inroom"}
    return tuple(
        Activity(path.parent.name, tuple(sorted(used_predicates(path.read_text()) - known)))
        for path in sorted(_folder().glob("*/problem0.bddl"))
    )


def activity_text(name: str) -> str:
    """The BDDL text of an activity as it is in the `bddl` package.

    Raises:
        SpecError: where there is no such activity, with the nearest names.
    """
    path = _folder() / name / "problem0.bddl"
    if not name.isidentifier() or not path.is_file():
        known = sorted(path.parent.name for path in _folder().glob("*/problem0.bddl"))
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.0)
        raise SpecError(f"no activity {name!r} in BEHAVIOR-1K; nearest: {', '.join(near)}")
    return path.read_text()


def _folder() -> Path:
    """Where the `bddl` package keeps its activities."""
    return data_folder().parent / "activity_definitions"
