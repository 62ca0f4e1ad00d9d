"""Solving: an attempt at a task in physics, and the record of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version

from ...scenes.core.geometry import Array
from ...scenes.core.seeds import Seed, generator
from ...scenes.model.mujoco_model import CompiledScene, compile_model
from ...schemas import (
    Asset,
    Episode,
    EpisodeArrays,
    EpisodeSpec,
    PerturbSpec,
    Scene,
    Solver,
    StartState,
    TaskSpec,
)
from ..bddl.goals import explain
from ..bddl.ordering import OrderWatch, task_order
from ..bddl.problem import scene_problem
from ..motion.manipulator import Manipulator
from ..physics.deflecting import Deflector
from ..physics.disturbances import Disturber
from ..physics.execution import Executor
from ..physics.predicates import PhysicsFacts
from ..sampling.diversity import Variety
from ..sampling.style import HABITS, Habits
from ..skills.pushing.learning import DISTRIBUTIONS, check_learning
from .attempt import Attempt, as_stored
from .mishaps import after_miss

VERSIONED = ("mujoco", "numpy", "ompl", "toppra", "frankik", "franky-sim", "airo-models", "bddl")


@dataclass(frozen=True, eq=False)
class MidwayStart:
    """Where an attempt begins that does not begin as its scene does.

    Attributes:
        state: (S,) MuJoCo's full integration state.
        record: where the state comes from.
    """

    state: Array
    record: StartState


def solve(
    scene: Scene,
    assets: Mapping[str, Asset],
    task: TaskSpec,
    spec: EpisodeSpec,
    seed: Seed,
    episode_id: str,
    solution: int = 0,
    start: MidwayStart | None = None,
) -> tuple[Episode, EpisodeArrays]:
    """Attempt a task once.

    Args:
        scene: where.
        assets: the scene's, by content hash.
        task: what.
        spec: rate and limits.
        seed: of everything that is sampled.
        episode_id: of the record.
        solution: number of the attempt among those in the scene.
        start: where it begins; None is the scene's own state. The hand may be anywhere, and is
            opened and withdrawn first.

    Returns:
        The record and its arrays. A failure is a record too, with its cause.

    Raises:
        BackendMissingError: the spec asks for learning, and the extra is not installed.
        DatasetError: the state is of another scene.
    """
    if "learning" in spec.solvers:
        check_learning()
    compiled = compile_model(scene, assets, "physics")
    limit = round(spec.max_seconds * spec.hz)
    habits = HABITS[spec.style]
    deflector = _deflector(compiled, habits, spec.hz, seed)
    goal, order = scene_problem(task).goal, task_order(task)
    missed, state = None, None if start is None else start.state
    if start is None and generator(seed, "miss").random() < _misses(spec):
        scratch = Manipulator(compiled, Executor(compiled, spec.hz, limit), generator(seed), habits)
        missed = after_miss(scratch, goal, order, generator(seed, "after miss"))
    if missed is not None:
        state = missed.state
    disturber = None if missed else _disturber(compiled, spec, habits, seed)
    executor = Executor(compiled, spec.hz, limit, disturber, deflector, state)
    arm = Manipulator(compiled, executor, generator(seed, "solve"), habits)
    arm.variety = Variety(scene.seed, solution) if spec.diverse else None
    arm.solvers = spec.solvers
    attempt = Attempt(arm, goal, OrderWatch(order))
    failure = attempt.run(midway=state is not None)
    executor.refresh()
    facts = PhysicsFacts(compiled, executor.data)
    episode = Episode(
        id=episode_id,
        task=task.id,
        scene=scene.id,
        seed=seed,
        instruction=task.instruction,
        success=failure is None,
        cause=as_stored(failure),
        steps=executor.steps,
        hz=spec.hz,
        style=spec.style,
        solution=solution,
        subtasks=tuple(attempt.subtasks),
        disturbances=(*(() if missed is None else (missed.record,)), *executor.disturbances),
        trace=tuple(arm.trace),
        untraced=arm.untraced,
        goal=explain(attempt.goal, facts),
        order=attempt.watch.report(),
        start=None if start is None else start.record,
        versions=_versions(spec.solvers),
    )
    return episode, executor.arrays()


def _disturber(
    compiled: CompiledScene, spec: EpisodeSpec, habits: Habits, seed: Seed
) -> Disturber | None:
    """The disturber for what the spec asks, or else for habitual slips."""
    wanted = spec.perturb
    if wanted is None and habits.slips > 0.0:
        wanted = PerturbSpec(chance=habits.slips, kinds=("slip",))
    if wanted is None or wanted.kinds == ("miss",):
        return None
    return Disturber(compiled, wanted, spec.hz, generator(seed, "perturb"))


def _misses(spec: EpisodeSpec) -> float:
    """Share of the attempts that begin as after a miss."""
    if spec.perturb is None or "miss" not in spec.perturb.kinds:
        return 0.0
    return spec.perturb.chance / len(spec.perturb.kinds)


def _deflector(compiled: CompiledScene, habits: Habits, hz: int, seed: Seed) -> Deflector | None:
    if habits.deflection == 0.0:
        return None
    joints = len(compiled.robot.spec.joints)
    return Deflector(joints, habits.deflection, hz, generator(seed, "deflect"))


@lru_cache(maxsize=4)
def _versions(solvers: tuple[Solver, ...]) -> dict[str, str]:
    names = (*VERSIONED, *(DISTRIBUTIONS if "learning" in solvers else ()))
    return {name: version(name) for name in names}
