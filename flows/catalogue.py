"""Answers of the `assets` commands: lists, one asset with its cousins, checks, the page."""

from __future__ import annotations

import difflib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..schemas import SpecError
from ..schemas.base import Model
from .libraries import LibraryChoice, open_each, open_one

if TYPE_CHECKING:
    from ..scenes.assets.index import Index, Progress
    from ..scenes.assets.library import AssetLibrary
    from ..scenes.assets.summary import LibrarySummary

NEAREST = 5
"""Cousins that are shown of one asset."""


class Listed(Model):
    """A category of a library; licence and joints are those of its first asset."""

    library: str
    category: str
    articulated: bool
    licence: str
    assets: tuple[str, ...]


@dataclass(frozen=True)
class Checked:
    """The findings of a check.

    Attributes:
        libraries: in numbers, with reasons.
        not_opened: libraries that are not installed or offer nothing, each with the reason.
    """

    libraries: tuple[LibrarySummary, ...]
    not_opened: Mapping[str, str]

    @property
    def failed(self) -> bool:
        """Whether an asset that is offered should not be."""
        return any(one.failing for one in self.libraries)

    @property
    def quarantined(self) -> bool:
        """Whether a library set assets aside."""
        return any(one.quarantined for one in self.libraries)

    def facts(self) -> dict[str, Any]:
        """As JSON."""
        libraries = {one.library: one.model_dump(mode="json") for one in self.libraries}
        return {"libraries": libraries, "not_opened": dict(self.not_opened)}


def listing(choice: LibraryChoice, category: str | None) -> list[Listed]:
    """The categories on offer.

    Raises:
        SpecError: where nothing offers that category.
    """
    found: list[Listed] = []
    libraries = [open_one(choice)] if not (choice.names or choice.spec) else open_each(choice)[0]
    for library in libraries:
        for name, ids in _of_category(library.ids(), category).items():
            first = library.get(ids[0])
            found.append(
                Listed(
                    library=library.name,
                    category=name,
                    articulated=bool(first.joints),
                    licence=first.licence,
                    assets=ids,
                )
            )
    _require(category, bool(found), libraries)
    return found


def details(choice: LibraryChoice, asset_id: str) -> dict[str, Any]:
    """Everything about one asset, with its nearest cousins.

    Raises:
        SpecError: where there is no such asset.
    """
    from ..scenes.assets.records import record_of
    from ..scenes.cousins.retrieval import cousins_of

    library = open_one(choice)
    record = record_of(library.get(asset_id))
    near = cousins_of(asset_id, library)[1 : NEAREST + 1]
    return {
        "id": record.id,
        "category": record.category,
        "library": record.library,
        "source": record.source,
        "licence": record.licence,
        "extents_m": list(record.extents),
        "mass_kg": round(record.mass, 4),
        "joints": [joint.model_dump(mode="json") for joint in record.joints],
        "affordances": list(record.affordances),
        "surfaces": record.surfaces,
        "cavities": record.cavities,
        "verdict": record.verdict,
        "shape_hash": record.shape,
        "content_hash": record.hash,
        "cousins": [
            {"id": one.asset_id, "category": one.category, "distance": asdict(one.distance)}
            for one in near
        ],
    }


def check(choice: LibraryChoice, category: str | None, limit: int | None, workers: int) -> Checked:
    """Put assets to their trial; what is known from earlier checks is not tried again.

    Args:
        choice: which libraries.
        category: only this one.
        limit: assets of each category at most.
        workers: processes.

    Raises:
        SpecError: where nothing offers that category.
    """
    from ..scenes.assets.index import build_index
    from ..scenes.assets.summary import summarise

    libraries, not_opened = open_each(choice)
    found: list[LibrarySummary] = []
    for library in libraries:
        offered = _of_category(library.ids(), category)
        if category is not None and not offered:
            continue
        only = {name: ids[:limit] for name, ids in offered.items()}
        with counted(f"checking {library.name}") as progress:
            index = build_index(library, workers=workers, progress=progress, only=only)
        found.append(summarise(library, index))
    _require(category, bool(found), libraries)
    return Checked(tuple(found), not_opened)


def page(choice: LibraryChoice, category: str | None, out: Path, workers: int) -> Path:
    """Write the catalogue as one HTML page.

    Raises:
        SpecError: where nothing offers that category.
        RenderError: where nothing can be drawn here.
        DatasetError: where the file cannot be written.
    """
    from ..generators.gallery import write_page
    from ..scenes.assets.index import build_index

    libraries, _ = open_each(choice)
    indexed: list[tuple[AssetLibrary, Index]] = []
    for library in libraries:
        only = _of_category(library.ids(), category)
        if only:
            with counted(f"checking {library.name}") as progress:
                index = build_index(library, workers=workers, progress=progress, only=only)
            indexed.append((library, index))
    _require(category, bool(indexed), libraries)
    with counted("drawing") as progress:
        return write_page(indexed, out, progress)


@contextmanager
def counted(title: str) -> Generator[Progress]:
    """A bar on standard error for as long as the block runs."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = TextColumn("{task.description}"), BarColumn(bar_width=30), MofNCompleteColumn()
    with Bar(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None, visible=False)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, visible=True)

        yield tell


def _of_category(
    offered: dict[str, tuple[str, ...]], category: str | None
) -> dict[str, tuple[str, ...]]:
    """All that is offered, or only one category of it; empty where it is not there."""
    if category is None:
        return offered
    return {category: offered[category]} if category in offered else {}


def _require(category: str | None, found: bool, libraries: list[AssetLibrary]) -> None:
    if category is not None and not found:
        offered = sorted({name for library in libraries for name in library.ids()})
        words = {name.split(".")[0]: name for name in reversed(offered)}
        close = difflib.get_close_matches(category.split(".")[0], words, n=4)
        near = [words[word] for word in close]
        hint = f"did you mean {', '.join(near)}? " if near else ""
        raise SpecError(f"no category {category!r}; {hint}allowed: {', '.join(offered)}")
