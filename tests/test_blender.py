"""The path tracer's client, against a labelled fake of its process."""

# pyright: reportPrivateUsage=false, reportUnknownArgumentType=false
# pyright: reportUnknownLambdaType=false, reportUnknownVariableType=false
from __future__ import annotations

import io
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
import pytest

from cousins.flows.backends import Ball, ball, check_backend, install_backend
from cousins.flows.graph import Graph
from cousins.flows.stages import production
from cousins.generators.images.light.environment import environment as environment_around
from cousins.generators.images.light.lighting import WHITE_LUX
from cousins.generators.renderers.blenderproc import environment
from cousins.generators.renderers.blenderproc import renderer as blender_renderer
from cousins.generators.renderers.blenderproc.light import (
    developed,
    encoded,
    sky,
    suns,
    surroundings,
)
from cousins.generators.renderers.blenderproc.renderer import BlenderRenderer, Quality
from cousins.generators.workers.outside.apart.messages import Message, pack, unpack
from cousins.generators.workers.resources import linear, resources, unseen
from cousins.schemas import (
    BackendMissingError,
    CameraParams,
    DatasetSpec,
    Light,
    RenderError,
    Sky,
    SpecError,
    Sun,
    TaskSpec,
)

FAKE = Path(__file__).with_name("fake_blender.py")
CAMERA = CameraParams(
    width=8, height=6, fx=8, fy=8, cx=4, cy=3, pos=(0.0, 0.0, 1.0), quat=(0.0, 1.0, 0.0, 0.0)
)
Make = Callable[..., BlenderRenderer]


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[Make]:
    made: list[BlenderRenderer] = []

    def make(how: str = "never", **limits: float) -> BlenderRenderer:
        command = (sys.executable, str(FAKE), how, str(tmp_path / "marker"))
        quality = Quality(
            start_limit=limits.get("start", 60.0), frame_limit=limits.get("frame", 60.0)
        )
        made.append(BlenderRenderer(quality, command))
        return made[-1]

    yield make
    for artist in made:
        artist.close()


def posed(shown: Ball) -> Any:
    data = mujoco.MjData(shown.model)
    mujoco.mj_forward(shown.model, data)
    return data


def test_messages_survive_the_pipe() -> None:
    sent = Message(
        {"do": "it", "list": [1, 2.5, None, "é"]},
        {
            "a": np.arange(6, dtype=np.float32).reshape(2, 3).T,
            "empty": np.zeros((0, 3), dtype=np.int32),
            "one": np.array(7, dtype=np.uint8),
        },
    )
    got = unpack(_Exact(b"".join(pack(sent))))
    assert got.head == sent.head
    for name, array in sent.arrays.items():
        assert got.arrays[name].dtype == array.dtype
        assert np.array_equal(got.arrays[name], array)
    with pytest.raises(EOFError):
        unpack(_Exact(b"".join(pack(sent))[:-1]))


class _Exact(io.BytesIO):
    def read(self, count: int | None = -1, /) -> bytes:
        raw = super().read(count)
        if count is not None and len(raw) < count:
            raise EOFError
        return raw


def test_a_frame_gives_picture_and_truth_together(fake: Make) -> None:
    shown, artist = ball(), fake()
    data = posed(shown)
    picture = artist.colour(shown, data, CAMERA, shadows=True)
    assert picture.shape == (6, 8, 3)
    assert picture.dtype == np.uint8
    assert np.all(picture == developed(np.full(3, sky(shown.scene), dtype=np.float32)))
    truth = artist.truth(shown, data, CAMERA)
    assert np.all(truth.depth[:5] == 1)  # of the frame that was drawn for the picture
    assert np.all(truth.geoms[:5] == 1)
    assert not truth.depth[5].any()  # the background
    assert not truth.geoms[5].any()
    aside = CAMERA.model_copy(update={"pos": (0.1, 0.0, 1.0)})
    assert artist.truth(shown, data, aside).depth[0, 0] == 2
    # Another light leaves what is seen as it is; another pose does not.
    assert artist.truth(shown, data, aside).depth[0, 0] == 2
    data.geom_xpos[0, 0] += 0.01
    assert artist.truth(shown, data, aside).depth[0, 0] == 3


def test_a_killed_process_costs_nothing_but_time(fake: Make) -> None:
    shown, artist = ball(), fake()
    data = posed(shown)
    first = artist.colour(shown, data, CAMERA, shadows=True)
    process = artist.process_id
    assert process is not None
    os.kill(process, signal.SIGKILL)
    # The new one knows no scene: it is told again.
    assert np.array_equal(artist.colour(shown, data, CAMERA, shadows=True), first)
    assert artist.process_id not in (None, process)


@pytest.mark.parametrize(("how", "limit"), [("die-once", 60.0), ("hang-once", 1.5)])
def test_a_frame_that_ends_its_process_is_drawn_by_the_next(
    fake: Make, tmp_path: Path, how: str, limit: float
) -> None:
    shown, artist = ball(), fake(how, frame=limit)
    assert artist.colour(shown, posed(shown), CAMERA, shadows=True).shape == (6, 8, 3)
    assert (tmp_path / "marker").exists()


@pytest.mark.parametrize(
    ("how", "limits", "said"),
    [
        ("die", {}, r"3 processes died on one frame.*exit code 3.*the fake dies"),
        ("hang", {"frame": 0.3}, r"3 processes died on one frame.*more than 0.3 s"),
        ("mute", {"start": 0.3}, r"3 processes died on one frame.*more than 0.3 s"),
        ("refuse", {}, "refused the frame: the fake refuses"),
    ],
)
def test_what_no_process_can_draw_is_an_error(
    fake: Make, how: str, limits: dict[str, float], said: str
) -> None:
    shown, artist = ball(), fake(how, **limits)
    with pytest.raises(RenderError, match=f"(?s){said}"):
        artist.colour(shown, posed(shown), CAMERA, shadows=True)
    assert artist.process_id is None


def test_one_process_draws_many_scenes_but_not_for_ever(
    fake: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blender_renderer, "FRAMES_KEPT", 2)
    first, second, artist = ball(), ball(), fake()
    processes: list[int | None] = []
    for shown in (first, second, first, second):
        picture = artist.colour(shown, posed(shown), CAMERA, shadows=True)
        assert picture.shape == (6, 8, 3)
        processes.append(artist.process_id)
    assert processes[0] == processes[1] != processes[2] == processes[3]


def test_a_process_that_runs_out_of_memory_is_replaced(fake: Make, tmp_path: Path) -> None:
    shown, artist = ball(), fake("starve-once")
    assert artist.colour(shown, posed(shown), CAMERA, shadows=True).shape == (6, 8, 3)
    assert (tmp_path / "marker").exists()
    artist = fake("starve")
    with pytest.raises(RenderError, match=r"(?s)3 processes died.*MemoryError.*fewer --workers"):
        artist.colour(shown, posed(shown), CAMERA, shadows=True)


def test_a_process_that_is_killed_in_the_middle_of_a_frame_is_replaced(
    fake: Make, tmp_path: Path
) -> None:
    shown, artist = ball(), fake("hang-once")

    def kill() -> None:
        while not (tmp_path / "marker").exists():
            time.sleep(0.01)
        assert artist.process_id is not None
        os.kill(artist.process_id, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    assert artist.colour(shown, posed(shown), CAMERA, shadows=True).shape == (6, 8, 3)
    killer.join()


def test_a_command_that_is_not_there_is_an_error() -> None:
    shown = ball()
    artist = BlenderRenderer(command=("/nowhere/python",))
    with pytest.raises(RenderError, match="cannot start /nowhere/python"):
        artist.colour(shown, posed(shown), CAMERA, shadows=True)


def test_light_is_in_lux_and_white_at_the_same_place_as_in_the_fast_renderer() -> None:
    scene = ball().scene
    (lamp,) = suns(scene, shadows=False)
    # 500 lux on a white surface give radiance 500 / WHITE_LUX, that is W/m2 / pi.
    assert np.allclose(lamp["power"], np.pi * 500 / WHITE_LUX)
    assert lamp["shadow"] is False
    assert sky(scene) == 150 / WHITE_LUX
    red = Light(name="red", direction=(0, 0, -1), intensity=500, colour=(1.0, 0.2, 0.1))
    (tinted,) = suns(scene.model_copy(update={"lights": (red,)}), shadows=True)
    assert np.isclose(tinted["power"] @ np.array([0.2126, 0.7152, 0.0722]), np.pi * 500 / WHITE_LUX)


def test_the_sky_lies_around_as_cycles_maps_it() -> None:
    scene = ball().scene
    assert surroundings(scene) is None
    overhead = Sky(intensity=300.0, turbidity=2.0, ground=(0.2, 0.3, 0.1))
    # The sun stands at azimuth 90 degrees, +y: columns turn clockwise from -x.
    sun = Sun(direction=(0.0, -np.cos(0.5), -np.sin(0.5)), intensity=400.0)
    outside = scene.model_copy(update={"sky": overhead, "sun": sun})
    found, around = surroundings(outside), environment_around(outside)
    assert found is not None
    rows, columns, _ = found.shape
    row, column = np.unravel_index(found[:, :, 1].argmax(), (rows, columns))
    assert column / columns == pytest.approx(0.25, abs=0.02)
    assert np.pi * ((row + 0.5) / rows - 0.5) == pytest.approx(0.5, abs=0.1)
    below = found[: rows // 2]
    assert np.ptp(below, axis=(0, 1)).max() == 0
    assert below[0, 0] == pytest.approx(around.ground)
    # All of it lights level ground as the environment itself does.
    elevation = np.pi * ((np.arange(rows) + 0.5) / rows - 0.5)
    fall = np.maximum(np.sin(elevation), 0) * np.cos(elevation) * np.pi / rows / columns * 2
    lux = np.einsum("rck,r,k->", found, fall, [0.2126, 0.7152, 0.0722]) * WHITE_LUX
    assert lux == pytest.approx(300.0, rel=0.02)


def test_the_picture_is_srgb_with_a_shoulder() -> None:
    ramp = np.linspace(0, 3, 301, dtype=np.float32)[:, None, None] * np.ones(3, np.float32)
    picture = developed(ramp)
    assert np.all(np.diff(picture[:, 0, 0].astype(int)) >= 0)
    assert np.array_equal(picture[:80], encoded(ramp[:80].astype(np.float64)))
    assert picture[100, 0, 0] < 250 < picture[-1, 0, 0] < 256
    assert not developed(np.full((1, 1, 3), np.nan, np.float32)).any()
    levels = np.arange(256) / 255
    assert np.array_equal(encoded(linear(levels)), np.arange(256))


PLANES = (
    '<mujoco><asset><material name="m" metallic=".5" roughness=".2"/></asset><worldbody>'
    '<geom type="plane" size="1 1 .1" material="m"/>'
    '<geom type="plane" size="1 1 .1" pos="1 0 0" euler="0 -90 0"/>'
    '<geom type="sphere" size=".1"/><geom type="sphere" size=".1" rgba="1 1 1 .5"/>'
    "</worldbody></mujoco>"
)


def test_what_is_sent_is_the_model_once() -> None:
    model = mujoco.MjModel.from_xml_string(PLANES)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    found = resources(model, data)
    assert [geom.id for geom in found.geoms] == [0, 1, 2, 3]
    assert [geom.backdrop for geom in found.geoms] == [False, True, False, False]
    assert found.geoms[0].mesh == found.geoms[1].mesh  # equal shapes share a mesh
    assert len(found.meshes) == 2
    floor, glass = (found.materials[found.geoms[geom].material] for geom in (0, 3))
    assert np.isclose(floor["roughness"], 0.2)
    assert np.isclose(floor["metallic"], 0.5)
    assert glass["rgba"][3] == 0.5
    for key in found.meshes:
        faces = found.arrays[f"{key}/faces"]
        assert faces.max() < len(found.arrays[f"{key}/points"])
    sent = found.message()
    assert {name.partition("/")[0] for name in sent.arrays} == {
        *sent.head["meshes"], *sent.head["textures"]
    }  # fmt: skip
    # From behind the wall, at +x, and from under the floor.
    assert unseen(found, data, np.array([0.0, 0.0, 1.0])) == []
    assert unseen(found, data, np.array([2.0, 0.0, 1.0])) == [1]
    assert unseen(found, data, np.array([0.0, 0.0, -1.0])) == [0]


def test_a_missing_blender_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUSINS_BLENDERPROC", str(tmp_path))
    for ask in (environment.interpreter, lambda: check_backend("blenderproc"), BlenderRenderer):
        with pytest.raises(BackendMissingError, match="cousins backends install blenderproc"):
            ask()
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.touch()
    with pytest.raises(BackendMissingError, match=r"lacks blenderproc==2\.8\.0, bpy==4\.2\.23"):
        environment.interpreter()
    with pytest.raises(SpecError, match="allowed: blenderproc"):
        install_backend("mujoco", lambda _: None)
    monkeypatch.delenv("COUSINS_BLENDERPROC")
    monkeypatch.setenv("COUSINS_CACHE", str(tmp_path))
    assert environment.folder() == tmp_path / "backends" / "blenderproc"


def test_installing_needs_the_right_python_and_reports_failures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUSINS_BLENDERPROC", str(tmp_path))
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text("#!/bin/sh\necho no such package; exit 1\n")
    python.chmod(0o755)
    (python.parent / "pip").touch()
    monkeypatch.setattr(environment, "_installer", lambda _: [str(python)])
    monkeypatch.setattr(sys, "version_info", (3, 11, 7))
    with pytest.raises(BackendMissingError, match=r"cannot install the packages.*no such package"):
        environment.install(lambda _: None)
    monkeypatch.setattr(sys, "version_info", _Version(3, 12))
    with pytest.raises(BackendMissingError, match=r"needs Python 3\.11; this is 3\.12"):
        environment.install(lambda _: None)


class _Version(tuple[int, ...]):
    major, minor = 3, 12

    def __new__(cls, *parts: int) -> _Version:
        return super().__new__(cls, parts)


def test_versions_of_blender_enter_the_keys_of_frames_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def keys(backend: str, bpy: str) -> list[str]:
        monkeypatch.setattr(environment, "versions", lambda: {"bpy": bpy})
        spec = DatasetSpec.model_validate({"name": "k", "render": {"backend": backend}})
        graph = Graph(tmp_path, spec, production(), "1")
        task = TaskSpec(
            id="t0000", name="k", instruction="Do it.", bddl="", objects=(), proposer="grammar"
        )
        told = (task.content_hash(),)
        return [graph._of_task(stage, task, 0, 1, told).key for stage in ("episodes", "frames")]

    episodes, frames = zip(
        keys("blenderproc", "4.2.23"), keys("blenderproc", "4.2.24"), strict=True
    )
    assert episodes[0] == episodes[1]
    assert frames[0] != frames[1]
    assert keys("mujoco", "4.2.23") == keys("mujoco", "4.2.24")


def test_an_installed_backend_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(environment, "install", lambda _: tmp_path)
    monkeypatch.setattr(environment, "versions", lambda: {"bpy": "4.2"})
    assert install_backend("blenderproc", lambda _: None) == {
        "backend": "blenderproc", "folder": str(tmp_path), "bpy": "4.2",
    }  # fmt: skip
