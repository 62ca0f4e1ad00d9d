"""Reachability: can the arm do what a plan asks for, as the scene stands at the start?

Assembly asks this so that no task is set out of the robot's reach. It looks at each step on
its own, in the initial state: whether the whole plan works out is for the solver to find.
"""

from __future__ import annotations

from ...scenes.core.seeds import generator
from ...scenes.model.mujoco_model import CompiledScene
from ...schemas import Refusal, Solver
from ..motion.manipulator import Manipulator
from ..physics.execution import Executor
from ..physics.predicates import PhysicsFacts
from ..skill import Survey
from ..skills import skill_named
from ..symbolic.search import Plan


def out_of_reach(
    compiled: CompiledScene, plan: Plan, solvers: tuple[Solver, ...]
) -> Refusal | None:
    """Why the arm cannot do the first step that is out of its reach; None where all is well."""
    executor = Executor(compiled, hz=10, max_steps=0)
    arm = Manipulator(compiled, executor, generator(compiled.scene.seed, "reach"))
    arm.solvers = solvers
    facts = PhysicsFacts(compiled, executor.data)
    survey = Survey(facts, tuple(step.operator for step in plan.steps))
    for step in dict.fromkeys(plan.steps):
        executor.data = compiled.new_data()
        arm.sync_planning_scene()
        refusal = skill_named(step.skill).unreachable(arm, step.operator, survey)
        if refusal is not None:
            return refusal
    return None
