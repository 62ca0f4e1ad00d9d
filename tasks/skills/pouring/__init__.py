"""Pour grains from one vessel into another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from ....schemas import Asset, PlanningError, Refusal, RefusalKind
from ...bddl.formula import Literal
from ...motion.manipulator import Manipulator
from ...skill import About, Outlook, SkillPlugin, Survey
from ...symbolic.operators import Operator
from ...symbolic.sentences import spoken
from .motion import pour
from .tilting import choose, mouth

NARROWEST = 0.03
"""Half width of the least hollow that is poured into, metres."""
PACKED = 0.4
"""Share of a hollow that grains fill at most; between them is air."""


def holds(asset: Asset, grains: Sequence[Asset]) -> bool:
    """Whether a vessel has room for all of the grains, with a part of its height to spare."""
    hollow = mouth(asset)
    if hollow is None:
        return False
    x, y, z = (2 * half for half in hollow.half_size)
    room = x * y * z * (np.pi / 4 if hollow.round else 1.0)
    return sum(float(np.prod(grain.extents)) * np.pi / 6 for grain in grains) < PACKED * room


def pours(asset: Asset, grains: Sequence[Asset]) -> bool:
    """Whether grains can be poured from a vessel."""
    return asset.graspable and not asset.fixed and holds(asset, grains)


def receives(asset: Asset, grains: Sequence[Asset]) -> bool:
    """Whether grains can be poured into a vessel."""
    hollow = mouth(asset)
    return hollow is not None and min(hollow.half_size[:2]) >= NARROWEST and holds(asset, grains)


ABOUT = About(
    summary="pours grains from a vessel into another",
    prompt="pour(a, b): takes a, a graspable open vessel, and pours all grains of one kind "
    "that lie inside it (list each grain as an object) into the wider open vessel b; makes "
    "inside(grain, b) for every one of them",
    effects=("inside",),
    needs="grains of one kind (8 to 12 nuts, say), all in an open vessel that the gripper "
    "lifts; another open vessel, 6 cm wide or more, with room for them",
    brings_about="`inside(grain, target)` for every one",
    how="takes the vessel, carries it level, tilts it about its lip over the target, shakes "
    "out what stays, puts it back where it stood",
    suites=("pour",),
)


@dataclass(frozen=True)
class Pouring:
    """Take a vessel, tilt it over the other, shake, and put it back where it stood."""

    name: str = "pour"
    about: About = ABOUT

    def operators(self, assets: Mapping[str, Asset], support: str) -> Iterator[Operator]:
        """One for every kind of grain, a vessel to lift, and one to pour into."""
        kinds: dict[str, list[str]] = {}
        for name, asset in assets.items():
            if asset.grain:
                kinds.setdefault(asset.category, []).append(name)
        for grains in kinds.values():
            filling = [assets[name] for name in grains]
            sources = [x for x in assets if x != support and pours(assets[x], filling)]
            targets = [x for x in assets if x != support and receives(assets[x], filling)]
            for source, target in product(sources, targets):
                if source != target:
                    yield self._operator(source, target, grains, filling[0], len(kinds) > 1)

    def _operator(
        self, source: str, target: str, grains: list[str], kind: Asset, several: bool
    ) -> Operator:
        """Pour all grains of a kind; the third argument tells kinds apart where there are more."""
        called = kind.category.split(".")[0].replace("_", " ")
        return Operator(
            skill=self.name,
            arguments=(source, target, *(grains[:1] if several else ())),
            phrase=f"pour the {called}s from {spoken(source)} into {spoken(target)}",
            needs=tuple(Literal("inside", (grain, source)) for grain in grains),
            adds=frozenset(("inside", grain, target) for grain in grains),
            reaches=(source, target),
            moves=tuple(grains),
        )

    def perform(self, arm: Manipulator, operator: Operator, outlook: Outlook) -> None:
        """Pour it.

        Raises:
            PlanningError: no way to hold and tilt it was found.
            SkillFailedError: the vessel slipped or turned in the hand.
        """
        source, target = operator.arguments[:2]
        pour(arm, source, target, frozenset(operator.moves))

    def unreachable(self, arm: Manipulator, operator: Operator, survey: Survey) -> Refusal | None:
        """Whether the vessel cannot be held and tilted over the other."""
        source, target = operator.arguments[:2]
        arm.world.loose = frozenset(operator.moves)
        try:
            choose(arm, source, target)
        except PlanningError as error:
            words = ("poured into", str(error.cause))
            return Refusal(RefusalKind.UNREACHABLE, (source, target), words=words)
        finally:
            arm.world.loose = frozenset()
        return None


POUR = Pouring()
PLUGIN = SkillPlugin((POUR,))
