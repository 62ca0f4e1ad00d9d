"""Lights and cameras as asked for, and what a camera sees."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import by_hand, first, put

from cousins.scenes.core.geometry import look_at, rotation, sphere_point
from cousins.scenes.core.seeds import branch, generator
from cousins.scenes.layout.views import blackbody, number, sample_camera, sample_lights
from cousins.scenes.model.visibility import visible_share
from cousins.schemas import Camera, CameraSpec, Choice, LightSpec, SpecError


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_a_black_body_turns_from_red_to_blue() -> None:
    assert np.allclose(blackbody(6500.0), 1.0)
    warm, cold = blackbody(2700.0), blackbody(9000.0)
    assert warm[0] == pytest.approx(1.0)
    assert warm[0] > warm[1] > warm[2]
    assert cold[2] == pytest.approx(1.0)
    assert cold[0] < cold[1] < cold[2]


def test_lights_shine_from_where_they_are_asked_to() -> None:
    spec = LightSpec.model_validate(
        {"azimuth": 90, "elevation": 30, "intensity": 500, "temperature": 6500}
    )
    (light,) = sample_lights({"key": spec}, rng())
    assert np.linalg.norm(light.direction) == pytest.approx(1.0)
    # From the left (+y) and above, so that it shines to the right and down.
    assert np.allclose(light.direction, [0.0, -np.cos(np.pi / 6), -0.5])
    assert light.intensity == 500.0


@pytest.mark.parametrize(("azimuth", "elevation"), [(0.0, 30.0), (60.0, 45.0), (-150.0, 20.0)])
def test_cameras_stand_on_a_sphere_about_their_target(azimuth: float, elevation: float) -> None:
    spec = CameraSpec.model_validate(
        {"name": "c", "look_at": "mug", "azimuth": azimuth, "elevation": elevation, "distance": 1.2}
    )
    target = np.array([0.5, 0.1, 0.8])
    camera = sample_camera(spec, {"mug": target}, "hand", rng())
    offset = np.array(camera.pos) - target
    assert np.allclose(offset, 1.2 * sphere_point(azimuth, elevation))
    assert np.allclose(-rotation(camera.quat)[:, 2], -offset / 1.2)
    assert camera.mount is None


def test_the_wrist_camera_looks_past_the_fingers() -> None:
    camera = sample_camera(CameraSpec(name="w", mount="hand"), {}, "hand", rng())
    assert camera.mount == "hand"
    assert -rotation(camera.quat)[2, 2] > 0.8


def test_draws_that_are_no_numbers_are_errors() -> None:
    with pytest.raises(SpecError, match=r"scene.ambient: 'dark' is no number"):
        number(Choice(choice=("dark",)), rng(), "scene.ambient")


def test_what_is_seen_is_in_view_and_not_hidden() -> None:
    compiled = by_hand(
        put("mug", first("mug.n.04"), (0.5, 0.0, 0.0)),
        put("wall", first("shelf.n.01"), (0.5, 0.5, 0.0)),
        put("behind", first("toy_dice.n.01"), (0.5, 0.75, 0.0)),
    )
    top = compiled.scene.robot.pos[2]

    def camera(eye: tuple[float, float, float], target: tuple[float, float, float]) -> Camera:
        return Camera(name="c", pos=eye, quat=look_at(eye, target), fov=50.0)

    front = camera((0.5, -1.0, top + 0.3), (0.5, 0.0, top + 0.05))
    seen = visible_share(compiled, front, "mug")
    assert seen > 0.3
    assert visible_share(compiled, front, "wall") > 0.05
    assert visible_share(compiled, front, "behind") == 0.0
    away = camera((0.5, -1.0, top + 0.3), (0.5, -2.0, top + 0.3))
    assert visible_share(compiled, away, "mug") == 0.0
    below = camera((0.5, 0.0, 0.1), (0.5, 0.0, top))
    assert visible_share(compiled, below, "mug") == 0.0


def test_seeds_branch_without_meeting() -> None:
    assert branch((7,), "scene", 3) == branch((7,), "scene", 3)
    paths: list[tuple[int | str, int]] = [("scene", 0), ("scene", 1), ("layout", 0), (0, 1), (1, 0)]
    draws = {generator((7,), *path).integers(2**62) for path in paths}
    draws |= {generator((8,), *path).integers(2**62) for path in paths}
    assert len(draws) == 2 * len(paths)
    # A branch of a branch is the same as the whole path at once.
    whole = generator((7,), "scene", 3, "layout").integers(2**62)
    assert generator(branch((7,), "scene", 3), "layout").integers(2**62) == whole
