"""Opening and closing as operators, with the sentences that say what for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ...bddl.formula import Literal
from ...symbolic.domain import Candidates, Capabilities, Focus, Prospects
from ...symbolic.operators import Course, Operator
from ...symbolic.sentences import spoken
from ...symbolic.state import State

NAMES = ("open", "close")
MANY = 1024


@lru_cache(maxsize=MANY)
def toggled(thing: str, opening: bool) -> Operator:
    """Open the object, or close it. The handles of what is in something can be got at."""
    effect = frozenset({("open", thing)})
    return Operator(
        skill="open" if opening else "close",
        arguments=(thing,),
        phrase=f"{'open' if opening else 'close'} {spoken(thing)}",
        needs=(Literal("open", (thing,), negated=opening),),
        adds=effect if opening else frozenset(),
        removes=frozenset() if opening else effect,
        purpose=why_open if opening else why_close,
    )


@dataclass(frozen=True)
class Toggles:
    """Everything with a handle on a joint, opened or closed."""

    known: tuple[Operator, ...] = ()

    def candidates(self, able: Capabilities, focus: Focus) -> Candidates:
        """Opening what is closed and closing what is open, unless something stands on its lid."""
        worth = None if focus.things is None else focus.things | focus.containers
        things = [x for x in able.objects if x in able.openable and (worth is None or x in worth)]

        def made(state: State, within_reach: Sequence[str]) -> Iterator[Operator]:
            for thing in things:
                if not (thing in able.lidded and state.carries(thing)):
                    yield toggled(thing, ("open", thing) not in state.facts)

        return made

    def attainable(self, literal: Literal, prospects: Prospects) -> bool:
        """Whether it says of something with a handle that it is open, or not."""
        if literal.predicate != "open":
            return False
        (thing,) = literal.arguments
        key = toggled(thing, not literal.negated).key
        return thing in prospects.capabilities.openable and key not in prospects.forbidden


def why_open(course: Course) -> str:
    """The reason for opening it, as the end of a sentence."""
    (container,) = course.operator.arguments
    for number, operator in enumerate(course.later, course.number + 1):
        thing = operator.arguments[0]
        if operator.skill in NAMES:
            if thing == container:
                break
            continue
        if _inside(course, number, thing, container):
            return f" so that {spoken(thing)} can be taken out"
        if _inside(course, number + 1, thing, container):
            return f" so that {spoken(thing)} can go inside"
    if Literal("open", (container,)) in course.goal:
        return " because it has to stay open"
    return " so that its inside is within reach"


def why_close(course: Course) -> str:
    """The reason for closing it, as the end of a sentence."""
    (container,) = course.operator.arguments
    for operator in reversed(course.earlier):
        thing = operator.arguments[0]
        if operator.skill in NAMES:
            continue
        if _inside(course, course.number, thing, container):
            return f" now that {spoken(thing)} is inside"
        if any(_inside(course, x, thing, container) for x in range(len(course.places))):
            return f" now that {spoken(thing)} has been taken out"
    return " because it has to be closed in the end"


def _inside(course: Course, number: int, thing: str, container: str) -> bool:
    """Whether the object is in the container before the step of that number."""
    return ("inside", thing, container) in course.places[number].get(thing, ())


TOGGLES = Toggles()
