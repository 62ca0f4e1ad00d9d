"""Making way: what blocks a grasp is moved aside first; what cannot be done says so at once."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import by_hand, first, make_task, put

from cousins.scenes.model.mujoco_model import CompiledScene
from cousins.schemas import Cause, Episode, EpisodeArrays, EpisodeSpec, Failure, TaskSpec
from cousins.tasks.solving.obstacle_removal import MAX_WAYS
from cousins.tasks.solving.solve import solve

BASKET = "wicker_basket.n.01"


def attempt(compiled: CompiledScene, task: TaskSpec) -> tuple[Episode, EpisodeArrays]:
    return solve(compiled.scene, dict(compiled.assets), task, EpisodeSpec(), (0,), "t0000-e00")


def surrounded(count: int, gap: float) -> CompiledScene:
    """A die among standing tins, and a basket beside them."""
    die, tin = first("toy_dice.n.01"), first("canned_food.n.01")
    away = die.extents[0] / 2 + tin.extents[0] / 2 + gap
    things = [put("die", die, (0.5, 0.15, 0.0)), put("basket", first(BASKET), (0.5, -0.3, 0.0))]
    for number in range(count):
        bearing = 2 * np.pi * number / count
        x, y = 0.5 + away * np.cos(bearing), 0.15 + away * np.sin(bearing)
        things.append(put(f"tin_{number}", tin, (x, y, 0.0)))
    return by_hand(*things)


TASK = make_task({"die": "toy_dice.n.01", "basket": BASKET}, "", "(inside die basket)")


def test_what_blocks_every_grasp_is_moved_aside_first() -> None:
    compiled = surrounded(4, 0.0072)
    episode, arrays = attempt(compiled, TASK)
    assert episode.success, episode.cause
    first_part, last_part = episode.subtasks[0], episode.subtasks[-1]
    tin = first_part.arguments[0]
    assert first_part.arguments == (tin, "table")
    assert (
        first_part.sentence
        == f"move the {tin.replace('_', ' ')} aside so that the die can be grasped"
    )
    assert last_part.arguments == ("die", "basket")
    assert len(episode.subtasks) <= MAX_WAYS + 1
    moved = {part.arguments[0] for part in episode.subtasks}
    for thing in compiled.scene.objects:
        address = compiled.objects[thing.name].free_qpos
        if address is None:
            continue
        start, end = arrays.qpos[0, address : address + 3], arrays.qpos[-1, address : address + 3]
        distance = float(np.linalg.norm(end - start))
        assert (distance > 0.05) == (thing.name in moved), thing.name


def test_nothing_is_moved_where_there_is_room() -> None:
    episode, _ = attempt(surrounded(2, 0.06), TASK)
    assert episode.success, episode.cause
    assert [part.arguments for part in episode.subtasks] == [("die", "basket")]


CHEST = "cedar_chest.n.01"
IMPOSSIBLE: dict[str, tuple[dict[str, str], str]] = {
    "contradiction": ({"chest": CHEST}, "(and (open chest) (not (open chest)))"),
    "too tall for it": (
        {"bottle": "wine_bottle.n.01", "chest": CHEST}, "(inside bottle chest)",
    ),
    "furniture": ({"chest": CHEST, "tray": "tray.n.01"}, "(ontop chest tray)"),
    "two places": (
        {"die": "toy_dice.n.01", "tray": "tray.n.01", "plate": "plate.n.04"},
        "(and (ontop die tray) (ontop die plate))",
    ),
}  # fmt: skip
PLACES = ((0.55, -0.25, 0.0), (0.5, 0.2, 0.0), (0.35, -0.05, 0.0))


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_no_skill_can_do_ends_before_anything_moves(name: str) -> None:
    objects, goal = IMPOSSIBLE[name]
    places = zip(objects.items(), PLACES, strict=False)
    compiled = by_hand(*(put(x, first(kind), pos, np.pi) for (x, kind), pos in places))
    episode, arrays = attempt(compiled, make_task(objects, "", goal))
    assert not episode.success
    assert episode.cause == Cause.NO_PLAN
    assert len(arrays.actions) == 0
    assert len(episode.trace) < 200


def test_a_goal_out_of_reach_ends_with_its_cause() -> None:
    compiled = by_hand(
        put("die", first("toy_dice.n.01"), (0.5, 0.1, 0.0)),
        put("tray", first("tray.n.01"), (0.95, -0.45, 0.0)),
    )
    task = make_task({"die": "toy_dice.n.01", "tray": "tray.n.01"}, "", "(ontop die tray)")
    episode, arrays = attempt(compiled, task)
    assert not episode.success
    cause = Failure(Cause.NO_GRASP, Failure(Cause.PLACEMENT, Failure(Cause.UNREACHABLE)))
    assert episode.cause == str(cause)
    # The die may have been put elsewhere on the table, to try from there.
    assert len(arrays.actions) < 200
