"""The benchmark of how soon a run begins."""

from __future__ import annotations

import pytest

from cousins.flows.bench import measure, start
from cousins.schemas import RunError


def test_a_run_that_ends_before_its_first_shard_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(start, "SPEC", "name: bench-start\nsed: {seed}\n")
    with pytest.raises(RunError, match=r"(?s)no shard of local-0 .* did you mean 'seed'"):
        measure("start", small=True, seed=0)


@pytest.mark.heavy
def test_a_small_run_leaves_prefect_out() -> None:
    result = measure("start", small=True, seed=3)
    assert (result["small"], result["seed"]) == (True, 3)
    assert result["prefect_seconds_to_first_shard"] is None
    assert result["nothing_to_do_seconds"] > 0
    assert result["local_seconds_to_first_shard"] > 0
