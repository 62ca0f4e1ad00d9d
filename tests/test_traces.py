"""The traces export: what was thought joins with what was done, and both are consistent."""

# pyright: reportMissingTypeStubs=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import FixtureConfig, build_dataset, shard_files
from some import some
from worlds import LIBRARY, make_task

from cousins.flows.making import run_shard
from cousins.flows.stages import production
from cousins.flows.work import Job, ShardTask
from cousins.generators.dataset import Dataset
from cousins.generators.exports import EXPORTERS
from cousins.generators.exports.traces.phases import phases
from cousins.generators.exports.traces.procedures import procedures
from cousins.generators.exports.traces.thoughts import CHECK, thoughts
from cousins.generators.quality.object_paths import object_poses, relative
from cousins.generators.store.writer import Store
from cousins.scenes.core.geometry import rotation
from cousins.scenes.model.mujoco_model import compile_model
from cousins.schemas import DatasetError, DatasetSpec, Episode, Subtask, TraceEvent
from cousins.tasks.bddl.formula import Literal
from cousins.tasks.bddl.goals import SymbolicFacts, evaluate
from cousins.tasks.bddl.problem import scene_problem

TASK = make_task(
    {"cabinet": "cabinet.n.01", "dice": "toy_dice.n.01"},
    "(not (open cabinet))",
    "(and (inside dice cabinet) (not (open cabinet)))",
)
SCENES = 2


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Attempts at one task of three skills, made by the product's own shards."""
    root = tmp_path_factory.mktemp("traces")
    spec = DatasetSpec(name="traces", cameras=())
    with Store(root, spec, LIBRARY.version) as store:
        for stage in ("scenes", "episodes"):
            unit = ShardTask(stage, TASK.id, "test", (0, 0), spec, 0, SCENES, TASK)
            store.commit(stage, TASK.id, "test", run_shard(Job(root, production(), unit)).prepared)
    tasks = root / "data" / "tasks" / "b00000"
    tasks.mkdir(parents=True)
    (tasks / "tasks.json").write_text(f"[{TASK.canonical_json()}]")
    record = {"stage": "tasks", "shard": "b00000", "key": "x", "files": {}, "items": 1}
    (root / "manifest" / "tasks").mkdir(parents=True)
    (root / "manifest" / "tasks" / "b00000.json").write_text(json.dumps(record))
    return Dataset(root)


@pytest.fixture(scope="module")
def exported(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exported") / "traces"
    EXPORTERS.load("traces").export(dataset, out)
    return out


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    found: list[dict[str, Any]] = pq.read_table(folder / f"{name}.parquet").to_pylist()
    return found


def lines(folder: Path) -> list[dict[str, Any]]:
    text = (folder / "procedures.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def literal(text: str) -> Literal:
    predicate, *arguments = text[1:-1].split()
    return Literal(predicate, tuple(arguments))


def test_there_is_a_demonstration_of_three_skills(dataset: Dataset) -> None:
    won = [x for x in dataset.episodes() if x.success]
    assert won
    assert [x.skill for x in won[0].subtasks if x.success] == ["open", "place_inside", "close"]


def test_events_are_the_traces_in_order(dataset: Dataset, exported: Path) -> None:
    found = rows(exported, "events")
    expected = [(e.id, x) for e in dataset.episodes() for x in e.trace]
    assert [(r["episode"], r["stage"], r["event"], r["subject"]) for r in found] == [
        (name, x.stage, x.event, x.subject) for name, x in expected
    ]
    for episode in some(dataset.episodes()):
        mine = [r for r in found if r["episode"] == episode.id]
        assert [r["index"] for r in mine] == list(range(len(mine)))
        assert all(a["step"] <= b["step"] for a, b in pairwise(mine))
        for row in mine:
            if row["event"] == "choose" and row["stage"] == "grasp":
                part = episode.subtasks[row["subtask"]]
                assert part.start <= row["step"] < part.end
                assert any(x in row["subject"] for x in part.arguments)


def test_procedures_rebuild_the_search_and_end_at_the_goal(exported: Path) -> None:
    problem = scene_problem(TASK)
    found = lines(exported)
    assert found
    for procedure in found:
        start = frozenset(map(literal, procedure["input"]["facts"]))
        states = [start]
        nodes = procedure["output"]["nodes"]
        assert [x["node"] for x in nodes] == list(range(len(nodes)))
        assert nodes[0]["parent"] is None
        assert procedure["complete"]
        for node in [*nodes[1:], procedure["output"]["plan"][-1]]:
            assert node["parent"] < node["node"]
            before = states[node["parent"]]
            removed = frozenset(map(literal, node["removes"]))
            added = frozenset(map(literal, node["adds"]))
            assert removed <= before
            assert not added & before
            states.append(before - removed | added)
        assert evaluate(problem.goal, SymbolicFacts(states[-1]))
        assert not any(evaluate(problem.goal, SymbolicFacts(x)) for x in states[:-1])
        plan = procedure["output"]["plan"]
        assert plan[0]["skill"] == procedure["output"]["action"]["skill"]
        assert all(a["node"] == b["parent"] for a, b in pairwise(plan))
    assert "(inside dice cabinet)" in found[0]["input"]["goal"]
    assert "(ontop dice table)" in found[0]["input"]["facts"]


def test_a_cut_search_says_so_and_one_without_a_plan_is_left_out() -> None:
    def event(kind: Any, node: int, parent: int | None) -> TraceEvent:
        subject = "start" if parent is None else "open(box)"
        return TraceEvent(
            stage="symbolic", event=kind, subject=subject, values=(0, 1), node=node, parent=parent
        )

    trace = (
        event("expand", 0, None),
        event("expand", 0, None),
        event("expand", 1, 0),
        event("choose", 3, 2),
    )
    episode = Episode(
        id="e", task="t", scene="s", seed=(0,), instruction="x", success=False, steps=0, hz=10,
        trace=trace,
    )  # fmt: skip
    (only,) = procedures(episode, "")
    assert len(only["output"]["nodes"]) == 2
    assert not only["complete"]


def test_thoughts_join_with_the_arrays(dataset: Dataset, exported: Path) -> None:
    found = rows(exported, "thoughts")
    for episode in some(dataset.episodes()):
        mine = [r for r in found if r["episode"] == episode.id]
        arrays = dataset.arrays(episode)
        assert [r["step"] for r in mine] == list(range(episode.steps))
        assert np.array_equal(np.array([r["action"] for r in mine], np.float32), arrays.actions)
        states = np.array([r["state"] for r in mine], np.float32)
        assert np.array_equal(states[:, :7], arrays.qpos[:-1, :7].astype(np.float32))
        assert np.array_equal(states[:, 7], arrays.gripper[:-1])
        for index, part in some(enumerate(episode.subtasks)):
            said = {(r["subtask"], r["thought"]) for r in mine[part.start : part.end]}
            assert said == {(index, part.sentence)}


def test_between_subtasks_a_failure_is_got_over_and_a_success_checked() -> None:
    def part(start: int, end: int, cause: str | None) -> Subtask:
        return Subtask(
            skill="open", arguments=("box",), sentence=f"open {start}", start=start, end=end,
            success=cause is None, cause=cause, withdrawn=None if cause is None else end + 2,
        )  # fmt: skip

    said = thoughts((part(0, 2, "handle_slipped"), part(4, 6, None)), 8)
    assert [x[0] for x in said] == [0, 0, None, None, 1, 1, None, None]
    assert "handle_slipped" in said[2][1]
    assert said[3] == said[2]
    assert said[6] == (None, CHECK)


def test_phases_cover_subtasks_and_their_paths_lead_back_to_the_world(
    dataset: Dataset, exported: Path
) -> None:
    found = rows(exported, "phases")
    scenes = {scene.id: scene for scene in dataset.scenes()}
    for episode in some(dataset.episodes()):
        scene, arrays = scenes[episode.scene], dataset.arrays(episode)
        compiled = compile_model(scene, dataset.assets_of(scene), "physics")
        poses = object_poses(compiled, arrays.qpos, ["cabinet", "dice"])
        address = compiled.objects["dice"].free_qpos
        assert address is not None
        assert np.allclose(poses["dice"], arrays.qpos[:, address : address + 7], atol=1e-9)
        assert np.allclose(poses["cabinet"], poses["cabinet"][0])
        for index, part in some(enumerate(episode.subtasks)):
            for name in part.arguments:
                mine = [
                    r
                    for r in found
                    if (r["episode"], r["subtask"], r["object"]) == (episode.id, index, name)
                ]
                assert [r["phase"] for r in mine] == ["alignment", "interaction"]
                assert (mine[0]["start"], mine[0]["end"]) == (part.start, part.interaction)
                assert (mine[1]["start"], mine[1]["end"]) == (part.interaction, part.end)
                for row in mine:
                    path = np.array(row["object_from_tool"])
                    states = range(row["start"], row["end"] + 1)
                    assert len(path) == len(states) == len(row["gripper"])
                    for k, step in zip(path, states, strict=True):
                        pose = poses[name][step]
                        back = rotation(pose[3:]) @ k[:3] + pose[:3]
                        assert np.allclose(back, arrays.tool[step, :3], atol=1e-9)


def test_the_hand_aligns_before_contact_and_carries_after_it(
    dataset: Dataset, exported: Path
) -> None:
    won = {x.id for x in dataset.episodes() if x.success}
    cases = [
        r
        for r in rows(exported, "phases")
        if r["episode"] in won and r["skill"] == "place_inside" and r["object"] == "dice"
    ]
    assert cases
    for row in cases:
        away = np.linalg.norm(np.array(row["object_from_tool"])[:, :3], axis=1)
        if row["phase"] == "alignment":
            assert away[0] > 2 * away[-1]
            assert away[-1] < 0.05
        else:
            # While it is carried it stays where it is in the hand.
            assert np.median(away) < 0.05


def test_relative_poses_of_turned_frames() -> None:
    half = np.sqrt(0.5)
    frame = np.array([[1.0, 0, 0, half, 0, 0, half]])
    pose = np.array([[1.0, 2.0, 0, 1, 0, 0, 0]])
    assert np.allclose(relative(frame, pose), [[2, 0, 0, half, 0, 0, -half]])


def test_a_subtask_without_contact_has_no_interaction() -> None:
    part = Subtask(
        skill="open", arguments=("box",), sentence="x", start=3, end=9, success=False, cause="x"
    )
    assert phases(part) == [("alignment", 3, 9)]


def test_an_export_repeats_and_is_not_written_over(
    dataset: Dataset, exported: Path, tmp_path: Path
) -> None:
    EXPORTERS.load("traces").export(dataset, tmp_path / "again")
    assert shard_files(tmp_path / "again") == shard_files(exported)
    with pytest.raises(DatasetError, match="not empty"):
        EXPORTERS.load("traces").export(dataset, tmp_path / "again")


@pytest.mark.parametrize(("what", "named"), [("scene", "t0000-s8"), ("task", "is of t0000")])
def test_an_episode_of_nothing_that_is_there_is_named(
    what: str, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = build_dataset(tmp_path / "dataset", FixtureConfig(videos=False, frames=False))
    first = next(dataset.episodes())
    if what == "scene":
        first = first.model_copy(update={"scene": "t0000-s8"})
    else:
        monkeypatch.setattr(dataset, "tasks", lambda: iter(()))
    monkeypatch.setattr(dataset, "episodes", lambda: iter([first]))
    with pytest.raises(DatasetError, match=named):
        EXPORTERS.load("traces").export(dataset, tmp_path / "out")
