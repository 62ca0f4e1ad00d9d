"""A library in numbers."""

from __future__ import annotations

from collections import Counter

from ...schemas.base import Model
from .index import Index
from .library import AssetLibrary, NotedLibrary


class Articulated(Model):
    """Counts of jointed assets."""

    categories: int
    instances: int


class LibrarySummary(Model):
    """A library in numbers; all but the first two counts are of the assets checked."""

    library: str
    version: str
    categories: int
    instances: int
    """Assets it offers."""
    checked: int
    passed_share: float
    articulated: Articulated
    licences: dict[str, int]
    """Assets by SPDX identifier."""
    failing: dict[str, str]
    """Offered assets that failed their trial or cannot be built, each with the reason."""
    quarantined: dict[str, str]
    """Assets it has but does not offer, each with the reason."""
    notes: dict[str, tuple[str, ...]]
    """How files of offered assets were read, where there is something to know."""
    duplicates: dict[str, str]
    """Assets whose shape an earlier one of their category has, with that one's id."""


def summarise(library: AssetLibrary, index: Index) -> LibrarySummary:
    """The numbers of a library, from an index of all or some of it."""
    offered = library.ids()
    jointed = [one for one in index.records.values() if one.joints]
    failing = index.failing()
    checked = len(index.records) + len(index.broken)
    return LibrarySummary(
        library=library.name,
        version=library.version,
        categories=len(offered),
        instances=sum(len(ids) for ids in offered.values()),
        checked=checked,
        passed_share=round(1 - len(failing) / checked, 6) if checked else 0.0,
        articulated=Articulated(
            categories=len({one.category for one in jointed}), instances=len(jointed)
        ),
        licences=dict(sorted(Counter(one.licence for one in index.records.values()).items())),
        failing=failing,
        quarantined=dict(index.quarantined),
        notes=dict(library.notes()) if isinstance(library, NotedLibrary) else {},
        duplicates=index.duplicates(),
    )
