"""A run that is killed again and again leaves the dataset that an undisturbed one leaves."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ask_and_resume import check as ask
from ask_and_resume import holds
from chaos import VICTIMS, may_mount
from chaos import check as check_chaos
from exchange_and_kill import check as check_exchanged
from join_and_kill import check as check_joined
from kill_and_resume import check

ROOT = Path(__file__).parents[2]


def test_three_kills_change_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_STAGES_PAUSE", "0.01")
    spec = tmp_path / "spec.yaml"
    spec.write_text("name: crash\ntasks: {count: 18}\nepisodes: {per_task: 3}\nexport: [coco]\n")
    report = check(spec, tmp_path, kills=3, workers=2, seed=1, fake=True)
    assert report.landed >= 2
    assert report.same


@pytest.mark.heavy
def test_of_a_model_nothing_is_lost_and_nothing_asked_twice(tmp_path: Path) -> None:
    report = ask(tmp_path, count=24, delay=0.2, concurrency=4, share=0.4)
    assert holds(report, concurrency=4)
    assert report.failures >= 2


@pytest.mark.parametrize("processes", [2, pytest.param(4, marks=pytest.mark.heavy)])
def test_several_processes_finish_one_dataset_though_one_is_killed(
    processes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_STAGES_PAUSE", "0.01")
    spec = tmp_path / "spec.yaml"
    spec.write_text("name: joined\ntasks: {count: 8}\nepisodes: {per_task: 3}\nexport: [coco]\n")
    report = check_joined(spec, tmp_path, processes, fake=True, lease=1.0)
    assert report.same
    assert report.codes == (0,) * (processes - 1)
    assert report.killed
    assert report.twice == ()


EXCHANGED = "name: far\ntasks: {count: 8}\nepisodes: {per_task: 3}\nexport: [coco]\n"
S3_PYTHON = Path(os.environ.get("COUSINS_S3_PYTHON", ROOT / ".venv-s3" / "bin" / "python"))
"""Of an environment with moto; `make test-all` makes one."""


def test_processes_with_folders_of_their_own_finish_one_dataset_though_one_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_STAGES_PAUSE", "0.01")
    (tmp_path / "spec.yaml").write_text(EXCHANGED)
    report = check_exchanged(tmp_path / "spec.yaml", tmp_path, 2, fake=True, lease=2.0)
    assert report.same
    assert report.codes == (0,)
    assert report.twice == ()


@pytest.mark.heavy
@pytest.mark.parametrize("processes", [2, 4])
def test_the_same_through_s3_though_the_service_dies_and_comes_back(
    processes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = S3_PYTHON.with_name("moto_server")
    if not program.is_file():
        pytest.skip(f"{program} is not there; `make test-all` makes it, or set COUSINS_S3_PYTHON")
    monkeypatch.setenv("FAKE_STAGES_PAUSE", "0.05")
    (tmp_path / "spec.yaml").write_text(EXCHANGED)
    report = check_exchanged(
        tmp_path / "spec.yaml", tmp_path, processes, True, 6.0, program, port=15055 + processes * 10
    )
    assert report.same
    assert report.outages == 1
    assert report.codes == (0,) * (processes - 1)
    assert report.twice == ()


def test_five_kills_and_damage_change_no_byte(tmp_path: Path) -> None:
    report = check_chaos(tmp_path, kills=5, items=60, seed=1, full=False, engine="local")
    assert report.same
    assert sum(report.kills.values()) >= 4
    assert len(report.damaged) == 2


@pytest.mark.heavy
def test_fifty_kills_and_damage_change_no_byte(tmp_path: Path) -> None:
    full = may_mount(tmp_path)
    report = check_chaos(tmp_path, kills=50, items=500, seed=2, full=full)
    assert report.same
    assert sum(report.kills.values()) >= 45
    assert min(report.kills.get(kind, 0) for kind in VICTIMS["prefect"]) >= 10
    assert len(report.damaged) == 2
    assert report.filled == (2 if full else 0)
