"""A proposer's view of an asset library: the categories it offers, and which go with which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from ...scenes.assets.library import AssetLibrary
from ...scenes.assets.tabletop import Tabletop
from ...scenes.cousins.catalogue import resolve
from ...schemas import Asset, RobotSpec
from ...tasks.skills import skill_named, sources
from ...tasks.symbolic.domain import Capabilities, Relation
from ...tasks.symbolic.fitting import fits
from .offered import OfferedCategory
from .sense import sensible_inside, sensible_on

INSTANCES = 3
"""Cousins of a category that are measured."""
RELATIONS: tuple[Relation, ...] = ("ontop", "inside")

SPARE = 0.005
"""By how much the fingers open wider than what they take from above, metres: less than for a
grasp that is planned, for a bounding box is wider than what it bounds."""


class Catalogue:
    """The kinds a library offers, built when they are first asked for.

    Args:
        library: where assets come from.
        robot: what lifts them.
    """

    def __init__(self, library: AssetLibrary, robot: RobotSpec) -> None:
        """Note what goes on a table, and tables; other assets are built later."""
        self._grip = robot.span(SPARE)
        self.library: AssetLibrary = Tabletop(library)
        self.ids = self.library.ids()
        self._kinds: dict[str, OfferedCategory] = {}
        self._shares: dict[tuple[str, str, Relation], float] = {}

    def kind(self, category: str) -> OfferedCategory:
        """The kind of that category; the nearest offered one stands in for it.

        Raises:
            SpecError: where nothing offered is near enough.
        """
        if category not in self._kinds:
            ids = self.ids[resolve(category, self.ids)]
            spread = sorted({round(i * (len(ids) - 1) / (INSTANCES - 1)) for i in range(INSTANCES)})
            assets = tuple(self.library.get(ids[i]) for i in spread)
            self._kinds[category] = self.kind_of(category, assets)
        return self._kinds[category]

    def kind_of(self, category: str, assets: tuple[Asset, ...]) -> OfferedCategory:
        """The kind of these assets, in the hands of the robot."""
        return OfferedCategory(category, assets, self._grip)

    @cached_property
    def kinds(self) -> tuple[OfferedCategory, ...]:
        """All kinds, by category."""
        return tuple(self.kind(category) for category in sorted(self.ids))

    def share(self, thing: OfferedCategory, target: OfferedCategory, relation: Relation) -> float:
        """Share of the measured pairs of cousins whose sizes allow the relation."""
        key = (thing.category, target.category, relation)
        if key not in self._shares:
            pairs = [(a, b) for a in thing.assets for b in target.assets]
            self._shares[key] = sum(fits(a, b, relation) for a, b in pairs) / len(pairs)
        return self._shares[key]

    def goes(self, thing: OfferedCategory, target: OfferedCategory, relation: Relation) -> bool:
        """Whether it fits and people would do it."""
        holder = "container" if relation == "inside" else "support"
        if not thing.easy or target.table or holder not in target.assets[0].affordances:
            return False
        sensible = sensible_inside if relation == "inside" else sensible_on
        return sensible(thing, target) and self.share(thing, target, relation) == 1

    def does(self, skill: str, thing: OfferedCategory, target: OfferedCategory) -> bool:
        """Whether a skill takes all of the measured cousins to all of the target's."""
        wanted, does = (skill, ("thing", "target")), skill_named(skill).operators
        return thing.category != target.category and all(
            any(x.key == wanted for x in does({"thing": a, "target": b}, ""))
            for a in thing.assets
            for b in target.assets
        )

    def capabilities(
        self, kinds: Mapping[str, OfferedCategory], support: str, certainty: float = 1.0
    ) -> Capabilities:
        """The capabilities of objects of these kinds, by name, on the support.

        `certainty` is the share of cousins that must fit a place for it to count.
        """
        names: Iterable[str] = kinds
        # A kind with fewer assets, or with one that is pinned, offers the same ones again.
        variants = [
            {name: kind.assets[number % len(kind.assets)] for name, kind in kinds.items()}
            for number in range(INSTANCES if kinds else 0)
        ]
        return Capabilities(
            objects=(support, *names),
            support=support,
            movable=frozenset(name for name, kind in kinds.items() if kind.movable),
            openable=frozenset(name for name, kind in kinds.items() if kind.openable),
            gated=frozenset(name for name, kind in kinds.items() if kind.gated),
            lidded=frozenset(name for name, kind in kinds.items() if kind.lidded),
            fits=frozenset(
                (a, b, relation)
                for a in kinds
                for b in kinds
                for relation in RELATIONS
                if a != b and self.share(kinds[a], kinds[b], relation) >= certainty
            ),
            sources=sources(variants, support),
        )
