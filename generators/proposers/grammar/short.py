"""Templates of one and two skills."""

from __future__ import annotations

from ....tasks.bddl.formula import Exists, Forall, Formula, ForPairs, Not
from ...proposing.cast import ObjectBinding
from ...proposing.draft import BoundObject, TaskProposal
from .templates import (
    agrees,
    back,
    beside,
    draft,
    every,
    held,
    hung,
    inside,
    on,
    opened,
    out_of,
    plural,
    running,
    shut,
    some,
    template,
    the,
    within,
)


def _it(thing: BoundObject) -> str:
    return agrees(thing, "it", "them")


@template(1, "Something onto something")
def put_on(cast: ObjectBinding) -> TaskProposal:
    """Something onto something."""
    target = cast.pick(cast.carrier)
    thing = cast.pick(cast.onto(target))
    a, b = the(thing), the(target)
    text = cast.phrase(f"put {a} on {b}", f"place {a} on top of {b}", f"set {a} down on {b}")
    return draft(cast, f"put {a} on {b}", text, [on(thing, target)])


@template(1, "Something into what is open")
def put_in(cast: ObjectBinding) -> TaskProposal:
    """Something into what is open."""
    target = cast.pick(cast.holder)
    thing = cast.pick(cast.into(target))
    a, b = the(thing), the(target)
    into, belongs, it = within(target), agrees(thing, "belongs", "belong"), _it(thing)
    text = cast.phrase(
        f"put {a} {into}", f"place {a} {into}", f"{a} {belongs} {into}; put {it} there"
    )
    return draft(cast, f"put {a} in {b}", text, [inside(thing, target)])


@template(1, "Something next to something")
def put_beside(cast: ObjectBinding) -> TaskProposal:
    """Something next to something."""
    thing = cast.pick(cast.movable)
    other = cast.pick(lambda kind: kind.movable or not kind.openable)
    a, b = the(thing), the(other)
    text = cast.phrase(f"put {a} next to {b}", f"move {a} beside {b}", f"bring {a} close to {b}")
    return draft(cast, f"put {a} next to {b}", text, [beside(thing, other)])


@template(1, "Open something; something else stands about")
def open_one(cast: ObjectBinding) -> TaskProposal:
    """Open something; something else stands about."""
    thing = cast.pick(lambda kind: kind.openable)
    cast.pick(cast.movable)
    a = the(thing)
    text = cast.phrase(f"open {a}", f"pull {a} open", f"{a} is closed; open it")
    return draft(cast, f"open {a}", text, [opened(thing)], held(shut(thing)))


@template(1, "Close something; something else stands about")
def close_one(cast: ObjectBinding) -> TaskProposal:
    """Close something; something else stands about."""
    thing = cast.pick(lambda kind: kind.openable)
    cast.pick(cast.movable)
    a = the(thing)
    text = cast.phrase(f"close {a}", f"shut {a}", f"somebody left {a} open; close it")
    return draft(cast, f"close {a}", text, [shut(thing)], held(opened(thing)))


@template(1, "Turn something on; something else stands about")
def turn_on(cast: ObjectBinding) -> TaskProposal:
    """Turn something on; something else stands about."""
    thing = cast.pick(lambda kind: kind.toggleable)
    cast.pick(cast.movable)
    a = the(thing)
    text = cast.phrase(f"turn on {a}", f"switch {a} on", f"{a} is off; turn it on")
    return draft(cast, f"turn on {a}", text, [running(thing)], held(Not(running(thing))))


@template(1, "Turn something off; something else stands about")
def turn_off(cast: ObjectBinding) -> TaskProposal:
    """Turn something off; something else stands about."""
    thing = cast.pick(lambda kind: kind.toggleable)
    cast.pick(cast.movable)
    a = the(thing)
    text = cast.phrase(f"turn off {a}", f"switch {a} off", f"somebody left {a} on; turn it off")
    return draft(cast, f"turn off {a}", text, [Not(running(thing))], held(running(thing)))


@template(1, "Something into a hole that is barely wider")
def insert(cast: ObjectBinding) -> TaskProposal:
    """Something into a hole that is barely wider."""
    target = cast.pick(lambda kind: kind.socket)
    thing = cast.pick(cast.pegs(target))
    a, b = the(thing), the(target)
    text = cast.phrase(f"insert {a} into {b}", f"fit {a} into {b}", f"put {a} in {b}")
    return draft(cast, f"insert {a} into {b}", text, [inside(thing, target)])


@template(1, "Something on a hook")
def hang_up(cast: ObjectBinding) -> TaskProposal:
    """Something on a hook."""
    rack = cast.pick(lambda kind: kind.hooked)
    thing = cast.pick(cast.hanging(rack))
    a, b = the(thing), the(rack)
    text = cast.phrase(f"hang {a} on {b}", f"hang up {a} on {b}", f"{a} belongs on {b}; hang it up")
    return draft(cast, f"hang {a} on {b}", text, [hung(thing, rack)])


@template(1, "Something off something")
def take_off(cast: ObjectBinding) -> TaskProposal:
    """Something off something."""
    target = cast.pick(cast.laden)
    thing = cast.pick(cast.onto(target))
    a, b = the(thing), the(target)
    text = cast.phrase(
        f"take {a} off {b}", f"clear {a} off {b}", f"move {a} from {b} to the {cast.support}"
    )
    goals: list[Formula] = [back(cast, thing), Not(on(thing, target))]
    return draft(cast, f"take {a} off {b}", text, goals, held(on(thing, target)))


@template(1, "Something out of what is open")
def take_out(cast: ObjectBinding) -> TaskProposal:
    """Something out of what is open."""
    target = cast.pick(cast.deep_enough)
    thing = cast.pick(cast.into(target))
    a, b = the(thing), the(target)
    text = cast.phrase(
        f"take {a} {out_of(target)}", f"move {a} {out_of(target)} and onto the {cast.support}"
    )
    return draft(
        cast, f"take {a} out of {b}", text, [back(cast, thing)], held(inside(thing, target))
    )


@template(1, "Something from one place to another")
def move_over(cast: ObjectBinding) -> TaskProposal:
    """Something from one place to another."""
    source = cast.pick(cast.laden)
    target = cast.pick(lambda kind: cast.holder(kind) and not kind.furniture)
    fits, stands = cast.into(target), cast.onto(source)
    thing = cast.pick(lambda kind: fits(kind) and stands(kind))
    a, b, c = the(thing), the(source), the(target)
    into, it = within(target), _it(thing)
    text = cast.phrase(
        f"move {a} from {b} and put {it} {into}", f"take {a} off {b}; put {it} {into}"
    )
    goals: list[Formula] = [inside(thing, target)]
    return draft(cast, f"move {a} from {b} into {c}", text, goals, held(on(thing, source)))


@template(1, "Any one of two of a kind")
def one_of(cast: ObjectBinding) -> TaskProposal:
    """Any one of two of a kind."""
    target = cast.pick(cast.holder)
    first = cast.pick(cast.into(target))
    both = [first, cast.another(first.kind)]
    a, b = plural(first), the(target)
    into = within(target)
    text = cast.phrase(f"put one of the {a} {into}", f"choose one of the {a} and put it {into}")
    goal = Exists(every(both), inside(some(first), target))
    return draft(cast, f"put one of the {a} in {b}", text, [goal])


@template(2, "Both of a kind into something")
def all_in(cast: ObjectBinding) -> TaskProposal:
    """Both of a kind into something."""
    target = cast.pick(cast.holder)
    first = cast.pick(cast.into(target))
    both = [first, cast.another(first.kind)]
    a, b = plural(first), the(target)
    into = within(target)
    text = cast.phrase(f"put both {a} {into}", f"collect the {a} {into}")
    goal = Forall(every(both), inside(some(first), target))
    return draft(cast, f"put both {a} in {b}", text, [goal])


@template(2, "Two of a kind onto two of another")
def one_each(cast: ObjectBinding) -> TaskProposal:
    """Two of a kind onto two of another."""
    target = cast.pick(lambda kind: cast.carrier(kind) and not kind.furniture)
    thing = cast.pick(cast.onto(target))
    things, targets = [thing, cast.another(thing.kind)], [target, cast.another(target.kind)]
    a, b = plural(thing), plural(target)
    text = cast.phrase(f"put one of the {a} on each of the {b}", f"share the {a} out on the {b}")
    goal = ForPairs(every(things), every(targets), on(some(thing), some(target)))
    return draft(cast, f"{a} on {b}", text, [goal])


@template(2, "Two things into one")
def two_in(cast: ObjectBinding) -> TaskProposal:
    """Two things into one."""
    target = cast.pick(cast.holder)
    first, second = cast.pick(cast.into(target)), cast.pick(cast.into(target))
    a, b, c = the(first), the(second), the(target)
    into = within(target)
    text = cast.phrase(f"put {a} and {b} {into}", f"gather {a} and {b} {into}")
    goals: list[Formula] = [inside(first, target), inside(second, target)]
    return draft(cast, f"put {a} and {b} in {c}", text, goals)


@template(2, "Two of a kind on hooks")
def hang_both(cast: ObjectBinding) -> TaskProposal:
    """Two of a kind on hooks."""
    rack = cast.pick(lambda kind: kind.hooked)
    first = cast.pick(cast.hanging(rack))
    both = [first, cast.another(first.kind)]
    a, b = plural(first), the(rack)
    text = cast.phrase(f"hang both {a} on {b}", f"hang the {a} up on {b}")
    goal = Forall(every(both), hung(some(first), rack))
    return draft(cast, f"hang both {a} on {b}", text, [goal])


@template(2, "Two things into two")
def sort_two(cast: ObjectBinding) -> TaskProposal:
    """Two things into two."""
    left, right = cast.pick(cast.holder), cast.pick(cast.holder, beside=())
    first = cast.pick(cast.into(left), beside=(left,))
    second = cast.pick(cast.into(right), beside=(right,))
    a, b, c, d = the(first), the(second), within(left), within(right)
    goes = agrees(first, "goes", "go")
    text = cast.phrase(f"put {a} {c} and {b} {d}", f"sort: {a} {goes} {c}, {b} {d}")
    goals: list[Formula] = [inside(first, left), inside(second, right)]
    return draft(cast, f"sort {a} and {b}", text, goals)


@template(2, "Something into what is closed")
def open_store(cast: ObjectBinding) -> TaskProposal:
    """Something into what is closed."""
    target = cast.pick(cast.cabinet)
    thing = cast.pick(cast.into(target))
    a, b, it = the(thing), the(target), _it(thing)
    belongs = agrees(thing, "belongs", "belong")
    text = cast.phrase(
        f"open {b} and put {a} inside", f"store {a} in {b}", f"{a} {belongs} in {b}; put {it} there"
    )
    return draft(cast, f"store {a} in {b}", text, [inside(thing, target)], held(shut(target)))


@template(2, "Something into what is open, which is then closed")
def store_close(cast: ObjectBinding) -> TaskProposal:
    """Something into what is open, which is then closed."""
    target = cast.pick(cast.cabinet)
    thing = cast.pick(cast.into(target))
    a, b = the(thing), the(target)
    text = cast.phrase(f"put {a} in {b} and close it", f"{b} is open; put {a} in and shut it")
    goals: list[Formula] = [inside(thing, target), shut(target)]
    return draft(cast, f"put {a} in {b} and close it", text, goals, held(opened(target)))


@template(2, "Something out of what is closed")
def retrieve(cast: ObjectBinding) -> TaskProposal:
    """Something out of what is closed."""
    target = cast.pick(cast.cabinet)
    thing = cast.pick(cast.into(target))
    a, b = the(thing), the(target)
    lies = agrees(thing, "is", "are")
    text = cast.phrase(
        f"get {a} out of {b}",
        f"{a} {lies} in {b}; bring {_it(thing)} to the {cast.support}",
        f"fetch {a} from {b}",
    )
    init = held(inside(thing, target), shut(target))
    return draft(cast, f"get {a} out of {b}", text, [back(cast, thing)], init)


@template(2, "A stack on what stays where it is")
def stack_two(cast: ObjectBinding) -> TaskProposal:
    """A stack on what stays where it is."""
    low = cast.pick(cast.carrier)
    middle = cast.pick(lambda kind: cast.onto(low)(kind) and cast.carrier(kind))
    top = cast.pick(cast.onto(middle))
    a, b, c = the(top), the(middle), the(low)
    text = cast.phrase(
        f"stack {b} on {c} and {a} on {b}", f"pile up: {c} below, then {b}, then {a}"
    )
    return draft(cast, f"stack {a}, {b}, {c}", text, [on(middle, low), on(top, middle)])


@template(2, "One thing off, another one on")
def exchange(cast: ObjectBinding) -> TaskProposal:
    """One thing off, another one on."""
    target = cast.pick(cast.laden)
    first, second = cast.pick(cast.onto(target)), cast.pick(cast.onto(target))
    a, b, c = the(first), the(second), the(target)
    text = cast.phrase(f"replace {a} on {c} with {b}", f"take {a} off {c} and put {b} there")
    goals: list[Formula] = [Not(on(first, target)), on(second, target)]
    return draft(cast, f"replace {a} with {b}", text, goals, held(on(first, target)))


@template(2, "Something on, something next to")
def set_place(cast: ObjectBinding) -> TaskProposal:
    """Something on, something next to."""
    target = cast.pick(cast.laid)
    first, second = cast.pick(cast.onto(target)), cast.pick(cast.movable)
    a, b, c = the(first), the(second), the(target)
    text = cast.phrase(
        f"put {a} on {c} and {b} next to {c}", f"set {a} down on {c}, and {b} beside {c}"
    )
    return draft(
        cast, f"put {a} on {c}, {b} beside", text, [on(first, target), beside(second, target)]
    )
