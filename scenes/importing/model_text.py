"""Reads MJCF and URDF files into one text that stands alone.

Includes are expanded, files get names of our own, textures become colours, and what says
nothing about a thing itself (actuators, sensors, cameras, solver options) is left out. This
also lets files pass that were written for other versions of MuJoCo or hold elements of their
own.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from ...schemas import AssetError
from .model_files import Element, Files, ModelText, parse
from .model_urdf import read_urdf
from .opened import is_there, opening, real
from .paints import Paint
from .raw_model import check_model

SECTIONS = ("compiler", "default", "asset", "worldbody")
DEFAULTS = ("default", "geom", "joint", "mesh", "material")
BODY = ("body", "frame", "geom", "joint", "freejoint", "inertial")
COMPILER = ("angle", "eulerseq", "autolimits", "inertiafromgeom", "fitaabb")
REFUSED = ("attach", "replicate", "composite", "flexcomp", "flex", "hfield", "skin")
"""Elements that make geometry which cannot be read from here."""
MAX_INCLUDES = 100


def read_model(path: Path) -> ModelText:
    """One text of a model file and all that it includes.

    Raises:
        AssetError: where a file is missing, is not XML, or is no MJCF or URDF.
    """
    return _prepared(parse(path), path, checked=True)


def prepared(root: Element, path: Path) -> ModelText:
    """The same for XML that was already read, as if it stood in the file `path`.

    Joints that move together are left to the caller, who may know better.

    Raises:
        AssetError: as `read_model` does.
    """
    return _prepared(root, path, checked=False)


def _prepared(root: Element, path: Path, *, checked: bool) -> ModelText:
    if root.tag == "robot":
        if checked:
            check_model(root)
        return read_urdf(root, path)
    if root.tag != "mujoco":
        raise AssetError(
            f"<{root.tag}> is neither MJCF (<mujoco>) nor URDF (<robot>)", file=path.name
        )
    return _mjcf(root, path, checked)


def _mjcf(root: Element, path: Path, checked: bool) -> ModelText:
    root = ElementTree.fromstring(ElementTree.tostring(root))  # a copy of our own
    _expand(root, path.parent, path.parent, [0])
    if checked:
        check_model(root)
    files = Files(*_folders(root, path.parent))
    text = ElementTree.Element("mujoco")
    for section in root:
        if section.tag in SECTIONS:
            text.append(section)
    for element in list(text.iter()):
        element.text = element.tail = None
        if element.tag in REFUSED:
            raise AssetError(f"<{element.tag}> cannot be imported", file=path.name)
    for element in text.findall("compiler"):
        element.attrib = {key: value for key, value in element.items() if key in COMPILER}
    for element in text.findall("default"):
        _keep(element, DEFAULTS)
        if element.get("class", "main") != "main":  # such a class must lie within the main one
            own = ElementTree.Element("default", dict(element.items()))
            own.extend(list(element))
            element.clear()
            element.append(own)
    for element in text.findall("worldbody"):
        _keep(element, BODY)
    for element in text.iter("freejoint"):
        element.tag, element.attrib = "joint", {"type": "free"}
    _assets(text, files, path)
    for element in [*text.iter("material"), *text.iter("geom")]:
        element.attrib.pop("texture", None)
    xml = ElementTree.tostring(text, encoding="unicode")
    return ModelText(xml, files.meshes, files.paints, urdf=False)


def _expand(element: Element, main: Path, here: Path, count: list[int]) -> None:
    """Put the contents of included files in the place of <include>."""
    position = 0
    while position < len(element):
        child = element[position]
        if child.tag != "include":
            _expand(child, main, here, count)
            position += 1
            continue
        count[0] += 1
        if count[0] > MAX_INCLUDES:
            raise AssetError(f"more than {MAX_INCLUDES} includes: do they include each other?")
        name = child.get("file", "").replace("\\", "/")
        found = next((f / name for f in (main, here) if is_there(f / name)), None)
        if found is None:
            raise AssetError(f"included file {main / name} is missing")
        included = parse(found)
        _expand(included, main, found.parent, count)
        element.remove(child)
        for offset, part in enumerate(list(included)):
            element.insert(position + offset, part)
        position += len(included)


def _folders(root: Element, main: Path) -> tuple[Path, Path]:
    """Where mesh and texture files lie; later settings win."""
    mesh = texture = ""
    for compiler in root.iter("compiler"):
        both = compiler.get("assetdir")
        mesh = compiler.get("meshdir", both if both is not None else mesh)
        texture = compiler.get("texturedir", both if both is not None else texture)
    return main / mesh, main / texture


def _keep(element: Element, tags: tuple[str, ...]) -> None:
    for child in list(element):
        if child.tag in tags:
            _keep(child, tags)
        else:
            element.remove(child)


def _assets(text: Element, files: Files, path: Path) -> None:
    """Name each file by a token, drop repeats, and take textures out.

    A material means the texture of its name that came last before it, since some files use a
    name more than once.
    """
    textures: dict[str, Paint] = {}
    seen: dict[tuple[str, str], dict[str, str]] = {}
    for section in text.findall("asset"):
        for element in list(section):
            if element.tag == "texture":
                name, paint = _texture(element, files)
                textures[name] = paint
                section.remove(element)
                continue
            if element.tag == "mesh" and (file := element.get("file")):
                file = file.replace("\\", "/")
                element.set("name", element.get("name", Path(file).stem))
                element.set("file", files.token(real(files.mesh / file), path))
            if element.tag == "material" and (named := _named_texture(element)):
                files.paints[element.get("name", "")] = textures.get(named, Paint())
            key, content = (element.tag, element.get("name", "")), dict(element.items())
            if key in seen:
                if seen[key] != content:
                    raise AssetError(f"two different {key[0]} are named {key[1]!r}", file=path.name)
                section.remove(element)
            seen[key] = content


def _named_texture(material: Element) -> str | None:
    """The texture of a material's colour, by its attribute or its layers, which are removed."""
    named = material.get("texture")
    for layer in material.findall("layer"):
        if layer.get("role") in ("rgb", "rgba") and named is None:
            named = layer.get("texture")
        material.remove(layer)
    return named


def _texture(element: Element, files: Files) -> tuple[str, Paint]:
    file = element.get("file") or element.get("fileright")
    if file is not None:
        return element.get("name", Path(file).stem), Paint(opening(real(files.texture / file)))
    colours = [
        [float(part) for part in element.get(key, default).split()]
        for key, default in (("rgb1", "0.8 0.8 0.8"), ("rgb2", "0.5 0.5 0.5"))
    ]
    if element.get("builtin") == "flat":
        colours = colours[:1]
    r, g, b = (sum(c[i] for c in colours) / len(colours) for i in range(3))
    return element.get("name", ""), Paint(rgb=(r, g, b))
