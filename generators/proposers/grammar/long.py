"""Templates of three and more skills."""

from __future__ import annotations

from ....tasks.bddl.formula import Forall, Formula, Not
from ...proposing.cast import ObjectBinding
from ...proposing.draft import TaskProposal
from .templates import (
    agrees,
    back,
    beside,
    draft,
    every,
    held,
    inside,
    on,
    opened,
    plural,
    running,
    shut,
    some,
    template,
    the,
    within,
)


@template(3, "Open, put in, close")
def store_away(cast: ObjectBinding) -> TaskProposal:
    """Open, put in, close."""
    target = cast.pick(cast.cabinet)
    thing = cast.pick(cast.into(target))
    a, b = the(thing), the(target)
    belongs = agrees(thing, "belongs", "belong")
    text = cast.phrase(
        f"put {a} away in {b} and close it again", f"{a} {belongs} in {b}; leave {b} closed"
    )
    goals: list[Formula] = [inside(thing, target), shut(target)]
    return draft(cast, f"put {a} away in {b}", text, goals, held(shut(target)))


@template(3, "Put food in, close, turn on")
def cook(cast: ObjectBinding) -> TaskProposal:
    """Put food in, close, turn on."""
    target = cast.pick(lambda kind: cast.cabinet(kind) and kind.toggleable)
    fits = cast.into(target)
    thing = cast.pick(lambda kind: kind.is_food and fits(kind))
    a, b = the(thing), the(target)
    text = cast.phrase(
        f"put {a} in {b}, close it and turn it on", f"cook {a}: into {b}, shut it, switch it on"
    )
    goals: list[Formula] = [inside(thing, target), shut(target), running(target)]
    init = held(opened(target), Not(running(target)))
    return draft(cast, f"cook {a} in {b}", text, goals, init)


@template(3, "Open, put two in")
def store_both(cast: ObjectBinding) -> TaskProposal:
    """Open, put two in."""
    target = cast.pick(cast.cabinet)
    first, second = cast.pick(cast.into(target)), cast.pick(cast.into(target))
    a, b, c = the(first), the(second), the(target)
    text = cast.phrase(f"store {a} and {b} in {c}", f"open {c} and put {a} and {b} inside")
    goals: list[Formula] = [inside(first, target), inside(second, target)]
    return draft(cast, f"store {a} and {b} in {c}", text, goals, held(shut(target)))


@template(3, "Open, take out onto something, close")
def fetch_onto(cast: ObjectBinding) -> TaskProposal:
    """Open, take out onto something, close."""
    source = cast.pick(cast.cabinet)
    target = cast.pick(lambda kind: cast.carrier(kind) and not kind.furniture)
    fits, stands = cast.into(source), cast.onto(target)
    thing = cast.pick(lambda kind: fits(kind) and stands(kind))
    a, b, c = the(thing), the(source), the(target)
    it = agrees(thing, "it", "them")
    text = cast.phrase(
        f"bring {a} from {b} to {c} and close {b}",
        f"take {a} out of {b}, put {it} on {c}, close {b}",
    )
    init = held(inside(thing, source), shut(source))
    return draft(cast, f"bring {a} to {c}", text, [on(thing, target), shut(source)], init)


@template(3, "Three things into one")
def three_in(cast: ObjectBinding) -> TaskProposal:
    """Three things into one."""
    target = cast.pick(cast.holder)
    things = [cast.pick(cast.into(target)) for _ in range(3)]
    a, b, c, d = (the(thing) for thing in (*things, target))
    into = within(target)
    text = cast.phrase(f"put {a}, {b} and {c} {into}", f"gather {a}, {b} and {c} {into}")
    goals: list[Formula] = [inside(thing, target) for thing in things]
    return draft(cast, f"put three things in {d}", text, goals)


@template(3, "One thing on, two next to")
def set_table(cast: ObjectBinding) -> TaskProposal:
    """One thing on, two next to."""
    target = cast.pick(cast.laid)
    first = cast.pick(cast.onto(target))
    second, third = cast.pick(cast.movable), cast.pick(cast.movable)
    a, b, c, d = the(first), the(second), the(third), the(target)
    text = cast.phrase(
        f"put {a} on {d}, with {b} and {c} next to {d}",
        f"set {a} down on {d}; {b} and {c} go beside {d}",
    )
    goals: list[Formula] = [on(first, target), beside(second, target), beside(third, target)]
    return draft(cast, f"put {a} on {d}, two beside", text, goals)


@template(3, "A stack of four, the lowest of which stays")
def stack_three(cast: ObjectBinding) -> TaskProposal:
    """A stack of four, the lowest of which stays."""
    low = cast.pick(cast.carrier)
    second = cast.pick(lambda kind: cast.onto(low)(kind) and cast.carrier(kind))
    third = cast.pick(lambda kind: cast.onto(second)(kind) and cast.carrier(kind))
    top = cast.pick(cast.onto(third))
    a, b, c, d = (the(thing) for thing in (low, second, third, top))
    text = cast.phrase(f"stack, from below: {a}, {b}, {c}, {d}", f"pile {b}, {c} and {d} on {a}")
    goals: list[Formula] = [on(second, low), on(third, second), on(top, third)]
    return draft(cast, f"stack four things on {a}", text, goals)


@template(3, "Two things off, one thing on")
def clear_and_use(cast: ObjectBinding) -> TaskProposal:
    """Two things off, one thing on."""
    target = cast.pick(cast.wide)
    first, second, third = (cast.pick(cast.onto(target)) for _ in range(3))
    a, b, c, d = the(first), the(second), the(third), the(target)
    belongs = agrees(third, "belongs", "belong")
    text = cast.phrase(
        f"clear {d} of {a} and {b}, then put {c} on it", f"only {c} {belongs} on {d}"
    )
    goals: list[Formula] = [Not(on(first, target)), Not(on(second, target)), on(third, target)]
    init = held(on(first, target), on(second, target))
    return draft(cast, f"clear {d} for {c}", text, goals, init)


@template(3, "Two into one thing, one onto another")
def tidy(cast: ObjectBinding) -> TaskProposal:
    """Two into one thing, one onto another."""
    box, stand = cast.pick(cast.holder), cast.pick(cast.carrier, beside=())
    first = cast.pick(cast.into(box), beside=(box,))
    second = cast.pick(cast.into(box), beside=(box, first))
    third = cast.pick(cast.onto(stand), beside=(stand,))
    a, b, c = the(first), the(second), the(third)
    text = cast.phrase(
        f"tidy up: {a} and {b} {within(box)}, {c} on {the(stand)}",
        f"put {c} on {the(stand)}, and {a} and {b} {within(box)}",
    )
    goals: list[Formula] = [inside(first, box), inside(second, box), on(third, stand)]
    return draft(cast, f"tidy up {a}, {b} and {c}", text, goals)


@template(4, "Open, put two in, close")
def store_both_away(cast: ObjectBinding) -> TaskProposal:
    """Open, put two in, close."""
    target = cast.pick(cast.cabinet)
    first, second = cast.pick(cast.into(target)), cast.pick(cast.into(target))
    a, b, c = the(first), the(second), the(target)
    text = cast.phrase(
        f"put {a} and {b} away in {c} and close it", f"clear {a} and {b} away into {c}"
    )
    goals: list[Formula] = [inside(first, target), inside(second, target), shut(target)]
    return draft(cast, f"put {a} and {b} away", text, goals, held(shut(target)))


@template(4, "Open, put two of a kind in, close")
def store_pair_away(cast: ObjectBinding) -> TaskProposal:
    """Open, put two of a kind in, close."""
    target = cast.pick(cast.cabinet)
    first = cast.pick(cast.into(target))
    both = [first, cast.another(first.kind)]
    a, b = plural(first), the(target)
    text = cast.phrase(f"put both {a} away in {b} and close it", f"store all {a} in {b}; close {b}")
    goals: list[Formula] = [Forall(every(both), inside(some(first), target)), shut(target)]
    return draft(cast, f"put both {a} away in {b}", text, goals, held(shut(target)))


@template(4, "Open, take one out, put another in, close")
def swap_inside(cast: ObjectBinding) -> TaskProposal:
    """Open, take one out, put another in, close."""
    target = cast.pick(cast.cabinet)
    first, second = cast.pick(cast.into(target)), cast.pick(cast.into(target))
    a, b, c = the(first), the(second), the(target)
    text = cast.phrase(
        f"exchange {a} in {c} for {b} and close {c}", f"take {a} out of {c}, store {b}, close {c}"
    )
    goals: list[Formula] = [back(cast, first), inside(second, target), shut(target)]
    init = held(inside(first, target), shut(target))
    return draft(cast, f"exchange {a} for {b} in {c}", text, goals, init)


@template(4, "Open, put in, close, and put something on top or elsewhere")
def store_and_set(cast: ObjectBinding) -> TaskProposal:
    """Open, put in, close, and put something on top or elsewhere."""
    target = cast.pick(cast.cabinet)
    other = cast.pick(lambda kind: cast.carrier(kind) and not kind.gated)
    first, second = cast.pick(cast.into(target)), cast.pick(cast.onto(other))
    a, b, c, d = the(first), the(second), the(target), the(other)
    text = cast.phrase(
        f"put {a} away in {c}, close it, and put {b} on {d}",
        f"{a} {agrees(first, 'goes', 'go')} in {c} (closed), {b} on {d}",
    )
    goals: list[Formula] = [inside(first, target), shut(target), on(second, other)]
    return draft(cast, f"put away {a}, set out {b}", text, goals, held(shut(target)))


@template(4, "From one closed thing into another one that is left open, the first closed again")
def move_between(cast: ObjectBinding) -> TaskProposal:
    """From one closed thing into another one that is left open, the first closed again."""
    source, target = cast.pick(cast.cabinet), cast.pick(cast.cabinet)
    fits, goes = cast.into(source), cast.into(target)
    thing = cast.pick(lambda kind: fits(kind) and goes(kind))
    a, b, c = the(thing), the(source), the(target)
    text = cast.phrase(
        f"move {a} from {b} to {c}; close {b}",
        f"{a} in {b} {agrees(thing, 'belongs', 'belong')} in {c}; close {b}",
    )
    goals: list[Formula] = [inside(thing, target), shut(source)]
    init = held(inside(thing, source), shut(source), shut(target))
    return draft(cast, f"move {a} from {b} to {c}", text, goals, init)


@template(5, "Open, put three in, close")
def store_three_away(cast: ObjectBinding) -> TaskProposal:
    """Open, put three in, close."""
    target = cast.pick(cast.cabinet)
    things = [cast.pick(cast.into(target)) for _ in range(3)]
    a, b, c, d = (the(thing) for thing in (*things, target))
    text = cast.phrase(
        f"put {a}, {b} and {c} away in {d} and close it", f"store {a}, {b} and {c} in {d}; close it"
    )
    goals: list[Formula] = [*(inside(thing, target) for thing in things), shut(target)]
    return draft(cast, f"put three things away in {d}", text, goals, held(shut(target)))


@template(6, "Two things into two closed ones; all closed again")
def store_apart(cast: ObjectBinding) -> TaskProposal:
    """Two things into two closed ones; all closed again."""
    left, right = cast.pick(cast.cabinet), cast.pick(cast.cabinet, beside=())
    first = cast.pick(cast.into(left), beside=(left,))
    second = cast.pick(cast.into(right), beside=(right,))
    a, b, c, d = the(first), the(second), the(left), the(right)
    text = cast.phrase(f"put {a} away in {c} and {b} in {d}", f"store {a} in {c}, {b} in {d}")
    goals: list[Formula] = [inside(first, left), inside(second, right), shut(left), shut(right)]
    init = held(shut(left), shut(right))
    return draft(cast, f"store {a} and {b} apart", f"{text}, and leave both closed", goals, init)


@template(2, "One thing is opened, the other one is closed")
def open_and_close(cast: ObjectBinding) -> TaskProposal:
    """One thing is opened, the other one is closed."""
    left, right = (cast.pick(lambda kind: kind.openable) for _ in range(2))
    a, b = the(left), the(right)
    text = cast.phrase(f"open {a} and close {b}", f"{a} should be open and {b} closed")
    goals: list[Formula] = [opened(left), shut(right)]
    init = held(shut(left), opened(right))
    return draft(cast, f"open {a}, close {b}", text, goals, init)
