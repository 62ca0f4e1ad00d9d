"""Remedies for an impossible step: moving something aside, or taking the thing anew."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ...schemas import PlanningError
from ..motion.manipulator import Manipulator
from ..pick_place.choosing import PlacementStrategy
from ..pick_place.clearing import aside, away_from, blockers
from ..pick_place.regrasping import FEW_PLACES, PLACES, confined, purpose, regrasp
from ..skills import skill_named
from ..skills.placing import RELATIONS, onto
from ..symbolic.operators import StepKey
from ..symbolic.search import Step

MAX_ASIDES, MAX_WAYS = 2, 6
"""How often one thing is moved out of the way, and all of them together."""
MAX_TURNS = 2
"""How often it is looked for a step whether its thing can be taken anew."""


@dataclass
class ObstacleRemoval:
    """The ways made in one attempt, each kind so often at most.

    Attributes:
        asides: how often each thing was moved, or was to be moved, out of the way.
        manners: how each step that makes way puts things down.
        turned: how often it was looked for each step whether the thing can be taken anew.
    """

    asides: Counter[str] = field(default_factory=Counter[str])
    manners: dict[Step, PlacementStrategy] = field(default_factory=dict[Step, PlacementStrategy])
    turned: Counter[StepKey] = field(default_factory=Counter[StepKey])

    def find(self, arm: Manipulator, step: Step, error: PlanningError) -> Step | None:
        """The step to do first; None where nothing would help, or it was tried too often.

        Args:
            arm: the robot at work, with an empty hand; nothing is moved.
            step: what is impossible as things are.
            error: why.
        """
        if step.skill in RELATIONS and confined(arm, step.arguments[0]):
            return self._turn(arm, step, error, PLACES) or self._aside(arm, step, error)
        return self._aside(arm, step, error) or self._turn(arm, step, error, FEW_PLACES)

    def _turn(self, arm: Manipulator, step: Step, error: PlanningError, places: int) -> Step | None:
        """Putting down what is to be taken anew."""
        if step.skill not in RELATIONS or self.turned[step.key] >= MAX_TURNS:
            return None
        self.turned[step.key] += 1
        relation, (thing, target) = RELATIONS[step.skill], step.arguments
        manner = regrasp(arm, relation, thing, target, error, places)
        if manner is None:
            return None
        support = arm.compiled.scene.support
        turn = Step(onto(thing, support), purpose(relation, thing, target))
        self.manners[turn] = manner
        return turn

    def _aside(self, arm: Manipulator, step: Step, error: PlanningError) -> Step | None:
        """Moving aside what is in the way."""
        for name in blockers(arm, error, step.arguments):
            if self.asides[name] < MAX_ASIDES and self.asides.total() < MAX_WAYS:
                self.asides[name] += 1
                scene = arm.compiled.scene
                done = skill_named(step.skill).about.done
                sentence = aside(scene, name, done, step.arguments, error)
                way = Step(onto(name, scene.support), sentence)
                self.manners[way] = away_from(step.arguments)
                return way
        return None
