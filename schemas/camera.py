"""Cameras: what a person writes of one (CameraSpec), and one in a scene (Camera).

They look along their own -z with +y up (OpenGL).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, cast

from pydantic import Field, model_validator

from .base import Model, Name, Quat, Vec2, Vec3, unset
from .camera_path import CameraPath, PathSpec
from .camera_presets import PresetName, filled
from .locations import misplaced
from .parameter import Constant, Parameter, Uniform, Within

Length = Annotated[float, Field(gt=0)]


class MountErrorSpec(Model):
    """How far a camera on the hand is from where it is said to be, drawn for each scene.

    Labels are of where it really is.
    """

    position: Annotated[Parameter, Within(0, 0.05)] = Constant(value=0.0)
    """Metres, in a direction of its own in each scene."""
    rotation: Annotated[Parameter, Within(0, 20)] = Constant(value=0.0)
    """Degrees, about an axis of its own in each scene."""


class CameraSpec(Model):
    """A camera on a sphere about what it looks at, or fixed to the hand."""

    name: Name
    """Its preset's name unless said."""
    preset: PresetName | None = Field(default=None, exclude_if=unset)
    """A camera by name; fills in what is not said: see [pictures](pictures.md#cameras-by-name)."""
    look_at: str = "table"
    """An object's name, or the support."""
    mount: Literal["hand"] | None = None
    fov: Annotated[Parameter, Within(5, 150)] = Constant(value=50.0)
    """Vertical field of view, degrees."""
    distance: Annotated[Parameter, Within(0.05, 20)] = Uniform(uniform=(1.0, 1.3))
    azimuth: Annotated[Parameter, Within(-720, 720)] = Uniform(uniform=(-40.0, 40.0))
    """Degrees about the vertical; 0 faces the robot from the far side."""
    elevation: Annotated[Parameter, Within(-89, 90)] = Uniform(uniform=(25.0, 50.0))
    """Degrees above the horizon."""
    shutter: Annotated[Parameter, Within(0, 1)] = Field(
        default=Constant(value=0.0), exclude_if=lambda given: given == Constant(value=0.0)
    )
    """Seconds that it is open: what moves meanwhile is blurred."""
    path: PathSpec | None = Field(default=None, exclude_if=unset)
    """What it moves along; it starts from where it would stand without."""
    mount_error: MountErrorSpec | None = Field(default=None, exclude_if=unset)
    """Of a camera on the hand: how far it is from its nominal place, as after a calibration."""

    @model_validator(mode="before")
    @classmethod
    def _preset(cls, raw: Any) -> Any:
        return filled(cast("dict[str, Any]", raw)) if isinstance(raw, dict) else raw

    @model_validator(mode="after")
    def _held(self) -> Self:
        if self.mount_error is not None and self.mount is None:
            raise misplaced("only a camera on the hand has one; write `mount: hand`", "mount_error")
        return self

    @model_validator(mode="after")
    def _free(self) -> Self:
        if self.path is not None and self.mount is not None:
            raise misplaced("a camera on the hand has no path; leave out one", "path")
        return self


class Lens(Model):
    """A camera's properties beside its field of view; the defaults are a perfect pinhole."""

    focal_length: Length | None = None
    """Millimetres; takes the place of the field of view."""
    sensor_width: Length = 36.0
    """Millimetres; counts where there is a focal length."""
    principal_point: tuple[float | None, float | None] = (None, None)
    """Pixels; None is the middle of the image."""
    distortion: Vec2 = (0.0, 0.0)
    """Radial coefficients k1 and k2, as OpenCV has them."""
    tangential: Vec2 = Field(default=(0.0, 0.0), exclude_if=unset)
    """Tangential coefficients p1 and p2, as OpenCV has them; not stored where both are 0."""
    exposure: float = 0.0
    """Stops: one more doubles the light."""
    noise: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Standard deviation at full scale, as a share of it: photon noise, and read noise."""
    aperture: Annotated[float, Field(ge=0)] = 0.0
    """Diameter of the opening, millimetres; 0 is a pinhole, and all is sharp."""
    focus: Length | None = None
    """Metres along the optical axis to what is sharp; None is what the camera looks at."""
    shutter: Annotated[float, Field(ge=0, le=1)] = Field(default=0.0, exclude_if=unset)
    """Seconds that it is open, about the moment that the labels are of."""


class Camera(Model):
    """A camera; `mount` names the robot body it is fixed to, None is the world."""

    name: Name
    mount: str | None = None
    pos: Vec3
    quat: Quat
    fov: Annotated[float, Field(gt=1, lt=170)]
    """Vertical field of view, degrees."""
    target: Vec3 | None = None
    """The point that it was aimed at, metres in the world; None on the robot."""
    lens: Lens = Lens()
    path: CameraPath | None = Field(default=None, exclude_if=unset)
    """What it moves along; its pose is where it sets off."""
