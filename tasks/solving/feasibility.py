"""Reachability: can the arm do what a plan asks for, as the scene stands at the start?

Assembly asks this so that no task is set out of the robot's reach. It looks at each step on
its own, in the initial state: whether the whole plan works out is for the solver to find.
"""

from __future__ import annotations

from collections.abc import Iterable
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


def out_of_reach(
    compiled: CompiledScene, plan: Plan, solvers: tuple[Solver, ...]
) -> Refusal | None:
    """Why the arm cannot do the first step that is out of its reach; None where all is well."""
    executor = Executor(compiled, hz=10, max_steps=0)
    arm = Manipulator(compiled, executor, generator(compiled.scene.seed, "reach"))
    arm.solvers = solvers
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
