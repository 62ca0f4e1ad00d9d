"""Observing: planes, boxes, twins and relations against scenes whose truth is known."""

# trimesh is untyped.
# pyright: reportAttributeAccessIssue=false, reportUnknownArgumentType=false
# pyright: reportUnknownLambdaType=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import trimesh
from datasets import build_dataset
from openai_server import Reply, serving
from PIL import Image
from typer.testing import CliRunner
from worlds import LIBRARY, make_request

from cousins.flows.cli import app
from cousins.flows.observing import observed_text
from cousins.generators.perception.depth_model import check_depth_model
from cousins.generators.perception.frames import frame_view
from cousins.generators.perception.labeller import NOTHING, with_labels
from cousins.generators.proposing.endpoint import Endpoint
from cousins.scenes.assembly.assemble import assemble
from cousins.scenes.core.geometry import Array, look_at, rotation, transform
from cousins.scenes.observation import world
from cousins.scenes.observation.boxes import UprightBox, completed, overlap_share, smallest_box
from cousins.scenes.observation.cleaning import depth_noise, smoothed
from cousins.scenes.observation.fitting import Fitted
from cousins.scenes.observation.observe import Observed, ObserveOptions, observe
from cousins.scenes.observation.planes import support_plane
from cousins.scenes.observation.reading import read_folder
from cousins.scenes.observation.relating import relations
from cousins.scenes.observation.surfaces import positions, symmetry, triangles
from cousins.scenes.observation.view import DepthView, back_project
from cousins.schemas import AssetsSpec, BackendMissingError, CousinSpec, ProposalError, SpecError
from cousins.schemas.spec_file import load_spec

HEIGHT = 0.7
"""Of the support above the floor, metres."""
SIZE = (320, 240)
FOCAL = 300.0
EYE = (-0.25, 0.15, 1.35)
TARGET = (0.5, 0.0, 0.75)
_CV_FROM_GL = np.diag([1.0, -1.0, -1.0])


@dataclass(frozen=True)
class Thing:
    """An asset standing in a test scene; z counts from the support."""

    name: str
    asset: str
    x: float
    y: float
    z: float = 0.0
    yaw: float = 0.0
    open: tuple[tuple[str, float], ...] = ()


SCENE = (
    Thing("mug", "mug-0003", 0.40, -0.16, yaw=2.4),
    Thing("book", "book-0008", 0.42, 0.15, yaw=0.4),
    Thing("tray", "tray-0002", 0.66, 0.12, yaw=1.5),
    Thing("can", "can-0004", 0.65, 0.13, z=0.005),
    Thing("cabinet", "cabinet-0001", 0.80, -0.25, yaw=2.9),
)


def cast(things: tuple[Thing, ...], eye: tuple[float, ...] = EYE) -> DepthView:
    """A view of things on a table 1.6 m x 1 m, by exact rays: no noise, no graphics."""
    pose = transform(eye, rotation(look_at(eye, TARGET)) @ _CV_FROM_GL)
    table = trimesh.creation.box(extents=(1.0, 1.6, 0.04))
    table.apply_translation((0.62, 0.0, HEIGHT - 0.02))
    floor = trimesh.creation.box(extents=(6.0, 6.0, 0.02))
    meshes = [table, floor]
    for thing in things:
        asset = LIBRARY.get(thing.asset)
        corners = triangles(asset, positions(asset, dict(thing.open))).reshape(-1, 3)
        turn = rotation((np.cos(thing.yaw / 2), 0.0, 0.0, np.sin(thing.yaw / 2)))
        corners = corners @ turn.T + [thing.x, thing.y, HEIGHT + thing.z]
        faces = np.arange(len(corners)).reshape(-1, 3)
        meshes.append(trimesh.Trimesh(corners, faces, process=False))
    owner = np.concatenate([np.full(len(m.faces), i - 1) for i, m in enumerate(meshes)])
    whole = trimesh.util.concatenate(meshes)
    width, height = SIZE
    grid = np.stack(np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5), -1)
    rays = np.concatenate(
        [(grid - [width / 2, height / 2]) / FOCAL, np.ones((*grid.shape[:2], 1))], -1
    )
    directions = rays.reshape(-1, 3) @ pose[:3, :3].T
    origins = np.repeat(pose[None, :3, 3], len(directions), axis=0)
    hit, ray = whole.ray.intersects_id(origins, directions, multiple_hits=False)[:2]
    normal, corner = whole.face_normals[hit], whole.triangles[hit, 0]
    depth = np.zeros(width * height)
    # The parameter along a ray with z = 1 in the camera's frame is the depth itself.
    along = np.einsum("ni,ni->n", normal, directions[ray])
    depth[ray] = np.einsum("ni,ni->n", normal, corner - pose[:3, 3]) / along
    masks = np.zeros(width * height, dtype=np.int32)
    masks[ray] = np.maximum(owner[hit], 0)
    return DepthView(
        depth=depth.reshape(height, width),
        masks=masks.reshape(height, width),
        labels={i + 1: LIBRARY.get(t.asset).category for i, t in enumerate(things)},
        names={i + 1: t.name for i, t in enumerate(things)},
        focal=(FOCAL, FOCAL),
        centre=(width / 2, height / 2),
        rgb=np.full((height, width, 3), 128, dtype=np.uint8),
        world_from_camera=pose,
    )


@lru_cache(maxsize=1)
def scene_view() -> DepthView:
    return cast(SCENE)


@lru_cache(maxsize=1)
def scene_observed() -> Observed:
    return observe(scene_view(), LIBRARY)


@lru_cache(maxsize=1)
def pair_view() -> DepthView:
    return cast(SCENE[:2])


@lru_cache(maxsize=1)
def pair_observed() -> Observed:
    return observe(pair_view(), LIBRARY)


def found(observed: Observed, name: str) -> Fitted:
    return next(thing for thing in observed.objects if thing.segment.name == name)


def yaw_error(thing: Fitted, truth: Thing) -> float:
    turns = symmetry(LIBRARY, truth.asset)
    if turns == 0:
        return 0.0
    span = 2 * np.pi / turns
    return abs(float((thing.box.yaw - truth.yaw + span / 2) % span - span / 2))


# Planes


def plane_of(view: DepthView, up: Array | None = None, seed: int = 0) -> tuple[float, float]:
    """Angle of the support from level in degrees, and error of its height in metres."""
    cloud = back_project(view, view.depth)
    objects = tuple(cloud[(view.masks == i) & (view.depth > 0)] for i in view.labels)
    wanted = (view.masks == 0) & (view.depth > 0)
    plane = support_plane(cloud, wanted, objects, up, np.random.default_rng(seed))
    pose = view.world_from_camera
    assert pose is not None
    normal = pose[:3, :3] @ plane.normal
    height = pose[2, 3] - float(plane.heights(np.zeros(3)))
    return float(np.degrees(np.arccos(min(1.0, normal[2])))), height - HEIGHT


def noisy(view: DepthView, sigma: float, seed: int = 1) -> DepthView:
    noise = np.random.default_rng(seed).normal(0, sigma, view.depth.shape)
    return replace(view, depth=np.where(view.depth > 0, view.depth + noise, 0.0))


@pytest.mark.parametrize(
    ("sigma", "degrees", "metres"), [(0.0, 0.05, 5e-4), (0.002, 0.2, 0.001), (0.02, 1.0, 0.006)]
)
def test_the_support_plane_is_level_and_at_its_height(
    sigma: float, degrees: float, metres: float
) -> None:
    angle, error = plane_of(noisy(scene_view(), sigma))
    assert angle < degrees
    assert abs(error) < metres


def test_the_plane_under_the_objects_wins_over_a_larger_floor() -> None:
    view = cast(SCENE[:2], eye=(-1.2, 0.0, 2.4))
    cloud = back_project(view, view.depth) @ view.world_from_camera[:3, :3].T  # type: ignore[index]
    heights = cloud[..., 2] + view.world_from_camera[2, 3]  # type: ignore[index]
    assert (heights < 0.1).sum() > 2 * (np.abs(heights - HEIGHT) < 0.01).sum()
    assert abs(plane_of(view)[1]) < 0.001


def test_a_given_up_rules_out_walls() -> None:
    view = scene_view()
    assert view.world_from_camera is not None
    up = view.world_from_camera[2, :3]
    assert plane_of(view, up)[0] < 0.1
    with pytest.raises(SpecError, match="no support plane"):
        plane_of(view, np.array([1.0, 0.0, 0.0]))


def test_noise_is_measured_and_averaged_within_each_instance() -> None:
    view = scene_view()
    spoilt = noisy(view, 0.01)
    cloud = back_project(spoilt, spoilt.depth)
    objects = tuple(cloud[(view.masks == i) & (view.depth > 0)] for i in view.labels)
    wanted = (view.masks == 0) & (view.depth > 0)
    plane = support_plane(cloud, wanted, objects, None, np.random.default_rng(0))
    near = wanted & (np.abs(plane.heights(cloud)) < 0.04)
    noise = depth_noise(cloud[near], plane)
    assert noise == pytest.approx(0.01, rel=0.15)
    flat = np.where(np.arange(40) < 20, 1.0, 1.5)[None].repeat(40, axis=0)
    masks = np.where(flat > 1.2, 1, 0).astype(np.int32)
    rough = flat + np.random.default_rng(2).normal(0, 0.01, flat.shape)
    smooth = smoothed(rough, masks, 0.01)
    assert np.abs(smooth - flat).max() < 0.02  # nothing leaks across the step of 50 cm
    assert (smooth - flat).std() < 0.3 * (rough - flat).std()


# Boxes


def test_the_smallest_box_of_a_turned_cuboid() -> None:
    rng = np.random.default_rng(0)
    local = rng.uniform(-0.5, 0.5, (4000, 3)) * [0.3, 0.1, 0.2]
    turn = rotation((np.cos(0.35), 0.0, 0.0, np.sin(0.35)))
    box = smallest_box(local @ turn.T + [0.5, 0.2, 0.1], 0.0)
    assert sorted(box.extents[:2]) == pytest.approx([0.1, 0.3], abs=0.01)
    assert box.centre == pytest.approx([0.5, 0.2, 0.1], abs=0.01)
    along = 0.7 if box.extents[0] > box.extents[1] else 0.7 - np.pi / 2
    assert abs((box.yaw - along + np.pi / 2) % np.pi - np.pi / 2) < 0.05


def test_a_box_is_completed_away_from_the_camera() -> None:
    seen = UprightBox(np.array([1.0, 0.0, 0.1]), np.array([0.02, 0.2, 0.2]), 0.0)
    whole = completed(seen, np.zeros(3), np.array([1.0, 1.0, 1.0]))
    assert whole.extents == pytest.approx([0.2, 0.2, 0.2])
    near = seen.centre[0] - seen.extents[0] / 2
    assert whole.centre[0] - whole.extents[0] / 2 == pytest.approx(near)


@pytest.mark.parametrize(
    ("shift", "yaw", "share"),
    [
        ((0, 0, 0), 0.0, 1.0),
        ((0.5, 0, 0), 0.0, 1 / 3),
        ((0, 0, 0.5), np.pi / 2, 1 / 3),
        ((0, 0, 0), np.pi / 4, 2 * (2**0.5 - 1) / (2 - 2 * (2**0.5 - 1))),  # a regular octagon
        ((2, 0, 0), 0.3, 0.0),
        ((0, 0, 1.1), 0.0, 0.0),
    ],
)
def test_overlap_of_boxes_is_exact(shift: tuple[float, ...], yaw: float, share: float) -> None:
    cube = UprightBox(np.zeros(3), np.ones(3), 0.2)
    other = UprightBox(rotation((np.cos(0.1), 0, 0, np.sin(0.1))) @ shift, np.ones(3), 0.2 + yaw)
    assert overlap_share(cube, other) == pytest.approx(share)
    assert overlap_share(other, cube) == pytest.approx(share)


@pytest.mark.parametrize(
    ("asset", "turns"),
    [("bottle-0000", 0), ("plate-0001", 0), ("die-0000", 4), ("book-0000", 2), ("mug-0000", 1),
     ("cabinet-0000", 1)],
)  # fmt: skip
def test_symmetry_about_the_vertical(asset: str, turns: int) -> None:
    assert symmetry(LIBRARY, asset) == turns


# Whole scenes


@pytest.mark.parametrize("thing", SCENE, ids=lambda thing: thing.name)
def test_each_twin_and_its_pose_are_found(thing: Thing) -> None:
    fitted = found(scene_observed(), thing.name)
    extents = np.array(LIBRARY.get(thing.asset).extents)
    truth = UprightBox(np.array([thing.x, thing.y, thing.z + extents[2] / 2]), extents, thing.yaw)
    assert float(np.linalg.norm(fitted.box.centre - truth.centre)) < 0.012
    assert yaw_error(fitted, thing) < 0.15
    same = replace(fitted.box, yaw=truth.yaw + yaw_error(fitted, thing))
    assert overlap_share(same, truth) > 0.8
    assert fitted.explained > 0.9


def test_relations_are_read() -> None:
    observed = scene_observed()
    told = relations(observed.objects, "table")
    assert {("on", "mug", "table"), ("on", "tray", "table"), ("on", "cabinet", "table")} <= told
    assert ("on", "can", "tray") in told
    assert ("on", "can", "table") not in told
    assert not any(kind == "next_to" and "mug" in (a, b) for kind, a, b in told)
    spec = {thing.name: thing for thing in observed.spec.objects}
    assert spec["can"].on == "tray"
    assert spec["mug"].pose.x is not None
    assert spec["mug"].extents == pytest.approx(found(observed, "mug").box.extents, abs=1e-4)


def test_an_open_drawer_is_read() -> None:
    truth = Thing("cabinet", "cabinet-0001", 0.8, 0.0, yaw=2.9, open=(("top_drawer", 0.7),))
    observed = observe(cast((truth,)), LIBRARY)
    fitted = found(observed, "cabinet")
    assert fitted.body.asset.category == "cabinet.n.01"
    assert max(fitted.shares.values()) == pytest.approx(0.7, abs=0.15)
    assert float(np.hypot(*(fitted.box.centre[:2] - [0.8, 0.0]))) < 0.03
    assert observed.spec.objects[0].joint


def test_without_its_very_twin_a_similar_one_stands_in() -> None:
    hidden = ObserveOptions(held_out=frozenset(thing.asset for thing in SCENE))
    view = pair_view()
    observed = observe(view, LIBRARY, hidden)
    for truth in SCENE[:2]:
        fitted = found(observed, truth.name)
        assert fitted.asset_id != truth.asset
        assert float(np.hypot(*(fitted.box.centre[:2] - [truth.x, truth.y]))) < 0.02
        assert yaw_error(fitted, truth) < 0.3


def test_what_no_twin_explains_keeps_its_measured_size() -> None:
    view = replace(cast(SCENE[:1]), labels={1: "microwave"})
    observed = observe(view, LIBRARY)
    thing = observed.spec.objects[0]
    assert found(observed, "mug").explained < 0.6
    assert thing.extents is not None
    assert max(thing.extents) < 0.16  # a mug's, not a microwave's


def test_noise_of_two_centimetres_is_survived() -> None:
    observed = observe(noisy(pair_view(), 0.02), LIBRARY)
    assert observed.noise == pytest.approx(0.02, rel=0.15)
    for truth in SCENE[:2]:
        fitted = found(observed, truth.name)
        assert float(np.hypot(*(fitted.box.centre[:2] - [truth.x, truth.y]))) < 0.02


def test_the_same_view_gives_the_same_spec() -> None:
    assert observe(pair_view(), LIBRARY).spec == pair_observed().spec


def test_observed_scenes_load_and_assemble(tmp_path: Path) -> None:
    observed = scene_observed()
    path = tmp_path / "scene.yaml"
    path.write_text(observed_text(observed, "seen", AssetsSpec()))
    spec = load_spec(path).scene
    assert spec == observed.spec
    scene, _ = assemble(make_request(spec, cousins=CousinSpec(distance=(0.0, 0.0))), LIBRARY)
    for truth in SCENE:
        pos = scene.object(truth.name).pos
        # Within `adjust` of what was observed, and the settling that assembly allows.
        assert np.hypot(pos[0] - truth.x, pos[1] - truth.y) < spec.adjust + 0.03


# The world, where nobody tells it


def test_without_a_pose_the_robot_stands_where_it_is_told() -> None:
    view = replace(pair_view(), world_from_camera=None)
    boxes = {
        side: observe(view, LIBRARY, ObserveOptions(side=side)).objects for side in ("near", "far")
    }
    for things in boxes.values():
        middle = np.mean([thing.box.centre[:2] for thing in things], axis=0)
        assert middle == pytest.approx([world.AHEAD, 0.0], abs=0.05)
    near, far = ([thing.box.centre[:2] for thing in boxes[side]] for side in ("near", "far"))
    truth = np.hypot(0.40 - 0.42, -0.16 - 0.15)
    for pair in (near, far):
        assert float(np.linalg.norm(pair[0] - pair[1])) == pytest.approx(truth, abs=0.01)
    # From the far side, left is right.
    assert (near[0] - near[1]) == pytest.approx(far[1] - far[0], abs=0.01)


def test_gravity_may_be_given_instead() -> None:
    view = pair_view()
    assert view.world_from_camera is not None
    down = -view.world_from_camera[2, :3]
    observed = observe(replace(view, world_from_camera=None, gravity=down), LIBRARY)
    assert found(observed, "mug").explained > 0.9
    with pytest.raises(SpecError, match="no support plane"):
        observe(replace(view, world_from_camera=None, gravity=np.array([1.0, 0, 0])), LIBRARY)


# Folders


def write_folder(folder: Path, view: DepthView, told: Mapping[str, Any] | None = None) -> Path:
    """A view as a folder, millimetres in depth.png."""
    folder.mkdir(exist_ok=True)
    width, height = view.size
    assert view.world_from_camera is not None
    facts: dict[str, Any] = {
        "width": width, "height": height, "fx": view.focal[0], "fy": view.focal[1],
        "cx": view.centre[0], "cy": view.centre[1], "pixel_centre": 0.5, "depth_scale": 0.001,
        "labels": {str(k): v for k, v in view.labels.items()},
        "world_from_camera": view.world_from_camera.tolist(),
    }  # fmt: skip
    facts |= told or {}
    (folder / "observation.json").write_text(json.dumps(facts))
    depth: npt.NDArray[np.uint16] = np.round(view.depth * 1000).astype(np.uint16)
    Image.fromarray(depth).save(folder / "depth.png")
    Image.fromarray(view.masks.astype(np.uint8)).save(folder / "masks.png")
    if view.rgb is not None:
        Image.fromarray(view.rgb).save(folder / "rgb.png")
    return folder


def test_a_folder_holds_the_view(tmp_path: Path) -> None:
    view = scene_view()
    read = read_folder(write_folder(tmp_path / "view", view))
    assert np.abs(read.depth - view.depth).max() <= 0.0005 + 1e-9
    assert (read.masks == view.masks).all()
    assert read.centre == view.centre
    assert dict(read.labels) == dict(view.labels)
    assert read.world_from_camera == pytest.approx(view.world_from_camera)


def test_opengl_cameras_are_turned(tmp_path: Path) -> None:
    view = scene_view()
    assert view.world_from_camera is not None
    gl = view.world_from_camera @ np.diag([1.0, -1.0, -1.0, 1.0])
    told = {"camera": "opengl", "world_from_camera": gl.tolist(), "gravity": [0.0, -1.0, 0.0]}
    read = read_folder(write_folder(tmp_path / "view", view, told))
    assert read.world_from_camera == pytest.approx(view.world_from_camera)
    assert read.gravity == pytest.approx([0.0, 1.0, 0.0])


def test_pixels_centred_on_whole_numbers_are_shifted(tmp_path: Path) -> None:
    told = {"pixel_centre": 0.0, "cx": 159.5, "cy": 119.5}
    read = read_folder(write_folder(tmp_path / "view", scene_view(), told))
    assert read.centre == (160.0, 120.0)


def test_missing_readings_are_no_readings(tmp_path: Path) -> None:
    view = scene_view()
    folder = write_folder(tmp_path / "view", view)
    holed = view.depth.copy()
    holed[:4], holed[4:6], holed[6] = np.nan, np.inf, -1.0
    np.save(folder / "depth.npy", holed)
    read = read_folder(folder)
    assert (read.depth[:7] == 0).all()
    assert read.depth[7:] == pytest.approx(view.depth[7:])


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"depth_scale": 1.0}, "millimetres"),
        ({"depth_scale": None}, "depth_scale"),
        ({"width": 640}, "320 x 240 pixels, but observation.json says 640 x 240"),
        ({"cx": 512.0}, "cx: 512 lies outside the image"),
        ({"fx": 900.0}, "differ by more than 2 times"),
        ({"gravity": [0, 0, 0]}, "gravity: it is zero"),
        ({"world_from_camera": [[2, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]},
         "no rotation matrix"),
        ({"colour": 1}, "line 1: colour: unknown key 'colour' .* allowed: width, height, fx"),
        ({"fx": "far"}, "line 1: fx: 'far' is not valid; expected number"),
        ({"labels": {"one": "mug"}}, "line 1: labels.one: "),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(
    tmp_path: Path, told: Mapping[str, Any], message: str
) -> None:
    folder = write_folder(tmp_path / "view", scene_view(), told)
    with pytest.raises(SpecError, match=message):
        read_folder(folder)


def test_a_dataset_without_a_frame_is_told_of_frames(tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text("{}")
    result = CliRunner().invoke(app, ["observe", str(tmp_path)])
    assert result.exit_code == 2
    assert "is a dataset; say which of its frames with" in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("observation.json", "observation.json cannot be read"),
        ("depth.png", "neither depth.npy"),
        ("masks.png", "masks.png .* is missing"),
    ],
)
def test_missing_files_are_named(tmp_path: Path, name: str, message: str) -> None:
    folder = write_folder(tmp_path / "view", scene_view())
    (folder / name).unlink()
    with pytest.raises(SpecError, match=message):
        read_folder(folder)


def test_masks_of_another_size_and_empty_ones_are_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "view", scene_view())
    Image.fromarray(np.ones((120, 160), dtype=np.uint8)).save(folder / "masks.png")
    with pytest.raises(SpecError, match=r"masks\.png: is 160 x 120"):
        read_folder(folder)
    Image.fromarray(np.zeros((240, 320), dtype=np.uint8)).save(folder / "masks.png")
    with pytest.raises(SpecError, match="every pixel is background"):
        read_folder(folder)


def test_a_frame_of_a_dataset_is_a_view(tmp_path: Path) -> None:
    dataset = build_dataset(tmp_path / "data")
    frame = next(dataset.frames())
    view = frame_view(dataset, frame.id)
    raw = np.asarray(Image.open(dataset.root / frame.files["depth_linear"]))
    assert view.depth == pytest.approx(raw * frame.depth_scale)
    assert view.names == {thing.instance_id: thing.name for thing in frame.objects}
    camera = frame.camera_params
    assert (view.focal, view.centre) == ((camera.fx, camera.fy), (camera.cx, camera.cy))
    assert view.world_from_camera is not None
    assert view.world_from_camera[:3, 3] == pytest.approx(camera.pos)
    with pytest.raises(SpecError, match="no frame 'other'"):
        frame_view(dataset, "other")


# What is left out


def test_small_and_unknown_masks_are_left_out_and_the_rest_goes_on() -> None:
    view = pair_view()
    masks = view.masks.copy()
    masks[:3, :3] = 9
    masks[:30, 300:] = 8
    view = replace(view, masks=masks, labels={**view.labels, 8: "quxblorp", 9: "mug"})
    observed = observe(view, LIBRARY)
    assert {thing.segment.name for thing in observed.objects} == {"mug", "book"}
    reasons = {what.split(" ")[0]: why for what, why in observed.skipped.items()}
    assert "pixels have depth" in reasons["mug"]
    assert "nearest names" in reasons["quxblorp"]
    with pytest.raises(SpecError, match="quxblorp"):
        observe(view, LIBRARY, ObserveOptions(strict=True))


def test_a_view_without_a_support_is_refused() -> None:
    view = pair_view()
    holes = np.where(view.masks > 0, view.depth, 0.0)
    with pytest.raises(SpecError, match="no support plane"):
        observe(replace(view, depth=holes), LIBRARY)
    rough = np.random.default_rng(0).uniform(0.5, 3.0, view.depth.shape)
    with pytest.raises(SpecError, match="no support plane"):
        observe(replace(view, depth=np.where(view.masks > 0, view.depth, rough)), LIBRARY)


def test_plain_words_are_understood() -> None:
    view = pair_view()
    observed = observe(replace(view, labels={1: "coffee mug", 2: "a book"}, names={}), LIBRARY)
    assert [thing.category for thing in observed.spec.objects] == ["book.n.02", "mug.n.04"]
    assert [thing.name for thing in observed.spec.objects] == ["a_book", "coffee_mug"]


# Models


def test_a_vision_model_labels_what_has_no_label() -> None:
    view = replace(pair_view(), labels={2: "book"})
    kinds = ("book.n.02", "mug.n.04")
    replies = [
        Reply("not json"),
        Reply('{"category": "spoon.n.01"}'),
        Reply('{"category": "mug.n.04"}'),
    ]
    with serving(replies) as server:
        labelled, given = with_labels(view, kinds, Endpoint("fake", server.url), seed=3)
    assert given == {1: "mug.n.04"}
    assert dict(labelled.labels) == {1: "mug.n.04", 2: "book"}
    assert len(server.requests) == 3
    asked = server.requests[0]
    schema = asked["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["category"]["enum"] == [*kinds, NOTHING]
    assert asked["messages"][1]["content"][1]["image_url"]["url"].startswith("data:image/png")
    assert "not one of the allowed" in server.requests[2]["messages"][-1]["content"]


def test_a_vision_model_may_say_none_and_must_not_babble() -> None:
    view = replace(cast(SCENE[:1]), labels={})
    with serving([Reply(json.dumps({"category": NOTHING}))]) as server:
        assert with_labels(view, ("mug.n.04",), Endpoint("fake", server.url))[1] == {}
    with (
        serving([Reply("nonsense")]) as server,
        pytest.raises(ProposalError, match="mask 1: still invalid after 3 answers"),
    ):
        with_labels(view, ("mug.n.04",), Endpoint("fake", server.url))
    with pytest.raises(SpecError, match=r"rgb\.png"):
        with_labels(replace(view, rgb=None), ("mug.n.04",), Endpoint("fake", "http://unused"))


def test_a_depth_model_needs_its_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = "cousins.generators.perception.depth_model"
    monkeypatch.setattr(f"{module}.find_spec", lambda name: None)
    with pytest.raises(BackendMissingError, match=r"pip install 'cousins\[perception\]'"):
        check_depth_model(tmp_path)
    monkeypatch.setattr(f"{module}.find_spec", lambda name: object())
    with pytest.raises(SpecError, match=r"config\.json is missing"):
        check_depth_model(tmp_path)


# The command


def test_the_command_writes_a_spec(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "view", pair_view())
    out, picture = tmp_path / "made.yaml", tmp_path / "made.png"
    command = ["observe", str(folder), "--out", str(out), "--preview", str(picture), "--json"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, (result.stderr, result.exception)
    told = json.loads(result.stdout)
    assert {thing["name"] for thing in told["objects"]} == {"mug", "book"}
    assert all(thing["explained"] > 0.9 for thing in told["objects"])
    assert load_spec(out).name == "made"
    with Image.open(picture) as image:
        assert image.size == (2 * SIZE[0], SIZE[1])
    (folder / "masks.png").unlink()
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 2
    assert "masks.png" in result.stderr
    assert result.stdout == ""
