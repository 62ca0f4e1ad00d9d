"""Whether a task can be set up and done, decided by its scene where estimates are in doubt."""

from __future__ import annotations

from collections.abc import Mapping

from ...scenes.assets.library import AssetLibrary
from ...schemas import AssemblyError, DatasetSpec, TaskSpec
from ...tasks.solving.setup import build_scene
from ...tasks.symbolic.search import Plan
from .cast import context
from .catalogue import Catalogue, OfferedCategory
from .draft import RefusedError, check, check_size

LAYOUTS = 8
"""That are tried before an estimate that speaks against a task is believed."""
RARE = 0.01
"""Share of cousins that must fit where a scene may choose those that do."""
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

    Footprints and sizes of a few cousins say quickly that a task will do. Where they say that it
    will not, they may be wrong: things stand closer than estimated, or other cousins fit. Then
    its first scene is assembled, and the task is refused only if that does not come about.

    Args:
        task: to check.
        spec: of the dataset.
        kinds: of the task's objects by scene name, without the support.
        catalogue: what fits where.
        library: where the scenes' assets come from.

    Raises:
        RefusedError: the task is done already, has no plan, or has no scene; then the estimate
            says why.
        SpecError: its BDDL is wrong.
    """
    try:
        check_size(kinds, context(spec.scene.objects, kinds, catalogue, spec.scene.support))
        return check(task, catalogue, kinds, spec.tasks.max_steps)
    except RefusedError as estimate:
        # What no cousin allows at all is refused for its own reason, and needs no scene.
        plan = check(task, catalogue, kinds, spec.tasks.max_steps, RARE, BRIMFUL)
        if not _assembles(spec, task, library):
            raise estimate
        return plan


def _assembles(spec: DatasetSpec, task: TaskSpec, library: AssetLibrary) -> bool:
    """Whether the task's first scene comes about, with a plan within reach."""
    try:
        build_scene(spec, task, 0, library, LAYOUTS)
    except AssemblyError:
        return False
    return True
