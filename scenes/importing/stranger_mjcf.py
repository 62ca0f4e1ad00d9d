"""MJCF texts of strangers: compiled for physics, with the files of one folder and no others.

MuJoCo opens what a text names, wherever it lies. Here each file is found below a folder, read with
a bound on its size, and handed over by a name of ours, so that MuJoCo opens nothing itself.
Pictures are left out, since physics has no use for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from ...schemas import AssetError, one_line

if TYPE_CHECKING:
    import mujoco

Element = ElementTree.Element
LONGEST_TEXT = 32 * 2**20
"""Bytes of a model's text, with what it includes."""
LARGEST_FILE = 128 * 2**20
LARGEST = 1024 * 2**20
"""Bytes of all files together."""
SHOWN = 200
"""Letters of a name that a message repeats."""
DEEPEST = 10
"""Includes within includes."""
_REFUSED = (
    "attach", "composite", "deformable", "extension", "flexcomp", "model", "plugin", "replicate",
    "skin",
)  # fmt: skip
"""Elements that load code or other models, or that make many things of a short text."""
_SOLID = ("mesh", "hfield")


@dataclass
class _Reading:
    """What was read so far of one model."""

    folder: Path | None
    read: int = 0
    text: int = 0
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    names: dict[Path, str] = field(default_factory=dict[Path, str])


def compile_stranger(text: str, folder: Path | None) -> mujoco.MjModel:
    """Compile an MJCF text that comes from elsewhere.

    Args:
        text: of the model, such as robosuite keeps it with each demonstration.
        folder: where the files that it names are looked for: below it, by their path, or by the
            longest end of their path that is there, since texts name paths of the machine on
            which they were written. None is for models that name no file.

    Raises:
        AssetError: the text is too long, is no MJCF, has elements that are not allowed, or names
            a file that is not below the folder; or MuJoCo refuses the model.
    """
    import mujoco

    reading = _Reading(folder)
    root = _parsed(text, "the model", reading)
    _include(root, reading, 0)
    refused = sorted({x.tag for x in root.iter() if x.tag in _REFUSED})
    if refused:
        raise AssetError(f"the model has <{refused[0]}>, which is not read from files of others")
    _take_files(root, reading)
    try:
        return mujoco.MjModel.from_xml_string(
            ElementTree.tostring(root, encoding="unicode"), reading.files
        )
    except (ValueError, mujoco.FatalError) as error:
        raise AssetError(f"MuJoCo refuses the model: {one_line(error)}") from error


def _parsed(text: str, name: str, reading: _Reading) -> Element:
    reading.text += len(text)
    if reading.text > LONGEST_TEXT:
        raise AssetError(f"{name} is too long: at most {LONGEST_TEXT} characters are read")
    if "<!" in text.replace("<!--", ""):
        raise AssetError(f"{name} has a document type or CDATA, which MJCF has no use for")
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError) as error:
        raise AssetError(f"{name} is not XML: {error}") from error
    if root.tag not in ("mujoco", "mujocoinclude"):
        raise AssetError(f"{name} is <{root.tag}>, not <mujoco>")
    return root


def _include(parent: Element, reading: _Reading, depth: int) -> None:
    """Put the content of included files in the place of what includes them."""
    if depth > DEEPEST:
        raise AssetError(f"the model includes files in files, more than {DEEPEST} deep")
    place = 0
    while place < len(parent):
        child = parent[place]
        if child.tag != "include":
            _include(child, reading, depth)
            place += 1
            continue
        name = child.get("file", "")
        raw = _found(name, reading).read_bytes()
        try:
            told = _parsed(raw.decode(), name, reading)
        except UnicodeDecodeError as error:
            raise AssetError(f"{name} is no text: {error}") from error
        _include(told, reading, depth + 1)
        parent[place : place + 1] = list(told)
        place += len(told)


def _take_files(root: Element, reading: _Reading) -> None:
    """Read the shapes that a model names, and leave its pictures out."""
    folders: dict[str, str] = {}
    for compiler in root.iter("compiler"):
        both = compiler.attrib.pop("assetdir", "")
        for kind, key in (("mesh", "meshdir"), ("texture", "texturedir")):
            found = compiler.attrib.pop(key, both)
            if found:
                folders[kind] = found
    for element in root.iter():
        if element.tag == "texture":
            _flat(element)
        elif "file" in element.attrib and element.tag in _SOLID:
            name = element.attrib["file"]
            element.attrib.setdefault("name", PurePosixPath(name).stem)
            element.attrib.pop("content_type", None)
            element.set("file", _taken(str(PurePosixPath(folders.get("mesh", ""), name)), reading))
        elif any(key.startswith("file") for key in element.attrib):
            raise AssetError(f"<{element.tag}> names a file; only meshes and height fields may")


def _flat(element: Element) -> None:
    """One colour in the place of a picture."""
    kind, name = element.get("type", "2d"), element.get("name")
    if name is None:
        name = PurePosixPath(element.get("file", "sky" if kind == "skybox" else "")).stem
    element.attrib.clear()
    told = {"type": kind, "builtin": "flat", "width": "2", "height": "2"}
    element.attrib.update({"name": name, **told} if name else told)


def _taken(name: str, reading: _Reading) -> str:
    """A name of ours for a file; reads it unless that was done."""
    path = _found(name, reading)
    if path not in reading.names:
        size = path.stat().st_size
        reading.read += size
        if size > LARGEST_FILE or reading.read > LARGEST:
            raise AssetError(
                f"{path} has {size} bytes: at most {LARGEST_FILE} are read of a file, and "
                f"{LARGEST} of all"
            )
        ours = f"file{len(reading.names)}{path.suffix.lower()}"
        reading.names[path] = ours
        reading.files[ours] = path.read_bytes()
    return reading.names[path]


def _found(name: str, reading: _Reading) -> Path:
    """Where a file lies that a model names."""
    if reading.folder is None:
        raise AssetError(f"the model names the file {name[:SHOWN]!r}; give the folder of its files")
    root = reading.folder.resolve()
    parts = [
        part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", ".")
    ]
    for start in range(len(parts)):
        if ".." in parts[start:]:
            continue
        try:
            path = root.joinpath(*parts[start:]).resolve()
            if path.is_relative_to(root) and path.is_file():
                return path
        except (OSError, ValueError):  # no file system takes such a name
            break
    raise AssetError(f"the model names the file {name[:SHOWN]!r}, which is not in {reading.folder}")
