"""How many of the grammar's proposals get solved, without anybody choosing among them.

Every task is attempted in several cousin scenes; a scene that is refused counts as an attempt
that failed. Beside them: attempts that are disturbed on purpose, and a suite for every skill.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from ...generators.proposers import propose
from ...generators.quality.measures import success_by_skill
from ...schemas import DatasetSpec
from ..stages import production
from ._attempts import Tally, in_processes, tally
from ._suites import ALL, COUNT, SuiteScore, run_suite

LONG = 4
"""Skills of a plan that counts as long."""
WORKERS = 2
TASKS, SCENES, DISTURBED = 200, 5, 60
SMALL_TASKS, SMALL_SCENES, SMALL_DISTURBED, SMALL_SUITE = 8, 1, 3, 1
"""Where little time is given."""


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `solve`."""
    count, scenes = (SMALL_TASKS, SMALL_SCENES) if small else (TASKS, SCENES)
    workers = 1 if small else WORKERS
    tallies = _tallies(_spec(seed, count), scenes, workers)
    skills = success_by_skill(episode for x in tallies for episode in x.episodes)
    lengths = sorted({x.length for x in tallies})
    return {
        "workers": workers,
        "tasks": count,
        "attempts_per_task": scenes,
        "solved_share": _solved_share(tallies),
        "mean_success": _mean(tallies, scenes),
        "solved_share_long": _solved_share([x for x in tallies if x.length >= LONG]),
        "by_skill": {name: round(rate.share, 4) for name, rate in skills.items()},
        "by_length": {
            str(length): _solved_share([x for x in tallies if x.length == length])
            for length in lengths
        },
        "cpu_seconds_per_attempt": round(sum(x.cpu_seconds for x in tallies) / (count * scenes), 3),
        "causes": dict(
            Counter(e.cause for x in tallies for e in x.episodes if e.cause).most_common()
        ),
        "disturbed": _disturbed(seed, SMALL_DISTURBED if small else DISTURBED, workers),
        "by_skill_suite": run_suites(tuple(ALL), small, seed),
    }


def run_suites(names: tuple[str, ...], small: bool, seed: int) -> dict[str, dict[str, Any]]:
    """Run the suites of single skills; what came of each, by its name.

    Raises:
        SpecError: where there is no such suite.
    """
    count, workers = (SMALL_SUITE, 1) if small else (COUNT, WORKERS)
    suite = partial(_suite, count, seed)
    results = in_processes(suite, names, workers if len(names) > 1 else 1)
    return {name: asdict(result) for name, result in zip(names, results, strict=True)}


def _suite(count: int, seed: int, name: str) -> SuiteScore:
    return run_suite(name, count, seed)


def _spec(seed: int, count: int, **episodes: Any) -> DatasetSpec:
    return DatasetSpec.model_validate(
        {
            "name": "bench-solve",
            "seed": seed,
            "scene": {"clutter": {"count": {"uniform": [0, 2]}}},
            "tasks": {"count": count, "max_steps": 6},
            "episodes": episodes,
        }
    )


def _tallies(spec: DatasetSpec, scenes: int, workers: int) -> list[Tally]:
    library = production().library(spec.assets)
    tasks = propose(spec, 0, spec.tasks.count, (), library)
    return list(in_processes(tally, [(spec, task, scenes) for task in tasks], workers))


def _disturbed(seed: int, count: int, workers: int) -> dict[str, Any]:
    """One attempt at each of some tasks, with a push or a slip in it."""
    tallies = _tallies(_spec(seed, count, perturb={}), 1, workers)
    episodes = [episode for x in tallies for episode in x.episodes]
    disturbed = [episode for episode in episodes if episode.disturbed]
    solved = sum(episode.success for episode in disturbed)
    return {
        "attempts": len(episodes),
        "disturbed": len(disturbed),
        "solved_share": round(solved / max(1, len(disturbed)), 4),
        "recovered": sum(episode.recovered for episode in disturbed),
        "replayed_share": round(sum(x.replayed for x in tallies) / max(1, solved), 4),
    }


def _mean(tallies: Sequence[Tally], scenes: int) -> float:
    return round(sum(x.solved for x in tallies) / (scenes * len(tallies)), 4)


def _solved_share(tallies: Sequence[Tally]) -> float | None:
    """Share of tasks with a success; None where there are no tasks."""
    if not tallies:
        return None
    return round(sum(x.solved > 0 for x in tallies) / len(tallies), 4)
