"""Labels beyond masks, depth and boxes, against an independent ray caster (embree)."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false
from __future__ import annotations

import io
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

import mujoco
import numpy as np
import numpy.typing as npt
import pytest
import trimesh
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from test_coco import build, quietly
from test_images import SIZE, episode_of, image, interior, robot_mesh, shape_mesh, spec, world
from worlds import make_request

from cousins.generators.exports import EXPORTERS
from cousins.generators.images import Rendered, render_episode, render_scene
from cousins.generators.images.amodal import decode_mask
from cousins.generators.images.cameras import camera_params
from cousins.generators.images.clouds import STRIDE, read_point_cloud
from cousins.generators.images.keypoints import CORNER_EDGES, CORNER_SIGNS
from cousins.generators.images.view import rasteriser
from cousins.generators.images.worlds import prepared
from cousins.scenes.assembly import assemble
from cousins.scenes.geometry import look_at, rotation, transform
from cousins.scenes.mujoco_model import compile_model
from cousins.scenes.procedural import ProceduralLibrary
from cousins.schemas import (
    AmodalMasks,
    Asset,
    Camera,
    CameraParams,
    CameraSpec,
    ClutterSpec,
    DatasetSpec,
    FrameRecord,
    LabelName,
    ObjectSpec,
    Scene,
    SceneGraph,
    SceneObject,
    SceneSpec,
    Shape,
    SpecError,
)
from cousins.schemas.dataset import DEFAULT_LABELS

Array = npt.NDArray[Any]
ALL: tuple[LabelName, ...] = get_args(LabelName)
EDGE = 0.005


# ---------------------------------------------------------------- an independent ray caster


def round_mesh(shape: Shape, kind: Asset) -> Any:
    """`shape_mesh` for the kinds that it does not know."""
    if shape.kind == "capsule":
        made = trimesh.creation.capsule(2 * shape.size[1], shape.size[0], count=[128, 128])
    elif shape.kind == "ellipsoid":
        made = trimesh.creation.uv_sphere(radius=1.0, count=[128, 128])
        made.apply_scale(shape.size)
    else:
        return shape_mesh(shape, kind)
    return made.apply_transform(transform(shape.pos, shape.quat))


def link_poses(item: SceneObject, kind: Asset) -> dict[str, Array]:
    """`world_from_link`, with kinematics of its own."""
    poses: dict[str, Array] = {}
    for link in kind.links:
        if link.parent is None:
            poses[link.name] = transform(item.pos, item.quat)
            continue
        pose = poses[link.parent] @ transform(link.pos, link.quat)
        joint = link.joint
        if joint is not None:
            value = item.joints.get(joint.name, 0.0)
            move = trimesh.transformations.translation_matrix(value * np.array(joint.axis))
            if joint.kind == "hinge":
                move = trimesh.transformations.rotation_matrix(value, joint.axis, joint.anchor)
            pose = pose @ move
        poses[link.name] = pose
    return poses


def link_meshes(item: SceneObject, kind: Asset) -> dict[str, Any]:
    """The visuals of each link that has any, in the world."""
    poses = link_poses(item, kind)
    return {
        link.name: trimesh.util.concatenate(
            [round_mesh(s, kind).apply_transform(poses[link.name]) for s in link.visuals]
        )
        for link in kind.links
        if link.visuals
    }


@dataclass(frozen=True)
class Caster:
    """Meshes by (instance id, link), and what rays hit of them."""

    meshes: dict[tuple[int, str], Any]
    """By instance id and link."""

    def rays(self, camera: CameraParams, pixels: Array) -> Array:
        """Directions (N, 3) in the world with unit depth."""
        ahead = np.column_stack(
            [
                (pixels[:, 0] - camera.cx) / camera.fx,
                (pixels[:, 1] - camera.cy) / camera.fy,
                np.ones(len(pixels)),
            ]
        )
        return ahead @ rotation(camera.quat).T

    def cast(self, camera: CameraParams, pixels: Array, only: int | None = None) -> tuple[Any, ...]:
        """Place in `parts(only)` from 1, depth (inf for none), triangle, the whole mesh."""
        keys = self.parts(only)
        whole = trimesh.util.concatenate([self.meshes[key] for key in keys])
        owner = np.repeat(np.arange(1, len(keys) + 1), [len(self.meshes[k].faces) for k in keys])
        rays = self.rays(camera, pixels)
        origin = np.tile(camera.pos, (len(rays), 1))
        caster = trimesh.ray.ray_pyembree.RayMeshIntersector(whole)
        triangle = caster.intersects_first(origin, rays)
        hit = triangle >= 0
        normal, corner = whole.face_normals[triangle], whole.triangles[triangle][:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            depth = np.sum(normal * (corner - origin), axis=1) / np.sum(normal * rays, axis=1)
        return np.where(hit, owner[triangle], 0), np.where(hit, depth, np.inf), triangle, whole

    def parts(self, only: int | None = None) -> list[tuple[int, str]]:
        return [key for key in self.meshes if only in (None, key[0])]


def caster(scene: Scene, assets: dict[str, Asset]) -> Caster:
    meshes: dict[tuple[int, str], Any] = {}
    for number, item in enumerate(scene.objects, start=1):
        for link, mesh in link_meshes(item, assets[item.asset_hash]).items():
            meshes[number, link] = mesh
    compiled = compile_model(scene, assets, detail="visual")
    data = compiled.new_data()
    meshes[len(scene.objects) + 1, "robot"] = robot_mesh(compiled, data)
    return Caster(meshes)


def centres(camera: CameraParams) -> Array:
    v, u = np.mgrid[0 : camera.height, 0 : camera.width] + 0.5
    return np.column_stack([u.ravel(), v.ravel()])


@dataclass(frozen=True)
class Case:
    scene: Scene
    assets: dict[str, Asset]
    rendered: Rendered
    caster: Caster

    @property
    def frame(self) -> FrameRecord:
        return self.rendered.frames[0]

    def load(self, label: str) -> bytes:
        return self.rendered.files[self.frame.files[label]]


@lru_cache(maxsize=4)
def case(seed: int) -> Case:
    """A random scene of the procedural library, with things that open, from one camera."""
    things = ("cabinet.n.01", "mug.n.04", "bowl.n.01", "tray.n.01")
    request = make_request(
        SceneSpec(
            objects=tuple(ObjectSpec(name=c.partition(".")[0], category=c) for c in things),
            clutter=ClutterSpec.model_validate({"count": 4}),
        ),
        seed=seed,
        cameras=(CameraSpec.model_validate({"name": "front", "elevation": 20, "distance": 0.9}),),
    )
    scene, assets = assemble(request, ProceduralLibrary())
    scene = Scene.model_validate(
        scene.model_dump() | {"objects": tuple(opened(o, assets) for o in scene.objects)}
    )
    labels = tuple(label for label in ALL if label != "rgb")
    rendered = render_scene(scene, assets, spec(labels=labels))
    return Case(scene, assets, rendered, caster(scene, assets))


def opened(item: SceneObject, assets: dict[str, Asset]) -> SceneObject:
    joints = {j.name: j.limits[0] + 0.4 * np.ptp(j.limits) for j in assets[item.asset_hash].joints}
    return item.model_copy(update={"joints": {k: float(v) for k, v in joints.items()}})


SEEDS = (1, 2, 3)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:pycocotools")
@pytest.mark.parametrize("seed", SEEDS)
def test_amodal_masks_are_whole_objects(seed: int) -> None:
    now = case(seed)
    camera, shape = now.frame.camera_params, SIZE[::-1]
    masks = AmodalMasks.from_json(now.load("seg_amodal"))
    assert masks.size == shape
    visible = image(now.rendered, now.frame, "seg_instance")
    hidden = 0
    for label in now.frame.objects:
        key = label.instance_id
        mask = decode_mask(masks, key)
        owner, depth, _, _ = now.caster.cast(camera, centres(camera), only=key)
        truth = ((owner > 0) & (depth > 0.01)).reshape(shape)
        inner = interior(truth)
        assert np.mean(mask[inner] == truth[inner]) >= 0.999
        assert mask[visible == key].all()
        assert (key in masks.counts) == mask.any()
        if not mask.any():
            assert label.visible_fraction is None
            continue
        assert label.visible_fraction == pytest.approx((visible == key).sum() / mask.sum())
        assert label.visible_fraction is not None
        hidden += label.visible_fraction < 0.9
        edges = (~interior(truth) & truth).sum() + 1
        assert abs(int(truth.sum()) - int(mask.sum())) <= 0.2 * edges + 2
        points = np.concatenate([now.caster.meshes[k].vertices for k in now.caster.parts(key)])
        local = (points - camera.pos) @ rotation(camera.quat)
        if (local[:, 2] > 0.05).all():
            u = local[:, 0] / local[:, 2] * camera.fx + camera.cx
            v = local[:, 1] / local[:, 2] * camera.fy + camera.cy
            low, high = min(u.min(), v.min()), max(u.max() - camera.width, v.max() - camera.height)
            if min(abs(low), abs(high)) > 0.5:
                assert label.truncated == (low < 0 or high > 0)
    assert hidden >= 1


@pytest.mark.parametrize("seed", SEEDS)
def test_parts_are_links(seed: int) -> None:
    now = case(seed)
    camera = now.frame.camera_params
    mask = image(now.rendered, now.frame, "seg_part")
    owner, _, _, _ = now.caster.cast(camera, centres(camera))
    table = {label.instance_id: label.parts or {} for label in now.frame.objects}
    robot = len(now.scene.objects) + 1
    ids = [0] + [0 if key[0] == robot else table[key[0]][key[1]] for key in now.caster.parts()]
    truth = np.array(ids)[owner].reshape(mask.shape)
    of_robot = np.isin(mask, list(table[robot].values()))
    assert np.array_equal(of_robot, image(now.rendered, now.frame, "seg_instance") == robot)
    inner = interior(owner.reshape(mask.shape)) & ~of_robot
    assert np.mean(mask[inner] == truth[inner]) >= 0.999
    assert len(np.unique(truth)) > len(np.unique(image(now.rendered, now.frame, "seg_instance")))
    values = [part for parts in table.values() for part in parts.values()]
    assert sorted(values) == list(range(1, len(values) + 1))


@pytest.mark.parametrize("seed", SEEDS)
def test_depth_is_the_distance_to_the_camera(seed: int) -> None:
    now = case(seed)
    camera = now.frame.camera_params
    owner, reach, _, _ = now.caster.cast(camera, centres(camera))
    away = reach * np.linalg.norm(now.caster.rays(camera, centres(camera)), axis=1)
    drawn = image(now.rendered, now.frame, "depth") * now.frame.depth_scale
    seen = image(now.rendered, now.frame, "seg_instance") > 0
    inner = interior(owner.reshape(drawn.shape)) & (owner.reshape(drawn.shape) > 0) & seen
    assert inner.sum() > 2000
    assert np.quantile(np.abs(drawn - away.reshape(drawn.shape))[inner], 0.995) < 1e-3
    linear = image(now.rendered, now.frame, "depth_linear") * now.frame.depth_scale
    assert (drawn[inner] >= linear[inner] - 1e-4).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_point_clouds_lie_on_what_is_seen(seed: int) -> None:
    now = case(seed)
    points, ids = read_point_cloud(now.load("point_cloud"))
    mask = image(now.rendered, now.frame, "seg_instance")[::STRIDE, ::STRIDE]
    hit = image(now.rendered, now.frame, "depth_linear")[::STRIDE, ::STRIDE] > 0
    assert len(points) >= hit.sum() > 0
    if len(points) == hit.sum():  # nothing beyond the range of the depth image
        assert np.array_equal(ids, mask[hit])
    loaded = trimesh.load(io.BytesIO(now.load("point_cloud")), file_type="ply")
    assert np.allclose(loaded.vertices, points)
    for label in now.frame.objects[:-1]:
        mine = points[ids == label.instance_id][:200]
        if len(mine):
            keys = now.caster.parts(label.instance_id)
            whole = trimesh.util.concatenate([now.caster.meshes[key] for key in keys])
            away = trimesh.proximity.closest_point(whole, mine.astype(float))[1]
            assert np.quantile(away, 0.98) < 1e-3


@pytest.mark.parametrize("seed", SEEDS)
def test_keypoints_are_where_they_are_and_are_seen(seed: int) -> None:
    now = case(seed)
    camera = now.frame.camera_params
    compared = agreed = levels = 0
    for label in now.frame.objects[:-1]:
        item = now.scene.objects[label.instance_id - 1]
        kind = now.assets[item.asset_hash]
        truth = expected_points(now, label.instance_id)
        assert label.keypoints is not None
        found = {point.name: point for point in label.keypoints}
        assert {name for name in found if not name.startswith("grasp")} == set(truth)
        assert ("grasp_0" in found) <= kind.graspable
        for name, point in found.items():
            place = np.array(point.pos)
            if name in truth:
                assert place == pytest.approx(truth[name], abs=5e-4)
            local = rotation(camera.quat).T @ (place - camera.pos)
            if local[2] < 0.02:
                assert point.visibility == 0
                continue
            pixel = local[:2] / local[2] * [camera.fx, camera.fy] + [camera.cx, camera.cy]
            assert point.pixel == pytest.approx(tuple(pixel), abs=1e-6)
            inside = (pixel >= 0).all() and (pixel < [camera.width, camera.height]).all()
            assert (point.visibility > 0) == inside
            slack = next((h.width for h in kind.handles if name == f"handle_{h.name}"), 0.0)
            offsets = np.array([[x, y] for x in (-1.5, 0, 1.5) for y in (-1.5, 0, 1.5)])
            _, depth, _, _ = now.caster.cast(camera, pixel + offsets)
            clear = local[2] <= depth + EDGE + slack
            near = np.abs(local[2] - depth - EDGE - slack).min() < 0.003
            if inside and not near and (clear.all() or not clear.any()):
                compared += 1
                levels += point.visibility == 1
                agreed += (point.visibility == 2) == clear[4]
    assert compared > 15
    assert levels > 3
    assert agreed >= 0.98 * compared


def expected_points(now: Case, key: int) -> dict[str, Array]:
    """Corners from the meshes' vertices, handles and openings from the links' poses."""
    item = now.scene.objects[key - 1]
    kind = now.assets[item.asset_hash]
    root = transform(item.pos, item.quat)
    vertices = np.concatenate([now.caster.meshes[k].vertices for k in now.caster.parts(key)])
    local = (vertices - item.pos) @ root[:3, :3]
    low, high = local.min(axis=0), local.max(axis=0)
    found: dict[str, Array] = {}
    for number, signs in enumerate(CORNER_SIGNS):
        corner = np.where(signs > 0, high, low)
        found[f"corner_{number}"] = root[:3, :3] @ corner + root[:3, 3]
    poses = link_poses(item, kind)
    for handle in kind.handles:
        found[f"handle_{handle.name}"] = (poses[handle.link] @ [*handle.pos, 1])[:3]
    for cavity in kind.cavities:
        axis = 2 if cavity.opening == "top" else 0
        middle = np.array(cavity.centre)
        middle[axis] += cavity.half_size[axis]
        found[f"opening_{cavity.name}"] = (poses[cavity.link] @ [*middle, 1])[:3]
    return found


def test_grasps_touch_both_sides_of_the_object() -> None:
    now = case(1)
    checked = 0
    for label in now.frame.objects[:-1]:
        points = {p.name: np.array(p.pos) for p in label.keypoints or () if p.kind == "grasp"}
        if not points:
            continue
        assert set(points) == {"grasp_0", "grasp_1"}
        assert 0.003 <= np.linalg.norm(points["grasp_0"] - points["grasp_1"]) <= 0.0701
        item = now.scene.objects[label.instance_id - 1]
        kind = now.assets[item.asset_hash]
        # Collision pieces follow the visible shape closely, not exactly.
        pieces = [round_mesh(shape, kind) for shape in kind.links[0].collisions]
        root = transform(item.pos, item.quat)
        whole = trimesh.util.concatenate(pieces).apply_transform(root)
        away = trimesh.proximity.closest_point(whole, np.array(list(points.values())))[1]
        assert away.max() < 2e-3
        checked += 1
    assert checked >= 2


def test_box_edges_join_corners_that_differ_in_one_axis() -> None:
    assert len(CORNER_EDGES) == 12
    for a, b in CORNER_EDGES:
        assert (CORNER_SIGNS[a] != CORNER_SIGNS[b]).sum() == 1


def test_flow_leads_to_where_points_come_to_lie() -> None:
    scene, assets = world(9)
    compiled = compile_model(scene, assets, detail="visual")
    episode, arrays = episode_of(scene, compiled, steps=12)
    labels = ("flow", "seg_instance", "depth_linear")
    made = render_episode(scene, assets, episode, arrays, spec(keyframes=3, labels=labels))
    assert [("flow" in f.files, f.step) for f in made.frames] == [
        (True, 0), (True, 0), (True, 6), (True, 6), (False, 12), (False, 12),
    ]  # fmt: skip
    data = compiled.new_data()
    worlds: list[Caster] = []
    for step in (0, 6, 12):
        data.qpos[:] = arrays.qpos[step]
        at = {1 + n: i for n, i in enumerate(scene.objects)}
        lifted = at[4].model_copy(update={"pos": (*at[4].pos[:2], at[4].pos[2] + step / 60)})
        at[4] = lifted
        meshes = {
            (key, link): mesh
            for key, item in at.items()
            for link, mesh in link_meshes(item, assets[item.asset_hash]).items()
        }
        mujoco.mj_kinematics(compiled.model, data)
        meshes[len(at) + 1, "robot"] = robot_mesh(compiled, data)
        worlds.append(Caster(meshes))
    moving = 0
    for first, then in ((0, 2), (1, 3), (2, 4), (3, 5)):
        moving += compare_flow(made, first, then, worlds[first // 2], worlds[then // 2])
    assert moving > 500


def compare_flow(made: Rendered, first: int, then: int, now: Caster, later: Caster) -> int:
    """Check the flow of one frame; how many of its pixels move by more than a pixel."""
    frame, after = made.frames[first], made.frames[then].camera_params
    with np.load(io.BytesIO(made.files[frame.files["flow"]])) as saved:
        flow, state = saved["flow"].astype(float), saved["state"]
    pixels = centres(frame.camera_params)
    owner, depth, triangle, mesh = now.cast(frame.camera_params, pixels)
    hit = owner > 0
    place = now.rays(frame.camera_params, pixels[hit]) * depth[hit, None] + frame.camera_params.pos
    share = trimesh.triangles.points_to_barycentric(mesh.triangles[triangle[hit]], place)
    moved = trimesh.util.concatenate(list(later.meshes.values())).triangles[triangle[hit]]
    local = (np.einsum("nk,nkd->nd", share, moved) - after.pos) @ rotation(after.quat)
    target = local[:, :2] / local[:, 2:] * [after.fx, after.fy] + [after.cx, after.cy]
    drawn = image(made, frame, "seg_instance").ravel()[hit]
    good = interior(owner.reshape(state.shape)).ravel()[hit] & (local[:, 2] > 0.05) & (drawn > 0)
    motion = target - pixels[hit]
    error = np.linalg.norm(flow.reshape(-1, 2)[hit] - motion, axis=1)[good]
    assert good.sum() > 500
    assert np.quantile(error, 0.995) < 0.5
    _, seen, _, _ = later.cast(after, target[good])
    inside = ((target >= 0) & (target < [after.width, after.height])).all(axis=1)[good]
    visible = inside & (local[good, 2] <= seen + EDGE)
    known = state.ravel()[hit][good]
    assert (known > 0).all()
    assert np.mean((known == 2) == visible) > 0.97
    assert (flow[state == 0] == 0).all()
    return int((np.linalg.norm(motion[good], axis=1) > 1).sum())


def test_a_still_camera_sees_no_flow_of_what_rests() -> None:
    scene, assets = world(9)
    compiled = compile_model(scene, assets, detail="visual")
    episode, arrays = episode_of(scene, compiled, steps=4)
    made = render_episode(
        scene, assets, episode, arrays, spec(keyframes=2, labels=("flow", "seg_instance"))
    )
    with np.load(io.BytesIO(made.files[made.frames[0].files["flow"]])) as saved:
        table = image(made, made.frames[0], "seg_instance") == 1
        assert np.abs(saved["flow"][table].astype(float)).max() < 1e-3
        assert saved["flow"].dtype == np.float16
    again = render_episode(
        scene, assets, episode, arrays, spec(keyframes=2, labels=("flow", "seg_instance"))
    )
    assert again.files == made.files


@pytest.mark.parametrize("seed", SEEDS[:1])
def test_scene_graphs_say_what_predicates_say(seed: int) -> None:
    now = case(seed)
    graph = SceneGraph.from_json(now.load("scene_graph"))
    assert [node.name for node in graph.nodes] == [item.name for item in now.scene.objects]
    told = {f"{edge.predicate} {edge.subject} {edge.object}" for edge in graph.edges}
    told |= {f"{state} {node.name}" for node in graph.nodes for state in node.states}
    assert told == set(now.frame.predicates or ())
    assert "open cabinet" in told
    for node, item in zip(graph.nodes, now.scene.objects, strict=True):
        assert node.asset == item.asset
        assert node.pos == pytest.approx(item.pos)
        assert node.category == now.assets[item.asset_hash].category


def test_what_is_behind_is_hidden_and_what_is_beside_is_out_of_view() -> None:
    scene, assets = world(9)
    chest = scene.object("chest")
    eye = (chest.pos[0], chest.pos[1] - 0.5, chest.pos[2] + 0.03)
    brick = scene.object("brick").model_copy(
        update={"pos": (chest.pos[0], chest.pos[1] + 0.2, chest.pos[2]), "quat": (1, 0, 0, 0)}
    )
    shut = chest.model_copy(update={"joints": {"lid": 0.0}, "quat": (1, 0, 0, 0)})
    swap = {"brick": brick, "chest": shut}
    camera = Camera(name="side", pos=eye, quat=look_at(eye, (eye[0], 0.9, eye[2])), fov=30)
    placed = scene.model_copy(
        update={
            "objects": tuple(swap.get(o.name, o) for o in scene.objects if o.name != "wedge"),
            "cameras": (camera,),
        }
    )
    labels = ("visible_fraction", "seg_amodal", "keypoints")
    frame = render_scene(placed, assets, spec(labels=labels)).frames[0]
    by_name = {label.name: label for label in frame.objects}
    assert by_name["brick"].visible_fraction == 0.0
    assert by_name["brick"].truncated is False
    assert {point.visibility for point in by_name["brick"].keypoints or ()} == {1}
    assert by_name["chest"].visible_fraction == 1.0
    assert {p.visibility for p in by_name["chest"].keypoints or () if p.kind == "corner"} == {1, 2}
    assert by_name["table"].truncated is True
    away = camera.model_copy(update={"quat": look_at(eye, (eye[0], eye[1] - 1, eye[2]))})
    turned = placed.model_copy(update={"cameras": (away,)})
    label = render_scene(turned, assets, spec(labels=labels)).frames[0].objects[1]
    assert (label.name, label.visible_fraction, label.truncated) == ("chest", None, True)
    assert {point.visibility for point in label.keypoints or ()} == {0}
    assert {point.pixel for point in label.keypoints or ()} == {None}


@pytest.mark.parametrize("before", [31, 100, 150])
def test_any_number_of_objects_can_be_told_apart(before: int) -> None:
    """Bits spread over several words, and over several passes."""
    scene, assets = world(9)
    ready = prepared(scene, assets)
    data = ready.world.new_data()
    camera = camera_params(ready.world, data, scene.cameras[0], SIZE)
    groups = ready.labeller.geom_instances
    few = rasteriser().silhouettes(ready.world, data, camera, groups)
    many = rasteriser().silhouettes(
        ready.world, data, camera, np.where(groups > 0, groups + before, 0)
    )
    assert few.shape == (SIZE[1], SIZE[0], 1)
    assert many.shape[2] == -(-(before + groups.max()) // 32)
    for group in range(1, groups.max() + 1):
        place = group + before - 1
        bit = many[..., place // 32] >> (place % 32) & 1
        assert bit.any()
        assert np.array_equal(bit, few[..., 0] >> (group - 1) & 1)


def test_labels_are_made_only_when_asked_for() -> None:
    scene, assets = world(9)
    frame = render_scene(scene, assets, spec(labels=DEFAULT_LABELS)).frames[0]
    assert set(frame.files) == {"rgb", "depth_linear", "seg_instance", "seg_semantic"}
    for label in frame.objects:
        assert (label.keypoints, label.parts) == (None, None)
    bare = render_scene(scene, assets, spec(labels=("seg_part",))).frames[0]
    assert set(bare.files) == {"seg_part"}
    assert bare.predicates is None
    assert {(o.visible_fraction, o.truncated) for o in bare.objects} == {(None, None)}
    assert render_scene(scene, assets, spec(labels=("flow",))).frames[0].files == {}
    with pytest.raises(ValueError, match="seg_panoptic"):
        DatasetSpec.model_validate({"name": "test", "render": {"labels": ["seg_panoptic"]}})
    with pytest.raises(SpecError, match="SceneGraph"):
        SceneGraph.from_json(json.dumps({"nodes": []}))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:pycocotools")
def test_coco_takes_corners_as_keypoints_and_whole_objects(tmp_path: Path) -> None:
    labels = ("rgb", "seg_instance", "seg_amodal", "visible_fraction", "keypoints")
    dataset = build(tmp_path / "dataset", seeds=(21,), labels=labels)
    out = tmp_path / "coco"
    EXPORTERS["coco"].export(dataset, out)
    coco = quietly(lambda: COCO(str(out / "annotations" / "instances.json")))
    frames = {frame.id: frame for frame in dataset.frames()}
    assert {tuple(c["keypoints"]) for c in coco.cats.values()} == {
        tuple(f"corner_{n}" for n in range(8))
    }
    edges = np.array(coco.cats[min(coco.cats)]["skeleton"])
    assert (edges.min(), edges.max(), len(edges)) == (1, 8, 12)
    for annotation in coco.anns.values():
        frame = frames[coco.imgs[annotation["image_id"]]["frame"]]
        label = next(o for o in frame.objects if o.name == annotation["name"])
        corners = [p for p in label.keypoints or () if p.kind == "corner"]
        rows = np.array(annotation["keypoints"]).reshape(8, 3)
        assert rows[:, 2].tolist() == [p.visibility for p in corners]
        assert annotation["num_keypoints"] == (rows[:, 2] > 0).sum()
        assert (rows[rows[:, 2] == 0] == 0).all()
        for row, point in zip(rows, corners, strict=True):
            if row[2]:
                assert tuple(row[:2]) == point.pixel
        whole = coco.annToMask({**annotation, "segmentation": annotation["segmentation_amodal"]})
        assert (whole >= coco.annToMask(annotation)).all()
        assert annotation["visible_fraction"] == pytest.approx(annotation["area"] / whole.sum())
    keys = ("image_id", "category_id", "keypoints")
    results = [{key: a[key] for key in keys} | {"score": 1} for a in coco.anns.values()]
    judged = COCOeval(coco, quietly(lambda: coco.loadRes(results)), "keypoints")
    judged.params.kpt_oks_sigmas = np.full(8, 0.05)
    quietly(lambda: (judged.evaluate(), judged.accumulate(), judged.summarize()))
    assert judged.stats[0] == pytest.approx(1.0)
