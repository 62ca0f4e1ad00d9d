"""The request for a scene, and the cousin that each of its objects becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ...schemas import NO_ROBOT, Asset, CameraSpec, CousinSpec, ObjectSpec, SceneSpec
from ...schemas.reserved import CLUTTER_PREFIX
from ..assets.library import AssetLibrary
from ..core.rescale import fitted
from ..core.seeds import Seed, generator
from ..layout.regions import has_room, has_room_for
from ..layout.views import number
from ..physics.drawing import PhysicsDraw
from ..robots import robot
from .descriptor_store import category_table
from .reference import twin_of_size
from .retrieval import choices, descriptor, twins
from .similarity import search

WIDER = 8
"""Among how many times as many cousins one is looked for that carries or is carried."""
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
        robot: its name, or NO_ROBOT.
        seed: of this scene.
        twin_seed: of the dataset: the twins are the same in all its scenes.
        own: names of the objects that a person, not a proposer, asked for.
        physics: what of its physics is drawn.
        reached: whether the robot is to reach what stands there; otherwise things may stand
            anywhere on the support, and fronts face +x, where cameras stand.
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
    physics: PhysicsDraw = field(default_factory=PhysicsDraw)
    reached: bool = True


@dataclass(frozen=True)
class SelectedAsset:
    """An asset and its distance from the twin."""

    asset: Asset
    distance: float


def choose(
    request: AssemblyRequest, library: AssetLibrary, rng: np.random.Generator
) -> tuple[SceneSpec, dict[str, SelectedAsset]]:
    """Draw clutter, and a cousin for every object and the support."""
    spec = _with_clutter(request.spec, library, rng)
    chosen: dict[str, SelectedAsset] = {spec.support: _support(request, library, rng)}
    for thing in spec.objects:
        if thing.asset is not None:
            asset = request.physics.sized(thing.name, library.get(thing.asset))
            chosen[thing.name] = SelectedAsset(asset, 0.0)
            continue
        chosen[thing.name] = _cousin(thing, request, library, chosen, rng)
    return spec, chosen


def _support(
    request: AssemblyRequest, library: AssetLibrary, rng: np.random.Generator
) -> SelectedAsset:
    """A cousin of the support, of its own kind and as near to the band as there are.

    What the robot works at stays what it is, however far the other cousins are.
    """
    name = request.spec.support
    category = SUPPORTS[name]
    offered = twins(category, library)
    twin_rng = generator(request.twin_seed, "twin", name, category)
    twin = offered[int(twin_rng.integers(len(offered)))]
    own = category_table(library, library.get(twin).category)
    ranked = search(descriptor(twin, library), own)
    low, high = request.cousins.distance
    found = tuple(ranked.inside(low, high)) or (
        min(ranked, key=lambda c: max(low - c.distance.total, c.distance.total - high)),
    )
    cousin = found[int(rng.integers(len(found)))]
    return SelectedAsset(library.get(cousin.asset_id), cousin.distance.total)


def _cousin(
    thing: ObjectSpec,
    request: AssemblyRequest,
    library: AssetLibrary,
    chosen: Mapping[str, SelectedAsset],
    rng: np.random.Generator,
) -> SelectedAsset:
    """A cousin of an object's twin, one that what carries it has room for if there is any.

    Where the object was measured, the twin is the asset of nearest size, and the cousin is
    brought to that size as far as is sane.
    """
    required = _required(thing, request)
    offered = twins(thing.category, library, required)
    if thing.extents is not None:
        twin = twin_of_size(offered, thing.extents, library)
    else:
        twin_rng = generator(request.twin_seed, "twin", thing.name, thing.category)
        twin = offered[int(twin_rng.integers(len(offered)))]
    carried = [o for o in request.spec.objects if thing.name in (o.on, o.inside)]
    related = carried or thing.on or thing.inside
    count = request.cousins.per_object * (WIDER if related else 1)
    wider = request.cousins.model_copy(update={"per_object": count})
    candidates = choices(twin, wider, library, required)
    carrier = chosen.get(thing.on or thing.inside or "")
    drawn: list[SelectedAsset] = []
    for place in rng.permutation(len(candidates)):
        cousin = candidates[int(place)]
        asset = library.get(cousin.asset_id)
        if thing.extents is not None:
            hand = None if request.robot == NO_ROBOT else robot(request.robot)
            asset = fitted(asset, thing.extents, hand)
        asset = request.physics.sized(thing.name, asset)
        drawn.append(SelectedAsset(asset, cousin.distance.total))
        fits = carrier is None or has_room(carrier.asset, thing, asset)
        if fits and all(has_room_for(asset, other) for other in carried):
            return drawn[-1]
    return drawn[0]


def _required(thing: ObjectSpec, request: AssemblyRequest) -> frozenset[str] | None:
    """Affordances a cousin must have: those for the task, and those for the scene's relations."""
    known = request.required.get(thing.name)
    others = request.spec.objects
    needs = {"support" for other in others if other.on == thing.name}
    needs |= {"container" for other in others if other.inside == thing.name}
    return known if not needs else frozenset(needs) | (known or frozenset())


def _with_clutter(spec: SceneSpec, library: AssetLibrary, rng: np.random.Generator) -> SceneSpec:
    count = round(number(spec.clutter.count, rng, "scene.clutter.count"))
    if count <= 0:
        return spec
    offered = library.ids()
    categories = spec.clutter.categories or tuple(
        sorted(c for c in offered if library.get(offered[c][0]).graspable)
    )
    extra = tuple(
        ObjectSpec(
            name=f"{CLUTTER_PREFIX}{i}", category=categories[int(rng.integers(len(categories)))]
        )
        for i in range(count)
    )
    return spec.model_copy(update={"objects": (*spec.objects, *extra)})
