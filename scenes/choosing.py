"""What a scene is asked for, and the cousin that each of its objects becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..schemas import Asset, CameraSpec, CousinSpec, ObjectSpec, SceneSpec
from ..schemas.base import Vec3
from .cousins import choices, pick, twins
from .library import AssetLibrary
from .reference import twin_of_size
from .rescale import fitted
from .seeds import Seed, generator
from .views import number

SUPPORTS = {"table": "breakfast_table.n.01", "desk": "desk.n.01", "countertop": "countertop.n.01"}


@dataclass(frozen=True)
class AssemblyRequest:
    """Everything that decides a scene.

    Attributes:
        scene_id: of the scene to be made.
        task_id: the task it is made for, if any.
        spec: objects, clutter, lights.
        roles: role of each object of the spec, by name; "context" where not listed.
        required: affordances each object must have, by name.
        cousins: how far from their twins the objects may be.
        cameras: what will look at it.
        robot: its name.
        seed: of this scene.
        twin_seed: of the dataset: the twins are the same in all its scenes.
        own: names of the objects that a person, not a proposer, asked for.
    """

    scene_id: str
    task_id: str | None
    spec: SceneSpec
    roles: Mapping[str, str]
    required: Mapping[str, frozenset[str]]
    cousins: CousinSpec
    cameras: tuple[CameraSpec, ...]
    robot: str
    seed: Seed
    twin_seed: Seed
    own: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Choice:
    """An asset and its distance from the twin."""

    asset: Asset
    distance: float


def choose(
    request: AssemblyRequest, library: AssetLibrary, rng: np.random.Generator
) -> tuple[SceneSpec, dict[str, Choice]]:
    """Draw clutter, and a cousin for every object and the support."""
    spec = _with_clutter(request.spec, library, rng)
    chosen: dict[str, Choice] = {}
    for thing in (ObjectSpec(name=spec.support, category=SUPPORTS[spec.support]), *spec.objects):
        if thing.asset is not None:
            chosen[thing.name] = Choice(library.get(thing.asset), 0.0)
            continue
        required = request.required.get(thing.name)
        if thing.extents is not None:
            chosen[thing.name] = _sized(thing, thing.extents, request, library, rng)
            continue
        twin_rng = generator(request.twin_seed, "twin", thing.name, thing.category)
        asset, difference = pick(
            thing.category, request.cousins, library, twin_rng, rng, required=required
        )
        chosen[thing.name] = Choice(asset, difference.total)
    return spec, chosen


def _sized(
    thing: ObjectSpec,
    extents: Vec3,
    request: AssemblyRequest,
    library: AssetLibrary,
    rng: np.random.Generator,
) -> Choice:
    """A cousin of the asset of nearest size, brought to the measured size as far as is sane."""
    required = request.required.get(thing.name)
    offered = twins(thing.category, library, required)
    twin = twin_of_size(offered, extents, library)
    drawn = choices(twin, request.cousins, library, required)
    cousin = drawn[int(rng.integers(len(drawn)))]
    asset = fitted(library.get(cousin.asset_id), extents)
    return Choice(asset, cousin.distance.total)


def _with_clutter(spec: SceneSpec, library: AssetLibrary, rng: np.random.Generator) -> SceneSpec:
    count = round(number(spec.clutter.count, rng, "scene.clutter.count"))
    if count <= 0:
        return spec
    offered = library.ids()
    categories = spec.clutter.categories or tuple(
        sorted(c for c in offered if library.get(offered[c][0]).graspable)
    )
    extra = tuple(
        ObjectSpec(name=f"clutter_{i}", category=categories[int(rng.integers(len(categories)))])
        for i in range(count)
    )
    return spec.model_copy(update={"objects": (*spec.objects, *extra)})
