"""The command line: exit codes, one clear message, answers for machines."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import fake_stages
import pytest
from typer.testing import CliRunner

from cousins.flows.cli import app
from cousins.generators.exports import EXPORTERS
from cousins.scenes.assets.library import AssetLibrary
from cousins.schemas import AssetsSpec, TaskSpec
from cousins.schemas.spec_file import load_spec

RUNNER = CliRunner()
SPEC = "name: small\ntasks: {count: 3}\nepisodes: {per_task: 2}\nexport: [coco]\n"


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A spec, and FAKE stages in place of the real ones."""
    monkeypatch.setattr("cousins.flows.stages.production", fake_stages.fake_stages)
    monkeypatch.setattr("cousins.flows.stages.open_library", fake_stages.open_library)
    monkeypatch.setattr("cousins.flows.checks.open_library", fake_stages.open_library)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "small.yaml"
    path.write_text(SPEC)
    return path


def call(*arguments: object, code: int = 0) -> str:
    result = RUNNER.invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, (result.stdout, result.stderr, result.exception)
    return result.stdout


def refusal(*arguments: object, code: int = 2) -> str:
    result = RUNNER.invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, (result.stdout, result.stderr, result.exception)
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    return result.stderr


@pytest.mark.parametrize("command", ["generate", "propose", "render"])
def test_a_run_opens_its_folder_and_its_library_once(
    command: str, spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    lock = fcntl.flock

    def locked(descriptor: int, operation: int) -> None:
        order.append("lock")
        lock(descriptor, operation)

    def opened(asked: AssetsSpec) -> AssetLibrary:
        order.append("library")
        return fake_stages.open_library(asked)

    def proposed(*arguments: Any) -> tuple[TaskSpec, ...]:
        order.append("first shard")
        return made.propose(*arguments)

    made = fake_stages.fake_stages()
    stages = replace(made, name=f"FAKE {command}", library=opened, propose=proposed)
    monkeypatch.setattr("cousins.flows.stages.production", lambda: stages)
    monkeypatch.setattr("cousins.flows.checks.open_library", opened)
    monkeypatch.setattr(fcntl, "flock", locked)
    options = ("--engine", "local", "--workers", "1", "--quiet")
    call(command, spec, *options)
    # A worker, here in the same process, opens the library for itself.
    assert order == ["library", "lock", "library", "first shard"]
    order.clear()
    call(command, spec, *options)
    assert order == ["library", "lock"]


def test_generate_answers_a_machine_and_a_person(spec: Path) -> None:
    options = ("--engine", "local", "--workers", "1", "--quiet")
    answer = json.loads(call("generate", spec, *options, "--json"))
    assert answer["counts"]["attempts"] == 6
    assert answer["shards_made"] == 11
    assert answer["out"] == "out/small"
    text = call("generate", spec, *options)
    assert answer["dataset_hash"] in text
    assert "0 shards made" in text
    assert (spec.parent / "out/small/report/index.html").is_file()


def test_a_finished_dataset_does_not_start_prefect(spec: Path) -> None:
    call("generate", spec, "--engine", "local", "--workers", "1", "--quiet")
    before = {name for name in sys.modules if name.startswith("prefect")}
    answer = json.loads(call("generate", spec, "--workers", "1", "--quiet", "--json"))
    assert answer["shards_made"] == 0
    assert {name for name in sys.modules if name.startswith("prefect")} == before


def test_the_stages_run_one_by_one(spec: Path) -> None:
    made = [
        json.loads(call(stage, spec, "--workers", "1", "--quiet", "--json"))["shards_made"]
        for stage in ("propose", "assemble", "solve", "render")
    ]
    assert made == [1, 3, 3, 3]


def test_progress_goes_to_standard_error(spec: Path) -> None:
    result = RUNNER.invoke(
        app, ["generate", str(spec), "--engine", "local", "--workers", "1", "--json"]
    )
    json.loads(result.stdout)
    assert "frames" in result.stderr


def test_a_log_has_a_line_now_and_then(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ["generate", str(spec), "--engine", "local", "--workers", "1"]
    assert "scenes 1 of 3" not in RUNNER.invoke(app, asked).stderr
    monkeypatch.setattr("cousins.flows.progress.LINE_EVERY", 0.0)
    told = RUNNER.invoke(app, [*asked, "--out", "other"]).stderr
    assert "small: tasks 1 of 1, scenes 1 of 3" in told
    monkeypatch.setenv("FORCE_COLOR", "1")  # as a terminal has it, where bars say so
    assert "after" not in RUNNER.invoke(app, [*asked, "--out", "third"]).stderr


def test_too_little_work_is_exit_code_1(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec.write_text("name: odd\nseed: 1\ntasks: {count: 1}\nepisodes: {per_task: 1}\n")
    monkeypatch.setattr(fake_stages, "solve", fail)
    result = RUNNER.invoke(
        app, ["generate", str(spec), "--engine", "local", "--workers", "1", "--quiet"]
    )
    assert result.exit_code == 1
    assert "fell short: none of 1 attempts reached its goal" in result.stderr


SOLVE = fake_stages.solve


def fail(*arguments: object) -> object:
    """FAKE: no attempt succeeds."""
    episode, arrays = SOLVE(*arguments)  # type: ignore[arg-type]
    return episode.model_copy(update={"success": False, "cause": "fake"}), arrays


def test_wrong_input_is_one_message_and_exit_code_2(spec: Path) -> None:
    assert "cannot be read" in refusal("generate", spec.parent / "none.yaml")
    spec.write_text("name: small\ntsks: 3\n")
    assert "line 2: tsks: unknown key 'tsks'" in refusal("generate", spec)
    spec.write_text(SPEC)
    assert "this version has: prefect, local" in refusal("generate", spec, "--engine", "ray")
    (spec.parent / "file").touch()
    assert "cannot be written" in refusal("generate", spec, "--out", spec.parent / "file" / "x")
    assert "is no dataset" in refusal("verify", spec.parent)
    assert "is no dataset" in refusal("export", spec.parent, "--all")
    spec.write_text(SPEC + "scene: {support: desk}\n")
    assert "fake desk" in refusal("generate", spec, "--engine", "local", "--workers", "1", "-q")


def test_export_writes_formats_by_name(spec: Path) -> None:
    call("render", spec, "--workers", "1", "--quiet")
    out = spec.parent / "out/small"
    assert "formats: coco, lerobot" in refusal("export", out)
    assert "no export format 'tfds'" in refusal("export", out, "--format", "tfds")
    answer = json.loads(call("export", out, "--all", "--json"))
    assert set(answer["exports"]) == {
        name for name, offered in EXPORTERS.all() if not offered.needs.missing()
    }
    assert (out / "exports/lerobot/sub/ids.txt").is_file()


def test_verify_has_the_agreed_keys(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call("generate", spec, "--engine", "local", "--workers", "1", "--quiet")
    monkeypatch.setattr("cousins.flows.verify.verify.__defaults__", (fake_stages.replay,))
    out = spec.parent / "out/small"
    answer = json.loads(call("verify", out, "--workers", "1", "--json"))
    assert set(answer) == {
        "dataset_hash", "tasks", "demonstrations", "frames", "replayed", "problems"
    }  # fmt: skip
    assert (answer["tasks"], answer["frames"], answer["problems"]) == (3, 12, [])
    (out / "data/tasks/b00000/tasks.json").write_text("[]")
    answer = json.loads(call("verify", out, "--workers", "1", "--json", code=1))
    assert answer["problems"] == [
        "data/tasks/b00000/tasks.json is not what was written: its hash differs"
    ]


def test_report_schema_assets_and_backends(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call("generate", spec, "--engine", "local", "--workers", "1", "--quiet")
    page = json.loads(call("report", spec.parent / "out/small", "--json"))["report"]
    assert Path(page).is_file()
    for name in ("dataset", "scene", "task", "episode", "frame", "asset"):
        assert json.loads(call("schema", name))["type"] == "object"
    (cubes,) = json.loads(call("assets", "list", "--json"))["categories"]
    assert cubes["assets"] == ["cube0", "cube1", "cube2", "cube3"]
    assert not cubes["articulated"]
    assert "allowed: cube.n.05" in refusal("assets", "list", "--category", "mug.n.04")
    assert json.loads(call("assets", "show", "cube1", "--json"))["mass_kg"] == 0.1
    monkeypatch.setenv("COUSINS_CACHE", str(spec.parent / "cache"))
    checked = json.loads(call("assets", "check", "--library", "procedural", "--json"))
    assert checked["libraries"]["fake"]["passed_share"] == 1.0
    assert "use `backend: mujoco`" in refusal("backends", "check", "omnigibson")
    told = refusal("backends", "check", "blendrproc")
    assert "no renderer 'blendrproc'; did you mean 'blenderproc'?" in told


def test_bench_finds_benchmarks_by_name(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no benchmark 'none'; allowed: " in refusal("bench", "none")
    folder = spec.parent / "bench"
    folder.mkdir()
    (folder / "fake.py").write_text(
        "def run(small, seed):\n    print('noise')\n    return {'fake': 1, 'workers': 3}\n"
    )
    import cousins.flows.bench as bench

    monkeypatch.setattr(bench, "__path__", [str(folder)])
    answer = json.loads(call("bench", "fake", "--small", "--seed", "5"))
    assert (answer["fake"], answer["small"], answer["seed"], answer["workers"]) == (1, True, 5, 3)
    assert answer["cpu_seconds"] >= 0 <= answer["wall_seconds"]
    assert answer["versions"]["cousins"]


def test_init_writes_a_valid_commented_spec_once(spec: Path) -> None:
    call("init", "new.yaml")
    assert load_spec(Path("new.yaml")).name == "my-dataset"
    assert Path("new.yaml").read_text().count("#") > 5
    assert "there already" in refusal("init", "new.yaml")


def test_deploy_needs_a_server(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(spec.parent))
    arguments = [sys.executable, "-m", "cousins", "deploy", str(spec), "--cron", "0 2 * * *"]
    run = subprocess.run(arguments, capture_output=True, text=True, env=os.environ, check=False)
    assert run.returncode == 2
    assert "error: no Prefect server is configured; run `prefect server start`" in run.stderr


def test_the_version_is_printed() -> None:
    assert call("--version") == f"cousins {version('cousins')}\n"
