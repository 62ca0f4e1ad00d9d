"""Interruptions and faults of the machine: one sentence, a quick end, nothing lost."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import fake_stages
import pytest
import typer

from cousins.flows import faults, pool, server, signals
from cousins.flows.commands.common import expected_errors
from cousins.flows.pool import JobError, WorkerPool
from cousins.flows.run import execute
from cousins.flows.session import RunRequest
from cousins.flows.signals import SENTENCE
from cousins.schemas import RunError
from cousins.schemas.spec_file import parse_spec

SPEC = "name: small\ntasks: {count: 40}\nepisodes: {per_task: 4}\nrender: {size: [64, 64]}\n"


def start(tmp_path: Path, *options: str, ignoring: bool = False) -> subprocess.Popen[str]:
    (tmp_path / "spec.yaml").write_text(SPEC)
    command = [sys.executable, "-m", "cousins", "generate", str(tmp_path / "spec.yaml")]
    command += ["--out", str(tmp_path / "out"), "--engine", "local", "--quiet", *options]

    def ignore() -> None:  # as shells do for jobs in the background
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=ignore if ignoring else None,
        process_group=0,
    )


@pytest.mark.parametrize("moment", [0.6, 2.0, 6.0])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["INT", "TERM"])
def test_a_command_ends_with_one_sentence(tmp_path: Path, number: int, moment: float) -> None:
    process = start(tmp_path, "--workers", "2", ignoring=moment == 2.0)
    time.sleep(moment)
    os.killpg(process.pid, number)  # the terminal sends it to all of them
    out, err = process.communicate(timeout=60)
    assert (out, err.strip().splitlines()) == ("", [SENTENCE])
    assert process.returncode == 128 + number


def carried_out(code: str) -> subprocess.CompletedProcess[str]:
    """What came of some Python in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
    )


def test_a_second_interrupt_ends_at_once(tmp_path: Path) -> None:
    code = (
        "import os, signal, threading, time\n"
        "from cousins.flows import signals\n"
        "signals.install()\n"
        "for _ in range(2):\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGINT); time.sleep(60)\n"
        "    except KeyboardInterrupt:\n"
        "        pass\n"
    )
    run = carried_out(code)
    assert (run.returncode, run.stderr) == (130, f"{SENTENCE}\n")


def test_what_does_not_end_is_ended(tmp_path: Path) -> None:
    code = (
        "import os, signal, time\n"
        "from cousins.flows import signals\n"
        "signals.GRACE = 0.2\n"
        "signals.install()\n"
        "try:\n"
        "    os.kill(os.getpid(), signal.SIGTERM); time.sleep(60)\n"
        "except KeyboardInterrupt:\n"
        "    time.sleep(60)\n"
    )
    run = carried_out(code)
    assert (run.returncode, run.stderr) == (143, f"{SENTENCE}\n")


def full(*_: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device", "out/tmp/x")


def starved(*_: object) -> int:
    raise MemoryError


def test_a_full_disk_is_one_sentence_and_leaves_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from cousins.generators.store.staging import ShardWriter

    spec = parse_spec("name: small\ntasks: {count: 2}\nepisodes: {per_task: 1}\n")
    plan = RunRequest(spec, tmp_path / "out", fake_stages.fake_stages())
    with monkeypatch.context() as patch:
        patch.setattr(ShardWriter, "add", full)
        with pytest.raises(typer.Exit) as ended, expected_errors():
            execute(plan)
    assert ended.value.exit_code == 1
    assert capsys.readouterr().err == (
        "error: the disk is full (out/tmp/x); free some space, and the same command goes on\n"
    )
    assert not list((tmp_path / "out").glob("tmp/*"))
    execute(RunRequest(spec, tmp_path / "undisturbed", fake_stages.fake_stages()))
    whole = execute(plan)
    again = execute(RunRequest(spec, tmp_path / "undisturbed", fake_stages.fake_stages()))
    assert whole.dataset_hash == again.dataset_hash


@pytest.mark.parametrize(
    ("function", "said"), [(full, "the disk is full"), (starved, "too little memory")]
)
def test_workers_say_the_same(function: object, said: str) -> None:
    with (
        WorkerPool[str, int](function, 1) as pool,  # type: ignore[arg-type]
        pytest.raises(JobError, match=said) as caught,
    ):
        pool.run("frames/t0001", "x")
    assert (caught.value.trace, caught.value.exit_code) == ("", 1)


def test_an_unforeseen_error_is_one_line_with_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, expected_errors():
        int("seven")
    said = capsys.readouterr().err
    assert ended.value.exit_code == faults.DEFECT
    first, second = said.strip().splitlines()
    assert first.startswith("error: ValueError at test_interruptions.py:")
    log = Path(second.partition("traceback is in ")[2].partition(";")[0])
    assert "Traceback" in log.read_text()
    log.unlink()


def test_debugging_lets_tracebacks_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(faults.DEBUG, "1")
    with pytest.raises(ValueError, match="seven"), expected_errors():
        int("seven")


def test_an_unforeseen_error_of_a_shard_is_kept_beside_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = parse_spec("name: small\ntasks: {count: 1}\nepisodes: {per_task: 1}\n")
    plan = RunRequest(spec, tmp_path, fake_stages.fake_stages(), workers=2)

    def odd(*_: object) -> None:
        raise JobError("scenes/t0000: odd", trace="Traceback: odd")

    monkeypatch.setattr("cousins.flows.pool.WorkerPool.run", odd)
    with pytest.raises(RunError, match=r"scenes/t0000: odd; its traceback is in .*failures\.log"):
        execute(plan)
    assert "Traceback: odd" in (tmp_path / "logs/failures.log").read_text()


def test_nothing_is_imported_from_the_working_directory(
    tmp_path: Path, prefect_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cousins.flows.environment import set_defaults
    from cousins.flows.server import prefect_api

    set_defaults()
    (tmp_path / "uvicorn.py").write_text("open('ran', 'w')")
    monkeypatch.chdir(tmp_path)
    with prefect_api() as url:
        assert not (tmp_path / "ran").exists()
        for headers in ({}, {"Authorization": "Basic Y291c2luczp4"}):
            request = urllib.request.Request(f"{url}/flows/count", b"{}", headers, method="POST")
            with pytest.raises(urllib.error.HTTPError, match="401"):
                urllib.request.urlopen(request, timeout=30)


def test_a_worker_whose_parent_is_gone_ends_in_silence() -> None:
    here, there = multiprocessing.Pipe()
    # What lies unread at the other end makes the pipe reset instead of closed.
    threading.Timer(0.2, here.close).start()
    pool._serve(there, full)  # pyright: ignore[reportPrivateUsage]


def test_an_interrupted_import_is_an_interruption(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals._State, "received", signal.SIGTERM)  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(signals._State, "said", False)  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(typer.Exit) as caught, expected_errors():
        raise ImportError("initialization failed")
    assert caught.value.exit_code == 143
    assert capfd.readouterr().err == f"{SENTENCE}\n"


def test_a_run_ends_although_a_library_swallowed_the_interruption(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals._State, "received", signal.SIGTERM)  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(JobError, match="the run was ended"):
        WorkerPool(len, 1).run("late", "argument")
    spec = parse_spec("name: small\ntasks: {count: 1}\nepisodes: {per_task: 1}\n")
    with pytest.raises(signals.Interrupted):
        execute(RunRequest(spec, tmp_path, fake_stages.fake_stages(), workers=1))


def test_a_signal_within_a_callback_says_nothing_else() -> None:
    code = (
        "import os, signal, time, weakref\n"
        "from cousins.flows import signals\n"
        "signals.install()\n"
        "class Thing: pass\n"
        "def ended(_):\n"
        "    os.kill(os.getpid(), signal.SIGTERM); time.sleep(1)\n"
        "thing = Thing(); told = weakref.ref(thing, ended)\n"
        "del thing\n"  # Python prints what the callback raises, and goes on.
        "try:\n"
        "    signals.again()\n"
        "except KeyboardInterrupt as error:\n"
        "    signals.say(); os._exit(signals.exit_code(error))\n"
    )
    run = carried_out(code)
    assert (run.returncode, run.stderr) == (143, f"{SENTENCE}\n")


def test_other_faults_of_callbacks_are_shown() -> None:
    code = (
        "import weakref\n"
        "from cousins.flows import signals\n"
        "signals.install()\n"
        "class Thing: pass\n"
        "thing = Thing(); told = weakref.ref(thing, lambda _: 1 / 0)\n"
        "del thing\n"
    )
    run = carried_out(code)
    assert run.returncode == 0
    assert "ZeroDivisionError" in run.stderr


def test_workers_end_with_what_is_ended(tmp_path: Path) -> None:
    code = (
        "import multiprocessing, os, signal, time\n"
        "from cousins.flows import signals\n"
        "signals.GRACE = 0.2\n"
        "signals.install()\n"
        "child = multiprocessing.get_context('fork').Process(target=time.sleep, args=(60,))\n"
        "child.start()\n"
        "print(child.pid, flush=True)\n"
        "try:\n"
        "    os.kill(os.getpid(), signal.SIGTERM); time.sleep(60)\n"
        "except KeyboardInterrupt:\n"
        "    time.sleep(60)\n"
    )
    run = carried_out(code)
    assert (run.returncode, run.stderr) == (143, f"{SENTENCE}\n")
    stat = Path(f"/proc/{run.stdout.strip()}/stat")
    until = time.monotonic() + 10
    while _lives(stat) and time.monotonic() < until:  # A killed process ends when it is next run.
        time.sleep(0.01)
    assert not _lives(stat)


def _lives(stat: Path) -> bool:
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_server_that_ends_early_says_how(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w+b") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", "import sys; sys.exit('no such module')"], stderr=log
        )
        with pytest.raises(RunError, match=r"API ended with code 1; use --engine local") as caught:
            server._await("http://127.0.0.1:9", process, log, 60.0)  # pyright: ignore[reportPrivateUsage]
    assert "no such module" in str(caught.value)


def test_serving_ends_on_sigterm_as_on_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    from cousins.flows import runner

    raised: list[int] = []
    monkeypatch.setattr("cousins.flows.runner.signal.raise_signal", raised.append)
    runner._Runner.handle_sigterm(object())  # type: ignore[arg-type]  # pyright: ignore
    assert raised == [signal.SIGINT]
