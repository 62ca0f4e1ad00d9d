"""The summary of a run: what there is now, what it cost, and whether it falls short of the spec."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ..generators.shards import EXPORTS
from ..generators.store.writer import Store
from .refusals import refusals
from .run_state import Run
from .session import RunRequest

SHOWN = 3
"""Tasks that a shortfall names."""


@dataclass(frozen=True)
class Summary:
    """The summary of a finished run."""

    out: str
    name: str
    counts: dict[str, int]
    shards_made: int
    seconds: float
    cpu_seconds: dict[str, float]
    dataset_hash: str
    report: str | None = None
    lacking: dict[str, int] = field(default_factory=dict[str, int])
    """Demonstrations of each task that has fewer than the spec asks for."""
    refusals: dict[str, int] = field(default_factory=dict[str, int])
    """Why attempts at scenes that were given up ended, the most frequent first."""
    quarantined: dict[str, str] = field(default_factory=dict[str, str])
    """Shards that were left out on purpose, and why each failed."""

    @property
    def shortfall(self) -> str | None:
        """Why the work fell short of the spec, if it did."""
        if self.counts["tasks"] + self.counts.get("rejected", 0) < self.counts["tasks_asked"]:
            return f"only {self.counts['tasks']} of {self.counts['tasks_asked']} tasks were found"
        if self.counts.get("refused") and not self.counts.get("scenes"):
            return _unassembled(self.counts["refused"], self.refusals)
        if self.counts.get("attempts") and not self.counts["solved"]:
            return f"none of {self.counts['attempts']} attempts reached its goal"
        if self.lacking:
            shown = ", ".join(f"{task} has {n}" for task, n in list(self.lacking.items())[:SHOWN])
            others = f", and {len(self.lacking) - SHOWN} more" if len(self.lacking) > SHOWN else ""
            return f"fewer demonstrations than asked for: {shown}{others}"
        return None


def _unassembled(scenes: int, refusals: dict[str, int]) -> str:
    """That no scene could be assembled, why, and what to try."""
    shown = "; ".join(f"{said} x{n}" for said, n in list(refusals.items())[:SHOWN])
    return (
        f"none of {scenes} scenes could be assembled"
        + (f": {shown}" if shown else "")
        + "; docs/reasons.md says what to try for each reason"
    )


def summary_of(
    plan: RunRequest, store: Store, run: Run, seconds: float, report: Path | None
) -> Summary:
    """The summary of a run that is over.

    Args:
        plan: what was asked for.
        store: the dataset's.
        run: over.
        seconds: that it took.
        report: the page, where one was written.
    """
    counts = {"tasks_asked": plan.spec.tasks.count, "tasks": 0, "scenes": 0, "refused": 0}
    counts |= {"attempts": 0, "solved": 0, "frames": 0, "videos": 0, "skipped": 0}
    counts |= {"answers": 0, "unfit": 0, "rejected": 0, "edited": 0, "requests": 0, "tokens": 0}
    for brief in store.briefs():
        for name, count in brief.counts.items() if brief.stage != EXPORTS else ():
            if name in counts:
                counts[name] += count
    cpu = {stage: round(value, 3) for stage, value in sorted(run.cpu.items())}
    return Summary(
        out=str(plan.out),
        name=plan.spec.name,
        counts=counts,
        shards_made=run.made,
        seconds=round(seconds, 3),
        cpu_seconds=cpu,
        dataset_hash=store.dataset_hash(),
        report=str(report) if report else None,
        lacking=run.graph.lacking(),
        refusals=refusals(plan.out) if counts["refused"] else {},
        quarantined={"/".join(x.place): x.message for x in run.allowance.records.values()},
    )
