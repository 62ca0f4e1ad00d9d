"""Finds the asset files of a folder, and which other files each is made of."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from ....schemas import SpecError
from ...importing.naming import category_of, is_noise
from ...importing.opened import MOST_BYTES, real
from .closure import opened_by

MESHES = (".glb", ".gltf", ".obj", ".ply", ".stl")
MODELS = (".mjcf", ".urdf", ".xml")
DEFAULTS = "folder.yaml"
_PARTS = (*MESHES, ".dae", ".msh", ".png", ".jpg", ".jpeg", ".bmp", ".xml", ".mtl", ".bin")
_ROOTS = {".urdf": ("robot",), ".mjcf": ("mujoco",), ".xml": ("mujoco", "robot")}
MOST_FILES = 100_000


@dataclass(frozen=True)
class Entry:
    """One asset file.

    Attributes:
        asset_id: begins with the library's name.
        path: of the file.
        relative: its path within the folder, with forward slashes.
        notes: the YAML beside it, if any.
        stamp: changes with the file, its parts, its notes, and its names.
    parts: all other files that its import opens, also missing ones, as absolute paths.
    """

    asset_id: str
    path: Path
    relative: str
    notes: Path | None
    stamp: str
    parts: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Scan:
    """The asset files of a folder by id, and the ids that several files claim."""

    entries: tuple[Entry, ...]
    refused: tuple[tuple[str, str], ...]


def scan(folder: Path, library: str) -> Scan:
    """List the asset files of a folder tree; hidden files and folders are passed over.

    Files that a model (MJCF, URDF) names are its parts and no assets of their own, but for models
    that are included by one whose name fits no category, such as `scene.xml`.

    Raises:
        SpecError: where there is no such folder, it has no asset files, or too many files.
    """
    if not folder.is_dir():
        raise SpecError(f"{folder}: no such folder of assets")
    files, links = _files(folder)
    models = [path for path in files if path.suffix.lower() in MODELS and _is_model(path)]
    parts = {path: opened_by(path) for path in models}
    owned = _owned(folder, files, parts)
    chosen = [path for path in files if path.suffix.lower() in MESHES or path in parts]
    chosen = [path for path in chosen if path not in owned and _real(path) not in owned]
    if not chosen:
        kinds = ", ".join(kind[1:].upper() for kind in (*MESHES, ".urdf", ".mjcf"))
        raise SpecError(f"{folder}: no asset files; looked for {kinds} in it and below")
    claims: dict[str, list[Path]] = {}
    for path in chosen:
        claims.setdefault(_id_of(path, folder, library), []).append(path)
    entries = [
        _entry(asset_id, paths[0], folder, parts.get(paths[0]) or opened_by(paths[0]))
        for asset_id, paths in claims.items()
        if len(paths) == 1
    ]
    refused = {
        asset_id: "several files have this id: "
        + ", ".join(_relative(path, folder) for path in paths)
        + "; rename all but one"
        for asset_id, paths in claims.items()
        if len(paths) > 1
    } | {
        # No id ends so: an asset file of the same name is not meant.
        f"{_id_of(path, folder, library)}/": f"{_relative(path, folder)}: it is a link to a "
        "folder, which is not followed; name the folder as a library of its own"
        for path in links
    }
    return Scan(
        tuple(sorted(entries, key=lambda entry: entry.asset_id)), tuple(sorted(refused.items()))
    )


def _files(folder: Path) -> tuple[list[Path], list[Path]]:
    """All files that are not hidden, and links to folders, in a stable order."""
    found: list[Path] = []
    links: list[Path] = []
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        links += [Path(root, name) for name in folders if Path(root, name).is_symlink()]
        found += [Path(root, name) for name in sorted(names) if not name.startswith(".")]
        if len(found) > MOST_FILES:
            raise SpecError(f"{folder}: more than {MOST_FILES:,} files; name a smaller folder")
    return found, links


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _id_of(path: Path, folder: Path, library: str) -> str:
    """The library and the file's stem, after its folder's name if the stem names nothing."""
    stem = path.stem
    if is_noise(stem) and path.parent != folder:
        stem = f"{path.parent.name}_{stem}"
    return f"{library}-{re.sub(r'[^A-Za-z0-9_-]+', '_', stem)}"[:64]


def _is_model(path: Path) -> bool:
    """Whether an XML file is a MJCF or URDF model; what cannot be read is, to be reported."""
    if not path.is_file():
        return True
    try:
        for _, element in ElementTree.iterparse(path, events=("start",)):
            return element.tag in _ROOTS[path.suffix.lower()]
    except (ElementTree.ParseError, OSError, UnicodeError):
        return True
    return True


def _real(path: Path) -> Path:
    return real(path) if path.is_symlink() else path


def _owned(folder: Path, files: list[Path], parts: dict[Path, tuple[Path, ...]]) -> set[Path]:
    """The files that models are made of."""
    owned: set[Path] = set()
    for path, found in parts.items():
        named = {*found, *_parts_of(path, files)} - {path}
        if any(part in parts for part in named) and not _says_what(path, folder):
            named -= parts.keys()
        owned |= named
    return owned


def _says_what(path: Path, folder: Path) -> bool:
    """Whether a file's notes or names may give it a category."""
    names = [path.stem, *(above.name for above in path.parents if folder in above.parents)]
    return _notes_of(path) is not None or any(category_of(name) is not None for name in names)


def _parts_of(model: Path, files: list[Path]) -> tuple[Path, ...]:
    """Files below the model's folder, or at the place it names, that seem to be a model's."""
    if not model.is_file():
        return ()
    try:
        root = ElementTree.parse(model).getroot()
    except (ElementTree.ParseError, OSError, UnicodeError):
        return ()
    names = {
        value.replace("\\", "/")
        for element in root.iter()
        for value in element.attrib.values()
        if value.lower().endswith(_PARTS)
    }
    bases = {name.rsplit("/", 1)[-1] for name in names}
    placed = {Path(os.path.normpath(model.parent / name)) for name in names}
    return tuple(
        path
        for path in files
        if path in placed or (path.name in bases and path != model and model.parent in path.parents)
    )


def _entry(asset_id: str, path: Path, folder: Path, parts: tuple[Path, ...]) -> Entry:
    relative, notes = _relative(path, folder), _notes_of(path)
    digest = hashlib.sha256(f"{asset_id}\n{relative}\n".encode())
    read = [path, *parts, *([notes] if notes else [])]
    defaults = folder / DEFAULTS
    for part in [*read, *([defaults] if defaults.is_file() else [])]:
        digest.update(os.path.relpath(part, folder).encode())
        digest.update(_content(part))
    return Entry(asset_id, path, relative, notes, digest.hexdigest()[:32], parts)


def _notes_of(path: Path) -> Path | None:
    beside = (path.with_suffix(suffix) for suffix in (".yaml", ".yml"))
    return next((file for file in beside if file.is_file() and file.name != DEFAULTS), None)


def _content(path: Path) -> bytes:
    """A digest of a file, or why it has none: missing, no regular file, too large."""
    try:
        if path.exists() and not path.is_file():
            return b"no regular file"
        if path.stat().st_size > MOST_BYTES:
            return b"too large"
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        return str(error.strerror).encode()
    except ValueError:  # such as a zero byte in a name
        return b"no file name"
