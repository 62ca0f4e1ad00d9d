"""The first picture of a renderer is as all others, whatever it makes on the way."""

from __future__ import annotations

import numpy as np
import pytest
from test_images import world

from cousins.generators.images.camera.cameras import camera_params
from cousins.generators.images.raster.finish import FAST, FINE, Finish
from cousins.generators.images.raster.passes import MujocoRenderer
from cousins.generators.images.truth.worlds import prepared

SIZES = ((320, 240), (640, 480))


@pytest.mark.parametrize("finish", [FAST, FINE], ids=["fast", "fine"])
@pytest.mark.parametrize("order", [SIZES, SIZES[::-1]], ids=["small-first", "large-first"])
def test_the_first_picture_of_a_size_is_as_the_second(
    finish: Finish, order: tuple[tuple[int, int], ...]
) -> None:
    ready = prepared(*world(3))
    artist, data = MujocoRenderer(finish), ready.world.new_data()
    views = [camera_params(ready.world, data, ready.world.scene.cameras[0], size) for size in order]
    first, second = (
        [artist.colour(ready.world, data, view, shadows=True) for view in views] for _ in range(2)
    )
    for one, other in zip(first, second, strict=True):
        assert one.std() > 10
        assert np.array_equal(one, other)
