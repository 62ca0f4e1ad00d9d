"""Activities of BEHAVIOR-1K from their unchanged text to a goal that holds in physics."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cousins.generators.proposers.behavior import BehaviorProposer
from cousins.scenes.libraries.procedural import ProceduralLibrary
from cousins.scenes.model.mujoco_model import compile_model
from cousins.schemas import DatasetSpec, Episode, EpisodeSpec, ProposalSpec, SpecError, TaskSpec
from cousins.schemas.spec_file import load_spec
from cousins.tasks.bddl.activities import activities, activity_text
from cousins.tasks.bddl.goals import evaluate, ground_literals
from cousins.tasks.bddl.problem import scene_problem
from cousins.tasks.physics.predicates import PhysicsFacts
from cousins.tasks.solving.setup import build_scene
from cousins.tasks.solving.solve import solve

EXAMPLE = Path(__file__).parents[1] / "examples" / "behavior.yaml"
LIBRARY = ProceduralLibrary()


@pytest.fixture(scope="module")
def example() -> tuple[DatasetSpec, tuple[TaskSpec, ...]]:
    spec = load_spec(EXAMPLE)
    return spec, BehaviorProposer().propose(spec, 0, spec.tasks.count, (), LIBRARY)


def test_the_example_names_only_what_can_be_proposed(
    example: tuple[DatasetSpec, tuple[TaskSpec, ...]],
) -> None:
    spec, tasks = example
    assert len(tasks) == len(spec.tasks.activities) == spec.tasks.count
    for name, task in zip(spec.tasks.activities, tasks, strict=True):
        assert task.bddl == activity_text(name)


def proposable() -> dict[str, TaskSpec]:
    """What can be proposed for a table of the procedural library, by name."""
    found: dict[str, TaskSpec] = {}
    for name in (activity.name for activity in activities() if activity.supported):
        try:
            tasks = ProposalSpec(proposer="behavior", activities=(name,), count=1)
            spec = DatasetSpec(name="one", tasks=tasks)
            (found[name],) = BehaviorProposer().propose(spec, 0, 1, (), LIBRARY)
        except SpecError:
            continue
    return found


@pytest.mark.heavy
def test_as_many_can_be_proposed_as_the_docs_say() -> None:
    found = proposable()
    text = (EXAMPLE.parents[1] / "docs" / "proposers.md").read_text(encoding="utf-8")
    assert f"{len(found)} of the 276 can be proposed" in text
    lawn = found["cleaning_parks"]
    assert "lawn.n.01_1" in {thing.instance for thing in lawn.objects if thing.name == "table"}
    assert "dispose_of_batteries" not in found  # nothing stands in for a razor


def test_three_bottles_end_up_in_the_basket(
    example: tuple[DatasetSpec, tuple[TaskSpec, ...]],
) -> None:
    spec, tasks = example
    task = tasks[spec.tasks.activities.index("make_the_ultimate_spa_basket")]
    goal = scene_problem(task).goal
    assert len(ground_literals(goal)) == 3
    attempts = [attempt(spec, task, index) for index in range(3)]
    solved = [episode for episode in attempts if episode.success]
    assert len(solved) >= 2, [episode.cause for episode in attempts]
    for episode in solved:
        assert [s.skill for s in episode.subtasks if s.success] == ["place_inside"] * 3
        assert len(episode.goal) == 3
        assert all(report.holds for report in episode.goal)


def attempt(spec: DatasetSpec, task: TaskSpec, index: int) -> Episode:
    """One attempt, in a scene where the goal does not hold yet."""
    scene, assets = build_scene(spec, task, index, LIBRARY)
    compiled = compile_model(scene, assets, "physics")
    facts = PhysicsFacts(compiled, compiled.new_data())
    assert not evaluate(scene_problem(task).goal, facts)
    episode, arrays = solve(scene, assets, task, EpisodeSpec(), (3, index), "e")
    assert np.isfinite(arrays.actions).all()
    return episode
