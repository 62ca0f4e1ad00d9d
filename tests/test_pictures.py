"""Pictures of imported assets: drawn as they are in the file, and nothing else is touched."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mujoco  # pyright: ignore[reportMissingTypeStubs]
import numpy as np
import numpy.typing as npt
import painted
import pytest
from painted import BLOCK, Box, blocks, painted_box
from PIL import Image
from test_images import spec, world

from cousins.generators.frames import render_scene
from cousins.generators.images.raster.passes import FAST, FINE, MujocoRenderer
from cousins.scenes.assets.shape_hash import shape_hash
from cousins.scenes.core.geometry import look_at, quaternion, rotation
from cousins.scenes.importing.meshes import MeshImport, asset_from_mesh
from cousins.scenes.importing.models import asset_from_model
from cousins.scenes.importing.opened import reporting
from cousins.scenes.model.asset_model import Copy, add_asset, add_resources
from cousins.schemas import Asset, CameraParams, Material, RobotPose, Room, Scene, SceneObject
from cousins.schemas.dataset import DEFAULT_LABELS

pytestmark = pytest.mark.usefixtures("module_cache")

Array = npt.NDArray[Any]
BOX = "box.n.01"
SIZE = 240
FOCAL = 420.0
EYES = ((0.32, 0.24, 0.24), (-0.32, -0.24, 0.24))
"""From where the box is looked at: five of its sides are seen."""
UPRIGHT = (1.0, 0.0, 0.0, 0.0)
FORMATS = ("glb", "obj", "urdf", "urdf_texture", "mjcf")


def png(pixels: Array) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def written(folder: Path, kind: str, pixels: Array | None) -> Path:
    """The painted box as a file of some kind; without its picture where there is none."""
    box = painted_box()
    folder.mkdir(parents=True, exist_ok=True)
    name = None
    if pixels is not None:
        name = painted.saved(pixels, folder / "paint.png").name
    if kind == "glb":
        return painted.glb(box, folder / "box.glb", None if pixels is None else png(pixels))
    if kind == "obj":
        return painted.obj(box, folder / "box.obj", name)
    mesh = painted.obj(box, folder / "mesh.obj", name, library=kind == "urdf").name
    if kind.startswith("urdf"):
        texture = name if kind == "urdf_texture" else None
        return painted.urdf(folder / "box.urdf", mesh=mesh, texture=texture)
    return painted.mjcf(folder / "box.xml", mesh=mesh, texture=name)


def imported(path: Path) -> tuple[Asset, list[str]]:
    """The asset of a file, and what was noted."""
    with reporting(path.parent) as report:
        if path.suffix in (".glb", ".obj"):
            made = asset_from_mesh(path, MeshImport("lab-box", BOX, "lab", "MIT", "x", mass=0.2))
            return made.asset, [*made.notes, *report.notes]
        asset = asset_from_model(
            path, asset_id="lab-box", category=BOX, library="lab", licence="MIT", source="x"
        )
        return asset, list(report.notes)


def made(folder: Path, kind: str = "glb", pixels: Array | None = None) -> Asset:
    return imported(written(folder, kind, blocks() if pixels is None else pixels))[0]


@dataclass(frozen=True)
class Stand:
    """One asset in flat light: no lamp, the same light from almost everywhere."""

    model: Any
    scene: Scene
    asset: Asset

    def asset_of(self, _name: str) -> Asset:
        return self.asset


def stand(asset: Asset) -> Stand:
    made: Any = mujoco.MjSpec()
    add_resources(made, "asset", asset, "visual")
    add_asset(made, Copy("thing", "asset", (0.0, 0.0, 0.0), UPRIGHT, True), asset, "visual")
    scene = Scene(
        id="flat", seed=(), support="thing", objects=(), lights=(), ambient=250.0, cameras=(),
        robot=RobotPose(name="none", pos=(0.0, 0.0, 0.0), quat=UPRIGHT, home=()),
        floor=Material(), wall=Material(), room=Room(low=(-1, -1, 0), high=(1, 1, 1)),
    )  # fmt: skip
    return Stand(made.compile(), scene, asset)


def camera(eye: tuple[float, float, float]) -> CameraParams:
    turn = rotation(look_at(eye, (0.0, 0.0, 0.05))) @ np.diag([1.0, -1.0, -1.0])
    return CameraParams(
        width=SIZE, height=SIZE, fx=FOCAL, fy=FOCAL, cx=SIZE / 2, cy=SIZE / 2, pos=eye,
        quat=quaternion(turn),
    )  # fmt: skip


def drawn(artist: Any, asset: Asset, eye: tuple[float, float, float]) -> npt.NDArray[np.uint8]:
    there = stand(asset)
    data: Any = mujoco.MjData(there.model)
    mujoco.mj_forward(there.model, data)
    return artist.colour(there, data, camera(eye), shadows=False)


def white(asset: Asset) -> Asset:
    """The same without its picture, in white."""
    blank = {
        name: one.model_copy(update={"picture": None, "rgba": (1.0, 1.0, 1.0, 1.0)})
        for name, one in asset.materials.items()
    }
    return asset.model_copy(update={"materials": blank, "images": {}})


def seen_uv(box: Box, eye: tuple[float, float, float]) -> tuple[Array, Array]:
    """Face (H, W) and uv (H, W, 2) at the centre of each pixel, by rays of the test's own."""
    lens = camera(eye)
    v, u = np.mgrid[:SIZE, :SIZE] + 0.5
    away = np.stack([(u - lens.cx) / FOCAL, (v - lens.cy) / FOCAL, np.ones_like(u)], axis=-1)
    rays = away.reshape(-1, 3) @ rotation(lens.quat).T
    face, uv = box.at(np.array(eye), rays)
    return face.reshape(SIZE, SIZE), uv.reshape(SIZE, SIZE, 2)


def inner(face: Array, uv: Array, pixels: Array) -> Array:
    """(N, 2) pixels around which a block of one colour is seen, three pixels and more."""
    height, width = pixels.shape[:2]
    column, row = (uv * [width, height] // BLOCK).astype(int).transpose(2, 0, 1)
    block = np.where(face < 0, -1, column + 1000 * row + 1_000_000 * (face // 2))
    same = block >= 0
    for down in range(-3, 4):
        for across in range(-3, 4):
            same &= np.roll(block, (down, across), axis=(0, 1)) == block
    return np.argwhere(same)


def checked_points(
    artist: Any, asset: Asset, pixels: Array, *, points: int = 50
) -> tuple[Array, Array]:
    """Colours drawn over those of the same thing in white, and the picture's, (points, 3) each."""
    rng = np.random.default_rng(0)
    got, wanted = [], []
    for eye in EYES:
        face, uv = seen_uv(painted_box(), eye)
        spots = rng.permutation(inner(face, uv, pixels))[: points // len(EYES)]
        shown, blank = drawn(artist, asset, eye), drawn(artist, white(asset), eye)
        for row, column in spots:
            u, v = uv[row, column]
            height, width = pixels.shape[:2]
            got.append(shown[row, column] / blank[row, column].astype(float))
            wanted.append(pixels[int((1 - v) * height), int(u * width), :3] / 255)
    return np.array(got), np.array(wanted)


@pytest.fixture(scope="module")
def fast() -> MujocoRenderer:
    return MujocoRenderer(FAST)


@pytest.fixture(scope="module")
def fine() -> MujocoRenderer:
    return MujocoRenderer(FINE)


@pytest.mark.parametrize("kind", FORMATS)
def test_the_picture_is_drawn_as_it_is(
    kind: str, fast: MujocoRenderer, fine: MujocoRenderer, tmp_path: Path
) -> None:
    pixels = blocks()
    asset = made(tmp_path, kind)
    assert len(asset.images) == 1
    for artist in (fast, fine):
        got, wanted = checked_points(artist, asset, pixels)
        assert len(got) == 50
        assert len(np.unique(wanted.round(3), axis=0)) > 20
        assert np.abs(got / wanted - 1).max() < 0.03
