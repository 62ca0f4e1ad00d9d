"""What is checked before a long job: does a spec hold, and is here what it needs."""

from __future__ import annotations

from ..schemas import DatasetSpec, SpecError
from .stages import open_library


def check_spec(spec: DatasetSpec, *, draws: bool = True) -> None:
    """Refuse before any work what no stage could do later.

    Args:
        spec: of the dataset.
        draws: whether pictures are wanted.

    Raises:
        SpecError: a category that nothing stands in for, an asset that is not there, or a path
            in `render.vary` that does not exist.
        BackendMissingError, RenderError: a solver, proposer, renderer, or label is not here,
            or cannot start.
    """
    from ..generators.images.vary import check_vary, swapped_assets
    from ..generators.labels import check_labels
    from ..generators.proposers import PROPOSERS
    from ..generators.renderers import check_renderer, renderer
    from ..scenes.catalogue import resolve
    from ..scenes.tabletop import Tabletop

    if "learning" in spec.episodes.solvers:
        from ..tasks.learning import check_learning

        check_learning()
    PROPOSERS.load(spec.tasks.proposer).needs.check(f"tasks.proposer: {spec.tasks.proposer}")
    check_renderer(spec.render.backend)
    if draws:
        check_labels(spec.render.labels)
        renderer(spec.render.backend)
    check_vary(spec)
    library = Tabletop(open_library(spec.assets))
    offered = library.ids()
    wanted = {f"scene.objects[{i}].category": x.category for i, x in enumerate(spec.scene.objects)}
    wanted |= {
        f"scene.clutter.categories[{i}]": category
        for i, category in enumerate(spec.scene.clutter.categories)
    }
    for path, category in wanted.items():
        try:
            resolve(category, offered)
        except SpecError as error:
            raise SpecError(f"{path}: {error}") from error
    for path, asset_id in swapped_assets(spec):
        try:
            library.get(asset_id)
        except SpecError as error:
            raise SpecError(f"render.vary.{path}: {error}") from error
    for index, thing in enumerate(spec.scene.objects):
        if thing.asset is not None:
            try:
                library.get(thing.asset)
            except SpecError as error:
                raise SpecError(f"scene.objects[{index}].asset: {error}") from error


def check_exports(formats: tuple[str, ...]) -> None:
    """Refuse before any work formats that cannot be written.

    Raises:
        SpecError: there is no such format; the nearest are offered.
        BackendMissingError: a package that one needs is not installed.
    """
    from ..generators.exports import EXPORTERS

    for name in formats:
        EXPORTERS.load(name).needs.check(f"export {name}")
