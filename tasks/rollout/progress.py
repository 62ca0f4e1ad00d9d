"""How far a task is done, as a number: what a dense reward is made of.

Each ground literal of the goal is a subgoal. One that holds counts 1; one that does not counts
less than `UNTIL`, and the more the nearer: the tool to the object, the object to where it goes,
a joint to where it counts as open. Rewards are differences of this number, so that they cannot
be gathered by going to and fro (potential-based shaping; Ng, Harada and Russell, 1999).
"""

from __future__ import annotations

import numpy as np

from ...scenes.core.geometry import Array
from ..bddl.formula import Formula, Literal
from ..bddl.goals import evaluate, ground_literals
from ..physics.predicates import ELSEWHERE, UNARY, PhysicsFacts

UNTIL = 0.9
"""What a subgoal counts at most before it holds."""
REACHING = 0.3
"""Share of that which the hand earns by reaching the object."""
SHARPNESS = 5.0
"""Per metre: nearness is 1 - tanh(SHARPNESS * distance), as robosuite has it."""


def progress(goal: Formula, facts: PhysicsFacts, tool: Array) -> float:
    """How far the goal is reached, in [0, 1]; 1 where it holds.

    Args:
        goal: of the task.
        facts: of the moment.
        tool: (3,) where the hand is, metres.
    """
    if evaluate(goal, facts):
        return 1.0
    parts = [_part(literal, facts, tool) for literal in ground_literals(goal)]
    # A goal that leaves a choice can have all literals true and not hold.
    return min(float(np.mean(parts)), UNTIL) if parts else 0.0


def _part(literal: Literal, facts: PhysicsFacts, tool: Array) -> float:
    if facts.holds(literal.predicate, literal.arguments) != literal.negated:
        return 1.0
    named = [name for name in literal.arguments if name not in ELSEWHERE]
    if not named:
        return 0.0
    middles = [np.mean(facts.box(name), axis=0) for name in named]
    reached = _near(tool, middles[0])
    if literal.predicate in UNARY:
        share = facts.share(named[0], literal.predicate)
        done = 1.0 - share if literal.negated else share
    elif len(middles) == 2 and not literal.negated:
        done = _near(middles[0], middles[1])
    else:
        done = 0.0
    return UNTIL * (REACHING * reached + (1 - REACHING) * done)


def _near(a: Array, b: Array) -> float:
    return float(1.0 - np.tanh(SHARPNESS * np.linalg.norm(a - b)))
