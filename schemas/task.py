"""A TaskSpec: an instruction and a BDDL problem over named objects."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .base import Model, Name, Synset, nothing, unset
from .scene import ObjectSpec
from .seeds import Derivation


class TaskObject(Model):
    """Binds an object of the scene to an instance in the BDDL text."""

    name: Name
    """In the scene."""
    instance: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_\-']+\.n\.\d\d_\d+$", max_length=90)]
    """In the BDDL text, such as `mug.n.04_1`."""
    category: Synset


class OrderConstraint(Model):
    """A fact that must hold at the moment in which another comes about.

    Both are BDDL literals over names of the scene, such as `(not (open toaster_oven))`.
    """

    first: Annotated[str, Field(min_length=1, max_length=200)]
    then: Annotated[str, Field(min_length=1, max_length=200)]


class TaskSpec(Model):
    """A task, said twice: for people and language models, and for machines."""

    id: Name
    name: Annotated[str, Field(min_length=1, max_length=120)]
    instruction: Annotated[str, Field(min_length=1, max_length=400)]
    bddl: Annotated[str, Field(max_length=20_000)]
    """A BDDL problem: objects, init, goal. The language of BEHAVIOR-1K. Empty where there is no
    goal."""
    objects: tuple[TaskObject, ...]
    """Every instance of the problem except floors and agents."""
    proposer: Name
    seed: tuple[int, ...] = ()
    reason: str = ""
    """Why the proposer chose it."""
    order: tuple[OrderConstraint, ...] = Field(default=(), exclude_if=nothing)
    """What must hold before something else comes about: what the words say, and what is safe."""
    paraphrases: tuple[Annotated[str, Field(min_length=1, max_length=400)], ...] = Field(
        default=(), exclude_if=nothing
    )
    """Other ways of saying the instruction, all of which name what the goal names."""
    layout: tuple[ObjectSpec, ...] = Field(default=(), exclude_if=nothing)
    """What scenes must know of some objects beyond the problem: their asset, size, or pose."""
    derived: Derivation | None = Field(default=None, exclude_if=unset)
    """From which seed tasks it was derived, and how."""

    @property
    def has_goal(self) -> bool:
        """Whether something is to be done; scenes for pictures alone belong to a task without."""
        return bool(self.bddl)
