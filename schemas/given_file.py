"""Files of given tasks: read in the place of their path, and found again for lines of errors."""

# YAML is untyped until pydantic has read it.
from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from .compose import composed
from .errors import SpecError, SpecErrors
from .given import GivenFile
from .locations import Loc, dotted
from .plain import is_list, is_mapping
from .yaml_source import YamlDocument, is_yaml, listed_problems, read_yaml

GIVEN: Loc = ("tasks", "given")
"""Where a spec has tasks of one's own, or the path of a file of them."""


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
    given = _given_file(read)
    found: dict[str, list[tuple[int, str]]] = {read.name: []}
    for error in errors:
        source, place = read, error.place
        if given is not None and place[: len(GIVEN)] == GIVEN:
            source, place = (
                _given_source(read.folder(GIVEN) / given),
                ("tasks", *place[len(GIVEN) :]),
            )
        found.setdefault(source.origin(place), []).append((source.line(place), str(error)))
    return "\n".join(listed_problems(name, lines) for name, lines in found.items() if lines)


def _given_file(source: YamlDocument) -> str | None:
    """The path of the file that lists a spec's tasks, where `tasks.given` is one."""
    tasks = source.data.get("tasks") if is_mapping(source.data) else None
    given = tasks.get("given") if is_mapping(tasks) else None
    return given if isinstance(given, str) and is_yaml(given) else None


def _given_source(path: Path) -> YamlDocument:
    """A file of tasks, whose list may stand alone."""
    source = read_yaml(path)
    if is_list(source.data):
        lines = {("tasks", *loc): line for loc, line in source.lines.items()}
        return replace(source, data={"tasks": source.data}, lines=lines)
    return source


def with_given(
    source: YamlDocument, folder: Path, read: Callable[[YamlDocument], GivenFile]
) -> YamlDocument:
    """The spec with the tasks of a file in the place of its path, if it has one.

    Args:
        source: of the spec.
        folder: that the path starts from.
        read: validates the file.

    Raises:
        SpecError: the file cannot be read, or is wrong; with its lines.
    """
    given = _given_file(source)
    if given is None:
        return source
    try:
        found = _given_source(folder / given)
    except SpecError as error:
        line = source.line(GIVEN)
        said = f"{source.origin(GIVEN)}: line {line}: {dotted(GIVEN)}: {error}"
        raise SpecError(said) from error
    data = {**source.data, "tasks": {**source.data["tasks"], "given": read(found).tasks}}
    return replace(source, data=data)
