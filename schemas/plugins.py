"""Plug-ins: one registry for everything that is added by adding a file.

A plug-in is one module (or one package with its helpers inside) in the folder of its group; the
stem of its name is its name. Names that begin with `_` are helpers. Other distributions add theirs
through entry points of the group `cousins.GROUP`, whose name is the plug-in's name and whose value
is a module. Names are found without importing anything. A module says what it offers in one
module-level value, `PLUGIN`, and imports heavy libraries only where it uses them.
"""

from __future__ import annotations

import difflib
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from importlib.metadata import (
    EntryPoint,
    EntryPoints,
    PackageNotFoundError,
    entry_points,
    version,
)
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, TypeVar

from .errors import BackendMissingError, PluginError, SpecError

ROOT = __package__.rpartition(".")[0] if __package__ else ""
"""Name of the package that holds the rooms."""
FOLDERS = {
    "categories": "scenes.libraries.procedural.builders",
    "engines": "flows.engines",
    "exporters": "generators.exports",
    "labels": "generators.labels",
    "libraries": "scenes.libraries",
    "proposers": "generators.proposers",
    "renderers": "generators.renderers",
    "robots": "scenes.robots",
    "simulators": "generators.simulators",
    "skills": "tasks.skills",
}
"""The package of each group whose names a spec or a command may give, below the root package."""
HYPHENATED = frozenset({"robots"})
"""Groups whose names have hyphens where the names of their modules have underscores."""

_CLEARED: list[Callable[[], None]] = []
"""Called by `forget`."""

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Needs:
    """A plug-in's requirements, and what decides its bytes.

    Attributes:
        packages: distributions that it imports and whose versions shape its bytes.
        version: of the plug-in's own code; raised when it gives other bytes for the same inputs.
        install: how to get packages that are absent, such as `pip install 'cousins[text]'`.
        outside: name and version of what shapes its bytes but lies in another environment.
    """

    packages: tuple[str, ...] = ()
    version: int = 1
    install: str = ""
    outside: tuple[tuple[str, str], ...] = ()

    def present(self) -> dict[str, str]:
        """The version of each package that is installed here."""
        found = {package: installed(package) for package in self.packages}
        return {package: which for package, which in found.items() if which is not None}

    def missing(self) -> tuple[str, ...]:
        """The packages that are not installed."""
        return tuple(package for package in self.packages if installed(package) is None)

    def check(self, owner: str) -> None:
        """Refuse where a package is absent.

        Args:
            owner: what needs them, such as `export coco`.

        Raises:
            BackendMissingError: naming the packages and how to install them.
        """
        absent = self.missing()
        if absent:
            how = self.install or f"pip install {' '.join(absent)}"
            raise BackendMissingError(
                f"{owner} needs {', '.join(absent)}, not installed here; install with: {how}"
            )


@dataclass(frozen=True)
class Source:
    """Where a plug-in comes from.

    Attributes:
        name: of the plug-in.
        module: dotted name of its module.
        distribution: that offers it by an entry point; None for those that come along.
        version: of that distribution; empty for those that come along.
    """

    name: str
    module: str
    distribution: str | None = None
    version: str = ""


@dataclass(frozen=True)
class Group(Generic[T_co]):
    """All plug-ins of one kind.

    Attributes:
        name: of the group, such as `exporters`; the entry points' group is `cousins.exporters`.
        kind: what each must be; a class or a runtime-checkable protocol.
        word: singular, for messages, such as `export format`.
        package: below the root package; by default that of `FOLDERS`.
        order: names that come first, in this order; it only ever grows at its end, since the
            order of plug-ins can shape bytes. Others follow by name.
    """

    name: str
    kind: type[T_co]
    word: str
    package: str = ""
    order: tuple[str, ...] = field(default=(), compare=False)

    def names(self) -> tuple[str, ...]:
        """The names of all plug-ins, without importing any.

        Raises:
            PluginError: two plug-ins have one name.
        """
        found = self._sources()
        first = [name for name in self.order if name in found]
        return (*first, *sorted(set(found) - set(first)))

    def source(self, name: str) -> Source:
        """Where a plug-in comes from.

        Raises:
            SpecError: there is none of that name; the nearest are offered.
        """
        found = self._sources().get(name)
        if found is None:
            raise SpecError(f"no {self.word} {name!r}; {offer(name, self.names())}")
        return found

    def load(self, name: str) -> T_co:
        """Import a plug-in.

        Raises:
            SpecError: there is none of that name; the nearest are offered.
            PluginError: its module cannot be imported, or offers something else.
        """
        offered: T_co = _load(self, self.source(name))
        return offered

    def own(self) -> Iterator[tuple[str, T_co]]:
        """As `all`, without those of other distributions."""
        for name in self.names():
            if self.source(name).distribution is None:
                yield name, self.load(name)

    def all(self) -> Iterator[tuple[str, T_co]]:
        """Every plug-in with its name, in order; imports them."""
        for name in self.names():
            yield name, self.load(name)

    def versions(self, name: str) -> dict[str, str]:
        """The versions that decide a plug-in's bytes: its own, and those of its packages.

        Returns:
            By `GROUP/NAME` for the plug-in itself, by `GROUP/NAME/THING` for what lies outside of
            this environment, by distribution for packages. Absent packages are left out.
        """
        source = self.source(name)
        needs = getattr(self.load(name), "needs", None)
        known = needs if isinstance(needs, Needs) else Needs()
        own = f"{known.version}"
        if source.distribution is not None:
            own = f"{source.distribution} {source.version}, {known.version}"
        place = f"{self.name}/{name}"
        outside = {f"{place}/{thing}": which for thing, which in known.outside}
        return {place: own, **outside, **known.present()}

    def _sources(self) -> dict[str, Source]:
        return _sources(self.name, self.package or FOLDERS[self.name])


def names(group: str) -> tuple[str, ...]:
    """The sorted names of a group's plug-ins, without importing any.

    Raises:
        PluginError: two plug-ins have one name.
    """
    return tuple(sorted(_sources(group, FOLDERS[group])))


def comes_along(group: str, name: str) -> bool:
    """Whether a plug-in is one of this package, and not of another distribution."""
    return _sources(group, FOLDERS[group])[name].distribution is None


def offer(word: str, allowed: Sequence[str]) -> str:
    """The words to write instead of one that is not allowed: the nearest, and all."""
    near = difflib.get_close_matches(word, allowed, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(repr(name) for name in near)}? " if near else ""
    return f"{hint}allowed: {', '.join(allowed)}"


def until_forgotten(made: Callable[[], T]) -> Callable[[], T]:
    """Make something of plug-ins once, and again after `forget`."""
    kept = lru_cache(maxsize=1)(made)
    _CLEARED.append(kept.cache_clear)
    return kept


@until_forgotten
def _entries() -> EntryPoints:
    """The entry points of all distributions: looking for them takes longer than all else here."""
    found: Any = entry_points()  # of another type in 3.11, with the same `select`
    every: EntryPoints = found
    return every


def forget() -> None:
    """Look for plug-ins anew: for tests and notebooks that add some while they run."""
    _sources.cache_clear()
    _load.cache_clear()
    for clear in _CLEARED:
        clear()


@lru_cache(maxsize=64)
def _sources(group: str, package: str) -> dict[str, Source]:
    stems = [module.name for module in pkgutil.iter_modules([str(_folder(package))])]
    found = {
        name: Source(name, f"{ROOT}.{package}.{stem}")
        for stem in stems
        if not stem.startswith("_")
        for name in [stem.replace("_", "-") if group in HYPHENATED else stem]
    }
    for entry in sorted(
        _entries().select(group=f"cousins.{group}"), key=lambda x: (x.name, x.value)
    ):
        source = _foreign(entry)
        other = found.setdefault(entry.name, source)
        if other != source:
            raise PluginError(
                f"two {group} are called {entry.name!r}: {other.module} and {source.module} "
                f"(of {source.distribution}); uninstall one, or give it another name"
            )
    return found


def _folder(package: str) -> Path:
    root = import_module(ROOT).__path__[0]
    return Path(root, *package.split("."))


def _foreign(entry: EntryPoint) -> Source:
    owner = entry.dist
    if owner is None:
        return Source(entry.name, entry.value, "an unknown distribution")
    return Source(entry.name, entry.value, owner.name, owner.version)


@lru_cache(maxsize=512)
def _load(group: Group[T], source: Source) -> T:
    module = _imported(group, source)
    offered = getattr(module, "PLUGIN", None)
    if not isinstance(offered, group.kind):
        got = "no PLUGIN" if offered is None else f"a PLUGIN of type {type(offered).__name__}"
        raise PluginError(
            f"{group.word} {source.name!r}: module {source.module} has {got}; "
            f"expected PLUGIN to be {group.kind.__name__} ({_members(group.kind)})"
        )
    return offered


def _imported(group: Group[T], source: Source) -> ModuleType:
    if source.distribution is None:
        return import_module(source.module)
    try:
        return import_module(source.module)
    except Exception as error:  # whatever another distribution's module raises
        raise PluginError(
            f"{group.word} {source.name!r} of {source.distribution} {source.version} "
            f"cannot be imported: {type(error).__name__}: {error}"
        ) from error


def _members(kind: type[object]) -> str:
    return ", ".join(name for name in sorted(vars(kind)) if not name.startswith("_"))


@lru_cache(maxsize=512)
def installed(package: str) -> str | None:
    """The version of a distribution; None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
