"""Model files inside an installed wheel, as a library."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

from ...schemas import Asset, BackendMissingError, LibrarySpec
from ...schemas.plugins import Needs
from ..importing.meshes import Axis
from ..importing.model_files import Element, parse
from ..importing.model_text import prepared
from ..importing.models import FORMAT, ModelImport, asset_from_text
from ._converted import ConvertedLibrary, Offer


@dataclass(frozen=True)
class WheelModel:
    """A model file of a wheel, and what its makers left unsaid.

    Attributes:
        path: of the file in the wheel's folder, without its ending.
        category: what it is, a BDDL synset.
        licence: SPDX identifier; None is that of the wheel.
        up: the file's axis that points up.
        front: the file's axis that doors, drawers and labels face.
        reverse: joints whose zero is open.
        fit: bring it to the size of its kind where it is larger or smaller.
    """

    path: str
    category: str
    licence: str | None = None
    up: Axis = "z"
    front: Axis = "x"
    reverse: tuple[str, ...] = ()
    fit: bool = True

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Wheel:
    """An installed wheel.

    Attributes:
        package: as pip calls it.
        version: that is installed.
        folder: of the module.
    """

    package: str
    version: str
    folder: Path


@dataclass(frozen=True)
class WheelPlugin:
    """A plug-in that opens the library of a wheel.

    Attributes:
        summary: what it has.
        needs: the distributions that it came in.
        opener: opens it.
    """

    summary: str
    needs: Needs
    opener: Callable[[], ConvertedLibrary]
    takes_path: bool = False

    def open(self, spec: LibrarySpec) -> ConvertedLibrary:
        """Open the library.

        Raises:
            BackendMissingError: where a distribution is not installed.
        """
        return self.opener()


def find_wheel(module: str, packages: Sequence[str], command: str) -> Wheel:
    """Where pip put a wheel, without importing it.

    Args:
        module: its top-level module.
        packages: the distributions that it came in, all of which are needed.
        command: what installs them.

    Raises:
        BackendMissingError: where one is missing; the message says the command.
    """
    versions: list[str] = []
    for package in packages:
        try:
            versions.append(version(package))
        except PackageNotFoundError as error:
            raise BackendMissingError(f"{package} is not installed; try: {command}") from error
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise BackendMissingError(f"the module {module} is not installed; try: {command}")
    folder = Path(next(iter(spec.submodule_search_locations)))
    return Wheel(packages[0], "+".join(dict.fromkeys(versions)), folder)


def wheel_library(
    name: str, wheel: Wheel, folder: Path, things: Sequence[WheelModel], licence: str,
    refused: Mapping[str, str], adapted: Callable[[Element], Element],
) -> ConvertedLibrary:  # fmt: skip
    """The library of a wheel's model files.

    Args:
        name: of the library.
        wheel: where it is.
        folder: the one that the paths of `things` start from.
        things: what it has.
        licence: SPDX identifier of what has none of its own.
        refused: names of the rest, each with the reason.
        adapted: what must be changed in a file's XML for it to stand alone.
    """
    offers: list[Offer] = []
    for thing in things:
        path = folder / f"{thing.path}.xml"
        how = ModelImport(
            asset_id=f"{name}-{thing.name}",
            category=thing.category,
            library=name,
            licence=thing.licence or licence,
            source=f"{wheel.package} {wheel.version}, {thing.path}.xml",
            up=thing.up,
            front=thing.front,
            fit=thing.fit,
            reverse=thing.reverse,
            notes_file=f"the table of {name}",
        )
        # Installed wheels do not change: the version stands for the meshes.
        text = f"{FORMAT} {wheel.version} {how!r} "
        digest = hashlib.sha256(text.encode() + (path.read_bytes() if path.is_file() else b""))
        make = partial(_convert, path, how, adapted)
        offers.append(Offer(how.asset_id, thing.category, digest.hexdigest()[:16], make))
    reasons = {f"{name}-{thing}": reason for thing, reason in refused.items()}
    return ConvertedLibrary(name, f"{wheel.version}-{FORMAT}", tuple(offers), reasons)


def _convert(path: Path, how: ModelImport, adapted: Callable[[Element], Element]) -> Asset:
    return asset_from_text(prepared(adapted(parse(path)), path), how)


def in_radians(root: Element) -> Element:
    """A fragment whose angles are in radians, as the environments that include it say."""
    if not any("angle" in compiler.attrib for compiler in root.iter("compiler")):
        root.insert(0, ElementTree.Element("compiler", {"angle": "radian"}))
    return root
