"""How many of the grammar's proposals get solved, without anybody choosing among them.

Every task is attempted in several cousin scenes; a scene that is refused counts as an attempt
that failed.
"""

from __future__ import annotations

import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

from ...generators.hashing import item_seed
from ...generators.proposals import propose
from ...generators.proposals.catalogue import Catalogue
from ...generators.quality import success_by_skill, without_trace
from ...scenes.library import AssetLibrary
from ...schemas import AssemblyError, DatasetSpec, Episode, TaskSpec
from ...tasks.problem import scene_problem, support_name
from ...tasks.setup import build_scene
from ...tasks.solving import solve
from ...tasks.symbolic import plans
from ..stages import production
from ._suites import ALL, COUNT, run_suite

SMALL = 1
"""Scenes of a suite where little time is given."""
LONG = 4
"""Skills of a plan that counts as long."""


@dataclass(frozen=True)
class _Tally:
    """What came of one task's attempts.

    Attributes:
        length: skills in its shortest plan.
        episodes: its attempts, less those whose scene was refused.
    """

    length: int
    episodes: tuple[Episode, ...]

    @property
    def solved(self) -> int:
        """Attempts whose goal was verified."""
        return sum(episode.success for episode in self.episodes)


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `solve`."""
    count, scenes = (10, 2) if small else (100, 10)
    spec = DatasetSpec.model_validate(
        {
            "name": "bench-solve",
            "seed": seed,
            "scene": {"clutter": {"count": {"uniform": [0, 2]}}},
            "tasks": {"count": count, "max_steps": 6},
        }
    )
    library = production().library(spec.assets)
    tasks = propose(spec, 0, count, (), library)
    catalogue = Catalogue(library)
    start = time.process_time()
    tallies = [_attempt(spec, task, scenes, library, catalogue) for task in tasks]
    attempts = count * scenes
    seconds = (time.process_time() - start) / attempts
    skills = success_by_skill(episode for tally in tallies for episode in tally.episodes)
    lengths = sorted({tally.length for tally in tallies})
    return {
        "tasks": count,
        "solved_share": _solved_share(tallies),
        "mean_success": round(sum(tally.solved for tally in tallies) / attempts, 4),
        "solved_share_long": _solved_share([x for x in tallies if x.length >= LONG]),
        "by_skill": {name: round(rate.share, 4) for name, rate in skills.items()},
        "by_length": {
            str(length): _solved_share([x for x in tallies if x.length == length])
            for length in lengths
        },
        "cpu_seconds_per_attempt": round(seconds, 3),
        "by_skill_suite": run_suites(tuple(ALL), small, seed),
    }


def run_suites(names: tuple[str, ...], small: bool, seed: int) -> dict[str, dict[str, Any]]:
    """Run the suites of single skills; what came of each, by its name.

    Raises:
        SpecError: where there is no such suite.
    """
    count = SMALL if small else COUNT
    return {name: asdict(run_suite(name, count, seed)) for name in names}


def _attempt(
    spec: DatasetSpec, task: TaskSpec, scenes: int, library: AssetLibrary, catalogue: Catalogue
) -> _Tally:
    episodes: list[Episode] = []
    outcomes: list[str] = []
    for index in range(scenes):
        try:
            scene, assets = build_scene(spec, task, index, library)
        except AssemblyError as error:
            outcomes.append(f"refused ({next(iter(error.reasons), error)})")
            continue
        seed = item_seed(spec.seed, "episodes", int(task.id[1:]), index)
        episode, _ = solve(scene, assets, task, spec.episodes, seed, f"{task.id}-e{index:02d}")
        episodes.append(without_trace(episode))
        outcomes.append(episode.cause or "solved")
    print(f"{task.id} {task.instruction} {', '.join(outcomes)}", file=sys.stderr)  # noqa: T201
    return _Tally(_length(task, catalogue), tuple(episodes))


def _length(task: TaskSpec, catalogue: Catalogue) -> int:
    """Skills in the shortest plan, as far as categories tell."""
    support = support_name(task)
    kinds = {x.name: catalogue.kind(x.category) for x in task.objects if x.name != support}
    problem = scene_problem(task)
    plan = next(plans(problem.init, problem.goal, catalogue.capabilities(kinds, support)))
    return len(plan.steps)


def _solved_share(tallies: list[_Tally]) -> float | None:
    """Share of tasks with a success; None where there are no tasks."""
    if not tallies:
        return None
    return round(sum(tally.solved > 0 for tally in tallies) / len(tallies), 4)
