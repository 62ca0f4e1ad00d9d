"""Pushing, sliding and sweeping: what moves, how it moves, and what finds the motion."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

from contextlib import suppress
from typing import Any

import mujoco
import mujoco.rollout
import numpy as np
import pytest
from worlds import TABLE, by_hand, first, make_task, put, scene_for

from cousins.flows.bench._suites import ALL, make, run_suite
from cousins.generators.proposing.catalogue import Catalogue
from cousins.scenes.core.franka import FRANKA
from cousins.scenes.core.geometry import Array
from cousins.scenes.libraries.procedural import ProceduralLibrary
from cousins.scenes.model.mujoco_model import CompiledScene, compile_model
from cousins.schemas import Asset, Episode, EpisodeArrays, EpisodeSpec, PlanningError, SpecError
from cousins.tasks.bddl.formula import Atom, Literal
from cousins.tasks.bddl.problem import scene_problem
from cousins.tasks.motion.manipulator import Manipulator
from cousins.tasks.physics.execution import Executor
from cousins.tasks.physics.predicates import PhysicsFacts
from cousins.tasks.skills.pushing import onto_mat, optimisation, pushable
from cousins.tasks.skills.pushing.motion import execute_push
from cousins.tasks.skills.pushing.optimisation import optimise
from cousins.tasks.skills.pushing.planar import (
    Field,
    Footprint2D,
    beside,
    directions,
    field,
    shadow,
)
from cousins.tasks.skills.sliding import slidable
from cousins.tasks.skills.sweeping import sweepable, sweeps
from cousins.tasks.solving.capabilities import capabilities
from cousins.tasks.solving.setup import required_affordances
from cousins.tasks.solving.solve import solve
from cousins.tasks.symbolic.search import plans

MAT = "place_mat.n.01"


def solved(
    objects: dict[str, str], goal: str, seed: int = 0
) -> tuple[CompiledScene, Episode, EpisodeArrays]:
    """A task's scene, and an attempt in it."""
    task = make_task(objects, "", goal)
    scene, assets = scene_for(task, seed)
    episode, arrays = solve(scene, assets, task, EpisodeSpec(), (seed,), "e")
    return compile_model(scene, assets, "physics"), episode, arrays


def path_of(compiled: CompiledScene, arrays: EpisodeArrays, name: str) -> np.ndarray:
    """Positions (T + 1, 3) of an object's root over an episode."""
    at = compiled.objects[name].free_qpos
    assert at is not None
    return arrays.qpos[:, at : at + 3]


def final(compiled: CompiledScene, arrays: EpisodeArrays) -> PhysicsFacts:
    """The facts at the end."""
    data = compiled.new_data()
    data.qpos[:] = arrays.qpos[-1]
    mujoco.mj_forward(compiled.model, data)
    return PhysicsFacts(compiled, data)


def square(half: float, centre: tuple[float, float] = (0.0, 0.0), yaw: float = 0.0) -> Footprint2D:
    """A square seen from above."""
    corners = half * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    c, s = np.cos(yaw), np.sin(yaw)
    return Footprint2D(corners @ np.array([[c, s], [-s, c]]) + centre, np.array(centre), 0.0, 0.05)


def test_a_field_asks_for_no_more_than_it_takes() -> None:
    place = Field(np.array([0.5, 0.0]), np.eye(2), np.array([0.2, 0.2]), 0.0)
    outside = square(0.05, (0.0, 0.02), 0.3)
    way = place.way(outside)
    assert place.sticks_out(outside) > 0.2
    assert place.sticks_out(outside.moved(way)) == 0.0
    assert place.misses(outside.moved(way)) == pytest.approx(0.0, abs=1e-12)
    assert np.linalg.norm(way) < 0.5 - 0.1, "it goes to the near side, not to the middle"
    wide = square(0.25, (0.1, 0.1))
    np.testing.assert_allclose(wide.centre + place.way(wide), place.centre, atol=1e-12)


def test_flat_sides_are_pushed_square_and_round_ones_straight() -> None:
    box = square(0.05, yaw=0.4)
    ways = directions(box, np.array([1.0, 0.1]))
    assert len(ways) == 2
    for along in ways:
        assert np.isclose(abs(np.cos(2 * (np.arctan2(along[1], along[0]) - 0.4))), 1.0)
        assert along[0] > 0 or along[1] > 0
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    disc = Footprint2D(0.06 * np.stack([np.cos(angle), np.sin(angle)], -1), np.zeros(2), 0.0, 0.1)
    np.testing.assert_allclose(directions(disc, np.array([3.0, 4.0]))[0], [0.6, 0.8])
    assert disc.behind(np.array([1.0, 0.0]), 0.04) == pytest.approx(0.06, abs=1e-3)
    assert disc.behind(np.array([1.0, 0.0]), 0.01, 0.05) == pytest.approx(0.039, abs=4e-3)


def test_beside_leaves_a_gap_and_overlaps() -> None:
    thing, other = square(0.05, (0.0, 0.0)), square(0.08, (0.5, 0.3))
    for way in beside(thing, other):
        moved = thing.hull + way
        gap = np.maximum(
            moved.min(axis=0) - other.hull.max(axis=0), other.hull.min(axis=0) - moved.max(axis=0)
        )
        assert gap.max() == pytest.approx(0.008)
        assert gap.min() < -0.03
    lengths = [float(np.linalg.norm(way)) for way in beside(thing, other)]
    assert lengths == sorted(lengths)


def test_what_is_lifted_is_neither_pushed_nor_swept() -> None:
    library = ProceduralLibrary()
    for category, ids in library.ids().items():
        asset = library.get(ids[0])
        if asset.graspable or asset.fixed:
            able = [f.__name__ for f in (pushable, slidable, sweepable) if f(asset)]
            assert able == [], category
    assert pushable(first("board_game.n.01"))
    assert pushable(first("dutch_oven.n.02"))
    assert not pushable(first("monitor.n.04")), "it would topple"
    assert slidable(first("letter.n.01"))
    assert not pushable(first("letter.n.01"))
    assert sweepable(first("die.n.01"))
    assert [c for c in library.ids() if sweeps(first(c))] == ["sponge.n.01", "scrub_brush.n.01"]


def test_the_planner_chooses_by_what_things_allow() -> None:
    things: dict[str, Asset] = {
        "table": first(TABLE), "game": first("board_game.n.01"), "mat": first(MAT),
        "apple": first("apple.n.01"), "die": first("die.n.01"), "pan": first("dustpan.n.02"),
        "brush": first("scrub_brush.n.01"),
    }  # fmt: skip
    able = capabilities(things, "table")
    start = [Literal("ontop", (name, "table")) for name in things if name != "table"]

    def plan(predicate: str, *arguments: str) -> list[tuple[str, ...]]:
        found = next(plans(start, Atom(predicate, arguments), able))
        return [(step.skill, *step.arguments) for step in found.steps]

    assert plan("ontop", "game", "mat") in (
        [("push", "game", "mat")],
        [("slide", "game", "mat")],
    )
    assert plan("ontop", "apple", "mat") == [("place_on", "apple", "mat")]
    assert plan("nextto", "game", "apple")[0][0] in ("push_next_to", "place_next_to")
    assert plan("inside", "die", "pan") == [("sweep", "die", "pan", "brush")]
    del things["brush"]
    able = capabilities(things, "table")
    with pytest.raises(PlanningError, match="no skill can bring about"):
        plan("inside", "die", "pan")


def test_goals_on_mats_ask_for_no_grasp() -> None:
    task = make_task({"game": "board_game.n.01", "mat": MAT}, "", "(ontop game mat)")
    assert "graspable" not in required_affordances(scene_problem(task)).get("game", frozenset())
    task = make_task({"apple": "apple.n.01", "tray": "tray.n.01"}, "", "(ontop apple tray)")
    assert "graspable" in required_affordances(scene_problem(task))["apple"]


def test_pushing_pushes() -> None:
    compiled, episode, arrays = solved({"game": "board_game.n.01", "mat": MAT}, "(ontop game mat)")
    assert episode.success, episode.cause
    assert [part.skill for part in episode.subtasks] == ["push"]
    path = path_of(compiled, arrays, "game")
    assert np.ptp(path[:, 2]) < 0.01, "it stays down"
    assert np.linalg.norm(path[-1, :2] - path[0, :2]) > 0.05
    part = episode.subtasks[0]
    took_over = any(event.subject == "solver optimisation" for event in episode.trace)
    assert part.solver == ("optimisation" if took_over else "planning")
    assert part.interaction is not None
    moved = np.linalg.norm(path[: part.interaction + 1, :2] - path[0, :2], axis=1)
    assert moved.max() < 0.005, "nothing moves before the first contact"
    facts = final(compiled, arrays)
    assert facts.holds("ontop", ("game", "mat"))
    surface = compiled.asset_of("mat").open_surfaces[0]
    place = field(compiled, facts.data, "mat", surface)
    assert place.holds(shadow(compiled, facts.data, "game").centre, 0.02)


def test_sliding_presses_and_drags() -> None:
    compiled, episode, arrays = solved(
        {"letter": "letter.n.01", "mat": MAT}, "(ontop letter mat)", 1
    )
    assert episode.success, episode.cause
    assert {part.skill for part in episode.subtasks} == {"slide"}
    path = path_of(compiled, arrays, "letter")
    assert np.ptp(path[:, 2]) < 0.01
    moving = np.linalg.norm(np.diff(path[:, :2], axis=0), axis=1) > 1e-3
    above = arrays.tool[1:, 2] - path[1:, 2]
    assert moving.sum() > 5
    assert (above[moving] < 0.03).all(), "it moves only while the fingertips are on it"
    assert final(compiled, arrays).holds("ontop", ("letter", "mat"))


def test_sweeping_takes_a_tool_and_puts_it_back() -> None:
    things = {"die": "die.n.01", "brush": "scrub_brush.n.01", "pan": "dustpan.n.02"}
    compiled, episode, arrays = solved(things, "(inside die pan)", 1)
    assert episode.success, episode.cause
    assert [part.skill for part in episode.subtasks] == ["sweep"]
    assert episode.subtasks[0].arguments == ("die", "pan", "brush")
    brush, die = path_of(compiled, arrays, "brush"), path_of(compiled, arrays, "die")
    assert np.ptp(brush[:, 2]) > 0.03, "it is lifted"
    assert np.linalg.norm(brush[-1] - brush[0]) < 0.02, "and put back"
    assert np.ptp(die[:, 2]) < 0.02, "the die is not"
    facts = final(compiled, arrays)
    assert facts.holds("inside", ("die", "pan"))
    assert not facts.holds("touching", ("die", "brush"))


def turned_board() -> CompiledScene:
    """A book askew on a mat, over the edge."""
    mat = put("mat", first(MAT), (0.5, 0.0, 0.0), np.pi)
    game = put("game", first("board_game.n.01"), (0.5, 0.04, 0.0013), np.radians(52))
    return by_hand(mat, game)


def at_work(seed: int, world: CompiledScene | None = None) -> Manipulator:
    compiled = world or turned_board()
    executor = Executor(compiled, 10, 1000)
    executor.refresh()
    return Manipulator(compiled, executor, np.random.default_rng(seed))


def test_optimisation_finds_the_same_strokes_and_they_do_what_it_saw() -> None:
    arm, again = at_work(3), at_work(3)
    aim = onto_mat(arm, "game", "mat")
    seen = shadow(arm.compiled, arm.executor.data, "game")
    before = aim.cost(seen, arm.executor.data)
    stroke = optimise(arm, "game", np.array([0.0, -0.06]), aim.cost)
    same = optimise(again, "game", np.array([0.0, -0.06]), onto_mat(again, "game", "mat").cost)
    np.testing.assert_array_equal(np.array(stroke.path), np.array(same.path))
    assert stroke.optimised
    rounds = [event.values[1] for event in arm.trace if event.event == "expand"]
    assert len(rounds) == 3
    arm.sync_planning_scene()
    execute_push(
        arm, stroke, arm.planner.connect(arm.q, stroke.approach[0], stroke.opening, arm.rng)
    )
    after = aim.cost(shadow(arm.compiled, arm.executor.data, "game"), arm.executor.data)
    assert after < before
    assert after == pytest.approx(min(rounds), abs=0.012), "the trial told the truth"


@pytest.mark.parametrize("name", ["franka-fr3", "ur5e-2f85"])
def test_trials_begin_with_the_hand_as_open_as_their_strokes(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A board in the air: there is room for the fingers of any gripper behind it.
    mat = put("mat", first(MAT), (0.5, 0.0, 0.0), np.pi)
    game = put("game", first("board_game.n.01"), (0.5, 0.1, 0.05))
    arm = at_work(3, by_hand(mat, game, arm=name))
    starts: list[Array] = []
    original: Any = mujoco.rollout.rollout

    def recorded(model: Any, data: Any, states: Array, *rest: Any, **more: Any) -> Any:
        starts.extend(states)
        return original(model, data, states, *rest, **more)

    monkeypatch.setattr(mujoco.rollout, "rollout", recorded)
    # Whether a stroke is good enough does not matter: it is the trials that are looked at.
    with suppress(PlanningError):
        optimise(arm, "game", np.array([0.0, -0.06]), onto_mat(arm, "game", "mat").cost)
    data, robot = mujoco.MjData(arm.compiled.model), arm.compiled.robot
    assert starts
    for state in starts:
        mujoco.mj_setState(arm.compiled.model, data, state, optimisation.STATE)
        assert robot.gripper.opening(data.qpos[robot.fingers]) == pytest.approx(0.0, abs=1e-9)


def test_the_solver_of_a_subtask_is_recorded() -> None:
    arm = at_work(0)
    arm.solved_by("optimisation", "the sides are out of reach")
    assert arm.solver == "optimisation"
    assert arm.trace[-1].subject == "solver optimisation"
    assert arm.trace[-1].reason == "the sides are out of reach"


def test_templates_offer_what_the_library_has() -> None:
    catalogue = Catalogue(ProceduralLibrary(), FRANKA)
    pan, apple = catalogue.kind("dustpan.n.02"), catalogue.kind("apple.n.01")
    assert not catalogue.goes(apple, pan, "inside")
    assert not catalogue.goes(apple, pan, "ontop")
    assert catalogue.goes(apple, catalogue.kind(MAT), "ontop")


def test_suites_are_repeatable_and_named() -> None:
    assert {"push", "push_next_to", "slide", "sweep"} <= set(ALL)
    assert make("push", 7) == make("push", 7)
    assert make("push", 7) != make("push", 8)
    result = run_suite("push", count=1, seed=1, verbose=False)
    assert (result.scenes, result.solved_share, dict(result.causes)) == (1, 1.0, {})
    with pytest.raises(SpecError, match="allowed: "):
        run_suite("nothing")
