"""Solving: one short task per skill succeeds and replays exactly; what cannot be done says why."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import mujoco
import numpy as np
import pytest
from worlds import LIBRARY, by_hand, first, make_task, put, scene_for

from cousins.generators.dataset import dump_arrays, dump_models, load_arrays
from cousins.scenes.model.mujoco_model import CompiledScene, compile_model
from cousins.schemas import (
    Asset,
    Cause,
    Episode,
    EpisodeArrays,
    EpisodeSpec,
    Failure,
    Scene,
    TaskSpec,
)
from cousins.tasks.motion.manipulator import Manipulator
from cousins.tasks.physics.execution import SkillFailedError
from cousins.tasks.physics.predicates import PhysicsFacts
from cousins.tasks.physics.replay import replay
from cousins.tasks.pick_place.choosing import PlacementStrategy
from cousins.tasks.solving import perform as performing
from cousins.tasks.solving.solve import solve
from cousins.tasks.symbolic.search import Step

SPEC = EpisodeSpec()
TASKS: dict[str, tuple[TaskSpec, tuple[str, ...]]] = {
    "place on": (
        make_task({"mug": "mug.n.04", "tray": "tray.n.01"}, "", "(ontop mug tray)"),
        ("place_on",),
    ),
    "place inside": (
        make_task(
            {"apple": "apple.n.01", "basket": "wicker_basket.n.01"}, "", "(inside apple basket)"
        ),
        ("place_inside",),
    ),
    "place next to": (
        make_task({"can": "can__of__soda.n.01", "bowl": "bowl.n.01"}, "", "(nextto can bowl)"),
        ("place_next_to",),
    ),
    "open drawer": (
        make_task({"cabinet": "cabinet.n.01"}, "(not (open cabinet))", "(open cabinet)"),
        ("open",),
    ),
    "open door": (
        make_task({"cupboard": "cabinet.n.03"}, "(not (open cupboard))", "(open cupboard)"),
        ("open",),
    ),
    "open lid": (
        make_task({"chest": "cedar_chest.n.01"}, "(not (open chest))", "(open chest)"),
        ("open",),
    ),
    "close drawer": (
        make_task({"cabinet": "cabinet.n.01"}, "(open cabinet)", "(not (open cabinet))"),
        ("close",),
    ),
    "put away": (
        make_task(
            {"cabinet": "cabinet.n.01", "dice": "toy_dice.n.01"},
            "(not (open cabinet))",
            "(and (inside dice cabinet) (not (open cabinet)))",
        ),
        ("open", "place_inside", "close"),
    ),
}  # fmt: skip


def attempt(
    task: TaskSpec, index: int = 0
) -> tuple[Scene, dict[str, Asset], Episode, EpisodeArrays]:
    scene, assets = scene_for(task, index=index)
    episode, arrays = solve(scene, assets, task, SPEC, (0, index), f"{task.id}-e{index:02d}")
    return scene, assets, episode, arrays


def first_success(task: TaskSpec) -> tuple[Scene, dict[str, Asset], Episode, EpisodeArrays]:
    """Of three scenes; few attempts fail, and one of them should not fail the tests."""
    causes: list[str | None] = []
    for index in range(3):
        made = attempt(task, index)
        if made[2].success:
            return made
        causes.append(made[2].cause)
    raise AssertionError(causes)


@pytest.mark.parametrize("name", TASKS)
def test_each_skill_solves_its_task_and_replays_exactly(name: str) -> None:
    task, plan = TASKS[name]
    scene, assets, episode, arrays = first_success(task)
    assert episode.cause is None
    assert tuple(s.skill for s in episode.subtasks if s.success) == plan
    assert all(report.holds for report in episode.goal)
    check_record(scene, assets, episode, arrays)
    result = replay(scene, assets, task, episode, load_arrays(dump_arrays(arrays)))
    assert result.success
    assert result.max_error == 0.0


@pytest.mark.parametrize("done", [True, False])
def test_a_skill_that_gives_up_has_failed_only_where_its_effect_is_missing(
    done: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, _ = TASKS["place on"]
    calls: list[str] = []

    def gives_up(
        arm: Manipulator, step: Step, later: tuple[Step, ...], manner: PlacementStrategy | None
    ) -> None:
        calls.append(step.skill)
        if done or len(calls) > 1:
            performing.perform(arm, step, later, manner)
        if len(calls) == 1:
            raise SkillFailedError(Cause.NOT_SLID, "given up")

    monkeypatch.setattr("cousins.tasks.solving.attempt.perform", gives_up)
    episode = attempt(task)[2]
    assert episode.success
    assert any(event.reason == "given up" for event in episode.trace)
    if done:
        (only,) = episode.subtasks
        assert only.success
        assert only.cause is None
        assert only.withdrawn == episode.steps - round(SPEC.hz), "then a second of rest"
    else:
        assert [x.success for x in episode.subtasks] == [False, True]
        assert [x.recovers for x in episode.subtasks] == [None, 0]
        assert episode.subtasks[0].cause == Cause.NOT_SLID


def check_record(
    scene: Scene, assets: dict[str, Asset], episode: Episode, arrays: EpisodeArrays
) -> None:
    """Shapes, limits, continuity, and that subtasks cover the actions in order."""
    compiled = compile_model(scene, assets, "physics")
    steps = episode.steps
    assert arrays.actions.shape == (steps, 8)
    assert arrays.actions.dtype == np.float32
    assert arrays.qpos.shape == (steps + 1, compiled.model.nq)
    assert arrays.qvel.shape == (steps + 1, compiled.model.nv)
    assert arrays.tool.shape == (steps + 1, 7)
    assert arrays.gripper.shape == (steps + 1,)
    assert all(np.isfinite(x).all() for x in (arrays.qpos, arrays.qvel, arrays.tool))
    assert np.allclose(np.linalg.norm(arrays.tool[:, 3:], axis=1), 1.0)
    assert np.array_equal(arrays.qpos[0], compiled.new_data().qpos)
    spec = compiled.robot.spec
    change = np.abs(np.diff(arrays.actions[:, :7], axis=0)) * episode.hz
    # Feed-forward adds to the command's speed.
    assert (change <= np.array(spec.max_velocity) * 1.5).all()
    assert ((arrays.actions[:, 7] >= 0) & (arrays.actions[:, 7] <= spec.max_opening + 1e-6)).all()
    ends = [(s.start, s.end) for s in episode.subtasks]
    assert all(start < end for start, end in ends)
    assert all(a[1] <= b[0] for a, b in pairwise(ends))
    assert ends[-1][1] <= steps
    for part in episode.subtasks:
        assert part.interaction is not None
        assert part.start < part.interaction < part.end
        assert part.sentence
    chosen = [event for event in episode.trace if event.event == "choose"]
    assert chosen
    assert {event.stage for event in chosen} & {"grasp"}


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not() -> None:
    task, _ = TASKS["place on"]
    scene, assets = scene_for(task, index=2)
    made = [solve(scene, assets, task, SPEC, (seed,), "t0000-e00") for seed in (7, 7, 8)]
    files = [(dump_models([episode]), dump_arrays(arrays)) for episode, arrays in made]
    assert files[0] == files[1]
    assert files[0][1] != files[2][1]


def digest_of(names: tuple[str, ...]) -> str:
    """Hash of all bytes of one attempt at each task."""
    digest = hashlib.sha256()
    for name in names:
        _, _, episode, arrays = attempt(TASKS[name][0])
        digest.update(dump_models([episode]) + dump_arrays(arrays))
    return digest.hexdigest()


def test_a_fresh_process_solves_with_the_same_bytes() -> None:
    """Nothing that was solved before, and no hash seed, has a say."""
    names = ("place next to",)
    done = subprocess.run(
        [sys.executable, "-c", f"import test_solving as t; print(t.digest_of({names}))"],
        cwd=Path(__file__).parent,
        env={**os.environ, "PYTHONHASHSEED": "9"},
        capture_output=True,
        text=True,
        check=True,
    )
    attempt(TASKS["place on"][0])
    assert done.stdout.strip() == digest_of(names)


def test_only_what_the_task_names_is_moved() -> None:
    task, _ = TASKS["place inside"]
    scene, assets, _, arrays = first_success(task)
    compiled = compile_model(scene, assets, "physics")
    basket = compiled.objects["basket"].free_qpos
    apple = compiled.objects["apple"].free_qpos
    assert basket is not None
    assert apple is not None
    moved = np.linalg.norm(arrays.qpos[-1] - arrays.qpos[0])
    assert moved > 0.05
    assert (
        np.linalg.norm(arrays.qpos[-1, basket : basket + 3] - arrays.qpos[0, basket : basket + 3])
        < 0.03
    )
    assert (
        np.linalg.norm(arrays.qpos[-1, apple : apple + 3] - arrays.qpos[0, apple : apple + 3])
        > 0.05
    )


def solved(compiled: CompiledScene, task: TaskSpec, spec: EpisodeSpec = SPEC) -> Episode:
    scene, assets = compiled.scene, dict(compiled.assets)
    return solve(scene, assets, task, spec, (0,), "t0000-e00")[0]


def too_wide() -> Asset:
    """A box that claims to be graspable and is wider than the hand."""
    asset = first("box__of__cereal.n.01")
    root = asset.links[0]
    box = root.collisions[0].model_copy(
        update={"kind": "box", "mesh": None, "size": (0.06, 0.06, 0.06), "pos": (0.0, 0.0, 0.06)}
    )
    links = (root.model_copy(update={"collisions": (box,), "visuals": ()}),)
    return asset.model_copy(update={"links": links, "extents": (0.12, 0.12, 0.12)})


def test_an_object_too_large_for_the_hand_ends_with_a_cause() -> None:
    compiled = by_hand(
        put("box", too_wide(), (0.45, 0.25, 0.0)),
        put("basket", first("wicker_basket.n.01"), (0.5, -0.2, 0.0)),
    )
    objects = {"box": "box__of__cereal.n.01", "basket": "wicker_basket.n.01"}
    task = make_task(objects, "", "(inside box basket)")
    episode = solved(compiled, task)
    assert not episode.success
    assert episode.cause == Cause.NO_GRASP
    assert any("no part narrow enough" in event.reason for event in episode.trace)
    assert not all(report.holds for report in episode.goal)


def test_a_container_that_is_too_small_ends_with_a_cause() -> None:
    compiled = by_hand(
        put("tray", first("tray.n.01"), (0.45, 0.2, 0.0)),
        put("mug", first("mug.n.04"), (0.5, -0.2, 0.0)),
    )
    task = make_task({"tray": "tray.n.01", "mug": "mug.n.04"}, "", "(inside tray mug)")
    episode = solved(compiled, task)
    assert not episode.success
    assert episode.cause
    assert episode.steps == 0
    assert [report.holds for report in episode.goal] == [False]


def test_what_is_out_of_reach_ends_with_a_cause() -> None:
    compiled = by_hand(
        put("apple", first("apple.n.01"), (0.95, 0.55, 0.0)),
        put("plate", first("plate.n.04"), (0.5, -0.2, 0.0)),
    )
    task = make_task({"apple": "apple.n.01", "plate": "plate.n.04"}, "", "(ontop apple plate)")
    episode = solved(compiled, task)
    assert not episode.success
    assert episode.cause == str(Failure(Cause.NO_GRASP, Failure(Cause.UNREACHABLE)))


def test_the_time_limit_ends_an_attempt() -> None:
    task, _ = TASKS["place on"]
    scene, assets = scene_for(task)
    episode, arrays = solve(scene, assets, task, EpisodeSpec(max_seconds=2.0), (0,), "t0000-e00")
    assert episode.cause == Cause.TIME_LIMIT
    assert episode.steps == 20 == len(arrays.actions)
    assert episode.subtasks[-1].cause == Cause.TIME_LIMIT
    result = replay(scene, assets, task, episode, arrays)
    assert not result.success
    assert result.max_error == 0.0


def test_a_goal_that_holds_already_takes_no_skill() -> None:
    compiled = by_hand(put("mug", first("mug.n.04"), (0.5, -0.2, 0.0)))
    episode = solved(compiled, make_task({"mug": "mug.n.04"}, "", "(ontop mug table)"))
    assert episode.success
    assert episode.subtasks == ()


def test_success_is_what_physics_says() -> None:
    task, _ = TASKS["place next to"]
    scene, assets, episode, arrays = attempt(task)
    compiled = compile_model(scene, assets, "physics")
    data = compiled.new_data()
    data.qpos[:] = arrays.qpos[-1]
    mujoco.mj_forward(compiled.model, data)
    assert PhysicsFacts(compiled, data).holds("nextto", ("can", "bowl")) == episode.success
    assert LIBRARY.get(scene.object("can").asset) == assets[scene.object("can").asset_hash]
