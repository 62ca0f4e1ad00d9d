"""Policies behind a websocket: what is sent arrives, and what goes wrong is one rollout's."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from cousins.flows.evaluation import remote
from cousins.flows.evaluation.remote import RemotePolicy, pack, serve, unpack
from cousins.schemas import BackendMissingError

pytest.importorskip("msgpack")
pytest.importorskip("websockets")


class Echo:
    """A fake policy: actions that repeat what it was shown."""

    def reset(self, seed: int) -> None:
        """Nothing to forget."""

    def act(self, observation: Mapping[str, Any]) -> Any:
        assert observation["prompt"] == observation["task"] == "Do it."
        state = observation["observation.state"]
        return np.stack([state, state + 1])


@pytest.fixture(scope="module")
def address() -> str:
    found: list[int] = []
    there = threading.Event()

    def ready(port: int) -> None:
        found.append(port)
        there.set()

    threading.Thread(target=serve, args=(Echo(), "127.0.0.1", 0, ready), daemon=True).start()
    assert there.wait(30)
    return f"ws://127.0.0.1:{found[0]}"


def test_arrays_come_through_whole() -> None:
    given: dict[str, Any] = {
        "a": np.arange(6, dtype=np.float32).reshape(2, 3),
        "b": np.uint8(3),
        "c": "text",
    }
    found = unpack(pack(given))
    assert np.array_equal(found["a"], given["a"])
    assert found["a"].dtype == np.float32
    assert (found["b"], found["c"]) == (3, "text")
    with pytest.raises(TypeError, match="object cannot be sent"):
        pack({"a": object()})


def test_a_chunk_is_carried_out_before_the_next_is_asked_for(address: str) -> None:
    policy = RemotePolicy(address)
    for _ in range(2):
        policy.reset(0)
        states = [np.full(8, value, dtype=np.float32) for value in range(3)]
        seen = [{"observation.state": state, "task": "Do it."} for state in states]
        assert [float(policy.act(one)[0]) for one in seen] == [0.0, 1.0, 2.0]


def test_a_server_that_fails_breaks_one_rollout(address: str) -> None:
    from websockets.exceptions import ConnectionClosed

    policy = RemotePolicy(address)
    policy.reset(0)
    with pytest.raises(ConnectionClosed):
        policy.act({"observation.state": np.zeros(8), "task": "no"})
    policy.reset(0)
    assert policy.act({"observation.state": np.zeros(8, np.float32), "task": "Do it."}).shape == (
        8,
    )


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        del name

    monkeypatch.setattr(remote, "find_spec", absent)
    with pytest.raises(BackendMissingError, match="needs msgpack, websockets; try: pip install"):
        RemotePolicy("ws://127.0.0.1:1")
