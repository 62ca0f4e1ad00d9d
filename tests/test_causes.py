"""Causes are data: their texts are what episodes store, each is explained, and each is used."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from cousins.schemas import (
    CAUSES,
    Cause,
    CauseInfo,
    Failure,
    PlanningError,
    PluginError,
    SkillCall,
    SkillCause,
)
from cousins.tasks.motion.blocking import BlockedError, blocked, counted, mostly, obstacles
from cousins.tasks.motion.obstacles import Collision, Obstacle, ObstacleKind
from cousins.tasks.skill import SkillPlugin

TASKS = Path(__file__).parents[1] / "tasks"
WALL, CUP = (Obstacle(ObstacleKind.OBJECT, name) for name in ("wall", "cup"))


def test_every_cause_is_explained() -> None:
    assert list(CAUSES) == list(Cause)
    assert all(info.meaning for info in CAUSES.values())


def test_every_cause_is_raised_or_recorded_somewhere() -> None:
    used: set[str] = set()
    for path in TASKS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                used |= {node.attr} if node.value.id == "Cause" else set()
    assert {cause.name for cause in Cause} - used == set()


def test_a_failure_is_stored_as_its_causes_from_the_outermost() -> None:
    placement = Failure(Cause.PLACEMENT, Failure(Cause.COLLISION))
    failure = Failure(Cause.NO_GRASP, placement)
    assert str(failure) == "no_grasp_placement_collision"
    assert str(Failure(Cause.NO_GRASP)) == "no_grasp"
    assert Cause.PLACEMENT in failure
    assert Cause.UNREACHABLE not in failure


def test_texts_of_failures_do_not_meet() -> None:
    """What one pair of causes writes, no single cause and no other pair does."""
    pairs = [Failure(a, b) for a in Cause for b in (None, *map(Failure, Cause))]
    assert len({str(x) for x in pairs}) == len(pairs)


def test_an_error_keeps_its_cause_beside_the_sentence() -> None:
    error = PlanningError(Cause.TIME_LIMIT, "over")
    assert (error.cause, error.kind, str(error)) == (
        Failure(Cause.TIME_LIMIT), Cause.TIME_LIMIT, "over",
    )  # fmt: skip


def test_an_error_without_a_sentence_says_what_its_cause_means() -> None:
    assert str(PlanningError(Cause.TOPPLED)) == CAUSES[Cause.TOPPLED].meaning


TORN = SkillCause("fold", "torn", "{0} tore at {1}", CauseInfo("the cloth tore"))


def test_a_cause_of_a_plugin_is_stored_with_its_plugin_and_renders_its_sentence() -> None:
    error = PlanningError(TORN, objects=("towel", "hook"))
    assert (error.kind, error.objects, str(error)) == (
        TORN,
        ("towel", "hook"),
        "towel tore at hook",
    )
    assert str(error.cause) == "fold.torn"
    assert str(Failure(Cause.NO_GRASP, error.cause)) == "no_grasp_fold.torn"
    assert str(mostly(TORN, Counter([Failure(Cause.COLLISION)]))) == "fold.torn_collision"
    assert TORN in Failure(Cause.NO_GRASP, error.cause)


@pytest.mark.parametrize("name", ["", "Torn", "torn-off", "torn.off", "2torn"])
def test_a_cause_of_another_form_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="names no cause: write a lower-case letter"):
        SkillCause("fold", name, "", CauseInfo(""))


@pytest.mark.parametrize(
    "names", [("torn", "torn"), ("torn", "torn_off"), ("torn_off", "torn0", "torn")]
)
def test_causes_whose_texts_could_meet_are_refused(names: tuple[str, ...]) -> None:
    causes = tuple(SkillCause("fold", name, "", CauseInfo("")) for name in names)
    with pytest.raises(PluginError, match="cannot be told apart"):
        SkillPlugin((), causes=causes)
    SkillPlugin((), causes=(TORN, SkillCause("fold", "tornado", "", CauseInfo(""))))


def test_a_search_says_what_most_candidates_failed_of() -> None:
    refused = Counter([Failure(Cause.COLLISION)] * 2 + [Failure(Cause.UNREACHABLE)] * 3)
    assert mostly(Cause.NO_PUSH, refused) == Failure(Cause.NO_PUSH, Failure(Cause.UNREACHABLE))
    assert mostly(Cause.NO_PUSH, Counter()) == Failure(Cause.NO_PUSH)
    assert counted(refused) == "unreachable x3, collision x2"


def test_a_blocked_candidate_names_the_obstacle_and_not_what_hit_it() -> None:
    errors: list[PlanningError] = [
        blocked("the line hits", Collision(WALL, 0.001, held="cup")),
        blocked("the line hits", Collision(WALL, 0.001)),
        BlockedError(Cause.NO_GRASP, "none", Counter({WALL: 1, CUP: 2})),
        PlanningError(Cause.UNREACHABLE, "too far"),
    ]
    assert str(errors[0]) == "the line hits wall with the cup"
    assert obstacles(errors) == Counter({WALL: 2, CUP: 1})


@pytest.mark.parametrize("text", ["push(game, mat)", "open(box_2)", "look()"])
def test_a_skill_call_is_read_as_it_is_written(text: str) -> None:
    assert str(SkillCall.parse(text)) == text


def test_the_parts_of_a_skill_call() -> None:
    assert SkillCall.parse("push(game, mat)") == SkillCall("push", ("game", "mat"))


@pytest.mark.parametrize("text", ["start", "push(game", "push(game,mat)", "grasp 3 of cup"])
def test_what_is_no_skill_call_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="no skill call"):
        SkillCall.parse(text)
