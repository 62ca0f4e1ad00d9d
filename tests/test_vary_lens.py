"""Lenses and sensors: projection, distortion, exposure, blur and noise against their formulas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import trimesh
from solids import joined, robot_meshes
from test_images import SIZE, image, object_mesh, spec, world
from test_vary import aimed

from cousins.generators.frames import Rendered, render_scene
from cousins.generators.images.camera.bending import bend, fold, straighten
from cousins.generators.images.camera.cameras import back_project, project
from cousins.generators.images.camera.photograph import blur_diameters, defocused, noisy
from cousins.generators.images.truth.amodal import decode_mask
from cousins.scenes.core.geometry import rotation
from cousins.scenes.model.mujoco_model import compile_model
from cousins.schemas import AmodalMasks, CameraParams, FrameRecord, VariantError


def swept(seed: int, vary: dict[str, Any], **more: Any) -> tuple[Rendered, list[FrameRecord]]:
    scene, assets = world(seed)
    made = render_scene(aimed(scene), assets, spec(vary=vary, **more))
    return made, list(made.frames)


@pytest.mark.parametrize("k", [(-0.25, 0.05), (0.3, 0.0), (0.0, -0.1), (-0.4, 0.2)])
def test_straightening_undoes_bending(k: tuple[float, float]) -> None:
    rng = np.random.default_rng(1)
    reach = min(fold(k) * 0.9, 1.0)
    points = rng.uniform(-reach, reach, (500, 2)) / np.sqrt(2)
    assert straighten(bend(points, k), k) == pytest.approx(points, abs=1e-9)
    radius = np.linalg.norm(points, axis=1, keepdims=True)
    formula = points * (1 + k[0] * radius**2 + k[1] * radius**4)
    assert bend(points, k) == pytest.approx(formula)


def opencv(x: float, y: float, k1: float, k2: float, p1: float, p2: float) -> list[float]:
    """OpenCV's documented formula, one point at a time."""
    r2 = x * x + y * y
    radial = 1 + k1 * r2 + k2 * r2 * r2
    return [
        x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x),
        y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y,
    ]


TANGENTIAL = [(0.0, 0.0, 0.05, 0.0), (-0.2, 0.05, 0.02, -0.03), (0.3, 0.0, -0.1, 0.1)]


@pytest.mark.parametrize("k", TANGENTIAL)
def test_tangential_distortion_is_opencvs_and_is_undone(k: tuple[float, ...]) -> None:
    rng = np.random.default_rng(3)
    reach = min(fold(k) * 0.9, 1.0)
    points = rng.uniform(-reach, reach, (500, 2)) / np.sqrt(2)
    seen = bend(points, k)
    assert seen == pytest.approx(np.array([opencv(x, y, *k) for x, y in points]), abs=1e-12)
    focal = 1000.0  # pixels
    assert np.abs(straighten(seen, k) - points).max() * focal < 1e-6
    assert np.abs(bend(points, k) - bend(points, k[:2])).max() * focal > 5


def test_a_tangential_lens_folds_where_its_jacobian_turns_singular() -> None:
    k = (-0.2, 0.0, 0.1, 0.0)
    limit, step = fold(k), 1e-6
    turns = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    least: list[float] = []
    for radius in (0.98 * limit, 1.02 * limit):
        points = radius * np.column_stack([np.cos(turns), np.sin(turns)])
        columns = [
            np.array([opencv(p[0] + d[0], p[1] + d[1], *k) for p in points])
            - np.array([opencv(p[0] - d[0], p[1] - d[1], *k) for p in points])
            for d in (np.array([step, 0.0]), np.array([0.0, step]))
        ]
        (a, c), (b, d) = columns[0].T, columns[1].T
        least.append(float((a * d - b * c).min()))
    assert least[0] > 0 > least[1]
    with pytest.raises(VariantError, match=r"p1 0\.1, p2 0 folds the image"):
        straighten(np.array([[0.0, -1.5]]), k)


@pytest.mark.parametrize("tangential", [(0.0, 0.0), (0.02, -0.01)])
def test_projection_and_its_inverse_agree_with_distortion(tangential: tuple[float, float]) -> None:
    camera = CameraParams(
        width=64, height=48, fx=50, fy=50, cx=30, cy=25, pos=(0, 0, 0), quat=(1, 0, 0, 0),
        distortion=(-0.2, 0.03), tangential=tangential,
    )  # fmt: skip
    depth = np.random.default_rng(2).uniform(0.5, 3, (48, 64))
    pixels = project(camera, back_project(camera, depth).reshape(-1, 3)).reshape(48, 64, 2)
    u, v = np.meshgrid(np.arange(64) + 0.5, np.arange(48) + 0.5)
    assert pixels == pytest.approx(np.stack([u, v], axis=-1), abs=1e-6)


@pytest.mark.parametrize("k", [(-0.3, 0.05, 0, 0), (0.4, 0.0, 0, 0), (0.1, 0.0, 0.03, -0.04)])
def test_distorted_labels_agree_with_a_ray_caster(k: tuple[float, ...]) -> None:
    scene, assets = world(41)
    scene = aimed(scene)
    names = ("k1", "k2", "p1", "p2")
    vary = {f"camera.front.distortion.{n}": v for n, v in zip(names, k, strict=True)}
    made = render_scene(scene, assets, spec(vary={**vary, "camera.front.fov": 70}))
    frame = made.frames[0]
    camera = frame.camera_params
    assert camera.coefficients == k
    compiled = compile_model(scene, assets, detail="visual")
    meshes = [object_mesh(item, assets[item.asset_hash]) for item in scene.objects]
    meshes.append(joined(list(robot_meshes(compiled, compiled.new_data()).values())))
    whole = trimesh.util.concatenate(meshes)  # pyright: ignore[reportUnknownMemberType]
    owner = np.repeat(np.arange(1, len(meshes) + 1), [len(mesh.faces) for mesh in meshes])
    rays = back_project(camera, np.ones((SIZE[1], SIZE[0]))).reshape(-1, 3)
    caster = trimesh.ray.ray_pyembree.RayMeshIntersector(whole)
    turn = rotation(camera.quat)
    hits, numbers, faces = caster.intersects_location(
        np.tile(camera.pos, (len(rays), 1)), rays @ turn.T, multiple_hits=False
    )
    ids, depth = np.zeros(len(rays), dtype=int), np.zeros(len(rays))
    ids[numbers] = owner[faces]
    depth[numbers] = ((hits - camera.pos) @ turn)[:, 2]
    ids, depth = ids.reshape(SIZE[::-1]), depth.reshape(SIZE[::-1])
    mask = image(made, frame, "seg_instance")
    inner = np.ones(ids.shape, dtype=bool)
    inner[[0, -1]] = inner[:, [0, -1]] = False
    for shift in ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)):
        inner &= np.roll(ids, shift, (0, 1)) == ids
    assert (ids > 0).sum() > 2000
    assert np.mean(mask[inner] == ids[inner]) >= 0.999
    metres = image(made, frame, "depth_linear") * frame.depth_scale
    both = inner & (ids > 0) & (mask == ids)
    assert np.quantile(np.abs(metres - depth)[both], 0.97) < 1e-3
    for label in frame.objects:
        tight, loose = label.bbox_2d_tight, label.bbox_2d_loose
        if tight is not None:
            assert loose is not None
            assert (np.array(loose[:2]) <= np.array(tight[:2]) + 1).all()
            assert (np.array(loose[2:]) >= np.array(tight[2:]) - 1).all()


def test_a_lens_that_folds_its_image_is_skipped() -> None:
    made, frames = swept(42, {"camera.front.distortion.k1": {"sweep": [-0.1, -1.0]},
                              "camera.front.fov": 50})  # fmt: skip
    assert len(frames) == 1
    assert "folds the image" in made.skipped[0].reason


def test_focal_length_and_principal_point_are_opencvs() -> None:
    _, frames = swept(43, {"camera.front.focal_length": {"sweep": [24, 50]},
                           "camera.front.principal_point.x": 70.5})  # fmt: skip
    focal = [frame.camera_params.fx for frame in frames]
    assert focal == pytest.approx([24 / 36 * SIZE[0], 50 / 36 * SIZE[0]])
    assert {frame.camera_params.cx for frame in frames} == {70.5}
    assert {frame.camera_params.cy for frame in frames} == {SIZE[1] / 2}


def test_cameras_stay_on_their_sphere() -> None:
    scene, _ = world(44)
    target = np.array(aimed(scene).cameras[0].target)
    _, frames = swept(44, {"camera.front.azimuth": {"sweep": [-40, 60]},
                           "camera.front.elevation": 30, "camera.front.distance": 0.9})  # fmt: skip
    for frame, azimuth in zip(frames, (-40, 60), strict=True):
        away = np.array(frame.camera_params.pos) - target
        assert np.linalg.norm(away) == pytest.approx(0.9)
        assert np.degrees(np.arctan2(away[1], away[0])) == pytest.approx(azimuth)
        assert np.degrees(np.arcsin(away[2] / 0.9)) == pytest.approx(30)
        ahead = rotation(frame.camera_params.quat)[:, 2]
        assert ahead == pytest.approx(-away / 0.9)


def test_a_stop_doubles_the_light() -> None:
    made, frames = swept(45, {"camera.front.exposure": {"sweep": [-2, -1]}})
    dark, light = (image(made, frame, "rgb").astype(float) / 255 for frame in frames)
    well = (dark.min(axis=2) > 0.15) & (light.max(axis=2) < 0.9)
    assert well.sum() > 500
    ratio = light[well].mean() ** 2.2 / dark[well].mean() ** 2.2
    assert ratio == pytest.approx(2.0, rel=0.04)


def test_noise_has_the_variance_of_photons_and_read_out() -> None:
    grey, noise = 0.5 ** (1 / 2.2), 0.04
    flat = np.full((300, 300, 3), round(grey * 255), dtype=np.uint8)
    light = (flat[0, 0, 0] / 255) ** 2.2
    out = (noisy(flat, noise, np.random.default_rng(3)) / 255.0) ** 2.2
    expected = np.sqrt(light * noise**2 + (2 * noise**2) ** 2)
    assert out.mean() == pytest.approx(light, rel=0.005)
    assert out.std() == pytest.approx(expected, rel=0.03)


def test_noise_differs_from_frame_to_frame() -> None:
    vary = {"camera.front.noise": 0.1, "scene.lights.count": {"sweep": [1, 1]}}
    made, (one, two) = swept(46, vary)
    assert made.files[one.files["rgb"]] != made.files[two.files["rgb"]]


def test_blur_follows_the_thin_lens_and_spares_what_is_in_focus() -> None:
    depth = np.array([[0.5, 1.0, 2.0, 0.0]])
    blur = blur_diameters(depth, focal=1000, aperture=0.02, focus=1.0)
    assert blur == pytest.approx(np.array([[20.0, 0.0, 10.0, 20.0]]))
    stripes = np.zeros((80, 120, 3), dtype=np.uint8)
    stripes[:, ::2] = 200
    deep = np.full((80, 120), 1.0)
    deep[:, 60:] = 3.0
    out = defocused(stripes, deep, blur_diameters(deep, 900, 0.02, 1.0)).astype(int)
    assert np.ptp(out[40, 10:50, 0]) > 150
    assert np.ptp(out[40, 75:105, 0]) < 40
    light = (out[40, 75:105] / 255.0) ** 2.2
    assert light.mean() == pytest.approx((200 / 255) ** 2.2 / 2, rel=0.05)


def test_an_aperture_without_a_focus_is_refused_for_that_camera_alone() -> None:
    scene, assets = world(47)
    vary = {"camera.wrist.aperture": {"sweep": [0, 20]}}
    made = render_scene(scene, assets, spec(vary=vary))
    assert [(f.camera, f.id[-1]) for f in made.frames] == [
        ("front", "0"), ("wrist", "0"), ("front", "1"),
    ]  # fmt: skip
    assert made.skipped[0].camera == "wrist"
    assert "camera.wrist.focus" in made.skipped[0].reason
    focused = render_scene(scene, assets, spec(vary={**vary, "camera.wrist.focus": 0.3}))
    assert len(focused.frames) == 4
    assert not focused.skipped


def test_points_beyond_the_fold_have_no_inverse() -> None:
    with pytest.raises(VariantError, match="smaller coefficients"):
        straighten(np.array([[3.0, 0.0]]), (-0.3, 0.0))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:pycocotools")
def test_whole_masks_and_keypoints_follow_the_lens() -> None:
    labels = ("seg_instance", "seg_amodal", "visible_fraction", "keypoints", "bbox_2d_tight")
    made, (frame,) = swept(
        48, {"camera.front.distortion.k1": -0.2, "camera.front.fov": 50}, labels=labels
    )
    assert not made.skipped
    seen = [label for label in frame.objects if label.visible_pixels > 100]
    assert len(seen) >= 3
    mask = image(made, frame, "seg_instance")
    whole = AmodalMasks.from_json(made.files[frame.files["seg_amodal"]])
    for label in seen:
        assert (label.visible_fraction or 0) > 0.05
        mine = mask == label.instance_id
        assert (decode_mask(whole, label.instance_id)[mine]).mean() > 0.99
        for point in label.keypoints or ():
            if point.pixel is not None:
                local = (np.array([point.pos]) - frame.camera_params.pos) @ rotation(
                    frame.camera_params.quat
                )
                assert point.pixel == pytest.approx(project(frame.camera_params, local)[0])
