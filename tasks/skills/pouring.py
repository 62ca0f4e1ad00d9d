"""Pour grains from one vessel into another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...schemas import Asset, PlanningError
from ..formula import Literal
from ..manipulation import Manipulator
from ..operators import Operator
from ..pouring import choose, mouth, pour
from ..sentences import spoken

NARROWEST = 0.03
"""Half width of the least hollow that is poured into, metres."""


@dataclass(frozen=True)
class Pouring:
    """Take a vessel, tilt it over the other, shake, and put it back where it stood."""

    name: str = "pour"

    def operators(self, assets: Mapping[str, Asset], support: str) -> Iterator[Operator]:
        """One for every kind of grain, a vessel to lift, and one to pour into."""
        kinds: dict[str, list[str]] = {}
        for name, asset in assets.items():
            if asset.grain:
                kinds.setdefault(asset.category, []).append(name)
        vessels = {
            name: hollow
            for name, asset in assets.items()
            if (hollow := mouth(asset)) is not None and name != support
        }
        for grains in kinds.values():
            for source in vessels:
                for target, hollow in vessels.items():
                    wide = min(hollow.half_size[:2]) >= NARROWEST
                    if source != target and wide and assets[source].graspable:
                        yield self._operator(source, target, grains, len(kinds) > 1)

    def _operator(self, source: str, target: str, grains: list[str], several: bool) -> Operator:
        """Pour all grains of a kind; the third argument tells kinds apart where there are more."""
        added = {("inside", grain, target) for grain in grains}
        return Operator(
            skill=self.name,
            arguments=(source, target, *(grains[:1] if several else ())),
            phrase=f"pour from {spoken(source)} into {spoken(target)}",
            needs=tuple(Literal("inside", (grain, source)) for grain in grains),
            adds=frozenset(added),
            reaches=(source, target),
            moves=tuple(grains),
        )

    def perform(self, arm: Manipulator, operator: Operator) -> None:
        """Pour it.

        Raises:
            PlanningError: no way to hold and tilt it was found.
            ExecutionError: the vessel slipped or turned in the hand.
        """
        source, target = operator.arguments[:2]
        pour(arm, source, target, frozenset(operator.moves))

    def unreachable(self, arm: Manipulator, operator: Operator) -> str | None:
        """Whether the vessel cannot be held and tilted over the other."""
        source, target = operator.arguments[:2]
        arm.world.loose = frozenset(operator.moves)
        try:
            choose(arm, source, target)
        except PlanningError as error:
            return f"{source} cannot be poured into {target} ({error.cause})"
        finally:
            arm.world.loose = frozenset()
        return None


POUR = Pouring()
