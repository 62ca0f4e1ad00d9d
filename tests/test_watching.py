"""Runs that people schedule and watch: waves, notifications, status, estimates."""

from __future__ import annotations

import io
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import fake_stages
import pytest
from PIL import Image
from typer.testing import CliRunner

from cousins.flows.cli import app
from cousins.flows.estimate import estimate_run
from cousins.flows.notify import Notice, check_address, with_notice
from cousins.flows.run import Summary, execute
from cousins.flows.seeds import FAILURES, TRIES
from cousins.flows.session import RunRequest, Session
from cousins.flows.status import holder, series_status, status
from cousins.flows.summaries import as_markdown
from cousins.flows.survey import survey
from cousins.flows.waves import WAVES, Wave, Waves
from cousins.flows.work import ShardTask
from cousins.generators.dataset import Dataset
from cousins.generators.report.sheet import write_sheet
from cousins.schemas import RunError, SpecError
from cousins.schemas.spec_file import parse_spec

TEXT = "name: watched\nseed: 3\ntasks: {count: 3}\nepisodes: {per_task: 12}\n"


def plan(out: Path, text: str = TEXT) -> RunRequest:
    spec = parse_spec(text)
    return RunRequest(spec, out, fake_stages.fake_stages(), exports=spec.export)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    """A finished dataset of FAKE stages; not to be written to."""
    out = tmp_path_factory.mktemp("watched") / "a"
    return out, execute(plan(out))


def units(count: int, stage: str) -> list[ShardTask]:
    spec = parse_spec("name: w\n")
    return [ShardTask(stage, f"t{i:04d}", "", (i, 0), spec, 0, 1) for i in range(count)]


def test_thousands_of_shards_are_few_waves() -> None:
    waves = Waves(parse_spec("name: w\ntasks: {count: 5000}\nepisodes: {per_task: 10}\n"))
    begun: list[Wave] = []
    for unit in units(5000, "frames"):
        wave, new = waves.enter(unit)
        begun += [wave] if new else []
        waves.leave(wave, "a flat tyre" if unit.shard == "t0007" else None)
    assert len(begun) == WAVES
    assert all(wave.closed.is_set() and wave.ended == 125 for wave in begun)
    assert [len(wave.failures) for wave in begun] == [1] + [0] * (WAVES - 1)
    assert begun[1].title == "frames from t0125, 125 shards"


def test_scenes_for_pictures_are_few_waves_too_and_are_estimated(tmp_path: Path) -> None:
    spec = parse_spec("name: w\nrobot: none\nscenes: 10000\n")
    waves, begun = Waves(spec), 0
    for unit in units(1000, "frames"):
        wave, new = waves.enter(unit)
        begun += new
        waves.leave(wave, None)
    assert begun == WAVES
    asked = estimate_run(tmp_path / "none", spec, fake_stages.fake_stages(), "fake-1", 2)
    assert asked.stages["scenes"].seconds == pytest.approx(10_000 * 2.0)


def test_a_wave_that_is_not_full_closes_with_the_run() -> None:
    waves = Waves(parse_spec("name: w\ntasks: {count: 80}\nepisodes: {per_task: 10}\n"))
    wave, _ = waves.enter(units(1, "scenes")[0])
    waves.leave(wave, None)
    assert not wave.closed.is_set()
    waves.close(wave)
    assert wave.closed.is_set()
    other, new = waves.enter(units(1, "scenes")[0])
    assert new
    assert other is not wave


def test_the_page_of_a_run_counts_and_names(made: tuple[Path, Summary]) -> None:
    out, summary = made
    page = as_markdown(Dataset(out), replace(summary, refusals={"a | b": 2}), out / "sheet.jpg")
    failed = summary.counts["attempts"] - summary.counts["solved"]
    assert failed
    assert f"| fake_failure | {failed} |" in page
    assert "| a \\| b | 2 |" in page
    for wanted in (summary.dataset_hash, str(out), "report/index.html", "sheet.jpg"):
        assert wanted in page


def test_a_sheet_shows_the_pictures_that_can_be_read(built: Dataset, tmp_path: Path) -> None:
    sheet = write_sheet(built, tmp_path / "sheet.jpg")
    assert sheet is not None
    width, height = Image.open(io.BytesIO(sheet.read_bytes())).size
    assert (width % 160, height % 160) == (0, 0)
    assert len(sheet.read_bytes()) < 200_000
    execute(plan(tmp_path / "fakes"))
    assert write_sheet(Dataset(tmp_path / "fakes"), tmp_path / "none.jpg") is None
    assert not (tmp_path / "none.jpg").exists()


class Receiver(HTTPServer):
    """Keeps what is posted to it."""

    def __init__(self) -> None:
        self.got: list[dict[str, object]] = []
        super().__init__(("127.0.0.1", 0), _Take)


class _Take(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Receiver)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(json.loads(body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        del format, args


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_end_of_a_run_is_posted(made: tuple[Path, Summary], receiver: Receiver) -> None:
    url, summary = f"http://127.0.0.1:{receiver.server_port}/hook", made[1]
    about, warnings = Notice("watched", 3, str(made[0]), "failed"), list[str]()
    assert with_notice(url, about, lambda: summary, warnings.append) is summary
    lacking = replace(summary, lacking={"t0001": 2})
    with_notice(url, about, lambda: lacking, warnings.append)

    def fails() -> Summary:
        raise RunError("a flat tyre")

    with pytest.raises(RunError, match="a flat tyre"):
        with_notice(url, about, fails, warnings.append)
    states = [(note["state"], note["dataset_hash"]) for note in receiver.got]
    digest = summary.dataset_hash
    assert states == [("completed", digest), ("fell short", digest), ("failed", "")]
    assert receiver.got[0]["counts"] == summary.counts
    assert "t0001 has 2" in str(receiver.got[1]["message"])
    assert receiver.got[2]["message"] == "a flat tyre"
    assert warnings == []


def test_a_receiver_that_is_gone_is_a_warning(made: tuple[Path, Summary]) -> None:
    warnings = list[str]()
    about = Notice("watched", 3, str(made[0]), "failed")
    done = with_notice("http://127.0.0.1:9/", about, lambda: made[1], warnings.append)
    assert done is made[1]
    assert len(warnings) == 1
    assert "127.0.0.1:9" in warnings[0]
    with pytest.raises(SpecError, match="begins with http"):
        check_address("ftp://somewhere")


def test_a_survey_counts_what_is_there_and_what_is_missing(tmp_path: Path) -> None:
    asked = plan(tmp_path / "a", TEXT + "export: [coco]\n")
    execute(replace(asked, until="episodes", exports=()))

    def counted(text: str = TEXT + "export: [coco]\n") -> dict[str, tuple[int, int, int]]:
        found = survey(asked.out, parse_spec(text), asked.stages, "fake-1")
        return {stage: (x.made, x.outdated, x.expected) for stage, x in found.items()}

    before = {"tasks": (1, 0, 1), "scenes": (6, 0, 6), "episodes": (6, 0, 6)}
    assert counted() == {**before, "frames": (0, 0, 6), "exports": (0, 0, 1)}
    execute(asked)
    assert counted() == {**before, "frames": (6, 0, 6), "exports": (1, 0, 1)}
    (asked.out / "manifest/scenes/t0001.json").unlink()
    assert counted()["scenes"] == (5, 0, 6)
    assert counted()["frames"] == (5, 0, 6)
    other = counted(TEXT.replace("seed: 3", "seed: 4"))
    assert other["tasks"] == (0, 1, 1)


def test_the_status_of_a_dataset_comes_from_its_folder(made: tuple[Path, Summary]) -> None:
    out, summary = made
    found = status(out, fake_stages.fake_stages())
    assert found.finished
    assert found.counts["attempts"] == summary.counts["attempts"]
    assert found.failures == {"fake_failure": summary.counts["attempts"] - summary.counts["solved"]}
    assert found.summary["dataset_hash"] == summary.dataset_hash
    assert found.last_shard.startswith("20")
    assert found.process is None
    with Session(plan(out)):
        assert holder(out) == os.getpid()
    # Its stages are FAKE, so that the command, which knows the real ones, finds all outdated.
    said = CliRunner().invoke(app, ["status", str(out)])
    assert said.exit_code == 0
    assert "not finished" in said.output
    assert "made from another spec or version" in said.output
    wrong = CliRunner().invoke(app, ["status", str(out.parent / "none")])
    assert wrong.exit_code == 2 or "is no dataset" in wrong.output


def test_the_status_of_a_series_names_what_is_skipped(tmp_path: Path) -> None:
    assert series_status(tmp_path) is None
    for seed, ended in ((0, True), (1, False), (2, False)):
        folder = tmp_path / f"seed-{seed:08d}" / "logs"
        folder.mkdir(parents=True)
        if ended:
            (folder / "summary.json").write_text("{}")
    lines = [json.dumps({"seed": 1, "error": "a flat tyre"})] * TRIES
    (tmp_path / FAILURES).write_text("\n".join([*lines, '{"seed": 2}', '{"se']))
    found = series_status(tmp_path)
    assert found is not None
    assert (found.finished, found.begun, found.skipped) == ((0,), (1, 2), {1: TRIES})
    said = CliRunner().invoke(app, ["status", str(tmp_path)])
    assert f"seed 1: {TRIES} errors" in said.output


def test_an_estimate_uses_the_rates_of_shards_that_were_made(tmp_path: Path) -> None:
    asked = plan(tmp_path / "a")
    fresh = estimate_run(asked.out, asked.spec, asked.stages, "fake-1", 2)
    assert not any(stage.measured for stage in fresh.stages.values())
    assert {stage: left.shards for stage, left in fresh.stages.items()} == {
        "tasks": 1, "scenes": 6, "episodes": 6, "frames": 6
    }  # fmt: skip
    assert fresh.stages["episodes"].seconds == pytest.approx(36 * 2.0)
    assert fresh.bytes > 0
    assert not asked.out.exists()
    execute(asked)
    (asked.out / "logs" / "timings.jsonl").write_text(
        '{"shard": "episodes/t0000", "wall_seconds": 7.0}\n{"sha'
    )
    (asked.out / "manifest/episodes/t0001.json").unlink()
    left = estimate_run(asked.out, asked.spec, asked.stages, "fake-1", 2).stages["episodes"]
    assert (left.shards, left.seconds, left.measured) == (1, 7.0, True)
    assert left.bytes > 0


def test_a_dry_run_makes_nothing(tmp_path: Path) -> None:
    spec = tmp_path / "a.yaml"
    spec.write_text("name: dry\ntasks: {count: 40}\nepisodes: {per_task: 10}\n")
    said = CliRunner().invoke(
        app, ["generate", str(spec), "--out", str(tmp_path / "o"), "--dry-run", "--json"]
    )
    found = json.loads(said.output)
    assert found["stages"]["tasks"]["shards"] == 2
    assert found["seconds"] > 0
    assert not (tmp_path / "o").exists()
