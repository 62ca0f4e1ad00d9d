"""Render backends: what draws scenes; each is a plug-in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, runtime_checkable

from ...schemas import SpecError
from ...schemas.plugins import Group, Needs
from ..images.camera.view import Renderer


@runtime_checkable
class RenderBackend(Protocol):
    """Starts a renderer, or says what it lacks here."""

    @property
    def summary(self) -> str:
        """The backend in one line, for the documentation."""
        ...

    @property
    def needs(self) -> Needs:
        """The packages that shape its pixels, here or elsewhere, and its own version."""
        ...

    def check(self) -> None:
        """Refuse quickly where it is not installed.

        Raises:
            BackendMissingError: saying how to get it.
        """
        ...

    def start(self) -> Renderer:
        """A renderer for this thread.

        Raises:
            BackendMissingError: it is not installed.
            RenderError: it cannot draw here; the message says what it needs.
        """
        ...


@runtime_checkable
class Installable(Protocol):
    """A backend with an environment of its own, which a command can make."""

    def install(self, say: Callable[[str], None]) -> Path:
        """Make the environment, or bring it up to date; gives its folder.

        Args:
            say: told what is being done.

        Raises:
            BackendMissingError: it cannot be installed here; the message says why.
        """
        ...


RENDERERS: Group[RenderBackend] = Group(
    "renderers",
    RenderBackend,
    "renderer",
    order=("mujoco", "mujoco_fine", "blenderproc", "omnigibson"),
)
"""By the name that a spec gives as `render.backend`."""

_local = threading.local()


def renderer(backend: str) -> Renderer:
    """The renderer of that name; this thread keeps it, with its caches.

    Raises:
        SpecError: there is none of that name; the nearest are offered.
        BackendMissingError: it is not installed here; the message says how to get it.
        RenderError: it cannot draw here.
    """
    check_renderer(backend)
    kept: dict[str, Renderer] = _local.__dict__
    if backend not in kept:
        kept[backend] = RENDERERS.load(backend).start()
    return kept[backend]


def check_renderer(backend: str) -> None:
    """Refuse a renderer that is not installed, before any work.

    Raises:
        SpecError: there is none of that name; the nearest are offered.
        BackendMissingError: it is not installed here; the message says how to get it.
    """
    found = RENDERERS.load(backend)
    found.needs.check(f"render.backend: {backend}")
    found.check()


def install(backend: str, say: Callable[[str], None]) -> Path:
    """Install a backend that has an environment of its own; gives its folder.

    Raises:
        SpecError: a backend that is not installed this way.
        BackendMissingError: it cannot be installed here; the message says why.
    """
    found = RENDERERS.load(backend)
    if not isinstance(found, Installable):
        able = [name for name, other in RENDERERS.all() if isinstance(other, Installable)]
        raise SpecError(f"backend {backend!r}: nothing to install; allowed: {', '.join(able)}")
    return found.install(say)


__all__ = [
    "RENDERERS", "Installable", "RenderBackend", "check_renderer", "install", "renderer",
]  # fmt: skip
