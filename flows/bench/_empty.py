"""Stages that make nothing: what is measured with them is what the flow itself costs.

They are part of benchmarks alone. Their name is in every key, and no spec can ask for them.
"""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from ...generators.dataset import Dataset
from ...schemas import AssemblyError, AssetsSpec, DatasetSpec, Refusal, RefusalKind, TaskSpec
from ...schemas.spec_file import parse_spec
from ..work import Stages


class EmptyLibrary:
    """Holds no assets."""

    name = "empty"
    version = "empty-1"


def open_library(spec: AssetsSpec) -> Any:
    """The library without assets."""
    del spec
    return EmptyLibrary()


def propose(
    spec: DatasetSpec, start: int, stop: int, earlier: tuple[TaskSpec, ...], library: Any
) -> tuple[TaskSpec, ...]:
    """Tasks that ask for nothing."""
    del earlier, library
    return tuple(
        TaskSpec(
            id=f"t{number:04d}",
            name=f"nothing {number}",
            instruction="do nothing",
            bddl="",
            objects=(),
            proposer="empty",
            seed=(spec.seed, 0, number, 0),
        )
        for number in range(start, stop)
    )


def build_scene(
    seconds: float, spec: DatasetSpec, task: TaskSpec, index: int, library: Any
) -> NoReturn:
    """Take its time, and refuse the scene, so that all shards are empty.

    Raises:
        AssemblyError: always.
    """
    del spec, task, index, library
    time.sleep(seconds)
    raise AssemblyError("an empty scene", {Refusal(RefusalKind.TOO_CLOSE): 1})


def never(*_: object) -> NoReturn:
    """Stands where nothing is left to do without scenes.

    Raises:
        AssertionError: it was called.
    """
    raise AssertionError("a stage without scenes has work")


def export(name: str, dataset: Dataset, out: Path) -> None:
    """Write nothing."""
    del name, dataset, out


def report(dataset: Dataset, out: Path) -> Path:
    """Write an empty page."""
    del dataset
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("", encoding="utf-8")
    return out


def stages(seconds: float = 0.0) -> Stages:
    """The stages; each scene takes so many seconds."""
    return Stages(
        name="bench-empty",
        library=open_library,
        propose=propose,
        build_scene=partial(build_scene, seconds),
        solve=never,
        render_scene=never,
        render_episode=never,
        export=export,
        report=report,
    )


def spec(tasks: int, per_task: int, seed: int) -> DatasetSpec:
    """So many tasks with as many scenes and attempts each."""
    return parse_spec(
        f"name: bench-empty\nseed: {seed}\ntasks: {{count: {tasks}}}\n"
        f"episodes: {{per_task: {per_task}}}\n"
    )
