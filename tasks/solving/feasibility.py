"""Reachability: can the arm do what a plan asks for, as the scene stands at the start?

Assembly asks this so that no task is set out of the robot's reach. It looks at each step on
its own, in the initial state: whether the whole plan works out is for the solver to find.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ...scenes.core.seeds import generator
from ...scenes.model.mujoco_model import CompiledScene
from ...schemas import Refusal, Solver
from ..motion.manipulator import Manipulator
from ..physics.execution import Executor
from ..physics.predicates import PhysicsFacts
from ..skill import Survey
from ..skills import skill_named
from ..symbolic.search import Plan

ASIDE = 5.0
"""Metres down, where nothing else is."""

CONFIGURATIONS = 4_000_000
"""That are looked at for one scene, in all of its layouts together, before it is given up."""


@dataclass
class ReachBudget:
    """What the arm's search in all layouts of one scene may cost.

    It is counted and not timed, so that equal input is given up at the same layout everywhere.

    Attributes:
        limit: configurations that may be looked at.
        spent: that were. A layout is looked at to its end, so this may exceed the limit once.
    """

    limit: int = CONFIGURATIONS
    spent: int = 0

    @property
    def is_spent(self) -> bool:
        """Whether no further layout should be tried."""
        return self.spent >= self.limit


def out_of_reach(
    compiled: CompiledScene,
    plan: Plan,
    solvers: tuple[Solver, ...],
    budget: ReachBudget | None = None,
) -> Refusal | None:
    """Why the arm cannot do the first step that is out of its reach; None where all is well.

    Args:
        compiled: the settled scene.
        plan: what is to be done in it.
        solvers: what may find motions.
        budget: charged with what the search cost.
    """
    executor = Executor(compiled, hz=10, max_steps=0)
    arm = Manipulator(compiled, executor, generator(compiled.scene.seed, "reach"))
    arm.solvers = solvers
    try:
        return _first_refusal(arm, plan)
    finally:
        if budget is not None:
            budget.spent += arm.effort


def _first_refusal(arm: Manipulator, plan: Plan) -> Refusal | None:
    compiled, executor = arm.compiled, arm.executor
    facts = PhysicsFacts(compiled, executor.data)
    survey = Survey(facts, tuple(step.operator for step in plan.steps))
    poured: set[str] = set()
    for step in dict.fromkeys(plan.steps):
        executor.data = compiled.new_data()
        if poured:
            _put_aside(compiled, executor.data, poured)
        arm.sync_planning_scene()
        refusal = skill_named(step.skill).unreachable(arm, step.operator, survey)
        if refusal is not None:
            return refusal
        # The vessel is empty when it is taken up again.
        poured.update(name for name in step.operator.moves if compiled.asset_of(name).grain)
    return None


def _put_aside(compiled: CompiledScene, data: Any, names: Iterable[str]) -> None:
    """Move objects out of everything's way, in `data` alone."""
    import mujoco

    for name in names:
        address = compiled.objects[name].free_qpos
        if address is not None:
            data.qpos[address + 2] -= ASIDE
    mujoco.mj_kinematics(compiled.model, data)
