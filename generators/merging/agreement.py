"""What datasets must have in common to become one, and the spec of the whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import ValidationError

from ...schemas import DatasetError, DatasetSpec, ProposalSpec, hash_of
from ..dataset import Dataset
from ..store.hashing import foreign_versions, versions

COMMON: dict[str, Callable[[DatasetSpec], Any]] = {
    "robot": lambda spec: spec.robot,
    "episodes.hz": lambda spec: spec.episodes.hz,
    "the names of cameras": lambda spec: [camera.name for camera in spec.cameras],
    "render.size": lambda spec: list(spec.render.size),
    "render.labels": lambda spec: sorted(spec.render.labels),
    "render.videos": lambda spec: spec.render.videos,
    "tasks: none": lambda spec: spec.without_tasks,
}
"""What readers and exports take for the same throughout a dataset."""


def refuse_strangers(parts: Sequence[Dataset]) -> None:
    """Refuse datasets that cannot be one.

    Raises:
        DatasetError: naming what they differ in, and both values.
    """
    first = parts[0]
    for part in parts[1:]:
        for what, read in COMMON.items():
            ours, theirs = read(first.spec), read(part.spec)
            if ours != theirs:
                raise DatasetError(
                    f"{first.root} and {part.root} cannot be one dataset: {what} is {ours} in the "
                    f"first and {theirs} in the other"
                )
    for part in parts:
        now = {**versions(part.spec.episodes.solvers), **foreign_versions(part.spec)}
        for package, which in sorted(part.versions.items()):
            if now.get(package, which) != which:
                raise DatasetError(
                    f"{part.root} was made with {package} {which}, and here is {now[package]}: "
                    "merge under the versions that the datasets were made with"
                )


def refuse_repeated_scenes(parts: Sequence[Dataset]) -> None:
    """Refuse datasets that share a scene: it could be trained with and held back at once.

    Raises:
        DatasetError: naming the scene in both.
    """
    seen: dict[str, str] = {}
    for part in parts:
        own: dict[str, str] = {}
        for scene in part.scenes():
            told = hash_of(scene.model_dump(mode="json", exclude={"id", "task"}))
            own[told] = f"scene {scene.id} of {part.root}"
        for told in (key for key in own if key in seen):
            raise DatasetError(
                f"{seen[told]} and {own[told]} are the same: what is trained with would be among "
                "what is held back; merge datasets of other seeds or tasks"
            )
        seen |= own


def merged_spec(parts: Sequence[Dataset], name: str) -> DatasetSpec:
    """The first one's spec with counts that fit all; `MergedSource` has those of the parts.

    Raises:
        DatasetError: there is no such spec.
    """
    first = parts[0].spec
    said: dict[str, Any] = first.model_dump(mode="json", by_alias=True)
    count = sum(part.spec.tasks.count for part in parts)
    proposers = {part.spec.tasks.proposer for part in parts}
    if first.without_tasks:
        said["tasks"]["count"] = count
    else:
        proposer = proposers.pop() if len(proposers) == 1 else ProposalSpec().proposer
        said["tasks"] = {"proposer": proposer, "count": count}
    said |= {"name": name, "export": []}
    said["episodes"]["per_task"] = max(part.spec.episodes.per_task for part in parts)
    if first.scenes is not None:
        said["scenes"] = max(part.spec.scenes_per_task for part in parts)
    try:
        return DatasetSpec.model_validate(said)
    except ValidationError as error:
        told = error.errors()[0]
        place = ".".join(map(str, told["loc"]))
        raise DatasetError(
            f"datasets like {parts[0].root} cannot be merged: {place}: {told['msg']}"
        ) from error


def library_version(parts: Sequence[Dataset]) -> str:
    """Of the libraries that all parts were made with together."""
    found = sorted({part.library_version for part in parts})
    return found[0] if len(found) == 1 else hash_of(found)[: len(found[0]) or None]
