"""What a change needs at hand: objects to bring in, the rarest first, and a generator."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import TypeVar

import numpy as np

from ....schemas import DatasetSpec
from ...proposing.cast import ObjectBinding, Wanted, usable
from ...proposing.catalogue import Catalogue
from ...proposing.coverage import CoverageTable
from ...proposing.draft import BoundObject, RefusedError
from ...proposing.offered import OfferedCategory
from .sketch import Sketch

T = TypeVar("T")
SHARES = (0.1, 0.4, 1.0)
"""Of the categories that would do, the rare ones first: from these one is drawn."""


@dataclass(frozen=True)
class Hand:
    """For one change of one task.

    Attributes:
        cast: chooses objects; those of the task are chosen already.
        coverage: says what is rare.
    """

    cast: ObjectBinding
    coverage: CoverageTable

    @classmethod
    def of(
        cls,
        sketch: Sketch,
        spec: DatasetSpec,
        catalogue: Catalogue,
        coverage: CoverageTable,
        rng: np.random.Generator,
        *,
        sensible: bool,
    ) -> Hand:
        """For a change of this task.

        Args:
            sketch: the task.
            spec: with the person's scene, whose objects come first.
            catalogue: what there is.
            coverage: says what is rare.
            rng: every choice comes from it.
            sensible: whether people use the objects of one task together.
        """
        own = {thing.name for thing in spec.scene.objects}
        scene = usable(spec.scene.objects, catalogue, spec.scene.support)
        cast = ObjectBinding(
            catalogue,
            [thing for thing in scene if thing.name not in sketch.kinds],
            frozenset((*own, *sketch.kinds)),
            spec.scene.support,
            rng,
            sensible=sensible,
        )
        cast.chosen.extend(BoundObject(name, kind) for name, kind in sketch.kinds.items())
        return cls(cast, coverage)

    def pick(self, wanted: Wanted) -> BoundObject:
        """An object that is wanted, of a category that few tasks use so far.

        Raises:
            RefusedError: `no_kind` where there is none.
        """
        suiting = [kind.category for kind in self.cast.catalogue.kinds if wanted(kind)]
        drawn = self.coverage.rare_categories(suiting, self.cast.rng)

        def among(kind: OfferedCategory, first: int) -> bool:
            return kind.category in drawn[:first]

        for share in SHARES:
            try:
                return self.cast.pick(partial(among, first=ceil(share * len(drawn))))
            except RefusedError:
                continue
        raise RefusedError("no_kind", "the library has nothing that suits this part")

    def without(self, name: str) -> None:
        """Let go of an object, so that another of its kind may come."""
        self.cast.chosen[:] = [thing for thing in self.cast.chosen if thing.name != name]

    def one_of(self, options: tuple[T, ...]) -> T:
        """One that is drawn.

        Raises:
            RefusedError: `no_part` where there is none.
        """
        if not options:
            raise RefusedError("no_part", "the task has no part that can be changed so")
        return options[int(self.cast.rng.integers(len(options)))]
