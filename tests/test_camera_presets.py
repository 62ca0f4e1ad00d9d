"""Cameras by name: their intrinsics, what they have in view, and cameras that sit askew."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from worlds import make_request

from cousins.generators.images.camera.cameras import camera_params
from cousins.generators.images.parameters.vary import varied
from cousins.generators.images.truth.worlds import prepared
from cousins.generators.renderers import renderer
from cousins.scenes.assembly.assemble import assemble
from cousins.scenes.core.geometry import rotation
from cousins.scenes.libraries.procedural import ProceduralLibrary
from cousins.schemas import (
    CameraSpec,
    Constant,
    DatasetSpec,
    ObjectSpec,
    Scene,
    SceneSpec,
    SpecError,
)
from cousins.schemas.camera_presets import PRESETS, PresetName
from cousins.schemas.spec_file import parse_spec

HORIZONTAL: dict[PresetName, tuple[float, float]] = {
    "droid": (110.0, 10.0),
    "bridge": (70.4, 0.1),
    "realsense-d435": (69.4, 0.6),
    "zed-mini": (85.0, 0.2),
    "phone": (67.3, 0.2),
    "libero": (45.0, 0.01),
}
"""What makers state across the whole sensor, degrees, and how far a pinhole may be from it."""


@pytest.mark.parametrize("name", PRESETS)
def test_both_fields_of_view_are_those_of_the_maker(name: PresetName) -> None:
    high = math.tan(math.radians(PRESETS[name].fov) / 2)
    across = math.degrees(2 * math.atan(high * PRESETS[name].aspect))
    stated, tolerance = HORIZONTAL[name]
    assert across == pytest.approx(stated, abs=tolerance)
    width, height = PRESETS[name].size
    assert width / height <= PRESETS[name].aspect + 0.01


THINGS = tuple(
    ObjectSpec(name=category.partition(".")[0], category=category)
    for category in ("bowl.n.01", "lemon.n.01", "mug.n.04")
)


def spec_of(name: str, size: str = "[96, 96]") -> DatasetSpec:
    return parse_spec(f"name: x\nrender: {{size: {size}}}\ncameras: [{{preset: {name}}}]\n")


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_has_the_hand_and_the_things_in_view(name: PresetName) -> None:
    spec = spec_of(name)
    assert spec.cameras[0].name == name
    whole = 0
    for number in range(4):
        request = make_request(SceneSpec(objects=THINGS), number, cameras=spec.cameras)
        scene, assets = assemble(request, ProceduralLibrary())
        ready = prepared(scene, assets)
        data = ready.at_rest()
        view = camera_params(ready.world, data, scene.cameras[0], (96, 96))
        assert view.fy == pytest.approx(48 / math.tan(math.radians(PRESETS[name].fov) / 2))
        # Where the hand is while it works: over the middle of what it reaches.
        working = np.array([0.48, 0.0, scene.robot.pos[2] + 0.25])
        local = rotation(view.quat).T @ (working - np.array(view.pos))
        pixel = np.array([view.fx, view.fy]) * local[:2] / local[2] + 48
        hand_seen = bool(local[2] > 0 and (pixel > 0).all() and (pixel < 96).all())
        mask = ready.labeller.instance_mask(renderer("mujoco").truth(ready.world, data, view).geoms)
        things = [x for x in ready.labeller.instances if x.name in ("bowl", "lemon", "mug")]
        whole += hand_seen and all((mask == thing.instance_id).sum() > 4 for thing in things)
    assert whole >= 3


def test_the_documentation_has_every_preset_as_it_is() -> None:
    page = (Path(__file__).parents[1] / "docs" / "pictures.md").read_text(encoding="utf-8")
    for name, preset in PRESETS.items():
        size = f"{preset.size[0]} x {preset.size[1]}"
        assert f"| `{name}` | {preset.fov:g} degrees | {size} | {preset.source} |" in page


def test_what_a_spec_says_counts_and_the_preset_fills_in_the_rest() -> None:
    given = CameraSpec.model_validate({"name": "a", "preset": "libero", "fov": 60})
    assert given.fov == Constant(value=60.0)
    assert given.distance == Constant(value=1.13)
    held = CameraSpec.model_validate({"preset": "zed-mini", "mount": "hand"})
    assert held.name == "zed-mini"
    assert held.fov == Constant(value=54.43)
    assert held.distance == CameraSpec(name="b").distance
    assert CameraSpec.model_validate(given.model_dump(mode="json")) == given
    assert "preset" not in CameraSpec(name="b").model_dump(mode="json")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("cameras: [{preset: kinect}]", "preset"),
        ("render: {size: [320, 240]}\ncameras: [{preset: libero}]", "1.00 times as wide"),
        ("cameras: [{name: a, mount_error: {position: 0.01}}]", "only a camera on the hand"),
        ("cameras: [{name: a, mount: hand, mount_error: {rotation: 50}}]", "rotation"),
    ],
)
def test_presets_that_cannot_be_are_refused_by_name(text: str, told: str) -> None:
    with pytest.raises(SpecError, match=told):
        parse_spec(f"name: x\n{text}\n")
    with pytest.raises(ValidationError):
        CameraSpec.model_validate({"name": "a", "preset": "kinect"})


def seen_from(scene: Scene) -> tuple[float, float]:
    """How far, metres, and how much turned, degrees, a wrist camera is from where it should be."""
    plain = next(x for x in scene.cameras if x.name == "plain")
    other = next(x for x in scene.cameras if x.name == "askew")
    away = float(np.linalg.norm(np.array(plain.pos) - other.pos))
    turn = rotation(plain.quat).T @ rotation(other.quat)
    return away, float(np.degrees(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1))))


def test_a_camera_on_the_hand_may_sit_askew_otherwise_in_each_scene() -> None:
    cameras = (
        CameraSpec(name="plain", mount="hand", fov=Constant(value=60.0)),
        CameraSpec.model_validate(
            {
                "name": "askew", "mount": "hand", "fov": 60,
                "mount_error": {"position": 0.01, "rotation": 3},
            }
        ),
    )  # fmt: skip
    places: list[tuple[float, float, float]] = []
    for number in range(3):
        request = make_request(SceneSpec(objects=THINGS[:1]), number, cameras=cameras)
        scene, assets = assemble(request, ProceduralLibrary())
        away, turned = seen_from(scene)
        assert away == pytest.approx(0.01, abs=1e-6)
        assert turned == pytest.approx(3.0, abs=1e-3)
        places.append(scene.cameras[1].pos)

        def load(name: str) -> None:
            raise AssertionError(name)

        values = {
            "camera.plain.mount_error.position": 0.02,
            "camera.plain.mount_error.rotation": 5.0,
        }
        moved = varied(scene, assets, values, load).scene  # type: ignore[arg-type]
        was, now = scene.cameras[0], moved.cameras[0]
        assert np.linalg.norm(np.array(was.pos) - now.pos) == pytest.approx(0.02, abs=1e-6)
        turn = rotation(was.quat).T @ rotation(now.quat)
        assert np.degrees(np.arccos((np.trace(turn) - 1) / 2)) == pytest.approx(5.0, abs=1e-3)
        again = varied(scene, assets, values, load).scene  # type: ignore[arg-type]
        assert again == moved
    assert len(set(places)) == 3
