"""Makes a URDF file fit for MuJoCo's reader: mesh files found, textures put aside by visual."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from .model_files import Element, Files, ModelText
from .opened import is_there, opening, real
from .paints import Paint

HEAD = '<mujoco><compiler strippath="false" discardvisual="false" fusestatic="false"/></mujoco>'


def read_urdf(root: Element, path: Path) -> ModelText:
    """The text of a URDF file, given its root element and where it lies.

    Raises:
        AssetError: where a mesh file is missing.
    """
    root = ElementTree.fromstring(ElementTree.tostring(root))
    files = Files(path.parent, path.parent)
    for element in root.findall("mujoco"):
        root.remove(element)
    root.insert(0, ElementTree.fromstring(HEAD))
    for shape in (*root.iter("visual"), *root.iter("collision")):
        shape.attrib.pop("name", None)  # MuJoCo warns of each that is there twice
    for mesh in root.iter("mesh"):
        mesh.set("filename", files.token(_located(mesh.get("filename", ""), path), path))
    _texture(root, files, path)
    xml = ElementTree.tostring(root, encoding="unicode")
    return ModelText(xml, files.meshes, files.paints, urdf=True)


def _located(name: str, path: Path) -> Path:
    """The file of a `package://`, `file://` or relative name."""
    if name.startswith("file://"):
        return Path(name.removeprefix("file://"))
    if not name.startswith("package://"):
        return real(path.parent / name.removeprefix("model://"))
    whole = name.removeprefix("package://")
    inner = whole.partition("/")[2]
    for found in _candidates(real(path.parent), whole, inner):
        if is_there(found):
            return found
    return path.parent / whole


def _candidates(folder: Path, whole: str, inner: str) -> Iterator[Path]:
    for above in (folder, *folder.parents[:4]):
        yield above / whole
        yield above / inner


def _texture(root: Element, files: Files, path: Path) -> None:
    """Name each visual that has a texture, and put the texture aside under that name.

    MuJoCo reads no textures of URDF, but names geoms as their visuals.
    """
    shared = {material.get("name", ""): material for material in root.findall("material")}
    named: list[str] = []
    for number, visual in enumerate(root.iter("visual")):
        material = visual.find("material")
        if material is None:
            continue
        source = material if len(material) else shared.get(material.get("name", ""), material)
        texture = source.find("texture")
        if texture is None:
            continue
        image = _located(texture.get("filename", ""), path)
        name = f"textured visual {number}"
        visual.set("name", name)
        files.paints[name] = Paint(opening(image))
        named.append(name)
        if source.find("color") is None:
            ElementTree.SubElement(material, "color").set("rgba", "1 1 1 1")
    if named:  # or a collision has the name of the visual before it
        for number, shape in enumerate(root.iter("collision")):
            shape.set("name", f"collision {number}")
