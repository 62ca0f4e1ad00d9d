"""The review of a dataset's tasks: a page for people, and a file that takes their decisions."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..generators.dataset import Dataset
from ..generators.proposing.catalogue import Catalogue
from ..generators.review.cards import Picture, review_cards
from ..generators.review.decisions import write_decisions
from ..generators.review.page import write_page
from ..generators.store.changes import slice_of
from ..scenes.robots import robot
from ..schemas import AssemblyError, DatasetSpec, RenderError, RenderSpec, SpecError, TaskSpec
from ..schemas.review import Decision
from ..schemas.spec_file import load_decisions
from .task_shards import proposed_in
from .work import Stages

if TYPE_CHECKING:
    from ..scenes.assets.library import AssetLibrary

FOLDER = "review"
"""In the dataset's; it is no part of its content."""
DECISIONS, PAGE = "decisions.yaml", "index.html"
SIZE = (480, 360)
"""Of a picture, pixels."""
SAID = 2
"""Reasons of a scene's refusal that are said."""
TOLD = 10
"""Pictures between two lines that say how far it is."""
Draw = Callable[[DatasetSpec, TaskSpec, "AssetLibrary"], Picture]


@dataclass(frozen=True)
class Review:
    """Where the review of a dataset lies."""

    page: Path
    decisions: Path


def write_review(
    spec: DatasetSpec,
    root: Path,
    stages: Stages,
    draw: Draw | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Review:
    """Write the page and the file of decisions of a dataset that has its tasks.

    Args:
        spec: of the dataset.
        root: its folder.
        stages: the functions that do the work.
        draw: makes the picture of a task; by default it assembles and draws the first scene.
        told: is told how far it is.

    Raises:
        SpecError: there are no tasks to review, or the file of decisions is about others.
    """
    if spec.without_tasks:
        raise SpecError("`tasks: none` leaves nothing to review")
    library = stages.library(spec.assets)
    tasks = tuple(_proposed(root))
    review = Review(root / FOLDER / PAGE, root / FOLDER / DECISIONS)
    before = load_decisions(review.decisions) if review.decisions.is_file() else ()
    draws = draw or SceneDrawing(stages)
    pictures: dict[str, Picture] = {}
    for number, task in enumerate(tasks, 1):
        pictures[task.id] = draws(spec, task, library)
        if number % TOLD == 0 or number == len(tasks):
            told(f"{number} of {len(tasks)} tasks pictured")
    cards = review_cards(
        tasks,
        pictures,
        _latest(spec.tasks.review, before),
        {x.task: x for x in Dataset(root).proposals() if x.task},
        Catalogue(library, robot(spec.robot)),
        spec.tasks.max_steps,
    )
    write_decisions(review.decisions, cards, before)
    write_page(review.page, spec.name, cards, review.decisions)
    return review


def _latest(used: tuple[Decision, ...], written: tuple[Decision, ...]) -> tuple[Decision, ...]:
    """The decisions of the spec, and those of the file, which stand above them."""
    return tuple({x.task: x for x in (*used, *written)}.values())


def _proposed(root: Path) -> Iterator[TaskSpec]:
    """All tasks of a dataset as they were proposed."""
    for path in sorted((root / "data" / "tasks").glob("*/tasks.json")):
        yield from proposed_in(path.parent)


@dataclass(frozen=True)
class SceneDrawing:
    """Assembles and draws the first scene of a task."""

    stages: Stages

    def __call__(self, spec: DatasetSpec, task: TaskSpec, library: AssetLibrary) -> Picture:
        """The picture, or why there is none."""
        try:
            scene, assets = self.stages.build_scene(slice_of(spec, "scenes", 1), task, 0, library)
        except AssemblyError as error:
            return Picture(None, f"its first scene: {'; '.join(islice(error.sentences, SAID))}")
        once = _one_picture(spec)
        kept: dict[str, bytes] = {}
        try:
            rendered = self.stages.render_scene(scene, assets, once, kept.__setitem__)
        except RenderError as error:
            return Picture(None, f"its picture: {error}")
        return Picture(_uri(kept[rendered.frames[0].files["rgb"]]))


def _one_picture(spec: DatasetSpec) -> DatasetSpec:
    """The spec with one small picture of one camera that stands still, where there is one."""
    still = [camera for camera in spec.cameras if camera.mount is None] or list(spec.cameras)
    once: dict[str, Any] = {"labels": ("rgb",), "videos": False, "vary": {}, "size": SIZE}
    render = RenderSpec.model_validate({**spec.render.model_dump(), **once})
    return spec.model_copy(update={"render": render, "cameras": tuple(still[:1])})


def _uri(raw: bytes) -> str:
    """A picture file as the data URI of a JPEG."""
    from PIL import Image

    buffer = io.BytesIO()
    with Image.open(io.BytesIO(raw)) as picture:
        picture.convert("RGB").save(buffer, format="jpeg", quality=84)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
