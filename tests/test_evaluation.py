"""Evaluations: they repeat at any number of workers, count what goes wrong, and compare."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal
from unittest import mock

import numpy as np
import pytest
from rolled import APPLE, attempt, stored
from typer.testing import CliRunner

from cousins.flows.cli import app
from cousins.flows.environments.making import setting_of
from cousins.flows.evaluation.policies import policy_ref
from cousins.flows.evaluation.pools import rolled
from cousins.flows.evaluation.rolling import RollJob, roll
from cousins.flows.evaluation.running import evaluate, load_evaluation, read_results
from cousins.flows.evaluation.suites import PRESETS, spec_of
from cousins.flows.pool import JobError
from cousins.flows.training import train_policy
from cousins.generators.dataset import Dataset
from cousins.generators.evaluation.page import MEANING, write_page
from cousins.generators.evaluation.statistics import compare, mcnemar, wilson
from cousins.generators.learners.records.cards import TrainSpec
from cousins.scenes.model.mujoco_model import compile_model
from cousins.schemas import (
    DatasetError,
    DatasetSpec,
    EvalResult,
    EvalSpec,
    PerturbSpec,
    RolloutRecord,
    Shortcoming,
    SpecError,
    SuiteResult,
    SuiteSpec,
)
from cousins.tasks.bddl.problem import scene_problem
from cousins.tasks.rollout.simulation import Rollout
from cousins.tasks.rollout.watching import Watch
from cousins.tasks.sampling.style import HABITS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
BAD = "python:policies_for_tests:"


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return stored(tmp_path_factory.mktemp("judged") / "set", attempt())


@pytest.fixture
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker processes find the policies of tests."""
    here = str(Path(__file__).parent)
    monkeypatch.setenv("PYTHONPATH", f"{here}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")


def asked(dataset: Dataset, **update: Any) -> EvalSpec:
    fields = {"name": "judged", "dataset": str(dataset.root), "rollouts": 2, "max_seconds": 0.6}
    return EvalSpec.model_validate({**fields, "videos": 0, **update})


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scenes")


@pytest.mark.heavy
@pytest.mark.usefixtures("importable")
def test_results_are_the_same_at_any_number_of_workers(
    dataset: Dataset, scenes: Path, tmp_path: Path
) -> None:
    spec = asked(dataset, suites={"in_distribution": {}, "latency": {}}, videos=1)
    alone = evaluate(f"{BAD}Drawn", spec, tmp_path / "a", 0, scenes=scenes)
    together = evaluate(f"{BAD}Drawn", spec, tmp_path / "b", 2, scenes=tmp_path / "anew")
    first, second = (tmp_path / name / "results.json" for name in "ab")
    assert first.read_bytes() == second.read_bytes()
    assert read_results(tmp_path / "a") == alone == together
    assert [suite.name for suite in alone.suites] == ["in_distribution", "latency"]
    for suite in alone.suites:
        assert (suite.success, suite.successes, len(suite.rollouts)) == (0.0, 0, 2)
        assert suite.causes == {"not_touched": 2}
        assert [one.steps for one in suite.rollouts] == [6, 6]
        film = tmp_path / "a/videos" / suite.name / "00000.mp4"
        assert film.stat().st_size > 1000
        assert not (film.parent / "00001.mp4").exists()
    assert alone.suites[0].scenes_hash == alone.suites[1].scenes_hash


@pytest.mark.usefixtures("importable")
@pytest.mark.parametrize(
    ("name", "cause", "detail"),
    [
        ("Short", "bad_action", "ActionError: action: its shape is (5,); this environment takes"),
        ("Breaks", "policy_failed", "KeyError: 'no such joint'"),
        pytest.param("Hangs", "policy_hung", "", marks=pytest.mark.heavy),
        pytest.param("Dies", "policy_died", "", marks=pytest.mark.heavy),
    ],
)
def test_what_a_policy_does_wrong_is_a_failed_rollout(
    name: str, cause: str, detail: str, dataset: Dataset, scenes: Path, tmp_path: Path
) -> None:
    # A hung process is ended after its time; starting and compiling must fit into it.
    limit = 20.0 if name == "Hangs" else 600.0
    spec = asked(dataset, rollouts=1, time_limit=limit)
    workers = 1 if name in ("Hangs", "Dies") else 0
    result = evaluate(f"{BAD}{name}", spec, tmp_path / "out", workers, scenes=scenes)
    (suite,) = result.suites
    assert suite.causes == {cause: 1}
    assert suite.rollouts[0].detail.startswith(detail)
    assert suite.rollouts[0].scene == "t0000-s2000000"


def test_a_replay_and_the_nearest_demonstration_succeed_where_they_should(
    dataset: Dataset, tmp_path: Path
) -> None:
    """Both in the scene of the demonstration, in this process."""
    one = attempt()
    folder = tmp_path / "scenes"
    (folder / "assets").mkdir(parents=True)
    (folder / "0.json").write_text(one.scene.canonical_json())
    for digest, asset in one.assets.items():
        (folder / "assets" / f"{digest}.json").write_text(asset.canonical_json())
    train_policy(dataset.root, TrainSpec(policy="nearest", chunk=1), tmp_path / "nearest")
    setting = setting_of(dataset, APPLE, observations=("robot", "objects"), max_seconds=20.0)
    for given in ("replay", str(tmp_path / "nearest")):
        job = RollJob(policy_ref(given), dataset.spec, setting, folder / "0.json", 0, 3, 0)
        record = roll(job)
        assert (record.success, record.cause) == (True, None), given
        late = roll(replace(job, latency=1))
        assert late.steps != record.steps
        if given == "replay":  # nothing slips in a rollout, so nothing does in what it plans
            slips = PerturbSpec(kinds=("slip",))
            episodes = dataset.spec.episodes.model_copy(update={"perturb": slips})
            disturbed = dataset.spec.model_copy(update={"episodes": episodes})
            assert roll(replace(job, spec=disturbed)).steps == record.steps
            style = dataset.spec.episodes.style
            habits = replace(HABITS[style], slips=1.0)
            with mock.patch.dict(HABITS, {style: habits}):
                assert roll(job).steps == record.steps


@dataclass(frozen=True)
class Losing:
    """A fake pool that loses its jobs."""

    how: Literal["hung", "died"] | None

    def run(self, name: str, argument: RollJob) -> RolloutRecord:
        raise JobError(f"{name} is lost", lost=self.how)


@pytest.mark.parametrize("how", ["hung", "died", None])
def test_a_lost_process_is_a_failed_rollout(how: Any, dataset: Dataset, tmp_path: Path) -> None:
    one = attempt()
    (tmp_path / "0.json").write_text(one.scene.canonical_json())
    (tmp_path / "assets").mkdir()
    for digest, asset in one.assets.items():
        (tmp_path / "assets" / f"{digest}.json").write_text(asset.canonical_json())
    setting = setting_of(dataset, APPLE)
    job = RollJob(policy_ref("replay"), dataset.spec, setting, tmp_path / "0.json", 4, 3, 0)
    if how is None:
        with pytest.raises(JobError, match="rollout 4 is lost"):
            rolled(Losing(how), job)
        return
    record = rolled(Losing(how), job)
    assert (record.number, record.scene, record.cause) == (4, one.scene.id, f"policy_{how}")


def test_causes_say_how_far_a_rollout_came() -> None:
    one = attempt()
    compiled = compile_model(one.scene, one.assets, "physics")
    rollout = Rollout(compiled, scene_problem(one.task).goal, 10, 1000)
    rollout.begin_at(one.arrays.initial_state)
    watch, seen = Watch(rollout), [Shortcoming.NOT_TOUCHED]
    for action in one.arrays.actions:
        rollout.step(action)
        watch.look()
        if watch.verdict() != seen[-1]:
            seen.append(watch.verdict())
    wanted = [Shortcoming.NOT_TOUCHED, Shortcoming.NOT_MOVED, Shortcoming.MISPLACED]
    assert seen == [*wanted, Shortcoming.NOT_KEPT]
    assert set(MEANING) == {str(cause) for cause in Shortcoming}


def test_intervals_and_tests_are_those_of_the_books() -> None:
    # Newcombe (1998), table I: 81 of 263, and 0 of 20.
    assert np.allclose(wilson(81, 263), (0.2553, 0.3662), atol=1e-4)
    assert np.allclose(wilson(0, 20), (0.0, 0.1611), atol=1e-4)
    assert wilson(20, 20)[1] == 1.0
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(1, 5) == pytest.approx(2 * 7 / 64)
    assert mcnemar(3, 3) == 1.0


def result(won: list[bool], digest: str = "a" * 64, suite: str = "near") -> EvalResult:
    rollouts = tuple(
        RolloutRecord(
            number=n, scene=f"s{n}", success=yes, steps=5,
            cause=None if yes else Shortcoming.MISPLACED,
        )
        for n, yes in enumerate(won)
    )  # fmt: skip
    count = sum(won)
    made = SuiteResult(
        name=suite, scenes_hash=digest, refused=0, successes=count, rollouts=rollouts,
        success=count / len(won), ci95=wilson(count, len(won)),
        causes={"misplaced": len(won) - count} if count < len(won) else {}, cousin_distance=0.1,
    )  # fmt: skip
    return EvalResult(
        spec=EvalSpec(name="e", dataset="d"), policy="<p>", policy_hash="p" * 64,
        dataset_hash="d" * 64, task="t0000", instruction="Do it.", suites=(made,), versions={},
    )  # fmt: skip


def test_two_policies_are_compared_scene_by_scene() -> None:
    first, second = [True] * 8 + [False] * 2, [True] * 3 + [False] * 7
    (found,) = compare(result(first), result(second))
    assert (found.both, found.only_first, found.only_second, found.neither) == (3, 5, 0, 2)
    assert found.difference == 0.5
    assert found.p_value == mcnemar(5, 0)
    low, high = found.ci95
    assert 0.1 <= low < 0.5 < high <= 0.9
    with pytest.raises(DatasetError, match="suite near: the two results are of other scenes"):
        compare(result(first), result(second, "b" * 64))
    with pytest.raises(DatasetError, match="the results share no suite: near and far"):
        compare(result(first), result(second, suite="far"))


def test_suites_change_one_thing_of_the_datasets_spec() -> None:
    spec = DatasetSpec.model_validate(
        {
            "name": "a",
            "scene": {"clutter": {"count": 1}, "ambient": 150},
            "cousins": {"per_object": 3},
        }
    )
    far = spec_of("far", SuiteSpec(), spec)
    assert (far.cousins.distance, far.cousins.per_object) == ((0.4, 0.7), 3)
    assert far.scene == spec.scene
    for name in (*PRESETS, "cameras"):
        changed = spec_of(name, SuiteSpec(), spec)
        parts = [
            p for p in ("scene", "cousins", "cameras") if getattr(changed, p) != getattr(spec, p)
        ]
        assert len(parts) == (0 if name in ("in_distribution", "latency") else 1), name
    cameras = spec_of("cameras", SuiteSpec(), spec).cameras
    assert cameras[1] == spec.cameras[1]
    assert cameras[0] != spec.cameras[0]
    own = SuiteSpec.model_validate({"like": "far", "change": {"scene": {"clutter": {"count": 4}}}})
    both = spec_of("mine", own, spec)
    assert both.cousins.distance == (0.4, 0.7)
    assert both.scene.clutter.count.model_dump()["value"] == 4
    with pytest.raises(SpecError, match=r"suites.mine.like: no suite 'fra'; allowed: in_dist"):
        spec_of("mine", SuiteSpec(like="fra"), spec)
    with pytest.raises(SpecError, match=r"suite mine: 1 problem[\s\S]*clutter.count"):
        spec_of("mine", SuiteSpec(change={"scene": {"clutter": {"count": 400}}}), spec)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: e\ndataset: d\nrollout: 3", "unknown key.*rollout"),
        ("name: e\ndataset: d\nrollouts: 0", "line 3: rollouts"),
        ("name: e\ndataset: d\nsuites: {a: {change: {robot: x}}}", "'robot' cannot be changed"),
        ("name: e\ndataset: d\nsuites: {}", "suites"),
        ("- 3", "an evaluation is a mapping such as"),
    ],
)
def test_a_wrong_spec_says_where(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "eval.yaml").write_text(text)
    with pytest.raises(SpecError, match=message):
        load_evaluation(tmp_path / "eval.yaml")


def test_what_cannot_be_judged_is_refused(dataset: Dataset, scenes: Path, tmp_path: Path) -> None:
    for given, message in (
        ("nowhere", "no such folder; allowed: a checkpoint's folder, replay, python:MODULE"),
        ("python:math", "expected python:MODULE:ATTRIBUTE"),
    ):
        with pytest.raises(SpecError, match=message):
            policy_ref(given)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError, match="is no checkpoint"):
        policy_ref(str(tmp_path / "empty"))
    for name, message in (
        ("Missing", "cannot be imported: module 'policies_for_tests' has no"),
        ("nothing", r"nothing\(\) gave a int; a policy has reset\(seed\)"),
    ):
        with pytest.raises(JobError, match=message) as caught:
            evaluate(f"{BAD}{name}", asked(dataset), tmp_path / "out", 0, scenes=scenes)
        assert caught.value.fatal


def write_spec(dataset: Dataset, folder: Path) -> Path:
    path = folder / "eval.yaml"
    path.write_text(
        f"name: judged\ndataset: {dataset.root}\nrollouts: 1\nmax_seconds: 0.3\nvideos: 1\n"
    )
    return path


@pytest.mark.heavy
@pytest.mark.usefixtures("importable")
def test_the_command_writes_results_and_a_page(
    dataset: Dataset, scenes: Path, tmp_path: Path
) -> None:
    arguments = ["evaluate", f"{BAD}Still", "--spec", str(write_spec(dataset, tmp_path)),
                 "--scenes", str(scenes), "--workers", "1", "--json"]  # fmt: skip
    first = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / "a")])
    assert first.exit_code == 0, first.output
    again = [*arguments, "--out", str(tmp_path / "b"), "--against", str(tmp_path / "a")]
    done = CliRunner().invoke(app, again)
    assert done.exit_code == 0, done.output
    assert '"p_value": 1.0' in done.output
    page = (tmp_path / "b/index.html").read_text(encoding="utf-8")
    for text in ("not touched", "data:video/mp4;base64,", "Wilson", 'id="compared"'):
        assert text in page


def test_failures_are_filmed_and_results_repeat(
    dataset: Dataset, scenes: Path, tmp_path: Path
) -> None:
    spec = asked(dataset, suites={"in_distribution": {}, "latency": {}}, videos=1)
    first = evaluate(f"{BAD}Drawn", spec, tmp_path / "a", 0, scenes=scenes)
    again = evaluate(f"{BAD}Drawn", spec, tmp_path / "b", 0, scenes=scenes)
    assert first == again == read_results(tmp_path / "a")
    assert first.suites[0].scenes_hash == first.suites[1].scenes_hash
    for suite in first.suites:
        assert suite.causes == {"not_touched": 2}
        assert [one.steps for one in suite.rollouts] == [6, 6]
    film = tmp_path / "a/videos/latency/00000.mp4"
    assert film.stat().st_size > 1000
    assert not (film.parent / "00001.mp4").exists()
    page = write_page(tmp_path / "index.html", [first], {("latency", 0): film})
    text = page.read_text(encoding="utf-8")
    assert text.count("data:video/mp4;base64,") == 1
    assert "latency 0</b>, scene t0000-s2000000: not touched." in text


def test_the_page_fits_a_narrow_window(tmp_path: Path) -> None:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    both = [result([True, False, True]), result([False, False, True])]
    path = write_page(tmp_path / "index.html", both, {}, compare(*both))
    html = path.read_text(encoding="utf-8")
    assert "&lt;p&gt;" in html
    assert "<p>" not in html.split("<h1>")[1][:10]
    probe = (
        "<script>addEventListener('load', () => { const r = document.documentElement; "
        "r.dataset.overflow = r.scrollWidth - r.clientWidth; "
        "r.dataset.circles = document.querySelectorAll('svg.curves circle').length; })</script>"
    )
    path.write_text(html.replace("</body>", f"{probe}</body>"), encoding="utf-8")
    shown = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=500,900",
         "--virtual-time-budget=4000", "--dump-dom", path.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    ).stdout  # fmt: skip
    assert 'data-overflow="0"' in shown
    assert 'data-circles="2"' in shown
