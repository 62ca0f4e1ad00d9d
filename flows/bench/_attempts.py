"""Attempts at tasks for the benchmarks, in several processes."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from ...generators.dataset import dump_arrays, load_arrays
from ...generators.proposing.catalogue import Catalogue
from ...generators.quality.measures import without_trace
from ...generators.store.hashing import item_seed
from ...scenes.core.franka import FRANKA
from ...schemas import AssemblyError, AssetsSpec, DatasetSpec, Episode, TaskSpec
from ...tasks.bddl.problem import scene_problem, support_name
from ...tasks.physics.replay import replay
from ...tasks.solving.setup import build_scene
from ...tasks.solving.solve import solve
from ...tasks.symbolic.search import plans
from ..stages import production

Job = TypeVar("Job")
Done = TypeVar("Done")


@dataclass(frozen=True)
class Tally:
    """The results of one task's attempts.

    Attributes:
        length: skills in its shortest plan.
        episodes: its attempts, less those whose scene was refused.
        replayed: of its successes, how many came out the same from their arrays alone.
        cpu_seconds: of all attempts, with their scenes.
    """

    length: int
    episodes: tuple[Episode, ...]
    replayed: int
    cpu_seconds: float

    @property
    def solved(self) -> int:
        """Attempts whose goal was verified."""
        return sum(episode.success for episode in self.episodes)


def in_processes(work: Callable[[Job], Done], jobs: Iterable[Job], workers: int) -> Iterator[Done]:
    """The results in the order of the jobs; one worker is this process."""
    if workers == 1:
        yield from map(work, jobs)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield from pool.map(work, jobs)


def tally(job: tuple[DatasetSpec, TaskSpec, int]) -> Tally:
    """Attempt a task in some scenes, and replay what was disturbed and solved.

    Args:
        job: the spec, the task, and the number of scenes.
    """
    spec, task, scenes = job
    library = production().library(spec.assets)
    start = time.process_time()
    episodes: list[Episode] = []
    outcomes: list[str] = []
    replayed = 0
    for index in range(scenes):
        try:
            scene, assets = build_scene(spec, task, index, library)
        except AssemblyError as error:
            outcomes.append(f"refused ({next(iter(error.sentences), error)})")
            continue
        seed = item_seed(spec.seed, "episodes", int(task.id[1:]), index)
        name = f"{task.id}-e{index:02d}"
        episode, arrays = solve(scene, assets, task, spec.episodes, seed, name)
        if episode.success and episode.disturbed:
            saved = load_arrays(dump_arrays(arrays))
            again = replay(scene, assets, task, episode, saved)
            replayed += again.success and again.max_error == 0.0
        episodes.append(without_trace(episode))
        outcomes.append(episode.cause or "solved")
    seconds = time.process_time() - start
    print(f"{task.id} {task.instruction} {', '.join(outcomes)}", file=sys.stderr)  # noqa: T201
    return Tally(_length(task), tuple(episodes), replayed, seconds)


@lru_cache(maxsize=1)
def _catalogue() -> Catalogue:
    """Of the libraries that a spec gets by default, as all here do."""
    return Catalogue(production().library(AssetsSpec()), FRANKA)


def _length(task: TaskSpec) -> int:
    """Skills in the shortest plan, as far as categories tell."""
    catalogue, support = _catalogue(), support_name(task)
    kinds = {x.name: catalogue.kind(x.category) for x in task.objects if x.name != support}
    problem = scene_problem(task)
    plan = next(plans(problem.init, problem.goal, catalogue.capabilities(kinds, support)))
    return len(plan.steps)
