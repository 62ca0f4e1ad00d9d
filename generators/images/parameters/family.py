"""Families of paths: a pattern, the values it takes, and their effect on a scene."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from ....schemas import Asset, Camera, Light, Scene, SceneObject, SpecError, VariantError

Value = bool | int | float | str
Changes = Literal["rgb", "object", "view"]
"""`rgb`: the picture alone. `object`: the pixels and labels of the object, of what it carries,
hides and shades. `view`: everything that the camera sees, but no pose in the world."""
Footing = Literal["hand", "sphere", "path"]
"""What a camera stands on: the robot, a sphere about what it was aimed at, or a path."""
Load = Callable[[str], Asset]


@dataclass(frozen=True)
class Numbers:
    """Numbers from `low` to `high`, whole ones if `whole`."""

    low: float
    high: float
    whole: bool = False

    @property
    def text(self) -> str:
        """In words, with the range."""
        kind = "whole numbers" if self.whole else "numbers"
        return f"{kind} from {self.low} to {self.high}"

    def holds(self, value: object) -> bool:
        """Whether it is one of them."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return self.low <= value <= self.high and not (self.whole and value != int(value))


@dataclass(frozen=True)
class Flag:
    """true or false."""

    text: str = "true or false"

    def holds(self, value: object) -> bool:
        """Whether it is one of them."""
        return isinstance(value, bool)


@dataclass(frozen=True)
class Words:
    """Text for which `check` gives no reason against."""

    text: str
    check: Callable[[str], bool]

    def holds(self, value: object) -> bool:
        """Whether it is one of them."""
        return isinstance(value, str) and self.check(value)


@dataclass(frozen=True)
class Variant:
    """A scene on its way from what it was to what a combination of values makes of it.

    Attributes:
        scene: as it is now.
        assets: by content hash.
        start: the scene before any value was applied.
        originals: its assets.
        load: builds an asset of the libraries by its id.
    """

    scene: Scene
    assets: Mapping[str, Asset]
    start: Scene
    originals: Mapping[str, Asset]
    load: Load

    def asset(self, name: str) -> Asset:
        """The asset that an object has now."""
        return self.assets[self.scene.object(name).asset_hash]

    def with_scene(self, **fields: object) -> Variant:
        """With other fields of the scene."""
        return replace(self, scene=self.scene.model_copy(update=fields))

    def with_object(self, thing: SceneObject, asset: Asset | None = None) -> Variant:
        """With another object in the place of the one of its name, and its asset if given."""
        if asset is not None:
            thing = thing.model_copy(update={"asset": asset.id, "asset_hash": asset.content_hash()})
        objects = tuple(thing if old.name == thing.name else old for old in self.scene.objects)
        assets = self.assets if asset is None else {**self.assets, thing.asset_hash: asset}
        return replace(self, assets=assets).with_scene(objects=objects)

    def with_light(self, light: Light) -> Variant:
        """With another lamp in the place of the one of its name."""
        lights = tuple(light if old.name == light.name else old for old in self.scene.lights)
        return self.with_scene(lights=lights)

    def with_camera(self, camera: Camera) -> Variant:
        """With another camera in the place of the one of its name."""
        cameras = tuple(camera if old.name == camera.name else old for old in self.scene.cameras)
        return self.with_scene(cameras=cameras)

    def light(self, name: str) -> Light:
        """The lamp of that name."""
        return next(light for light in self.scene.lights if light.name == name)

    def camera(self, name: str) -> Camera:
        """The camera of that name."""
        return next(camera for camera in self.scene.cameras if camera.name == name)


Apply = Callable[[Variant, tuple[str, ...], Value], Variant]


@dataclass(frozen=True)
class Family:
    """Paths of one pattern.

    Attributes:
        pattern: with NAME for a lamp, object or camera, and JOINT for a joint.
        allowed: the values that some scene can take.
        unit: of the values, or what they mean.
        changes: what of a frame may differ from value to value.
        apply: derives the scene, given the names that stand for NAME and JOINT.
        moves: it may push things into others, or a camera into things.
        only: the cameras that have it; None is all of them.
    """

    pattern: str
    allowed: Numbers | Flag | Words
    unit: str
    changes: Changes
    apply: Apply
    moves: bool = False
    only: Footing | None = None

    def names_in(self, path: str) -> tuple[str, ...] | None:
        """The values of NAME and JOINT in a path, or None where it is of another family."""
        expression = re.escape(self.pattern)
        for word in ("NAME", "JOINT"):
            expression = re.sub(rf"\b{word}\b", r"([\\w\\-]+)", expression)
        found = re.fullmatch(expression, path)
        return None if found is None else found.groups()

    def applied(self, variant: Variant, path: str, value: Value) -> Variant:
        """The scene with a value.

        Raises:
            VariantError: where this scene cannot take it.
        """
        if not self.allowed.holds(value):
            raise VariantError(f"{path}: {value!r} is not allowed; allowed are {self.allowed.text}")
        return self.apply(variant, self.names_in(path) or (), value)


@dataclass(frozen=True)
class PathWords:
    """The possible values of NAME and JOINT.

    Attributes:
        lights: names of lamps.
        cameras: names of cameras, and what each stands on.
        joints: joints of each object, by its name.
    """

    lights: tuple[str, ...]
    cameras: Mapping[str, Footing]
    joints: Mapping[str, tuple[str, ...]]

    def paths(self, families: Iterable[Family]) -> list[str]:
        """Every path of these families."""
        return [path for family in families for path in self._of(family)]

    def _of(self, family: Family) -> list[str]:
        scope, pattern = family.pattern.split(".")[:2], family.pattern
        if scope == ["scene", "light"]:
            return [pattern.replace("NAME", name) for name in self.lights]
        if scope[0] == "camera":
            named = [name for name, on in self.cameras.items() if family.only in (None, on)]
            return [pattern.replace("NAME", name) for name in named]
        if scope[0] == "object":
            return [
                pattern.replace("NAME", name).replace("JOINT", joint)
                for name, own in self.joints.items()
                for joint in (own if "JOINT" in pattern else ("",))
            ]
        return [pattern]


def refuse_unknown(path: str, valid: list[str]) -> None:
    """Refuse a path that is not among the valid ones.

    Raises:
        SpecError: offering the nearest ones.
    """
    if path not in valid:
        near = difflib.get_close_matches(path, valid, n=3, cutoff=0.0)
        raise SpecError(
            f"names nothing here; nearest: {', '.join(near)}", place=("render", "vary", path)
        )
