"""ProceduralLibrary: 64 instances of every category, each a pure function of its id."""

from __future__ import annotations

import difflib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ....schemas import Asset, SpecError
from ....schemas.plugins import until_forgotten
from ...assets.categories import Declared, categories
from ...assets.fitted import FittedUnit
from . import fitted as fitted_units
from .sources import library_version, stamp_of

INSTANCES = 64


@dataclass(frozen=True)
class ProceduralLibrary:
    """Assets built from code and a seed; needs no files, network or licence."""

    @property
    def name(self) -> str:
        """Stable name."""
        return "procedural"

    @property
    def version(self) -> str:
        """A hash of all source text that shapes assets."""
        return library_version()

    def ids(self) -> dict[str, tuple[str, ...]]:
        """Asset ids by category, each in a stable order."""
        return dict(_ids())

    def quarantined(self) -> Mapping[str, str]:
        """Nothing: what does not pass its tests is not built."""
        return {}

    def stamp(self, asset_id: str) -> str:
        """A hash of the source text that shapes that asset.

        Raises:
            SpecError: where there is no such asset.
        """
        declared, _ = _parsed(asset_id)
        return stamp_of(declared.category.name)

    def get(self, asset_id: str) -> Asset:
        """Build one asset; the same id always gives the same bytes.

        Raises:
            SpecError: where there is no such asset.
        """
        declared, number = _parsed(asset_id)
        return _build(asset_id, declared, number)

    def fitted(self, unit: FittedUnit) -> Asset:
        """Build furniture to measure, for kitchens."""
        return fitted_units.build(unit)


@until_forgotten
def _ids() -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(f"{declared.category.prefix}-{index:04d}" for index in range(INSTANCES))
        for name, declared in categories().items()
    }


@until_forgotten
def _by_prefix() -> Mapping[str, Declared]:
    return {declared.category.prefix: declared for declared in categories().values()}


def _parsed(asset_id: str) -> tuple[Declared, int]:
    prefix, _, digits = asset_id.rpartition("-")
    declared = _by_prefix().get(prefix)
    if declared and len(digits) == 4 and digits.isdigit() and int(digits) < INSTANCES:
        return declared, int(digits)
    near = difflib.get_close_matches(prefix or asset_id, _by_prefix(), n=3, cutoff=0.0)
    raise SpecError(
        f"no asset {asset_id!r}; ids look like "
        f"{', '.join(f'{p}-0000' for p in near)} and end at {INSTANCES - 1:04d}"
    )


@lru_cache(maxsize=4096)
def _build(asset_id: str, declared: Declared, number: int) -> Asset:
    name = declared.category.name
    seed = np.random.SeedSequence((zlib.crc32(name.encode()), number))
    asset = declared.category.build(asset_id, name, np.random.default_rng(seed))
    source = declared.source
    if source.distribution is None:
        return asset
    made_by = f"{source.distribution} {source.version}, {source.module}, instance {asset_id}"
    return asset.model_copy(update={"source": made_by, "licence": declared.builders.licence})
