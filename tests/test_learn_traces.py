"""The example that learns from traces: what it learns carries over to tasks it has not seen."""

from __future__ import annotations

import importlib.util
import json
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cousins.flows.run import RunRequest, execute, export_dataset
from cousins.flows.stages import production
from cousins.generators.dataset import Dataset
from cousins.generators.exports.traces.procedures import procedures
from cousins.generators.proposers import propose
from cousins.generators.proposing.catalogue import Catalogue
from cousins.scenes.core.franka import FRANKA
from cousins.schemas import AssetsSpec, DatasetSpec, Episode
from cousins.schemas.spec_file import load_spec
from cousins.tasks.bddl.goals import ground_literals
from cousins.tasks.bddl.problem import scene_problem, support_name
from cousins.tasks.symbolic.search import plans

ROOT = Path(__file__).parents[1]


@cache
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("learn_traces", ROOT / "examples/learn_traces.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["learn_traces"] = module
    spec.loader.exec_module(module)
    return module


def searched(count: int) -> list[dict[str, Any]]:
    """Procedures of the grammar's tasks, searched as far as categories tell, without physics."""
    library = production().library(AssetsSpec())
    spec = DatasetSpec.model_validate({"name": "x", "tasks": {"count": count, "max_steps": 6}})
    catalogue, found = Catalogue(library, FRANKA), list[dict[str, Any]]()
    for task in propose(spec, 0, count, (), library):
        support, problem = support_name(task), scene_problem(task)
        kinds = {x.name: catalogue.kind(x.category) for x in task.objects if x.name != support}
        able = catalogue.capabilities(kinds, support)
        plan = next(plans(problem.init, problem.goal, able))
        episode = Episode(
            id=f"{task.id}-e00", task=task.id, scene="s", seed=(0,), instruction="", success=True,
            steps=0, hz=10, trace=plan.trace,
        )  # fmt: skip
        found += procedures(episode, " ".join(map(str, ground_literals(problem.goal))))
    return found


def test_states_are_rebuilt_and_the_last_expansion_reaches_the_goal() -> None:
    def node(number: int, parent: int | None, skill: str | None, *args: str) -> dict[str, Any]:
        return {
            "node": number, "parent": parent, "skill": skill, "arguments": list(args),
            "adds": [f"(inside {' '.join(args)})"] if skill == "put" else ["(open box)"],
            "removes": ["(ontop cup table)"] if skill == "put" else [],
        }  # fmt: skip

    start: dict[str, Any] = node(0, None, None) | {"adds": []}
    goal = "(and (inside cup box) (not (open box)))"
    procedure: dict[str, Any] = {
        "task": "t0000",
        "complete": True,
        "input": {
            "facts": ["(ontop cup table)"],
            "goal": goal,
        },
        "output": {
            "nodes": [start, node(1, 0, "open", "box")],
            "plan": [node(1, 0, "open", "box"), node(2, 1, "put", "cup", "box")],
        },
    }
    first, second = example().examples(procedure)
    assert (first.last, first.following) == (None, ("open", ("box",)))
    assert first.state == {("ontop", "cup", "table")}
    assert first.wanted == (("inside", "cup", "box"),)
    assert first.unwanted == (("open", "box"),)
    assert second.state == {("ontop", "cup", "table"), ("open", "box")}
    assert (second.last, second.following) == (("open", ("box",)), ("put", ("cup", "box")))
    cut = procedure | {"complete": False}
    assert len(list(example().examples(cut))) == 1


def test_it_beats_the_most_frequent_node_on_held_out_tasks() -> None:
    result = example().evaluate(searched(40), seed=0, folds=2)
    assert result["tasks"] == 40
    assert result["learned_skill"] > result["baseline_skill"] + 0.2
    assert result["learned_node"] > result["baseline_node"] + 0.2


@pytest.mark.heavy
def test_it_learns_from_a_generated_dataset(tmp_path: Path) -> None:
    spec = load_spec(ROOT / "examples/traces.yaml")
    spec = spec.model_copy(update={"tasks": spec.tasks.model_copy(update={"count": 50})})
    execute(RunRequest(spec, tmp_path, production(), 2))
    folders = export_dataset(spec, tmp_path, production(), ("traces",))
    text = (folders["traces"] / "procedures.jsonl").read_text(encoding="utf-8")
    result = example().evaluate([json.loads(x) for x in text.splitlines()], seed=0, folds=5)
    assert len(list(Dataset(tmp_path).episodes())) >= 40
    assert result["learned_skill"] > result["baseline_skill"] + 0.1
    assert result["learned_node"] > result["baseline_node"] + 0.1
