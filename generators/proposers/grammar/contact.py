"""Templates of pushing, sliding and sweeping."""

from __future__ import annotations

from ....schemas import Asset
from ....tasks.bddl.formula import Forall, Formula
from ....tasks.skills.pushing import flush, pushable
from ....tasks.skills.sliding import slidable
from ....tasks.skills.sweeping import mouth, sweepable, sweeps
from ...proposing.cast import ObjectBinding
from ...proposing.draft import TaskProposal
from ...proposing.offered import OfferedCategory
from .templates import beside, draft, every, inside, on, plural, some, template, the


def _mat(kind: OfferedCategory) -> bool:
    """Whether things can be pushed onto it."""
    return all(flush(asset) for asset in kind.assets)


def _pan(kind: OfferedCategory) -> bool:
    """Whether things can be swept into it."""
    return all(mouth(asset) is not None for asset in kind.assets)


def _pushed(kind: OfferedCategory) -> bool:
    """Whether it has to be pushed."""
    return all(pushable(asset) for asset in kind.assets)


def _small(kind: OfferedCategory) -> bool:
    """Whether it has to be swept."""
    return all(sweepable(asset) for asset in kind.assets)


def _tool(kind: OfferedCategory) -> bool:
    """Whether things can be swept with it."""
    return all(sweeps(asset) for asset in kind.assets)


def _flat(kind: OfferedCategory) -> bool:
    """Whether it has to be slid from above: too flat to be pushed by its side."""

    def only_slid(asset: Asset) -> bool:
        return slidable(asset) and not pushable(asset)

    return all(only_slid(asset) for asset in kind.assets)


@template(1, "Something too wide to lift onto a mat")
def push_onto(cast: ObjectBinding) -> TaskProposal:
    """Something too wide to lift onto a mat."""
    mat = cast.pick(_mat)
    thing = cast.pick(
        lambda kind: _pushed(kind) and cast.catalogue.share(kind, mat.kind, "ontop") == 1
    )
    a, b = the(thing), the(mat)
    text = cast.phrase(
        f"push {a} onto {b}", f"move {a} over until it lies on {b}", f"{a} should lie on {b}"
    )
    return draft(cast, f"push {a} onto {b}", text, [on(thing, mat)])


@template(1, "Something too wide to lift next to something")
def push_beside(cast: ObjectBinding) -> TaskProposal:
    """Something too wide to lift next to something."""
    thing = cast.pick(_pushed)
    other = cast.pick(lambda kind: cast.movable(kind) and not _small(kind))
    a, b = the(thing), the(other)
    text = cast.phrase(f"push {a} next to {b}", f"push {a} over to {b}", f"bring {a} close to {b}")
    return draft(cast, f"push {a} next to {b}", text, [beside(thing, other)])


@template(1, "Something too flat to lift onto a mat")
def slide_onto(cast: ObjectBinding) -> TaskProposal:
    """Something too flat to lift onto a mat."""
    mat = cast.pick(_mat)
    thing = cast.pick(
        lambda kind: _flat(kind) and cast.catalogue.share(kind, mat.kind, "ontop") == 1
    )
    a, b = the(thing), the(mat)
    text = cast.phrase(f"slide {a} onto {b}", f"lay {a} on {b}", f"{a} should lie on {b}")
    return draft(cast, f"slide {a} onto {b}", text, [on(thing, mat)])


@template(1, "Something small into a dustpan")
def sweep_up(cast: ObjectBinding) -> TaskProposal:
    """Something small into a dustpan."""
    pan, tool = cast.pick(_pan), cast.pick(_tool)
    thing = cast.pick(_small, beside=())
    a, b, c = the(thing), the(pan), the(tool)
    text = cast.phrase(
        f"sweep {a} into {b} with {c}", f"sweep up {a}: into {b}", f"get {a} into {b}; use {c}"
    )
    return draft(cast, f"sweep {a} into {b}", text, [inside(thing, pan)])


@template(2, "Two small things of a kind into a dustpan")
def sweep_both(cast: ObjectBinding) -> TaskProposal:
    """Two small things of a kind into a dustpan."""
    pan = cast.pick(_pan)
    cast.pick(_tool)
    first = cast.pick(_small, beside=())
    both = [first, cast.another(first.kind)]
    a, b = plural(first), the(pan)
    text = cast.phrase(f"sweep both {a} into {b}", f"sweep the {a} up into {b}")
    goal = Forall(every(both), inside(some(first), pan))
    return draft(cast, f"sweep up both {a}", text, [goal])


@template(2, "Something too flat to lift and something else onto one mat")
def lay_place(cast: ObjectBinding) -> TaskProposal:
    """Something too flat to lift and something else onto one mat."""
    mat = cast.pick(_mat)
    flat = cast.pick(
        lambda kind: _flat(kind) and cast.catalogue.share(kind, mat.kind, "ontop") == 1
    )
    other = cast.pick(cast.onto(mat))
    a, b, c = the(flat), the(other), the(mat)
    text = cast.phrase(f"put {a} and {b} on {c}", f"slide {a} onto {c} and put {b} there too")
    goals: list[Formula] = [on(flat, mat), on(other, mat)]
    return draft(cast, f"put {a} and {b} on {c}", text, goals)
