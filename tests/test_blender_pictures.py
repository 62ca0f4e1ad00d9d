"""Pictures of imported assets by the path tracer itself; skipped where it is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mujoco  # pyright: ignore[reportMissingTypeStubs]
import numpy as np
import numpy.typing as npt
import painted
import pytest
from painted import BLOCK, blocks, painted_box
from test_blender_truth import missing
from test_pictures import (
    EYES,
    camera,
    drawn,
    imported,
    inner,
    made,
    on_picture,
    png,
    seen_uv,
    stand,
    white,
)

from cousins.generators.images.camera.view import GBuffer
from cousins.generators.renderers.blenderproc.renderer import BlenderRenderer, Quality
from cousins.schemas import Asset

Array = npt.NDArray[Any]
SHARP = 4
pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(bool(missing()), reason=missing() or "installed"),
    pytest.mark.usefixtures("module_cache"),
]


@pytest.fixture(scope="module")
def tracer() -> Iterator[BlenderRenderer]:
    artist = BlenderRenderer(Quality(samples=32))
    yield artist
    artist.close()


def sharp() -> npt.NDArray[np.uint8]:
    """The blocks with more pixels each, whose edges blur less."""
    return blocks().repeat(SHARP, axis=0).repeat(SHARP, axis=1)


def light(shown: Array) -> Array:
    """Display values of 255 as light, by sRGB's standard."""
    part = shown / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def plain(asset: Asset, tone: float) -> Asset:
    """The same in a grey instead of its picture."""
    update = {"picture": None, "rgba": (tone, tone, tone, 1.0)}
    grey = {name: one.model_copy(update=update) for name, one in asset.materials.items()}
    return asset.model_copy(update={"materials": grey, "images": {}})


def shares(
    artist: BlenderRenderer, asset: Asset, pixels: Array, placed: Any = None
) -> tuple[Array, Array]:
    """What is drawn between black and white of the same thing, and the picture's colours.

    Black takes off the light that is mirrored. Each of 50 points is the mean of 3 x 3 pixels in the
    middle of a block: paths are random.
    """
    rng = np.random.default_rng(0)
    height, width = pixels.shape[:2]
    got: list[Array] = []
    wanted: list[Array] = []
    for eye in EYES:
        face, uv = seen_uv(painted_box(), eye)
        uv = uv if placed is None else placed(uv)
        spots = rng.permutation(inner(face, uv, pixels, SHARP * BLOCK))[:25]
        shown, white, black = (
            light(drawn(artist, one, eye)) for one in (asset, plain(asset, 1.0), plain(asset, 0.0))
        )
        for row, column in spots:
            here = np.s_[row - 1 : row + 2, column - 1 : column + 2]
            a, b, c = (image[here].mean(axis=(0, 1)) for image in (shown, black, white))
            got.append((a - b) / (c - b))
            u, v = uv[row, column]
            wanted.append(light(pixels[int((1 - v) * height), int(u * width)]))
    return np.array(got), np.array(wanted)


def apart(got: Array, wanted: Array) -> Array:
    """How far colours are apart, as shares of the display value."""
    return np.abs((np.maximum(got, 0) / wanted) ** (1 / 2.2) - 1)


def test_the_picture_is_drawn_as_it_is(tracer: BlenderRenderer, tmp_path: Path) -> None:
    pixels = sharp()
    got, wanted = shares(tracer, made(tmp_path, "glb", pixels), pixels)
    assert len(got) == 50
    assert apart(got, wanted).max() < 0.03


@pytest.mark.parametrize("wrap", [(33648, 33071), (33071, 33071)])
def test_pictures_wrap_as_gltf_says(
    wrap: tuple[int, int], tracer: BlenderRenderer, tmp_path: Path
) -> None:
    transform = {"scale": [1.5, 1.5], "offset": [-0.25, -0.25]}
    pixels = sharp()
    path = painted.glb(painted_box(), tmp_path / "box.glb", png(pixels))
    asset, _ = imported(painted.changed(path, transform, wrap))
    got, wanted = shares(tracer, asset, pixels, on_picture(transform, wrap))
    assert apart(got, wanted).max() < 0.03


def test_a_mask_cuts_out_in_pictures_alone(tracer: BlenderRenderer, tmp_path: Path) -> None:
    pixels = np.dstack([blocks(), np.full((64, 96), 255, dtype=np.uint8)])
    pixels[:, :48, 3] = 40
    path = painted.glb(painted_box(), tmp_path / "cut.glb", png(pixels), alphaMode="MASK")
    asset, _ = imported(path)
    eye = EYES[0]
    shown, solid = drawn(tracer, asset, eye), drawn(tracer, white(asset), eye)
    face, uv = seen_uv(painted_box(), eye)
    spots = inner(face, uv, pixels)
    holes = spots[uv[spots[:, 0], spots[:, 1], 0] < 0.5]
    there = stand(asset), stand(white(asset))
    found: list[GBuffer] = []
    for one in there:
        data = mujoco.MjData(one.model)
        mujoco.mj_forward(one.model, data)
        found.append(tracer.truth(one, data, camera(eye)))
    assert np.array_equal(found[0].depth, found[1].depth)
    assert (found[0].geoms > 0)[holes[:, 0], holes[:, 1]].all()
    # Through the front the inside of the back is seen, or the sky.
    away = np.abs(shown.astype(int) - solid)[holes[:, 0], holes[:, 1]].max(axis=1)
    assert np.median(away) > 10
