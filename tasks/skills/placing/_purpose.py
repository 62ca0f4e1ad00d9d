"""The purpose of a placement in a plan."""

from __future__ import annotations

from ...bddl.formula import Literal
from ...symbolic.operators import Course, fact
from ...symbolic.sentences import spoken


def why_place(course: Course) -> str:
    """The purpose of the new place, as the end of a sentence."""
    thing = course.operator.arguments[0]
    (shown,) = course.operator.effects
    aim = fact(shown.predicate, *shown.arguments)
    for literal in course.goal:
        if fact(literal.predicate, *literal.arguments) == aim and not literal.negated:
            last = (x.arguments for x in course.later)
            more = next((names[0] for names in last if names[-1] == thing), None)
            return f", where it belongs, ready for {spoken(more)}" if more else ", where it belongs"
    later = {name for operator in course.later for name in operator.arguments}
    for relation, _, where in course.places[course.number].get(thing, ()):
        if where in later:
            free = "can be moved" if relation == "ontop" else "is empty"
            return f" so that {spoken(where)} {free}"
        if Literal(relation, (thing, where), negated=True) in course.goal:
            position = "on" if relation == "ontop" else "inside"
            return f" so that it is no longer {position} {spoken(where)}"
    return " to bring about what the task asks for"
