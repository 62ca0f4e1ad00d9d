"""Checks answers one by one, in their order."""

from __future__ import annotations

from ....scenes.assets.library import AssetLibrary
from ....scenes.robots import robot
from ....schemas import DatasetSpec, SpecError, TaskSpec
from ....schemas.answers import PLACE, PROPOSER
from ...proposing.catalogue import Catalogue
from ...proposing.draft import RefusedError, signature, taken_by
from ...proposing.verdicts import accepted, refused
from ..openai.acceptance import Acceptance


def answered_tasks(
    spec: DatasetSpec,
    start: int,
    stop: int,
    earlier: tuple[TaskSpec, ...],
    library: AssetLibrary,
) -> tuple[TaskSpec, ...]:
    """The tasks of answers number `start` up to `stop` that pass every check.

    Args:
        spec: with the answers.
        start: first number.
        stop: one past the last.
        earlier: tasks of the answers before.
        library: where the objects come from.

    Raises:
        SpecError: more answers do not pass than may be missing, with the last one's place.
    """
    gates = Acceptance(spec, library, Catalogue(library, robot(spec.robot)), PROPOSER)
    taken, missing = taken_by(earlier), start - len(earlier)
    tasks: list[TaskSpec] = []
    numbers = range(start, min(stop, len(spec.tasks.answers)))
    gates.ahead((number, spec.tasks.answers[number]) for number in numbers)
    for number in numbers:
        try:
            got = gates.accepted(spec.tasks.answers[number], number, taken)
        except (RefusedError, SpecError) as error:
            refused(number, 0, error)
            missing += 1
            if missing > spec.tasks.allow_missing:
                raise SpecError(
                    f"answer {number + 1}: {error}; mend it, or let {missing} tasks be missing "
                    "with tasks.allow_missing",
                    place=(*PLACE, number),
                ) from error
            continue
        accepted(number, 0, got.task, got.dropped)
        taken.add(signature(got.task))
        tasks.append(got.task)
    return tuple(tasks)
