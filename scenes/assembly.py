"""Assembly: a SceneSpec and a seed become a Scene that physics has settled and checked."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..schemas import (
    AssemblyError,
    Asset,
    CameraSpec,
    CousinSpec,
    ObjectSpec,
    RobotPose,
    Scene,
    SceneObject,
    SceneSpec,
)
from .cousins import pick
from .geometry import Array, Footprint, transform, vec3
from .layout import lay_out
from .placed import Bench, NoPlaceError, Placed
from .library import AssetLibrary
from .mujoco_model import CompiledScene, compile_model
from .robots import robot
from .seeds import Seed, generator
from .settling import check_at_rest, settle
from .views import number, sample_camera, sample_lights, sample_surroundings
from .visibility import visible_share

ATTEMPTS = 24
ATTEMPTS_PER_CHOICE = 6
"""Layouts tried with one choice of cousins before others are drawn."""
PEDESTAL_EDGE = 0.12
"""Where the support begins in front of the robot's axis, metres."""
SUPPORTS = {"table": "breakfast_table.n.01", "desk": "desk.n.01", "countertop": "countertop.n.01"}

Refusal = Callable[[CompiledScene], str | None]
"""Says why a settled scene will not do (the goal holds already, say), or None."""


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
class _Choice:
    asset: Asset
    distance: float


def assemble(
    request: AssemblyRequest, library: AssetLibrary, refuse: Refusal = lambda _: None
) -> tuple[Scene, dict[str, Asset]]:
    """Make one scene.

    Args:
        request: what to make.
        library: where assets come from.
        refuse: a last check of the settled scene.

    Returns:
        The scene and its assets by content hash.

    Raises:
        AssemblyError: after ATTEMPTS refused attempts, with the reasons counted.
    """
    refusals: list[NoPlaceError] = []
    for attempt in range(ATTEMPTS):
        choice_rng = generator(request.seed, "choice", attempt // ATTEMPTS_PER_CHOICE)
        spec, choices = _choose(request, library, choice_rng)
        try:
            reasons = Counter(map(str, refusals))
            return _attempt(request, spec, choices, attempt, refuse, reasons)
        except NoPlaceError as error:
            refusals.append(error)
    raise AssemblyError(
        f"scene {request.scene_id}: no valid layout in {ATTEMPTS} attempts",
        Counter(map(str, refusals)),
        impossible=_blames_the_spec(request, refusals),
    )


class _UnseenError(NoPlaceError):
    """A camera sees nothing of the scene."""


class _UnsuitableError(NoPlaceError):
    """The scene is sound, but not what was asked for."""


def _blames_the_spec(request: AssemblyRequest, refusals: list[NoPlaceError]) -> bool:
    """Whether a person's own objects or cameras, and nothing else, stand in the way."""
    if any(isinstance(refusal, _UnsuitableError) for refusal in refusals):
        return False
    if any(isinstance(refusal, _UnseenError) for refusal in refusals):
        return True
    marks = [f"no place for {name} " for name in sorted(request.own)]
    marks += ["no place for clutter_"] if not request.roles else []
    return all(any(str(refusal).startswith(mark) for mark in marks) for refusal in refusals)


def _choose(
    request: AssemblyRequest, library: AssetLibrary, rng: np.random.Generator
) -> tuple[SceneSpec, dict[str, _Choice]]:
    """Draw clutter, and a cousin for every object and the support."""
    spec = _with_clutter(request.spec, library, rng)
    choices: dict[str, _Choice] = {}
    for thing in (ObjectSpec(name=spec.support, category=SUPPORTS[spec.support]), *spec.objects):
        if thing.asset is not None:
            choices[thing.name] = _Choice(library.get(thing.asset), 0.0)
            continue
        twin_rng = generator(request.twin_seed, "twin", thing.name, thing.category)
        asset, difference = pick(
            thing.category,
            request.cousins,
            library,
            twin_rng,
            rng,
            required=request.required.get(thing.name),
        )
        choices[thing.name] = _Choice(asset, difference.total)
    return spec, choices


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


def _attempt(
    request: AssemblyRequest,
    spec: SceneSpec,
    choices: dict[str, _Choice],
    attempt: int,
    refuse: Refusal,
    reasons: Counter[str],
) -> tuple[Scene, dict[str, Asset]]:
    rng = generator(request.seed, "layout", attempt)
    support = choices[spec.support].asset
    bench, support_pose = _stand_support(spec.support, support)
    pairs = tuple((thing, choices[thing.name].asset) for thing in spec.objects)
    placed = lay_out(bench, pairs, rng)
    objects = [
        SceneObject(
            name=spec.support,
            category=SUPPORTS[spec.support],
            asset=support.id,
            asset_hash=support.content_hash(),
            pos=vec3(support_pose[:3, 3]),
            quat=(0.0, 0.0, 0.0, 1.0),
            fixed=True,
            role="support",
            cousin_distance=choices[spec.support].distance,
        ),
        *(_scene_object(request, p, choices[p.spec.name].distance) for p in placed),
    ]
    scene = _dress(request, spec, bench, tuple(objects), placed, reasons, rng)
    assets = {choice.asset.content_hash(): choice.asset for choice in choices.values()}
    compiled = compile_model(scene, assets, "physics")
    settled = settle(compiled)
    compiled = replace(compiled, scene=settled)
    checks: tuple[tuple[Callable[[], str | None], type[Exception]], ...] = (
        (lambda: check_at_rest(scene, compiled), NoPlaceError),
        (lambda: _unseen(compiled), _UnseenError),
        (lambda: refuse(compiled), _UnsuitableError),
    )
    for check, kind in checks:
        problem = check()
        if problem is not None:
            raise kind(problem)
    return settled, assets


def _stand_support(name: str, asset: Asset) -> tuple[Bench, Array]:
    """The support in front of the robot, its front (+x) turned towards the robot."""
    depth = asset.extents[0]
    top = max(asset.surfaces, key=lambda surface: surface.pos[2])
    centre = np.array([PEDESTAL_EDGE + depth / 2, 0.0])
    pose = transform([centre[0], centre[1], 0.0], (0.0, 0.0, 0.0, 1.0))
    middle = pose[:2, :3] @ np.array(top.pos) + pose[:2, 3]
    return Bench(name, top.pos[2], Footprint(middle, np.array(top.half_size), np.pi)), pose


def _scene_object(request: AssemblyRequest, placed: Placed, distance: float) -> SceneObject:
    name = placed.spec.name
    role = "clutter" if name.startswith("clutter_") else request.roles.get(name, "context")
    yaw = np.arctan2(placed.pose[1, 0], placed.pose[0, 0])
    return SceneObject(
        name=name,
        category=placed.spec.category,
        asset=placed.asset.id,
        asset_hash=placed.asset.content_hash(),
        pos=vec3(placed.pose[:3, 3]),
        quat=(float(np.cos(yaw / 2)), 0.0, 0.0, float(np.sin(yaw / 2))),
        joints=placed.joints,
        fixed=placed.asset.fixed,
        role="task" if role == "task" else "clutter" if role == "clutter" else "context",
        cousin_distance=distance,
    )


def _dress(
    request: AssemblyRequest,
    spec: SceneSpec,
    bench: Bench,
    objects: tuple[SceneObject, ...],
    placed: tuple[Placed, ...],
    reasons: Counter[str],
    rng: np.random.Generator,
) -> Scene:
    """Robot, lights, cameras, floor and wall around the objects."""
    known = robot(request.robot)
    middle = np.array([0.48, 0.0, bench.height + 0.06])
    targets: dict[str, Array] = {spec.support: middle, "table": middle}
    for p in placed:
        targets[p.spec.name] = p.pose[:3, 3] + [0, 0, p.asset.extents[2] / 2]
    floor, wall = sample_surroundings(rng)
    home = np.array(known.home) + rng.uniform(-0.04, 0.04, len(known.home))
    return Scene(
        id=request.scene_id,
        task=request.task_id,
        seed=request.seed,
        support=spec.support,
        robot=RobotPose(
            name=known.name,
            pos=(0.0, 0.0, bench.height),
            quat=(1.0, 0.0, 0.0, 0.0),
            home=tuple(float(q) for q in home),
        ),
        objects=objects,
        lights=sample_lights(spec.light, rng),
        ambient=number(spec.ambient, rng, "scene.ambient"),
        cameras=tuple(sample_camera(c, targets, known.hand, rng) for c in request.cameras),
        floor=floor,
        wall=wall,
        refused=dict(sorted(reasons.items())),
    )


def _unseen(compiled: CompiledScene) -> str | None:
    """A fixed camera that sees nothing of what the scene is about."""
    scene = compiled.scene
    subjects = [o.name for o in scene.objects if o.role == "task"]
    subjects = subjects or [o.name for o in scene.objects if o.role != "support"]
    for camera in scene.cameras:
        if camera.mount is not None or not subjects:
            continue
        if not any(visible_share(compiled, camera, name) > 0.0 for name in subjects):
            return f"camera {camera.name} sees nothing of {', '.join(subjects)}"
    return None
