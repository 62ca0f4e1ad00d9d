"""A run that is killed again and again leaves the dataset that an undisturbed one leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
from ask_and_resume import check as ask
from ask_and_resume import holds
from kill_and_resume import check


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
