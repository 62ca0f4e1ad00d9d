"""Consistent attempts choose alike, move gently, and show how to come back onto their path."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any
from unittest import mock

import numpy as np
import pytest
from pydantic import ValidationError
from worlds import make_task, scene_for

from cousins.generators.dataset import dump_arrays, load_arrays
from cousins.scenes.core.geometry import rotation, transform
from cousins.scenes.model.mujoco_model import CompiledScene, compile_model
from cousins.schemas import Asset, Cause, Episode, EpisodeArrays, EpisodeSpec, Scene
from cousins.tasks.motion.home_facing import Facing
from cousins.tasks.motion.kinematics import Arm
from cousins.tasks.motion.manipulator import Manipulator
from cousins.tasks.physics.execution import Executor, SkillFailedError
from cousins.tasks.physics.replay import replay
from cousins.tasks.pick_place import choosing
from cousins.tasks.pick_place.candidates import NOISE, candidates
from cousins.tasks.pick_place.choosing import PLAIN, takes_one
from cousins.tasks.sampling.style import HABITS
from cousins.tasks.solving.perform import perform
from cousins.tasks.solving.solve import solve
from cousins.tasks.symbolic.search import Step

TASK = make_task(
    {"lemon": "lemon.n.01", "bowl": "mixing_bowl.n.01"}, "", "(inside lemon bowl)"
)  # fmt: skip
SCENES = range(3)
TURN = np.radians(91)
SETTLING = 12


@lru_cache
def world(index: int) -> tuple[Scene, dict[str, Asset], CompiledScene]:
    scene, assets = scene_for(TASK, index=index)
    return scene, assets, compile_model(scene, assets, "physics")


@lru_cache
def attempt(index: int, *, noise: bool = True, slips: float = 0.0) -> tuple[Episode, EpisodeArrays]:
    """A consistent attempt, with or without deflections."""
    scene, assets, _ = world(index)
    usual = replace(HABITS["consistent"], slips=slips)
    habits = usual if noise else replace(usual, deflection=0.0)
    with mock.patch.dict(HABITS, {"consistent": habits}):
        return solve(scene, assets, TASK, EpisodeSpec(), (0, index), f"e{index:02d}")


def grip(arrays: EpisodeArrays) -> tuple[int, int]:
    """Actions at which the hand closes, and at which it opens again."""
    closed = np.flatnonzero(arrays.actions[:, -1] == 0.0)
    return int(closed[0]), int(closed[-1]) + 1


def length(points: np.ndarray) -> float:
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


@pytest.mark.parametrize("index", SCENES)
def test_deflections_are_recorded_corrected_and_replayed_exactly(index: int) -> None:
    scene, assets, _ = world(index)
    (noisy, arrays), (quiet, plain) = attempt(index), attempt(index, noise=False)
    assert noisy.success
    assert noisy.style == "consistent"
    assert {x.kind for x in noisy.disturbances} == {"deflection"}
    assert quiet.disturbances == ()
    # Up to the grasp the plan is the same: so are the actions, while the arm is elsewhere.
    until = grip(plain)[0]
    assert (arrays.actions[:until] == plain.actions[:until]).all()
    away = np.linalg.norm(arrays.tool[:until, :3] - plain.tool[:until, :3], axis=1)
    assert away.max() > 0.005
    assert away[-1] < 0.002
    again = replay(scene, assets, TASK, noisy, load_arrays(dump_arrays(arrays)))
    assert again.success
    assert again.max_error == 0.0
    undisturbed = noisy.model_copy(update={"disturbances": ()})
    assert replay(scene, assets, TASK, undisturbed, arrays).max_error > 0.005


def test_the_same_seed_deflects_alike() -> None:
    scene, assets, _ = world(0)
    first, other = (solve(scene, assets, TASK, EpisodeSpec(), (0, seed), "e00") for seed in (0, 9))
    again, arrays = solve(scene, assets, TASK, EpisodeSpec(), (0, 0), "e00")
    assert again == first[0]
    assert dump_arrays(arrays) == dump_arrays(first[1])
    assert other[0].disturbances != again.disturbances


def test_what_slips_is_missed_at_once_and_taken_again_from_there() -> None:
    scene, assets, _ = world(0)
    episode, arrays = attempt(0, slips=1.0)
    assert episode.recovered
    (slip,) = (x for x in episode.disturbances if x.kind == "slip")
    lost, mended = episode.subtasks[:2]
    assert lost.cause in ("grasp_slipped", "dropped")
    assert lost.end - slip.start <= 8
    home = np.array(scene.robot.home)
    between = arrays.actions[lost.end : mended.start, :-1]
    assert np.abs(between - home).max(axis=1).min() > 0.2
    result = replay(scene, assets, TASK, episode, load_arrays(dump_arrays(arrays)))
    assert result.success
    assert result.max_error == 0.0


@pytest.mark.parametrize("index", SCENES)
def test_of_two_equal_grasps_the_nearer_is_taken_and_the_place_is_plain(index: int) -> None:
    scene, _, compiled = world(index)
    _, arrays = attempt(index, noise=False)
    closes, opens = grip(arrays)
    arm, home = Arm(compiled), np.array(scene.robot.home)
    facing = Facing(arm.forward(home), np.array(scene.robot.pos[:2]))
    poses = np.array([transform(x[:3], rotation(x[3:])) for x in arrays.tool[[closes, opens]]])
    taken, released = facing.angles(poses)
    assert taken < TURN
    assert released < np.radians(20)
    bowl = np.array(scene.object("bowl").pos[:2])
    lemon = compiled.objects["lemon"].free_qpos
    assert lemon is not None
    assert np.linalg.norm(arrays.qpos[opens, lemon : lemon + 2] - bowl) < 0.02


@pytest.mark.parametrize("index", SCENES)
def test_motion_is_gentle_and_seldom_still(index: int) -> None:
    _, arrays = attempt(index, noise=False)
    change = np.abs(np.diff(arrays.actions[:, :-1], axis=0)).max(axis=1)
    assert change.max() < 0.13
    still = (change < 1e-3) & (np.diff(arrays.actions[:, -1]) == 0.0)
    # The last second shows that the goal holds.
    assert still[:-SETTLING].mean() < 0.2
    closes, opens = grip(arrays)
    tool = arrays.tool[:, :3]
    assert length(tool[: closes + 1]) < 1.4 * np.linalg.norm(tool[closes] - tool[0])
    # Up, over, and down: not much more than the sides of that.
    carried = tool[closes : opens + 1]
    over = np.linalg.norm(carried[-1, :2] - carried[0, :2])
    rise = carried[:, 2].max()
    assert length(carried) < 1.4 * (over + 2 * rise - carried[0, 2] - carried[-1, 2])


def test_a_posture_is_kept_where_the_arm_has_a_choice() -> None:
    scene, _, compiled = world(0)
    home = np.array(scene.robot.home)
    free, kept = Arm(compiled), Arm(compiled)
    kept.posture = home
    pose = free.forward(home + np.array([0.4, 0.2, 0.0, 0.1, 0.0, 0.0, -0.3]))
    (near, *_), (nearest, *_) = free.distinct(pose, home, 1), kept.distinct(pose, home, 1)
    assert np.allclose(kept.forward(nearest), pose, atol=1e-4)
    cost = [float((((q - home) * kept.weight) ** 2).sum()) for q in (near, nearest)]
    assert cost[1] <= cost[0]
    assert all(
        cost[1] <= (((q - home) * kept.weight) ** 2).sum() + 1e-3
        for q in free.solutions(pose, home)
    )


def test_preferences_of_attempts_ask_for_the_diverse_style() -> None:
    with pytest.raises(ValidationError, match="style: diverse"):
        EpisodeSpec(diverse=True)
    assert EpisodeSpec(diverse=True, style="diverse").diverse


BALLS = make_task(
    {"ball": "tennis_ball.n.01", "other": "lemon.n.01", "bowl": "mixing_bowl.n.01"},
    "",
    "(and (inside ball bowl) (inside other bowl))",
)


def seen(missing: bool) -> list[tuple[str, frozenset[str], set[tuple[str, ...]]]]:
    """Thing, shared targets and avoided ways of each step; with `missing`, none has an effect."""
    scene, assets = scene_for(BALLS, index=0)
    found: list[tuple[str, frozenset[str], set[tuple[str, ...]]]] = []

    def watched(arm: Manipulator, step: Step, *rest: Any) -> None:
        found.append((step.arguments[0], arm.shared, set(arm.avoid)))
        if missing:
            raise SkillFailedError(Cause.EFFECT_MISSING, "nothing came of it")
        perform(arm, step, *rest)

    with mock.patch("cousins.tasks.solving.attempt.perform", watched):
        solve(scene, assets, BALLS, EpisodeSpec(), (0, 0), "e00")
    return found


def test_a_place_is_shared_while_others_are_to_come() -> None:
    (first, shared, _), (second, left, _) = seen(missing=False)[:2]
    assert {first, second} == {"ball", "other"}
    assert (shared, left) == (frozenset({"bowl"}), frozenset())


def test_a_plain_place_without_effect_is_not_taken_again() -> None:
    (first, _, before), (_, _, after) = seen(missing=True)[:2]
    assert before == set()
    assert (PLAIN, first, "bowl") in after


@pytest.mark.parametrize(
    ("avoid", "shared", "plain"),
    [
        (set[tuple[str, ...]](), frozenset[str](), True),
        ({(PLAIN, "lemon", "bowl")}, frozenset[str](), False),
        (set[tuple[str, ...]](), frozenset({"bowl"}), False),
    ],
)
def test_the_middle_is_for_what_is_alone(
    avoid: set[tuple[str, ...]], shared: frozenset[str], plain: bool
) -> None:
    _, _, compiled = world(0)
    arm = Manipulator(compiled, Executor(compiled, 10, 10), np.random.default_rng(0))
    arm.avoid, arm.shared = avoid, shared
    assert takes_one(arm, "inside", "lemon", "bowl") is plain


NEAR = (0.34, 0.0)
"""Where a hand from above has to lead the elbow aside, in the robot's frame, metres."""


def test_the_arm_stays_in_its_upright_plane_where_another_grasp_lets_it() -> None:
    """A bowl near the base is reached with a hand that leans, or with an elbow that swings out."""
    scene, assets = scene_for(TASK, index=0)
    bowl = scene.object("bowl")
    place = (*NEAR, bowl.pos[2])
    moved = scene.model_copy(
        update={
            "objects": tuple(
                x.model_copy(update={"pos": place}) if x.name == "bowl" else x
                for x in scene.objects
            )
        }
    )
    aside: dict[float, float] = {}
    for weight in (choosing.ASIDE, 0.0):
        with mock.patch.object(choosing, "ASIDE", weight), mock.patch.object(choosing, "FALL", 0.0):
            episode, arrays = solve(moved, assets, TASK, EpisodeSpec(), (0, 0), "e00")
        assert episode.success
        arm = Arm(compile_model(moved, assets, "physics"))
        with arm.keeping(np.array(scene.robot.home)):
            _, opens = grip(arrays)
            aside[weight] = arm.aside(arrays.actions[opens - 1, :-1].astype(np.float64))
    assert aside[choosing.ASIDE] < 0.1
    assert aside[0.0] > 1.0


def test_grasps_turned_by_half_a_turn_come_where_the_nearer_ones_lead_nowhere() -> None:
    _, _, compiled = world(0)
    arm = Manipulator(
        compiled, Executor(compiled, 10, 0), np.random.default_rng(0), HABITS["consistent"]
    )

    def farther(noise: float) -> int:
        """How many grasps of a round are the farther from home of their two kinds."""
        poses = np.array([way.pose for way in candidates(arm, "lemon", noise, level=False)])
        assert len(poses) > 10
        return int((np.abs(arm.facing.nearer(poses) - poses).max(axis=(1, 2)) > 1e-9).sum())

    assert farther(NOISE[0]) == 0
    assert all(farther(noise) > 0 for noise in NOISE[1:])
