"""How fast a task can be acted in: steps per second of one process, and how long a reset takes.

What is carried out are demonstrations of one pick-and-place, so that the hand touches and
carries things; a simulation at rest would be faster.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...generators.environments.groups import ObservationGroup, View
from ...generators.environments.task import ResetScene, TaskRollouts, TaskSetting
from ...generators.store.hashing import item_seed
from ...schemas import AssemblyError, DatasetSpec, EpisodeArrays, RunError, TaskSpec
from ...tasks.rollout.objects import task_objects
from ...tasks.rollout.stepping import Stepper
from ...tasks.solving.setup import build_scene
from ...tasks.solving.solve import solve
from ..stages import production
from ._suites.case import case

HZ = 10
CAMERA = "front"
SIZE = (128, 128)
TRIES = 4
"""Scenes that are tried for each demonstration."""


@dataclass(frozen=True)
class _Demonstration:
    placed: ResetScene
    arrays: EpisodeArrays


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `env`."""
    count = 3 if small else 12
    task, made = _demonstrations(seed, count)
    state = _setting(task, (ObservationGroup.robot, ObservationGroup.objects))
    drawn = _setting(
        task, (ObservationGroup.robot, ObservationGroup.objects, ObservationGroup.images)
    )
    _rate(state, made[:1])
    _rate(drawn, made[:1])
    rate, camera = _rate(state, made), _rate(drawn, made)
    physics = _physics(made)
    return {
        "steps_per_second_process_state": round(rate, 1),
        "steps_per_second_process_camera_128": round(camera, 1),
        "reset_seconds": round(_reset(state, made, new=True), 4),
        "reset_same_scene_seconds": round(_reset(state, made, new=False), 5),
        "physics_only_steps_per_second": round(physics, 1),
        "physics_share": round(rate / physics, 3),
        "physics_steps_per_action": 50,
        "demonstrations": len(made),
        "actions": sum(len(one.arrays.actions) for one in made),
    }


def _demonstrations(seed: int, count: int) -> tuple[TaskSpec, list[_Demonstration]]:
    """Solved attempts in scenes of their own.

    Raises:
        RunError: too few were solved.
    """
    objects = {"apple": "apple.n.01", "basket": "wicker_basket.n.01"}
    wanted = case(seed, objects, "(inside apple basket)")
    update = {"episodes": {"hz": HZ}, "cameras": [{"name": CAMERA}]}
    spec = DatasetSpec.model_validate({**wanted.spec.model_dump(), **update})
    library = production().library(spec.assets)
    made: list[_Demonstration] = []
    for index in range(count * TRIES):
        try:
            scene, assets = build_scene(spec, wanted.task, index, library)
        except AssemblyError:
            continue  # a scene that is refused is no scene to act in
        given = item_seed(seed, "episodes", 0, index)
        episode, arrays = solve(scene, assets, wanted.task, spec.episodes, given, f"e{index}")
        if episode.success:
            made.append(_Demonstration(ResetScene(scene, assets), arrays))
        if len(made) == count:
            return wanted.task, made
    raise RunError(f"only {len(made)} of {count} demonstrations in {count * TRIES} scenes")


def _setting(task: TaskSpec, groups: tuple[ObservationGroup, ...]) -> TaskSetting:
    named = task_objects(task)
    view = View(groups, (CAMERA,), SIZE, len(named), 7, named)
    return TaskSetting(task, view, "joints", "sparse", HZ, 10_000)


def _rate(setting: TaskSetting, made: Sequence[_Demonstration]) -> float:
    """Actions per second, everything but the reset counted."""
    rollouts, steps, seconds = TaskRollouts(setting), 0, 0.0
    for one in made:
        rollouts.begin(one.placed, one.arrays.initial_state)
        start = time.perf_counter()
        for action in one.arrays.actions:
            rollouts.step(action)
        seconds += time.perf_counter() - start
        steps += len(one.arrays.actions)
    return steps / seconds


def _physics(made: Sequence[_Demonstration]) -> float:
    """Actions per second of the simulation alone: nothing is judged or observed."""
    from ...scenes.model.mujoco_model import compile_model

    steps, seconds = 0, 0.0
    for one in made:
        compiled = compile_model(one.placed.scene, one.placed.assets, "physics")
        stepper = Stepper(compiled, compiled.new_data(), HZ)
        start = time.perf_counter()
        for action in one.arrays.actions:
            stepper.step(action)
        seconds += time.perf_counter() - start
        steps += len(one.arrays.actions)
    return steps / seconds


def _reset(setting: TaskSetting, made: Sequence[_Demonstration], *, new: bool) -> float:
    """Median wall seconds of a reset, to a scene that must be compiled or to the same again."""
    found: list[float] = []
    for one in made:
        rollouts = TaskRollouts(setting)
        if not new:
            rollouts.begin(one.placed)
        start = time.perf_counter()
        rollouts.begin(one.placed)
        found.append(time.perf_counter() - start)
    return float(np.median(found))
