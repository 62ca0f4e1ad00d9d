"""The fine rasteriser: softer shadows and darker creases, and the labels of the fast one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image
from test_images import spec, world

from cousins.generators.frames import Rendered, render_scene
from cousins.generators.images.camera.cameras import camera_params
from cousins.generators.images.raster.finish import FAST, FINE
from cousins.generators.images.raster.occlusion import occluded
from cousins.generators.images.raster.passes import MujocoRenderer
from cousins.generators.images.truth.worlds import prepared

HEIGHT, WIDTH, FOCAL = 96, 128, 140.0
Plane = npt.NDArray[np.float32]


def plane(normal: tuple[float, float, float], distance: float) -> Plane:
    """One over depth (H, W) of a plane, in the camera's frame."""
    v, u = np.mgrid[:HEIGHT, :WIDTH].astype(np.float64)
    x, y = (u - WIDTH / 2) / FOCAL, (v - HEIGHT / 2) / FOCAL
    return np.asarray((normal[0] * x + normal[1] * y + normal[2]) / distance, dtype=np.float32)


def darkening(nearness: Plane) -> npt.NDArray[np.int64]:
    """How much of 200 each pixel loses, (H, W)."""
    grey = Image.new("RGB", (WIDTH, HEIGHT), (200, 200, 200))
    return 200 - np.asarray(occluded(grey, nearness, FOCAL))[..., 0].astype(np.int64)


def test_planes_lose_nothing_however_they_stand() -> None:
    for normal in ((0.0, 0.0, 1.0), (0.0, 0.8, 0.6), (0.7, 0.3, 0.64)):
        # The last few pixels have no neighbours beyond the picture's edge.
        assert darkening(plane(normal, 0.8))[6:-6, 8:-8].max() <= 1


def test_the_ground_before_a_wall_is_darker_and_an_edge_is_not() -> None:
    ground, wall = plane((0.0, 0.8, 0.6), 0.6), plane((0.0, -0.6, 0.8), 0.8)
    crease = darkening(np.maximum(ground, wall))
    rows = crease[:, WIDTH // 2]
    deepest = int(np.argmax(rows))
    meets = int(np.argmin(np.abs(ground - wall)[:, WIDTH // 2]))
    assert abs(deepest - meets) <= 2
    assert rows[deepest] > 20
    assert max(rows[6], rows[-7]) <= 1
    ridge = darkening(np.minimum(ground, wall))[:, WIDTH // 2]
    assert ridge[6:-6].max() <= 1


def test_what_stands_far_in_front_casts_no_halo() -> None:
    behind = plane((0.0, 0.0, 1.0), 2.0)
    behind[30:60, 40:80] = 1 / 0.6
    assert darkening(behind)[8:-8, 8:-8].max() <= 4


def labels_of(rendered: Rendered) -> dict[str, bytes]:
    return {name: raw for name, raw in rendered.files.items() if "rgb" not in name}


def test_labels_are_those_of_the_fast_one_to_the_byte() -> None:
    scene, assets = world(3)
    labels = ("rgb", "depth_linear", "normal", "seg_instance", "bbox_2d_tight")
    fast = render_scene(scene, assets, spec(labels=labels))
    fine = render_scene(scene, assets, spec(labels=labels, backend="mujoco_fine"))
    assert labels_of(fast) == labels_of(fine)
    pictures = [x for x in fast.files if x not in labels_of(fast)]
    assert pictures
    assert all(fast.files[name] != fine.files[name] for name in pictures)


def test_larger_pictures_have_finer_shadow_maps_and_show_the_same() -> None:
    scene, assets = world(3)
    ready = prepared(scene, assets)
    data = ready.at_rest()
    artist = MujocoRenderer(FAST)
    small, large = (
        camera_params(ready.world, data, scene.cameras[0], size)
        for size in ((160, 120), (640, 480))
    )
    widths = [FAST.map_pixels(camera) for camera in (small, large)]
    assert widths[1] == 2 * widths[0]
    assert FINE.map_pixels(small) == FINE.map_pixels(large)
    first = artist.colour(ready.world, data, small, shadows=True)
    big = artist.colour(ready.world, data, large, shadows=True)
    reduced = big.reshape(120, 4, 160, 4, 3).mean(axis=(1, 3))
    assert np.abs(reduced - first).mean() < 4.0
