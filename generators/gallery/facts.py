"""Facts for the catalogue page: categories with their numbers and a few assets of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...scenes.assets.index import Index, Progress
from ...scenes.assets.library import AssetLibrary
from ...scenes.assets.records import AssetRecord
from ...scenes.assets.summary import LibrarySummary, summarise
from .thumbnails import thumbnail

SHOWN = 6
"""Assets of a category that are pictured at most."""
SECTIONS = (
    ("moves", "Opens, turns and slides"),
    ("holds", "Holds things inside"),
    ("carries", "Carries things on top"),
    ("rest", "Everything else"),
)
"""Where a category is shown: the first that fits."""


@dataclass(frozen=True)
class Tile:
    """One asset with its picture, a data URI."""

    record: AssetRecord
    picture: str

    @property
    def ends(self) -> tuple[str, str]:
        """The words for its joints at zero and at their limit."""
        switches = all(joint.controls == "switch" for joint in self.record.joints)
        return ("off", "on") if switches else ("closed", "open")

    @property
    def facts(self) -> dict[str, str]:
        """The facts about it on the page, by heading."""
        one = self.record
        named = {
            "Category": one.category,
            "Size": " × ".join(f"{100 * side:.3g}" for side in one.extents) + " cm",
            "Mass": _kilograms(one.mass),
            "Joints": "; ".join(
                f"{j.name} ({j.kind}, {_range(j.kind, j.limits)})" for j in one.joints
            ),
            "Can be": ", ".join(one.affordances),
            "Same shape as": one.duplicate_of or "",
            "Library": one.library,
            "Licence": one.licence,
            "Source": one.source,
            "Hash": one.hash,
        }
        return {heading: text for heading, text in named.items() if text}


@dataclass(frozen=True)
class CategoryCard:
    """One category of one library."""

    category: str
    library: str
    section: str
    count: int
    affordances: tuple[str, ...]
    licences: tuple[str, ...]
    joints: str
    length: str
    """Least and greatest longest side."""
    mass: str
    tiles: tuple[Tile, ...]

    @property
    def name(self) -> str:
        """The synset's word, as people write it."""
        return self.category.rsplit(".", 2)[0].replace("__", " ").replace("_", " ")

    @property
    def words(self) -> str:
        """The text that a search looks in."""
        return " ".join([self.name, self.category, self.library, self.joints, *self.licences])


@dataclass(frozen=True)
class Gallery:
    """The page's contents."""

    cards: tuple[CategoryCard, ...]
    libraries: tuple[LibrarySummary, ...]

    def section(self, key: str) -> list[CategoryCard]:
        """The cards of a section, by name."""
        return sorted((c for c in self.cards if c.section == key), key=lambda c: c.name)

    def every(self, field: str) -> list[str]:
        """All values of `affordances`, `licences` or `library` among the cards, sorted."""
        found: set[str] = set()
        for card in self.cards:
            value = getattr(card, field)
            found.update((value,) if isinstance(value, str) else value)
        return sorted(found)


def gather(
    indexed: Sequence[tuple[AssetLibrary, Index]], progress: Progress | None = None
) -> Gallery:
    """Choose what to show of some libraries, and picture it.

    Raises:
        RenderError: where pictures are missing and nothing can be drawn.
    """
    grouped: dict[tuple[int, str], list[AssetRecord]] = {}
    for place, (_, index) in enumerate(indexed):
        for record in index.records.values():
            grouped.setdefault((place, record.category), []).append(record)
    cards: list[CategoryCard] = []
    for (place, _), records in grouped.items():
        cards.append(_card(indexed[place][0], records))
        if progress is not None:
            progress(len(cards), len(grouped))
    return Gallery(tuple(cards), tuple(summarise(*pair) for pair in indexed))


def _card(library: AssetLibrary, records: list[AssetRecord]) -> CategoryCard:
    first = records[0]
    masses = [record.mass for record in records]
    sides = [max(record.extents) for record in records]
    return CategoryCard(
        category=first.category,
        library=library.name,
        section=_section(first),
        count=len(records),
        affordances=tuple(sorted({name for one in records for name in one.affordances})),
        licences=tuple(sorted({one.licence for one in records})),
        joints=_joints(records),
        length=_span(100 * min(sides), 100 * max(sides), "cm"),
        mass=_span(min(masses), max(masses), "kg"),
        tiles=tuple(_tile(library, one) for one in _chosen(records)),
    )


def _tile(library: AssetLibrary, record: AssetRecord) -> Tile:
    return Tile(record, thumbnail(record.hash, lambda: library.get(record.id)))


def _chosen(records: list[AssetRecord]) -> list[AssetRecord]:
    """A few, evenly spread over those of distinct shape that passed."""
    good = [one for one in records if not one.verdict and not one.duplicate_of] or records
    places = np.linspace(0, len(good) - 1, min(SHOWN, len(good))).round().astype(int)
    return [good[place] for place in places.tolist()]


def _section(record: AssetRecord) -> str:
    if record.joints:
        return "moves"
    if "container" in record.affordances:
        return "holds"
    return "carries" if "support" in record.affordances else "rest"


def _joints(records: list[AssetRecord]) -> str:
    """Such as `1 to 4 slides, 1 hinge`; empty without joints."""
    parts: list[str] = []
    for kind in ("hinge", "slide"):
        counts = [Counter(joint.kind for joint in one.joints)[kind] for one in records]
        low, high = min(counts), max(counts)
        if high:
            many = str(high) if low == high else f"{low} to {high}"
            parts.append(f"{many} {kind}{'s' if high > 1 else ''}")
    return ", ".join(parts)


def _range(kind: str, limits: tuple[float, float]) -> str:
    scale, unit = (180 / np.pi, "°") if kind == "hinge" else (100, " cm")
    return f"{scale * limits[0]:.3g} to {scale * limits[1]:.3g}{unit}"


def _span(low: float, high: float, unit: str) -> str:
    first, last = (f"{value:.2g}" if value < 10 else f"{value:.0f}" for value in (low, high))
    return f"{first} {unit}" if first == last else f"{first} to {last} {unit}"


def _kilograms(mass: float) -> str:
    return f"{1000 * mass:.3g} g" if mass < 1 else f"{mass:.3g} kg"


def totals(libraries: Iterable[LibrarySummary]) -> Mapping[str, str]:
    """The numbers at the top of the page, by heading."""
    every = tuple(libraries)
    checked = sum(one.checked for one in every)
    failing = sum(len(one.failing) for one in every)
    return {
        "Categories": f"{sum(one.categories for one in every):,}",
        "Assets": f"{sum(one.instances for one in every):,}",
        "Categories that move": f"{sum(one.articulated.categories for one in every):,}",
        "Pass their trial": f"{100 * (1 - failing / checked):.4g}%" if checked else "none",
    }
