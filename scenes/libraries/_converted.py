"""A library whose assets are made from something else, once, and kept on disk."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from ...schemas import Asset, AssetError, SpecError
from ..assets.trial import trial
from ..core.asset_memory import remember_assets
from ..core.cache import cached_arrays


@dataclass(frozen=True)
class Offer:
    """Something that a library may offer.

    Attributes:
        asset_id: id of the asset.
        category: its BDDL synset.
        stamp: changes whenever what it is made from, or how, changes.
        make: makes the asset; raises AssetError where that cannot be.
    """

    asset_id: str
    category: str
    stamp: str
    make: Callable[[], Asset]


@dataclass(frozen=True)
class ConvertedLibrary:
    """Offers what can be made and passes its trial; the rest is quarantined with the reason.

    The first look at what there is makes everything, which takes a while; assets and verdicts
    are then kept on disk under their stamps.

    Attributes:
        name: begins the ids of its assets.
        version: changes whenever any of them changes.
        offers: what it may offer, in a stable order.
        refused: ids of what it never offers, each with the reason.
    """

    name: str
    version: str
    offers: tuple[Offer, ...] = field(compare=False)
    refused: Mapping[str, str] = field(compare=False)

    def ids(self) -> dict[str, tuple[str, ...]]:
        """Asset ids by category, each in the order of the table."""
        bad = _verdicts(self)
        found: dict[str, list[str]] = {}
        for offer in self.offers:
            if offer.asset_id not in bad:
                found.setdefault(offer.category, []).append(offer.asset_id)
        return {category: tuple(ids) for category, ids in found.items()}

    def quarantined(self) -> Mapping[str, str]:
        """Ids of what it has but does not offer, each with the reason."""
        return {**self.refused, **_verdicts(self)}

    def stamp(self, asset_id: str) -> str:
        """Changes whenever that asset's bytes change.

        Raises:
            SpecError: where there is no such asset.
        """
        return self._offer(asset_id).stamp

    def get(self, asset_id: str) -> Asset:
        """Load one asset, made before or now.

        Raises:
            SpecError: where there is no such asset, or it is quarantined.
        """
        made = _made(self._offer(asset_id))
        if isinstance(made, str):
            raise SpecError(f"{asset_id} may not be used: {made}")
        return made

    def _offer(self, asset_id: str) -> Offer:
        for offer in self.offers:
            if offer.asset_id == asset_id:
                return offer
        if asset_id in self.refused:
            raise SpecError(f"{asset_id} may not be used: {self.refused[asset_id]}")
        known = [offer.asset_id for offer in self.offers]
        near = difflib.get_close_matches(asset_id, known, n=3, cutoff=0.0)
        raise SpecError(f"no asset {asset_id!r} in {self.name}; nearest are {', '.join(near)}")


@lru_cache(maxsize=8)
def _verdicts(library: ConvertedLibrary) -> dict[str, str]:
    """The reasons why offers are not made good, by id."""

    def judge() -> dict[str, np.ndarray[Any, Any]]:
        bad: dict[str, str] = {}
        for offer in library.offers:
            made = _made(offer)
            if isinstance(made, str):
                bad[offer.asset_id] = made
        return {"text": _bytes(json.dumps(bad))}

    stamps = "\n".join(f"{offer.asset_id} {offer.stamp}" for offer in library.offers)
    stored = cached_arrays("verdicts", f"{library.name} {library.version}\n{stamps}", judge)
    found: dict[str, str] = json.loads(stored["text"].tobytes())
    return found


def _made(offer: Offer) -> Asset | str:
    """The asset, or why there is none."""
    return _stored(offer.asset_id, offer.stamp, offer)


@remember_assets(512)
def _stored(asset_id: str, stamp: str, offer: Offer) -> Asset | str:
    def make() -> dict[str, np.ndarray[Any, Any]]:
        try:
            asset = offer.make()
        except AssetError as error:
            return {"reason": _bytes(str(error)), "asset": _bytes("")}
        refusal = trial(asset)
        if refusal is not None:
            return {"reason": _bytes(str(refusal)), "asset": _bytes("")}
        return {"reason": _bytes(""), "asset": _bytes(asset.canonical_json())}

    stored = cached_arrays("converted", f"{asset_id} {stamp}", make)
    if len(stored["asset"]) == 0:
        return stored["reason"].tobytes().decode()
    return Asset.from_json(stored["asset"].tobytes(), f"the cached asset {asset_id}")


def _bytes(text: str) -> np.ndarray[Any, Any]:
    return np.frombuffer(text.encode(), dtype=np.uint8)
