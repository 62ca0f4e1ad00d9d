"""The cache of arrays: made once, and made anew where its file is damaged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cousins.scenes.core.cache import cached_arrays

SIZE = 4000


pytestmark = pytest.mark.usefixtures("cache")


def squares(calls: list[int]) -> dict[str, np.ndarray[Any, Any]]:
    """Arrays of which each making is noted."""
    rng = np.random.default_rng(len(calls))
    calls.append(len(calls))
    return {"noise": rng.integers(0, 200, SIZE), "squares": np.arange(SIZE) ** 2}


def test_made_once(cache: Path) -> None:
    calls: list[int] = []
    first, second = (cached_arrays("test", "key", lambda: squares(calls)) for _ in range(2))
    assert calls == [0]
    assert first.keys() == second.keys()
    assert all(np.array_equal(first[name], second[name]) for name in first)
    cached_arrays("test", "another key", lambda: squares(calls))
    assert calls == [0, 1]
    assert len(list(cache.glob("test-*.npz"))) == 2


def cut(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def emptied(raw: bytes) -> bytes:
    return raw[:0]


def replaced(raw: bytes) -> bytes:
    return b"not arrays" * len(raw)


def overwritten(raw: bytes) -> bytes:
    middle = len(raw) // 4
    return raw[:middle] + b"\xff" * 400 + raw[middle + 400 :]


@pytest.mark.parametrize("damage", [cut, emptied, replaced, overwritten])
def test_damaged_files_are_made_anew(
    damage: Any, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calls: list[int] = []
    cached_arrays("test", "key", lambda: squares(calls))
    (path,) = cache.glob("test-*.npz")
    path.write_bytes(damage(path.read_bytes()))
    again = cached_arrays("test", "key", lambda: squares(calls))
    assert calls == [0, 1]
    assert np.array_equal(again["squares"], np.arange(SIZE) ** 2)
    assert f"note: {path} cannot be read" in capsys.readouterr().err
    cached_arrays("test", "key", lambda: squares(calls))
    assert calls == [0, 1]
    assert not capsys.readouterr().err


def test_a_folder_that_cannot_be_written_costs_only_time(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cache / "file").write_text("in the way")
    monkeypatch.setenv("COUSINS_CACHE", str(cache / "file" / "below"))
    calls: list[int] = []
    for _ in range(2):
        cached_arrays("test", "key", lambda: squares(calls))
    assert calls == [0, 1]
