"""The description of an RGB-D view: `observation.json` beside its images."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .base import Model, Vec3
from .locations import misplaced

Focal = Annotated[float, Field(gt=0)]
Row = tuple[float, float, float, float]
Matrix4 = tuple[Row, Row, Row, Row]


class Observation(Model):
    """One view: intrinsics of the depth image, labels of the masks, and what is known of up.

    Frames: `opencv` cameras have +z ahead, +x right, +y down; `opengl` (and ARKit) cameras
    have -z ahead, +x right, +y up. The convention holds for `world_from_camera` and `gravity`.
    """

    width: Annotated[int, Field(ge=16, le=8192)]
    """Of the depth image and the masks, pixels; the picture may be larger."""
    height: Annotated[int, Field(ge=16, le=8192)]
    fx: Focal
    """Focal lengths and principal point, pixels of the depth image."""
    fy: Focal
    cx: float
    cy: float
    pixel_centre: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    """Where pixel (0, 0) has its centre: 0 as in OpenCV and RealSense, 0.5 as in our frames."""
    depth_scale: Annotated[float, Field(gt=0)] | None = None
    """Metres per unit of depth.png, such as 0.001, and of depth.npy where it does not hold
    metres."""
    labels: dict[Annotated[int, Field(ge=1)], Annotated[str, Field(max_length=200)]] = {}
    """Instance id in the masks to what it is: words such as `coffee mug`, or a synset."""
    camera: Literal["opencv", "opengl"] = "opencv"
    world_from_camera: Matrix4 | None = None
    """Rows of the camera's pose in a world with z up, its origin on the floor below the robot's
    base and +x ahead of the robot, metres."""
    gravity: Vec3 | None = None
    """Direction of gravity (downwards) in the camera's frame, of any length."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for name, value, size in (("cx", self.cx, self.width), ("cy", self.cy, self.height)):
            if not 0 <= value <= size:
                side = "width" if name == "cx" else "height"
                raise misplaced(
                    f"{value:g} lies outside the image ({side} {size}); give the "
                    "intrinsics of the depth image itself, not of another resolution",
                    name,
                )
        if not 0.5 <= self.fx / self.fy <= 2.0:
            raise misplaced(f"{self.fx:g} and fy = {self.fy:g} differ by more than 2 times", "fx")
        if self.gravity is not None and max(map(abs, self.gravity)) < 1e-6:
            raise misplaced("it is zero; give a direction, or leave it out", "gravity")
        if self.world_from_camera is not None:
            _check_rigid(self.world_from_camera)
        return self


def _check_rigid(matrix: Matrix4) -> None:
    """Refuse what is no rigid transform.

    Raises:
        PydanticCustomError: saying what is wrong.
    """
    if any(abs(a - b) > 1e-6 for a, b in zip(matrix[3], (0.0, 0.0, 0.0, 1.0), strict=True)):
        raise misplaced(f"its last row is {list(matrix[3])}, not [0, 0, 0, 1]", "world_from_camera")
    x, y, z = (tuple(matrix[row][column] for row in range(3)) for column in range(3))
    cross = (
        x[1] * y[2] - x[2] * y[1],
        x[2] * y[0] - x[0] * y[2],
        x[0] * y[1] - x[1] * y[0],
    )
    lengths = [sum(part * part for part in axis) for axis in (x, y)]
    right = sum(a * b for a, b in zip(x, y, strict=True))
    handed = sum((a - b) ** 2 for a, b in zip(cross, z, strict=True))
    if max(abs(lengths[0] - 1), abs(lengths[1] - 1), abs(right), handed) > 1e-2:
        raise misplaced("its upper left 3 x 3 block is no rotation matrix", "world_from_camera")
