"""Objects of a bucket, or of a folder: created once, read whole, and waited for in an outage.

S3, Google Cloud Storage and Azure are reached through obstore, whose puts can be conditional: of
several processes that create one object, one succeeds. Addresses and keys of a service come from
its usual environment variables, such as AWS_ENDPOINT_URL and AWS_ACCESS_KEY_ID.
"""

from __future__ import annotations

import textwrap
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

from ....schemas import BackendMissingError, DatasetError

SCHEMES = ("s3", "gs", "az", "file")
"""Of the addresses that are taken."""
PATIENCE = 900.0
"""Seconds that a service may be away before a run ends."""
FIRST_PATIENCE = 5.0
"""The same, of a service that has never answered."""
PAUSES = (0.2, 10.0)
"""Seconds between two tries, the first and the longest."""
REQUEST = {"timeout": "300s", "connect_timeout": "10s", "allow_http": True}
PIECE = 1 << 20
"""Bytes that are written at once."""
LETTERS = 240
"""Of what a service says that a message repeats."""

_Answer = TypeVar("_Answer")


class _Got(Protocol):
    """An object that is being read."""

    @property
    def meta(self) -> Any: ...

    def bytes(self) -> Any: ...

    def stream(self, min_chunk_size: int) -> Iterable[Any]: ...


class _Store(Protocol):
    """What is used of obstore's stores."""

    def put(self, path: str, file: bytes | Path, **options: Any) -> object: ...

    def get(self, path: str) -> _Got: ...

    def list(self, prefix: str) -> Iterable[Sequence[Any]]: ...

    def delete(self, paths: str) -> None: ...


def _nothing(_: str) -> None:
    """Tells nobody."""


class OutageError(DatasetError):
    """A service did not answer for too long, or the run ended while it was waited for."""


class ObjectStore:
    """The objects below one address.

    Attributes:
        url: the address.
        told: is called with a sentence when a service stops answering, and when it is back.
    """

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        """Nothing is asked yet.

        Args:
            url: such as `s3://BUCKET/FOLDER`, or `file:///FOLDER`.
            patience: seconds that the service may be away.

        Raises:
            DatasetError: the address is of no known kind.
            BackendMissingError: obstore is not installed.
        """
        self.url = url
        self.told: Callable[[str], None] = _nothing
        self._patience = patience
        self._stopped = threading.Event()
        self._answered = False
        self._store = _opened(url)

    def stop(self) -> None:
        """Wait for nothing any more; what is asked later is still tried once."""
        self._stopped.set()

    def create(self, name: str, content: bytes | Path) -> bool:
        """Put an object where none is.

        Returns:
            Whether none was. A request that was answered too late to be heard counts as one of
            somebody else's.
        """
        from obstore.exceptions import AlreadyExistsError

        def create() -> bool:
            try:
                self._store.put(name, content, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
            return True

        return self._patiently(create)

    def put(self, name: str, content: bytes | Path) -> None:
        """Put an object, in place of an older one if there is one."""
        self._patiently(lambda: self._store.put(name, content))

    def read(self, name: str, limit: int = PIECE) -> bytes | None:
        """A small object; None where it is not there.

        Raises:
            DatasetError: it is larger than `limit` bytes.
        """

        def read() -> bytes | None:
            try:
                found = self._store.get(name)
            except FileNotFoundError:
                return None
            if found.meta["size"] > limit:
                size = found.meta["size"]
                raise DatasetError(f"{self.url}/{name} has {size} bytes; at most {limit} are read")
            return bytes(found.bytes())

        return self._patiently(read)

    def save(self, name: str, path: Path) -> bool:
        """Write an object to a file; whether it was there."""

        def save() -> bool:
            try:
                found = self._store.get(name)
            except FileNotFoundError:
                return False
            with path.open("wb") as file:
                for part in found.stream(min_chunk_size=PIECE):
                    file.write(part)
            return True

        return self._patiently(save)

    def names(self, folder: str) -> Iterator[str]:
        """The names of all objects below a folder."""
        listed = self._patiently(
            lambda: [found["path"] for part in self._store.list(folder) for found in part]
        )
        return iter(listed)

    def remove(self, name: str) -> None:
        """Remove an object, if it is there."""

        def remove() -> None:
            try:
                self._store.delete(name)
            except FileNotFoundError:  # folders say so, buckets do not
                return

        self._patiently(remove)

    def _patiently(self, ask: Callable[[], _Answer]) -> _Answer:
        """Ask again and again until the service answers.

        Raises:
            DatasetError: it refuses, or knows no such bucket.
            OutageError: it was away for too long, or the run ended.
        """
        from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

        began, pause = time.monotonic(), PAUSES[0]
        away = False
        while True:
            try:
                answer = ask()
            except (PermissionDeniedError, UnauthenticatedError) as error:
                raise DatasetError(
                    f"{self.url} refuses the request: {_line(error)}; its keys come from the "
                    "environment, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
                ) from error
            except FileNotFoundError as error:  # of an object that was to be made
                raise DatasetError(f"{self.url} is not there: make its bucket first") from error
            except BaseError as error:
                waited = time.monotonic() - began
                if waited > (self._patience if self._answered else FIRST_PATIENCE):
                    raise OutageError(
                        f"{self.url} gives no answer since {waited:.0f} s: {_line(error)}; what is "
                        "done is kept, and the same command goes on"
                    ) from error
                if not away and self._answered:
                    self.told(f"{self.url} gives no answer; it is tried again and again")
                away = True
                if self._stopped.wait(pause):
                    raise OutageError(f"{self.url} was given up: the run ends") from error
                pause = min(2 * pause, PAUSES[1])
            else:
                if away and self._answered:
                    self.told(f"{self.url} answers again")
                self._answered = True
                return answer


def check_address(url: str) -> None:
    """Refuse an address of no known kind.

    Raises:
        DatasetError: saying which there are.
    """
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in SCHEMES or not rest.strip("/"):
        known = ", ".join(f"{name}://" for name in SCHEMES)
        raise DatasetError(
            f"{url!r} is no place to exchange shards: expected an address with {known}, such as "
            "s3://BUCKET/FOLDER or file:///FOLDER"
        )


def _opened(url: str) -> _Store:
    check_address(url)
    try:
        from obstore.exceptions import BaseError
        from obstore.store import from_url
    except ImportError as error:
        raise BackendMissingError(
            f"{url}: shards are exchanged with obstore, which is not installed; "
            "pip install 'cousins[exchange]'"
        ) from error
    options: dict[str, Any] = {}
    if url.startswith("file://"):
        options = {"mkdir": True}
    else:
        # Trying again is done here, where it can be stopped.
        options = {"client_options": REQUEST, "retry_config": {"max_retries": 0}}
    try:
        return cast("_Store", from_url(url.rstrip("/"), **options))
    except (BaseError, ValueError, OSError) as error:
        raise DatasetError(f"{url} cannot be used: {_line(error)}") from error


def _line(error: BaseException) -> str:
    """What an error says, without most of the details that follow."""
    return textwrap.shorten(str(error), LETTERS)
