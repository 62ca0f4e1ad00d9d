"""The licence manifest: which assets a dataset shows, where they are from, and their terms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..schemas import Model, Scene
from .dataset import Dataset


class AssetUse(Model):
    """One asset and how many scenes it stands in."""

    id: str
    hash: str
    category: str
    library: str
    source: str
    licence: str
    """SPDX identifier."""
    scenes: int


@dataclass
class _Seen:
    use: dict[str, AssetUse] = field(default_factory=dict[str, AssetUse])
    scenes: dict[str, int] = field(default_factory=dict[str, int])


def asset_uses(dataset: Dataset, scenes: Iterable[Scene]) -> tuple[AssetUse, ...]:
    """The assets of some scenes, by id and hash.

    Args:
        dataset: holds the scenes' assets.
        scenes: which scenes to count.
    """
    seen = _Seen()
    for scene in scenes:
        hashes = sorted({thing.asset_hash for thing in scene.objects})
        if any(key not in seen.use for key in hashes):
            _look_up(dataset, scene, seen)
        for key in hashes:
            seen.scenes[key] = seen.scenes.get(key, 0) + 1
    counted = [use.model_copy(update={"scenes": seen.scenes[k]}) for k, use in seen.use.items()]
    return tuple(sorted(counted, key=lambda use: (use.id, use.hash)))


def _look_up(dataset: Dataset, scene: Scene, seen: _Seen) -> None:
    for key, asset in dataset.assets_of(scene).items():
        seen.use[key] = AssetUse(
            id=asset.id,
            hash=key,
            category=asset.category,
            library=asset.library,
            source=asset.source,
            licence=asset.licence,
            scenes=0,
        )
