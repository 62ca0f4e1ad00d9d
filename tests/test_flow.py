"""Runs with FAKE stages: engines agree, work is not repeated, failures are contained."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import connection
from pathlib import Path
from typing import Any

import fake_stages
import pytest
from fake_stages import KILL_ONCE, replay
from prefect_database import copy_database

from cousins.flows.environment import set_defaults
from cousins.flows.executors import ThreadExecutor
from cousins.flows.pool import JobError, WorkerPool
from cousins.flows.reporter import Silent
from cousins.flows.run import Summary, execute, export_dataset
from cousins.flows.schedules import deploy, deployment
from cousins.flows.seeds import next_dataset
from cousins.flows.session import RunRequest, Session
from cousins.flows.verify import verify
from cousins.flows.work import ShardTask
from cousins.generators.dataset import (
    Dataset,
)
from cousins.generators.shards import ShardRecord
from cousins.generators.store.identity import dataset_hash
from cousins.schemas import (
    DatasetError,
    FrameRecord,
    RunError,
    SpecError,
    TaskSpec,
)
from cousins.schemas.spec_file import parse_spec

TEXT = "name: flow\nseed: 3\ntasks: {count: 27}\nepisodes: {per_task: 12}\nexport: [coco]\n"


def plan(out: Path, text: str = TEXT, workers: int = 1) -> RunRequest:
    spec = parse_spec(text)
    return RunRequest(spec, out, fake_stages.fake_stages(), workers, exports=spec.export)


def small(out: Path, changes: str = "", workers: int = 1) -> RunRequest:
    return plan(
        out, f"name: small\ntasks: {{count: 3}}\nepisodes: {{per_task: 2}}\n{changes}", workers
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    out = tmp_path_factory.mktemp("flow") / "one"
    return out, execute(plan(out))


def test_a_run_makes_everything_and_the_reader_reads_it(finished: tuple[Path, Summary]) -> None:
    out, summary = finished
    dataset = Dataset(out)
    tasks, scenes = list(dataset.tasks()), list(dataset.scenes())
    assert [task.id for task in tasks] == [f"t{i:04d}" for i in range(27)]
    assert [scene.id for scene in scenes[:13]] == [
        *(f"t0000-s{i:02d}" for i in range(12)), "t0001-s00"
    ]  # fmt: skip
    episodes = list(dataset.episodes())
    assert [e.scene.replace("-s", "-e") for e in episodes] == [e.id for e in episodes]
    assert dataset.arrays(episodes[11]).qpos.shape == (episodes[11].steps + 1, 2)
    assert set(dataset.assets_of(scenes[11])) == {scenes[11].objects[0].asset_hash}
    assert all((out / path).is_file() for f in dataset.frames() for path in f.files.values())
    assert all((out / video.path).is_file() for video in dataset.videos())
    assert summary.counts["attempts"] == 27 * 12 == summary.counts["scenes"]
    assert summary.counts["solved"] == sum(episode.success for episode in episodes)
    assert summary.counts["frames"] == len(list(dataset.frames())) == 2 * 27 * 12
    assert (out / "exports" / "coco" / "sub" / "ids.txt").is_file()
    assert summary.dataset_hash == dataset_hash(out)
    assert len({episode.seed for episode in episodes}) == len(episodes)


def test_a_second_run_repeats_nothing(finished: tuple[Path, Summary]) -> None:
    out, summary = finished
    with Session(plan(out)) as session:
        assert session.finished
    again = execute(plan(out))
    assert again.shards_made == 0
    assert again.dataset_hash == summary.dataset_hash


def test_a_dataset_is_finished_only_when_nothing_is_missing(tmp_path: Path) -> None:
    whole = small(tmp_path, "export: [coco]")

    def finished(asked: RunRequest) -> bool:
        with Session(asked) as session:
            return session.finished

    assert not finished(whole)
    execute(replace(whole, exports=()))
    assert finished(replace(whole, exports=()))
    assert not finished(whole), "the export is missing"
    execute(whole)
    assert finished(whole)
    next((tmp_path / "data" / "frames").rglob("*.json")).unlink()
    assert not finished(whole), "a file is missing"


def test_two_processes_make_the_same_bytes(tmp_path: Path, finished: tuple[Path, Summary]) -> None:
    summary = execute(plan(tmp_path / "two", workers=2))
    assert summary.dataset_hash == finished[1].dataset_hash


def test_stage_by_stage_is_the_same_dataset(tmp_path: Path) -> None:
    whole = execute(small(tmp_path / "whole"))
    for stage in ("tasks", "scenes", "episodes", "frames"):
        summary = execute(replace(small(tmp_path / "steps"), until=stage))
        assert summary.shards_made == (1 if stage == "tasks" else 3)
    assert summary.dataset_hash == whole.dataset_hash


def test_growing_a_dataset_keeps_what_is_there_and_equals_a_fresh_one(tmp_path: Path) -> None:
    execute(small(tmp_path / "a"))
    more = "name: small\ntasks: {count: 5}\nepisodes: {per_task: 2}\n"
    grown = execute(plan(tmp_path / "a", more))
    assert grown.shards_made == 1 + 2 * 3  # the batch of tasks, and two tasks of three stages
    assert grown.dataset_hash == execute(plan(tmp_path / "b", more)).dataset_hash
    deeper = "name: small\ntasks: {count: 5}\nepisodes: {per_task: 11}\n"
    assert (
        execute(plan(tmp_path / "a", deeper)).dataset_hash
        == execute(plan(tmp_path / "c", deeper)).dataset_hash
    )
    with pytest.raises(DatasetError, match="seed: 0 became 1"):
        execute(plan(tmp_path / "a", deeper + "seed: 1\n"))


def test_a_damaged_file_is_found_and_a_lost_one_is_made_again(tmp_path: Path) -> None:
    out = tmp_path / "a"
    before = execute(small(out))
    assert verify(out, 1, replay).problems == ()
    target = next(iter(sorted(out.glob("data/frames/t0001/rgb/*.png"))))
    content = target.read_bytes()
    target.write_bytes(content.replace(b"fake", b"fuke", 1))
    assert any("its hash differs" in problem for problem in verify(out, 1, replay).problems)
    target.unlink()
    assert any("is missing" in problem for problem in verify(out, 1, replay).problems)
    after = execute(small(out))
    assert (after.shards_made, after.dataset_hash) == (1, before.dataset_hash)


def test_verify_replays_every_demonstration_in_fresh_processes(
    finished: tuple[Path, Summary],
) -> None:
    found = verify(finished[0], 2, replay)
    assert found.problems == ()
    assert found.demonstrations == finished[1].counts["solved"]
    assert (found.replayed, found.tasks, found.frames) == (1.0, 27, 2 * 27 * 12)
    bad = verify(finished[0], 2, refuse)
    assert bad.replayed == 0.0
    assert len(bad.problems) == found.demonstrations


def nothing(*_: object, **__: object) -> None:
    """FAKE: checks nothing."""


def refuse(*_: object) -> tuple[bool, float]:
    """A FAKE replay that always misses the goal."""
    return False, 1.0


def test_a_gap_is_a_problem(tmp_path: Path) -> None:
    execute(small(tmp_path))
    (tmp_path / "manifest/frames/t0002.json").unlink()
    problems = verify(tmp_path, 1, replay).problems
    assert any("1 shards of frames are missing, such as t0002" in text for text in problems)


def test_a_refused_scene_is_recorded_and_an_impossible_one_ends_the_run(tmp_path: Path) -> None:
    summary = execute(small(tmp_path / "a", "scene: {support: countertop}"))
    assert (summary.counts["scenes"], summary.counts["refused"]) == (4, 2)
    assert b"fake countertop" in (tmp_path / "a/data/scenes/t0001/refused.json").read_bytes()
    with pytest.raises(JobError, match="fake desk holds nothing") as caught:
        execute(small(tmp_path / "b", "scene: {support: desk}"))
    assert caught.value.exit_code == 2


def test_failures_are_kept_or_dropped_but_always_counted(tmp_path: Path) -> None:
    text = "name: small\ntasks: {count: 3}\nepisodes: {per_task: 9, keep_failures: false}\n"
    summary = execute(plan(tmp_path, text))
    episodes = list(Dataset(tmp_path).episodes())
    assert all(episode.success for episode in episodes)
    assert summary.counts["attempts"] == 27 > summary.counts["solved"] == len(episodes)


def test_without_episodes_each_task_has_one_scene_and_its_stills(tmp_path: Path) -> None:
    text = "name: stills\ntasks: {count: 3}\nepisodes: {per_task: 0}\n"
    execute(plan(tmp_path, text))
    frames: list[FrameRecord] = list(Dataset(tmp_path).frames())
    assert [frame.scene for frame in frames] == ["t0000-s00", "t0001-s00", "t0002-s00"]


def test_a_killed_worker_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calm = execute(small(tmp_path / "calm"))
    bait = tmp_path / "bait"
    bait.touch()
    monkeypatch.setenv(KILL_ONCE, str(bait))
    torn = execute(small(tmp_path / "torn", workers=2))
    assert not bait.exists()
    assert torn.dataset_hash == calm.dataset_hash


def test_one_failing_task_leaves_the_others_work(tmp_path: Path) -> None:
    stages = replace(fake_stages.fake_stages(), build_scene=fail_on_task_one)  # type: ignore[arg-type]
    with pytest.raises(RunError, match=r"1 shards failed; .*\n  scenes/t0001: a flat tyre"):
        execute(replace(small(tmp_path, workers=2), stages=stages))
    assert [r.shard for r in Dataset(tmp_path).records("frames")] == ["t0000", "t0002"]


def fail_on_task_one(*arguments: object) -> object:
    """FAKE: one task fails in an expected way."""
    task = arguments[1]
    assert isinstance(task, TaskSpec)
    if task.id == "t0001":
        raise RunError("a flat tyre")
    return fake_stages.build_scene(*arguments)  # type: ignore[arg-type]


def die(code: int) -> int:
    os._exit(code)


def test_a_job_that_always_kills_its_process_is_given_up() -> None:
    with (
        WorkerPool[int, int](die, 1) as pool,
        pytest.raises(
            JobError, match=r"poison: its process died 3 times \(exit code 7, exit"
        ) as caught,
    ):
        pool.run("poison", 7)
    assert caught.value.lost == "died"


def hang_or_answer(hang: bool) -> int:
    if hang:
        threading.Event().wait()
    return os.getpid()


def test_a_job_that_hangs_is_ended_and_the_pool_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[float | None] = []
    hangs: list[bool] = []

    def waiting(pipes: list[Any], timeout: float | None = None) -> list[Any]:
        """The time limit has passed for what hangs, and never passes for anything else."""
        limits.append(timeout)
        return [] if hangs and timeout == 0.5 else list(connection.wait(pipes))

    monkeypatch.setattr("cousins.flows.pool.wait", waiting)
    with WorkerPool[bool, int](hang_or_answer, 1, time_limit=0.5) as pool:
        first = pool.run("warm", False)
        hangs.append(True)
        with pytest.raises(JobError, match=r"slow: took more than 0\.5 s") as caught:
            pool.run("slow", True)
        assert caught.value.lost == "hung"
        with pytest.raises(ProcessLookupError):
            os.kill(first, 0)
        hangs.clear()
        assert pool.run("next", False) != first
    assert limits.count(0.5) == 3


def test_an_unexpected_error_is_one_line_and_carries_its_traceback() -> None:
    with (
        WorkerPool[str, int](int, 1) as pool,
        pytest.raises(
            JobError, match=r"^odd: ValueError at pool\.py:\d+: invalid lit.*$"
        ) as caught,
    ):
        pool.run("odd", "x")
    assert "Traceback" in caught.value.trace


def test_closing_the_pool_ends_calls_in_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()

    def waiting(pipes: list[Any], timeout: float | None = None) -> list[Any]:
        asked.set()
        return list(connection.wait(pipes, timeout))

    with ThreadPoolExecutor(1) as threads, WorkerPool[bool, int](hang_or_answer, 1) as pool:
        pool.run("warm", False)
        monkeypatch.setattr("cousins.flows.pool.wait", waiting)
        call = threads.submit(pool.run, "slow", True)
        asked.wait()
        pool.close()
        with pytest.raises(JobError, match="the run was ended"):
            call.result()


def test_an_export_of_another_state_is_not_kept(tmp_path: Path) -> None:
    one = small(tmp_path)
    execute(one)
    export_dataset(one.spec, tmp_path, one.stages, ("coco", "lerobot"))
    assert (tmp_path / "exports" / "lerobot").is_dir()
    assert execute(one).shards_made == 0
    assert (tmp_path / "exports" / "lerobot").is_dir()
    execute(plan(tmp_path, "name: small\ntasks: {count: 4}\nepisodes: {per_task: 2}\n"))
    assert not (tmp_path / "exports" / "lerobot").exists()


def test_a_series_goes_on_with_the_next_seed_only_when_one_is_complete(tmp_path: Path) -> None:
    base = small(tmp_path)
    for seed in (0, 1):
        spec, folder = next_dataset(base.spec, tmp_path)
        assert (spec.seed, folder.name) == (seed, f"seed-{seed:08d}")
        execute(replace(base, spec=spec, out=folder, until="scenes"))
        assert next_dataset(base.spec, tmp_path) == (spec, folder)
        execute(replace(base, spec=spec, out=folder))
    one, two = (dataset_hash(tmp_path / f"seed-{seed:08d}") for seed in (0, 1))
    assert one != two


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One embedded Prefect API for all tests of the session, with a database of its own."""
    set_defaults()
    database = copy_database(tmp_path_factory.mktemp("prefect") / "prefect.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PREFECT_API_URL", raising=False)
        patch.setenv("PREFECT_SERVER_DATABASE_CONNECTION_URL", database)
        patch.setenv("PREFECT_SERVER_UI_ENABLED", "false")
        patch.setenv("PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS", "1")
        from cousins.flows.server import prefect_api

        with prefect_api(scheduler=True):
            yield


# Warnings of Prefect's own code are not ours to fix.
with_prefect = pytest.mark.filterwarnings("default")


def settled(client: Any) -> list[Any]:
    """The runs of tasks, once the server's own service has written down how each of them ended."""
    end = time.monotonic() + 60
    while True:
        tasks: list[Any] = client.read_task_runs()
        if all(x.state.is_final() for x in tasks) or time.monotonic() > end:
            return tasks
        time.sleep(0.2)


@with_prefect
def test_prefect_makes_the_same_bytes(tmp_path: Path, api: None) -> None:
    from prefect.client.orchestration import get_client

    from cousins.flows.generate import generate_now

    def flow_of(asked: RunRequest) -> Summary:
        with Session(asked) as session:
            return generate_now(session, Silent())

    text = "name: small\nseed: 3\ntasks: {count: 3}\nepisodes: {per_task: 2}\nexport: [coco]\n"
    local = execute(plan(tmp_path / "local", text))
    flow = flow_of(plan(tmp_path / "flow", text, workers=2))
    assert flow.dataset_hash == local.dataset_hash
    assert flow.shards_made == 11
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs()
        tasks = settled(client)
        shown = {x.key: x for x in client.read_artifacts()}
    assert [run.state_name for run in runs] == ["Completed"]
    assert runs[0].name.startswith("small seed 3 20")
    assert {"cousins", "small"} < set(runs[0].tags)
    assert any(tag.startswith("dataset:") for tag in runs[0].tags)
    assert {(x.name, x.state_name) for x in tasks} == {
        (f"{stage}/{shard}", "Completed")
        for stage in ("scenes", "episodes", "frames")
        for shard in ("t0000", "t0001", "t0002")
    } | {("tasks/b00000", "Completed"), ("exports/coco", "Completed")}
    bars = {key: x.data for key, x in shown.items() if x.type == "progress"}
    assert bars == {
        f"small-{stage}": 100.0 for stage in ("tasks", "scenes", "episodes", "frames", "exports")
    }
    page = str(shown["small-summary"].data)
    assert local.dataset_hash in page
    assert "| attempts | 6 |" in page
    assert "report/index.html" in str(shown["small-report"].data)
    with pytest.raises(JobError, match="fake desk"):
        flow_of(plan(tmp_path / "desk", text + "scene: {support: desk}\n", 2))


@with_prefect
def test_the_flow_takes_a_path_or_a_mapping_and_says_what_is_wrong(
    tmp_path: Path, api: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect.client.orchestration import get_client

    from cousins.flows.generate import generate

    monkeypatch.setattr("cousins.flows.generate.production", fake_stages.fake_stages)
    monkeypatch.setattr("cousins.flows.generate.check_spec", nothing)
    inline = {"name": "inline", "tasks": {"count": 2}, "episodes": {"per_task": 2}}
    made = generate(inline, str(tmp_path / "series"), 1, next_seeds=True, return_state=True)
    assert made.is_completed(), made.message
    assert (tmp_path / "series" / "seed-00000000" / "logs" / "summary.json").is_file()
    wrong = generate({**inline, "tasks": {"cuont": 2}}, str(tmp_path / "x"), return_state=True)
    assert wrong.is_failed()
    assert "tasks.cuont" in str(wrong.message)
    missing = generate(str(tmp_path / "none.yaml"), return_state=True)
    assert "none.yaml" in str(missing.message)
    assert "Traceback" not in str(missing.message)
    with get_client(sync_client=True) as client:
        names = [run.name for run in client.read_flow_runs()]
    assert any(name.startswith("inline seed 0 20") for name in names)
    assert all(name.startswith(("inline", "small", "cousins-generate 20")) for name in names)


@with_prefect
def test_dead_runs_of_a_dataset_are_marked_as_crashed(api: None) -> None:
    from prefect import flow, task
    from prefect.client.orchestration import get_client
    from prefect.states import Completed, Pending, Running

    from cousins.flows.predecessors import mark_crashed

    @flow
    def abandoned() -> None:
        """Never ends."""

    @task
    def make() -> None:
        """Nor does this."""

    with get_client(sync_client=True) as client:
        ours = client.create_flow_run(abandoned, tags=["dataset:x"], state=Running())
        other = client.create_flow_run(abandoned, tags=["dataset:y"], state=Running())
        inner = [
            client.create_task_run(make, run.id, dynamic_key=f"{name}-0", name=name, state=state())
            for run in (ours, other)
            for name, state in (("a", Running), ("b", Pending), ("c", Completed))
        ]
        assert mark_crashed(client, "dataset:x") == 1
        states = [client.read_task_run(run.id).state_name for run in inner]
        assert states == ["Crashed", "Crashed", "Completed", "Running", "Pending", "Completed"]
        assert client.read_flow_run(ours.id).state_name == "Crashed"
        assert client.read_flow_run(other.id).state_name == "Running"


@with_prefect
def test_a_run_outlives_its_api(
    tmp_path: Path, prefect_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

    from cousins.flows import server
    from cousins.flows.generate import generate_now

    servers: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def started(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        process: subprocess.Popen[bytes] = start(command, **options)  # pyright: ignore[reportAssignmentType]
        servers.extend([process] if "cousins.flows.server" in command else [])
        return process

    class Ending(Silent):
        def __init__(self) -> None:
            self.notes: list[str] = []

        def note(self, text: str) -> None:
            self.notes.append(text)

        def finished(self, unit: ShardTask, record: ShardRecord, total: dict[str, int]) -> None:
            if unit.stage == "scenes":
                servers[0].kill()

    monkeypatch.setattr("cousins.flows.server.subprocess.Popen", started)
    told, text = Ending(), "name: a\ntasks: {count: 2}\n"
    with (
        temporary_settings(restore_defaults={PREFECT_API_URL, PREFECT_API_AUTH_STRING}),
        server.prefect_api(),
        Session(plan(tmp_path / "flow", text)) as session,
    ):
        summary = generate_now(session, told)
    assert summary.dataset_hash == execute(plan(tmp_path / "local", text)).dataset_hash
    assert [note for note in told.notes if "API ended during the run" in note]


@with_prefect
def test_a_schedule_schedules_runs(tmp_path: Path, api: None) -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.objects import WorkPool

    path = tmp_path / "a.yaml"
    path.write_text("name: nightly\n")
    chosen = deployment(path, tmp_path / "out", 2, "0 2 * * *", True)
    with pytest.raises(SpecError, match="no work pool 'none'; run `prefect work-pool create"):
        deploy(chosen, "none")
    with get_client(sync_client=True) as client:
        client.request("POST", "/work_pools/", json={"name": "local", "type": "process"})
        assert isinstance(client.read_work_pool("local"), WorkPool)
        deploy(chosen, "local")
        # The server schedules by itself, once a second; only the limit of all tests ends this.
        while not (runs := [x for x in client.read_flow_runs() if x.state_name == "Scheduled"]):
            time.sleep(0.2)
    assert runs[0].parameters["next_seeds"] is True
    times = [run.expected_start_time for run in runs]
    assert all(when is not None and (when.hour, when.minute) == (2, 0) for when in times)


def test_a_wrong_schedule_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("name: nightly\n")
    with pytest.raises(SpecError, match=r"--cron 'soon': .*such as '0 2 \* \* \*'"):
        deployment(path, None, None, "soon", False)


def test_what_an_error_cancels_gives_no_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spec = small(tmp_path).spec
    first, second = (ShardTask("tasks", f"b{i}", "", (0, i), spec, i, i + 1) for i in range(2))
    answers: list[ShardTask] = []
    go = threading.Event()

    def make(unit: ShardTask) -> ShardRecord:
        go.wait()
        raise SpecError(unit.name)

    threads = ThreadPoolExecutor(1)
    engine = ThreadExecutor(threads)
    engine.submit(first, make, lambda unit, _: answers.append(unit))
    engine.submit(second, make, lambda unit, _: answers.append(unit))
    threads.shutdown(wait=False, cancel_futures=True)
    go.set()
    threads.shutdown(wait=True)
    assert answers == [first]
    assert not caplog.records


def solved_by_task(out: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for episode in Dataset(out).episodes():
        found[episode.task] = found.get(episode.task, 0) + episode.success
    return found


def test_scenes_are_added_until_the_demonstrations_are_there(tmp_path: Path) -> None:
    text = "name: d\ntasks: {count: 3}\nepisodes: {demonstrations: 24, per_task: 12}"
    summary = execute(plan(tmp_path / "one", text))
    assert summary.shortfall is None
    assert all(found >= 24 for found in solved_by_task(tmp_path / "one").values())
    # FAKE attempts fail every fifth time: 12 scenes of two attempts each give about 19.
    scenes = {scene.id for scene in Dataset(tmp_path / "one").scenes()}
    assert "t0000-s12" not in scenes
    assert {"t0000-s20", "t0000-s29"} <= scenes
    assert "t0000-s30" not in scenes
    assert summary.counts["frames"] == summary.counts["attempts"] + summary.counts["scenes"]
    assert verify(tmp_path / "one", 1, replay).problems == ()
    others = execute(plan(tmp_path / "two", text, workers=3))
    assert others.dataset_hash == summary.dataset_hash
    again = execute(plan(tmp_path / "one", text))
    assert (again.shards_made, again.dataset_hash) == (0, summary.dataset_hash)
    with Session(plan(tmp_path / "one", text)) as session:
        assert session.finished


def test_no_scene_is_added_before_all_that_were_asked_for_are_attempted(tmp_path: Path) -> None:
    counts = "{demonstrations: 24, per_task: 20, per_scene: 2}"
    summary = execute(plan(tmp_path / "d", f"name: d\ntasks: {{count: 2}}\nepisodes: {counts}"))
    assert summary.counts["scenes"] == 2 * 20
    assert all(found >= 24 for found in solved_by_task(tmp_path / "d").values())


def test_demonstrations_may_be_raised_and_end_at_twice_the_scenes(tmp_path: Path) -> None:
    out = tmp_path / "d"
    execute(plan(out, "name: d\ntasks: {count: 2}\nepisodes: {per_task: 10}"))
    more = "name: d\ntasks: {count: 2}\nepisodes: {per_task: 10, per_scene: 1, demonstrations: 12}"
    execute(plan(out, more))
    assert all(found >= 12 for found in solved_by_task(out).values())
    summary = execute(plan(out, more.replace("12", "30")))
    assert summary.counts["scenes"] == 2 * 20
    assert summary.lacking == solved_by_task(out)
    assert summary.shortfall is not None
    assert summary.shortfall.startswith("fewer demonstrations than asked for: t0000 has ")
    with pytest.raises(DatasetError, match=r"episodes\.demonstrations: 30 became 20"):
        execute(plan(out, more.replace("12", "20")))


def test_demonstrations_say_how_many_scenes_and_attempts() -> None:
    def counts(episodes: str) -> tuple[int, int]:
        spec = parse_spec(f"name: d\nepisodes: {episodes}").episodes
        return spec.per_task, spec.per_scene

    assert counts("{demonstrations: 200}") == (200, 1)
    assert counts("{demonstrations: 200, per_task: 50}") == (50, 4)
    assert counts("{demonstrations: 201, per_scene: 4}") == (51, 4)
    assert counts("{demonstrations: 200, per_task: 300}") == (300, 1)
    assert "demonstrations" not in parse_spec("name: d").model_dump(mode="json")["episodes"]
    for wrong, where in (("0", "demonstrations: 0 is not"), ("3, per_task: 0", "per_task: demon")):
        with pytest.raises(SpecError, match=f"episodes.{where}"):
            parse_spec(f"name: d\nepisodes: {{demonstrations: {wrong}}}")
