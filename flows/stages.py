"""The production stages: the real functions, each imported where it is first used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..generators.dataset import Dataset
from ..schemas import (
    Asset,
    AssetsSpec,
    DatasetSpec,
    Episode,
    EpisodeArrays,
    EpisodeSpec,
    Scene,
    TaskSpec,
)
from .corrections import failure_scene, start_of
from .work import Keep, RenderedLike, Stages

if TYPE_CHECKING:
    from ..generators.exports import EarlierExport
    from ..scenes.assets.library import AssetLibrary


def production() -> Stages:
    """The stages that `cousins generate` runs."""
    return Stages(
        name="production",
        library=open_library,
        propose=_propose,
        build_scene=_build_scene,
        solve=_solve,
        render_scene=_render_scene,
        render_episode=_render_episode,
        export=_export,
        report=_report,
        grow=_grow,
    )


def open_library(spec: AssetsSpec) -> AssetLibrary:
    """The asset libraries that a spec names, as one.

    Raises:
        SpecError: a folder that cannot be used.
        BackendMissingError: a library whose package is not installed.
    """
    from ..scenes.assets.joint import open_libraries

    return open_libraries(spec)


def _propose(
    spec: DatasetSpec, start: int, stop: int, earlier: tuple[TaskSpec, ...], library: AssetLibrary
) -> tuple[TaskSpec, ...]:
    from ..generators.proposers import propose

    return propose(spec, start, stop, earlier, library)


def _build_scene(
    spec: DatasetSpec, task: TaskSpec, index: int, library: AssetLibrary
) -> tuple[Scene, dict[str, Asset]]:
    from ..tasks.solving.setup import build_scene

    if spec.episodes.from_ is not None:
        return failure_scene(spec.episodes.from_, task, index)
    return build_scene(spec, task, index, library)


def _solve(
    scene: Scene,
    assets: dict[str, Asset],
    task: TaskSpec,
    spec: EpisodeSpec,
    seed: tuple[int, ...],
    episode_id: str,
    solution: int,
) -> tuple[Episode, EpisodeArrays]:
    from ..tasks.solving.solve import solve

    start = None if spec.from_ is None else start_of(spec.from_, scene)
    return solve(scene, assets, task, spec, seed, episode_id, solution, start)


def _render_scene(
    scene: Scene, assets: dict[str, Asset], spec: DatasetSpec, keep: Keep
) -> RenderedLike:
    from ..generators.frames import render_scene

    return render_scene(scene, assets, spec, keep=keep)


def _render_episode(
    scene: Scene,
    assets: dict[str, Asset],
    episode: Episode,
    arrays: EpisodeArrays,
    spec: DatasetSpec,
    keep: Keep,
) -> RenderedLike:
    from ..generators.frames import render_episode

    return render_episode(scene, assets, episode, arrays, spec, keep=keep)


def _export(name: str, dataset: Dataset, out: Path) -> None:
    from ..generators.exports import export

    export(name, dataset, out)


def _grow(name: str, dataset: Dataset, out: Path, earlier: EarlierExport) -> str:
    from ..generators.exports import grow

    return grow(name, dataset, out, earlier)


def _report(dataset: Dataset, out: Path) -> Path:
    from ..generators.report import write_report

    return write_report(dataset, out)
