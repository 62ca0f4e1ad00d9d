"""The functions of the Python surface: `generate`, `load`, `preview`, and `make_env`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..schemas import CousinsError, DatasetSpec
from ..schemas.given_file import lines_of
from ..schemas.spec_file import load_spec

if TYPE_CHECKING:
    from ..generators.dataset import Dataset
    from ..generators.environments.gym import TaskEnv
    from .preview import Preview
    from .run import Summary

Spec = DatasetSpec | Path | str
"""A spec, or the path of a YAML file that holds one."""


class ShortfallError(CousinsError):
    """A dataset was made, but less than its spec asks for.

    Attributes:
        dataset: what was made; it is complete in itself.
        summary: of the run, with all counts.
    """

    def __init__(self, dataset: Dataset, summary: Summary) -> None:
        """Keep both beside the sentence."""
        self.dataset = dataset
        self.summary = summary
        super().__init__(f"{summary.name} fell short: {summary.shortfall}; see {summary.out}")


def generate(
    spec: Spec,
    out: Path | str | None = None,
    *,
    workers: int = 1,
    allow_failures: float = 0.0,
) -> Dataset:
    """Make a dataset, or finish one that was interrupted.

    The same as `cousins generate SPEC --engine local`: the same spec, seed, and versions give the
    same bytes at any number of workers.

    Args:
        spec: what to make.
        out: the dataset's folder; by default `out/NAME`.
        workers: processes. More than one are started afresh and import the main module, so a
            script calls this below `if __name__ == "__main__":`.
        allow_failures: share of the shards, from 0 to 1, that may be left out where they fail,
            hang or die; `Dataset.quarantined()` names them. Shards are then made in processes
            of their own, also by one worker.

    Returns:
        The dataset, opened for reading.

    Raises:
        SpecError: the spec cannot be met, whatever the seed.
        DatasetError: the folder cannot be used.
        BackendMissingError: something that the spec names is not installed.
        ShortfallError: fewer tasks, no scenes, or no solved attempts; what was made is kept.
        CousinsError: shards failed; what the others made is kept.
    """
    from ..generators.dataset import Dataset
    from .checks import check_exports, check_spec
    from .run import run_session
    from .session import RunRequest, Session
    from .stages import production

    read = _read(spec)
    folder = Path(out) if out is not None else Path("out") / read.name
    plan = RunRequest(
        read, folder, production(), workers, exports=read.export, allow_failures=allow_failures
    )
    with Session(plan) as session:
        if not session.finished:
            with _lines(spec):
                check_spec(read, session.library)
            check_exports(read.export)
        summary = run_session(session)
    if summary.shortfall is not None:
        raise ShortfallError(Dataset(folder), summary)
    return Dataset(folder)


def load(path: Path | str) -> Dataset:
    """Open a dataset folder for reading.

    Raises:
        DatasetError: the folder is no dataset of this format.
    """
    from ..generators.dataset import Dataset

    return Dataset(Path(path))


def preview(spec: Spec, task: int = 0, scene: int = 0) -> Preview:
    """Assemble and draw one scene of a spec, without making a dataset.

    It is the same scene that `generate` makes of that number.

    Args:
        spec: what to look at; at least one camera.
        task: number of the task, from 0.
        scene: number of the scene within the task, from 0.

    Raises:
        SpecError: the spec cannot be met, or has no such task or scene.
        AssemblyError: this scene would be refused; the reasons are counted.
        ProposalError: no such task was found.
        BackendMissingError, RenderError: nothing can be drawn here.
    """
    from .checks import check_spec
    from .preview import make_preview

    read = _read(spec)
    with _lines(spec):
        check_spec(read, exports=False)
    return make_preview(read, task, scene)


def _lines(spec: Spec) -> AbstractContextManager[None]:
    """Adds lines to errors where the spec is a file."""
    return nullcontext() if isinstance(spec, DatasetSpec) else lines_of(Path(spec))


def make_env(
    dataset: Dataset | Path | str,
    task: str | None = None,
    *,
    scenes: Literal["stored", "fresh"] | Sequence[str] = "stored",
    observations: Sequence[str] = ("robot", "objects", "language"),
    cameras: Sequence[str] | None = None,
    image_size: tuple[int, int] | None = None,
    actions: Literal["joints", "end_effector"] = "joints",
    reward: Literal["sparse", "progress"] = "sparse",
    max_seconds: float | None = None,
    render_mode: str | None = None,
) -> TaskEnv:
    """A Gymnasium environment of one task of a dataset.

    After `import cousins.gym`, `gymnasium.make("cousins/Task-v0", dataset=..., task=...)` makes
    the same.

    Args:
        dataset: opened, or its folder.
        task: an id such as `t0003`, or the instruction; may be left out where there is one task.
        scenes: `stored` draws among the task's scenes, `fresh` makes new ones by the dataset's
            spec at each reset; or ids of stored scenes.
        observations: groups: `robot`, `objects`, `keypoints`, `images`, `point_cloud`,
            `language`.
        cameras: names, for images and point clouds; by default all of the spec.
        image_size: width and height, pixels; by default as the spec renders.
        actions: `joints` as in the exports, or `end_effector` for motions of the tool.
        reward: `sparse` is 1 at success; `progress` adds what each action gains on the subgoals.
        max_seconds: until truncation; by default `episodes.max_seconds`.
        render_mode: `rgb_array` for `render()`.

    Raises:
        DatasetError: the folder is no dataset of this format.
        SpecError: no such task, scene, group, camera or choice.
    """
    from .environments.making import register, task_env

    register()
    return task_env(
        dataset,
        task,
        scenes=scenes,
        observations=observations,
        cameras=cameras,
        image_size=image_size,
        actions=actions,
        reward=reward,
        max_seconds=max_seconds,
        render_mode=render_mode,
    )


def _read(spec: Spec) -> DatasetSpec:
    """The spec, with its robot known by name."""
    from .corrections import with_failures
    from .robots import with_robot

    return with_failures(
        with_robot(spec if isinstance(spec, DatasetSpec) else load_spec(Path(spec)))
    )
