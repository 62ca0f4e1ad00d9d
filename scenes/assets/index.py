"""The catalogue index: the facts and the verdict of every asset, worked out once."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial

from ...schemas import AssetError, CousinsError
from .index_file import IndexRow, read_rows, row_key, write_rows
from .library import AssetLibrary
from .records import AssetRecord, record_of

CHUNK = 8
"""Assets that a worker process is given at a time."""
FEW = 2
"""Chunks up to which the calling process works alone."""
SAVE_SECONDS = 20.0
"""How often a long build writes what it has."""
Progress = Callable[[int, int], None]
"""Told how many of how many assets are done."""
Wanted = tuple[tuple[str, str], ...]
"""(category, id) of assets to look at."""


@dataclass(frozen=True)
class Index:
    """The assets a library offers and those it set aside.

    Attributes:
        library: its name.
        version: of the library when the index was built.
        records: of all it offers, by id, in the library's order.
        broken: ids it offers that cannot be built, each with the reason.
        quarantined: ids it does not offer, each with the library's reason.
    """

    library: str
    version: str
    records: Mapping[str, AssetRecord]
    broken: Mapping[str, str]
    quarantined: Mapping[str, str]

    def failing(self) -> dict[str, str]:
        """Offered assets that scenes should not use, each with the reason."""
        bad = {name: one.verdict for name, one in self.records.items() if one.verdict}
        return bad | dict(self.broken)

    def duplicates(self) -> dict[str, str]:
        """Assets whose shape an earlier one of their category has, with that one's id."""
        return {n: one.duplicate_of for n, one in self.records.items() if one.duplicate_of}


def build_index(
    library: AssetLibrary,
    *,
    workers: int = 1,
    progress: Progress | None = None,
    only: Mapping[str, Sequence[str]] | None = None,
) -> Index:
    """The index of a library; what the stored one has is taken from there.

    The same for any number of workers. What was worked out is stored at the end, every 20 s,
    and when interrupted.

    Args:
        library: what to index; with several workers it is pickled to their processes.
        workers: processes; the calling one works alone if 1.
        progress: told about each chunk of assets.
        only: ids by category; everything that the library offers if None.

    Raises:
        AssetError: an asset kills the process that tries it.
    """
    offered = library.ids() if only is None else only
    wanted = tuple((category, name) for category, ids in offered.items() for name in ids)
    stored = _kept(library)
    keys = {name: row_key(library.stamp(name)) for _, name in wanted}
    missing = tuple(
        (category, name)
        for category, name in wanted
        if name not in stored or stored[name].key != keys[name]
    )
    if missing:
        _fill(library, missing, stored, workers, _tell(progress, len(wanted), len(missing)))
    rows = {name: stored[name] for _, name in wanted}
    return Index(
        library=library.name,
        version=library.version,
        records=_with_duplicates({n: row.record for n, row in rows.items() if row.record}),
        broken={name: row.broken for name, row in rows.items() if row.broken},
        quarantined=dict(library.quarantined()),
    )


def _kept(library: AssetLibrary) -> dict[str, IndexRow]:
    """Stored rows of ids that the library still has, offered or set aside."""
    known = {name for ids in library.ids().values() for name in ids} | set(library.quarantined())
    return {name: row for name, row in read_rows(library.name).items() if name in known}


def _tell(progress: Progress | None, total: int, missing: int) -> Callable[[int], None]:
    """Reports how many are done, given how many of the missing are."""

    def tell(done: int) -> None:
        if progress is not None:
            progress(total - missing + done, total)

    return tell


def _fill(
    library: AssetLibrary,
    missing: Wanted,
    stored: dict[str, IndexRow],
    workers: int,
    tell: Callable[[int], None],
) -> None:
    """Work out the missing rows into `stored`, saving now and then, and at the end."""
    chunks = [missing[start : start + CHUNK] for start in range(0, len(missing), CHUNK)]
    # Processes take longer to start than a few assets to try.
    workers = workers if len(chunks) > FEW else 1
    found = _alone(library, chunks) if workers == 1 else _spread(library, chunks, workers)
    done, saved = 0, time.monotonic()
    tell(done)
    try:
        for rows in found:
            stored.update(rows)
            done += len(rows)
            tell(done)
            if time.monotonic() - saved > SAVE_SECONDS:
                write_rows(library.name, stored)
                saved = time.monotonic()
    finally:
        write_rows(library.name, stored)


def _alone(library: AssetLibrary, chunks: list[Wanted]) -> Iterator[dict[str, IndexRow]]:
    for chunk in chunks:
        yield build_rows(library, chunk)


def _spread(
    library: AssetLibrary, chunks: list[Wanted], workers: int
) -> Iterator[dict[str, IndexRow]]:
    """The same from several processes, in the order in which they finish."""
    # What cannot be sent is told here: inside the pool it would be waited for without end.
    pickle.dumps(library)
    context = multiprocessing.get_context("spawn")
    size = min(workers, len(chunks))
    with ProcessPoolExecutor(size, mp_context=context, initializer=_ignore_interrupt) as pool:
        running: dict[Future[dict[str, IndexRow]], Wanted] = {
            pool.submit(partial(build_rows, library), chunk): chunk for chunk in chunks
        }
        try:
            while running:
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    chunk = running.pop(future)
                    yield _answer(future, chunk)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _ignore_interrupt() -> None:
    """Ctrl-C reaches all processes; the one that started the others ends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _answer(future: Future[dict[str, IndexRow]], chunk: Wanted) -> dict[str, IndexRow]:
    try:
        return future.result()
    except BrokenProcessPool as error:
        names = ", ".join(name for _, name in chunk)
        raise AssetError(
            f"a worker process died, perhaps on one of {names}; find it with --workers 1"
        ) from error


def build_rows(library: AssetLibrary, wanted: Wanted) -> dict[str, IndexRow]:
    """The rows of some assets, by id. Each one is built and tried."""
    return {name: _row(library, category, name) for category, name in wanted}


def _row(library: AssetLibrary, category: str, asset_id: str) -> IndexRow:
    key = row_key(library.stamp(asset_id))
    try:
        asset = library.get(asset_id)
    except CousinsError as error:
        return IndexRow(key=key, broken=f"cannot be built: {error}")
    if (asset.id, asset.category) != (asset_id, category):
        named = f"{asset.id} of {asset.category}"
        return IndexRow(key=key, broken=f"is {named}, but listed as {asset_id} of {category}")
    return IndexRow(key=key, record=record_of(asset))


def _with_duplicates(records: Mapping[str, AssetRecord]) -> dict[str, AssetRecord]:
    """The records, each told which earlier one of its category has the same shape."""
    first: dict[tuple[str, str], str] = {}
    result: dict[str, AssetRecord] = {}
    for name, one in records.items():
        original = first.setdefault((one.category, one.shape), name)
        if original != name:
            one = one.model_copy(update={"duplicate_of": original})
        result[name] = one
    return result
