"""Which part of a spec each stage depends on, and which changes an existing dataset allows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

from ...schemas import DatasetError, DatasetSpec, EpisodeSpec, ProposalSpec
from ...schemas.plain import is_mapping
from ..dataset import FORMAT_VERSION
from ..shards import STAGES

_SLICES = {
    "tasks": ("seed", "robot", "assets", "scene", "cousins", "tasks"),
    "scenes": ("seed", "robot", "assets", "scene", "cousins", "cameras", "physics"),
    "episodes": ("seed", "robot", "episodes"),
    "frames": ("seed", "robot", "assets", "scene", "cousins", "cameras", "render"),
}
"""The fields of a DatasetSpec that each stage may read."""
SOLVERS = ("episodes", "solvers")
"""Read by scenes too: those that none of the solvers could begin with are refused."""
FAILURES = ("episodes", "from")
"""Read by scenes too; the digest says which, wherever the folder lies."""
LISTS = (("tasks", "given"), ("tasks", "answers"))
"""Lists to which tasks may be added at the end."""
REVIEW = ("tasks", "review")
"""Decisions about tasks: free while there is no more than tasks, and about new ones later."""
UNREAD = frozenset(
    ("tasks", x)
    for x in ("base_url", "attempts", "allow_missing", "transcript", "replay", "budget")
)
"""How tasks are asked for, and not which: no part of a dataset's identity."""
ABSENT = "absent"
"""In the place of what one of two specs does not have."""
_GROWING = (
    ("tasks", "count"),
    ("episodes", "per_task"),
    ("episodes", "demonstrations"),
    ("scenes",),
)


def slice_of(spec: DatasetSpec, stage: str, stop: int) -> DatasetSpec:
    """The spec as a stage sees it: fields that its key does not cover are at their defaults.

    Args:
        spec: the whole spec.
        stage: one of STAGES.
        stop: one past the last item of the shard; stands in for the count that may grow.
    """
    fields: dict[str, Any] = {name: getattr(spec, name) for name in _SLICES[stage]}
    if stage == "scenes":
        read: dict[str, object] = {"solvers": spec.episodes.solvers, "from_": spec.episodes.from_}
        if spec.without_tasks:
            read["per_task"] = 0
        fields["episodes"] = EpisodeSpec().model_copy(update=read)
    if stage == "tasks":
        tasks = spec.tasks
        update = {
            "count": stop,
            "given": tasks.given[:stop],
            "answers": tasks.answers[:stop],
            "review": tuple(x for x in tasks.review if x.number < stop),
        }
        fields["tasks"] = spec.tasks.model_copy(update=update)
    if stage == "episodes":
        fields["episodes"] = spec.episodes.model_copy(
            update={"per_task": stop, "demonstrations": None}
        )
    return DatasetSpec(name="slice", **fields)


def refuse_changes(
    path: Path, spec: DatasetSpec, versions: dict[str, str], finished: set[str]
) -> None:
    """Refuse a spec under which the finished shards of a dataset would have other bytes.

    Args:
        path: the dataset's spec.json.
        spec: the spec it is to be continued with.
        versions: of the packages that shape bytes.
        finished: the stages that have finished shards.

    Raises:
        DatasetError: naming each change and what to do.
    """
    saved = json.loads(path.read_text(encoding="utf-8"))
    if saved.get("format") != FORMAT_VERSION:
        raise DatasetError(
            f"{path}: format {saved.get('format')!r}; this version writes {FORMAT_VERSION}"
        )
    changes: list[str] = []
    old = _flat(saved["spec"])
    new = _flat(spec.model_dump(mode="json"))
    for place in sorted(old.keys() | new.keys()):
        before, after = old.get(place, ABSENT), new.get(place, ABSENT)
        stages = [stage for stage in STAGES if stage in finished and _reads(stage, place)]
        if before == after or not stages:
            continue
        if place in _GROWING and isinstance(after, int) and (before == ABSENT or after > before):
            continue
        if place in LISTS and _begins(after, before):
            continue
        if place == REVIEW and (finished <= {"tasks"} or _alike(before, after, old)):
            continue
        changes.append(f"{'.'.join(place)}: {before!r} became {after!r} ({stages[0]} are made)")
    old_versions = saved.get("versions", {})
    for package in sorted(old_versions.keys() | versions.keys()):
        before = old_versions.get(package, ABSENT)
        after = versions.get(package, ABSENT)
        if before != after:
            changes.append(f"version of {package}: {before} became {after}")
    if changes:
        listed = "\n".join(f"  {change}" for change in changes)
        raise DatasetError(
            f"{path.parent} is made from something else:\n{listed}\n"
            "Choose a new folder with --out. A dataset can grow: tasks.count, episodes.per_task, "
            "episodes.demonstrations and scenes may be raised, tasks added at the end of "
            "tasks.given or tasks.answers, and tasks.review decide about new tasks."
        )


def _reads(stage: str, place: tuple[str, ...]) -> bool:
    if place in _GROWING:
        # Lowering a count would orphan what is made, whatever stage reads it.
        return True
    if place == (*FAILURES, "evaluation") or place[:2] in UNREAD:
        return False
    if stage == "scenes" and (place == SOLVERS or place[:2] == FAILURES):
        return True
    # Libraries are compared by their version, which covers their bytes but not their place.
    return place[0] != "assets" and place[0] in _SLICES[stage]


def without_unread(spec: Any) -> Any:
    """A spec as JSON values, with what `UNREAD` names as it is where nobody says anything."""
    if not is_mapping(spec) or not is_mapping(spec.get("tasks")):
        return spec
    plain = ProposalSpec().model_dump(mode="json")
    names = {name for _, name in UNREAD}
    tasks = {
        name: plain[name] if name in names else value
        for name, value in spec["tasks"].items()
        if name in plain or name not in names
    }
    return {**spec, "tasks": tasks}


def _alike(before: Any, after: Any, old: dict[tuple[str, ...], Any]) -> bool:
    """Whether two reviews decide alike about the tasks that an older spec has."""
    count: Any = old.get(("tasks", "count"), 0)
    first, second = (
        {x["task"]: x for x in _as_list(review) or () if int(x["task"][1:]) < count}
        for review in (before, after)
    )
    return first == second


def _begins(longer: Any, shorter: Any) -> bool:
    """Whether a list goes on where another ends."""
    whole, start = _as_list(longer), _as_list(shorter)
    return whole is not None and start is not None and whole[: len(start)] == start


def _as_list(value: Any) -> list[Any] | None:
    return cast("list[Any] | None", value) if isinstance(value, list) else None


def _flat(value: Any, place: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """The leaves of nested dicts; a list is a leaf."""
    if isinstance(value, dict) and value:
        parts = cast("dict[str, Any]", value)
        return {k: v for key, part in parts.items() for k, v in _flat(part, (*place, key)).items()}
    return {place: value}
