"""Engines of clusters, with FAKE stages: same bytes; a worker that vanishes costs little."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import fake_stages
import pytest
from fake_stages import KILL_ONCE

from cousins.flows.clusters.shards import late, make_shard, result_of, vanished
from cousins.flows.engines import engine
from cousins.flows.pool import JobError
from cousins.flows.reporter import Silent
from cousins.flows.run import Summary, execute
from cousins.flows.session import RunRequest, Session
from cousins.flows.stages import production
from cousins.flows.work import Job
from cousins.schemas import BackendMissingError, RunError
from cousins.schemas.spec_file import parse_spec

TEXT = "name: far\nseed: 3\ntasks: {count: 3}\nepisodes: {per_task: 2}\nexport: [coco]\n"
CLUSTERS = {"ray": "ray", "dask": "distributed"}


def plan(out: Path, text: str = TEXT) -> RunRequest:
    spec = parse_spec(text)
    return RunRequest(spec, out, fake_stages.fake_stages(), 2, exports=spec.export)


@pytest.mark.parametrize("name", CLUSTERS)
def test_without_its_package_an_engine_says_how_to_get_it(name: str) -> None:
    if find_spec(CLUSTERS[name]):
        pytest.skip(f"{CLUSTERS[name]} is installed here")
    with pytest.raises(BackendMissingError, match=rf"pip install 'cousins\[{name}\]'"):
        engine(name)


def test_what_a_worker_sends_back_is_a_result_or_an_error(tmp_path: Path) -> None:
    asked = plan(tmp_path)
    with Session(asked) as session:
        (unit,) = session.new_graph().start()
        made = result_of(unit.name, make_shard(Job(tmp_path, asked.stages, unit)))
        assert made.prepared.counts == {"tasks": 3}
        broken = replace(asked.stages, propose=fail)
        with pytest.raises(JobError, match="tasks/b00000: a flat tyre") as caught:
            result_of(unit.name, make_shard(Job(tmp_path, broken, unit)))
    assert not caught.value.fatal
    assert late("scenes/t0000", 5.0).lost == "hung"
    assert vanished("scenes/t0000", "KilledWorker").lost == "died"


def fail(*_: object) -> NoReturn:
    """FAKE: fails in an expected way."""
    raise RunError("a flat tyre")


def run_with(name: str, asked: RunRequest) -> Summary:
    with Session(asked) as session:
        return engine(name).run(session, Silent())


@pytest.fixture
def _fakes(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    """Workers of a cluster find the FAKE stages beside this file."""
    paths = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))


@pytest.mark.heavy
@pytest.mark.usefixtures("_fakes")
@pytest.mark.filterwarnings("default")  # those of other packages are not ours to fix
@pytest.mark.parametrize("name", CLUSTERS)
def test_a_cluster_makes_the_same_bytes_and_survives_a_vanished_worker(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip(CLUSTERS[name], reason=f"the extra {name} is not installed")
    calm = execute(plan(tmp_path / "calm"))
    bait = tmp_path / "bait"
    bait.touch()
    monkeypatch.setenv(KILL_ONCE, str(bait))
    torn = run_with(name, plan(tmp_path / "torn"))
    assert not bait.exists()
    assert torn.dataset_hash == calm.dataset_hash
    assert run_with(name, plan(tmp_path / "torn")).shards_made == 0


@pytest.mark.heavy
@pytest.mark.usefixtures("_fakes")
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", CLUSTERS)
def test_a_wrong_input_is_the_same_error_on_a_cluster(name: str, tmp_path: Path) -> None:
    pytest.importorskip(CLUSTERS[name], reason=f"the extra {name} is not installed")
    with pytest.raises(JobError, match="fake desk holds nothing") as caught:
        run_with(name, plan(tmp_path, TEXT + "scene: {support: desk}\n"))
    assert caught.value.exit_code == 2


def test_a_worker_that_others_started_rounds_and_threads_as_ours_do(tmp_path: Path) -> None:
    code = (
        "import os, pickle, sys\n"
        "from importlib.machinery import PathFinder\n"
        "class Watch:\n"  # tells what is set at the moment in which NumPy is looked for
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'numpy':\n"
        "            print(os.environ.get('OPENBLAS_NUM_THREADS'))\n"
        "sys.meta_path.insert(0, Watch())\n"
        "pickle.loads(bytes.fromhex(sys.argv[1]))\n"
    )
    with Session(plan(tmp_path)) as session:
        (unit,) = session.new_graph().start()
    job = pickle.dumps((make_shard, Job(tmp_path, production(), unit))).hex()
    free = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    run = subprocess.run(
        [sys.executable, "-c", code, job], capture_output=True, text=True, env=free, check=True
    )
    assert run.stdout == "1\n"
