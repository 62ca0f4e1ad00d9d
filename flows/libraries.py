"""Which asset libraries a command looks at: those named, those of a spec, or all installed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..scenes.assets.plugin import LIBRARIES
from ..schemas import AssetsSpec, BackendMissingError, LibrarySpec, PluginError, SpecError
from ..schemas.spec_file import load_spec
from . import stages

if TYPE_CHECKING:
    from ..scenes.assets.library import AssetLibrary


@dataclass(frozen=True)
class LibraryChoice:
    """The choice of libraries on the command line.

    Attributes:
        names: such as `procedural` or `folder:PATH`.
        spec: a dataset's YAML file, whose `assets` section counts.
        allow_noncommercial: also use assets whose licence forbids commercial use.
    """

    names: tuple[str, ...] = ()
    spec: Path | None = None
    allow_noncommercial: bool = False


def chosen(choice: LibraryChoice) -> AssetsSpec:
    """The libraries asked for; the procedural one where none are.

    Raises:
        SpecError: both a spec and names, a spec that is wrong, or an unknown name.
    """
    if choice.spec is not None and choice.names:
        raise SpecError("--spec and --library: give one of them")
    if choice.spec is not None:
        found = load_spec(choice.spec).assets
        allow = found.allow_noncommercial or choice.allow_noncommercial
        return found.model_copy(update={"allow_noncommercial": allow})
    return AssetsSpec(
        libraries=tuple(library_spec(name) for name in choice.names or ("procedural",)),
        allow_noncommercial=choice.allow_noncommercial,
    )


def library_spec(text: str) -> LibrarySpec:
    """A library as the command line names it.

    Raises:
        SpecError: where there is no such kind of library.
    """
    kind, _, path = text.partition(":")
    if kind in LIBRARIES.names() and LIBRARIES.load(kind).takes_path == bool(path):
        return LibrarySpec(kind=kind, path=path or None)
    ways = [f"{name}:PATH" if plugin.takes_path else name for name, plugin in LIBRARIES.all()]
    raise SpecError(f"--library {text}: allowed are {', '.join(ways)}")


def open_one(choice: LibraryChoice) -> AssetLibrary:
    """All that is asked for as one library.

    Raises:
        SpecError: as `chosen`, or a folder that cannot be used.
        BackendMissingError: a library whose package is not installed.
    """
    return stages.open_library(chosen(choice))


def open_each(choice: LibraryChoice) -> tuple[list[AssetLibrary], dict[str, str]]:
    """The libraries one by one; without names or a spec, all that are installed.

    Returns:
        The libraries, and why others cannot be opened, by their kind.

    Raises:
        SpecError: as `open_one`.
        BackendMissingError: a library that was asked for is not installed.
    """
    if choice.names or choice.spec:
        wanted = chosen(choice)
        return [_alone(one, wanted.allow_noncommercial) for one in wanted.libraries], {}
    opened: list[AssetLibrary] = []
    missing: dict[str, str] = {}
    for kind in LIBRARIES.names():
        try:
            if LIBRARIES.load(kind).takes_path:
                continue
            opened.append(_alone(LibrarySpec(kind=kind), choice.allow_noncommercial))
        except (BackendMissingError, PluginError, SpecError) as error:
            missing[kind] = str(error)
    return opened, missing


def _alone(library: LibrarySpec, allow_noncommercial: bool) -> AssetLibrary:
    spec = AssetsSpec(libraries=(library,), allow_noncommercial=allow_noncommercial)
    return stages.open_library(spec)
