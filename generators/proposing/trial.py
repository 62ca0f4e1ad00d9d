"""Whether a task can be set up and done, decided by its scene and not by estimates alone."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from ...scenes.assets.library import AssetLibrary
from ...schemas import AssemblyError, DatasetSpec, TaskSpec
from ...tasks.bddl.problem import scene_problem
from ...tasks.solving.setup import build_scene
from ...tasks.symbolic.search import Plan
from .ahead import known
from .cast import context
from .catalogue import Catalogue
from .draft import RefusedError, check, check_size
from .hand_room import check_hand_room
from .offered import OfferedCategory

SAID = 3
"""Reasons of a scene's refusal that are said, the most frequent ones."""
RARE = 0.01
"""Share of cousins that must fit, where a scene may choose those that do."""
BRIMFUL = 1.0
"""Share of a container's floor that may be filled where a scene decides."""


def check_worth(
    task: TaskSpec,
    spec: DatasetSpec,
    kinds: Mapping[str, OfferedCategory],
    catalogue: Catalogue,
    library: AssetLibrary,
) -> Plan:
    """The plan of a task for which a scene can be assembled.

    Footprints and sizes of a few cousins say quickly that a task may do, and are wrong now and
    then: things stand closer than estimated, other cousins fit, or no grasp is free. Its first
    scene decides; where that does not come about, an estimate that said so says why.

    Args:
        task: to check.
        spec: of the dataset.
        kinds: of the task's objects by scene name, without the support.
        catalogue: what fits where.
        library: where the scenes' assets come from.

    Raises:
        RefusedError: the task is done already, has no plan, or has no scene.
        SpecError: its BDDL is wrong.
    """
    plan, doubt = estimate(task, spec, kinds, catalogue)
    refusal = known_trial(spec, task, library)
    if refusal is not None:
        raise doubt or refusal
    return plan


def estimate(
    task: TaskSpec,
    spec: DatasetSpec,
    kinds: Mapping[str, OfferedCategory],
    catalogue: Catalogue,
) -> tuple[Plan, RefusedError | None]:
    """The plan of a task as far as sizes tell, and why they say that it will not do.

    Args:
        task: to check.
        spec: of the dataset.
        kinds: of the task's objects by scene name, without the support.
        catalogue: what fits where.

    Raises:
        RefusedError: no cousins at all allow it, so that it needs no trial.
        SpecError: its BDDL is wrong.
    """
    doubt: RefusedError | None = None
    try:
        check_size(kinds, context(spec.scene.objects, kinds, catalogue, spec.scene.support))
        plan = check(task, catalogue, kinds, spec.tasks.max_steps)
        check_hand_room(plan, scene_problem(task).init, kinds)
    except RefusedError as error:
        # What no cousin allows at all is refused for its own reason, and needs no scene.
        plan = check(task, catalogue, kinds, spec.tasks.max_steps, RARE, BRIMFUL)
        doubt = error
    return plan, doubt


def known_trial(spec: DatasetSpec, task: TaskSpec, library: AssetLibrary) -> RefusedError | None:
    """As `trial`; what was tried ahead is not tried again."""
    tried = known(task)
    return trial(spec, task, library) if tried is None else tried.refusal


def trial(spec: DatasetSpec, task: TaskSpec, library: AssetLibrary) -> RefusedError | None:
    """Assemble the task's first scene, with a plan within reach; why it does not come about."""
    try:
        build_scene(spec, task, 0, library)
    except AssemblyError as error:
        why = "; ".join(islice(error.sentences, SAID))
        return RefusedError("no_scene", f"it cannot be set up or done: {why or error}")
    return None
