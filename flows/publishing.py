"""`cousins push`: an export of a dataset becomes the content of a repository on a hub."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..generators.dataset import Dataset
from ..generators.publishing.hub import Hub, HubError, RepositoryState
from ..generators.publishing.parcel import CARD, Parcel, parcel_of
from ..schemas import DatasetError, SpecError

REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
FILES_PER_COMMIT = 1000
KEPT = frozenset({".gitattributes"})
"""Files that a hub itself puts into a repository."""
NAMED = 3


@dataclass(frozen=True)
class PushRequest:
    """What to send, and where to.

    Attributes:
        root: the dataset's folder.
        format: of the export.
        repository: `OWNER/NAME`.
        public: everybody may see it.
        replace: remove files of the repository that are no part of what is sent.
        message: of the commits; empty is one that names the dataset.
    """

    root: Path
    format: str
    repository: str
    public: bool = False
    replace: bool = False
    message: str = ""


@dataclass(frozen=True)
class PushResult:
    """What was sent.

    Attributes:
        address: of the last commit.
        parcel: all files of the repository.
        created: the repository was not there.
        removed: files that it had and has no longer.
    """

    address: str
    parcel: Parcel
    created: bool
    removed: tuple[str, ...]


def prepare(request: PushRequest) -> Parcel:
    """What would be sent; asks nobody.

    Raises:
        SpecError: the repository's name is none, or there is no such format.
        DatasetError: the dataset has no such export, or it is damaged.
        LicenceError: its assets may not be shown together, or not to everybody.
    """
    if not REPOSITORY.fullmatch(request.repository):
        raise SpecError(
            f"{request.repository!r} is no repository: expected OWNER/NAME, of letters, digits, "
            "hyphens, dots and underscores"
        )
    return parcel_of(Dataset(request.root), request.format, public=request.public)


def push(request: PushRequest, hub: Hub) -> PushResult:
    """Make an export the content of a repository, and see that all of it arrived.

    The card comes with the last commit: a repository without one is not complete. What is there
    already is not sent again.

    Args:
        request: what to send.
        hub: where the repository is.

    Raises:
        SpecError: as `prepare`.
        DatasetError: as `prepare`; or the repository is public and that was not asked for, or has
            other files.
        LicenceError: as `prepare`.
        HubError: the hub refuses, does not answer, or left something out.
    """
    parcel = prepare(request)
    before = hub.state(request.repository)
    if before is not None:
        _refuse_unwanted(request, before, parcel)
    else:
        hub.create(request.repository, private=not request.public)
    known = parcel.sizes.keys() | KEPT
    removed = tuple(sorted(name for name in (before.sizes if before else ()) if name not in known))
    message = request.message or f"{Dataset(request.root).spec.name}: {request.format}"
    address = ""
    for files in _batches(parcel):
        last = CARD in files
        address = hub.commit(request.repository, files, removed if last else (), message)
    _refuse_gaps(request.repository, parcel, hub.state(request.repository))
    return PushResult(address, parcel, before is None, removed)


def _refuse_unwanted(request: PushRequest, found: RepositoryState, parcel: Parcel) -> None:
    """Refuse to show what was not to be shown, and to leave or lose what somebody else put there.

    Raises:
        DatasetError: saying what to do.
    """
    if not found.private and not request.public:
        raise DatasetError(
            f"{request.repository} is public: give --public if all may see this, or another name"
        )
    others = sorted(found.sizes.keys() - parcel.sizes.keys() - KEPT)
    if others and not request.replace:
        more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
        raise DatasetError(
            f"{request.repository} has files that are no part of this export: "
            f"{', '.join(others[:NAMED])}{more}; give --replace to remove them, or another name"
        )


def _batches(parcel: Parcel) -> Iterator[Mapping[str, Path | bytes]]:
    """The files of each commit, the card in the last."""
    given: dict[str, Path | bytes] = {**parcel.files, **parcel.made}
    names = [*sorted(given.keys() - {CARD}), CARD]
    for start in range(0, len(names), FILES_PER_COMMIT):
        yield {name: given[name] for name in names[start : start + FILES_PER_COMMIT]}


def _refuse_gaps(repository: str, parcel: Parcel, found: RepositoryState | None) -> None:
    """Refuse to call a repository complete that lacks something.

    Raises:
        HubError: naming the first file.
    """
    sizes: Mapping[str, int] = {} if found is None else found.sizes
    for name, size in sorted(parcel.sizes.items()):
        if sizes.get(name) != size:
            has = f"{sizes[name]} bytes of it" if name in sizes else "nothing"
            raise HubError(
                f"{repository}: {name} has {size} bytes, and the hub has {has}; a .gitignore in "
                "the repository may leave it out"
            )
