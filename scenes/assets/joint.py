"""The libraries of a dataset, opened and joined into one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ...schemas import Asset, AssetsSpec, LibrarySpec, Refusal, RefusalKind, SpecError
from .library import AssetLibrary, NotedLibrary, OwnFilesLibrary
from .licences import permits_commercial
from .plugin import LIBRARIES
from .shape_hash import shape_hash

PROCEDURAL = "procedural"


def open_libraries(spec: AssetsSpec) -> AssetLibrary:
    """Open what a spec names.

    Raises:
        SpecError: a folder that cannot be used, or one id offered by two libraries.
        BackendMissingError: a library whose package is not installed.
        PluginError: a kind of library from another distribution that does not work.
    """
    members = tuple(_open(library) for library in spec.libraries)
    if len(members) == 1 and spec.libraries[0].kind == PROCEDURAL:
        return members[0]
    origins = tuple(_origin(library) for library in spec.libraries)
    joined = JointLibrary(members, spec.allow_noncommercial, tuple(filter(None, origins)))
    if not joined.ids():
        raise SpecError("assets.libraries: nothing may be used; " + _some(joined.quarantined()))
    return joined


def _some(reasons: Mapping[str, str]) -> str:
    shown = [f"{name}: {reason}" for name, reason in sorted(reasons.items())[:5]]
    more = f" and {len(reasons) - len(shown)} more" if len(reasons) > len(shown) else ""
    return "; ".join(shown) + more


def _open(spec: LibrarySpec) -> AssetLibrary:
    plugin = LIBRARIES.load(spec.kind)
    if plugin.takes_path != (spec.path is not None):
        write = f"write {{{spec.kind}: PATH}}" if plugin.takes_path else f"write {spec.kind}"
        raise SpecError(
            f"assets.libraries: a library of kind {spec.kind!r} takes "
            f"{'a path' if plugin.takes_path else 'no path'}; {write}"
        )
    opened = plugin.open(spec)
    if opened.name == PROCEDURAL and spec.kind != PROCEDURAL:
        raise SpecError(
            f"assets.libraries: a library of kind {spec.kind!r} is called {PROCEDURAL!r}, as the "
            "one that comes along is; give it another name"
        )
    return opened


def _origin(spec: LibrarySpec) -> str:
    """The distribution that offers a library and its version; empty for those that come along."""
    source = LIBRARIES.source(spec.kind)
    return f"{source.distribution} {source.version}" if source.distribution else ""


@dataclass(frozen=True)
class JointLibrary:
    """Several libraries as one, without what their licences keep from use.

    Attributes:
        members: in the order in which they are asked.
        allow_noncommercial: also offer assets that only permit non-commercial use.
        origins: other distributions that members come from, with their versions.
    """

    members: tuple[AssetLibrary, ...]
    allow_noncommercial: bool = False
    origins: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The names of the members."""
        return "+".join(member.name for member in self.members)

    @property
    def version(self) -> str:
        """Changes with any member, and with what may be used."""
        parts = [f"{member.name} {member.version}" for member in self.members]
        text = "\n".join([*parts, *self.origins, str(self.allow_noncommercial)])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def ids(self) -> dict[str, tuple[str, ...]]:
        """Asset ids by category: those of the first member first."""
        return dict(_tables(self).ids)

    def quarantined(self) -> Mapping[str, str]:
        """Assets the members set aside, and those that their licence keeps from use."""
        return _tables(self).quarantined

    def notes(self) -> Mapping[str, tuple[str, ...]]:
        """The members' notes on how they read the assets that are offered."""
        owners = _tables(self).owners
        return {
            asset_id: notes
            for place, member in enumerate(self.members)
            if isinstance(member, NotedLibrary)
            for asset_id, notes in member.notes().items()
            if owners.get(asset_id) == place
        }

    def set_aside(self) -> Mapping[str, str]:
        """Files of the user's own that cannot be used, with the reasons."""
        return {
            asset_id: reason
            for member in self.members
            if isinstance(member, OwnFilesLibrary)
            for asset_id, reason in member.set_aside().items()
        }

    def stamp(self, asset_id: str) -> str:
        """That of the member that offers it."""
        owner = self._owner(asset_id)
        return f"{owner.name} {owner.stamp(asset_id)}"

    def get(self, asset_id: str) -> Asset:
        """Build or load one asset.

        Raises:
            SpecError: where no member offers it, or its licence keeps it from use.
        """
        return self._owner(asset_id).get(asset_id)

    def _owner(self, asset_id: str) -> AssetLibrary:
        tables = _tables(self)
        if asset_id in tables.owners:
            return self.members[tables.owners[asset_id]]
        if asset_id in tables.quarantined:
            raise SpecError(f"{asset_id} may not be used: {tables.quarantined[asset_id]}")
        for member in self.members:
            if asset_id.startswith(f"{member.name}-"):
                member.get(asset_id)
        self.members[0].get(asset_id)
        raise SpecError(f"no asset {asset_id!r} in {self.name}")


@dataclass(frozen=True)
class _Tables:
    ids: dict[str, tuple[str, ...]]
    owners: dict[str, int]
    """Place of the member that offers each asset."""
    quarantined: dict[str, str]


@lru_cache(maxsize=16)
def _tables(library: JointLibrary) -> _Tables:
    ids: dict[str, list[str]] = {}
    owners: dict[str, int] = {}
    quarantined: dict[str, str] = {}
    shapes: dict[tuple[str, str], str] = {}
    for place, member in enumerate(library.members):
        quarantined |= member.quarantined()
        for category, offered in member.ids().items():
            for asset_id in offered:
                if asset_id in owners:
                    first = library.members[owners[asset_id]].name
                    raise SpecError(
                        f"asset {asset_id!r} is offered by {first} and by {member.name}; "
                        "give one library another name"
                    )
                barred = _barred(member, asset_id, library.allow_noncommercial)
                if barred is not None:
                    quarantined[asset_id] = str(barred)
                    continue
                owners[asset_id] = place
                first = _first_of_shape(member, asset_id, shapes)
                if first != asset_id:
                    quarantined[asset_id] = str(Refusal(RefusalKind.ASSET_SAME_SHAPE, (first,)))
                    continue
                ids.setdefault(category, []).append(asset_id)
    return _Tables({name: tuple(found) for name, found in ids.items()}, owners, quarantined)


def _first_of_shape(member: AssetLibrary, asset_id: str, shapes: dict[tuple[str, str], str]) -> str:
    """The first asset of its category with its shape: recolours are no cousins.

    Procedural assets differ in shape by their tests, and are not built for this.
    """
    if member.name == PROCEDURAL:
        return asset_id
    asset = member.get(asset_id)
    return shapes.setdefault((asset.category, shape_hash(asset)), asset_id)


def _barred(member: AssetLibrary, asset_id: str, allow: bool) -> Refusal | None:
    """Why the licence of an asset keeps it from use, or None."""
    if allow or member.name == PROCEDURAL:
        return None
    licence = member.get(asset_id).licence
    if permits_commercial(licence):
        return None
    return Refusal(RefusalKind.ASSET_LICENCE, words=(licence,))
