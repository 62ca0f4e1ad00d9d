"""What is checked before a long job: does a spec hold, and is here what it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..schemas import DatasetSpec, SpecError, TaskSpec
from ..schemas.physics import EVERY, SCALE, object_of
from ..schemas.plugins import offer
from .stages import open_library

if TYPE_CHECKING:
    from ..scenes.assets.library import AssetLibrary
    from ..scenes.assets.tabletop import Tabletop


def check_spec(
    spec: DatasetSpec, library: AssetLibrary | None = None, *, draws: bool = True
) -> None:
    """Refuse before any work what no stage could do later.

    Args:
        spec: of the dataset.
        library: that of the spec, where it is open already.
        draws: whether pictures are wanted.

    Raises:
        SpecError: a category that nothing stands in for, an asset that is not there, a path in
            `render.vary` that does not exist, or a given task that cannot be done.
        BackendMissingError, RenderError: a solver, proposer, renderer, or label is not here,
            or cannot start.
    """
    from ..generators.images.parameters.vary import check_vary
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
    check_vary(spec)
    for group, name in foreign_plugins(spec):
        if group.name in ELSEWHERE["tasks"]:
            group.load(name).needs.check(f"{group.word} {name!r}")
    table = Tabletop(library or open_library(spec.assets))
    _check_categories(spec, table)
    _check_assets(spec, table)
    tasks: tuple[TaskSpec, ...] = ()
    if spec.tasks.given:
        from ..generators.proposers.given.binding import given_tasks

        tasks = given_tasks(spec, 0, spec.tasks.count, table.library)
    _check_physics(spec, tasks)


def _check_categories(spec: DatasetSpec, library: Tabletop) -> None:
    """Refuse a category that nothing stands in for.

    Raises:
        SpecError: with its path, and what is near.
    """
    from ..scenes.cousins.catalogue import resolve

    wanted = {f"scene.objects[{i}].category": x.category for i, x in enumerate(spec.scene.objects)}
    wanted |= {
        f"scene.clutter.categories[{i}]": category
        for i, category in enumerate(spec.scene.clutter.categories)
    }
    for path, category in wanted.items():
        # To ask for all that is offered takes seconds: it builds an asset of each category.
        if library.offers(category):
            continue
        try:
            resolve(category, library.ids())
        except SpecError as error:
            raise SpecError(f"{path}: {error}") from error


def _check_assets(spec: DatasetSpec, library: Tabletop) -> None:
    """Refuse an asset that is not there.

    Raises:
        SpecError: with its path.
    """
    from ..generators.images.parameters.vary import swapped_assets

    wanted = [(f"render.vary.{path}", asset_id) for path, asset_id in swapped_assets(spec)]
    wanted += [
        (f"scene.objects[{index}].asset", thing.asset)
        for index, thing in enumerate(spec.scene.objects)
        if thing.asset is not None
    ]
    for path, asset_id in wanted:
        try:
            library.get(asset_id)
        except SpecError as error:
            raise SpecError(f"{path}: {error}") from error


def _check_physics(spec: DatasetSpec, tasks: tuple[TaskSpec, ...]) -> None:
    """Refuse paths of objects that no scene will have, as far as names are known before.

    Args:
        spec: of the dataset.
        tasks: those that it gives; what other proposers call their objects is not known yet.

    Raises:
        SpecError: with the path's place.
    """
    known = [spec.scene.support, *(thing.name for thing in spec.scene.objects)]
    known += [x.name for task in tasks for x in task.objects if x.name not in known]
    for path in spec.physics.vary if spec.physics else ():
        name, place = object_of(path), ("physics", "vary", path)
        if name not in (None, EVERY, *known):
            raise SpecError(
                f"no object {name!r} is known before tasks are proposed; "
                f"{offer(str(name), [EVERY, *dict.fromkeys(known)])}",
                place=place,
            )
        if path == SCALE.of(spec.scene.support):
            raise SpecError("the support keeps its size; name what stands on it", place=place)


def check_exports(formats: tuple[str, ...]) -> None:
    """Refuse before any work formats that cannot be written.

    Raises:
        SpecError: there is no such format; the nearest are offered.
        BackendMissingError: a package that one needs is not installed.
    """
    from ..generators.exports import EXPORTERS

    for name in formats:
        EXPORTERS.load(name).needs.check(f"export {name}")
