"""A scene as a person writes it (SceneSpec) and as a backend loads it (Scene).

World frame: z up, origin on the floor below the robot's base, the robot looks along +x.
Lengths in metres; angles in degrees where a person writes them, radians where saved.
Quaternions wxyz. Cameras are in `camera.py`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from .base import Model, Name, Quat, Synset, Vec3, nothing, unset
from .camera import Camera
from .locations import misplaced
from .material import Material
from .parameter import Constant, Parameter, Uniform, Within
from .reserved import RESERVED_NAMES, RESERVED_PREFIXES, is_reserved
from .robot import NO_ROBOT
from .sky import Sky, SkySpec, Sun, SunSpec

ANY_JOINT = "any"
"""Stands for one door, drawer, or lid of an object, whichever it has."""
ANY_SWITCH = "any_switch"
"""Stands for one switch of an object, whichever it has."""


CROWD_GAP = Uniform(uniform=(0.008, 0.025))
"""Free space in a crowd where a spec states none, metres."""
RELATIONS = ("on", "inside", "next_to", "in_front_of", "facing", "aligned")
"""Fields of an ObjectSpec that name another object."""


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
            raise misplaced(f"{' and '.join(given)} exclude each other; keep one")
        return self


class ClutterSpec(Model):
    """Objects that no task asks for."""

    count: Parameter = Constant(value=0)
    categories: tuple[Synset, ...] = ()
    """What to choose from; empty means any graspable category."""
    around: Literal["task"] | None = Field(default=None, exclude_if=unset)
    """`task` crowds the task's objects, as on people's tables: each thing stands close beside
    one of them, on the support and within reach; without a task, beside those of
    `scene.objects`. Otherwise clutter is spread over what is in reach, with room for fingers."""
    gap: Annotated[Parameter, Within(0.003, 0.2)] | None = Field(default=None, exclude_if=unset)
    """Free space between a thing of the crowd and what it stands beside, metres, drawn for each;
    `{uniform: [0.008, 0.025]}` where only `around` is given."""

    @model_validator(mode="after")
    def _gap_of_a_crowd(self) -> Self:
        if self.gap is not None and self.around is None:
            raise misplaced("only a crowd has one; write `around: task` beside it", "gap")
        return self

    @property
    def free_space(self) -> Parameter:
        """Between a thing of the crowd and what it stands beside, metres."""
        return CROWD_GAP if self.gap is None else self.gap


class LightSpec(Model):
    """A lamp aimed at the middle of the support."""

    intensity: Annotated[Parameter, Within(0, 100_000)] = Uniform(uniform=(350.0, 650.0))
    """Lux on the support when it shines straight down."""
    azimuth: Annotated[Parameter, Within(-720, 720)] = Uniform(uniform=(0.0, 360.0))
    """Degrees about the vertical, 0 from the front (+x)."""
    elevation: Annotated[Parameter, Within(5, 90)] = Uniform(uniform=(45.0, 75.0))
    """Degrees above the horizon."""
    temperature: Annotated[Parameter, Within(1000, 20_000)] = Uniform(uniform=(3500.0, 6500.0))
    """Colour temperature, kelvin."""


class RoomSpec(Model):
    """A furnished room around the robot and its support."""

    kind: Literal["kitchen", "dining", "office", "workshop"]
    objects: Parameter = Constant(value=71)
    """How many things the room holds at least, furniture included."""
    size: tuple[Parameter, Parameter] | None = None
    """Length along x and width along y, metres; None draws what suits the kind."""

    @model_validator(mode="before")
    @classmethod
    def _word(cls, raw: Any) -> Any:
        """`room: kitchen` is short for `room: {kind: kitchen}`."""
        return {"kind": raw} if isinstance(raw, str) else raw


class SceneSpec(Model):
    """A scene as a person writes it: categories, relations, and Parameters."""

    support: Literal["table", "desk", "countertop"] = "table"
    objects: tuple[ObjectSpec, ...] = ()
    adjust: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    """How far a given pose may shift so that cousins of other sizes do not touch, metres."""
    clutter: ClutterSpec = ClutterSpec()
    room: RoomSpec | None = None
    """A room around the robot and its support; None leaves it bare."""
    light: Annotated[dict[Name, LightSpec], Field(max_length=4)] = {"key": LightSpec()}
    ambient: Annotated[Parameter, Within(0, 100_000)] = Uniform(uniform=(120.0, 220.0))
    """Lux from all sides."""
    sun: SunSpec | None = Field(default=None, exclude_if=unset)
    """A sun beside the lamps; its defaults are `{}`."""
    sky: SkySpec | None = Field(default=None, exclude_if=unset)
    """A sky beside the light from all sides; seen where there are no walls."""
    walls: bool = Field(default=True, exclude_if=unset)
    """Walls around the bare scene; false leaves it under the open sky."""
    decor: bool = Field(default=True, exclude_if=unset)
    """Windows, a door, pictures and what else is seen along the walls, without weight or labels of
    its own; false leaves the walls bare."""

    @model_validator(mode="after")
    def _references(self) -> Self:
        names = [thing.name for thing in self.objects]
        for place, name in enumerate(names):
            if is_reserved(name):
                raise misplaced(
                    f"object name {name!r} is taken: scenes use it themselves; allowed are all "
                    f"names but {', '.join(RESERVED_NAMES)} and those that begin with "
                    f"{' or '.join(RESERVED_PREFIXES)}",
                    *("objects", place, "name"),
                )
            if names.count(name) > 1:
                raise misplaced(
                    f"object name {name!r} is taken; names must be unique",
                    *("objects", place, "name"),
                )
        earlier: set[str] = {self.support}
        for place, thing in enumerate(self.objects):
            for relation in RELATIONS:
                target = getattr(thing, relation)
                if target is not None and target not in earlier:
                    raise misplaced(
                        f"no earlier object {target!r}; allowed: {sorted(earlier)}",
                        *("objects", place, relation),
                    )
            earlier.add(thing.name)
        if self.room is not None and not self.walls:
            raise misplaced("a room has walls; leave out `room` or `walls: false`", "walls")
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
            raise misplaced(f"[{low}, {high}] must satisfy 0 <= low <= high <= 1", "distance")
        return self


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


class RobotPose(Model):
    """Which robot, and where its base stands; a name of `none` says that there is none."""

    name: Name
    pos: Vec3
    quat: Quat
    home: tuple[float, ...]
    """Arm configuration at the start, radians."""

    @property
    def absent(self) -> bool:
        """Whether there is no robot at all."""
        return self.name == NO_ROBOT


WITHOUT_ROBOT = RobotPose(name=NO_ROBOT, pos=(0.0, 0.0, 0.0), quat=(1.0, 0.0, 0.0, 0.0), home=())
"""Of a scene in which no robot stands."""


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
    sun: Sun | None = Field(default=None, exclude_if=unset)
    sky: Sky | None = Field(default=None, exclude_if=unset)
    walls: bool = Field(default=True, exclude_if=unset)
    """Default walls where there is no room; false is the open air."""
    decor: bool = Field(default=True, exclude_if=unset)
    """Windows, a door, pictures and more along the walls, by the seed; false leaves them bare."""
    physics: dict[str, float] = Field(default={}, exclude_if=nothing)
    """What is other than assets and robot say, by path of `physics.vary`, each of one object."""
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
