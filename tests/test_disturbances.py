"""Attempts that are disturbed on purpose recover, say so, and replay to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from worlds import make_task, scene_for

from cousins.generators.dataset import dump_arrays, load_arrays
from cousins.scenes.core.geometry import Array
from cousins.scenes.model.mujoco_model import compile_model
from cousins.schemas import (
    Asset,
    Disturbance,
    Episode,
    EpisodeArrays,
    EpisodeSpec,
    PerturbSpec,
    Scene,
)
from cousins.tasks.motion.manipulator import Manipulator
from cousins.tasks.physics.execution import Executor, apply
from cousins.tasks.physics.replay import replay
from cousins.tasks.solving import mishaps
from cousins.tasks.solving.mishaps import ASIDE
from cousins.tasks.solving.solve import solve

TASK = make_task(
    {"car": "toy_car.n.01", "board": "chopping_board.n.01"}, "", "(ontop car board)"
)  # fmt: skip
Attempt = tuple[Scene, dict[str, Asset], Episode, EpisodeArrays]


def attempt(index: int, **perturb: Any) -> Attempt:
    spec = EpisodeSpec(style="diverse", perturb=PerturbSpec(**perturb) if perturb else None)
    scene, assets = scene_for(TASK, index=index)
    return scene, assets, *solve(scene, assets, TASK, spec, (0, index), f"e{index:02d}")


def recovered(**perturb: Any) -> Attempt:
    """The first of four scenes in which something went wrong and was made good."""
    for index in range(4):
        made = attempt(index, **perturb)
        assert len(made[2].disturbances) == 1
        if made[2].recovered:
            return made
    raise AssertionError("no attempt recovered")


@pytest.mark.parametrize(("kind", "cause"), [("push", "target_moved"), ("slip", None)])
def test_a_disturbed_attempt_recovers_and_replays_exactly(kind: str, cause: str | None) -> None:
    scene, assets, episode, arrays = recovered(kinds=[kind], distance=[0.04, 0.06])
    (disturbance,) = episode.disturbances
    assert (disturbance.kind, disturbance.object) == (kind, "car")
    failed = next(number for number, part in enumerate(episode.subtasks) if not part.success)
    lost, mended = episode.subtasks[failed], episode.subtasks[failed + 1]
    assert lost.cause == (cause or lost.cause)
    assert lost.start <= disturbance.start < lost.end
    assert mended.recovers == failed
    assert lost.end < (lost.withdrawn or 0) <= mended.start
    result = replay(scene, assets, TASK, episode, load_arrays(dump_arrays(arrays)))
    assert result.success
    assert result.max_error == 0.0
    undisturbed = episode.model_copy(update={"disturbances": ()})
    assert replay(scene, assets, TASK, undisturbed, arrays).max_error > 0.01


def test_a_push_moves_its_object_where_it_says() -> None:
    scene, assets, episode, arrays = attempt(0, kinds=["push"], distance=[0.05, 0.05])
    (push,) = episode.disturbances
    assert push.path is not None
    assert np.isclose(np.linalg.norm(np.subtract(*push.path)), 0.05)
    address = compile_model(scene, assets, "physics").objects["car"].free_qpos
    assert address is not None
    before, after = arrays.qpos[[push.start, push.end + 1], address : address + 2]
    assert np.allclose(before, push.path[0], atol=0.002)
    assert np.allclose(after, push.path[1], atol=0.02)


def test_nothing_pushes_on_after_a_push() -> None:
    scene, assets = scene_for(TASK)
    compiled = compile_model(scene, assets, "physics")
    executor = Executor(compiled, hz=10, max_steps=1)
    body = compiled.objects["car"].body
    start = executor.data.xpos[body][:2].copy()
    path = ((start[0], start[1]), (start[0], start[1] + 0.05))
    push = Disturbance(kind="push", object="car", start=0, end=1, path=path)
    apply(compiled, executor.data, executor.command.astype(np.float32), 10, 0, [push])
    executor.refresh()
    assert executor.data.xpos[body][1] - start[1] > 0.01
    assert (executor.data.xfrc_applied == 0).all()


def test_what_the_object_goes_to_is_shifted_while_it_is_held() -> None:
    task = make_task({"car": "toy_car.n.01", "bowl": "bowl.n.01"}, "", "(nextto car bowl)")
    scene, assets = scene_for(task)
    spec = EpisodeSpec(style="diverse", perturb=PerturbSpec(kinds=("shift",)))
    episode, _ = solve(scene, assets, task, spec, (0, 0), "e00")
    (shift,) = episode.disturbances
    assert shift.object == "bowl"
    first = episode.subtasks[0]
    assert first.interaction is not None
    assert first.interaction < shift.start < first.end


def test_an_attempt_begins_as_after_a_miss_and_takes_the_thing_as_it_should() -> None:
    scene, assets, episode, arrays = attempt(0, kinds=["miss"])
    (missed,) = episode.disturbances
    assert (missed.kind, missed.object, missed.start, missed.end) == ("miss", "car", 0, 0)
    assert episode.success
    assert [part.success for part in episode.subtasks] == [True]
    compiled = compile_model(scene, assets, "physics")
    address = compiled.objects["car"].free_qpos
    assert address is not None
    start, own = arrays.qpos[0], compiled.new_data().qpos
    assert np.array_equal(start[address : address + 7], own[address : address + 7])
    aside = float(np.linalg.norm(arrays.tool[0, :2] - start[address : address + 2]))
    assert ASIDE[0] <= aside <= ASIDE[1] + 1e-6
    assert np.ptp(start[compiled.robot.arm_qpos] - own[compiled.robot.arm_qpos]) > 0.1
    # The first thing that is asked of the hand is to open; it closes above the car alone.
    assert arrays.actions[0, -1] == pytest.approx(compiled.robot.spec.max_opening)
    result = replay(scene, assets, TASK, episode, load_arrays(dump_arrays(arrays)))
    assert (result.success, result.max_error) == (True, 0.0)


def test_a_share_of_the_attempts_begins_as_after_a_miss() -> None:
    kinds = [attempt(index, kinds=["slip", "miss"])[2].disturbances[0].kind for index in range(8)]
    assert set(kinds) == {"slip", "miss"}


def test_where_nothing_can_be_taken_first_nothing_is_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def home(arm: Manipulator, *_: object) -> Array:
        """FAKE: the hand has room wherever it is wanted."""
        return arm.home

    monkeypatch.setattr(mishaps, "_beside", home)
    task = make_task({"cabinet": "cabinet.n.01"}, "", "(open cabinet)")
    scene, assets = scene_for(task)
    spec = EpisodeSpec(style="diverse", perturb=PerturbSpec(kinds=("miss",)))
    episode, _ = solve(scene, assets, task, spec, (0, 0), "e00")
    assert episode.disturbances == ()
    assert episode.success


def test_disturbances_follow_from_the_seed_and_leave_other_attempts_alone() -> None:
    assert attempt(1, kinds=["push"])[2] == attempt(1, kinds=["push"])[2]
    quiet, never = attempt(1)[2], attempt(1, chance=0.0)[2]
    assert never == quiet
    assert quiet.disturbances == ()
    assert not quiet.recovered


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"distance": [0.05, 0.02]}, "least, greatest"),
        ({"kinds": ["push", "push"]}, "at most once"),
        ({"kinds": ["kick"]}, "'push', 'slip', 'shift' or 'miss'"),
        ({"chance": 1.5}, "less than or equal to 1"),
    ],
)
def test_wrong_perturbations_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        PerturbSpec(**values)
