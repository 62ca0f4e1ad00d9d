"""Draws the values of `physics.vary` for one scene."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ...schemas import Asset, Parameter, SpecError, Sweep
from ...schemas.physics import EVERY, SCALE, object_of, path_of
from ..core.rescale import rescaled
from ..core.seeds import Seed, generator
from ..layout.views import number


@dataclass(frozen=True)
class PhysicsDraw:
    """The variation of a scene's physics, and the seed of its draws.

    A draw depends on the scene's seed and the path of the one object alone, so it is the same in
    all attempts at a layout, whatever else varies.

    Attributes:
        vary: by path, as in `physics.vary`.
        seed: of the scene.
        index: which of the task's scenes; sweeps go by it.
    """

    vary: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])
    seed: Seed = ()
    index: int = 0

    def values(self, names: Mapping[str, bool], things: Iterable[str]) -> dict[str, float]:
        """The scene's values by path, each of one object.

        Args:
            names: of all the scene's objects, and whether each has joints.
            things: of those that `*` stands for.

        Paths of objects that the scene does not have vary nothing: other tasks have them.
        """
        starred, drawn = list(things), dict[str, float]()
        for path in sorted(self.vary, key=_named_last):
            found = path_of(path)
            if found is None:
                raise SpecError(f"physics.vary: no path {path!r}")
            name = object_of(path)
            if name is None:
                drawn[path] = self._draw(path, path)
                continue
            for each in starred if name == EVERY else [name]:
                if each in names and (names[each] or not found.of_joints):
                    drawn[found.of(each)] = self._draw(path, found.of(each))
        return dict(sorted(drawn.items()))

    def sized(self, name: str, asset: Asset) -> Asset:
        """The asset of an object at the size that was drawn for it."""
        path = next((p for p in (SCALE.of(name), SCALE.of(EVERY)) if p in self.vary), None)
        factor = 1.0 if path is None else self._draw(path, SCALE.of(name))
        return asset if factor == 1 else rescaled(asset, factor)

    def _draw(self, path: str, own: str) -> float:
        parameter = self.vary[path]
        if isinstance(parameter, Sweep):
            values = parameter.sweep
            choice = values[self.index // self._stride(path) % len(values)]
            parameter = parameter.model_copy(update={"sweep": (choice,)})
        return number(parameter, generator(self.seed, "physics", own), f"physics.vary.{path}")

    def _stride(self, path: str) -> int:
        """Scenes after which a sweep goes on to its next value: the last sweep is the fastest."""
        stride = 1
        for other in reversed(list(self.vary)):
            if other == path:
                break
            parameter = self.vary[other]
            stride *= len(parameter.sweep) if isinstance(parameter, Sweep) else 1
        return stride


def _named_last(path: str) -> bool:
    """Sorts paths of one object behind those of every object, which they override."""
    return f".{EVERY}." not in path
