"""Files and options of deployments: Prefect's own parser reads them, and the flow takes them."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
import yaml

from cousins.flows.history import FORM, begin
from cousins.flows.naming import read_source
from cousins.flows.overlap import Overlap
from cousins.flows.predecessors import await_free, cancel_others
from cousins.flows.schedules import deployment
from cousins.flows.up import database_url
from cousins.generators.store.files import InUseError, lock
from cousins.schemas import SpecError

HOME = Path(__file__).parents[1]


@pytest.mark.filterwarnings("default")  # Prefect's own are not ours to fix
@pytest.mark.parametrize("name", ["prefect.yaml", "examples/deployments/prefect.yaml"])
def test_prefects_parser_reads_the_files(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.cli.deploy._models import PrefectYamlModel
    from prefect.exceptions import ParameterTypeError

    from cousins.flows.generate import generate

    monkeypatch.chdir(HOME)
    read = PrefectYamlModel.model_validate(yaml.safe_load(Path(name).read_text(encoding="utf-8")))
    assert read.deployments
    assert read.pull
    for found in read.deployments:
        assert found.entrypoint == "cousins.flows.generate.generate"
        assert found.work_pool is not None
        assert found.work_pool.name == "local"
        checked = generate.validate_parameters(dict(found.parameters))
        assert read_source(checked["spec"]).tasks.count > 0
        with pytest.raises(ParameterTypeError, match="workers"):
            generate.validate_parameters({**found.parameters, "workers": "many"})


@pytest.mark.filterwarnings("default")
def test_overlap_becomes_prefects_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("name: nightly\n")
    limits: dict[Overlap, str] = {}
    for overlap in Overlap:
        chosen = deployment(path, None, None, None, True, overlap, "http://127.0.0.1/hook")
        assert chosen.tags == ["cousins", "nightly"]
        assert "next seed" in chosen.description
        assert chosen.parameters["take_over"] == (overlap is Overlap.take_over)
        assert chosen.parameters["notify"] == "http://127.0.0.1/hook"
        found = chosen.concurrency
        limits[overlap] = "none" if found is None else str(found.collision_strategy.value)
    assert limits == {
        Overlap.wait: "ENQUEUE", Overlap.refuse: "CANCEL_NEW", Overlap.take_over: "none"
    }  # fmt: skip
    with pytest.raises(SpecError, match="--notify 'mail:me'"):
        deployment(path, None, None, None, True, Overlap.wait, "mail:me")


def test_a_database_gets_the_driver_that_prefect_needs() -> None:
    assert database_url("postgresql://u:p@h/d") == "postgresql+asyncpg://u:p@h/d"
    assert database_url("sqlite+aiosqlite:////x/p.db") == "sqlite+aiosqlite:////x/p.db"
    with pytest.raises(SpecError, match=r"--database mysql:\.\.\.") as caught:
        database_url("mysql://u:secret@h/d")
    assert "secret" not in str(caught.value)


@pytest.mark.filterwarnings("default")
def test_taking_over_cancels_the_others_and_waits_for_the_lock(tmp_path: Path) -> None:
    other, own = UUID(int=1), UUID(int=2)
    client = FakeClient([other, own])
    assert cancel_others(client, "dataset:x", own) == 1  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert client.set == [(other, "Cancelling")]
    held = lock(tmp_path)
    with pytest.raises(InUseError, match="in use by another run"):
        await_free(tmp_path, 0.0)
    threading.Timer(0.1, os.close, (held,)).start()
    await_free(tmp_path, 60.0)
    os.close(lock(tmp_path))


def test_a_new_home_begins_with_a_copy_and_an_old_one_is_left_alone(tmp_path: Path) -> None:
    source, home = tmp_path / "prepared.db", tmp_path / "home"
    source.write_bytes(b"prepared")
    url, database = f"{FORM}{home}/prefect.db", home / "prefect.db"
    begin(url, tmp_path / "none.db", home)
    assert not home.exists()
    begin(url, source, home)
    assert database.read_bytes() == b"prepared"
    database.write_bytes(b"history")
    begin(url, source, home)
    assert database.read_bytes() == b"history"
    for elsewhere in (None, "postgresql+asyncpg://h/d", f"{FORM}{tmp_path}/no/folder.db"):
        begin(elsewhere, source, home)
    assert sorted(path.name for path in tmp_path.rglob("*")) == [
        "home", "prefect.db", "prepared.db"
    ]  # fmt: skip


class FakeClient:
    """FAKE client of Prefect's API: two runs of one tag are running."""

    def __init__(self, runs: list[UUID]) -> None:
        self.runs, self.set = runs, list[tuple[UUID, str]]()

    def read_flow_runs(self, flow_run_filter: object) -> list[SimpleNamespace]:
        assert "dataset:x" in str(flow_run_filter)
        return [SimpleNamespace(id=run) for run in self.runs]

    def set_flow_run_state(self, run: UUID, state: SimpleNamespace, force: bool) -> None:
        assert force
        self.set.append((run, state.name))
