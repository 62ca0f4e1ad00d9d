"""A policy in another process, behind a websocket: the protocol of openpi's servers.

A server sends its metadata when a connection opens. Each request is an observation, packed by
msgpack with arrays as openpi's `msgpack_numpy` packs them; each answer a mapping whose
`actions` are a chunk (H, A) or one action (A,). A text in place of an answer is the server's
error. Source: https://github.com/Physical-Intelligence/openpi (packages/openpi-client).
"""

# msgpack and websockets are optional here, and msgpack is untyped.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from ...schemas import BackendMissingError, RunError

PACKAGES = ("msgpack", "websockets")
ANSWER_SECONDS = 60.0
"""An answer may take; a first one may include loading."""


def check_remote() -> None:
    """Refuse where the extra is not installed.

    Raises:
        BackendMissingError: saying how to get it.
    """
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise BackendMissingError(
            f"a policy server needs {', '.join(missing)}; try: pip install 'cousins[serve]'"
        )


def pack(value: Any) -> bytes:
    """A value with arrays in it, as msgpack."""
    import msgpack

    return cast("bytes", msgpack.packb(value, default=_plain))


def unpack(raw: bytes) -> Any:
    """The inverse of `pack`."""
    import msgpack

    return msgpack.unpackb(raw, object_hook=_arrays)


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return {
            b"__ndarray__": True, b"data": value.tobytes(), b"dtype": value.dtype.str,
            b"shape": value.shape,
        }  # fmt: skip
    if isinstance(value, np.generic):
        return {b"__npgeneric__": True, b"data": value.item(), b"dtype": value.dtype.str}
    raise TypeError(f"{type(value).__name__} cannot be sent to a policy server")


def _arrays(value: dict[Any, Any]) -> Any:
    if b"__ndarray__" in value:
        flat = np.frombuffer(value[b"data"], dtype=np.dtype(value[b"dtype"]))
        return flat.reshape(value[b"shape"])
    if b"__npgeneric__" in value:
        return np.dtype(value[b"dtype"]).type(value[b"data"])
    return value


class RemotePolicy:
    """Asks a server, and carries out each chunk that it gives before it asks again.

    Args:
        address: such as `ws://localhost:8000`.
    """

    def __init__(self, address: str) -> None:
        """Connect when a rollout begins."""
        check_remote()
        self._address = address
        self._connection: Any = None
        self._chunk: list[npt.NDArray[np.float32]] = []

    def reset(self, seed: int) -> None:
        """Begin a rollout with a connection of its own, so that one that broke harms no other."""
        from websockets.sync.client import connect

        del seed  # the protocol has no word for it
        if self._connection is not None:
            self._connection.close()
        self._connection = connect(self._address, max_size=None, compression=None)
        self._chunk = []
        self._receive()

    def act(self, observation: Mapping[str, Any]) -> npt.NDArray[np.float32]:
        """The next action of the chunk.

        Raises:
            RunError: the server said that something is wrong.
        """
        if not self._chunk:
            self._connection.send(pack({**observation, "prompt": observation.get("task", "")}))
            answer = self._receive()
            if not isinstance(answer, dict) or "actions" not in answer:
                raise RunError(f"{self._address} answered without `actions`")
            self._chunk = list(np.atleast_2d(np.asarray(answer["actions"], dtype=np.float32)))
        return self._chunk.pop(0)

    def _receive(self) -> Any:
        raw = self._connection.recv(timeout=ANSWER_SECONDS)
        if isinstance(raw, str):
            raise RunError(f"{self._address}: {raw}")
        return unpack(raw)


def serve(policy: Any, host: str, port: int, ready: Callable[[int], None]) -> None:
    """Serve a policy to one connection after the other, until the process ends.

    Args:
        policy: with `reset(seed)` and `act(observation)`.
        host: to listen at.
        port: likewise; 0 takes a free one.
        ready: is given the port.
    """
    check_remote()
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.server import serve as listen

    def answer(connection: Any) -> None:
        policy.reset(0)
        connection.send(pack({"server": "cousins"}))
        try:
            while True:
                observation = unpack(connection.recv())
                connection.send(pack({"actions": policy.act(observation)}))
        except ConnectionClosed:
            return

    with listen(answer, host, port, max_size=None, compression=None) as server:
        ready(int(server.socket.getsockname()[1]))
        server.serve_forever()
