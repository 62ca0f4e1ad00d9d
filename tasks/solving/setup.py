"""From a task to a scene in which it can be attempted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ...scenes.assembly.assemble import AssemblyRequest, assemble
from ...scenes.assets.library import AssetLibrary
from ...scenes.core.seeds import branch
from ...scenes.core.taxonomy import is_a
from ...scenes.model.mujoco_model import CompiledScene
from ...scenes.physics.drawing import PhysicsDraw
from ...schemas import (
    RELATIONS,
    AssemblyError,
    Asset,
    DatasetSpec,
    ObjectSpec,
    PlanningError,
    PoseSpec,
    Refusal,
    RefusalKind,
    Scene,
    SceneSpec,
    Solver,
    TaskSpec,
)
from ..bddl.goals import evaluate, ground_literals
from ..bddl.ordering import Precedence, task_order
from ..bddl.problem import Problem, object_specs, scene_problem, support_name
from ..physics.predicates import PhysicsFacts, literals
from ..symbolic.domain import Capabilities
from ..symbolic.search import plans
from .capabilities import capabilities
from .feasibility import ReachBudget, out_of_reach

STATES = {"open": "openable", "toggled_on": "toggleable"}
"""The affordance that a state of one object asks for."""
NO_PLAN = Refusal(RefusalKind.NO_PLAN)
TOO_LARGE = {
    "ontop": RefusalKind.TOO_LARGE_FOR_TOP,
    "inside": RefusalKind.TOO_LARGE_FOR_INSIDE,
}
PUSHED_TO = ("mat.n.07", "dustpan.n.02")
"""Kinds of things onto and into which others are pushed or swept: they need not be graspable."""


def build_scene(
    spec: DatasetSpec,
    task: TaskSpec,
    index: int,
    library: AssetLibrary,
    budget: ReachBudget | None = None,
) -> tuple[Scene, dict[str, Asset]]:
    """Assemble the scene of a task's attempt.

    Args:
        spec: of the dataset.
        task: what is to be done in it.
        index: which of the task's scenes; each has its own cousins and layout.
        library: where assets come from.
        budget: of the arm's search, if it is not this scene's alone; once it is spent, the next
            refused layout is the last.

    Returns:
        The scene and its assets by content hash.

    Raises:
        AssemblyError: where no valid scene was found.
        SpecError: where the task or the spec asks for something that does not exist.
    """
    if not task.has_goal:
        free = _request(spec, task, index, spec.scene)
        return assemble(replace(free, reached=False), library)
    problem = scene_problem(task)
    support = support_name(task)
    own = object_specs(task)
    order = task_order(task)
    effort = budget or ReachBudget()

    def suits(compiled: CompiledScene) -> Refusal | None:
        return _unsuitable(compiled, problem, order, spec.episodes.solvers, effort)

    request = replace(
        _request(spec, task, index, _merged(spec.scene, task.layout, own, support)),
        roles={thing.name: "task" for thing in own},
        required=required_affordances(problem),
    )
    return assemble(
        request,
        library,
        suits,
        lambda assets: _unplannable(assets, problem, order, support),
        lambda: effort.is_spent,
    )


def _request(spec: DatasetSpec, task: TaskSpec, index: int, scene: SceneSpec) -> AssemblyRequest:
    """The scene of that number, as far as the spec decides it."""
    seed = branch((spec.seed,), "scene", task.id, index)
    return AssemblyRequest(
        scene_id=f"{task.id}-s{index:02d}",
        task_id=task.id,
        spec=scene,
        roles={},
        own=frozenset(thing.name for thing in (*spec.scene.objects, *task.layout)),
        required={},
        cousins=spec.cousins,
        cameras=spec.cameras,
        robot=spec.robot,
        seed=seed,
        twin_seed=(spec.seed,),
        physics=PhysicsDraw(spec.physics.vary if spec.physics else {}, seed, index),
    )


def _merged(
    scene: SceneSpec, layout: tuple[ObjectSpec, ...], own: tuple[ObjectSpec, ...], support: str
) -> SceneSpec:
    """The person's objects and the task's; the task's relations win, the rest is kept."""
    waiting = {thing.name: thing for thing in (*scene.objects, *layout)}
    for thing in own:
        base = waiting.get(thing.name)
        if base is None:
            waiting[thing.name] = thing
            continue
        waiting[thing.name] = _moved(base, thing, scene.support, support)
    ordered: dict[str, ObjectSpec] = {}
    while waiting:
        known = {support, scene.support, *ordered}
        ready = [name for name, thing in waiting.items() if known.issuperset(_targets(thing))]
        if not ready:
            raise AssemblyError(
                f"{', '.join(waiting)} rest on each other; one must stand on the {support}"
            )
        for name in ready:
            thing = waiting.pop(name)
            on = support if thing.on == scene.support else thing.on
            ordered[name] = thing.model_copy(update={"on": on})
    update = {"support": support, "objects": tuple(ordered.values())}
    return SceneSpec.model_validate(scene.model_copy(update=update).model_dump())


def _targets(thing: ObjectSpec) -> set[str]:
    """The objects that its relations name."""
    return {target for relation in RELATIONS if (target := getattr(thing, relation))}


def _moved(base: ObjectSpec, thing: ObjectSpec, old_support: str, support: str) -> ObjectSpec:
    """A person's object where the task wants it; what it says of another place is dropped."""
    update: dict[str, object] = {"joint": {**base.joint, **thing.joint}}
    wanted = (None if thing.on == support else thing.on, thing.inside, thing.next_to)
    stated = (None if base.on == old_support else base.on, base.inside, base.next_to)
    if thing.on == support and base.pose != PoseSpec() and stated[:2] == (None, None):
        # A reference scene says where on the support.
        return base.model_copy(update=update)
    if any((thing.on, *wanted)) and wanted != stated:
        update |= {**dict.fromkeys((*RELATIONS, "level")), "pose": PoseSpec()}
        update |= {"on": thing.on, "inside": thing.inside, "next_to": thing.next_to}
    return base.model_copy(update=update)


def required_affordances(problem: Problem) -> Mapping[str, frozenset[str]]:
    """The affordances each object needs for the goal and the start to make sense."""
    needs: dict[str, set[str]] = {}
    for literal in (*ground_literals(problem.goal), *problem.init):
        first, *rest = literal.arguments
        if literal.predicate in STATES:
            needs.setdefault(first, set()).add(STATES[literal.predicate])
        elif literal.predicate == "attached":
            needs.setdefault(first, set()).add("hangable")
            needs.setdefault(rest[0], set()).add("hook")
        elif rest and literal.predicate in ("inside", "ontop"):
            holder = "container" if literal.predicate == "inside" else "support"
            needs.setdefault(rest[0], set()).add(holder)
    categories = dict(problem.objects)
    for literal in ground_literals(problem.goal):
        if len(literal.arguments) == 2 and literal.predicate in ("inside", "ontop"):
            if any(is_a(categories[literal.arguments[1]], kind) for kind in PUSHED_TO):
                continue
            needs.setdefault(literal.arguments[0], set()).add("graspable")
    return {name: frozenset(needed) for name, needed in needs.items()}


def _unplannable(
    assets: Mapping[str, Asset], problem: Problem, order: tuple[Precedence, ...], support: str
) -> Refusal | None:
    """Why no layout of these assets will do for the task."""
    able = capabilities(assets, support)
    try:
        next(plans(problem.init, problem.goal, able, order=order))
    except PlanningError:
        return _too_large(problem, able) or NO_PLAN
    return None


def _too_large(problem: Problem, able: Capabilities) -> Refusal | None:
    """Says which fact of the goal asks for more room than there is."""
    categories = dict(problem.objects)
    for literal in ground_literals(problem.goal):
        kind = TOO_LARGE.get(literal.predicate)
        if kind is None or literal.negated or literal.arguments[1] == able.support:
            continue
        pushed = any(is_a(categories[literal.arguments[1]], sort) for sort in PUSHED_TO)
        if not pushed and (*literal.arguments, literal.predicate) not in able.fits:
            return Refusal(kind, literal.arguments)
    return None


def _unsuitable(
    compiled: CompiledScene,
    problem: Problem,
    order: tuple[Precedence, ...],
    solvers: tuple[Solver, ...],
    budget: ReachBudget,
) -> Refusal | None:
    """Why a settled scene will not do for the task."""
    data = compiled.new_data()
    facts = PhysicsFacts(compiled, data)
    if evaluate(problem.goal, facts):
        return Refusal(RefusalKind.GOAL_HOLDS)
    known = set(compiled.objects)
    for literal in problem.init:
        if not known.issuperset(literal.arguments) or literal.predicate == "nextto":
            continue
        if facts.holds(literal.predicate, literal.arguments) == literal.negated:
            words = (str(literal),)
            return Refusal(RefusalKind.START_LACKS, literal.arguments, words=words)
    assets = {name: compiled.asset_of(name) for name in compiled.objects}
    able = capabilities(assets, compiled.scene.support)
    try:
        plan = next(plans(literals(facts), problem.goal, able, order=order))
    except PlanningError:
        return NO_PLAN
    return out_of_reach(compiled, plan, solvers, budget)
