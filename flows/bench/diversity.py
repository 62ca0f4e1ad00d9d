"""How different the solutions to one task in one scene are, with `episodes.diverse` on and off.

Two things go to two places, in any order, so that plans, grasps, and placements can differ. The
scene is assembled once; both settings get the same numbers of attempts, with the same seeds.
"""

from __future__ import annotations

import math
import sys
import time
from dataclasses import dataclass
from typing import Any

from ...generators.quality.behaviour import FACTORS, Solution, behaviour_entropy, solution
from ...generators.store.hashing import item_seed
from ...scenes.model.mujoco_model import compile_model
from ...schemas import AssemblyError, Asset, DatasetSpec, Scene, TaskObject, TaskSpec
from ...tasks.bddl.formula import And, Atom, Literal
from ...tasks.bddl.problem import Problem, problem_text
from ...tasks.solving.setup import build_scene
from ...tasks.solving.solve import solve
from ..stages import production

OBJECTS = {
    "table": "breakfast_table.n.01",
    "mug": "mug.n.04",
    "tray": "tray.n.01",
    "apple": "apple.n.01",
    "basket": "wicker_basket.n.01",
}
GOALS = (("ontop", "mug", "tray"), ("inside", "apple", "basket"))
ATTEMPTS, SMALL = 50, 8
SCENES = 10
"""Tried until one is not refused."""


@dataclass(frozen=True)
class _Side:
    """The results of one setting.

    Attributes:
        found: its solutions.
        attempts: how many there were.
        seconds: CPU time of an attempt.
    """

    found: tuple[Solution, ...]
    attempts: int
    seconds: float


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `diversity`."""
    count = SMALL if small else ATTEMPTS
    spec = DatasetSpec(name="bench-diversity", seed=seed)
    scene, assets = _scene(spec)
    on = _attempts(spec, scene, assets, count, diverse=True)
    off = _attempts(spec, scene, assets, count, diverse=False)
    return {
        "attempts": count,
        "entropy_on": round(behaviour_entropy(on.found), 4),
        "entropy_off": round(behaviour_entropy(off.found), 4),
        "entropy_most": round(math.log2(count), 4),
        "success_on": round(len(on.found) / count, 4),
        "success_off": round(len(off.found) / count, 4),
        "distinct_on": len(set(on.found)),
        "distinct_off": len(set(off.found)),
        "by_factor": {
            factor: {
                "on": round(behaviour_entropy(on.found, factor), 4),
                "off": round(behaviour_entropy(off.found, factor), 4),
            }
            for factor in FACTORS
        },
        "cpu_seconds_per_attempt_on": round(on.seconds, 3),
        "cpu_seconds_per_attempt_off": round(off.seconds, 3),
    }


def _attempts(
    spec: DatasetSpec, scene: Scene, assets: dict[str, Asset], count: int, *, diverse: bool
) -> _Side:
    compiled = compile_model(scene, assets, "physics")
    update = {"per_scene": count, "style": "diverse", "diverse": diverse}
    episodes = spec.episodes.model_copy(update=update)
    task, found = _task(), list[Solution]()
    start = time.process_time()
    for number in range(count):
        seed = item_seed(spec.seed, "episodes", 0, 0, number)
        name = f"{task.id}-e00-a{number}"
        episode, arrays = solve(scene, assets, task, episodes, seed, name, number)
        if episode.success:
            found.append(solution(episode, arrays, compiled))
        words = [x.word for x in found[-1]] if episode.success else episode.cause
        print(f"diverse={diverse} {number}: {words}", file=sys.stderr)  # noqa: T201
    return _Side(tuple(found), count, (time.process_time() - start) / count)


def _scene(spec: DatasetSpec) -> tuple[Scene, dict[str, Asset]]:
    """The first scene of the task that is not refused.

    Raises:
        AssemblyError: where all are.
    """
    library = production().library(spec.assets)
    refused = AssemblyError("no scene was tried")
    for index in range(SCENES):
        try:
            return build_scene(spec, _task(), index, library)
        except AssemblyError as error:
            refused = error
    raise refused


def _task() -> TaskSpec:
    """Both things where they belong."""
    names = {name: f"{category}_1" for name, category in OBJECTS.items()}
    problem = Problem(
        objects=tuple((names[name], category) for name, category in OBJECTS.items()),
        init=tuple(
            Literal("ontop", (names[name], names["table"])) for name in OBJECTS if name != "table"
        ),
        goal=And(tuple(Atom(x, (names[a], names[b])) for x, a, b in GOALS)),
    )
    return TaskSpec(
        id="t0000",
        name="tidy",
        instruction="Put the mug on the tray and the apple in the basket.",
        bddl=problem_text(problem),
        objects=tuple(
            TaskObject(name=name, instance=names[name], category=category)
            for name, category in OBJECTS.items()
        ),
        proposer="bench",
    )
