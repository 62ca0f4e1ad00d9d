"""Attempts that begin in the states in which a policy failed: `episodes.from`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..schemas import (
    AssemblyError,
    Asset,
    DatasetError,
    DatasetSpec,
    FailureSource,
    Refusal,
    RefusalKind,
    Scene,
    SpecError,
    TaskSpec,
)

if TYPE_CHECKING:
    from ..generators.evaluation.failures import FailureStore
    from ..tasks.solving.solve import MidwayStart


def with_failures(spec: DatasetSpec) -> DatasetSpec:
    """The spec with the hash of the failures that its attempts begin in, if any.

    Raises:
        DatasetError: the folder holds none.
        SpecError: they are others than the spec says, or fewer than the scenes it asks for.
    """
    source = spec.episodes.from_
    if source is None:
        return spec
    from ..generators.evaluation.failures import FailureStore

    store = FailureStore(Path(source.evaluation))
    if source.digest not in (None, store.digest):
        raise SpecError(
            f"episodes.from: {source.evaluation} has the digest {store.digest}; this spec says "
            f"{source.digest}. Leave `digest` out to take the failures that are there",
            place=("episodes", "from", "digest"),
        )
    if spec.episodes.per_task > len(store):
        raise SpecError(
            f"episodes.from: {source.evaluation} has {len(store)} states of failures, and "
            f"{spec.episodes.per_task} scenes are asked for; ask for at most `per_task: "
            f"{len(store)}`, or evaluate with more `rollouts` or `states`",
            place=("episodes", "from"),
        )
    noted = source.model_copy(update={"digest": store.digest})
    episodes = spec.episodes.model_copy(update={"from_": noted})
    return spec.model_copy(update={"episodes": episodes})


def without_failures(spec: DatasetSpec) -> DatasetSpec:
    """The spec whose scenes are assembled, as those are that a policy is tried in."""
    episodes = spec.episodes.model_copy(update={"from_": None})
    return spec.model_copy(update={"episodes": episodes})


def failure_scene(
    source: FailureSource, task: TaskSpec, index: int
) -> tuple[Scene, dict[str, Asset]]:
    """The scene in which the state of that number is, as a scene of a task.

    Raises:
        SpecError: the failures are at another task.
        AssemblyError: there is no such state.
        DatasetError: the failures cannot be read.
    """
    store = opened(source)
    store.of_task(task)
    if index >= len(store):
        raise AssemblyError(
            f"task {task.id}: {source.evaluation} has {len(store)} states of failures, and no "
            f"number {index}",
            {Refusal(RefusalKind.NO_FAILURE): 1},
        )
    scene, assets = store.scene(index)
    return scene.model_copy(update={"id": f"{task.id}-s{index:02d}", "task": task.id}), assets


def start_of(source: FailureSource, scene: Scene) -> MidwayStart:
    """Where the attempt in such a scene begins.

    Raises:
        DatasetError: the failures cannot be read.
    """
    from ..tasks.solving.solve import MidwayStart

    return MidwayStart(*opened(source).start(int(scene.id.rpartition("-s")[2])))


def opened(source: FailureSource) -> FailureStore:
    """The failures that a spec names, read once per process.

    Raises:
        DatasetError: they are no longer those that the spec was read with.
    """
    return _opened(source.evaluation, source.digest)


@lru_cache(maxsize=4)
def _opened(evaluation: str, digest: str | None) -> FailureStore:
    from ..generators.evaluation.failures import FailureStore

    store = FailureStore(Path(evaluation))
    if store.digest != digest:
        raise DatasetError(
            f"the failures in {evaluation} changed while they were in use; run it again"
        )
    return store
