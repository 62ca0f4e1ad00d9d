"""Assembly: a SceneSpec and a seed become a Scene that physics has settled and checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from ...schemas import (
    NO_ROBOT,
    WITHOUT_ROBOT,
    AssemblyError,
    Asset,
    Refusal,
    RefusalKind,
    RobotPose,
    Room,
    Scene,
    SceneObject,
    SceneSpec,
    sentences,
    together,
)
from ...schemas.reserved import CLUTTER_PREFIX
from ..assets.library import AssetLibrary
from ..assets.tabletop import Tabletop
from ..core.geometry import Array, Footprint, transform, vec3
from ..core.seeds import generator
from ..cousins.asset_selection import SUPPORTS, AssemblyRequest, SelectedAsset, choose
from ..layout.arrangement import lay_out
from ..layout.crowding import crowd_of
from ..layout.placed import MisfitError, NoPlaceError, Placed, Workspace
from ..layout.relations import body, broken
from ..layout.views import (
    number,
    sample_camera,
    sample_lights,
    sample_sky,
    sample_sun,
    sample_surroundings,
)
from ..model.mujoco_model import CompiledScene, compile_model
from ..model.settling import check_at_rest, settle
from ..model.visibility import visible_share
from ..robots import robot
from ..rooms import Furnishing, furnish
from .blame import blames_the_spec

__all__ = ["AssemblyRequest", "assemble"]

ATTEMPTS = 24
ATTEMPTS_PER_CHOICE = 6
"""Layouts tried with one choice of cousins before others are drawn."""
PEDESTAL_EDGE = 0.12
"""Where the support begins in front of the robot's axis, metres."""

SceneCheck = Callable[[CompiledScene], Refusal | None]
"""Says why a settled scene will not do (the goal holds already, say), or None."""
AssetCheck = Callable[[Mapping[str, Asset]], Refusal | None]
"""Says why assets, by the names of their objects, will not do, however they are laid out."""


def assemble(
    request: AssemblyRequest,
    library: AssetLibrary,
    refuse: SceneCheck = lambda _: None,
    misfit: AssetCheck = lambda _: None,
    give_up: Callable[[], bool] = lambda: False,
) -> tuple[Scene, dict[str, Asset]]:
    """Make one scene.

    Args:
        request: what to make.
        library: where assets come from.
        refuse: a last check of the settled scene.
        misfit: a first check of the assets; where they will not do, others are drawn at once.
        give_up: asked after each refused attempt; true where no more are worth what they cost. It
            must not ask a clock, so that the same input gives the same answer everywhere.

    Returns:
        The scene and its assets by content hash.

    Raises:
        AssemblyError: after ATTEMPTS refused attempts, or fewer where it gives up, with the
            reasons counted.
    """
    refusals: list[NoPlaceError] = []
    furnishing = _furnish(request, library)
    choice, tried, useless = 0, 0, False
    for attempt in range(ATTEMPTS):
        if tried == ATTEMPTS_PER_CHOICE or useless:
            choice, tried = choice + 1, 0
        tried += 1
        choice_rng = generator(request.seed, "choice", choice)
        spec, choices = choose(request, Tabletop(library), choice_rng)
        try:
            unsuited = misfit({name: chosen.asset for name, chosen in choices.items()})
            if unsuited is not None:
                raise MisfitError(unsuited)
            reasons = Counter(error.refusal for error in refusals)
            return _attempt(request, spec, choices, furnishing, attempt, refuse, reasons)
        except NoPlaceError as error:
            refusals.append(error)
            useless = isinstance(error, MisfitError)
            if give_up():
                break
    reasons = Counter(error.refusal for error in refusals)
    unsuitable = any(isinstance(error, _UnsuitableError) for error in refusals)
    given_up = len(refusals) < ATTEMPTS
    raise AssemblyError(
        f"scene {request.scene_id}: no valid layout in {len(refusals)} attempts"
        + (", given up as too costly" if given_up else ""),
        reasons,
        given_up=given_up,
        impossible=not unsuitable and blames_the_spec(request, tuple(reasons)),
    )


class _UnsuitableError(NoPlaceError):
    """The scene is sound, but not what was asked for."""


def _furnish(request: AssemblyRequest, library: AssetLibrary) -> Furnishing | None:
    """The room around the robot, the same in all attempts."""
    if request.spec.room is None:
        return None
    rng = generator(request.seed, "room")
    return furnish(request.spec.room, request.robot, library, rng)


def _attempt(
    request: AssemblyRequest,
    spec: SceneSpec,
    choices: dict[str, SelectedAsset],
    furnishing: Furnishing | None,
    attempt: int,
    refuse: SceneCheck,
    reasons: Counter[Refusal],
) -> tuple[Scene, dict[str, Asset]]:
    rng = generator(request.seed, "layout", attempt)
    support = choices[spec.support].asset
    bench, support_pose = _stand_support(spec, support, request.reached)
    pairs = tuple((thing, choices[thing.name].asset) for thing in spec.objects)
    task = frozenset(name for name, role in request.roles.items() if role == "task")
    placed = lay_out(bench, pairs, rng, crowd_of(spec, task))
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
    room = None if furnishing is None else furnishing.room
    scene = _dress(request, spec, bench, tuple(objects), placed, room, reasons, rng)
    assets = {choice.asset.content_hash(): choice.asset for choice in choices.values()}
    if furnishing is not None:
        scene, assets = furnishing.around(scene), assets | dict(furnishing.assets)
    compiled = compile_model(scene, assets, "physics")
    settled = settle(compiled)
    compiled = replace(compiled, scene=settled)
    unsound = check_at_rest(scene, compiled) or _lost(compiled, spec) or _unseen(compiled)
    if unsound is not None:
        raise NoPlaceError(unsound)
    unsuitable = refuse(compiled)
    if unsuitable is not None:
        raise _UnsuitableError(unsuitable)
    return settled, assets


def _stand_support(spec: SceneSpec, asset: Asset, reached: bool) -> tuple[Workspace, Array]:
    """The support in front of the robot, its front (+x) turned towards the robot."""
    depth = asset.extents[0]
    top = max(asset.surfaces, key=lambda surface: surface.pos[2])
    centre = np.array([PEDESTAL_EDGE + depth / 2, 0.0])
    pose = transform([centre[0], centre[1], 0.0], (0.0, 0.0, 0.0, 1.0))
    middle = pose[:2, :3] @ np.array(top.pos) + pose[:2, 3]
    area = Footprint(middle, np.array(top.half_size), np.pi)
    return Workspace(spec.support, top.pos[2], area, spec.adjust, reached), pose


def _scene_object(request: AssemblyRequest, placed: Placed, distance: float) -> SceneObject:
    name = placed.spec.name
    role = "clutter" if name.startswith(CLUTTER_PREFIX) else request.roles.get(name, "context")
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
    bench: Workspace,
    objects: tuple[SceneObject, ...],
    placed: tuple[Placed, ...],
    room: Room | None,
    reasons: Counter[Refusal],
    rng: np.random.Generator,
) -> Scene:
    """Robot, lights, cameras, floor and wall around the objects."""
    middle = np.array([0.48, 0.0, bench.height + 0.06])
    if not request.reached:
        middle[:2] = bench.area.centre
    targets: dict[str, Array] = {spec.support: middle, "table": middle}
    if room is not None:
        targets["room"] = (np.array(room.low) + np.array(room.high)) / 2 * [1.0, 1.0, 0.5]
    for p in placed:
        targets[p.spec.name] = p.pose[:3, 3] + [0, 0, p.asset.extents[2] / 2]
    floor, wall = sample_surroundings(rng)
    standing, hand = _standing(request, bench, rng)
    return Scene(
        id=request.scene_id,
        task=request.task_id,
        seed=request.seed,
        support=spec.support,
        robot=standing,
        objects=objects,
        lights=sample_lights(spec.light, rng),
        ambient=number(spec.ambient, rng, "scene.ambient"),
        cameras=tuple(sample_camera(c, targets, hand, rng) for c in request.cameras),
        floor=floor,
        wall=wall,
        sun=None if spec.sun is None else sample_sun(spec.sun, generator(request.seed, "sun")),
        sky=None if spec.sky is None else sample_sky(spec.sky, generator(request.seed, "sky")),
        walls=spec.walls,
        decor=spec.decor,
        physics=_physics(request, spec, objects),
        refused=dict(sorted(sentences(reasons).items())),
    )


def _standing(
    request: AssemblyRequest, bench: Workspace, rng: np.random.Generator
) -> tuple[RobotPose, str]:
    """The robot before the support, and the name of its hand; neither where there is none."""
    if request.robot == NO_ROBOT:
        return WITHOUT_ROBOT, ""
    known = robot(request.robot)
    home = np.array(known.home) + rng.uniform(-0.04, 0.04, len(known.home))
    pose = RobotPose(
        name=known.name,
        pos=(0.0, 0.0, bench.height),
        quat=(1.0, 0.0, 0.0, 0.0),
        home=tuple(float(q) for q in home),
    )
    return pose, known.hand


def _physics(
    request: AssemblyRequest, spec: SceneSpec, objects: tuple[SceneObject, ...]
) -> dict[str, float]:
    """The scene's own physics by path; `*` stands for what stands on the support."""
    names = {thing.name: bool(thing.joints) for thing in objects}
    return request.physics.values(names, [name for name in names if name != spec.support])


def _lost(compiled: CompiledScene, spec: SceneSpec) -> Refusal | None:
    """The relations that the spec states and that did not outlast the settling."""
    bodies = {o.name: body(o, compiled.asset_of(o.name)) for o in compiled.scene.objects}
    del bodies[spec.support]
    return together(lost for thing in spec.objects for lost in broken(thing, bodies))


def _unseen(compiled: CompiledScene) -> Refusal | None:
    """A fixed camera that sees nothing of what the scene is about."""
    scene = compiled.scene
    subjects = [o.name for o in scene.objects if o.role == "task"]
    subjects = subjects or [o.name for o in scene.objects if o.role != "support"]
    for camera in scene.cameras:
        if camera.mount is not None or not subjects:
            continue
        if not any(visible_share(compiled, camera, name) > 0.0 for name in subjects):
            return Refusal(RefusalKind.SEES_NOTHING, tuple(subjects), words=(camera.name,))
    return None
