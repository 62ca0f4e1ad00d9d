"""The render stage: stored states in, labelled frames and videos out. Nothing is stepped."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from ...scenes.model.mujoco_model import CompiledScene
from ...schemas import (
    Asset,
    DatasetSpec,
    Episode,
    EpisodeArrays,
    Scene,
    SkippedRecord,
    VariantError,
    VideoRecord,
)
from ..images.background import Background
from ..images.camera.cameras import camera_params
from ..images.camera.view import Renderer
from ..images.parameters.plausible import check_sight
from ..images.parameters.variations import variations
from ..images.parameters.views import Showing, views
from ..images.truth.worlds import at_rest, prepared
from ..renderers import renderer
from .frame_labels import Keep, Rendered, Stills, Subject, short_name
from .videos import Film

SIGHT_SIZE = (64, 64)
"""Pixels of the quick look by which a camera's view is checked."""


def render_scene(
    scene: Scene,
    assets: Mapping[str, Asset],
    spec: DatasetSpec,
    artist: Renderer | None = None,
    keep: Keep | None = None,
) -> Rendered:
    """Labelled stills of a scene: every camera under every combination of the sweeps.

    Args:
        scene: at rest.
        assets: by content hash.
        spec: what to draw, and what varies.
        artist: draws; None takes the one that `spec.render.backend` names.
        keep: is given each file as soon as it is done, in another thread; None gathers them.

    Values that this scene cannot take are skipped, and recorded as such.

    Raises:
        SpecError: where a sweep names nothing in this scene, or an asset that is not there.
        RenderError, BackendMissingError: where the renderer cannot start.
    """
    artist = artist or renderer(spec.render.backend)
    files: dict[str, bytes] = {}
    skipped: list[SkippedRecord] = []
    with Background() as other:
        stills = Stills(spec, artist, other, keep or files.__setitem__)
        for variation in variations(scene, assets, spec):
            skipped += variation.skipped
            if variation.variant is None:
                continue
            seen = variation.variant.scene
            ready = prepared(seen, variation.variant.assets)
            data = ready.at_rest()
            standing = [camera for camera in seen.cameras if camera.name not in variation.blind]
            for view in (view for camera in standing for view in views(camera)):
                values = {**variation.values, **view.values}
                name = short_name(scene.id, view.camera.name, f"v{variation.number:04d}", *view.tag)
                subject = Subject(name, scene.id, vary=values)
                try:
                    if view.tag:
                        check_sight(at_rest(seen, variation.variant.assets), view.camera)
                    at = view.at(ready.world, data, spec.render.size)
                    stills.add(ready, data, view.camera, subject, at=at)
                except VariantError as error:
                    refused = variation.refused(scene, str(error), view.camera.name)
                    skipped.append(refused.model_copy(update={"vary": values}))
    return Rendered(stills.frames(), (), files, tuple(skipped))


def render_episode(
    scene: Scene,
    assets: Mapping[str, Asset],
    episode: Episode,
    arrays: EpisodeArrays,
    spec: DatasetSpec,
    artist: Renderer | None = None,
    keep: Keep | None = None,
) -> Rendered:
    """Labelled frames spread over an episode, and a video per camera, from its states.

    Args:
        scene: the episode's scene.
        assets: by content hash.
        episode: which one.
        arrays: its states.
        spec: what to draw.
        artist: draws; None takes the one that `spec.render.backend` names.
        keep: is given each file as soon as it is done, in another thread; None gathers them.

    Raises:
        RenderError, BackendMissingError: where the renderer cannot start.
    """
    artist = artist or renderer(spec.render.backend)
    ready = prepared(scene, assets)
    world, data = ready.world, ready.at_rest()
    files: dict[str, bytes] = {}
    keep = keep or files.__setitem__
    later = world.new_data()
    steps = keyframe_steps(len(arrays.qpos), spec.render.keyframes)
    shown = Showing(world, arrays.qpos, episode.hz, episode.steps, spec.render.size)
    videos: tuple[VideoRecord, ...] = ()
    with Background() as other:
        stills = Stills(spec, artist, other, keep)
        for number, step in enumerate(steps):
            _set_state(world, data, arrays.qpos[step])
            after = steps[number + 1] if number + 1 < len(steps) else None
            if after is not None:
                _set_state(world, later, arrays.qpos[after])
            for camera in scene.cameras:
                name = short_name(episode.id, camera.name, f"s{step:05d}")
                subject = Subject(name, scene.id, episode.id, step)
                placed, at = shown.view(camera, step)
                then = None if after is None else (later, shown.view(camera, after)[0])
                stills.add(ready, data, placed, subject, then, at)
        if spec.render.videos and "rgb" in spec.render.labels and episode.steps > 0:
            film = Film(episode, scene.cameras, spec, other)
            for step, qpos in enumerate(arrays.qpos[: episode.steps]):
                _set_state(world, data, qpos)
                film.add(artist, world, data, partial(shown.view, step=step))
            videos = film.finish(keep)
    return Rendered(stills.frames(), videos, files)


def camera_sees(
    scene: Scene, assets: Mapping[str, Asset], camera_name: str, backend: str = "mujoco"
) -> dict[str, int]:
    """How many pixels of a 64 x 64 view each object fills, the robot as `robot`.

    Raises:
        KeyError: where the scene has no camera of that name.
    """
    by_name = {camera.name: camera for camera in scene.cameras}
    ready = prepared(scene, assets)
    world, labeller, data = ready.world, ready.labeller, ready.at_rest()
    params = camera_params(world, data, by_name[camera_name], SIGHT_SIZE)
    truth = renderer(backend).truth(world, data, params)
    mask = labeller.instance_mask(truth.geoms)
    pixels = np.bincount(mask.ravel(), minlength=len(labeller.instances) + 1)
    return {thing.name: int(pixels[thing.instance_id]) for thing in labeller.instances}


def keyframe_steps(states: int, count: int) -> tuple[int, ...]:
    """Up to `count` state indices, evenly spread, with the first and the last."""
    spread = np.linspace(0, states - 1, count)
    return tuple(int(step) for step in np.unique(np.rint(spread)))


def _set_state(world: CompiledScene, data: Any, qpos: npt.NDArray[np.float64]) -> None:
    import mujoco

    data.qpos[:] = qpos
    mujoco.mj_kinematics(world.model, data)
