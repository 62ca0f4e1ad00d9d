"""Who plays in a task: objects of the person's scene first, then others of the library."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np

from ...scenes.assets.meanings import keeps
from ...schemas import ObjectSpec
from ...schemas.reserved import RESERVED_PREFIXES, is_reserved
from .catalogue import Catalogue
from .draft import BoundObject, RefusedError
from .offered import OfferedCategory
from .sense import CONTENTS

PREFER_SCENE = 0.8
"""How often an object of the scene is taken where one would do."""

WIDE = 0.085
"""Half width of a surface that carries several things at the start, metres."""

Wanted = Callable[[OfferedCategory], bool]


class Names:
    """Names for objects, each given once.

    Args:
        used: names that are taken.
    """

    def __init__(self, used: Iterable[str]) -> None:
        """Begin with the names that are taken."""
        self._taken = set(used)

    def fresh(self, kind: OfferedCategory) -> str:
        """A name after the kind, with a number where it is taken; taken from now on."""
        base = re.sub(r"[^a-z0-9]+", "_", kind.category.split(".")[0].lower()).strip("_")
        if not base[:1].isalpha() or base.startswith(RESERVED_PREFIXES):
            base = f"object_{base}"
        number = 1
        while (name := base if number == 1 else f"{base}_{number}") in self._taken or (
            is_reserved(name)
        ):
            number += 1
        self._taken.add(name)
        return name


class ObjectBinding:
    """Chooses objects for one draft; each object is used once."""

    def __init__(
        self,
        catalogue: Catalogue,
        scene: Sequence[BoundObject],
        used: frozenset[str],
        support: str,
        rng: np.random.Generator,
        *,
        sensible: bool = True,
    ) -> None:
        """Start with nobody chosen.

        Args:
            catalogue: what there is.
            scene: objects of the scene that may be used.
            used: names of the scene's objects, which new ones must not take.
            support: name of what everything stands on.
            rng: every choice comes from it.
            sensible: whether people use the objects of one task together; a small library may
                have none that they do.
        """
        self.catalogue = catalogue
        self.support = support
        self.rng = rng
        self.sensible = sensible
        self.chosen: list[BoundObject] = []
        self._scene = list(scene)
        self._names = Names(used)

    def pick(self, wanted: Wanted, *, beside: Collection[BoundObject] | None = None) -> BoundObject:
        """An unused object of a kind that is wanted and not yet there.

        Args:
            wanted: whether a kind would do.
            beside: objects that people use it with; all that were chosen unless given.

        Raises:
            RefusedError: `no_kind` where the library has none.
        """
        words = {thing.kind.words for thing in self.chosen}
        others = [x.kind for x in (self.chosen if beside is None else beside)]

        def suits(kind: OfferedCategory) -> bool:
            together = not self.sensible or all(kind.belongs_with(x) for x in others)
            return together and kind.words not in words and not kind.table and wanted(kind)

        near = [thing for thing in self._scene if suits(thing.kind)]
        if near and self.rng.random() < PREFER_SCENE:
            thing = near[int(self.rng.integers(len(near)))]
            self._scene.remove(thing)
            self.chosen.append(thing)
            return thing
        kinds = [kind for kind in self.catalogue.kinds if suits(kind)]
        if not kinds:
            raise RefusedError("no_kind", "the library has nothing that suits this part")
        return self.another(kinds[int(self.rng.integers(len(kinds)))])

    def another(self, kind: OfferedCategory) -> BoundObject:
        """One more object of a kind."""
        thing = BoundObject(self._names.fresh(kind), kind)
        self.chosen.append(thing)
        return thing

    def phrase(self, *options: str) -> str:
        """One of several ways to say the same."""
        return options[int(self.rng.integers(len(options)))]

    def movable(self, kind: OfferedCategory) -> bool:
        """Whether the gripper can lift it and people would put it somewhere."""
        return kind.easy

    def into(self, *targets: BoundObject) -> Wanted:
        """Kinds that go inside each of the targets."""
        return lambda kind: all(self.catalogue.goes(kind, x.kind, "inside") for x in targets)

    def onto(self, *targets: BoundObject) -> Wanted:
        """Kinds that go on each of the targets."""
        return lambda kind: all(self.catalogue.goes(kind, x.kind, "ontop") for x in targets)

    def pegs(self, target: BoundObject) -> Wanted:
        """Kinds that are inserted into the target."""
        declared = keeps(target.kind.category)
        kept = self.movable if declared is None else CONTENTS[declared]
        return lambda kind: kept(kind) and self.catalogue.does("insert", kind, target.kind)

    def hanging(self, rack: BoundObject) -> Wanted:
        """Kinds that hang on the rack."""
        return lambda kind: kind.sort == "cup" and self.catalogue.does("hang", kind, rack.kind)

    def holder(self, kind: OfferedCategory) -> bool:
        """Whether something goes inside it without opening it first."""
        return bool(not kind.gated and kind.assets[0].cavities)

    def cabinet(self, kind: OfferedCategory) -> bool:
        """Whether it must be open for something to go inside."""
        return kind.gated and kind.openable

    def carrier(self, kind: OfferedCategory) -> bool:
        """Whether something can stand on it."""
        return all(asset.surfaces for asset in kind.assets)

    def laden(self, kind: OfferedCategory) -> bool:
        """Whether it can carry something at the start and be cleared."""
        return self.carrier(kind) and not kind.furniture

    def laid(self, kind: OfferedCategory) -> bool:
        """Whether people set things down on it, and others beside it: a plate, a tray, a mat."""
        table = kind.sort in ("board", "dish", "tray") or kind.head == "mat"
        return table and self.laden(kind)

    def wide(self, kind: OfferedCategory) -> bool:
        """Whether several things find room on it at the start, with room for fingers."""
        return self.laden(kind) and all(
            min(surface.half_size) >= WIDE for asset in kind.assets for surface in asset.surfaces
        )

    def deep_enough(self, kind: OfferedCategory) -> bool:
        """Whether fingers reach what lies in it: not so in the curve of a dish."""
        return self.holder(kind) and kind.sort != "dish"


def usable(scene: Sequence[ObjectSpec], catalogue: Catalogue, support: str) -> list[BoundObject]:
    """Objects of the scene that a task may use: those on the support, with joints closed.

    Raises:
        SpecError: where the library has nothing for a category.
    """
    things: list[BoundObject] = []
    for spec in scene:
        placed = (spec.on not in (None, support)) or spec.inside or spec.next_to
        if not placed and not spec.joint:
            kind = catalogue.kind(spec.category)
            if spec.asset is not None:
                assets = (catalogue.library.get(spec.asset),)
                kind = catalogue.kind_of(spec.category, assets)
            things.append(BoundObject(spec.name, kind))
    return things


def context(
    scene: Sequence[ObjectSpec], used: Collection[str], catalogue: Catalogue, support: str
) -> list[OfferedCategory]:
    """Kinds of the scene's objects that take up room on the support besides the task's own."""
    return [
        catalogue.kind(spec.category)
        for spec in scene
        if spec.name not in used and spec.on in (None, support) and not spec.inside
    ]
