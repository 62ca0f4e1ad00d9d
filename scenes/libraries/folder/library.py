"""FolderLibrary: every mesh or model file of a folder tree is one asset."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ....schemas import Asset, SpecError
from ...core.asset_memory import remember_assets
from .notes import AssetNotes, read_notes
from .reading import FORMAT, FileFacts, asset_of, facts_of
from .scan import DEFAULTS, Entry, Scan, scan

SHOWN = 12
"""Reasons in the message about a folder with nothing to use."""


@dataclass(frozen=True)
class FolderLibrary:
    """The assets of a folder as it was when the library was opened.

    Opening lists and hashes the files. A file is imported when it is first asked for, and the
    result kept by its content: opening again, also elsewhere, imports only what has changed.

    Attributes:
        path: the folder.
        name: begins the id of each asset.

    Raises:
        SpecError: where there is no such folder, it has no asset files, its `folder.yaml` is
            wrong, or the name cannot begin an id.
    """

    path: Path
    name: str
    version: str = field(init=False)
    """Changes with any file that shapes an asset, and with the importer."""
    found: Scan = field(init=False, repr=False, compare=False)
    defaults: AssetNotes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Look at the folder."""
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,31}", self.name):
            raise SpecError(
                f"{self.path}: {self.name!r} cannot begin asset ids; give the library a name of "
                "a letter and up to 31 letters, digits, '_' or '-', such as "
                "{folder: PATH, name: lab}"
            )
        folder = Path(self.path).resolve()
        object.__setattr__(self, "path", folder)
        found = scan(folder, self.name)
        object.__setattr__(self, "found", found)
        path = folder / DEFAULTS
        object.__setattr__(self, "defaults", read_notes(path) if path.is_file() else AssetNotes())
        stamps = [f"{entry.asset_id} {entry.stamp}" for entry in found.entries]
        lines = [str(FORMAT), *stamps, *(f"{name} {reason}" for name, reason in found.refused)]
        version = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
        object.__setattr__(self, "version", version)

    def ids(self) -> dict[str, tuple[str, ...]]:
        """Usable asset ids by category, each in alphabetical order.

        Raises:
            SpecError: where no file of the folder can be used; lists the reasons.
        """
        found: dict[str, list[str]] = {}
        for asset_id, facts in sorted(_facts(self).items()):
            if facts.reason is None:
                found.setdefault(facts.category, []).append(asset_id)
        if not found:
            reasons = sorted(self.quarantined().items())
            shown = [f"  {asset_id}: {reason}" for asset_id, reason in reasons[:SHOWN]]
            more = [f"  and {len(reasons) - SHOWN} more"] if len(reasons) > SHOWN else []
            head = f"{self.path}: none of its {len(reasons)} assets can be used"
            raise SpecError("\n".join([head, *shown, *more]))
        return {category: tuple(ids) for category, ids in sorted(found.items())}

    def quarantined(self) -> Mapping[str, str]:
        """Ids of files that cannot be used, with the file and the reason."""
        files = {entry.asset_id: entry.relative for entry in self.found.entries}
        refused = {
            asset_id: f"{files[asset_id]}: {facts.reason}"
            for asset_id, facts in _facts(self).items()
            if facts.reason is not None
        }
        return dict(sorted((dict(self.found.refused) | refused).items()))

    def set_aside(self) -> Mapping[str, str]:
        """The same: all its files are the user's own."""
        return self.quarantined()

    def notes(self) -> Mapping[str, tuple[str, ...]]:
        """Notes on how usable files were read, such as reduced or assumed masses."""
        return {
            asset_id: facts.notes
            for asset_id, facts in sorted(_facts(self).items())
            if facts.notes and facts.reason is None
        }

    def stamp(self, asset_id: str) -> str:
        """Changes with the file of an asset, its parts, its notes, and the importer.

        Raises:
            SpecError: where there is no such asset.
        """
        return f"{FORMAT} {self._entry(asset_id).stamp}"

    def get(self, asset_id: str) -> Asset:
        """The asset of that id.

        Raises:
            SpecError: where there is none, or it cannot be used; the message says why.
        """
        entry = self._entry(asset_id)
        if reason := self.quarantined().get(asset_id):
            raise SpecError(f"asset {asset_id!r} cannot be used: {reason}")
        return _asset(self, entry)

    def _entry(self, asset_id: str) -> Entry:
        known = {entry.asset_id: entry for entry in self.found.entries}
        if asset_id in known:
            return known[asset_id]
        if reason := dict(self.found.refused).get(asset_id):
            raise SpecError(f"asset {asset_id!r} cannot be used: {reason}")
        near = difflib.get_close_matches(asset_id, known, n=4, cutoff=0.0)
        raise SpecError(f"no asset {asset_id!r} in {self.path}; the nearest are {', '.join(near)}")


@lru_cache(maxsize=16)
def _facts(library: FolderLibrary) -> dict[str, FileFacts]:
    return {
        entry.asset_id: facts_of(entry, library.name, library.path, library.defaults)
        for entry in library.found.entries
    }


@remember_assets(1024)
def _asset(library: FolderLibrary, entry: Entry) -> Asset:
    return asset_of(entry, library.name, library.path, library.defaults)
