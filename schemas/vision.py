"""Scenes for pictures alone: `tasks: none` and `robot: none`, what they imply and exclude."""

from __future__ import annotations

from typing import Any, Final, Protocol, cast

from .camera import CameraSpec
from .locations import misplaced
from .physics import PhysicsSpec
from .robot import NO_ROBOT

NO_TASKS: Final = "none"
"""The proposer of no goal: its one task stands for scenes in which nothing is to be done."""
SCENES = 10
"""Scenes where a spec without tasks does not say how many."""
CAMERAS = ({"name": "front", "distance": {"uniform": [1.15, 1.45]}},)
"""The cameras of a spec without a robot that names none: the whole of the support is in view."""


class AttemptsAsked(Protocol):
    """The parts of `episodes` that ask for attempts."""

    @property
    def per_task(self) -> int: ...  # noqa: D102

    @property
    def demonstrations(self) -> int | None: ...  # noqa: D102

    @property
    def from_(self) -> object | None: ...  # noqa: D102


class WholeSpec(Protocol):
    """The fields of a spec that scenes without tasks or a robot restrict."""

    @property
    def robot(self) -> str: ...  # noqa: D102

    @property
    def scenes(self) -> int | None: ...  # noqa: D102

    @property
    def without_tasks(self) -> bool: ...  # noqa: D102

    @property
    def episodes(self) -> AttemptsAsked: ...  # noqa: D102

    @property
    def cameras(self) -> tuple[CameraSpec, ...]: ...  # noqa: D102

    @property
    def physics(self) -> PhysicsSpec | None: ...  # noqa: D102


def completed(raw: Any) -> Any:
    """A spec as a person writes it, with what the lack of a robot or of tasks implies."""
    if not isinstance(raw, dict):
        return raw
    written = cast("dict[str, Any]", raw)
    if written.get("robot") == NO_ROBOT:
        written = {"tasks": NO_TASKS, "cameras": CAMERAS, **written}
    if not _without_tasks(written.get("tasks")):
        return written
    return {"scenes": SCENES, "episodes": {"per_task": 0}, **written}


def _without_tasks(tasks: Any) -> bool:
    if isinstance(tasks, dict):
        return cast("dict[str, Any]", tasks).get("proposer") == NO_TASKS
    return NO_TASKS in (tasks, getattr(tasks, "proposer", None))


def proposed_by_none(raw: Any) -> Any:
    """`tasks: none` as a mapping; it has one task without a goal."""
    if raw == NO_TASKS:
        return {"proposer": NO_TASKS, "count": 1}
    if isinstance(raw, dict) and _without_tasks(raw):
        return {"count": 1, **cast("dict[str, Any]", raw)}
    return cast("Any", raw)


def refuse_mixtures(spec: WholeSpec) -> None:
    """Refuse what needs an arm or a goal where there is none.

    Raises:
        PydanticCustomError: naming the place, and what to write instead.
    """
    if not spec.without_tasks:
        if spec.robot == NO_ROBOT:
            raise misplaced(
                "`robot: none` leaves no arm to do them with; write `tasks: none`, or leave "
                "`robot: none` out",
                "tasks",
            )
        if spec.scenes is not None:
            raise misplaced(
                "only `tasks: none` counts scenes so; `episodes.per_task` says how many scenes "
                "each task has",
                "scenes",
            )
        return
    tried = spec.episodes
    if tried.per_task or tried.demonstrations or tried.from_:
        raise misplaced(
            "`tasks: none` leaves nothing to attempt; leave `episodes` out, and say with `scenes` "
            "how many scenes there are",
            "episodes",
        )
    if spec.robot == NO_ROBOT:
        _refuse_robot_parts(spec)


def _refuse_robot_parts(spec: WholeSpec) -> None:
    for place, camera in enumerate(spec.cameras):
        if camera.mount is not None:
            raise misplaced(
                "`robot: none` leaves no hand to fix a camera to; leave `mount` out",
                *("cameras", place, "mount"),
            )
    for path in spec.physics.vary if spec.physics else ():
        if path.startswith("robot."):
            raise misplaced(
                "`robot: none` leaves no arm; leave the path out", *("physics", "vary", path)
            )
