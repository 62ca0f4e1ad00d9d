"""Checks before a long job: does a spec hold, and is here what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..schemas import DatasetSpec, SpecError, TaskSpec
from ..schemas.errors import SpecErrors
from ..schemas.locations import Loc
from ..schemas.physics import EVERY, SCALE, object_of
from ..schemas.plugins import offer
from .pictures import picture_problems
from .stages import open_library

if TYPE_CHECKING:
    from ..generators.dataset import Dataset
    from ..generators.exports import Exporter
    from ..scenes.assets.library import AssetLibrary
    from ..scenes.assets.tabletop import Tabletop


def check_spec(
    spec: DatasetSpec,
    library: AssetLibrary | None = None,
    *,
    draws: bool = True,
    exports: bool = True,
) -> None:
    """Refuse before any work what no stage could do later.

    Args:
        spec: of the dataset.
        library: that of the spec, where it is open already.
        draws: whether pictures are wanted.
        exports: whether the spec's exports are written at the end.

    Raises:
        SpecError: a category that nothing stands in for, an asset that is not there, a path in
            `render.vary` that does not exist, pictures that cannot be made, a format for which
            the spec has nothing, or a given task that cannot be done; `SpecErrors` where there
            are several.
        BackendMissingError, RenderError: a solver, proposer, renderer, or label is not here,
            or cannot start.
    """
    from ..generators.images.parameters.vary import vary_problems
    from ..generators.labels import check_labels
    from ..generators.proposers import PROPOSERS
    from ..generators.renderers import check_renderer, renderer
    from ..generators.store.hashing import ELSEWHERE, foreign_plugins
    from ..scenes.assets.tabletop import Tabletop

    if "learning" in spec.episodes.solvers:
        from ..tasks.skills.pushing.learning import check_learning

        check_learning()
    PROPOSERS.load(spec.tasks.proposer).needs.check(f"tasks.proposer: {spec.tasks.proposer}")
    check_renderer(spec.render.backend)
    if draws:
        check_labels(spec.render.labels)
        renderer(spec.render.backend)
    for group, name in foreign_plugins(spec):
        if group.name in ELSEWHERE["tasks"]:
            group.load(name).needs.check(f"{group.word} {name!r}")
    table = Tabletop(library or open_library(spec.assets))
    problems = [
        *vary_problems(spec),
        *_category_problems(spec, table),
        *_asset_problems(spec, table),
    ]
    if draws:
        problems += picture_problems(spec)
        problems += _export_problems(spec) if exports else ()
    tasks: tuple[TaskSpec, ...] = ()
    problems += _seed_problems(spec, table)
    try:
        tasks = _given_tasks(spec, table)
    except SpecError as error:
        problems.append(error)
    problems += _physics_problems(spec, tasks)
    if len(problems) > 1:
        raise SpecErrors(tuple(problems))
    for problem in problems:
        raise problem


def _given_tasks(spec: DatasetSpec, library: Tabletop) -> tuple[TaskSpec, ...]:
    """The tasks that a spec gives.

    Raises:
        SpecError: one of them cannot be done.
    """
    if not spec.tasks.given:
        return ()
    from ..generators.proposers.given.binding import given_tasks

    return given_tasks(spec, 0, spec.tasks.count, library.library)


def _seed_problems(spec: DatasetSpec, library: Tabletop) -> Iterator[SpecError]:
    """A written seed task that cannot be read or done, with its place."""
    if not spec.tasks.seeds:
        return
    from ..generators.proposers.variants.seeds import written_seeds

    try:
        written_seeds(spec, library.library)
    except SpecError as error:
        yield error


def _category_problems(spec: DatasetSpec, library: Tabletop) -> Iterator[SpecError]:
    """Categories that nothing stands in for, with their place and what is near."""
    from ..scenes.cousins.catalogue import resolve

    wanted: dict[Loc, str] = {
        ("scene", "objects", i, "category"): x.category for i, x in enumerate(spec.scene.objects)
    }
    wanted |= {
        ("scene", "clutter", "categories", i): category
        for i, category in enumerate(spec.scene.clutter.categories)
    }
    for place, category in wanted.items():
        # To ask for all that is offered takes seconds: it builds an asset of each category.
        if library.offers(category):
            continue
        try:
            resolve(category, library.ids())
        except SpecError as error:
            yield SpecError(str(error), place=place)


def _asset_problems(spec: DatasetSpec, library: Tabletop) -> Iterator[SpecError]:
    """Assets that are not there, with their place."""
    from ..generators.images.parameters.vary import swapped_assets

    wanted: list[tuple[Loc, str]] = [
        (("render", "vary", path), asset_id) for path, asset_id in swapped_assets(spec)
    ]
    wanted += [
        (("scene", "objects", index, "asset"), thing.asset)
        for index, thing in enumerate(spec.scene.objects)
        if thing.asset is not None
    ]
    for place, asset_id in wanted:
        try:
            library.get(asset_id)
        except SpecError as error:
            yield SpecError(str(error), place=place)


def _physics_problems(spec: DatasetSpec, tasks: tuple[TaskSpec, ...]) -> Iterator[SpecError]:
    """Paths of objects that no scene will have, as far as names are known before.

    Args:
        spec: of the dataset.
        tasks: those that it gives; what other proposers call their objects is not known yet.

    Returns:
        Each with the path's place.
    """
    known = [spec.scene.support, *(thing.name for thing in spec.scene.objects)]
    known += [x.name for task in tasks for x in task.objects if x.name not in known]
    for path in spec.physics.vary if spec.physics else ():
        name, place = object_of(path), ("physics", "vary", path)
        if name not in (None, EVERY, *known):
            yield SpecError(
                f"no object {name!r} is known before tasks are proposed; "
                f"{offer(str(name), [EVERY, *dict.fromkeys(known)])}",
                place=place,
            )
        if path == SCALE.of(spec.scene.support):
            yield SpecError("the support keeps its size; name what stands on it", place=place)


def _export_problems(spec: DatasetSpec) -> Iterator[SpecError]:
    """Formats for which what a spec asks for has nothing, each with its place."""
    from ..generators.exports import EXPORTERS

    for place, name in enumerate(spec.export):
        told = _lacking(spec, name, EXPORTERS.load(name))
        if told:
            yield SpecError(f"{name} {told}", place=("export", place))


def _lacking(spec: DatasetSpec, name: str, exporter: Exporter) -> str:
    """What a spec does not ask for and a format needs, with the remedy; empty if nothing."""
    from ..generators.exports import Demonstrating, Picturing

    if isinstance(exporter, Demonstrating) and exporter.of_demonstrations:
        if spec.without_tasks:
            return (
                "holds demonstrations, and `tasks: none` leaves nothing to attempt; export coco or "
                "yolo"
            )
        if not spec.episodes.per_task:
            return (
                "holds demonstrations, and `episodes.per_task: 0` leaves nothing to attempt; set "
                f"it to 1 or more, or leave {name} out of export"
            )
    if isinstance(exporter, Picturing):
        missing = [label for label in exporter.labels if label not in spec.render.labels]
        if missing:
            labels = ", ".join(missing)
            return f"needs {labels}; add it to render.labels, or leave {name} out of export"
    return ""


def check_exports(formats: tuple[str, ...]) -> None:
    """Refuse before any work formats that cannot be written.

    Raises:
        SpecError: there is no such format; the nearest are offered.
        BackendMissingError: a package that one needs is not installed.
    """
    from ..generators.exports import EXPORTERS

    for name in formats:
        EXPORTERS.load(name).needs.check(f"export {name}")


def check_dataset(dataset: Dataset, formats: tuple[str, ...]) -> None:
    """Refuse to export a dataset that has nothing for one of the formats.

    A run writes such an export nevertheless, and says itself that it fell short.

    Raises:
        DatasetError: naming the format, and what it lacks.
    """
    from ..generators.exports import EXPORTERS, Choosy

    for exporter in map(EXPORTERS.load, formats):
        if isinstance(exporter, Choosy):
            exporter.check_dataset(dataset)
