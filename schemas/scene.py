"""What a person writes of a scene (SceneSpec) and what a backend loads (Scene).

World frame: z up, origin on the floor below the robot's base, the robot looks along +x.
Lengths in metres; angles in degrees where a person writes them, radians where saved.
Quaternions wxyz. Cameras look along their own -z with +y up (OpenGL).
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .asset import Material
from .base import Model, Name, Quat, Synset, Vec2, Vec3
from .parameter import Constant, Parameter, Uniform

ANY_JOINT = "any"
"""Stands for one door, drawer, or lid of an object, whichever it has."""
ANY_SWITCH = "any_switch"
"""Stands for one switch of an object, whichever it has."""


RELATIONS = ("on", "inside", "next_to", "in_front_of", "facing", "aligned")
"""Fields of an ObjectSpec that name another object."""


Length = Annotated[float, Field(gt=0)]
Measured = Annotated[float, Field(gt=0, le=4)]
"""The size of one thing; more than 4 m is a size in other units."""


class PoseSpec(Model):
    """A pose on the support, each part optional; what is left out is sampled."""

    x: Parameter | None = None
    """Metres, forward of the robot's base."""
    y: Parameter | None = None
    """Metres, to the robot's left."""
    yaw: Parameter | None = None
    """Degrees about the vertical."""


class ObjectSpec(Model):
    """One object of a scene, by category; at most one relation places it."""

    name: Name
    category: Synset
    asset: Name | None = None
    """One asset of the library, instead of any of the category."""
    on: Name | None = None
    inside: Name | None = None
    next_to: Name | None = None
    pose: PoseSpec = PoseSpec()
    extents: tuple[Measured, Measured, Measured] | None = None
    """Measured size, metres: the twin is the asset of nearest size."""
    in_front_of: Name | None = None
    """An earlier object before whose front (+x) it stands."""
    facing: Name | None = None
    """An earlier object towards which its front points."""
    aligned: Name | None = None
    """An earlier object to which it is parallel or at right angles."""
    level: Annotated[int, Field(ge=0)] | None = None
    """Which surface of what it is on, or which cavity of what it is inside; 0 is the lowest."""
    joint: dict[Name, Parameter] = {}
    """Opening of each joint, as a share of its range; `any` opens one door, drawer,
    or lid, drawn at random; `any_switch` turns one switch on."""

    @model_validator(mode="after")
    def _one_relation(self) -> Self:
        given = [key for key in ("on", "inside", "next_to") if getattr(self, key)]
        if len(given) > 1:
            raise ValueError(f"{self.name}: {' and '.join(given)} exclude each other; keep one")
        return self


class ClutterSpec(Model):
    """Objects that no task asks for."""

    count: Parameter = Constant(value=0)
    categories: tuple[Synset, ...] = ()
    """What to choose from; empty means any graspable category."""


class LightSpec(Model):
    """A lamp aimed at the middle of the support."""

    intensity: Parameter = Uniform(uniform=(350.0, 650.0))
    """Lux on the support when it shines straight down."""
    azimuth: Parameter = Uniform(uniform=(0.0, 360.0))
    """Degrees about the vertical, 0 from the front (+x)."""
    elevation: Parameter = Uniform(uniform=(45.0, 75.0))
    """Degrees above the horizon."""
    temperature: Parameter = Uniform(uniform=(3500.0, 6500.0))
    """Colour temperature, kelvin."""


class RoomSpec(Model):
    """A furnished room around the robot and its support."""

    kind: Literal["kitchen", "dining", "office", "workshop"]
    objects: Parameter = Constant(value=71)
    """How many things the room holds at least, furniture included."""
    size: tuple[Parameter, Parameter] | None = None
    """Length along x and width along y, metres; None draws what suits the kind."""


class SceneSpec(Model):
    """What a person writes: categories, relations, and Parameters."""

    support: Literal["table", "desk", "countertop"] = "table"
    objects: tuple[ObjectSpec, ...] = ()
    adjust: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    """How far a given pose may shift so that cousins of other sizes do not touch, metres."""
    clutter: ClutterSpec = ClutterSpec()
    room: RoomSpec | None = None
    """A room around the robot and its support; None leaves it bare."""
    light: dict[Name, LightSpec] = {"key": LightSpec()}
    ambient: Parameter = Uniform(uniform=(120.0, 220.0))
    """Lux from all sides."""

    @model_validator(mode="after")
    def _references(self) -> Self:
        names = [thing.name for thing in self.objects]
        for name in names:
            taken = name in (self.support, "robot", "floor", "room") or name.startswith("room_")
            if names.count(name) > 1 or taken:
                raise ValueError(f"object name {name!r} is taken; names must be unique")
        earlier: set[str] = {self.support}
        for thing in self.objects:
            for relation in RELATIONS:
                target = getattr(thing, relation)
                if target is not None and target not in earlier:
                    raise ValueError(
                        f"{thing.name}: {relation}: no earlier object {target!r}; "
                        f"allowed: {sorted(earlier)}"
                    )
            earlier.add(thing.name)
        return self


class CousinSpec(Model):
    """How far objects may be from their twin."""

    per_object: Annotated[int, Field(ge=1, le=1000)] = 8
    """How many cousins each object has to draw from."""
    distance: tuple[float, float] = (0.0, 1.0)
    """The band of cousin distance; 0 is the twin itself."""
    otherwise: Literal["refuse", "nearest"] = "refuse"
    """What an object does whose band is empty: stop with an error, or take the nearest cousins."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low, high = self.distance
        if not 0 <= low <= high <= 1:
            raise ValueError(f"distance: [{low}, {high}] must satisfy 0 <= low <= high <= 1")
        return self


class CameraSpec(Model):
    """A camera on a sphere about what it looks at, or fixed to the hand."""

    name: Name
    look_at: str = "table"
    """An object's name, or the support."""
    mount: Literal["hand"] | None = None
    fov: Parameter = Constant(value=50.0)
    """Vertical field of view, degrees."""
    distance: Parameter = Uniform(uniform=(1.0, 1.3))
    azimuth: Parameter = Uniform(uniform=(-40.0, 40.0))
    """Degrees about the vertical; 0 faces the robot from the far side."""
    elevation: Parameter = Uniform(uniform=(25.0, 50.0))
    """Degrees above the horizon."""


class SceneObject(Model):
    """One asset in a scene, at rest."""

    name: Name
    category: Synset
    asset: Name
    asset_hash: str
    pos: Vec3
    quat: Quat
    joints: dict[str, float] = {}
    """Position of each joint, metres or radians."""
    fixed: bool
    role: Literal["support", "task", "context", "clutter"]
    cousin_distance: Annotated[float, Field(ge=0, le=1)] = 0.0
    """From the twin that the dataset's seed picked for this object."""
    visible: bool = True
    """Drawn; what is not keeps its place, its labels and its physics, but has no pixels."""


class Light(Model):
    """A directional lamp."""

    name: Name
    direction: Vec3
    """Unit vector along which it shines."""
    intensity: float
    """Lux on a surface that faces it."""
    colour: Vec3
    """Linear RGB, the greatest at 1."""


class Lens(Model):
    """What a camera has beside a field of view; the defaults are a perfect pinhole."""

    focal_length: Length | None = None
    """Millimetres; takes the place of the field of view."""
    sensor_width: Length = 36.0
    """Millimetres; counts where there is a focal length."""
    principal_point: tuple[float | None, float | None] = (None, None)
    """Pixels; None is the middle of the image."""
    distortion: Vec2 = (0.0, 0.0)
    """Radial coefficients k1 and k2, as OpenCV has them."""
    exposure: float = 0.0
    """Stops: one more doubles the light."""
    noise: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Standard deviation at full scale, as a share of it: photon noise, and read noise."""
    aperture: Annotated[float, Field(ge=0)] = 0.0
    """Diameter of the opening, millimetres; 0 is a pinhole, and all is sharp."""
    focus: Length | None = None
    """Metres along the optical axis to what is sharp; None is what the camera looks at."""


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


class RobotPose(Model):
    """Which robot, and where its base stands."""

    name: Name
    pos: Vec3
    quat: Quat
    home: tuple[float, ...]
    """Arm configuration at the start, radians."""


class Room(Model):
    """The inside of the walls, and how high they are."""

    low: Vec3
    """Least corner, metres; its z is the floor."""
    high: Vec3
    """Greatest corner."""


class Scene(Model):
    """A concrete world: any backend can load it, given the assets by their content hashes."""

    id: Name
    task: Name | None = None
    seed: tuple[int, ...]
    """Entropy and spawn key of the SeedSequence that made it."""
    support: Name
    robot: RobotPose
    objects: tuple[SceneObject, ...]
    lights: tuple[Light, ...]
    ambient: float
    cameras: tuple[Camera, ...]
    floor: Material
    wall: Material
    room: Room | None = None
    """None stands for the default walls."""
    refused: dict[str, int] = {}
    """Why earlier attempts at this scene were refused, counted."""

    def object(self, name: str) -> SceneObject:
        """The object of that name.

        Raises:
            KeyError: where there is none; the message lists the names.
        """
        for thing in self.objects:
            if thing.name == name:
                return thing
        raise KeyError(f"no object {name!r}; the scene has {[o.name for o in self.objects]}")
