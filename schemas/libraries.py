"""Where assets come from: the libraries a dataset draws on."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated, Any, Self, cast

from pydantic import model_validator

from .base import Model, Name
from .locations import misplaced
from .plugin_name import PluginName
from .plugins import comes_along, names

FOLDER = "folder"
"""The only kind of library in this package that takes a path."""


class LibrarySpec(Model):
    """One library. In YAML its kind alone, or with what it reads: `{folder: PATH, name: NAME}`."""

    kind: Annotated[str, PluginName("libraries")]
    name: Name | None = None
    """Begins the ids of its assets; by default the folder's own name."""
    path: str | None = None
    """Of a folder, or what another kind of library reads, relative to the file that names it."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        """Read the short forms."""
        if isinstance(value, str):
            return {"kind": value}
        if not isinstance(value, dict):
            return value
        given = cast("dict[str, Any]", value)
        if "kind" in given:
            return given
        kind = next((key for key in given if key in names("libraries")), None)
        if kind is None:
            raise misplaced(
                f"{given} names no library; write procedural, or {{folder: PATH, name: NAME}}"
            )
        rest = {key: part for key, part in given.items() if key != kind}
        return {"kind": kind, "path": given[kind], **rest}

    @model_validator(mode="after")
    def _path(self) -> Self:
        """Refuse a path too many or too few; libraries from elsewhere tell when they are opened."""
        wrong = (self.kind == FOLDER) != (self.path is not None)
        if wrong and comes_along("libraries", self.kind):
            raise misplaced("exactly a folder library has a path: write {folder: PATH}")
        return self


class AssetsSpec(Model):
    """The libraries, in order: where two offer a category, the assets of both are drawn."""

    libraries: tuple[LibrarySpec, ...] = (LibrarySpec.model_construct(kind="procedural"),)
    allow_noncommercial: bool = False
    """Also use assets whose licence forbids commercial use, or grants none."""

    def portable(self) -> Self:
        """The same without where folders lie: only their own names are kept."""
        libraries = tuple(
            library
            if library.path is None
            else library.model_copy(update={"path": PurePath(library.path).name})
            for library in self.libraries
        )
        return self.model_copy(update={"libraries": libraries})

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if not self.libraries:
            raise misplaced("name at least one, such as procedural", "libraries")
        keys = [(library.kind, library.name, library.path) for library in self.libraries]
        if len(set(keys)) != len(keys):
            raise misplaced("each may be named once", "libraries")
        return self
