"""Reads one asset file of a folder, once: results and refusals are kept by content."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ....schemas import Asset, AssetError, CousinsError, Refusal, RefusalKind, SpecError
from ....schemas.defects import summary, write_log
from ...core import taxonomy
from ...core.cache import cached_arrays
from ...importing.naming import category_of
from ...importing.opened import absolute, opening, reporting
from .notes import AssetNotes, read_notes
from .scan import MESHES, Entry
from .zero_mass import check_masses

if TYPE_CHECKING:
    from ...importing.meshes import Imported

FORMAT = 5
"""Raised whenever the same file may give another asset."""
SHAPING = ("coacd", "fast-simplification", "mujoco", "numpy", "pillow", "scipy", "trimesh")
"""Packages whose version may change an imported asset's bytes."""
DEFECT = "this is a defect of cousins"
TOPPLING = (RefusalKind.ASSET_TOPPLES, RefusalKind.ASSET_TOP_HEAVY)


@dataclass(frozen=True)
class FileFacts:
    """The facts about a file, known without loading its asset.

    Attributes:
        category: of the asset; empty where it is refused.
        reason: why it is refused, to be shown; None where it is not.
        notes: what its owner should know about how it was read.
    """

    category: str
    reason: str | None
    notes: tuple[str, ...]


def facts_of(entry: Entry, library: str, folder: Path, defaults: AssetNotes) -> FileFacts:
    """Whether a file can be used, and as what; reads it where that is not known yet.

    An unforeseen error sets the file aside, too, and is not kept: a later version may mend it.
    """
    try:
        arrays = cached_arrays(
            "folder-facts", _key(entry), lambda: _facts(entry, library, folder, defaults)
        )
    except (CousinsError, MemoryError):
        raise
    except Exception as error:  # one file of a stranger's must not end the rest
        log = write_log(error)
        return FileFacts("", f"{DEFECT}: {summary(error)}; its traceback is in {log}", ())
    known = json.loads(arrays["json"].tobytes())
    return FileFacts(known["category"], known["reason"] or None, tuple(known["notes"]))


def asset_of(entry: Entry, library: str, folder: Path, defaults: AssetNotes) -> Asset:
    """The asset of a file.

    Raises:
        AssetError: where it cannot be used.
    """

    def make() -> dict[str, npt.NDArray[Any]]:
        return _packed(_read(entry, library, folder, defaults).asset.canonical_json())

    arrays = cached_arrays("folder-asset", _key(entry), make)
    return Asset.from_json(arrays["json"].tobytes(), entry.relative)


def _key(entry: Entry) -> str:
    versions = " ".join(f"{package} {version(package)}" for package in SHAPING)
    return f"{FORMAT} {versions} {entry.stamp}"


def _packed(text: str) -> dict[str, npt.NDArray[Any]]:
    return {"json": np.frombuffer(text.encode(), dtype=np.uint8)}


def _facts(
    entry: Entry, library: str, folder: Path, defaults: AssetNotes
) -> dict[str, npt.NDArray[Any]]:
    from ...assets.trial import trial

    notes: tuple[str, ...] = ()
    category, reason = "", None
    try:
        read = _read(entry, library, folder, defaults)
        notes, category = read.notes, read.asset.category
        refusal = trial(read.asset)
        if refusal is not None:
            reason = _told(refusal, entry)
        else:
            text = read.asset.canonical_json()
            cached_arrays("folder-asset", _key(entry), lambda: _packed(text))
    except AssetError as error:
        own = error.file == entry.path.name
        reason = _within(folder, error.reason if own else str(error))
    except SpecError as error:
        reason = _within(folder, str(error))
    facts = {"category": category if reason is None else "", "reason": reason, "notes": notes}
    return _packed(json.dumps(facts))


def _told(refusal: Refusal, entry: Entry) -> str:
    """The sentence of a refusal, with what its file's owner may do about it."""
    hint = f"; if it lies on its side, set `up` in {entry.path.stem}.yaml"
    return f"{refusal}{hint}" if refusal.kind in TOPPLING else str(refusal)


def _within(folder: Path, message: str) -> str:
    """A message with the paths in it from the folder on."""
    return message.replace(f"{folder}/", "")


def _read(entry: Entry, library: str, folder: Path, defaults: AssetNotes) -> Imported:
    """Read a file as its notes say; it may open no file that its stamp does not cover.

    Raises:
        AssetError: where the file cannot be used.
        SpecError: where its notes are wrong.
    """
    with reporting(folder) as report:
        opening(entry.path)
        read = _imported(entry, library, folder, defaults)
    covered = {absolute(entry.path), *entry.parts}
    unseen = [path for path in report.files if path not in covered]
    if unseen:
        raise AssetError(f"it opens {unseen[0]}, whose changes would go unseen; name it plainly")
    return replace(read, notes=(*read.notes, *report.notes))


def _imported(entry: Entry, library: str, folder: Path, defaults: AssetNotes) -> Imported:
    """Read a file as its notes say.

    Raises:
        AssetError: where the file cannot be used.
        SpecError: where its notes are wrong.
    """
    from ...importing.meshes import Imported, MeshImport, asset_from_mesh

    notes = defaults
    if entry.notes is not None:
        notes = read_notes(entry.notes).over(defaults)
    notes_file = f"{entry.path.stem}.yaml"
    category = _category(entry, notes, folder, notes_file)
    if entry.path.suffix.lower() in MESHES:
        how = MeshImport(
            asset_id=entry.asset_id,
            category=category,
            library=library,
            licence=notes.licence,
            source=notes.source or entry.relative,
            scale=notes.scale,
            up=notes.up,
            front=notes.front,
            mass=notes.mass,
            density=notes.density,
            friction=notes.friction or 0.8,
            graspable=notes.graspable,
            fixed=notes.fixed,
            notes_file=notes_file,
        )
        return asset_from_mesh(entry.path, how)
    return Imported(_model(entry, notes, category, library, notes_file), ())


def _model(entry: Entry, notes: AssetNotes, category: str, library: str, notes_file: str) -> Asset:
    """A MJCF or URDF file as its notes say."""
    from ...importing.models import asset_from_model

    if notes.mass is None:
        check_masses(entry.path, notes_file)
    asset = asset_from_model(
        entry.path,
        asset_id=entry.asset_id,
        category=category,
        library=library,
        licence=notes.licence,
        source=notes.source or entry.relative,
        scale=notes.scale,
        up=notes.up or "z",
        front=notes.front or "x",
        fixed=notes.fixed,
    )
    return _adjusted(asset, notes)


def _category(entry: Entry, notes: AssetNotes, folder: Path, notes_file: str) -> str:
    """The category the notes give, else what the file's or the nearest folder's name means."""
    if notes.category is not None:
        found = notes.category if notes.category in taxonomy.nodes() else None
        if found is None and "." not in notes.category:
            found = category_of(notes.category)
        if found is None:
            taxonomy.node(notes.category)
            raise AssetError(f"category: {notes.category!r} fits no BDDL category")
        return found
    names = [entry.path.stem, *(p.name for p in entry.path.parents if folder in p.parents)]
    for name in names:
        if (found := category_of(name)) is not None:
            return found
    raise AssetError(
        f"no BDDL category fits the name {entry.path.stem!r}; set `category`, such as "
        f"mug.n.04, in {notes_file}"
    )


def _adjusted(asset: Asset, notes: AssetNotes) -> Asset:
    """A model with what the notes say instead of what its file says."""
    update: dict[str, Any] = {}
    if notes.friction is not None:
        update["friction"] = notes.friction
    if notes.graspable is not None:
        update["graspable"] = notes.graspable
    if notes.mass is not None:
        share = notes.mass / asset.mass
        update["links"] = tuple(
            link.model_copy(
                update={
                    "inertial": link.inertial.model_copy(
                        update={
                            "mass": link.inertial.mass * share,
                            "inertia": tuple(part * share for part in link.inertial.inertia),
                        }
                    )
                }
            )
            for link in asset.links
        )
    return asset.model_copy(update=update)
