"""The third solver: a policy learned for one pushing subtask. Most of it needs its extra."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
from worlds import by_hand, first, make_task, put

from cousins.flows.checks import check_spec
from cousins.generators.store.changes import slice_of
from cousins.generators.store.hashing import LEARNING, versions
from cousins.scenes.core.geometry import Array
from cousins.scenes.model.mujoco_model import CompiledScene
from cousins.schemas import (
    BackendMissingError,
    Cause,
    DatasetSpec,
    Episode,
    EpisodeArrays,
    EpisodeSpec,
    Failure,
    PlanningError,
    Solver,
    SpecError,
)
from cousins.schemas.spec_file import parse_spec
from cousins.tasks.motion.manipulator import Manipulator
from cousins.tasks.physics.execution import Executor, tool_pose
from cousins.tasks.physics.replay import replay
from cousins.tasks.skills import pushing
from cousins.tasks.skills.pushing import learning, onto_mat, push_to
from cousins.tasks.skills.pushing import motion as strokes
from cousins.tasks.skills.pushing.closed_loop import OBSERVED, STEP, Action, ClosedLoopPusher
from cousins.tasks.skills.pushing.learning import PACKAGES, check_learning, learn
from cousins.tasks.skills.pushing.trials import (
    EVERY,
    NEARER,
    PushEnv,
    PushOutcome,
    gymnasium_environment,
)
from cousins.tasks.solving.feasibility import out_of_reach
from cousins.tasks.solving.solve import solve
from cousins.tasks.symbolic.search import Plan, Step

INSTALLED = all(find_spec(name) for name in PACKAGES)
needs_extra = pytest.mark.skipif(not INSTALLED, reason="needs the extra `learning`")
MAT = "place_mat.n.01"


def board(x: float = 0.0, y: float = 0.0, yaw: float = 0.0) -> CompiledScene:
    """A board game that lies half on a mat, or farther away."""
    mat = put("mat", first(MAT), (0.5, 0.0, 0.0), np.pi)
    return by_hand(mat, put("game", first("board_game.n.01"), (0.5 + x, 0.16 + y, 0.0013), yaw))


def at_work(*solvers: Solver) -> Manipulator:
    compiled = board()
    executor = Executor(compiled, 10, 1000)
    executor.refresh()
    arm = Manipulator(compiled, executor, np.random.default_rng(0))
    arm.solvers = solvers
    return arm


def test_the_spec_names_the_solvers() -> None:
    assert EpisodeSpec().solvers == ("planning", "optimisation")
    spec = parse_spec("name: x\nepisodes: {solvers: [planning, learning]}")
    assert spec.episodes.solvers == ("planning", "learning")
    for wrong in ("[]", "[planning, planning]", "[magic]"):
        with pytest.raises(SpecError, match="solvers"):
            parse_spec(f"name: x\nepisodes: {{solvers: {wrong}}}")


def test_without_the_extra_it_is_refused_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "find_spec", dict[str, None]().get)
    told = r"gymnasium, stable_baselines3, torch; try: pip install 'cousins\[learning\]'"
    spec = DatasetSpec(name="x", episodes=EpisodeSpec(solvers=("planning", "learning")))
    with pytest.raises(BackendMissingError, match=told):
        check_spec(spec, draws=False)
    task = make_task({"game": "board_game.n.01", "mat": MAT}, "", "(ontop game mat)")
    compiled = board()
    with pytest.raises(BackendMissingError, match=told):
        solve(compiled.scene, dict(compiled.assets), task, spec.episodes, (0,), "e")
    check_spec(DatasetSpec(name="x"), draws=False)


def test_versions_of_the_extra_count_only_where_it_is_asked_for() -> None:
    assert not set(LEARNING) & set(versions())
    counted = set(LEARNING) & set(versions(("learning",)))
    assert counted == {name for name in LEARNING if find_spec(name.replace("-", "_"))}


def test_learning_takes_over_where_strokes_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Strokes and the training fail or succeed at once; all else is real, and moves the thing."""
    reasons: list[str] = []

    def no_stroke(*_: object) -> None:
        raise PlanningError(Cause.NO_PUSH, "no side can be reached")

    def train(_: object, reason: str) -> Always:
        reasons.append(reason)
        return Always(0.0, 0.0, 0.0)

    monkeypatch.setattr(strokes, "_next", no_stroke)
    monkeypatch.setattr(learning, "_train", train)
    arm = at_work("planning", "optimisation")
    with pytest.raises(PlanningError, match="no side"):
        push_to(arm, "game", onto_mat(arm, "game", "mat"))
    assert (arm.executor.steps, reasons) == (0, [])
    expected: tuple[tuple[tuple[Solver, ...], str], ...] = (
        (("planning", "learning"), "no side can be reached"),
        (("learning",), "the spec leaves out all other solvers"),
    )
    for solvers, reason in expected:
        arm = at_work(*solvers)
        aim = onto_mat(arm, "game", "mat")
        assert not aim.enough()
        push_to(arm, "game", aim)
        assert reasons.pop() == reason
        assert aim.enough(), "the policy has brought it onto the mat"


def test_with_learning_a_scene_is_kept_that_no_stroke_solves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        cause = Failure(Cause.NO_PUSH, Failure(Cause.UNREACHABLE))
        raise PlanningError(cause, "no side can be reached")

    monkeypatch.setattr(pushing, "plan", fail)
    compiled = board()
    assets = {name: compiled.asset_of(name) for name in compiled.objects}
    operator = next(iter(pushing.PUSH.operators(assets, compiled.scene.support)))
    found = Plan((Step(operator, "push it"),), ())
    strokes: tuple[Solver, ...] = EpisodeSpec().solvers
    too: tuple[Solver, ...] = ("planning", "learning")
    told = "game cannot be pushed onto mat (no_push_unreachable)"
    assert str(out_of_reach(compiled, found, strokes)) == told
    assert out_of_reach(compiled, found, too) is None
    spec = DatasetSpec(name="x", episodes=EpisodeSpec(solvers=too, hz=20))
    assert slice_of(spec, "scenes", 1).episodes == EpisodeSpec(solvers=too)


def test_what_is_there_is_not_learned() -> None:
    arm = at_work("learning")
    aim = onto_mat(arm, "game", "mat")

    def none(*_: object) -> tuple[Array, ...]:
        return ()

    learn(arm, "game", replace(aim, ways=none), "no reason")
    assert (arm.executor.steps, arm.solver) == (0, "planning")


def test_fingers_come_down_beside_the_thing_and_move_as_told() -> None:
    arm = at_work("learning")
    servo = ClosedLoopPusher(arm, "game", onto_mat(arm, "game", "mat"))
    data = arm.executor.data
    assert servo.left(data) > 0.05
    assert servo.disturbed(data) == 0.0
    assert not servo.lost(data)
    start = servo.starts()[0]
    arm.execute(arm.planner.connect(arm.q, start.approach[0], start.opening, arm.rng), 0.0, 1.0)
    arm.execute(start.approach, start.opening, 0.5)
    arm.executor.refresh()
    assert servo.disturbed(data) == 0.0
    seen, before = servo.observe(data), tool_pose(arm.compiled, data)
    assert seen.shape == (OBSERVED,)
    assert seen[0] < 0.0, "behind the thing, along the way"
    rows = servo.rows(data, np.array([-1.0, 0.0, 0.0], dtype=np.float32), start.opening)
    assert rows.dtype == np.float32
    assert len(rows) == 2
    arm.executor.run(rows)
    arm.executor.hold(0.3)
    arm.executor.refresh()
    moved = tool_pose(arm.compiled, data)[:3, 3] - before[:3, 3]
    assert 0.3 * STEP < np.linalg.norm(moved) < 0.7 * STEP, "half a step back, less the advance"
    assert abs(moved[2]) < 0.002


def test_trials_repeat_and_leave_the_world_alone() -> None:
    arm = at_work("learning")
    servo = ClosedLoopPusher(arm, "game", onto_mat(arm, "game", "mat"))
    trials = PushEnv(servo, servo.starts())

    def tried() -> list[PushOutcome]:
        trials.begin(0)
        return [trials.step(np.zeros(3, dtype=np.float32)) for _ in range(8)]

    steps, again = tried(), tried()
    rewards = [step.reward for step in steps]
    assert rewards == [step.reward for step in again]
    assert max(rewards) > 0.0, "going the way that is left brings it nearer"
    nearer = servo.left(arm.executor.data) - steps[-1].left
    assert sum(rewards) == pytest.approx(NEARER * nearer + 8 * EVERY, abs=1e-6)
    np.testing.assert_array_equal(arm.executor.data.qpos, arm.compiled.new_data().qpos)


class Always:
    """A policy that decides the same whatever it sees."""

    def __init__(self, *action: float) -> None:
        self.action = np.array(action, dtype=np.float32)

    def predict(self, seen: object, deterministic: bool) -> tuple[Action, None]:
        assert deterministic
        return self.action, None


def test_a_policy_is_carried_out_from_the_best_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def train(*_: object) -> Always:
        return Always(0.0, 0.0, 0.0)

    monkeypatch.setattr(learning, "_train", train)
    arm = at_work("learning")
    aim = onto_mat(arm, "game", "mat")
    learn(arm, "game", aim, "no reason")
    assert ClosedLoopPusher(arm, "game", aim).left(arm.executor.data) == 0.0
    assert arm.interaction is not None


def test_a_policy_that_does_not_help_is_not_carried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    trained: list[str] = []

    def train(_: object, reason: str) -> Always:
        trained.append(reason)
        return Always(-1.0, 0.0, 0.0)

    monkeypatch.setattr(learning, "_train", train)
    arm = at_work("learning")
    aim = onto_mat(arm, "game", "mat")
    for told in ("no nearer", "failed before"):
        with pytest.raises(PlanningError, match=told):
            learn(arm, "game", aim, "once")
    assert (arm.executor.steps, trained) == (0, ["once"])


@needs_extra
def test_gymnasium_finds_nothing_wrong() -> None:
    from gymnasium.utils.env_checker import check_env

    arm = at_work("learning")
    servo = ClosedLoopPusher(arm, "game", onto_mat(arm, "game", "mat"))
    check_env(gymnasium_environment(PushEnv(servo, servo.starts())), skip_render_check=True)


def learned(compiled: CompiledScene) -> tuple[Episode, EpisodeArrays]:
    """An attempt with learning alone, which replays to the last bit."""
    task = make_task({"game": "board_game.n.01", "mat": MAT}, "", "(ontop game mat)")
    assets = dict(compiled.assets)
    spec = EpisodeSpec(solvers=("learning",))
    episode, arrays = solve(compiled.scene, assets, task, spec, (0,), "e")
    again = replay(compiled.scene, assets, task, episode, arrays)
    assert (again.success, again.max_error) == (episode.success, 0.0)
    return episode, arrays


@needs_extra
@pytest.mark.heavy
def test_learning_alone_pushes_and_says_so() -> None:
    episode, _ = learned(board())
    assert episode.success, episode.cause
    assert [part.solver for part in episode.subtasks] == ["learning"]
    told = [event for event in episode.trace if event.subject == "solver learning"]
    assert len(told) == 1
    assert "the spec leaves out all other solvers; in " in told[0].reason
    steps, before, after = told[0].values
    assert steps % learning.CHUNK == 0
    assert after >= before
    assert set(LEARNING) <= set(episode.versions)


@needs_extra
@pytest.mark.heavy
def test_the_same_seed_learns_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "CHUNK", 200)
    monkeypatch.setattr(learning, "CHUNKS", 2)
    monkeypatch.setattr(learning, "WARMING", 100)
    compiled = board(-0.08, 0.14, 0.5)
    (episode, arrays), (same, again) = learned(compiled), learned(compiled)
    told = next(event for event in episode.trace if event.subject == "solver learning")
    assert told.values[0] > 0.0, "something was learned"
    assert told.values[1] != told.values[2]
    assert same == episode
    np.testing.assert_array_equal(arrays.actions, again.actions)
    np.testing.assert_array_equal(arrays.qpos, again.qpos)


def test_check_learning_passes_exactly_with_the_extra() -> None:
    if INSTALLED:
        check_learning()
    else:
        with pytest.raises(BackendMissingError, match="cousins"):
            check_learning()
