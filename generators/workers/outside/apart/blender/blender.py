"""BlenderProc and bpy, imported on the plain bpy wheel, and set up once.

BlenderProc's package refuses to be imported outside of `blenderproc run`, which downloads Blender
and installs packages into it. Here the packages are there already, so that its set-up step is
replaced by one that does nothing, and what the import changes in this process is put back.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from ..messages import Array

_INSIDE = "INSIDE_OF_THE_INTERNAL_BLENDER_PYTHON_ENVIRONMENT"
_SETUP = "blenderproc.python.utility.SetupUtility"


class _NoSetup:
    """Stands in for BlenderProc's SetupUtility: nothing is installed."""

    @staticmethod
    def setup(*_: object, **__: object) -> list[str]:
        """The arguments of the script; there are none."""
        return []

    @staticmethod
    def setup_pip(*_: object, **__: object) -> None:
        """Nothing."""


class Blender:
    """The two modules, with one empty scene that Cycles draws.

    Attributes:
        bpy: Blender.
        bproc: BlenderProc.
    """

    def __init__(self, threads: int) -> None:
        """Import and set up.

        Args:
            threads: of the renderer; 0 takes every core.
        """
        self.bpy: Any = import_module("bpy")
        self._math: Any = import_module("mathutils")
        self.bproc = _import_blenderproc()
        self.bproc.clean_up(clean_up_camera=True)
        # bproc.init() would also set the language, of which the wheel has only one.
        initializer: Any = import_module("blenderproc.python.utility.Initializer")
        initializer._Initializer.set_default_parameters()
        self.bproc.renderer.set_cpu_threads(threads)

    @property
    def scene(self) -> Any:
        """The one scene."""
        return self.bpy.context.scene

    def matrix(self, rows: Any) -> Any:
        """Blender's matrix of (3, 4) rows."""
        return self._math.Matrix([*rows.tolist(), [0.0, 0.0, 0.0, 1.0]])

    def aimed(self, direction: list[float]) -> Any:
        """The quaternion of a lamp that shines along a direction."""
        return self._math.Vector(direction).to_track_quat("-Z", "Y")

    def read_exr(self, path: Path) -> Array:
        """The first three channels of an OpenEXR file, (H, W, 3) float32."""
        utility: Any = import_module("blenderproc.python.utility.BlenderUtility")
        return np.asarray(utility.load_image(str(path)), dtype=np.float32)

    def versions(self) -> dict[str, str]:
        """Of Blender and BlenderProc."""
        return {
            "blender": str(self.bpy.app.version_string),
            "blenderproc": str(import_module("blenderproc.version").__version__),
        }


def _import_blenderproc() -> Any:
    stand_in = ModuleType(_SETUP)
    stand_in.SetupUtility = _NoSetup  # type: ignore[attr-defined]
    sys.modules[_SETUP] = stand_in
    os.environ[_INSIDE] = "1"
    found = find_spec("blenderproc")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("blenderproc")
    before = list(sys.path)
    # It removes its parent folder from the path, and fails where that is not in there literally.
    parent = os.path.dirname(os.path.abspath(found.submodule_search_locations[0]))
    sys.path.append(parent)
    try:
        return import_module("blenderproc")
    finally:
        sys.path[:] = before
