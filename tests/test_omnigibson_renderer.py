"""The worker that draws with OmniGibson, over a FAKE of it, and what it puts on the stage."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
import pytest
from og_fake import calls, fake_client

from cousins.flows.backends import ball
from cousins.generators.images.raster.triangles import triangles
from cousins.generators.renderers.omnigibson.renderer import OmniGibsonRenderer, truth_of
from cousins.generators.renderers.omnigibson.views import framing, suns, view
from cousins.generators.workers.og import environment
from cousins.generators.workers.og.client import OmniGibsonClient, OmniGibsonError
from cousins.generators.workers.og.environment import Lack
from cousins.generators.workers.outside.apart.messages import Message
from cousins.generators.workers.outside.apart.omnigibson.__main__ import geoms
from cousins.generators.workers.outside.apart.omnigibson.stage import (
    ROOT,
    DrawnStage,
    geom_of,
    path_of,
)
from cousins.generators.workers.resources import resources
from cousins.schemas import BackendMissingError, CameraParams, RenderError

CAMERA = CameraParams(
    width=8, height=6, fx=8, fy=8, cx=4, cy=3, pos=(0.0, 0.0, 1.0), quat=(0.0, 1.0, 0.0, 0.0)
)
BOTH = pytest.mark.parametrize("generation", ["og1", "og3"])


@pytest.fixture
def clients() -> Iterator[list[OmniGibsonClient]]:
    made: list[OmniGibsonClient] = []
    yield made
    for client in made:
        client.close()


def posed(shown: Any) -> Any:
    data = mujoco.MjData(shown.model)
    mujoco.mj_forward(shown.model, data)
    return data


@BOTH
def test_a_frame_gives_picture_and_truth_together(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    clients: list[OmniGibsonClient],
    generation: str,
) -> None:
    """The worker's calls are bound to the manifest's signatures; another argument would raise."""
    log = tmp_path / "log"
    clients.append(fake_client(monkeypatch, log, profile=generation))
    shown, artist = ball(), OmniGibsonRenderer(clients[0])
    data = posed(shown)
    picture = artist.colour(shown, data, CAMERA, shadows=True)
    assert picture.shape == (6, 8, 3)
    assert picture.dtype == np.uint8
    truth = artist.truth(shown, data, CAMERA)
    assert not truth.depth[0].any()  # the background
    assert not truth.geoms[0].any()
    assert np.all(truth.depth[1:] == np.float32(0.9))
    assert np.all(truth.geoms[1:] == 1)
    done = calls(log)
    assert done[:2] == ["Environment", "Scene"]
    camera = [x for x in done if x.startswith("VisionSensor")]
    assert camera == [
        "VisionSensor", "VisionSensor.load", "VisionSensor.initialize",
        "VisionSensor.set_position_orientation", "VisionSensor.get_obs",
    ]  # fmt: skip
    assert "annotator instance_id_segmentation" in done
    assert done.index("VisionSensor.get_obs") - done.index("Simulator.render") == 8
    assert ("Simulator.editing_usd" in done) == (generation == "og3")
    normals = artist.truth(shown, data, CAMERA, normals=True).normals
    assert normals is not None
    assert calls(log) == done  # of the frame that was drawn already


def test_a_camera_is_kept_and_another_scene_replaces_what_is_drawn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clients: list[OmniGibsonClient]
) -> None:
    log = tmp_path / "log"
    clients.append(fake_client(monkeypatch, log))
    artist = OmniGibsonRenderer(clients[0])
    for shown in (ball(), ball()):
        artist.colour(shown, posed(shown), CAMERA, shadows=True)
    process = artist.process_id
    assert process is not None
    for number in range(5):
        size = {"width": 8 + 2 * number, "cx": 4 + number}
        artist.colour(shown, posed(shown), CAMERA.model_copy(update=size), shadows=False)
    done = calls(log)
    assert done.count("Environment") == 1
    assert done.count("VisionSensor") == 5
    assert done.count("VisionSensor.remove") == 1  # four are kept
    assert artist.process_id == process


def test_a_picture_off_the_axis_is_cut_out_of_a_wider_one(
    monkeypatch: pytest.MonkeyPatch, clients: list[OmniGibsonClient]
) -> None:
    frame = framing(CAMERA)
    assert (frame.width, frame.height, frame.left, frame.top) == (8, 6, 0, 0)
    aside = CAMERA.model_copy(update={"cx": 2.5, "cy": 4.0})
    frame = framing(aside)
    assert (frame.width, frame.height, frame.left, frame.top) == (11, 8, 3, 0)
    clients.append(fake_client(monkeypatch))
    shown = ball()
    picture = OmniGibsonRenderer(clients[0]).colour(shown, posed(shown), aside, shadows=True)
    assert picture.shape == (6, 8, 3)
    assert picture[0, 0, 0] == int(np.linspace(0, 255, 11)[3])
    for wrong in ({"cx": 4.2}, {"fy": 9.0}):
        with pytest.raises(RenderError, match="use `backend: mujoco`"):
            framing(CAMERA.model_copy(update=wrong))


def test_a_view_is_that_of_a_camera_that_looks_along_its_own_minus_z() -> None:
    told = view(CAMERA, framing(CAMERA))
    assert told["quat"] == pytest.approx([0.0, 0.0, 0.0, 1.0])  # it looks down, upright
    assert told["pos"] == [0.0, 0.0, 1.0]
    (sun,) = suns(ball().scene, shadows=False)
    assert sun["direction"] == [0, 0, -1]
    assert np.dot(sun["lux"], [0.2126, 0.7152, 0.0722]) == pytest.approx(500)
    assert sun["shadow"] is False


def test_pixels_that_nobody_knows_are_few_or_an_error(
    monkeypatch: pytest.MonkeyPatch, clients: list[OmniGibsonClient]
) -> None:
    depth, found = np.ones((20, 10), dtype=np.float32), np.ones((20, 10), dtype=np.int32)
    found[0, 0], found[1, 1], depth[1, 1] = -1, 0, np.inf
    truth = truth_of(depth, found)
    assert truth.depth[0, 0] == truth.depth[1, 1] == 0
    assert int((truth.geoms == 0).sum()) == 2
    found[:2] = -1
    with pytest.raises(RenderError, match=r"what 10.0% of the pixels see"):
        truth_of(depth, found)
    clients.append(fake_client(monkeypatch, labels="wrong"))
    shown = ball()
    with pytest.raises(RenderError, match="does not say"):
        OmniGibsonRenderer(clients[0]).truth(shown, posed(shown), CAMERA)


def test_prims_name_their_geoms() -> None:
    assert geom_of(path_of(12)) == 12
    assert geom_of(f"{path_of(3)}/mesh") == 3
    for path in ("/World/scene_0/mug", f"{ROOT}/looks/look_1", f"/x{path_of(3)}", "BACKGROUND"):
        assert geom_of(path) == -1
    ids = np.array([[0, 5], [9, 5]])
    found = geoms(ids, {0: "BACKGROUND", 5: path_of(4)})
    assert found.tolist() == [[0, 5], [-1, 5]]


@pytest.mark.parametrize("call", ["VisionSensor.get_obs", "Environment"])
def test_what_omnigibson_refuses_is_an_error_with_its_last_words(
    monkeypatch: pytest.MonkeyPatch, clients: list[OmniGibsonClient], call: str
) -> None:
    clients.append(fake_client(monkeypatch, fail=call))
    shown, artist = ball(), OmniGibsonRenderer(clients[0])
    with pytest.raises(RenderError, match=f"(?s)backend omnigibson.*the fake fails in {call}"):
        artist.colour(shown, posed(shown), CAMERA, shadows=True)
    assert artist.process_id is None


def test_an_argument_that_omnigibson_does_not_take_is_noticed(
    monkeypatch: pytest.MonkeyPatch, clients: list[OmniGibsonClient]
) -> None:
    """The fake can fail: it binds calls to signatures, where OmniGibson drops what it does not
    know."""
    clients.append(fake_client(monkeypatch))
    config: dict[str, Any] = {
        "scene": {"type": "Scene", "floor": False},
        "robots": [],
        "task": {"type": "DummyTask"},
    }
    with pytest.raises(OmniGibsonError, match="not 'floor'") as caught:
        clients[0].ask(Message({"do": "open", "config": config}, {}))
    assert caught.value.kind == "TypeError"


def test_a_licence_is_not_accepted_for_anyone(monkeypatch: pytest.MonkeyPatch) -> None:
    client = fake_client(monkeypatch)
    monkeypatch.delenv("OMNI_KIT_ACCEPT_EULA")
    with pytest.raises(OmniGibsonError, match="LicenceNotAcceptedError"):
        client.ask(Message({"do": "open", "config": {}}, {}))


def environment_at(place: Path, *packages: str) -> None:
    (place / "bin").mkdir(parents=True)
    (place / "bin" / "python").touch()
    for package in packages:
        folder = place / "lib" / "python3.11" / "site-packages" / f"{package}-1.1.1.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.1.1\n"
        )


def test_what_a_machine_lacks_is_told_by_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> list[Lack]:
        return [one.what for one in environment.lacks()]

    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("OMNI_KIT_ACCEPT_EULA", "ISAAC_PATH", environment.PLACE):
        monkeypatch.delenv(name, raising=False)
    assert found() == [Lack.DRIVER, Lack.ENVIRONMENT]
    with pytest.raises(BackendMissingError, match="COUSINS_OMNIGIBSON set to"):
        environment.interpreter()
    (tmp_path / "nvidia-smi").touch(mode=0o755)
    monkeypatch.setenv(environment.PLACE, str(tmp_path / "env"))
    assert found() == [Lack.PYTHON]
    environment_at(tmp_path / "env")
    assert found() == [Lack.OMNIGIBSON, Lack.ISAACSIM, Lack.LICENCE]
    environment_at(tmp_path / "whole", "omnigibson", "isaacsim")
    monkeypatch.setenv(environment.PLACE, str(tmp_path / "whole"))
    assert found() == [Lack.LICENCE]
    monkeypatch.setenv("OMNI_KIT_ACCEPT_EULA", "NO")
    assert found() == [Lack.LICENCE]
    monkeypatch.setenv("OMNI_KIT_ACCEPT_EULA", "YES")
    assert found() == []
    assert environment.interpreter() == tmp_path / "whole" / "bin" / "python"
    assert environment.profile_name() == "og1"


def pxr(name: str) -> Any:
    pytest.importorskip("pxr.Usd", reason="the extra `usd` is not installed")
    return import_module(f"pxr.{name}")


def test_the_stage_shows_every_geom_where_physics_has_it(tmp_path: Path) -> None:
    """Executed with OpenUSD itself: points in the world, looks, what is hidden, and lamps."""
    from test_mjcf import microwave

    from cousins.scenes.model.mujoco_model import compile_model

    part = microwave()
    world = compile_model(part.scene, part.assets, "visual")
    data = posed(world)
    found = resources(world.model, data)
    stage = pxr("Usd").Stage.CreateInMemory()
    drawn = DrawnStage(pxr, stage, tmp_path)
    drawn.load(found.message())
    turns = np.asarray(data.geom_xmat).reshape(-1, 3, 3)
    poses = np.concatenate([turns, np.asarray(data.geom_xpos)[:, :, None]], axis=2)
    drawn.move(poses)
    whole = triangles(world.model)
    cache = pxr("UsdGeom").XformCache()
    for geom in found.geoms:
        prim = stage.GetPrimAtPath(path_of(geom.id))
        mesh = pxr("UsdGeom").Mesh(prim)
        points = np.array(mesh.GetPointsAttr().Get())
        there = np.array(cache.GetLocalToWorldTransform(prim))
        seen = points @ there[:3, :3] + there[3, :3]
        local = whole.vertices["point"][whole.vertices["geom"] == geom.id]
        here = local @ turns[geom.id].T + data.geom_xpos[geom.id]
        assert np.abs(seen - here).max() < 1e-6
        assert mesh.GetFaceVertexCountsAttr().Get()[0] == 3
        bound = pxr("UsdShade").MaterialBindingAPI(prim).ComputeBoundMaterial()[0]
        shader, _, _ = bound.ComputeSurfaceSource()
        look = found.materials[geom.material]
        assert shader.GetInput("roughness").Get() == pytest.approx(look["roughness"])
        connected = bool(shader.GetInput("diffuseColor").GetConnectedSources()[0])
        assert connected == (look["texture"] is not None)
    for key in found.textures:
        assert (tmp_path / f"{key}.png").is_file()
    drawn.show([found.geoms[0].id])
    first = pxr("UsdGeom").Imageable(stage.GetPrimAtPath(path_of(found.geoms[0].id)))
    assert first.ComputeVisibility() == "invisible"
    drawn.show([])
    assert first.ComputeVisibility() == "inherited"
    drawn.light(suns(part.scene, shadows=True), part.scene.ambient)
    for number, sun in enumerate(suns(part.scene, shadows=True)):
        lamp = stage.GetPrimAtPath(f"{ROOT}/lights/sun_{number}")
        shines = np.array(cache.GetLocalToWorldTransform(lamp))[:3, :3].T @ [0.0, 0.0, -1.0]
        assert np.abs(shines - np.array(sun["direction"])).max() < 1e-6
    drawn.load(found.message())  # of another scene: nothing of this one is left
    assert not stage.GetPrimAtPath(f"{ROOT}/lights")
