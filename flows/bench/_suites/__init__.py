"""A suite for every skill: fresh scenes in which one skill decides whether a task is solved.

A suite is a function from a case's number to its spec and its task. Each module of suites has
a mapping `SUITES` by name, gathered here.
"""

from __future__ import annotations

import sys
import time
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ....schemas import AssemblyError, Asset, DatasetSpec, Episode, Scene, SpecError
from ....tasks.solving.setup import build_scene
from ....tasks.solving.solve import solve
from ...stages import production
from . import clutter, contact, fitting, furniture, grasping, moving, pouring, switching
from .case import Case, Suite

ALL: Mapping[str, Suite] = {
    **grasping.SUITES,
    **moving.SUITES,
    **furniture.SUITES,
    **contact.SUITES,
    **switching.SUITES,
    **fitting.SUITES,
    **pouring.SUITES,
    **clutter.SUITES,
}
COUNT = 40
"""Scenes of a suite."""
SEED_STEP = 1000
"""Numbers of cases that belong to one seed."""
MAX_REFUSED = 3
"""Cases that may be refused for each scene, before a suite ends with fewer scenes."""


@dataclass(frozen=True)
class SuiteScore:
    """The results of a suite.

    Attributes:
        scenes: that were built and attempted.
        refused: cases for which there was no valid scene.
        solved_share: share of the scenes in which some attempt succeeded.
        mean_success: share of the attempts that succeeded.
        causes: what ended the others, counted.
        cpu_seconds: of an attempt, on the mean; building its scene left out.
    """

    scenes: int
    refused: int
    solved_share: float
    mean_success: float
    causes: Mapping[str, int]
    cpu_seconds: float


def run_suite(
    name: str, count: int = COUNT, seed: int = 0, attempts: int = 1, verbose: bool = True
) -> SuiteScore:
    """Attempt the cases of a suite.

    Args:
        name: of the suite.
        count: scenes.
        seed: which cases: their numbers begin at a thousand times this.
        attempts: in each scene.
        verbose: say on standard error how each went.

    Raises:
        SpecError: where there is no such suite.
    """
    if name not in ALL:
        raise SpecError(f"no suite {name!r}; allowed: {', '.join(ALL)}")
    library = production().library(DatasetSpec(name="suite").assets)
    solved: list[int] = []
    causes: Counter[str] = Counter()
    refused, cpu, number = 0, 0.0, SEED_STEP * seed
    while len(solved) < count and refused <= MAX_REFUSED * count:
        made = make(name, number)
        try:
            scene, assets = build_scene(made.spec, made.task, 0, library)
            unlike = made.unlike(scene, assets)
            if unlike is not None:
                raise AssemblyError(unlike)
        except AssemblyError as error:
            refused += 1
            told = f"refused ({next(iter(error.sentences), error)})"
        else:
            began = time.process_time()
            episodes = attempt(made, scene, assets, attempts)
            cpu += time.process_time() - began
            solved.append(sum(episode.success for episode in episodes))
            causes.update(episode.cause for episode in episodes if episode.cause)
            told = ", ".join(episode.cause or "solved" for episode in episodes)
        if verbose:
            print(f"{name} {number}: {told}", file=sys.stderr)  # noqa: T201
        number += 1
    total = max(1, len(solved))
    return SuiteScore(
        scenes=len(solved),
        refused=refused,
        solved_share=round(sum(x > 0 for x in solved) / total, 4),
        mean_success=round(sum(solved) / (attempts * total), 4),
        causes=dict(causes.most_common()),
        cpu_seconds=round(cpu / (attempts * total), 3),
    )


def make(name: str, number: int) -> Case:
    """A case of a suite, by its number."""
    return ALL[name](number, np.random.default_rng((number, zlib.crc32(name.encode()))))


def attempt(
    made: Case, scene: Scene, assets: Mapping[str, Asset], attempts: int
) -> tuple[Episode, ...]:
    """Attempt a case's task in its scene a few times; the attempts differ by their seeds."""
    spec = made.spec
    return tuple(
        solve(scene, assets, made.task, spec.episodes, (spec.seed, number), f"e{number:02d}")[0]
        for number in range(attempts)
    )


__all__ = ["ALL", "COUNT", "Case", "Suite", "SuiteScore", "attempt", "make", "run_suite"]
