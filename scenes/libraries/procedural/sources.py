"""Hashes of the source text that shapes procedural assets: no version that could be forgotten."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

from ....schemas.plugins import until_forgotten
from ...assets.categories import MODULES, categories

HERE = Path(__file__).parent
SIBLING = re.compile(r"^\s*from \.(\w+) import ", re.MULTILINE)
"""How a builder module takes from another."""


@until_forgotten
def library_version() -> str:
    """Changes with the toolkit, with any builder, and with any category from elsewhere."""
    return _hash(f"{name} {text}" for name, text in sorted(_modules().items()))


def stamp_of(category: str) -> str:
    """Changes with the toolkit, and with the builders that a category's module uses."""
    return _stamps()[categories()[category].source.name]


@until_forgotten
def _modules() -> Mapping[str, str]:
    """What stands for each module: a hash of its source, and its versions from elsewhere."""
    own = {
        f"{folder}/{path.stem}": _source(path)
        for folder in ("builders", "toolkit")
        for path in (HERE / folder).glob("*.py")
    }
    needed = {
        f"needs/{name}": str(sorted(MODULES.versions(name).items())) for name in MODULES.names()
    }
    others = {f"elsewhere/{name}": _source(path) for name, path in _elsewhere()}
    return {**own, "fitted": _source(HERE / "fitted.py"), **needed, **others}


def _elsewhere() -> Iterable[tuple[str, Path]]:
    for name in MODULES.names():
        source = MODULES.source(name)
        spec = find_spec(source.module) if source.distribution is not None else None
        if spec is not None and spec.origin is not None:
            yield name, Path(spec.origin)


@until_forgotten
def _stamps() -> Mapping[str, str]:
    """By module of categories: of all that it uses. One from elsewhere may use anything."""
    found: dict[str, str] = {}
    modules = _modules()
    toolkit = [key for key in modules if key.startswith("toolkit/")]
    for name in MODULES.names():
        used = [f"builders/{x}" for x in _used_by(name)]
        if MODULES.source(name).distribution is not None:
            used = [f"elsewhere/{name}", *(key for key in modules if key.startswith("builders/"))]
        keys = sorted({f"needs/{name}", *used, *toolkit} & set(modules))
        found[name] = _hash(f"{key} {modules[key]}" for key in keys)
    return found


def _used_by(name: str) -> set[str]:
    """A builder module of this package, and those that it imports, near and far."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        path = HERE / "builders" / f"{one}.py"
        if one in found or not path.is_file():
            continue
        found.add(one)
        waiting += SIBLING.findall(path.read_text(encoding="utf-8"))
    return found


def _source(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _hash(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
