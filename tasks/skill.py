"""The interface of a skill, and how a plug-in offers skills.

A plug-in is a module or a package in `tasks/skills/`, or one that another distribution names as
an entry point of `cousins.skills`. Its `PLUGIN` is a `SkillPlugin`. A skill says what it can do as
operators, which the symbolic planner composes with those of all other skills, and it carries an
operator out with the arm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from typing import Protocol, runtime_checkable

from ..schemas import Asset, PluginError, Refusal, SkillCause, Solver
from ..schemas.plugins import Needs
from .motion.manipulator import Manipulator
from .physics.predicates import PhysicsFacts
from .pick_place.choosing import PlacementStrategy
from .symbolic.domain import OperatorSource
from .symbolic.operators import Operator


@dataclass(frozen=True)
class About:
    """A skill's description of itself; prompts, tables, and sentences are made from it.

    Attributes:
        summary: what it does, in a few words: `puts a thing on another`.
        prompt: for a language model that proposes tasks, such as
            `push(a, b): slides a, which is too wide to lift, onto the mat b; makes ontop(a, b)`.
        effects: predicates of BDDL that it makes true or false, besides that what it moves leaves
            its place.
        needs: of the objects, in words.
        brings_about: what holds afterwards, in words.
        how: the motion, in words.
        done: what has been done to its first object: `opened`; empty where it is moved.
        solvers: what finds its motions.
        suites: of the benchmark `solve`, in which it decides.
    """

    summary: str
    prompt: str
    effects: tuple[str, ...]
    needs: str
    brings_about: str
    how: str
    done: str = ""
    solvers: tuple[Solver, ...] = ("planning",)
    suites: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outlook:
    """A skill's view of the plan in which it is carried out.

    Attributes:
        later: what the plan does afterwards.
        manner: how to put something down, where that is special.
    """

    later: tuple[Operator, ...] = ()
    manner: PlacementStrategy | None = None


@dataclass(frozen=True)
class Survey:
    """A plan that is looked at in a scene's initial state, to find what is out of reach.

    Attributes:
        facts: what holds at the start.
        plan: all of its operators.
        opened: by object, the share of its joint's range by which the arm can open it, as far
            as skills that were looked at found out.
    """

    facts: PhysicsFacts
    plan: tuple[Operator, ...]
    opened: dict[str, float] = field(default_factory=dict[str, float])


@runtime_checkable
class Skill(Protocol):
    """One kind of thing that the robot can do."""

    @property
    def name(self) -> str:
        """As in plans, such as `turn_on`."""
        ...

    @property
    def about(self) -> About:
        """Its description of itself."""
        ...

    def operators(self, assets: Mapping[str, Asset], support: str) -> Iterator[Operator]:
        """Its operators for these objects, as far as sizes and affordances tell.

        Skills whose plug-in has a `source` offer nothing here.

        Args:
            assets: each object's asset by the object's name, the support included.
            support: name of what everything stands on.
        """
        ...

    def perform(self, arm: Manipulator, operator: Operator, outlook: Outlook) -> None:
        """Do it. Starts with an empty hand and ends with one, away from what it touched.

        Raises:
            PlanningError: there is no way to do it as things are; nothing was moved yet.
            SkillFailedError: it was tried and failed in physics.
        """
        ...

    def unreachable(self, arm: Manipulator, operator: Operator, survey: Survey) -> Refusal | None:
        """Why the arm cannot do it for want of reach; None is well.

        The planner's world shows the scene's start; nothing is moved.
        """
        ...


@dataclass(frozen=True)
class SkillPlugin:
    """The skills that a module offers.

    Attributes:
        skills: in the order in which they are tried.
        source: makes their operators for each state; None where each skill lists its own.
        needs: packages that shape what they do.
        causes: of failures, beside those of `Cause`; each names this plug-in.
    """

    skills: tuple[Skill, ...]
    source: OperatorSource | None = None
    needs: Needs = field(default_factory=Needs)
    causes: tuple[SkillCause, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no skill, and causes whose texts cannot be told apart."""
        for skill in self.skills:
            _check(skill)
        for first, second in permutations(map(str, self.causes), 2):
            if second == first or second.startswith(f"{first}_"):
                raise PluginError(
                    f"the causes {first!r} and {second!r} cannot be told apart where the first "
                    "says what its candidates failed of; give one another name"
                )


def _check(offered: object) -> None:
    """Refuse what is no skill.

    Raises:
        PluginError: saying what a skill has.
    """
    if not isinstance(offered, Skill):
        raise PluginError(
            f"{offered!r} is no skill; it needs name, about, operators, perform, unreachable"
        )
