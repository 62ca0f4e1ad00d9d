"""Plans in words: each skill with its purpose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .formula import Literal
from .operators import Fact, Operator, StepKey, fact

Places = Mapping[str, tuple[Fact, ...]]
"""Where each object is: its `ontop` and `inside` facts."""


def spoken(name: str) -> str:
    """An object's name in a sentence."""
    return f"the {name.replace('_', ' ')}"


def sentence(
    number: int,
    keys: Sequence[StepKey],
    places: Sequence[Places],
    goal: Sequence[Literal],
    operators: Mapping[StepKey, Operator],
) -> str:
    """What a step of a plan does, and what for.

    Args:
        number: of the step.
        keys: the whole plan.
        places: where the objects are before each step, and at the end.
        goal: the ground literals of the goal.
        operators: those of the plan that are neither placing, nor opening, nor closing.
    """
    skill, arguments = keys[number]
    if keys[number] in operators:
        operator = operators[keys[number]]
        return f"{operator.phrase}{_why_done(operator, keys[number + 1 :], goal, operators)}"
    if skill == "open":
        return f"open {spoken(arguments[0])} {_why_open(number, keys, places, goal)}"
    if skill == "close":
        return f"close {spoken(arguments[0])} {_why_close(number, keys, places)}"
    thing, target = map(spoken, arguments)
    did = {
        "place_on": f"put {thing} on {target}",
        "place_inside": f"put {thing} inside {target}",
        "place_under": f"put {thing} under {target}",
        "place_next_to": f"put {thing} next to {target}",
    }[skill]
    why = _why_place(number, keys, places, goal)
    return f"{did}, {why}" if why.startswith("where") else f"{did} {why}"


def _why_open(
    number: int, keys: Sequence[StepKey], places: Sequence[Places], goal: Sequence[Literal]
) -> str:
    """What becomes possible once it is open."""
    (container,) = keys[number][1]
    for later in range(number + 1, len(keys)):
        skill, arguments = keys[later]
        if skill in ("open", "close"):
            if arguments[0] == container:
                break
            continue
        if ("inside", arguments[0], container) in places[later].get(arguments[0], ()):
            return f"so that {spoken(arguments[0])} can be taken out"
        if ("inside", arguments[0], container) in places[later + 1].get(arguments[0], ()):
            return f"so that {spoken(arguments[0])} can go inside"
    wanted = Literal("open", (container,)) in goal
    return "because it has to stay open" if wanted else "so that its inside is within reach"


def _why_close(number: int, keys: Sequence[StepKey], places: Sequence[Places]) -> str:
    """What is done with it."""
    (container,) = keys[number][1]
    for skill, arguments in reversed(keys[:number]):
        if skill in ("open", "close"):
            continue
        if ("inside", arguments[0], container) in places[number].get(arguments[0], ()):
            return f"now that {spoken(arguments[0])} is inside"
        if any(("inside", arguments[0], container) in x.get(arguments[0], ()) for x in places):
            return f"now that {spoken(arguments[0])} has been taken out"
    return "because it has to be closed in the end"


def _why_done(
    operator: Operator,
    later: Sequence[StepKey],
    goal: Sequence[Literal],
    operators: Mapping[StepKey, Operator],
) -> str:
    """The next step that it makes possible, where the goal itself does not ask for it."""
    following = (operators[key] for key in later if key in operators)
    served = next((x.phrase for x in following if operator.helps(x.needs)), None)
    if served is None or operator.helps(goal):
        return ", as the task asks"
    return f" so as to {served} next"


def _why_place(
    number: int, keys: Sequence[StepKey], places: Sequence[Places], goal: Sequence[Literal]
) -> str:
    """What the new place is good for."""
    skill, (thing, target) = keys[number]
    later = {x for key in keys[number + 1 :] for x in key[1]}
    relation = {
        "place_on": "ontop",
        "place_inside": "inside",
        "place_under": "under",
        "place_next_to": "nextto",
    }[skill]
    for literal in goal:
        put = fact(literal.predicate, *literal.arguments) == fact(relation, thing, target)
        if put and not literal.negated:
            more = next((k[1][0] for k in keys[number + 1 :] if k[1][-1] == thing), None)
            return f"where it belongs, ready for {spoken(more)}" if more else "where it belongs"
    for where in places[number].get(thing, ()):
        if where[2] in later:
            free = "can be moved" if where[0] == "ontop" else "is empty"
            return f"so that {spoken(where[2])} {free}"
        left = Literal(where[0], (thing, where[2]), negated=True)
        if left in goal:
            return f"so that it is no longer {'on' if where[0] == 'ontop' else 'inside'} " + spoken(
                where[2]
            )
    return "to bring about what the task asks for"
