"""Does a backend work here, and how it is installed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from ..generators.images.camera.view import GBuffer, Renderer
from ..generators.renderers import RENDERERS, check_renderer, install
from ..schemas import (
    Asset,
    CameraParams,
    Light,
    Material,
    RenderError,
    RobotPose,
    Scene,
    SpecError,
)
from .engines import ENGINES, engine

BALL = (
    '<mujoco><worldbody><light pos="0 0 3"/><geom type="sphere" size=".1" rgba="1 0 0 1"/>'
    "</worldbody></mujoco>"
)


@runtime_checkable
class Closable(Protocol):
    """A renderer with a process of its own."""

    def close(self) -> None:
        """End the process."""
        ...


@dataclass(frozen=True)
class Ball:
    """A world with a red ball of radius 0.1 m at its origin, for renderers to draw."""

    model: Any
    scene: Scene

    def asset_of(self, name: str) -> Asset:
        """See `World`; it has no objects."""
        raise KeyError(name)


def ball() -> Ball:
    """The ball under one lamp."""
    mujoco: Any = import_module("mujoco")
    still = (1.0, 0.0, 0.0, 0.0)
    scene = Scene(
        id="ball",
        seed=(0,),
        support="none",
        robot=RobotPose(name="none", pos=(0.0, 0.0, 0.0), quat=still, home=()),
        objects=(),
        lights=(Light(name="key", direction=(0, 0, -1), intensity=500, colour=(1, 1, 1)),),
        ambient=150.0,
        cameras=(),
        floor=Material(),
        wall=Material(),
    )
    return Ball(mujoco.MjModel.from_xml_string(BALL), scene)


def check_backend(name: str, out: Path | None = None) -> dict[str, Any]:
    """Draw one picture with a renderer, or see whether an engine can run here.

    Args:
        name: of the renderer or the engine.
        out: file for what was found, as JSON.

    Raises:
        SpecError: there is none of that name; the nearest are offered.
        BackendMissingError: it is not installed.
        RenderError: it does not work here; the message says what it needs.
    """
    if name in ENGINES.names() and name not in RENDERERS.names():
        facts = {"backend": name, **engine(name).needs.present(), "works": True}
    else:
        facts = _drawn(name)
    if out is not None:
        write_report(out, facts)
    return facts


def write_report(out: Path, facts: dict[str, Any]) -> None:
    """Write what was found as JSON.

    Raises:
        SpecError: the file cannot be written.
    """
    try:
        out.write_text(json.dumps(facts, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    except OSError as error:
        raise SpecError(f"{out} cannot be written: {error.strerror}") from error


def _drawn(name: str) -> dict[str, Any]:
    """Draw one picture with a renderer.

    Raises:
        BackendMissingError, RenderError: as `check_backend`.
    """
    check_renderer(name)
    start = time.perf_counter()
    picture, truth = looked_at(ball(), RENDERERS.load(name).start())
    seconds = time.perf_counter() - start
    if picture.max() == picture.min() or not 0.89 < truth.depth[32, 32] < 0.91:
        raise RenderError(
            f"{name} drew a wrong picture; update or install again what it draws with"
        )
    return {"backend": name, **_versions(name), "first_frame_s": round(seconds, 1), "works": True}


def looked_at(world: Ball, artist: Renderer) -> tuple[Any, GBuffer]:
    """A picture of the ball from a metre above, (64, 64, 3), and what its pixels see.

    Its middle is 0.9 m away. The renderer's process, if it has one, is ended.

    Raises:
        RenderError: it cannot be drawn.
    """
    mujoco: Any = import_module("mujoco")
    data = mujoco.MjData(world.model)
    mujoco.mj_forward(world.model, data)
    camera = CameraParams(
        width=64, height=64, fx=128, fy=128, cx=32, cy=32,
        pos=(0.0, 0.0, 1.0), quat=(0.0, 1.0, 0.0, 0.0),
    )  # fmt: skip
    try:
        picture = artist.colour(world, data, camera, shadows=True)
        return picture, artist.truth(world, data, camera)
    finally:
        if isinstance(artist, Closable):
            artist.close()


def install_backend(name: str, say: Callable[[str], None]) -> dict[str, Any]:
    """Install a backend that has an environment of its own.

    Args:
        name: of the backend.
        say: told what is being done.

    Raises:
        SpecError: a backend that is not installed this way.
        BackendMissingError: it cannot be installed here; the message says why.
    """
    return {"backend": name, "folder": str(install(name, say)), **_versions(name)}


def _versions(name: str) -> dict[str, str]:
    needs = RENDERERS.load(name).needs
    return {**needs.present(), **dict(needs.outside)}
