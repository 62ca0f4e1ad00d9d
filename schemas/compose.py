"""Specs from several sources: a file that extends another, and options that change a value.

Every value keeps the file or the option that it comes from, so that errors name the right place.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .errors import SpecError
from .locations import Loc, dotted
from .plain import is_list, is_mapping
from .plugins import offer
from .yaml_source import YamlDocument, listed_problems, parse_yaml, read_yaml

EXTENDS = "extends"
"""The key that names the file on which a spec is based."""
OPTION = "--set"
PARAMETERS = frozenset({"uniform", "normal", "choice", "sweep"})
"""Keys of mappings that stand for one value, and are replaced as a whole."""
PATHS = (("render", "vary"), ("physics", "vary"))
"""Mappings whose keys have dots."""
_PART = re.compile(r"([^\[\]]*)((?:\[\d+\])*)")


def composed(source: YamlDocument, folder: Path, options: Sequence[str] = ()) -> YamlDocument:
    """A spec with the file that it extends below it, and with options above it.

    Args:
        source: as it is written.
        folder: that the path of the extended file starts from.
        options: `KEY=VALUE` each, the key with dots, the value as YAML.

    Raises:
        SpecError: the extended file cannot be read, leads back to one that extends it, or an
            option cannot be applied; with its place.
    """
    whole = _based(source, folder, (source.name,))
    for option in options:
        whole = _changed(whole, option)
    return whole


def _based(source: YamlDocument, folder: Path, chain: tuple[str, ...]) -> YamlDocument:
    """The document over the one that it extends, if it does."""
    if not is_mapping(source.data) or EXTENDS not in source.data:
        return source
    data = dict(source.data)
    named = data.pop(EXTENDS)
    line = source.line((EXTENDS,))
    if not isinstance(named, str) or not named:
        raise SpecError(
            f"{source.name}: line {line}: {EXTENDS}: {named!r} is not valid; expected the path of "
            "a YAML file, relative to this one"
        )
    path = Path(os.path.normpath(folder / named))
    if any(_same(path, Path(earlier)) for earlier in chain):
        way = " -> ".join((*chain, str(path)))
        raise SpecError(f"{source.name}: line {line}: {EXTENDS}: {way} leads in a circle")
    try:
        base = read_yaml(path)
    except SpecError as error:
        raise SpecError(f"{source.name}: line {line}: {EXTENDS}: {error}") from error
    if base.problems:
        raise SpecError(listed_problems(base.name, base.problems))
    if not is_mapping(base.data):
        raise SpecError(f"{source.name}: line {line}: {EXTENDS}: {path} is no mapping of keys")
    below = _based(base, path.parent, (*chain, str(path)))
    return _over(below, replace(source, data=data))


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _over(below: YamlDocument, above: YamlDocument) -> YamlDocument:
    """The document `above`, with what it does not say taken from the one below."""
    lines, sources = dict(above.lines), dict(above.sources)
    data = _merged(below.data, above.data, ())

    def take(loc: Loc) -> None:
        lines[loc] = below.lines[loc]
        sources[loc] = below.sources.get(loc, below.name)

    for loc in below.lines:
        if loc and loc not in above.lines and not _replaced(loc, below.data, above.data):
            take(loc)
    return replace(above, data=data, lines=lines, sources=sources)


def _merged(low: Any, high: Any, loc: Loc) -> Any:
    """Mappings are merged key by key; anything else is replaced."""
    if not (is_mapping(low) and is_mapping(high)) or _is_value(low) or _is_value(high):
        return high
    return {
        **low,
        **{
            key: _merged(low[key], value, (*loc, key)) if key in low else value
            for key, value in high.items()
        },
    }


def _is_value(mapping: dict[Any, Any]) -> bool:
    """Whether a mapping is a distribution, which stands for one value."""
    return bool(mapping) and PARAMETERS.issuperset(mapping)


def _replaced(loc: Loc, low: Any, high: Any) -> bool:
    """Whether what stands there in the lower document is replaced by the upper one."""
    for step in loc:
        if not (is_mapping(low) and is_mapping(high)) or _is_value(low) or _is_value(high):
            return True
        if step not in high:
            return False
        low, high = low[step], high[step]
    return False


def _changed(source: YamlDocument, option: str) -> YamlDocument:
    """The document with the value of one option in its place.

    Raises:
        SpecError: naming the option, and what is allowed.
    """
    key, equals, text = option.partition("=")
    name = f"{OPTION} {option}"
    if not equals or not key:
        raise SpecError(f"{name}: expected KEY=VALUE, such as scene.clutter.count=3")
    value = parse_yaml(text, name)
    if value.problems:
        raise SpecError("; ".join(f"{name}: {message}" for _, message in value.problems))
    if not is_mapping(source.data):
        return source
    data, loc = _with(source.data, _steps(key, name), value.data, (), name)
    lines = {at: line for at, line in source.lines.items() if at[: len(loc)] != loc}
    sources = {at: origin for at, origin in source.sources.items() if at in lines}
    return replace(source, data=data, lines={**lines, loc: 0}, sources={**sources, loc: name})


def _steps(key: str, name: str) -> list[str | int]:
    """The keys and places of a key with dots."""
    words = key.split(".")
    if tuple(words[:2]) in PATHS and len(words) > 2:
        return [*words[:2], ".".join(words[2:])]
    steps: list[str | int] = []
    for word in words:
        part = _PART.fullmatch(word)
        if part is None or not part[1]:
            raise SpecError(f"{name}: {key!r} is no key; write one such as cameras[0].fov")
        steps += [part[1], *(int(number) for number in re.findall(r"\d+", part[2]))]
    return steps


def _with(old: Any, steps: list[str | int], value: Any, loc: Loc, name: str) -> tuple[Any, Loc]:
    """A copy of a part of the data with a value at a place below it, and where that is."""
    if not steps:
        return value, loc
    step, *later = steps
    if is_list(old):
        index = _index(old, step, loc, name)
        item, place = _with(old[index], later, value, (*loc, index), name)
        return [*old[:index], item, *old[index + 1 :]], place
    if isinstance(step, int) or not (old is None or is_mapping(old)):
        what = "has no items" if old is None else f"is {old!r}, which has no parts"
        raise SpecError(f"{name}: {dotted(loc)} {what} in the spec")
    known = {} if old is None or _is_value(old) else old
    item, place = _with(known.get(step), later, value, (*loc, step), name)
    return {**known, step: item}, place


def _index(items: list[Any], step: str | int, loc: Loc, name: str) -> int:
    """Which item of a list is meant, by its number or its name."""
    if isinstance(step, int):
        if step < len(items):
            return step
        last = f"ends with [{len(items) - 1}]" if items else "is empty"
        raise SpecError(f"{name}: {dotted(loc)} {last}")
    names = [item.get("name") if is_mapping(item) else None for item in items]
    if step in names:
        return names.index(step)
    known = [str(each) for each in names if each is not None]
    raise SpecError(f"{name}: {dotted(loc)} has no {step!r}; {offer(step, known)}")
