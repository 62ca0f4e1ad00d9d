"""Lists of a spec in files of their own: read in the place of their path, and found for errors."""

# YAML is untyped until pydantic has read it.
from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from .base import Model
from .compose import composed
from .errors import SpecError, SpecErrors
from .locations import Loc, dotted
from .plain import is_list, is_mapping
from .seeds import SEEDS
from .yaml_source import YamlDocument, is_yaml, listed_problems, read_yaml

GIVEN: Loc = ("tasks", "given")
"""Where a spec has tasks of one's own, or the path of a file of them."""
REVIEW: Loc = ("tasks", "review")
"""Where a spec has decisions about tasks, or the path of a file of them."""


@contextmanager
def lines_of(path: Path, options: Sequence[str] = ()) -> Generator[None]:
    """Add the line to errors that carry a place in the spec of this file.

    Args:
        path: of the file.
        options: values that replaced what it says, as of `load_spec`.

    Raises:
        SpecError: as raised inside; one with a place names the file and the line as well.
    """
    try:
        yield
    except SpecErrors as error:
        raise SpecError(_listed(path, options, error.parts)) from error
    except SpecError as error:
        if not error.place:
            raise
        raise SpecError(_listed(path, options, (error,))) from error


def _listed(path: Path, options: Sequence[str], errors: tuple[SpecError, ...]) -> str:
    """Problems below the name of the file that each is in, in the order of its lines."""
    read = composed(read_yaml(path), path.parent, options)
    found: dict[str, list[tuple[int, str]]] = {read.name: []}
    for error in errors:
        source, place = _source_of(read, error.place)
        found.setdefault(source.origin(place), []).append((source.line(place), str(error)))
    return "\n".join(listed_problems(name, lines) for name, lines in found.items() if lines)


def _source_of(read: YamlDocument, place: Loc) -> tuple[YamlDocument, Loc]:
    """The document that a place lies in, the spec or a list in a file of its own, and where."""
    for key in (GIVEN, REVIEW, SEEDS):
        named = _named_file(read, key)
        if named is not None and place[: len(key)] == key:
            return list_source(read.folder(key) / named), ("tasks", *place[len(key) :])
    return read, place


def _named_file(source: YamlDocument, key: Loc) -> str | None:
    """The path of the file that holds a list of the spec, where it is one."""
    tasks = source.data.get("tasks") if is_mapping(source.data) else None
    named = tasks.get(key[-1]) if is_mapping(tasks) else None
    return named if isinstance(named, str) and is_yaml(named) else None


def list_source(path: Path) -> YamlDocument:
    """A file of tasks, whose list may stand alone."""
    source = read_yaml(path)
    if is_list(source.data):
        lines = {("tasks", *loc): line for loc, line in source.lines.items()}
        return replace(source, data={"tasks": source.data}, lines=lines)
    return source


def with_list(
    source: YamlDocument, key: Loc, read: Callable[[YamlDocument], Sequence[Model]]
) -> YamlDocument:
    """The spec with the list of a file in the place of its path, if it has one.

    Args:
        source: of the spec.
        key: GIVEN, REVIEW or SEEDS.
        read: validates the file, and gives its list.

    Raises:
        SpecError: the file cannot be read, or is wrong; with its lines.
    """
    named = _named_file(source, key)
    if named is None:
        return source
    try:
        found = list_source(source.folder(key) / named)
    except SpecError as error:
        line = source.line(key)
        said = f"{source.origin(key)}: line {line}: {dotted(key)}: {error}"
        raise SpecError(said) from error
    data = {**source.data, "tasks": {**source.data["tasks"], key[-1]: tuple(read(found))}}
    return replace(source, data=data)
