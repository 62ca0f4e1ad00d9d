"""A scene under every combination of a spec's sweeps, those left out that it cannot take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from ....scenes.assets.joint import open_libraries
from ....schemas import Asset, DatasetSpec, Scene, SkippedRecord, VariantError
from . import Value, Variant
from .plausible import check_variant, hidden_cameras
from .vary import check_paths, combinations, varied


@dataclass(frozen=True)
class Variation:
    """One combination of values.

    Attributes:
        number: its place among all combinations.
        values: by path.
        variant: the scene that they make; None where they make none.
        blind: cameras that see nothing, for they would be in a thing.
        skipped: what is left out, and why.
    """

    number: int
    values: dict[str, Value]
    variant: Variant | None
    blind: frozenset[str]
    skipped: tuple[SkippedRecord, ...]

    def refused(self, scene: Scene, reason: str, camera: str | None = None) -> SkippedRecord:
        """The record of a value that is left out."""
        return SkippedRecord(scene=scene.id, camera=camera, vary=self.values, reason=reason)


def variations(scene: Scene, assets: Mapping[str, Asset], spec: DatasetSpec) -> Iterator[Variation]:
    """Every combination of the sweeps of `spec.render.vary`, the last path fastest.

    Args:
        scene: at rest.
        assets: by content hash.
        spec: its sweeps, and its libraries for assets that a sweep swaps in.

    Raises:
        SpecError: where a path names nothing in this scene, or an asset is not there.
    """
    check_paths(scene, assets, spec)
    # Opened once, and only where a sweep swaps an asset in.
    library = cache(lambda: open_libraries(spec.assets))
    for number, values in enumerate(combinations(spec, scene)):
        nothing = Variation(number, values, None, frozenset(), ())
        try:
            variant = varied(scene, assets, values, lambda name: library().get(name))
            check_variant(variant, values)
        except VariantError as error:
            refused = (nothing.refused(scene, str(error)),)
            yield Variation(number, values, None, frozenset(), refused)
            continue
        blind = hidden_cameras(variant, values)
        refusals = tuple(nothing.refused(scene, why, name) for name, why in blind.items())
        yield Variation(number, values, variant, frozenset(blind), refusals)
