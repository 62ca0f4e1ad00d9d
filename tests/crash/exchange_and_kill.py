"""Processes with folders of their own make one dataset; one is killed, the service goes away.

    python tests/crash/exchange_and_kill.py SPEC --processes 4 [--moto PATH/TO/moto_server]

They know nothing of each other but an address: of a folder, or of a bucket that moto serves on
loopback. The first process is killed with signal 9 while it makes a shard, and moto is killed with
signal 9 when a third of the shards are there, and started again with its data some seconds later.
Prints one JSON object; exit code 0 where all other processes end with the hash of an undisturbed
run and no shard was made twice.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import select
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Generator
from dataclasses import asdict, dataclass
from pathlib import Path

from join_and_kill import command as join_command

from cousins.generators.store.claims import LEASE
from cousins.generators.store.exchange.objects import ObjectStore
from cousins.generators.store.identity import dataset_hash

AWAY = 5.0
"""Seconds that the service is away."""
KEYS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "us-east-1"}


@dataclass(frozen=True)
class Exchanged:
    """What several processes did.

    Attributes:
        processes: how many.
        outages: of the service.
        codes: exit codes of those that were not killed.
        made: shards that each of these has made, by its own account.
        twice: shards that were made by two of all processes.
        same: whether each of these ended with the hash of an undisturbed run.
        seconds: from the first start to the last end.
    """

    processes: int
    outages: int
    codes: tuple[int, ...]
    made: tuple[int, ...]
    twice: tuple[str, ...]
    same: bool
    seconds: float


class _Forward(socketserver.BaseRequestHandler):
    """Passes a connection on to moto, both ways, until one side ends it."""

    def handle(self) -> None:
        server = self.server
        assert isinstance(server, _Door)
        try:
            behind = socket.create_connection(("127.0.0.1", server.behind))
        except OSError:
            return
        with behind, contextlib.suppress(OSError):
            other = {self.request: behind, behind: self.request}
            while True:
                for source in select.select(list(other), [], [])[0]:
                    if not (data := source.recv(1 << 16)):
                        return
                    other[source].sendall(data)


class _Door(socketserver.ThreadingTCPServer):
    """The port that clients know: nobody comes in before moto has everything back."""

    allow_reuse_address = True
    daemon_threads = True
    behind: int


class Moto:
    """An S3 service on loopback that can die and come back with what it held.

    Moto keeps everything in memory: it records the requests, and hears them again at its start.
    """

    def __init__(self, program: Path, folder: Path, port: int) -> None:
        """Nothing runs yet; the next port is used too."""
        self.url = f"http://127.0.0.1:{port}"
        self._port = port
        self._words = [str(program), "--host", "127.0.0.1", "--port", str(port + 1)]
        record = folder / "moto.requests"
        self._settings = {"MOTO_RECORDER_FILEPATH": str(record), "MOTO_ENABLE_RECORDING": "True"}
        self._log = folder / "moto.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._door: _Door | None = None

    def start(self) -> None:
        """Start it, and give back what it held."""
        known = self._process is not None
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                self._words, env=os.environ | self._settings, stdout=log, stderr=log
            )
        until = time.monotonic() + 60
        while True:
            try:
                self._ask("GET", "/moto-api/data.json")
                break
            except OSError:
                if time.monotonic() > until or self._process.poll() is not None:
                    raise
                time.sleep(0.1)
        if known:
            self._ask("POST", "/moto-api/recorder/replay-recording")
        self._door = _Door(("127.0.0.1", self._port), _Forward)
        self._door.behind = self._port + 1
        threading.Thread(target=self._door.serve_forever, args=(0.05,), daemon=True).start()

    def kill(self) -> None:
        """End it with signal 9."""
        if self._process is not None and self._door is not None:
            self._process.kill()
            self._process.wait()
            self._door.shutdown()
            self._door.server_close()

    def make(self, bucket: str) -> None:
        """Make a bucket."""
        self._ask("PUT", f"/{bucket}")

    def _ask(self, method: str, path: str) -> None:
        url = f"http://127.0.0.1:{self._port + 1}{path}"
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=120):
            pass


@contextlib.contextmanager
def service(program: Path | None, folder: Path, port: int) -> Generator[tuple[str, Moto | None]]:
    """Where shards are exchanged: a bucket of moto, or a folder."""
    if program is None:
        yield f"file://{folder}/bucket", None
        return
    moto = Moto(program, folder, port)
    moto.start()
    moto.make("data")
    os.environ.update(KEYS, AWS_ENDPOINT_URL=moto.url)
    try:
        yield "s3://data/set", moto
    finally:
        moto.kill()


def command(spec: Path, out: Path, url: str, fake: bool, lease: float) -> list[str]:
    """The run: the real command line, or this file with the FAKE stages; alone without a URL."""
    if fake:
        words = [sys.executable, __file__, str(spec), "--child", str(out), f"--lease={lease}"]
        return [*words, f"--url={url}"]
    words = [word for word in join_command(spec, out, False, lease) if word != "--join"]
    return [*words, f"--exchange={url}"]


def check(
    spec: Path, folder: Path, processes: int, fake: bool, lease: float,
    program: Path | None = None, port: int = 5055,
) -> Exchanged:  # fmt: skip
    """Make a dataset by one process alone, and by several of which one is killed."""
    calm = folder / "undisturbed"
    alone = subprocess.run(command(spec, calm, "", fake, lease), capture_output=True, check=False)
    if alone.returncode not in (0, 1):
        raise SystemExit(f"the undisturbed run failed: {alone.stderr.decode()}")
    shards = len((calm / "logs" / "timings.jsonl").read_text().splitlines())
    folders = [folder / f"process{number}" for number in range(processes)]
    with service(program, folder, port) as (url, moto):
        began = time.monotonic()
        running = [
            subprocess.Popen(command(spec, out, url, fake, lease), stdout=subprocess.PIPE)
            for out in folders
        ]
        breaker = threading.Thread(target=_break, args=(moto, url, shards // 3), daemon=True)
        breaker.start()
        first, *others = running
        # Not its first shard: that is the batch of tasks, for which all others wait.
        while first.poll() is None and not _claims(url, first.pid):
            time.sleep(0.01)
        first.kill()
        first.communicate()
        answers = [process.communicate()[0] for process in others]
        seconds = time.monotonic() - began
        breaker.join()
    counts = Counter(name for out in folders for name in _made(out))
    hashes = {dataset_hash(out) for out in folders[1:]}
    return Exchanged(
        processes,
        0 if moto is None else 1,
        tuple(process.returncode for process in others),
        tuple(json.loads(answer)["shards_made"] if answer.strip() else -1 for answer in answers),
        tuple(sorted(name for name, count in counts.items() if count > 1)),
        hashes == {dataset_hash(calm)},
        round(seconds, 1),
    )


def _break(moto: Moto | None, url: str, shards: int) -> None:
    """Kill the service when so many shards are there, and start it again."""
    if moto is None:
        return
    while len(list(ObjectStore(url).names("shards"))) < shards:
        time.sleep(0.05)
    moto.kill()
    time.sleep(AWAY)
    moto.start()


def _claims(url: str, process: int) -> list[str]:
    """The shards, but batches of tasks, that a process holds claims of."""
    objects, found = ObjectStore(url), list[str]()
    for name in objects.names("claims"):
        if name.split("/")[1] in ("members", "tasks"):
            continue
        if f"-{process}-" in (objects.read(name) or b"").decode():
            found.append(name)
    return found


def _made(out: Path) -> list[str]:
    """The shards that a process has made, by its own log."""
    log = out / "logs" / "timings.jsonl"
    lines = log.read_text().splitlines() if log.is_file() else []
    return [json.loads(line)["shard"] for line in lines]


def child(spec: Path, out: Path, url: str, lease: float) -> None:
    """A run with the FAKE stages."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from fake_stages import fake_stages

    from cousins.flows.run import RunRequest, execute
    from cousins.schemas.spec_file import load_spec

    read = load_spec(spec)
    plan = RunRequest(read, out, fake_stages(), exports=read.export, exchange=url, lease=lease)
    sys.stdout.write(json.dumps(asdict(execute(plan))) + "\n")


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("spec", type=Path)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--moto", type=Path, help="the program moto_server; a folder without it")
    parser.add_argument("--port", type=int, default=5055)
    parser.add_argument("--fake", action="store_true", help="FAKE stages, for tests of the flow")
    parser.add_argument("--lease", type=float, default=LEASE, help="seconds, of FAKE stages")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--url", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child is not None:
        child(given.spec, given.child, given.url, given.lease)
        return
    with tempfile.TemporaryDirectory() as temporary:
        report = check(
            given.spec, Path(temporary), given.processes, given.fake, given.lease,
            given.moto, given.port,
        )  # fmt: skip
    sys.stdout.write(json.dumps(asdict(report)) + "\n")
    whole = report.same and not report.twice and set(report.codes) <= {0, 1}
    sys.exit(0 if whole else 1)


if __name__ == "__main__":
    main()
