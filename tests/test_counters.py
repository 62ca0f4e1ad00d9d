"""What programs read of a run: counters for Prometheus, and progress as JSON."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import fake_stages
import pytest
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

from cousins.flows import counters, json_log
from cousins.flows.cli import app
from cousins.flows.counters import Counted, counted
from cousins.flows.json_log import JsonLog
from cousins.flows.reporter import Reporter, Silent
from cousins.flows.run import execute
from cousins.flows.session import RunRequest
from cousins.flows.work import ShardTask
from cousins.schemas import DatasetError, RunError
from cousins.schemas.spec_file import parse_spec

SPEC = parse_spec("name: counted\nseed: 4\ntasks: {count: 3}\nepisodes: {per_task: 2}\n")
RUN = {"dataset": "counted", "seed": "4"}


def samples(folder: Path) -> dict[str, float]:
    """Every sample of the one file, by name and labels beside those of the run."""
    (path,) = folder.glob("*.prom")
    assert path.name == "cousins-counted-4.prom"
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(path.read_text()):
        assert family.documentation.endswith(".")
        for sample in family.samples:
            labels = {k: v for k, v in sample.labels.items() if k not in RUN}
            assert {k: sample.labels[k] for k in RUN} == RUN
            found[":".join((sample.name, *labels.values()))] = sample.value
    return found


def make(out: Path, reporter: Reporter) -> None:
    execute(RunRequest(SPEC, out, fake_stages.fake_stages()), reporter=reporter)


def test_a_run_is_counted_from_zero_and_what_was_there_apart(tmp_path: Path) -> None:
    out, folder = tmp_path / "out", tmp_path / "metrics"
    folder.mkdir()
    with Counted(Silent(), folder, SPEC) as reporter:
        assert samples(folder)["cousins_run_running"] == 1
        assert samples(folder)["cousins_last_shard_time_seconds"] == 0
        make(out, reporter)
    first = samples(folder)
    assert first["cousins_run_running"] == 0
    assert first["cousins_last_shard_time_seconds"] >= first["cousins_run_start_time_seconds"] > 1e9
    for stage, shards in {"tasks": 1, "scenes": 3, "episodes": 3, "frames": 3}.items():
        assert first[f"cousins_shards_made_total:{stage}"] == shards
        assert first[f"cousins_shards_expected:{stage}"] == shards
        assert first[f"cousins_shards_found:{stage}"] == 0
        assert first[f"cousins_shards_failed_total:{stage}"] == 0
    assert first["cousins_items_made_total:attempts"] == 6
    with Counted(Silent(), folder, SPEC) as reporter:
        make(out, reporter)
    again = samples(folder)
    assert again["cousins_shards_made_total:frames"] == 0
    assert again["cousins_shards_found:frames"] == 3
    assert "cousins_items_made_total:attempts" not in again


def fail(*_: object) -> NoReturn:
    """FAKE: fails in an expected way."""
    raise RunError("a flat tyre")


def make_in_vain(out: Path, reporter: Reporter) -> None:
    """No attempt can be made."""
    stages = replace(fake_stages.fake_stages(), solve=fail)
    with pytest.raises(RunError, match="3 shards failed"):
        execute(RunRequest(SPEC, out, stages), reporter=reporter)


def test_failures_are_counted_at_once_and_told_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counters, "EVERY", 0.0)
    heard: list[tuple[str, float]] = []

    class Told(Silent):
        """Keeps what it is told, and what the file said just before."""

        def failed(self, unit: ShardTask, message: str) -> None:
            assert message == f"{unit.name}: a flat tyre"
            heard.append((unit.shard, samples(folder)["cousins_shards_failed_total:episodes"]))

    (folder := tmp_path / "metrics").mkdir()
    with Counted(Told(), folder, SPEC) as reporter:
        make_in_vain(tmp_path / "out", reporter)
    assert heard == [("t0000", 0), ("t0001", 1), ("t0002", 2)]
    found = samples(folder)
    assert found["cousins_shards_failed_total:episodes"] == 3
    assert found["cousins_shards_made_total:episodes"] == 0
    assert found["cousins_run_running"] == 0
    assert len(list(folder.iterdir())) == 1


def test_counters_go_to_a_folder_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DatasetError, match=r"--metrics .*none: choose a folder that is there"):
        Counted(Silent(), tmp_path / "none", SPEC)
    silent = Silent()
    assert counted(silent, SPEC) is silent
    monkeypatch.setenv(counters.VARIABLE, str(tmp_path))
    assert isinstance(counted(silent, SPEC), Counted)


def lines_of(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_progress_as_json_has_a_line_for_each_shard_and_one_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = io.StringIO()
    with JsonLog(file, SPEC.name, SPEC.seed) as reporter:
        reporter.note("an ümlaut\nand a line")
        make(tmp_path, reporter)
    lines = lines_of(file.getvalue())
    assert {(line["dataset"], line["seed"]) for line in lines} == {("counted", 4)}
    times = [str(line["time"]) for line in lines]
    assert times == sorted(times)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", x) for x in times)
    assert lines[0]["message"] == "an ümlaut\nand a line"
    made = [(x["stage"], x["shard"]) for x in lines if x["event"] == "made"]
    assert len(made) == len(set(made)) == 10
    assert all("counts" in x for x in lines if x["event"] == "made")
    whole = {"tasks": 1, "scenes": 3, "episodes": 3, "frames": 3}
    assert (lines[-1]["event"], lines[-1]["done"], lines[-1]["of"]) == ("ended", whole, whole)
    monkeypatch.setattr(json_log, "EVERY", 0.0)
    file = io.StringIO()
    with JsonLog(file, SPEC.name, SPEC.seed) as reporter:
        make(tmp_path, reporter)
    events = [x["event"] for x in lines_of(file.getvalue())]
    assert events == ["progress"] * 10 + ["ended"]


def test_a_failure_is_a_line_with_its_place(tmp_path: Path) -> None:
    file = io.StringIO()
    with JsonLog(file, SPEC.name, SPEC.seed) as reporter:
        make_in_vain(tmp_path, reporter)
    lines = lines_of(file.getvalue())
    assert [(x["stage"], x["shard"], x["message"]) for x in lines if x["event"] == "failed"] == [
        ("episodes", f"t000{n}", f"episodes/t000{n}: a flat tyre") for n in range(3)
    ]
    assert lines[-1]["done"] == {"tasks": 1, "scenes": 3, "episodes": 0, "frames": 0}


def test_the_command_line_offers_both(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text("name: counted\nseed: 4\ntasks: none\nepisodes: {per_task: 0}\nscenes: 1\n")
    words = ["generate", str(spec), "--out", str(tmp_path / "out"), "--engine", "local"]
    run = CliRunner().invoke(app, [*words, "--quiet", "--log-json"])
    assert run.exit_code == 2
    assert "--quiet and --log-json: choose one" in run.output
    run = CliRunner().invoke(app, [*words, "--quiet", "--metrics", str(tmp_path / "none")])
    assert run.exit_code == 2
    assert "choose a folder that is there" in run.output
