"""Cameras by name: fields of view that their makers state, and where people put them.

A preset fills in what a camera's spec does not say. Frames whose sides have another ratio than the
sensor's are cut from the middle of its picture at full height, as people cut squares from them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

PresetName = Literal["droid", "bridge", "libero", "realsense-d435", "zed-mini", "phone"]


@dataclass(frozen=True)
class CameraPreset:
    """One camera.

    Attributes:
        fov: vertical, of the whole sensor, degrees.
        size: width and height of its usual picture, pixels.
        aspect: width over height of the sensor's whole picture.
        source: who states the field of view.
        framing: the other fields of a camera in the room.
    """

    fov: float
    size: tuple[int, int]
    aspect: float
    source: str
    framing: Mapping[str, Any] = field(default_factory=dict[str, Any])


def _from_diagonal(degrees: float, wide: int, high: int) -> float:
    """The vertical field of view of a pinhole by the diagonal one, degrees."""
    half = math.tan(math.radians(degrees) / 2) * high / math.hypot(wide, high)
    return round(math.degrees(2 * math.atan(half)), 2)


def _from_focal(pixels: float, high: int) -> float:
    """The vertical field of view by the focal length in pixels, degrees."""
    return round(math.degrees(2 * math.atan(high / (2 * pixels))), 2)


_ASIDE = {
    "distance": {"uniform": [0.95, 1.15]},
    "azimuth": {"uniform": [95.0, 130.0]},
    "elevation": {"uniform": [24.0, 36.0]},
}
PRESETS: dict[PresetName, CameraPreset] = {
    "droid": CameraPreset(
        70.0, (320, 180), 16 / 9,
        "ZED 2, 110 by 70 degrees (Stereolabs); DROID stores 320 by 180",
        _ASIDE,
    ),
    "bridge": CameraPreset(
        _from_diagonal(78.0, 16, 9), (640, 480), 16 / 9,
        "Logitech C920, 78 degrees across the diagonal of 16:9 (Logitech); BridgeData V2 looks "
        "over the robot's shoulder, and stores 640 by 480 and 256 by 256",
        {
            "distance": {"uniform": [1.35, 1.5]},
            "azimuth": {"uniform": [125.0, 145.0]},
            "elevation": {"uniform": [36.0, 46.0]},
        },
    ),
    "libero": CameraPreset(
        45.0, (128, 128), 1.0,
        "the agent's view of LIBERO's tables: opposite the robot, 39 degrees up, 1.13 m from the "
        "table, 45 degrees wide, square",
        {"distance": 1.13, "azimuth": 0.0, "elevation": 39.0},
    ),
    "realsense-d435": CameraPreset(
        42.5, (640, 480), 16 / 9,
        "colour sensor of the D435, 69.4 by 42.5 degrees (Intel, data sheet of the D400 series)",
        {**_ASIDE, "distance": {"uniform": [1.25, 1.5]}},
    ),
    "zed-mini": CameraPreset(
        _from_focal(700, 720), (1280, 720), 16 / 9,
        "ZED Mini, a focal length of 700 pixels in 1280 by 720 (Stereolabs); DROID's wrist camera",
        _ASIDE,
    ),
    "phone": CameraPreset(
        _from_diagonal(math.degrees(2 * math.atan(21.633 / 26)), 4, 3), (640, 480), 4 / 3,
        "a phone's main camera, 26 mm in terms of 36 by 24 mm, held as a person would",
        {
            "distance": {"uniform": [0.9, 1.3]},
            "azimuth": {"uniform": [-120.0, 120.0]},
            "elevation": {"uniform": [25.0, 60.0]},
        },
    ),
}  # fmt: skip


def filled(written: dict[str, Any]) -> dict[str, Any]:
    """A camera's spec with what its preset says where it is silent; others as they are."""
    named = written.get("preset")
    preset = next((found for name, found in PRESETS.items() if name == named), None)
    if preset is None:
        return written
    framing: Mapping[str, Any] = preset.framing if written.get("mount") is None else {}
    return {"name": named, "fov": preset.fov, **framing, **written}
