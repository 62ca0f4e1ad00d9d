"""Reads YAML safely and keeps the line of every value, for errors that point at the place.

Scalars follow YAML 1.2's core schema, in which `on` and `yes` are words and `1e-3` a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.reader import ReaderError

from .errors import SpecError
from .locations import Loc, dotted

MAX_NODES = 200_000
"""Values in one file after expanding its aliases: a bound on hostile nesting."""
MAX_BYTES = 8_000_000
"""Of one file: far more than a spec of many tasks has."""
SHOWN = 50
"""Problems of a file that are listed."""
MAX_DEPTH = 64
"""Levels of nesting, aliases expanded: far more than a spec has, far less than Python's stack."""
MAX_DIGITS = 300
"""Digits of a whole number: a longer one has no floating-point value."""

_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_PLAIN = "tag:yaml.org,2002:"
_TOO_MANY = f"more than {MAX_NODES} values"
_TOO_DEEP = f"more than {MAX_DEPTH} levels of nesting"


class _Loader(yaml.SafeLoader):
    """Leaves plain scalars unresolved: `_scalar` resolves them."""

    yaml_implicit_resolvers = {}
    depth = 0
    count = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Compose a node, unless it lies too deep for a recursive reader."""
        self.depth += 1
        self.count += 1
        if self.depth > MAX_DEPTH or self.count > MAX_NODES:
            here: Any = self
            what = _TOO_DEEP if self.depth > MAX_DEPTH else _TOO_MANY
            raise yaml.MarkedYAMLError(None, None, what, here.peek_event().start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


@dataclass
class YamlDocument:
    """A parsed YAML file.

    Attributes:
        name: the file's name, for messages.
        data: dicts, lists and scalars.
        lines: the line of each key or list item, by its location; 0 of what is no line of a file.
        sources: the file or option of what comes from elsewhere, by its location.
        problems: (line, message) of what is wrong with the YAML itself, such as duplicate keys.
    """

    name: str
    data: Any = None
    lines: dict[Loc, int] = field(default_factory=dict[Loc, int])
    problems: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    sources: dict[Loc, str] = field(default_factory=dict[Loc, str])

    def origin(self, loc: Loc) -> str:
        """The file or option that a location, or the nearest that encloses it, comes from."""
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.sources.get(loc, self.name)

    def folder(self, loc: Loc) -> Path:
        """The folder that a path at a location starts from: that of the file that names it."""
        while loc and self.lines.get(loc, 0) == 0:
            loc = loc[:-1]
        return Path(self.origin(loc)).parent

    def line(self, loc: Loc) -> int:
        """The line of a location, or of the nearest one that encloses it."""
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc, 1)


def listed_problems(name: str, problems: list[tuple[int, str]]) -> str:
    """Problems of a file by line, under its name and their number; of many, the first.

    Args:
        name: of the file.
        problems: (line, message) each; 0 is no line.
    """
    found = sorted(set(problems))
    count = "1 problem" if len(found) == 1 else f"{len(found)} problems"
    lines = [
        f"  line {line}: {message}" if line else f"  {message}" for line, message in found[:SHOWN]
    ]
    more = [f"  and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return "\n".join([f"{name}: {count}", *lines, *more])


def grouped_problems(source: YamlDocument, problems: list[tuple[Loc, str]]) -> str:
    """Problems of a document by where each comes from: its own file, others, or options.

    Args:
        source: the document.
        problems: (location, message) each.
    """
    groups: dict[str, list[tuple[int, str]]] = {source.name: []}
    for line, message in source.problems:
        groups[source.name].append((line, message))
    for loc, message in problems:
        groups.setdefault(source.origin(loc), []).append((source.line(loc), message))
    return "\n".join(listed_problems(name, found) for name, found in groups.items() if found)


def is_yaml(text: str) -> bool:
    """Whether a text is the path of a YAML file."""
    return text.endswith((".yaml", ".yml"))


def read_yaml(path: Path) -> YamlDocument:
    """Read a YAML file.

    Raises:
        SpecError: where the file cannot be read, is too large, or is not YAML.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise SpecError(f"{path}: {size} bytes; a file has at most {MAX_BYTES}")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SpecError(f"{path}: cannot be read: {reason}") from error
    return parse_yaml(text, str(path))


def parse_yaml(text: str, name: str) -> YamlDocument:
    """Parse YAML text; `name` names it in messages.

    Raises:
        SpecError: where the text is not YAML.
    """
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise SpecError(f"{name}: not valid YAML: {_syntax(error, text)}") from error
    source = YamlDocument(name)
    if node is not None:
        source.lines[()] = 1
        budget = iter(range(MAX_NODES))
        source.data = _build(node, (), source, budget, frozenset())
    return source


def _syntax(error: yaml.YAMLError, text: str) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        what = ": ".join(part for part in (error.context, error.problem) if part)
        return f"line {mark.line + 1}, column {mark.column + 1}: {what}"
    if isinstance(error, ReaderError):
        line = len(text[: error.position].splitlines() or [""])
        return f"line {line}: the character {chr(error.character)!r} is not allowed"
    return " ".join(str(error).split())


def _build(
    node: yaml.Node, loc: Loc, source: YamlDocument, budget: Iterator[int], parents: frozenset[int]
) -> Any:
    if next(budget, None) is None:
        raise SpecError(
            f"{source.name}: line {source.line(loc)}: "
            f"more than {MAX_NODES} values after expanding its aliases"
        )
    if id(node) in parents:
        raise SpecError(f"{source.name}: line {source.line(loc)}: an alias that contains itself")
    if len(loc) >= MAX_DEPTH:
        raise SpecError(f"{source.name}: line {source.line(loc)}: {_TOO_DEEP} after aliases")
    parents |= {id(node)}
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, loc, source, budget, parents)
    if isinstance(node, yaml.SequenceNode):
        _check_tag(node, "seq", source)
        items: list[Any] = []
        for index, item in enumerate(node.value):
            place = (*loc, index)
            source.lines[place] = _line(item)
            items.append(_build(item, place, source, budget, parents))
        return items
    return _scalar(node, source)


def _mapping(
    node: yaml.MappingNode,
    loc: Loc,
    source: YamlDocument,
    budget: Iterator[int],
    parents: frozenset[int],
) -> dict[str, Any]:
    _check_tag(node, "map", source)
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = _line(key_node)
        if not isinstance(key_node, yaml.ScalarNode):
            source.problems.append((line, f"{dotted(loc)}: a key must be a word"))
            continue
        key = str(key_node.value)
        place = (*loc, key)
        if key in result:
            first = source.lines[place]
            source.problems.append(
                (line, f"{dotted(place)}: the key {key!r} is already given in line {first}")
            )
            continue
        source.lines[place] = line
        result[key] = _build(value_node, place, source, budget, parents)
    return result


def _scalar(node: yaml.Node, source: YamlDocument) -> Any:
    _check_tag(node, "str", source)
    text = str(node.value)
    if getattr(node, "style", None) is not None:
        return text
    if text.lower() in _WORDS and text in (text.lower(), text.upper(), text.title()):
        return _WORDS[text.lower()]
    if _INT.fullmatch(text):
        if len(text) > MAX_DIGITS:
            source.problems.append((_line(node), f"a number has at most {MAX_DIGITS} digits"))
            return 0
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _check_tag(node: yaml.Node, expected: str, source: YamlDocument) -> None:
    if node.tag != _PLAIN + expected:
        source.problems.append(
            (_line(node), f"the tag {node.tag!r} is not allowed; write plain YAML")
        )


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
