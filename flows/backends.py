"""Does a backend work here, and how it is installed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

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

BALL = (
    '<mujoco><worldbody><light pos="0 0 3"/><geom type="sphere" size=".1" rgba="1 0 0 1"/>'
    "</worldbody></mujoco>"
)


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


def check_backend(name: str) -> dict[str, Any]:
    """Start a backend and draw one picture with it.

    Raises:
        BackendMissingError: it is not installed or unknown.
        RenderError: it does not work here; the message says what it needs.
    """
    if name == "blenderproc":
        return _check_blenderproc()
    if name != "mujoco":
        from ..generators.images.renderers import check_renderer

        check_renderer(name)
    return _check_mujoco()


def install_backend(name: str, say: Callable[[str], None]) -> dict[str, Any]:
    """Install a backend that has an environment of its own.

    Args:
        name: of the backend.
        say: told what is being done.

    Raises:
        SpecError: a backend that is not installed this way.
        BackendMissingError: it cannot be installed here; the message says why.
    """
    if name != "blenderproc":
        raise SpecError(f"backend {name!r}: nothing to install; allowed: blenderproc")
    from ..generators.blender.environment import install, versions

    return {"backend": name, "folder": str(install(say)), **versions()}


def _check_mujoco() -> dict[str, Any]:
    # The package has no types.
    mujoco: Any = import_module("mujoco")
    model = mujoco.MjModel.from_xml_string(BALL)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    try:
        with mujoco.Renderer(model, 64, 64) as renderer:
            renderer.update_scene(data)
            picture = renderer.render()
    except (RuntimeError, ImportError, AttributeError, mujoco.FatalError) as error:
        raise RenderError(
            f"mujoco {mujoco.__version__} cannot draw here: {error}. On Debian: apt-get install "
            "libegl1 libegl-mesa0 libgl1-mesa-dri, and MUJOCO_GL=egl"
        ) from error
    if picture.max() == picture.min():
        raise RenderError("mujoco drew an empty picture; update the OpenGL driver")
    return {"backend": "mujoco", "version": mujoco.__version__, "works": True}


def _check_blenderproc() -> dict[str, Any]:
    from ..generators.blender.environment import versions
    from ..generators.blender.renderer import BlenderRenderer

    mujoco: Any = import_module("mujoco")
    world = ball()
    data = mujoco.MjData(world.model)
    mujoco.mj_forward(world.model, data)
    # From a metre above, looking down.
    camera = CameraParams(
        width=64, height=64, fx=128, fy=128, cx=32, cy=32,
        pos=(0.0, 0.0, 1.0), quat=(0.0, 1.0, 0.0, 0.0),
    )  # fmt: skip
    artist = BlenderRenderer()
    start = time.perf_counter()
    picture = artist.colour(world, data, camera, shadows=True)
    seconds = time.perf_counter() - start
    truth = artist.truth(world, data, camera)
    artist.close()
    if picture.max() == picture.min() or not 0.89 < truth.depth[32, 32] < 0.91:
        raise RenderError("blenderproc drew a wrong picture; install it again")
    return {
        "backend": "blenderproc",
        **versions(),
        "first_frame_s": round(seconds, 1),
        "works": True,
    }
