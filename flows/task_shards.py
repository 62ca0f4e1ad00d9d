"""Shards of tasks: proposed, reviewed, and recorded with what a language model was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

from ..generators.dataset import dump_models, read_models
from ..generators.proposing.ledger import Usage
from ..generators.proposing.verdicts import hearing
from ..generators.store.staging import ShardWriter
from ..schemas import DatasetSpec, ProposalError, TaskSpec, canonical_json
from ..schemas.budget import AskingBudget
from .trials import trials_of
from .work import Job, Outcome, library_of, task_index

PROPOSED = "proposed.json"
"""In a shard of tasks: those that a review rejected or edited, as they were proposed."""
ASKING = "asking.jsonl"
"""Log of a language model's use: the running total after each round of requests."""
TRANSCRIPT = "transcript"
"""Folder of a language model's answers, in the dataset's."""


@lru_cache(maxsize=100_000)
def _tasks_in(path: Path, size: int) -> tuple[TaskSpec, ...]:
    del size  # a shard that was made anew has another size
    return read_models(path, TaskSpec)


def proposed_in(shard: Path) -> tuple[TaskSpec, ...]:
    """The tasks of a finished shard as they were before their review."""
    from ..generators.proposing.review import as_proposed

    sizes = {name: _size(shard / name) for name in ("tasks.json", PROPOSED)}
    found = {name: _tasks_in(shard / name, size) for name, size in sizes.items() if size}
    return as_proposed(found.get("tasks.json", ()), found.get(PROPOSED, ()))


def _size(path: Path) -> int:
    """Bytes of a file; 0 of one that is not there."""
    return path.stat().st_size if path.is_file() else 0


def make_tasks(job: Job, writer: ShardWriter) -> Outcome:
    """Propose the tasks of a shard, apply the review, and write what came of every answer.

    Raises:
        ProposalError: the proposer gave other numbers than it was asked for.
    """
    from ..generators.proposing.review import reviewed

    unit = job.unit
    folder = job.root / "data" / "tasks"
    paths = [path for path in sorted(folder.glob("*/tasks.json")) if path.parent.name < unit.shard]
    earlier = tuple(task for path in paths for task in proposed_in(path.parent))
    library = library_of(job.stages, unit.spec.assets)
    spec = _with_transcript(unit.spec, job.root)
    with trials_of(job), hearing(_teller(job.root, spec)) as heard:
        tasks = job.stages.propose(spec, unit.start, unit.stop, earlier, library)
    got = [task_index(task) for task in tasks]
    if got != sorted(set(got)) or not all(unit.start <= index < unit.stop for index in got):
        raise ProposalError(
            f"the proposer gave the task ids {[task.id for task in tasks]}; "
            f"expected numbers from {unit.start} to {unit.stop - 1}, in order"
        )
    after = reviewed(tasks, unit.start, spec, library)
    writer.add("tasks.json", dump_models(after.kept))
    counts = {"tasks": len(after.kept)}
    if after.proposed:
        writer.add(PROPOSED, dump_models(after.proposed))
        counts |= {"rejected": after.rejected, "edited": after.edited}
    verdicts = heard.verdicts
    if not verdicts:
        return counts, len(after.kept)
    if heard.used.requests:
        counts |= {"requests": heard.used.requests, "tokens": heard.used.tokens}
    verdicts.sort(key=lambda verdict: (verdict.number, verdict.attempt))
    writer.add("proposals.json", dump_models(verdicts))
    unfit = sum(verdict.task is None for verdict in verdicts)
    return {**counts, "answers": len(verdicts), "unfit": unfit}, len(after.kept)


def _teller(root: Path, spec: DatasetSpec) -> Callable[[Usage], None]:
    """Writes the running total of what a model was asked for to a log of the dataset."""
    budget, path = spec.tasks.budget or AskingBudget(), root / "logs" / ASKING
    before: list[Usage] = []

    def tell(total: Usage) -> None:
        if before[-1:] == [total]:
            return
        before.append(total)
        line = {**asdict(total), "money": total.money(budget)}
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write(f"{canonical_json(line)}\n")

    return tell


def _with_transcript(spec: DatasetSpec, root: Path) -> DatasetSpec:
    """The spec with a place for a model's answers."""
    if spec.tasks.transcript is not None:
        return spec
    tasks = spec.tasks.model_copy(update={"transcript": str(root / TRANSCRIPT)})
    return spec.model_copy(update={"tasks": tasks})
