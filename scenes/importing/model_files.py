"""The text of a model and the files that it names."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from ...schemas import AssetError
from .opened import is_there, opening
from .paints import Paint

Element = ElementTree.Element


@dataclass(frozen=True)
class ModelText:
    """A model as one text, and the files that it names.

    Attributes:
        xml: MJCF or URDF; its mesh files are the keys of `meshes`.
        meshes: mesh files by the name the text has for them.
        paints: textures by name of the material.
        urdf: whether the text is URDF.
    """

    xml: str
    meshes: dict[str, Path]
    paints: dict[str, Paint]
    urdf: bool


@dataclass
class Files:
    """Where files are looked for, and which were named."""

    mesh: Path
    texture: Path
    meshes: dict[str, Path] = field(default_factory=dict[str, Path])
    paints: dict[str, Paint] = field(default_factory=dict[str, Paint])

    def token(self, path: Path, model: Path) -> str:
        """A name for a mesh file that no other has; its ending lets MuJoCo take it as a mesh.

        Raises:
            AssetError: where there is no such file.
        """
        opening(path)
        if not is_there(path):
            raise AssetError(f"mesh file {path} is missing", file=model.name)
        token = next((t for t, known in self.meshes.items() if known == path), None)
        if token is None:
            token = f"mesh{len(self.meshes)}.obj"
            self.meshes[token] = path
        return token


def parse(path: Path) -> Element:
    """The root of an XML file.

    Raises:
        AssetError: where it cannot be read or is not XML.
    """
    try:
        return ElementTree.parse(opening(path)).getroot()
    except OSError as error:
        raise AssetError(f"{path} cannot be read: {error.strerror}") from error
    except ElementTree.ParseError as error:
        raise AssetError(f"{path} is not XML: {error}") from error
