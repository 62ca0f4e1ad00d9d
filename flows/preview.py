"""One scene of a spec, assembled and drawn without a dataset."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ..generators.proposing.review import reviewed
from ..generators.store.changes import slice_of
from ..schemas import Asset, DatasetSpec, RenderSpec, Scene, SpecError, TaskSpec
from .graph import TASKS_PER_SHARD
from .stages import production
from .work import Stages, task_index

ACROSS = 3
"""Images beside each other on a contact sheet."""


@dataclass(frozen=True)
class Assembled:
    """One scene of a spec.

    Attributes:
        task: that the scene is for.
        scene: at rest.
        assets: of the scene, by content hash.
    """

    task: TaskSpec
    scene: Scene
    assets: dict[str, Asset] = field(repr=False)


@dataclass(frozen=True)
class Preview(Assembled):
    """One scene of a spec, as it would be made.

    Attributes:
        images: (H, W, 3) uint8 colours by the camera's name.
    """

    images: dict[str, npt.NDArray[np.uint8]] = field(repr=False)

    def sheet(self) -> npt.NDArray[np.uint8]:
        """All images side by side, (H, W x cameras, 3) uint8."""
        return np.concatenate(list(self.images.values()), axis=1)

    def contact_sheet(self) -> npt.NDArray[np.uint8]:
        """All images in rows of at most ACROSS, (rows x H, columns x W, 3) uint8."""
        images = list(self.images.values())
        across = min(ACROSS, len(images))
        images += [np.full_like(images[0], 255)] * (-len(images) % across)
        starts = range(0, len(images), across)
        return np.concatenate([np.concatenate(images[i : i + across], axis=1) for i in starts])

    def _repr_png_(self) -> bytes:
        """The sheet, for notebooks."""
        from PIL import Image

        buffer = io.BytesIO()
        Image.fromarray(self.sheet()).save(buffer, format="png")
        return buffer.getvalue()


def make_preview(spec: DatasetSpec, task: int, scene: int) -> Preview:
    """Assemble and draw one scene; arguments and errors as of `cousins.preview`."""
    _check(spec, task, scene)
    if not spec.cameras:
        raise SpecError("cameras: a preview needs at least one, such as `- {name: front}`")
    made = _assembled(spec, task, scene)
    images = _images(spec, made.scene, made.assets)
    return Preview(made.task, made.scene, made.assets, images)


def assemble_one(spec: DatasetSpec, task: int, scene: int) -> Assembled:
    """Assemble one scene, which needs no cameras; else as `make_preview`."""
    _check(spec, task, scene)
    return _assembled(spec, task, scene)


def _assembled(spec: DatasetSpec, task: int, scene: int) -> Assembled:
    stages = production()
    library = stages.library(spec.assets)
    wanted = _task(spec, task, stages)
    # A scene shard reads only its slice of the spec.
    sliced = slice_of(spec, "scenes", scene + 1)
    built, assets = stages.build_scene(sliced, wanted, scene, library)
    return Assembled(wanted, built, assets)


def _check(spec: DatasetSpec, task: int, scene: int) -> None:
    if not 0 <= task < spec.tasks.count:
        raise SpecError(f"no task {task}: the spec has numbers 0 to {spec.tasks.count - 1}")
    scenes = spec.scenes_per_task
    if not 0 <= scene < scenes:
        raise SpecError(f"no scene {scene}: each task of the spec has numbers 0 to {scenes - 1}")


def _task(spec: DatasetSpec, number: int, stages: Stages) -> TaskSpec:
    """The task of that number, proposed in the batches of a run."""
    library = stages.library(spec.assets)
    found: tuple[TaskSpec, ...] = ()
    for start in range(0, number + 1, TASKS_PER_SHARD):
        stop = min(start + TASKS_PER_SHARD, spec.tasks.count)
        batch = slice_of(spec, "tasks", stop)
        # A run would propose the whole batch; what follows the wanted task does not change it.
        found += stages.propose(batch, start, min(stop, number + 1), found, library)
    until = slice_of(spec, "tasks", number + 1)
    by_number = {task_index(task): task for task in reviewed(found, 0, until, library).kept}
    if number not in by_number:
        raise SpecError(
            f"no task {number}: the proposer found {len(found)} tasks, and the review left "
            f"{len(by_number)}"
        )
    return by_number[number]


def _images(
    spec: DatasetSpec, scene: Scene, assets: dict[str, Asset]
) -> dict[str, npt.NDArray[np.uint8]]:
    """Colours of each camera, by its name; without sweeps and labels."""
    from PIL import Image

    from ..generators.frames import render_scene

    once: dict[str, Any] = {"labels": ("rgb",), "videos": False, "vary": {}}
    render = {**spec.render.model_dump(), **once}
    drawn = spec.model_copy(update={"render": RenderSpec.model_validate(render)})
    rendered = render_scene(scene, assets, drawn)
    images: dict[str, npt.NDArray[np.uint8]] = {}
    for frame in rendered.frames:
        with Image.open(io.BytesIO(rendered.files[frame.files["rgb"]])) as picture:
            images.setdefault(frame.camera, np.asarray(picture, dtype=np.uint8))
    return images
