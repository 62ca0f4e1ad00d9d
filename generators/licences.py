"""The licence manifest: which assets a dataset shows, where they are from, and their terms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..scenes.assets.licences import UNGRANTED, UNSPECIFIED
from ..schemas import LicenceError, Model, Scene
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


def joined_uses(first: Iterable[AssetUse], second: Iterable[AssetUse]) -> tuple[AssetUse, ...]:
    """The assets of two lists of scenes, none of which is in both."""
    found = {use.hash: use for use in first}
    for use in second:
        scenes = use.scenes + (found[use.hash].scenes if use.hash in found else 0)
        found[use.hash] = use.model_copy(update={"scenes": scenes})
    return tuple(sorted(found.values(), key=lambda use: (use.id, use.hash)))


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


SHARE_ALIKE = ("-SA", "GPL-", "ODBL")
"""Parts of identifiers, in capitals, of licences under which all that is made must stay."""
NO_DERIVATIVES = "-ND"
NAMED = 3
"""Assets of a licence that an error names."""


def refuse_mix(uses: Iterable[AssetUse]) -> None:
    """Refuse assets that no dataset may show together, or at all.

    A picture is made from all the assets in it, and a dataset is published as a whole. So no
    asset may lack a grant of rights or forbid what is derived from it, and there is no more than
    one licence that asks for all to be under itself. `LicenseRef-unspecified` marks a user's own
    files and passes.

    Args:
        uses: the assets.

    Raises:
        LicenceError: naming the licences and their assets.
    """
    found: dict[str, list[str]] = {}
    for use in uses:
        found.setdefault(use.licence, []).append(use.id)
    banned = [x for x in sorted(found) if x in UNGRANTED or NO_DERIVATIVES in x.upper()]
    if banned:
        raise LicenceError(
            f"nothing may be derived from some assets: {_named(found, banned)}; leave out these "
            "assets or their library"
        )
    alike = [x for x in sorted(found) if any(part in x.upper() for part in SHARE_ALIKE)]
    if len(alike) > 1:
        raise LicenceError(
            "licences that each ask for all of a dataset cannot be mixed: "
            f"{_named(found, alike)}; make a dataset for each of them"
        )


def refuse_unspecified(uses: Iterable[AssetUse]) -> None:
    """Refuse assets whose licence is not stated, where everybody is to see them.

    Args:
        uses: the assets.

    Raises:
        LicenceError: naming the assets.
    """
    ids = [use.id for use in uses if use.licence == UNSPECIFIED]
    if ids:
        raise LicenceError(
            f"the licence of some assets is not stated: {_named({UNSPECIFIED: ids}, [UNSPECIFIED])}"
            "; state it in the notes on them (docs/assets.md), or keep the repository private"
        )


def _named(found: dict[str, list[str]], licences: list[str]) -> str:
    """Each licence with some of its assets."""
    texts: list[str] = []
    for licence in licences:
        names = sorted(set(found[licence]))
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        texts.append(f"{licence} ({', '.join(names[:NAMED])}{more})")
    return ", ".join(texts)
