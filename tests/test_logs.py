"""`logs` and `cancel`, from a dataset's folder alone, with FAKE stages."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import fake_stages
import pytest
from typer.testing import CliRunner

from cousins.flows.cli import app
from cousins.flows.logs import cancel, failure_lines, shard_lines
from cousins.flows.run import execute
from cousins.flows.session import RunRequest
from cousins.flows.status import holders
from cousins.generators import quarantine
from cousins.generators.quarantine import QuarantineRecord
from cousins.schemas import DatasetError
from cousins.schemas.spec_file import parse_spec

SPEC = parse_spec("name: small\ntasks: {count: 2}\nepisodes: {per_task: 1}")
LOCK = (
    "import sys, time; from pathlib import Path;"
    "from cousins.generators.store import files;"
    "files.{how}(Path(sys.argv[1])); print('locked', flush=True); time.sleep(60)"
)


def test_the_logs_are_lines_that_survive_a_torn_one(tmp_path: Path) -> None:
    execute(RunRequest(SPEC, tmp_path, fake_stages.fake_stages()))
    with (tmp_path / "logs/timings.jsonl").open("a") as file:
        file.write('{"shard": "frames/t00')
    shown = shard_lines(tmp_path, 4)
    assert len(shown) == 3, "the torn line is left out"
    assert all(line.endswith(" s") for line in shown)
    assert "frames/t0001" in shown[-1]
    record = QuarantineRecord(
        stage="scenes", shard="t0001", key="k", kind="hung", message="took too long", tries=2
    )
    quarantine.put(tmp_path, record)
    (tmp_path / "logs/failures.log").write_text("scenes/t0001\nTraceback: x\n")
    assert failure_lines(tmp_path)[1:] == ["Traceback: x", "quarantined: took too long"]
    answer = CliRunner().invoke(app, ["logs", str(tmp_path), "--failures"])
    assert "quarantined: took too long" in answer.output
    with pytest.raises(DatasetError, match="is no dataset"):
        shard_lines(tmp_path / "elsewhere", 4)


@pytest.mark.parametrize("how", ["lock", "join"])
def test_who_makes_a_dataset_is_asked_to_end(how: str, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no process of this machine makes"):
        cancel(tmp_path)
    command = [sys.executable, "-c", LOCK.format(how=how), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "locked\n"
        assert holders(tmp_path) == (running.pid,)
        answer = CliRunner().invoke(app, ["cancel", str(tmp_path), "--json"])
        assert answer.output == f'{{"processes": [{running.pid}]}}\n'
        assert running.wait() == -signal.SIGTERM
    assert holders(tmp_path) == ()
