"""Cameras on paths, and what moves while a shutter is open."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from pydantic import ValidationError
from test_images import SIZE, TOP, episode_of, image, spec, world
from test_vary import aimed

from cousins.generators.frames import Rendered, check_vary, render_episode, render_scene
from cousins.generators.images.camera.motion import blurred
from cousins.generators.images.parameters.views import Showing
from cousins.generators.images.truth.worlds import prepared
from cousins.generators.renderers import renderer
from cousins.scenes.core.geometry import look_at, vec3
from cousins.scenes.core.seeds import generator
from cousins.scenes.layout.camera_paths import along, camera_path, share_at, view_shares
from cousins.scenes.layout.views import sample_camera
from cousins.scenes.model.mujoco_model import compile_model
from cousins.schemas import (
    Asset,
    Camera,
    CameraSpec,
    DatasetSpec,
    Episode,
    EpisodeArrays,
    Lens,
    Light,
    PathSpec,
    Scene,
    SpecError,
    Waypoint,
)

Array = npt.NDArray[Any]
MIDDLE = np.array([0.5, 0.0, TOP])
TARGETS = {"table": MIDDLE, "mug": np.array([0.4, 0.2, TOP + 0.05])}


def moving(path: dict[str, Any], **more: Any) -> Camera:
    """A camera with that path, from azimuth 30, elevation 20 and distance 1.2."""
    asked = CameraSpec.model_validate(
        {"name": "front", "azimuth": 30, "elevation": 20, "distance": 1.2, "path": path, **more}
    )
    return sample_camera(asked, TARGETS, "hand", generator((1,), "camera"))


def on_sphere(camera: Camera) -> tuple[float, float, float]:
    """Azimuth and elevation, degrees, and distance from what it looks at."""
    x, y, z = np.subtract(camera.pos, camera.target or (0, 0, 0))
    azimuth, elevation = np.arctan2(y, x), np.arctan2(z, np.hypot(x, y))
    distance = float(np.linalg.norm([x, y, z]))
    return float(np.degrees(azimuth)), float(np.degrees(elevation)), distance


# ---------------------------------------------------------------- paths


def test_an_orbit_goes_round_once_and_keeps_height_and_distance() -> None:
    camera = moving({"kind": "orbit", "views": 8})
    assert camera.path is not None
    assert view_shares(camera.path) == tuple(number / 8 for number in range(8))
    stops = [on_sphere(along(camera, share)) for share in view_shares(camera.path)]
    turned = np.diff(np.unwrap([stop[0] for stop in stops], period=360))
    assert turned == pytest.approx([45.0] * 7)
    assert [stop[1:] for stop in stops] == [pytest.approx((20.0, 1.2))] * 8
    assert camera.pos == along(camera, 0.0).pos
    assert along(camera, 1.0).pos == pytest.approx(camera.pos)
    half = moving({"kind": "orbit", "views": 3, "turns": -0.5})
    assert half.path is not None
    assert view_shares(half.path) == (0.0, 0.5, 1.0)
    assert on_sphere(along(half, 1.0))[0] == pytest.approx(-150.0)


def test_a_dome_gives_equal_areas_equal_times() -> None:
    camera = moving({"kind": "dome", "views": 40, "turns": 5, "elevation": [0, 89]})
    assert camera.path is not None
    rise = [np.sin(np.radians(on_sphere(along(camera, s))[1])) for s in view_shares(camera.path)]
    assert np.diff(rise) == pytest.approx(np.full(39, rise[-1] / 39), rel=0.1)
    assert rise[0] == pytest.approx(0.0, abs=1e-9)


def test_a_tour_passes_its_waypoints_at_even_times_and_overshoots_nothing() -> None:
    stops = [{}, {"look_at": "mug", "distance": 0.5}, {"azimuth": 70, "elevation": 60}, {}]
    camera = moving({"kind": "tour", "waypoints": stops, "views": 4})
    assert on_sphere(along(camera, 0.0)) == pytest.approx((30, 20, 1.2))
    near = along(camera, 1 / 3)
    assert near.target == pytest.approx(TARGETS["mug"])
    assert on_sphere(near) == pytest.approx((30, 20, 0.5))
    assert on_sphere(along(camera, 2 / 3)) == pytest.approx((70, 60, 0.5))
    assert along(camera, 1.0).pos == pytest.approx(along(camera, 2 / 3).pos)
    way = np.array([on_sphere(along(camera, share)) for share in np.linspace(0, 1, 61)])
    assert way.min(axis=0) == pytest.approx([30, 20, 0.5])
    assert way.max(axis=0) == pytest.approx([70, 60, 1.2])
    assert (np.abs(np.diff(way, axis=0)).max(axis=0) < [6, 6, 0.1]).all()


def test_timing_follows_seconds_or_the_whole_time() -> None:
    start = Waypoint(target=(0, 0, 0), azimuth=0, elevation=10, distance=1)
    for seconds, shares in ((None, [0, 0.2, 1.0]), (4.0, [0, 0.5, 1.0])):
        asked = PathSpec(kind="orbit", seconds=seconds)
        path = camera_path(asked, start, TARGETS, "cameras.front")
        assert [share_at(path, time, 10.0) for time in (0, 2, 10)] == shares


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ({"kind": "tour"}, "waypoints"),
        ({"kind": "tour", "waypoints": [{}]}, "at least 2"),
        ({"kind": "orbit", "waypoints": [{}, {}]}, "waypoints"),
        ({"kind": "orbit", "elevation": [1, 2]}, "elevation"),
        ({"kind": "orbit", "views": 0}, "views"),
        ({"kind": "spiral"}, "orbit"),
        ({"kind": "tour", "waypoints": [{"distance": 0}, {}]}, "distance"),
    ],
)
def test_paths_that_cannot_be_are_refused(path: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        CameraSpec.model_validate({"name": "front", "path": path})


def test_a_path_needs_a_camera_in_the_world_and_things_to_look_at() -> None:
    with pytest.raises(ValidationError, match="hand has no path"):
        CameraSpec.model_validate({"name": "a", "mount": "hand", "path": {"kind": "orbit"}})
    with pytest.raises(SpecError, match=r"waypoints\[1\]\.look_at: 'cup'"):
        moving({"kind": "tour", "waypoints": [{}, {"look_at": "cup"}]})
    asked = DatasetSpec.model_validate(
        {
            "name": "x",
            "cameras": [{"name": "front", "path": {"kind": "orbit"}}],
            "render": {"vary": {"camera.front.azimuth": {"sweep": [0, 10]}}},
        }
    )
    with pytest.raises(SpecError, match=r"camera\.front\.path"):
        check_vary(asked)


def on_path(scene: Scene, path: dict[str, Any], **lens: Any) -> Scene:
    """The scene with its front camera on a path about the middle of the table."""
    made = sample_camera(
        CameraSpec.model_validate(
            {"name": "front", "azimuth": 30, "elevation": 35, "distance": 1.2, "path": path}
        ),
        {"table": MIDDLE}, "hand", generator((1,), "camera"),
    )  # fmt: skip
    update = {"lens": made.lens.model_copy(update=lens)}
    return aimed(scene).model_copy(update={"cameras": (made.model_copy(update=update),)})


def test_stills_along_a_path_are_those_of_cameras_that_stand_there() -> None:
    scene, assets = world(61)
    scene = on_path(scene, {"kind": "orbit", "views": 4})
    made = render_scene(scene, assets, spec())
    assert [frame.vary for frame in made.frames] == [
        {"camera.front.path": number / 4} for number in range(4)
    ]
    assert [frame.id[-10:] for frame in made.frames] == [f"v0000-p00{k}" for k in range(4)]
    still = render_scene(scene, assets, spec(vary={"camera.front.path": 0.5}))
    (frame,) = still.frames
    assert frame.camera_params == made.frames[2].camera_params
    for label, path in frame.files.items():
        assert still.files[path] == made.files[made.frames[2].files[label]]


def test_a_view_from_inside_a_thing_is_skipped_and_the_others_are_not() -> None:
    scene, assets = world(62)
    brick = scene.object("brick").pos
    scene = on_path(scene, {"kind": "orbit", "views": 2, "turns": 0.5})
    camera = scene.cameras[0]
    assert camera.path is not None
    start, end = camera.path.waypoints
    inside = end.model_copy(update={"target": (brick[0], brick[1], brick[2] + 0.02),
                                    "distance": 0.001})  # fmt: skip
    path = camera.path.model_copy(update={"waypoints": (start, inside)})
    scene = scene.model_copy(update={"cameras": (camera.model_copy(update={"path": path}),)})
    made = render_scene(scene, assets, spec())
    assert [frame.vary["camera.front.path"] for frame in made.frames] == [0.0]
    (record,) = made.skipped
    assert (record.vary, record.camera) == ({"camera.front.path": 1.0}, "front")
    assert "inside brick" in record.reason


# ---------------------------------------------------------------- shutters


def slide(scene: Scene, assets: dict[str, Asset], step: float) -> tuple[Episode, EpisodeArrays]:
    """An episode of five states, 10 a second, in which the brick goes `step` metres each."""
    compiled = compile_model(scene, assets, detail="visual")
    episode, arrays = episode_of(scene, compiled, steps=4)
    free = compiled.objects["brick"].free_qpos
    assert free is not None
    qpos = np.repeat(arrays.qpos[:1], 5, axis=0)
    qpos[:, free] += step * np.arange(5)
    return episode, replace(arrays, qpos=qpos)


def overhead(scene: Scene, shutter: float) -> Scene:
    """One camera, straight above the brick; it looks along x to the top of the picture."""
    brick = np.array(scene.object("brick").pos)
    eye = brick + np.array([0.001, 0.0, 0.6])
    camera = Camera(name="front", pos=vec3(eye), quat=look_at(eye, brick), fov=50)
    camera = camera.model_copy(update={"lens": Lens(shutter=shutter)})
    light = Light(name="key", direction=(0, 0, -1), intensity=400, colour=(1, 1, 1))
    return scene.model_copy(update={"cameras": (camera,), "lights": (light,)})


def test_an_open_shutter_blurs_what_moves_and_nothing_else_and_leaves_labels() -> None:
    scene, assets = world(63)
    made: list[Rendered] = []
    for shutter in (0.0, 0.1):
        view = overhead(scene, shutter)
        episode, arrays = slide(view, assets, 0.04)
        made.append(render_episode(view, assets, episode, arrays, spec(keyframes=3, videos=False)))
    sharp, smeared = made
    for before, after in zip(sharp.frames, smeared.frames, strict=True):
        assert before.objects == after.objects
        for label in set(before.files) - {"rgb"}:
            assert sharp.files[before.files[label]] == smeared.files[after.files[label]]
    one, two = (np.asarray(image(m, m.frames[1], "rgb"), float).mean(axis=2) for m in made)
    changed = np.abs(one - two) > 8
    brick = image(sharp, sharp.frames[1], "seg_instance") == 4
    rows, columns = np.nonzero(changed)
    assert changed.sum() > 25
    near = np.abs(rows - np.nonzero(brick)[0].mean()) < 3 * np.ptp(np.nonzero(brick)[0])
    assert near.all()
    assert np.abs(columns - np.nonzero(brick)[1].mean()).max() < 3 * np.ptp(np.nonzero(brick)[1])


def test_the_blur_is_the_mean_of_the_light_of_moments_about_the_frame() -> None:
    scene, assets = world(64)
    scene = overhead(scene, 0.1)
    _, arrays = slide(scene, assets, 0.04)
    ready = prepared(scene, assets)
    shown = Showing(ready.world, arrays.qpos, 10.0, 4, SIZE)
    free = ready.world.objects["brick"].free_qpos
    assert free is not None
    for time, place in ((-1.0, 0.0), (0.15, 0.06), (0.2, 0.08), (9.0, 0.16)):
        moved = shown.state(time).qpos[free] - arrays.qpos[0][free]
        assert moved == pytest.approx(place, abs=1e-9)
    _, at = shown.view(scene.cameras[0], 2)
    assert at is not None
    artist = renderer("mujoco")
    picture = blurred(artist, ready.world, at, 0.1, shadows=False)
    assert picture is not None
    fine = np.zeros(picture.shape)
    shares = (np.arange(200) + 0.5) / 200 - 0.5
    for share in shares:
        data, camera = at(0.1 * float(share))
        fine += (artist.colour(ready.world, data, camera, shadows=False) / 255.0) ** 2.2
    exact = (fine / len(shares)) ** (1 / 2.2) * 255
    assert np.abs(picture - exact).mean() < 0.5
    assert np.abs(picture - exact).max() < 12
    assert blurred(artist, ready.world, at, 0.001, shadows=False) is None


def test_a_turning_thing_turns_evenly_between_states() -> None:
    scene, assets = world(65)
    ready = prepared(scene, assets)
    free = ready.world.objects["brick"].free_qpos
    assert free is not None
    qpos = np.repeat(ready.at_rest().qpos[None], 2, axis=0)
    quarter = np.array([np.cos(np.pi / 4), 0, 0, np.sin(np.pi / 4)])
    qpos[0, free + 3 : free + 7] = [1, 0, 0, 0]
    qpos[1, free + 3 : free + 7] = quarter
    shown = Showing(ready.world, qpos, 10.0, 1, SIZE)
    third = shown.state(0.1 / 3).qpos[free + 3 : free + 7]
    assert 2 * np.degrees(np.arccos(third[0])) == pytest.approx(30.0)


def test_a_camera_on_a_path_moves_in_videos_and_blurs_all_but_the_middle() -> None:
    scene, assets = world(66)
    path = {"kind": "orbit", "turns": 0.1}
    pictures = []
    for shutter in (0.0, 0.1):
        view = on_path(scene, path, shutter=shutter)
        episode, arrays = slide(view, assets, 0.0)
        made = render_episode(view, assets, episode, arrays, spec(keyframes=5))
        stops = [np.array(frame.camera_params.pos) for frame in made.frames]
        steps = [float(np.linalg.norm(b - a)) for a, b in pairwise(stops)]
        assert min(steps) > 0.1
        assert steps == pytest.approx([steps[0]] * 4)
        assert made.videos[0].frames == 4
        pictures.append(np.asarray(image(made, made.frames[2], "rgb"), float))
    edges = [np.abs(np.diff(picture, axis=1)).mean() for picture in pictures]
    assert edges[1] < 0.7 * edges[0]


def test_flow_follows_a_camera_on_its_path() -> None:
    scene, assets = world(67)
    view = on_path(scene, {"kind": "orbit", "turns": 0.05})
    episode, arrays = slide(view, assets, 0.0)
    made = render_episode(
        view, assets, episode, arrays, spec(keyframes=2, videos=False, labels=("rgb", "flow"))
    )
    with np.load(io.BytesIO(made.files[made.frames[0].files["flow"]])) as stored:
        assert np.abs(stored["flow"].astype(float)).mean() > 3
