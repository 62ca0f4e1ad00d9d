"""How far label images are from the truth: one view against the independent caster."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from caster import AROUND, Array, Caster, Hits, centres
from PIL import Image
from solids import nearest

from cousins.generators.frames import Rendered
from cousins.generators.images.truth.clouds import read_point_cloud
from cousins.scenes.core.geometry import rotation
from cousins.schemas import Asset, CameraParams, FrameRecord, Scene

SMOOTH = 0.002
"""Off edges, the eight neighbours lie this near to the plane at a pixel's point, metres."""
TURN = np.cos(np.radians(10))
EDGE = 0.005
"""What counts as hidden lies deeper behind the surface, metres."""
SMALL = 100
"""Pixels of a whole object, fewer of which make shares coarse."""
LENS = "lens_"
"""Before the names of quantities that are seen through a lens that distorts."""


@dataclass
class Errors:
    """Errors of one scene by quantity; a disagreement counts as infinite."""

    found: dict[str, list[Array]] = field(default_factory=dict[str, list[Array]])
    prefix: str = ""

    def add(self, name: str, values: Any) -> None:
        """More errors of a quantity."""
        self.found.setdefault(self.prefix + name, []).append(
            np.atleast_1d(np.asarray(values, dtype=float))
        )

    def of(self, camera: CameraParams) -> Errors:
        """Where errors of a camera's view go: those of distorting lenses are kept apart."""
        return Errors(self.found, LENS if camera.bends else "")

    def all(self, name: str) -> Array:
        """All errors of a quantity."""
        return np.concatenate([np.zeros(0), *self.found.get(name, [])])


@dataclass(frozen=True, eq=False)
class View:
    """One labelled frame, and what the caster sees of it."""

    scene: Scene
    assets: dict[str, Asset]
    rendered: Rendered
    frame: FrameRecord
    caster: Caster

    @property
    def camera(self) -> CameraParams:
        """Of the frame."""
        return self.frame.camera_params

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.camera.height, self.camera.width

    @cached_property
    def hits(self) -> Hits:
        """What each pixel's centre sees."""
        return self.caster.cast(self.camera, centres(self.camera))

    @cached_property
    def owners(self) -> Array:
        """(H, W) instance ids."""
        return self.caster.owners(self.hits).reshape(self.shape)

    @cached_property
    def parts(self) -> Array:
        """(H, W) place of the part in the caster's keys."""
        return self.hits.part.reshape(self.shape)

    @cached_property
    def smooth(self) -> Array:
        """(H, W) pixels off edges: their neighbours are of the same part, on the same surface."""
        place = self.hits.place.reshape(*self.shape, 3)
        normal = self.hits.normal.reshape(*self.shape, 3)
        good = inner(self.parts)
        for offset in _around():
            away = np.sum((_moved(place, offset) - place) * normal, axis=2)
            turn = np.sum(_moved(normal, offset) * normal, axis=2)
            good &= (np.abs(away) < SMOOTH) & (turn > TURN)
        return good

    def image(self, label: str) -> Array:
        """A label's image."""
        return np.asarray(Image.open(io.BytesIO(self.load(label))))

    def load(self, label: str) -> bytes:
        """A label's file."""
        return self.rendered.files[self.frame.files[label]]


def _around() -> list[tuple[int, int]]:
    return [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]


def _moved(image: Array, offset: tuple[int, int]) -> Array:
    return np.roll(image, offset, (0, 1))


def inner(image: Array) -> Array:
    """Pixels off edges: their eight neighbours have the same value."""
    good = np.zeros(image.shape, dtype=bool)
    good[1:-1, 1:-1] = True
    for offset in _around():
        good &= _moved(image, offset) == image
    return good


def compare_images(view: View, errors: Errors) -> None:
    """Add the errors of a view's images."""
    errors = errors.of(view.camera)
    _masks(view, errors)
    _depths(view, errors)
    _normals(view, errors)
    _cloud(view, errors)


def differs(same: Array) -> Array:
    """Errors of things that agree or do not."""
    return np.where(same, 0.0, np.inf)


def _masks(view: View, errors: Errors) -> None:
    errors.add(
        "seg_instance", differs(view.image("seg_instance") == view.owners)[inner(view.owners)]
    )
    semantic = {label.instance_id: label.semantic_id for label in view.frame.objects} | {AROUND: 0}
    wanted = np.vectorize(semantic.__getitem__)(view.owners)
    errors.add("seg_semantic", differs(view.image("seg_semantic") == wanted)[inner(view.owners)])
    table = {label.instance_id: label.parts or {} for label in view.frame.objects}
    ids = [0 if key[0] == AROUND else table[key[0]][key[1]] for key in view.caster.keys]
    wanted = np.array([*ids, 0])[view.parts]
    errors.add("seg_part", differs(view.image("seg_part") == wanted)[inner(view.parts)])


def _depths(view: View, errors: Errors) -> None:
    truth = view.hits.depth.reshape(view.shape)
    away = np.linalg.norm(view.hits.place - view.camera.pos, axis=1).reshape(view.shape)
    for label, metres in (("depth_linear", truth), ("depth", away)):
        units = view.image(label)
        reach = metres < 65_535 * view.frame.depth_scale  # the rest is 0, as is nothing
        assert (units[~reach & view.smooth] == 0).all()
        known = view.smooth & reach
        found = np.abs(units * view.frame.depth_scale - metres)[known]
        errors.add(label, np.where(units[known] > 0, found, np.inf))


def _normals(view: View, errors: Errors) -> None:
    drawn = view.image("normal").astype(float) / 127 - 1
    drawn /= np.linalg.norm(drawn, axis=2, keepdims=True)
    truth = (view.hits.normal @ rotation(view.camera.quat)).reshape(*view.shape, 3)
    angle = np.degrees(np.arccos(np.clip(np.sum(drawn * truth, axis=2), -1, 1)))
    errors.add("normal", angle[view.smooth])


def _cloud(view: View, errors: Errors) -> None:
    points, ids = read_point_cloud(view.load("point_cloud"))
    for instance in np.unique(ids):
        mine = points[ids == instance].astype(float)
        mine = mine[:: max(len(mine) // 40, 1)]
        away = nearest(view.caster.of(int(instance)).whole, mine)[1]
        errors.add("point_cloud", away)
