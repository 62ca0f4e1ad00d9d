"""Fixtures that several files of tests share."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from datasets import build_dataset
from prefect_database import copy_database

from cousins.generators.dataset import Dataset


def pytest_sessionfinish() -> None:
    """Let libraries free what they count at the end."""
    gc.unfreeze()


@pytest.fixture(scope="module", autouse=True)
def small_heap() -> None:
    """Spare later collections what is alive by now, thousands of tests among it.

    Closing a video collects, and would take a second each time.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder of the test's own."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setenv("COUSINS_CACHE", str(folder))
    return folder


@pytest.fixture(scope="module")
def module_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty cache folder for all tests of a file."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUSINS_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The dataset that `build_dataset` makes by itself; not to be written to."""
    return build_dataset(tmp_path_factory.mktemp("built") / "dataset")


@pytest.fixture
def prefect_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of Prefect's with a migrated database; no API is configured."""
    home = tmp_path / "prefect"
    home.mkdir()
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(home))
    monkeypatch.setenv("PREFECT_SERVER_DATABASE_CONNECTION_URL", copy_database(home / "prefect.db"))
    return home
