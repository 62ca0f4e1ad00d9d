"""Slabs: a library that reads a folder in which each file `NAME.json` is one slab."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel

from cousins.scenes.assets.library import AssetLibrary
from cousins.scenes.libraries.procedural.toolkit import materials
from cousins.scenes.libraries.procedural.toolkit.draft import Draft
from cousins.schemas import Asset, LibrarySpec, SpecError
from cousins.schemas.plugins import Needs

CATEGORY = "slab.n.01"


class Slab(BaseModel):
    """What a file says."""

    size: tuple[float, float, float]
    colour: tuple[float, float, float]

    def asset(self, asset_id: str, library: str) -> Asset:
        """The slab as an asset; `size` is in metres."""
        draft = Draft(asset_id, CATEGORY)
        draft.materials["stone"] = materials.plain(self.colour, 0.8)
        x, y, z = (length / 2 for length in self.size)
        draft.link().box((x, y, z), (0, 0, z), "stone", density=1800.0)
        made = draft.build(graspable=True)
        said = {"library": library, "source": f"{asset_id}.json", "licence": "CC0-1.0"}
        return made.model_copy(update=said)


@dataclass(frozen=True)
class SlabLibrary:
    """The slabs of a folder, as they were when it was opened.

    Attributes:
        name: begins the ids of all assets.
        texts: what the files say, by id.
    """

    name: str
    texts: Mapping[str, bytes] = field(hash=False)

    @property
    def version(self) -> str:
        """A hash of all files."""
        return hashlib.sha256(repr(sorted(self.texts.items())).encode()).hexdigest()[:16]

    def ids(self) -> dict[str, tuple[str, ...]]:
        """All ids, under the one category."""
        return {CATEGORY: tuple(sorted(self.texts))}

    def quarantined(self) -> Mapping[str, str]:
        """Nothing is set aside."""
        return {}

    def stamp(self, asset_id: str) -> str:
        """A hash of its file."""
        return hashlib.sha256(self.texts[asset_id]).hexdigest()[:16]

    def get(self, asset_id: str) -> Asset:
        """One slab."""
        if asset_id not in self.texts:
            raise SpecError(f"no slab {asset_id!r}; there are {', '.join(sorted(self.texts))}")
        return Slab.model_validate_json(self.texts[asset_id]).asset(asset_id, self.name)


class Slabs:
    """Opens such a folder; a spec asks for it with `{slabs: PATH}`."""

    summary = "slabs, a file of sizes and colour each"
    needs = Needs(version=1)
    takes_path = True

    def open(self, spec: LibrarySpec) -> AssetLibrary:
        """The library of a spec."""
        name, folder = spec.name or "slabs", Path(spec.path or "")
        files = sorted(folder.glob("*.json"))
        if not files:
            raise SpecError(f"{folder} holds no slabs: expected files such as red.json")
        return SlabLibrary(name, {f"{name}-{x.stem}": x.read_bytes() for x in files})


PLUGIN = Slabs()
