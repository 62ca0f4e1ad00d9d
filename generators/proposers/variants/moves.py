"""Changes of a task: of one thing, of a place, of the start, of its direction; and additions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ....schemas.seeds import Variation
from ....tasks.bddl.formula import Literal
from ...proposing.catalogue import RELATIONS
from ...proposing.draft import MOST_MOVABLE, RefusedError
from ...proposing.hand_room import leaves
from ...proposing.offered import OfferedCategory
from .hand import Hand
from .sketch import PLACES, Sketch, goes, possible

Move = Callable[[Sketch, Hand], Sketch]


def exchange(sketch: Sketch, hand: Hand) -> Sketch:
    """Another thing plays the part of one: what goes where that goes, and does what that does."""
    names = tuple(name for name, kind in sketch.kinds.items() if _alone(name, kind, sketch))
    name = hand.one_of(names)
    facts = tuple(sketch.about(name))
    old = sketch.kinds[name]

    def wanted(kind: OfferedCategory) -> bool:
        kinds = {**sketch.kinds, name: kind}
        alike = kind.furniture == old.furniture and kind.is_food == old.is_food
        return alike and all(possible(x, kinds, hand.cast) for x in facts)

    hand.without(name)
    thing = hand.pick(lambda kind: kind.category != old.category and wanted(kind))
    return sketch.exchanged(name, thing.name, thing.kind)


def relocate(sketch: Sketch, hand: Hand) -> Sketch:
    """What is put somewhere is put somewhere else: into another thing, or onto it."""
    fact = hand.one_of(sketch.placings())
    name, old = fact.arguments[:2]
    thing = sketch.kinds[name]

    def places(kind: OfferedCategory) -> tuple[str, ...]:
        return tuple(x for x in PLACES if goes(thing, kind, x, hand.cast))

    same = tuple(x for x in places(sketch.kinds[old]) if x != fact.predicate)
    left = tuple(x for x in sketch.goal if x != fact)
    if same and hand.cast.rng.random() < 1 / 2:
        moved = Literal(hand.one_of(same), (name, old))
        held = any(x.predicate == "inside" and x.arguments[1] == old for x in left)
        # What was closed around it is of no account where it no longer holds anything.
        kept = left if held else tuple(x for x in left if x.arguments != (old,))
        return replace(sketch, goal=(*kept, moved))
    target = hand.pick(lambda kind: kind.words != sketch.kinds[old].words and bool(places(kind)))
    moved = Literal(hand.one_of(places(target.kind)), (name, target.name))
    idle = not any(old in x.arguments[1:] for x in (*left, *sketch.init))
    if idle:
        left = tuple(x for x in left if old not in x.arguments)
    changed = sketch.with_kind(target.name, target.kind)
    return replace(changed, goal=(*left, moved))


def start_elsewhere(sketch: Sketch, hand: Hand) -> Sketch:
    """What is moved lies in or on something else at the start."""
    placed = {fact.arguments[0] for fact in sketch.init if fact.predicate in PLACES}
    loaded = {fact.arguments[1] for fact in sketch.init if fact.predicate in PLACES}
    name = hand.one_of(
        tuple(x for x in sketch.moved() if x not in placed | loaded and sketch.kinds[x].easy)
    )
    thing = sketch.kinds[name]

    def places(kind: OfferedCategory) -> tuple[str, ...]:
        inside = ("inside",) if kind.gated or hand.cast.deep_enough(kind) else ()
        onto = ("ontop",) if hand.cast.carrier(kind) else ()
        found = tuple(x for x in (*inside, *onto) if goes(thing, kind, x, hand.cast))
        return tuple(x for x in found if x != "inside" or leaves(thing, kind))

    source = hand.pick(lambda kind: not kind.table and bool(places(kind)))
    start = Literal(hand.one_of(places(source.kind)), (name, source.name))
    shut = _closed(source.name, source.kind)
    changed = sketch.with_kind(source.name, source.kind)
    return replace(changed, init=(*sketch.init, start, *shut))


def reverse(sketch: Sketch, hand: Hand) -> Sketch:
    """What the task brings about is undone: things come back out, what was opened is closed."""
    init, goal = list[Literal](), list[Literal]()
    moved = [x for x in sketch.goal if sketch.places(x)]
    if len({x.arguments[0] for x in moved}) < len(moved) or any(
        x.predicate not in (*PLACES, "open", "toggled_on") for x in sketch.goal
    ):
        raise RefusedError("no_part", "the task has no part that can be undone")
    for fact in moved:
        name, target = fact.arguments
        if fact.negated:
            goal.append(replace(fact, negated=False))
            continue
        if not possible(Literal("ontop", (name, sketch.support)), sketch.kinds, hand.cast):
            raise RefusedError("no_part", f"{name} cannot be brought back")
        if fact.predicate == "inside" and not leaves(sketch.kinds[name], sketch.kinds[target]):
            raise RefusedError("no_hand_room", f"the hand cannot take {name} out of {target}")
        init += [fact, *_closed(target, sketch.kinds[target])]
        goal.append(Literal("ontop", (name, sketch.support)))
    holders = {x.arguments[1] for x in moved}
    for fact in (x for x in sketch.goal if len(x.arguments) == 1):
        if fact.arguments[0] not in holders:
            init.append(fact)
            goal.append(replace(fact, negated=not fact.negated))
    names = {x.arguments[0] for x in (*init, *goal)}
    kept = [x for x in sketch.init if x.arguments[0] not in names | holders]
    return replace(sketch, init=(*kept, *init), goal=tuple(goal), order=())


def leave_out(sketch: Sketch, hand: Hand) -> Sketch:
    """Some of the things that are moved are left where they are, and not spoken of."""
    moved = sketch.moved()
    if len(moved) < 2:
        raise RefusedError("no_part", "only one thing is moved")
    most = min(len(moved) - 1, MOST_MOVABLE)
    count = int(hand.cast.rng.integers(1, most + 1))
    drawn = hand.cast.rng.permutation(len(moved))[count:]
    gone = {moved[int(place)] for place in drawn}
    kept = tuple(x for x in sketch.goal if gone.isdisjoint(x.arguments))
    if not any(sketch.places(x) for x in kept):
        raise RefusedError("no_part", "nothing would be left to do")
    init = tuple(x for x in sketch.init if gone.isdisjoint(x.arguments))
    return replace(sketch, goal=kept, init=init)


def add_thing(sketch: Sketch, hand: Hand) -> Sketch:
    """One thing more goes where another goes."""
    fact = hand.one_of(tuple(x for x in sketch.placings() if x.predicate != "attached"))
    target = sketch.kinds[fact.arguments[1]]
    if target.socket:
        raise RefusedError("no_part", "only one thing goes there")
    food = sketch.kinds[fact.arguments[0]].is_food
    thing = hand.pick(
        lambda kind: kind.is_food == food and goes(kind, target, fact.predicate, hand.cast)
    )
    also = Literal(fact.predicate, (thing.name, fact.arguments[1]))
    return replace(sketch.with_kind(thing.name, thing.kind), goal=(*sketch.goal, also))


def add_place(sketch: Sketch, hand: Hand) -> Sketch:
    """A thing more goes somewhere else."""
    thing = hand.pick(hand.cast.movable)

    def places(kind: OfferedCategory) -> tuple[str, ...]:
        return tuple(x for x in RELATIONS if goes(thing.kind, kind, x, hand.cast))

    target = hand.pick(lambda kind: bool(places(kind)))
    also = Literal(hand.one_of(places(target.kind)), (thing.name, target.name))
    more = sketch.with_kind(target.name, target.kind).with_kind(thing.name, thing.kind)
    return replace(more, goal=(*sketch.goal, also))


def close_after(sketch: Sketch, hand: Hand) -> Sketch:
    """What was opened for the task is closed in the end."""
    touched = {x.arguments[-1] for x in sketch.goal if x.predicate == "inside"}
    touched |= {x.arguments[-1] for x in sketch.init if x.predicate == "inside"}
    said = {x.arguments[0] for x in sketch.goal if x.predicate == "open"}
    name = hand.one_of(
        tuple(x for x, kind in sketch.kinds.items() if x in touched - said and kind.openable)
    )
    return replace(sketch, goal=(*sketch.goal, Literal("open", (name,), negated=True)))


def switch_on(sketch: Sketch, hand: Hand) -> Sketch:
    """The appliance that something was put into is switched on in the end."""
    filled = {x.arguments[1] for x in sketch.goal if x.predicate == "inside" and not x.negated}
    said = {x.arguments[0] for x in sketch.goal if x.predicate == "toggled_on"}
    name = hand.one_of(
        tuple(x for x, kind in sketch.kinds.items() if x in filled - said and kind.toggleable)
    )
    return replace(sketch, goal=(*sketch.goal, Literal("toggled_on", (name,))))


MUTATIONS: Mapping[str, Move] = {
    "exchange": exchange,
    "relocate": relocate,
    "start_elsewhere": start_elsewhere,
    "reverse": reverse,
    "leave_out": leave_out,
}
ADDITIONS: Mapping[str, Move] = {
    "add_thing": add_thing,
    "add_place": add_place,
    "close_after": close_after,
    "switch_on": switch_on,
}
MOVES: Mapping[Variation, Mapping[str, Move]] = {"mutate": MUTATIONS, "lengthen": ADDITIONS}
"""By the way that they are part of."""


def _alone(name: str, kind: OfferedCategory, sketch: Sketch) -> bool:
    """Whether it is the only one of its kind, and nothing that is poured is in question."""
    alike = sum(other.category == kind.category for other in sketch.kinds.values())
    about = {x for fact in sketch.about(name) for x in fact.arguments if x in sketch.kinds}
    return alike == 1 and not any(sketch.kinds[x].grain for x in about)


def _closed(name: str, kind: OfferedCategory) -> tuple[Literal, ...]:
    """That it is closed at the start, if it can be."""
    return (Literal("open", (name,), negated=True),) if kind.gated and kind.openable else ()
