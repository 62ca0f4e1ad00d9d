"""What labels are beside true, which tests/test_truth.py holds: their form, ids and edge cases."""

# pyright: reportAttributeAccessIssue=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
from __future__ import annotations

import io
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import trimesh
from pycocotools.cocoeval import COCOeval
from solids import joined, nearest, shape_mesh
from test_coco import build, quietly, read
from test_images import SIZE, episode_of, image, spec, world
from worlds import make_request

from cousins.generators.exports import EXPORTERS
from cousins.generators.frames import Rendered, render_episode, render_scene
from cousins.generators.images.camera.cameras import camera_params
from cousins.generators.images.raster.rasteriser import rasteriser
from cousins.generators.images.truth.amodal import decode_mask
from cousins.generators.images.truth.clouds import STRIDE, read_point_cloud
from cousins.generators.images.truth.keypoints import CORNER_EDGES, CORNER_SIGNS
from cousins.generators.images.truth.worlds import prepared
from cousins.generators.labels import LABELS
from cousins.scenes.assembly.assemble import assemble
from cousins.scenes.core.geometry import look_at, transform
from cousins.scenes.libraries.procedural import ProceduralLibrary
from cousins.scenes.model.mujoco_model import compile_model
from cousins.schemas import (
    AmodalMasks,
    Asset,
    Camera,
    CameraSpec,
    ClutterSpec,
    DatasetSpec,
    FrameRecord,
    ObjectSpec,
    Scene,
    SceneGraph,
    SceneObject,
    SceneSpec,
    SpecError,
)
from cousins.schemas.dataset import DEFAULT_LABELS

Array = npt.NDArray[Any]
ALL = LABELS.names()


@dataclass(frozen=True)
class Case:
    scene: Scene
    assets: dict[str, Asset]
    rendered: Rendered

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
    return Case(scene, assets, rendered)


def opened(item: SceneObject, assets: dict[str, Asset]) -> SceneObject:
    joints = {j.name: j.limits[0] + 0.4 * np.ptp(j.limits) for j in assets[item.asset_hash].joints}
    return item.model_copy(update={"joints": {k: float(v) for k, v in joints.items()}})


SEEDS = (1, 2, 3)


@pytest.mark.parametrize("seed", SEEDS)
def test_point_clouds_lie_on_what_is_seen(seed: int) -> None:
    now = case(seed)
    points, ids = read_point_cloud(now.load("point_cloud"))
    mask = image(now.rendered, now.frame, "seg_instance")[::STRIDE, ::STRIDE]
    hit = image(now.rendered, now.frame, "depth_linear")[::STRIDE, ::STRIDE] > 0
    assert len(points) >= hit.sum() > 0
    if len(points) == hit.sum():  # nothing beyond the range of the depth image
        assert np.array_equal(ids, mask[hit])
    loaded: Any = trimesh.load(io.BytesIO(now.load("point_cloud")), file_type="ply")
    assert np.allclose(loaded.vertices, points)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:pycocotools")
def test_amodal_masks_hold_what_is_seen() -> None:
    now = case(1)
    masks = AmodalMasks.from_json(now.load("seg_amodal"))
    visible = image(now.rendered, now.frame, "seg_instance")
    assert masks.size == visible.shape
    hidden = 0
    for label in now.frame.objects:
        mask = decode_mask(masks, label.instance_id)
        seen = visible == label.instance_id
        assert mask[seen].all()
        assert (label.instance_id in masks.counts) == mask.any()
        share = seen.sum() / mask.sum() if mask.any() else None
        assert label.visible_fraction == (share if share is None else pytest.approx(share))
        hidden += share is not None and share < 0.9
    assert hidden >= 1


def test_parts_are_numbered_through_the_scene() -> None:
    now = case(1)
    table = {label.instance_id: label.parts or {} for label in now.frame.objects}
    values = [part for parts in table.values() for part in parts.values()]
    assert sorted(values) == list(range(1, len(values) + 1))
    parts = image(now.rendered, now.frame, "seg_part")
    instances = image(now.rendered, now.frame, "seg_instance")
    assert len(np.unique(parts)) > len(np.unique(instances))
    for key, own in table.items():
        assert set(np.unique(parts[instances == key])) <= set(own.values())


def test_flow_leads_to_the_next_keyframe_of_the_camera() -> None:
    scene, assets = world(9)
    compiled = compile_model(scene, assets, detail="visual")
    episode, arrays = episode_of(scene, compiled, steps=12)
    made = render_episode(scene, assets, episode, arrays, spec(keyframes=3, labels=("flow",)))
    assert [("flow" in f.files, f.step) for f in made.frames] == [
        (True, 0), (True, 0), (True, 6), (True, 6), (False, 12), (False, 12),
    ]  # fmt: skip


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
        pieces = [shape_mesh(shape, kind) for shape in kind.links[0].collisions]
        root = transform(item.pos, item.quat)
        whole = joined(pieces).apply_transform(root)
        away = nearest(whole, np.array(list(points.values())))[1]
        assert away.max() < 2e-3
        checked += 1
    assert checked >= 2


def test_box_edges_join_corners_that_differ_in_one_axis() -> None:
    assert len(CORNER_EDGES) == 12
    for a, b in CORNER_EDGES:
        assert (CORNER_SIGNS[a] != CORNER_SIGNS[b]).sum() == 1


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
    EXPORTERS.load("coco").export(dataset, out)
    coco = read(out)
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
