"""Remembers assets that were read, as far as all of them together fit into memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import update_wrapper
from threading import RLock
from typing import Generic, ParamSpec, TypeVar

from ...schemas import Asset

BUDGET = 256_000_000
"""Characters of meshes and images that one function remembers, some 60 assets with pictures."""
Given = ParamSpec("Given")
Found = TypeVar("Found")


class RememberedAssets(Generic[Given, Found]):
    """A function whose last results are kept: the most recent ones, within a budget."""

    def __init__(self, function: Callable[Given, Found], most: int) -> None:
        """Of a function that may be asked from several threads; it is not held while it works."""
        self._function, self._most = function, most
        self._kept: OrderedDict[object, tuple[Found, int]] = OrderedDict()
        self._held = 0
        self._lock = RLock()
        update_wrapper(self, function)

    def __call__(self, *args: Given.args, **kwargs: Given.kwargs) -> Found:
        """The result of the function, remembered or new."""
        key = (args, tuple(sorted(kwargs.items())))
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
        found = self._function(*args, **kwargs)
        weight = weight_of(found)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = found, weight
                self._held += weight
            while len(self._kept) > self._most or (self._held > BUDGET and len(self._kept) > 1):
                self._held -= self._kept.popitem(last=False)[1][1]
        return found

    @property
    def held(self) -> int:
        """Characters that are remembered now."""
        return self._held

    def cache_clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._held = 0


def remember_assets(
    most: int,
) -> Callable[[Callable[Given, Found]], RememberedAssets[Given, Found]]:
    """As `functools.lru_cache`, for functions that give assets, which may be large.

    Args:
        most: how many are kept at most.
    """

    def of(function: Callable[Given, Found]) -> RememberedAssets[Given, Found]:
        return RememberedAssets(function, most)

    return of


def weight_of(found: object) -> int:
    """Characters of an asset's meshes and images; 0 of anything else."""
    if not isinstance(found, Asset):
        return 0
    meshes = sum(
        len(mesh.vertices) + len(mesh.faces) + len(mesh.uv or "") + len(mesh.uv_faces or "")
        for mesh in found.meshes.values()
    )
    return meshes + sum(len(image) for image in found.images.values())
