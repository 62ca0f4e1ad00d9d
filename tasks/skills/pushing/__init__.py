"""Push what cannot be lifted: onto a mat, or next to something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ....scenes.core.geometry import Array
from ....scenes.layout.clearance import fits_on
from ....schemas import Asset, Cause, PlanningError, Refusal, RefusalKind
from ...bddl.formula import Literal
from ...motion.manipulator import Manipulator
from ...physics.predicates import PhysicsFacts
from ...skill import About, Outlook, SkillPlugin, Survey
from ...symbolic.operators import Operator, fact
from ...symbolic.sentences import spoken
from .closed_loop import ClosedLoopPusher
from .learning import learn
from .motion import TOLERANCE, Aim, plan, push
from .planar import Footprint2D, beside, field, shadow

FLUSH = 0.003
"""Height of a surface onto which things can be pushed, metres."""
HIGH = 0.016
"""Least height of what fingers push from the side, metres."""
SMALL = 0.05
"""Least breadth of what is pushed and not swept, metres."""
FAR = 0.3
"""Cost of a metre that planned strokes still have to go, where turning is what matters."""
SLENDER = 1.2
"""Greatest height of what is pushed, as a multiple of its breadth: more would topple."""
STROKES = "strokes with the sides of two fingers, square to a flat side, pose measured after each"


def flush(asset: Asset) -> bool:
    """Whether things can be pushed onto it: a mat."""
    return asset.extents[2] <= FLUSH and bool(asset.open_surfaces)


def pushable(asset: Asset) -> bool:
    """Whether it must be pushed because it cannot be lifted, and does not topple."""
    loose = not asset.graspable and not asset.fixed and not asset.joints
    broad, tall = min(asset.extents[:2]), asset.extents[2]
    return loose and broad >= SMALL and HIGH <= tall <= SLENDER * broad


def onto_mats(
    skill: str, verb: str, things: Mapping[str, Asset], assets: Mapping[str, Asset], support: str
) -> Iterator[Operator]:
    """Operators that bring each of the things from the support onto each mat that has room."""
    for thing, asset in things.items():
        for mat, target in assets.items():
            if mat in (thing, support) or not flush(target):
                continue
            if not any(fits_on(asset, np.array(s.half_size), s.disc) for s in target.open_surfaces):
                continue
            yield Operator(
                skill=skill,
                arguments=(thing, mat),
                phrase=f"{verb} {spoken(thing)} onto {spoken(mat)}",
                needs=(
                    Literal("ontop", (thing, support)),
                    Literal("ontop", (thing, mat), negated=True),
                    Literal("ontop", (mat, support)),
                ),
                adds=frozenset({fact("ontop", thing, mat), fact("touching", thing, mat)}),
                reaches=(thing, mat),
                moves=(thing,),
            )


ABOUT_PUSH = About(
    summary="pushes a thing too wide to lift onto a mat",
    prompt="push(a, b): pushes a, which is too wide to be graspable and does not topple, along "
    "the table onto the mat b; makes ontop(a, b)",
    effects=("ontop", "touching"),
    needs="a thing too wide to lift, 16 mm or more high, that does not topple; it and a mat "
    "with room for it on the support",
    brings_about="`ontop(thing, mat)`",
    how=STROKES,
    solvers=("planning", "optimisation", "learning"),
    suites=("push",),
)


@dataclass(frozen=True)
class Onto:
    """Push things onto mats."""

    name: str = "push"
    about: About = ABOUT_PUSH

    def operators(self, assets: Mapping[str, Asset], support: str) -> Iterator[Operator]:
        """One for every thing and every mat on which it finds room."""
        things = {name: x for name, x in assets.items() if name != support and pushable(x)}
        yield from onto_mats(self.name, "push", things, assets, support)

    def perform(self, arm: Manipulator, operator: Operator, outlook: Outlook) -> None:
        """Push until all of the thing lies on the mat.

        Raises:
            PlanningError: no stroke is possible.
            SkillFailedError: it did not get there.
        """
        thing, mat = operator.arguments
        push_to(arm, thing, onto_mat(arm, thing, mat))

    def unreachable(self, arm: Manipulator, operator: Operator, survey: Survey) -> Refusal | None:
        """Whether nothing leads there from where the thing lies at the start."""
        thing, mat = operator.arguments
        failed = _failure(arm, thing, onto_mat(arm, thing, mat))
        if failed is None:
            return None
        words = ("pushed onto", str(failed.cause))
        return Refusal(RefusalKind.UNREACHABLE, (thing, mat), words=words)


def push_to(arm: Manipulator, thing: str, aim: Aim) -> None:
    """Push by strokes; where they do not get it there, by a learned policy if the spec allows.

    Raises:
        PlanningError: nothing could be tried.
        SkillFailedError: it was tried and did not get there.
    """
    reason = "the spec leaves out all other solvers"
    if set(arm.solvers) != {"learning"}:
        try:
            push(arm, thing, aim)
        except PlanningError as error:
            if "learning" not in arm.solvers or error.kind is Cause.TIME_LIMIT:
                raise
            reason = str(error)
        else:
            return
    learn(arm, thing, aim, reason)


def _failure(arm: Manipulator, thing: str, aim: Aim) -> PlanningError | None:
    """Why no strokes lead there; None where they do, or where learning has a place to begin."""
    try:
        plan(arm, thing, aim)
    except PlanningError as error:
        if "learning" not in arm.solvers:
            return error
        try:
            ClosedLoopPusher(arm, thing, aim).starts()
        except PlanningError as failed:
            return failed
    return None


def lies_on(arm: Manipulator, thing: str, mat: str) -> bool:
    """Whether a thing lies on a mat now, with its middle over it."""
    arm.executor.refresh()
    data = arm.executor.data
    place = field(arm.compiled, data, mat, arm.compiled.asset_of(mat).open_surfaces[0])
    over = place.holds(shadow(arm.compiled, data, thing).centre)
    return over and PhysicsFacts(arm.compiled, data).holds("ontop", (thing, mat))


def onto_mat(arm: Manipulator, thing: str, mat: str) -> Aim:
    """Where a thing should go so that all of it lies on a mat."""
    surface = arm.compiled.asset_of(mat).open_surfaces[0]

    def ways(seen: Footprint2D, data: Any) -> list[Array]:
        place = field(arm.compiled, data, mat, surface)
        return [] if place.misses(seen) < TOLERANCE else [place.way(seen)]

    def cost(seen: Footprint2D, data: Any) -> float:
        place = field(arm.compiled, data, mat, surface)
        way = place.way(seen)
        return FAR * float(np.linalg.norm(way)) + place.sticks_out(seen.moved(way))

    return Aim(ways, cost, partial(lies_on, arm, thing, mat), frozenset({mat}))


ABOUT_PUSH_NEXT_TO = About(
    summary="pushes a thing too wide to lift next to another",
    prompt="push_next_to(a, b): pushes a likewise until it lies next to b; makes nextto(a, b)",
    effects=("nextto", "ontop", "touching"),
    needs="a thing too wide to lift, likewise, and another thing on the support",
    brings_about="`nextto(thing, other)`",
    how=STROKES,
    solvers=("planning", "optimisation", "learning"),
    suites=("push_next_to",),
)


@dataclass(frozen=True)
class Beside:
    """Push things next to others."""

    name: str = "push_next_to"
    about: About = ABOUT_PUSH_NEXT_TO

    def operators(self, assets: Mapping[str, Asset], support: str) -> Iterator[Operator]:
        """One for every thing and everything else on the support but mats."""
        for thing, asset in assets.items():
            if thing == support or not pushable(asset):
                continue
            for other, target in assets.items():
                if other in (thing, support) or flush(target):
                    continue
                yield Operator(
                    skill=self.name,
                    arguments=(thing, other),
                    phrase=f"push {spoken(thing)} next to {spoken(other)}",
                    needs=(
                        Literal("ontop", (thing, support)),
                        Literal("ontop", (other, support)),
                    ),
                    adds=frozenset(
                        {
                            fact("nextto", thing, other),
                            fact("ontop", thing, support),
                            fact("touching", thing, support),
                        }
                    ),
                    reaches=(thing, other),
                    moves=(thing,),
                )

    def perform(self, arm: Manipulator, operator: Operator, outlook: Outlook) -> None:
        """Push until the thing lies next to the other one.

        Raises:
            PlanningError: no stroke is possible.
            SkillFailedError: it did not get there.
        """
        thing, other = operator.arguments
        push_to(arm, thing, _beside(arm, thing, other))

    def unreachable(self, arm: Manipulator, operator: Operator, survey: Survey) -> Refusal | None:
        """Whether nothing leads there from where the thing lies at the start."""
        thing, other = operator.arguments
        failed = _failure(arm, thing, _beside(arm, thing, other))
        if failed is None:
            return None
        words = ("pushed next to", str(failed.cause))
        return Refusal(RefusalKind.UNREACHABLE, (thing, other), words=words)


def _beside(arm: Manipulator, thing: str, other: str) -> Aim:
    """Where a thing should go so that it lies next to another one."""

    def ways(seen: Footprint2D, data: Any) -> list[Array]:
        if PhysicsFacts(arm.compiled, data).holds("nextto", (thing, other)):
            return []
        return beside(seen, shadow(arm.compiled, data, other))

    def cost(seen: Footprint2D, data: Any) -> float:
        left = ways(seen, data)
        return min((float(np.linalg.norm(way)) for way in left), default=0.0)

    return Aim(ways, cost)


PUSH = Onto()
PUSH_NEXT_TO = Beside()
PLUGIN = SkillPlugin((PUSH, PUSH_NEXT_TO))
