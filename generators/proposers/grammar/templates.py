"""Kinds of tasks: each template casts objects and states a start, a goal and an instruction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ....tasks.bddl.formula import And, Atom, Formula, Literal, Not, Variable
from ...proposing.cast import ObjectBinding
from ...proposing.draft import BoundObject, TaskProposal


@dataclass(frozen=True)
class Template:
    """A way to make a draft.

    Attributes:
        steps: how many skills it usually takes.
        purpose: what its tasks are about; begins the reason that they store.
        make: makes the draft.
    """

    steps: int
    purpose: str
    make: Callable[[ObjectBinding], TaskProposal]


TEMPLATES: list[Template] = []


def template(
    steps: int, purpose: str
) -> Callable[[Callable[[ObjectBinding], TaskProposal]], Callable[[ObjectBinding], TaskProposal]]:
    """Enter a function into TEMPLATES."""

    def enter(
        make: Callable[[ObjectBinding], TaskProposal],
    ) -> Callable[[ObjectBinding], TaskProposal]:
        TEMPLATES.append(Template(steps, purpose, make))
        return make

    return enter


def inside(thing: BoundObject, target: BoundObject) -> Atom:
    """The object is in the target."""
    return Atom("inside", (thing.name, target.name))


def on(thing: BoundObject, target: BoundObject) -> Atom:
    """The object is on the target."""
    return Atom("ontop", (thing.name, target.name))


def back(cast: ObjectBinding, thing: BoundObject) -> Atom:
    """The object is on the support."""
    return Atom("ontop", (thing.name, cast.support))


def hung(thing: BoundObject, hook: BoundObject) -> Atom:
    """The object hangs on the hook."""
    return Atom("attached", (thing.name, hook.name))


def beside(thing: BoundObject, other: BoundObject) -> Atom:
    """The two are next to each other."""
    return Atom("nextto", (thing.name, other.name))


def opened(thing: BoundObject) -> Atom:
    """It is open."""
    return Atom("open", (thing.name,))


def shut(thing: BoundObject) -> Not:
    """It is not open."""
    return Not(opened(thing))


def running(thing: BoundObject) -> Atom:
    """It is turned on."""
    return Atom("toggled_on", (thing.name,))


def every(things: Sequence[BoundObject]) -> Variable:
    """A variable over objects of one kind."""
    category = things[0].kind.category
    return Variable(category, category, tuple(thing.name for thing in things))


def some(thing: BoundObject) -> BoundObject:
    """Stands for the variable over the object's kind in a quantified formula."""
    return replace(thing, name=thing.kind.category)


def held(*atoms: Atom | Not) -> tuple[Literal, ...]:
    """Atoms and negated atoms as facts of the start."""
    facts: list[Literal] = []
    for atom in atoms:
        if isinstance(atom, Atom):
            facts.append(Literal(atom.predicate, atom.arguments))
        elif isinstance(atom.body, Atom):
            facts.append(Literal(atom.body.predicate, atom.body.arguments, negated=True))
    return tuple(facts)


PAIRS = ("dice", "pliers")
"""Nouns that are several even of one thing."""


def plural(thing: BoundObject) -> str:
    """Several of its kind in words."""
    first, *rest = thing.kind.words.split(" of ")
    if first.endswith(PAIRS):
        many = first
    elif first == "die":
        many = "dice"
    elif first.endswith(("s", "x", "ch", "sh")):
        many = f"{first}es"
    else:
        many = f"{first[:-1]}ies" if first.endswith("ry") else f"{first}s"
    return " of ".join((many, *rest))


def agrees(thing: BoundObject, one: str, several: str) -> str:
    """The word that agrees with the object's name: `it` or `them`, `goes` or `go`."""
    return several if thing.kind.words.endswith(PAIRS) else one


def the(thing: BoundObject) -> str:
    """The object in words."""
    return f"the {thing.kind.words}"


LEVELS = ("bookcase", "rack", "shelf")
"""Nouns of furniture whose levels are cavities, but which people put things on, not in."""


def within(target: BoundObject) -> str:
    """Where something goes that is put in the target, such as `in the bowl`."""
    return f"on a level of {the(target)}" if target.kind.head in LEVELS else f"in {the(target)}"


def out_of(target: BoundObject) -> str:
    """Where something comes from that was in the target."""
    return (
        f"off a level of {the(target)}" if target.kind.head in LEVELS else f"out of {the(target)}"
    )


def draft(
    cast: ObjectBinding,
    title: str,
    instruction: str,
    goals: Sequence[Formula],
    init: tuple[Literal, ...] = (),
) -> TaskProposal:
    """A draft with everybody who was cast."""
    goal = goals[0] if len(goals) == 1 else And(tuple(goals))
    text = instruction[0].upper() + instruction[1:] + "."
    return TaskProposal(tuple(cast.chosen), init, goal, title, text, "")
