"""Pictures of imported assets: drawn as they are in the file, and nothing else is touched."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mujoco  # pyright: ignore[reportMissingTypeStubs]
import numpy as np
import numpy.typing as npt
import painted
import pytest
import trimesh
from painted import BLOCK, Box, blocks, painted_box
from PIL import Image
from test_images import spec, world

from cousins.generators.frames import render_scene
from cousins.generators.images.raster.finish import FAST, FINE
from cousins.generators.images.raster.passes import MujocoRenderer
from cousins.generators.labels import LABELS
from cousins.scenes.assets.shape_hash import shape_hash
from cousins.scenes.core import asset_memory
from cousins.scenes.core.geometry import look_at, quaternion, rotation
from cousins.scenes.importing import meshes, skins
from cousins.scenes.importing.meshes import MeshImport, asset_from_mesh
from cousins.scenes.importing.models import asset_from_model
from cousins.scenes.importing.opened import reporting
from cousins.scenes.importing.references import files_named_by
from cousins.scenes.model.asset_model import Copy, add_asset, add_resources
from cousins.schemas import Asset, CameraParams, FrameRecord, Material, RobotPose, Room, Scene

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

    def asset_of(self, name: str) -> Asset:
        del name
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
    picture: npt.NDArray[np.uint8] = artist.colour(there, data, camera(eye), shadows=False)
    return picture


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


def inner(face: Array, uv: Array, pixels: Array, side: int = BLOCK) -> Array:
    """(N, 2) pixels around which a block of one colour is seen, three pixels and more.

    Args:
        face: (H, W).
        uv: (H, W, 2).
        pixels: the picture.
        side: of its blocks, pixels.
    """
    height, width = pixels.shape[:2]
    column, row = (uv * [width, height] // side).astype(int).transpose(2, 0, 1)
    block = np.where(face < 0, -1, column + 1000 * row + 1_000_000 * (face // 2))
    same = block >= 0
    for down in range(-3, 4):
        for across in range(-3, 4):
            same &= np.roll(block, (down, across), axis=(0, 1)) == block
    return np.argwhere(same)


def checked_points(
    artist: Any, asset: Asset, pixels: Array, *, points: int = 50, placed: Any = None
) -> tuple[Array, Array]:
    """Colours drawn over those of the same thing in white, and the picture's, (points, 3) each.

    Args:
        artist: a renderer.
        asset: the painted box.
        pixels: its picture.
        points: how many.
        placed: where in the picture texture coordinates lie, if not at their own place.
    """
    rng = np.random.default_rng(0)
    got: list[Array] = []
    wanted: list[Array] = []
    for eye in EYES:
        face, uv = seen_uv(painted_box(), eye)
        uv = uv if placed is None else placed(uv)
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


def table_scene(asset: Asset) -> tuple[Scene, dict[str, Asset]]:
    """A table with a robot and a few things, one of which is the asset."""
    scene, assets = world(3)
    changed = {"asset": asset.id, "asset_hash": asset.content_hash(), "category": asset.category}
    things = tuple(
        thing.model_copy(update=changed) if thing.name == "brick" else thing
        for thing in scene.objects
    )
    return scene.model_copy(update={"objects": things}), assets | {asset.content_hash(): asset}


def without_grasps(frame: FrameRecord) -> FrameRecord:
    """A frame without the keypoints of grasps, which are drawn by the hash of the asset."""
    objects = tuple(
        thing.model_copy(
            update={"keypoints": tuple(x for x in thing.keypoints or () if x.kind != "grasp")}
        )
        for thing in frame.objects
    )
    return frame.model_copy(update={"objects": objects})


@pytest.mark.parametrize("kind", FORMATS)
def test_nothing_but_the_picture_changes(kind: str, tmp_path: Path) -> None:
    shown = made(tmp_path / "shown", kind)
    plain, _ = imported(written(tmp_path / "plain", kind, None))
    assert plain.images == {}
    assert shown.links == plain.links
    assert {key: (mesh.vertices, mesh.faces) for key, mesh in shown.meshes.items()} == {
        key: (mesh.vertices, mesh.faces) for key, mesh in plain.meshes.items()
    }
    assert shape_hash(shown) == shape_hash(plain)
    same = {"materials", "images", "meshes"}
    assert shown.model_dump(exclude=same) == plain.model_dump(exclude=same)
    labels = tuple(sorted({*LABELS.names()} - {"flow"}))
    made_of = [render_scene(*table_scene(x), spec(labels=labels)) for x in (shown, plain)]
    files = [
        {name: raw for name, raw in one.files.items() if not name.endswith("rgb.jpg")}
        for one in made_of
    ]
    assert len(files[0]) >= 9
    assert files[0] == files[1]
    told = [[without_grasps(frame) for frame in one.frames] for one in made_of]
    assert told[0] == told[1]
    assert made_of[0].files != made_of[1].files


def on_picture(transform: dict[str, Any], wrap: tuple[int, int]) -> Any:
    """By glTF's rules, where in the picture (v upward, [0, 1]) texture coordinates lie."""

    def placed(uv: Array) -> Array:
        u, v = uv[..., 0], 1 - uv[..., 1]
        scale, offset = transform.get("scale", (1, 1)), transform.get("offset", (0, 0))
        turn = transform.get("rotation", 0.0)
        u, v = u * scale[0], v * scale[1]
        u, v = np.cos(turn) * u + np.sin(turn) * v, -np.sin(turn) * u + np.cos(turn) * v
        u, v = u + offset[0], v + offset[1]
        folded: list[Array] = []
        for place, mode in zip((u, v), wrap, strict=True):
            if mode == 33071:
                folded.append(np.clip(place, 0, 1 - 1e-9))
            elif mode == 33648:
                folded.append(1 - np.abs(place % 2 - 1))
            else:
                folded.append(place % 1)
        return np.stack([folded[0], 1 - folded[1]], axis=-1)

    return placed


@pytest.mark.parametrize(
    ("transform", "wrap"),
    [
        ({"scale": [2, 2], "offset": [0.25, 0.5]}, (10497, 10497)),
        ({"rotation": np.pi / 2}, (10497, 10497)),
        ({"scale": [1.5, 1.5], "offset": [-0.25, -0.25]}, (33071, 33071)),
        ({"scale": [2, 2], "offset": [-0.5, 0.25]}, (33648, 33648)),
        ({"scale": [2, 2], "offset": [-0.5, -0.25]}, (33648, 33071)),
    ],
)
def test_pictures_wrap_and_turn_as_gltf_says(
    transform: dict[str, Any], wrap: tuple[int, int], fast: MujocoRenderer, tmp_path: Path
) -> None:
    pixels = blocks()
    path = painted.glb(painted_box(), tmp_path / "box.glb", png(pixels))
    path = painted.changed(path, transform, wrap)
    asset, notes = imported(path)
    assert notes == []
    got, wanted = checked_points(fast, asset, pixels, placed=on_picture(transform, wrap))
    assert len(np.unique(wanted.round(3), axis=0)) > 8
    assert np.abs(got / wanted - 1).max() < 0.03


def test_factors_are_linear_and_colours_of_vertices_tint(
    fast: MujocoRenderer, tmp_path: Path
) -> None:
    pixels = blocks()
    look = {"baseColorFactor": [0.5, 0.25, 1.0, 1.0]}
    path = painted.glb(painted_box(), tmp_path / "box.glb", png(pixels), pbr=look)
    got, wanted = checked_points(fast, imported(path)[0], pixels)
    # sRGB of half and of a quarter of the light, by the standard's own formula
    light = ((wanted + 0.055) / 1.055) ** 2.4 * [0.5, 0.25, 1.0]
    dimmed = 1.055 * light ** (1 / 2.4) - 0.055
    assert np.abs(got - dimmed).max() < 0.03 * dimmed.max()
    red = painted.glb(painted_box(), tmp_path / "red.glb", png(pixels), tint=(1.0, 0.25, 0.25))
    (material,) = imported(red)[0].materials.values()
    assert material.picture is not None
    assert material.rgba == pytest.approx((1.0, 0.537, 0.537, 1.0), abs=2e-3)


def test_a_mask_cuts_out_in_pictures_alone(fast: MujocoRenderer, tmp_path: Path) -> None:
    pixels = np.dstack([blocks(), np.full((64, 96), 255, dtype=np.uint8)])
    pixels[:, :48, 3] = 40  # cut out: below the cutoff
    material: dict[str, Any] = {"alphaMode": "MASK", "alphaCutoff": 0.3}
    cut = painted.glb(painted_box(), tmp_path / "cut.glb", png(pixels), **material)
    whole = painted.glb(painted_box(), tmp_path / "whole.glb", png(pixels), alphaMode="OPAQUE")
    assets = [imported(path)[0] for path in (cut, whole)]
    (picture,) = [one.picture for one in assets[0].materials.values()]
    assert picture is not None
    assert picture.alpha == "mask"
    for eye in EYES:
        face, uv = seen_uv(painted_box(), eye)
        through, solid = (drawn(fast, asset, eye) for asset in assets)
        spots = inner(face, uv, pixels)
        holes = spots[uv[spots[:, 0], spots[:, 1], 0] < 0.5]
        rest = spots[uv[spots[:, 0], spots[:, 1], 0] > 0.5]
        assert len(holes) > 100
        assert len(rest) > 100
        assert not through[holes[:, 0], holes[:, 1]].any(), "nothing is behind it"
        assert (through[rest[:, 0], rest[:, 1]] == solid[rest[:, 0], rest[:, 1]]).all()
    scenes = [render_scene(*table_scene(x), spec(labels=("seg_instance", "rgb"))) for x in assets]
    masks = [{name: raw for name, raw in one.files.items() if "seg" in name} for one in scenes]
    assert masks[0] == masks[1]


def test_blending_lets_through_what_lies_behind(fast: MujocoRenderer, tmp_path: Path) -> None:
    alpha = np.linspace(30, 220, 96).astype(np.uint8)[None].repeat(64, axis=0)
    pixels = np.dstack([blocks(), alpha])
    path = painted.glb(painted_box(), tmp_path / "box.glb", png(pixels), alphaMode="BLEND")
    asset = imported(path)[0]
    (picture,) = [one.picture for one in asset.materials.values()]
    assert picture is not None
    assert picture.alpha == "blend"
    shown = drawn(fast, asset, EYES[0]).max(axis=2)
    face, uv = seen_uv(painted_box(), EYES[0])
    lit = [shown[(face >= 0) & (np.abs(uv[..., 0] - u) < 0.05)].mean() for u in (0.4, 0.9)]
    assert lit[0] < 0.7 * lit[1]


# Pictures that are not as they should be


def header(width: int, height: int) -> bytes:
    """The head of a PNG file that claims to be so large, and nothing else."""
    made = b"\x89PNG\r\n\x1a\n"
    for kind, body in (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"")),
    ):
        made += struct.pack(">I", len(body)) + kind + body
        made += struct.pack(">I", zlib.crc32(kind + body))
    return made


def as_file(pixels: Array, how: str) -> bytes:
    """Pixels as a file of an unusual kind."""
    image, file = Image.fromarray(pixels), io.BytesIO()
    if how == "cmyk":
        image.convert("CMYK").save(file, "TIFF")
    elif how == "palette":
        image.quantize(96, dither=Image.Dither.NONE).save(file, "PNG")
    elif how == "grey16":
        Image.fromarray(pixels[..., 0].astype(np.uint16) * 257).save(file, "PNG")
    elif how == "float":
        Image.fromarray(pixels[..., 0].astype(np.float32)).save(file, "TIFF")
    elif how == "cut":
        return png(pixels)[:200]
    elif how in ("16k", "9k"):
        return header(16384, 16384) if how == "16k" else header(9000, 9000)
    return file.getvalue()


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("how", ["cmyk", "palette", "grey16"])
def test_unusual_pixels_are_converted(kind: str, how: str, tmp_path: Path) -> None:
    pixels = blocks()
    path = written(tmp_path, kind, pixels)
    painted.with_picture(path, as_file(pixels, how))
    asset, notes = imported(path)
    assert notes == []
    (raw,) = asset.images
    found = np.asarray(Image.open(io.BytesIO(asset.image_bytes(raw)))).astype(int)
    wanted = pixels.astype(int) if how != "grey16" else pixels[..., :1].repeat(3, 2).astype(int)
    assert np.abs(found - wanted).max() <= 1


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("how", ["float", "cut", "16k", "9k", "missing", "outside"])
def test_what_cannot_be_shown_is_the_plain_colour_with_one_note(
    kind: str, how: str, tmp_path: Path
) -> None:
    if kind == "glb" and how == "outside":
        pytest.skip("a GLB holds its picture")
    folder = tmp_path / "assets"
    path = written(folder, kind, blocks())
    if how == "missing":
        painted.with_picture(path, None)
    elif how == "outside":
        (tmp_path / "secret.png").write_bytes((folder / "paint.png").read_bytes())
        for file in folder.iterdir():
            if file.suffix in (".mtl", ".urdf", ".xml"):
                file.write_text(file.read_text().replace("paint.png", "../secret.png"))
    else:
        painted.with_picture(path, as_file(blocks(), how))
    asset, notes = imported(path)
    assert asset.images == {}
    assert {material.rgba for material in asset.materials.values()} == {(1.0, 1.0, 1.0, 1.0)}
    (note,) = notes
    told = {
        "float": "floating-point", "cut": "cannot be read", "16k": "pixels", "9k": "9,000 x 9,000",
        "missing": "", "outside": "secret.png",
    }  # fmt: skip
    assert told[how] in note


def test_large_pictures_are_reduced_and_all_of_them_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = blocks().repeat(32, axis=0).repeat(32, axis=1)
    asset = made(tmp_path / "a", "glb", large)
    (digest,) = asset.images
    found = np.asarray(Image.open(io.BytesIO(asset.image_bytes(digest))))
    assert found.shape == (683, 1024, 3)
    assert asset == made(tmp_path / "b", "glb", large)
    monkeypatch.setattr(skins, "MOST_TEXELS", 200_000)
    small, notes = imported(written(tmp_path / "c", "glb", large))
    (digest,) = small.images
    assert Image.open(io.BytesIO(small.image_bytes(digest))).size == (512, 342)
    assert any("reduced to 200,000 pixels" in note for note in notes)


def test_reduced_meshes_keep_their_picture(
    fast: MujocoRenderer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ball of 20,480 faces and a seam, shown by 2,000."""
    make: Any = trimesh.creation
    ball: Any = make.icosphere(subdivisions=5, radius=0.05)
    turn = np.arctan2(ball.vertices[:, 1], ball.vertices[:, 0]) / (2 * np.pi) + 0.5
    tilt = np.arcsin(np.clip(ball.vertices[:, 2] / 0.05, -1, 1)) / np.pi + 0.5
    corners = np.stack([turn, tilt], axis=1)[ball.faces]
    across = np.ptp(corners[..., 0], axis=1) > 0.5
    corners[across, :, 0] += corners[across, :, 0] < 0.5
    rows = np.linspace(0, 1, 128)[:, None, None]
    columns = np.abs(np.linspace(-1, 1, 128))[None, :, None]
    picture = np.concatenate(
        np.broadcast_arrays(60 + 180 * rows, 60 + 180 * columns, np.full((1, 1, 1), 120.0)), axis=2
    ).astype(np.uint8)
    points = ball.vertices[ball.faces].reshape(-1, 3) + np.array([0, 0, 0.05])
    faces = np.arange(len(points)).reshape(-1, 3)
    box = painted.Box(points, faces, corners.reshape(-1, 2))
    path = painted.glb(box, tmp_path / "ball.glb", png(picture))
    whole = drawn(fast, imported(path)[0], EYES[0]).astype(int)
    monkeypatch.setattr(meshes, "MAX_VISUAL_FACES", 2000)
    small, notes = imported(path)
    assert any("pictures show" in note for note in notes)
    reduced = drawn(fast, small, EYES[0]).astype(int)
    both = (whole.max(axis=2) > 0) & (reduced.max(axis=2) > 0)
    assert both.sum() > 0.97 * (whole.max(axis=2) > 0).sum()
    apart = np.abs(whole - reduced)[both].max(axis=1)
    assert np.percentile(apart, 99) < 12
    blank = drawn(fast, white(small), EYES[0]).astype(int)
    assert np.percentile(np.abs(whole - blank)[both].max(axis=1), 50) > 40, "a test that can fail"


def test_maps_that_are_not_read_are_named(tmp_path: Path) -> None:
    path = painted.glb(
        painted_box(), tmp_path / "box.glb", png(blocks()),
        normalTexture={"index": 0}, emissiveTexture={"index": 0},
    )  # fmt: skip
    assert any("normal map and emission map" in note for note in imported(path)[1])
    obj = written(tmp_path / "o", "obj", blocks())
    mtl = obj.with_suffix(".mtl")
    mtl.write_text(mtl.read_text() + "map_Bump paint.png\n")
    assert any("map_bump" in note for note in imported(obj)[1])


def test_options_of_an_mtl_line(fast: MujocoRenderer, tmp_path: Path) -> None:
    pixels = blocks()
    obj = written(tmp_path, "obj", pixels)
    mtl = obj.with_suffix(".mtl")
    mtl.write_text(mtl.read_text().replace("paint.png", "-blendu on -s 2 2 1 -o 0.5 0 paint.png"))
    asset, notes = imported(obj)
    assert notes == []

    def placed(uv: Array) -> Array:
        return (uv * 2 + [0.5, 0.0]) % 1

    got, wanted = checked_points(fast, asset, pixels, placed=placed)
    assert np.abs(got / wanted - 1).max() < 0.03
    assert files_named_by(obj)[-1].name == "paint.png"


def test_assets_are_remembered_within_a_budget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asset_memory, "BUDGET", 100_000)
    asset = made(tmp_path)
    weight = asset_memory.weight_of(asset)
    assert weight > len(next(iter(asset.images.values())))
    asked: list[int] = []

    @asset_memory.remember_assets(1000)
    def load(number: int) -> Asset:
        asked.append(number)
        return asset.model_copy(update={"id": f"thing-{number}"})

    fits = 100_000 // weight
    assert 2 <= fits < 1000
    for number in range(1000):
        assert load(number).id == f"thing-{number}"
        assert load.held <= 100_000
    assert load(999).id == "thing-999"
    assert len(asked) == 1000, "the last one is remembered"
    load(0)
    assert len(asked) == 1001, "the first one is not"
    load.cache_clear()
    assert load.held == 0
