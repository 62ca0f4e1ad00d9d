"""The path tracer itself; skipped where it is not installed.

`pytest -m heavy tests/test_blender_truth.py -s` compares its labels with an independent caster in
50 scenes and 4 moving ones, and prints the figures as JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from test_truth import FRAMES, judge, moving, still, summary
from truth_flow import at_random
from truth_scenes import plans

from cousins.flows.backends import check_backend
from cousins.flows.bench.frames import table_scene
from cousins.generators.images.camera.cameras import camera_params
from cousins.generators.images.truth.worlds import prepared
from cousins.generators.renderers import renderer
from cousins.generators.renderers.blenderproc.environment import interpreter
from cousins.generators.renderers.blenderproc.renderer import BlenderRenderer, Quality
from cousins.schemas import Asset, BackendMissingError, Scene, Sky, Sun

SIZE = (128, 96)
LARGE = (256, 192)
"""Of labels that are compared with the truth."""
SCENES, MOVING = 50, 4


def missing() -> str:
    try:
        interpreter()
    except BackendMissingError as error:
        return str(error)
    return ""


pytestmark = [
    pytest.mark.heavy,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:pycocotools"),
    pytest.mark.skipif(bool(missing()), reason=missing() or "installed"),
]


@pytest.fixture(scope="module")
def tracer() -> Iterator[BlenderRenderer]:
    artist = BlenderRenderer(Quality(samples=4))
    yield artist
    artist.close()


def test_it_works_here() -> None:
    assert check_backend("blenderproc")["works"]


def test_both_backends_see_the_same(tracer: BlenderRenderer) -> None:
    shares: list[float] = []
    for number, kind in ((0, None), (1, None), (2, None), (0, "kitchen")):
        scene, assets = table_scene(3, number, kind)
        ready = prepared(scene, assets)
        data = ready.world.new_data()
        for camera in scene.cameras:
            params = camera_params(ready.world, data, camera, SIZE)
            fast = renderer("mujoco").truth(ready.world, data, params)
            traced = tracer.truth(ready.world, data, params)
            same = fast.geoms == traced.geoms
            assert same.mean() > 0.995
            assert np.median(np.abs(fast.depth - traced.depth)[same]) < 1e-4
            a, b = (ready.labeller.instance_mask(truth.geoms) for truth in (fast, traced))
            for value in np.unique(a[a > 0]):
                both, either = (a == value) & (b == value), (a == value) | (b == value)
                shares.append(both.sum() / either.sum())
    assert len(shares) > 20
    assert np.median(shares) >= 0.99


def test_the_picture_is_lit_and_the_same_in_every_process(tracer: BlenderRenderer) -> None:
    scene, assets = table_scene(3, 0)
    ready = prepared(scene, assets)
    data = ready.world.new_data()
    params = camera_params(ready.world, data, scene.cameras[0], SIZE)
    picture = tracer.colour(ready.world, data, params, shadows=True)
    truth = tracer.truth(ready.world, data, params)
    assert 60 < picture.mean() < 220
    assert (picture.max(axis=2) < 4).mean() < 0.02  # black
    assert (picture.min(axis=2) > 250).mean() < 0.05  # burnt out
    single = BlenderRenderer(Quality(samples=4, threads=1))
    alone = single.colour(ready.world, data, params, shadows=True)
    assert not np.abs(alone.astype(int) - picture).max()
    single.close()
    # What the process drew before, be it a scene without lamps, leaves no trace.
    dark = prepared(scene.model_copy(update={"lights": (), "ambient": 0.0}), assets)
    assert tracer.colour(dark.world, data, params, shadows=True).max() < 4
    assert np.array_equal(tracer.colour(ready.world, data, params, shadows=True), picture)
    # Labels come from each pixel's first path, which is the same without a picture.
    tracer.close()
    bare = tracer.truth(ready.world, data, params)
    assert np.array_equal(bare.geoms, truth.geoms)
    assert np.array_equal(bare.depth, truth.depth)
    # A brighter lamp leaves the truth, and brightens the picture.
    lamps = tuple(lamp.model_copy(update={"intensity": 900.0}) for lamp in scene.lights)
    brighter = prepared(scene.model_copy(update={"lights": lamps}), assets)
    after = tracer.colour(brighter.world, data, params, shadows=True)
    assert after.mean() > picture.mean() + 10
    assert np.array_equal(tracer.truth(brighter.world, data, params).geoms, truth.geoms)


def test_what_a_process_drew_before_leaves_no_trace(tracer: BlenderRenderer) -> None:
    """Table, furnished kitchen, table: the same process, the same bytes as a new one."""
    made = [table_scene(3, number, kind) for number, kind in ((1, None), (0, "kitchen"), (2, None))]
    drawn: list[list[bytes]] = []
    for turn in ("new", "forth", "back"):
        if turn == "new":
            pictures = {n: draw(tracer, *made[n], afresh=True) for n in range(len(made))}
            tracer.close()
        else:
            order = range(len(made)) if turn == "forth" else reversed(range(len(made)))
            pictures = {n: draw(tracer, *made[n], afresh=False) for n in order}
        drawn.append([pictures[n] for n in range(len(made))])
    assert drawn[0] == drawn[1] == drawn[2]


def draw(tracer: BlenderRenderer, scene: Scene, assets: dict[str, Asset], *, afresh: bool) -> bytes:
    """Bytes of picture and truth: by a new process, or by an old one after other frames."""
    ready = prepared(scene, assets)
    data = ready.world.new_data()
    params = camera_params(ready.world, data, scene.cameras[0], SIZE)
    if afresh:
        tracer.close()
    else:
        small = camera_params(ready.world, data, scene.cameras[-1], (48, 40))
        dusk = prepared(scene.model_copy(update={"lights": (), "ambient": 90.0}), assets)
        moved = ready.world.new_data()
        moved.geom_xpos[len(moved.geom_xpos) // 2 :, 2] += 0.02
        tracer.colour(dusk.world, moved, small, shadows=False)
        tracer.truth(ready.world, moved, params)
    light = tracer.light(ready.world, data, params, shadows=True)
    truth = tracer.truth(ready.world, data, params)
    return b"".join(part.tobytes() for part in (light, truth.depth, truth.geoms))


def test_both_backends_have_the_same_sky(tracer: BlenderRenderer) -> None:
    scene, assets = table_scene(3, 0)
    bright: list[float] = []
    for azimuth in (0.6, 3.8):
        down = (-np.cos(azimuth) * 0.9, -np.sin(azimuth) * 0.9, -np.sqrt(1 - 0.81))
        update = {
            "lights": (), "ambient": 0.0, "walls": False,
            "sun": Sun(direction=down, intensity=400.0),
            "sky": Sky(intensity=300.0, turbidity=2.0, ground=(0.2, 0.2, 0.2)),
        }  # fmt: skip
        ready = prepared(scene.model_copy(update=update), assets)
        data = ready.world.new_data()
        # From above the robot, level, towards -x.
        params = camera_params(ready.world, data, scene.cameras[0], SIZE).model_copy(
            update={"pos": (1.0, 0.0, 2.5), "quat": (0.5, -0.5, -0.5, 0.5)}
        )
        pictures = [
            artist.colour(ready.world, data, params, shadows=True)[: SIZE[1] // 2 - 8]
            for artist in (renderer("mujoco"), tracer)
        ]
        fast, traced = (picture.reshape(-1, 3).mean(axis=0) for picture in pictures)
        assert np.abs(fast - traced).max() < 12
        bright.append(float(traced.mean()))
    assert bright[1] > bright[0] + 20  # towards the sun, and away from it


@pytest.mark.timeout(3600)
def test_labels_are_the_truth_in_fifty_scenes(
    tracer: BlenderRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables, rooms and things that open, through plain, shifted and distorting lenses."""

    def always(_: str) -> BlenderRenderer:
        return tracer

    monkeypatch.setattr("cousins.generators.frames.stage.renderer", always)
    scenes = [still(number, LARGE) for number in range(SCENES)]
    scenes += [moving(at_random(plan, FRAMES), LARGE) for plan in plans(MOVING)]
    table = summary(scenes)
    sys.stdout.write(json.dumps(table, indent=1) + "\n")
    judge(table)
