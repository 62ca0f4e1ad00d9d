"""Ids as people read them: in the order of their numbers, however many digits those have."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from cousins.generators.dataset import Dataset
from cousins.generators.selection import DamagedParts, _refused  # pyright: ignore[reportPrivateUsage]
from cousins.generators.shards import by_number

ORDER = (
    "t0002-s100", "t0003-e09", "t0003-e09-a1", "t0003-e09-a10", "t0003-e10", "t0003-e99",
    "t0003-e100", "t0003-s02", "t0003-s99", "t0003-s100", "t0003-s1000", "t0010-s00", "t10000-s00",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_ids_are_sorted_by_their_numbers(seed: int) -> None:
    mixed = random.Random(seed).sample(ORDER, len(ORDER))
    assert tuple(sorted(mixed, key=by_number)) == ORDER
    assert sorted(mixed) != sorted(mixed, key=by_number)


def test_up_to_two_digits_the_order_is_that_of_the_text() -> None:
    names = [f"t{task:04d}-s{scene:02d}" for task in range(12) for scene in range(100)]
    assert sorted(names, key=by_number) == sorted(names) == names


def test_damaged_episodes_are_named_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text('{"format": 1, "spec": {"name": "x"}}')
    found = DamagedParts(episodes=frozenset({"t0000-e100", "t0000-e20", "t0000-e11"}))
    said = _refused(Dataset(tmp_path), found)
    places = [said.index(f"episode {name}") for name in ("t0000-e11", "t0000-e20", "t0000-e100")]
    assert places == sorted(places)
