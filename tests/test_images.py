"""Rendering: labels against an independent ray caster, sweeps, episodes, and failures."""

# pyright: reportAttributeAccessIssue=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest
import trimesh
from PIL import Image
from solids import joined, link_meshes, robot_meshes
from some import some

from cousins.flows.backends import check_backend
from cousins.generators.frames import (
    GBuffer,
    Rendered,
    camera_sees,
    check_vary,
    keyframe_steps,
    render_episode,
    render_scene,
    renderer,
)
from cousins.generators.images.camera.cameras import camera_params, project
from cousins.generators.images.camera.view import World
from cousins.generators.images.encode import VideoWriter, png
from cousins.generators.images.raster.gl import open_gl
from cousins.generators.images.truth.semantics import semantic_id
from cousins.scenes.core.geometry import look_at, rotation, yaw_quaternion
from cousins.scenes.model.mujoco_model import CompiledScene, compile_model
from cousins.schemas import (
    Asset,
    BackendMissingError,
    Camera,
    CameraParams,
    DatasetSpec,
    Episode,
    EpisodeArrays,
    FrameRecord,
    Inertial,
    Joint,
    Light,
    Link,
    Material,
    MeshData,
    RenderError,
    RobotPose,
    Scene,
    SceneObject,
    Shape,
    SpecError,
)
from cousins.schemas.dataset import DEFAULT_LABELS

Array = npt.NDArray[Any]
SIZE = (160, 120)
TOP = 0.7
INERTIAL = Inertial(mass=0.3, com=(0, 0, 0), inertia=(1e-3, 1e-3, 1e-3, 0, 0, 0))


def box(half: tuple[float, float, float], pos: tuple[float, float, float]) -> Shape:
    return Shape(kind="box", size=half, pos=pos, material="paint")


def asset(
    name: str, category: str, links: tuple[Link, ...], fixed: bool = False, **more: Any
) -> Asset:
    return Asset(
        id=name, category=category, library="inline", source="inline", licence="CC0-1.0",
        links=links, extents=(0.1, 0.1, 0.1), graspable=not fixed, fixed=fixed,
        materials={"paint": Material(rgba=(0.8, 0.5, 0.3, 1))}, **more,
    )  # fmt: skip


def rigid(name: str, category: str, *shapes: Shape, **more: Any) -> Asset:
    solid = tuple(shape.model_copy(update={"material": None}) for shape in shapes)
    link = Link(name="body", visuals=shapes, collisions=solid, inertial=INERTIAL)
    return asset(name, category, (link,), **more)


def wedge() -> Asset:
    """A faceted mesh: an octagonal frustum."""
    turn = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    ring = np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1)
    points = np.concatenate([ring * 0.06, ring * 0.035 + [0, 0, 0.09]])
    hull = trimesh.convex.convex_hull(points)
    shape = Shape(kind="mesh", mesh="hull", material="paint")
    mesh = MeshData.from_arrays(hull.vertices, hull.faces)
    return rigid("wedge", "cup.n.01", shape, meshes={"hull": mesh})


def box_with_lid() -> Asset:
    """A box whose lid turns about an edge; its link has an offset and a rotation."""
    base, cover = box((0.06, 0.05, 0.03), (0, 0, 0.03)), box((0.06, 0.05, 0.004), (0.06, 0, 0.004))
    body = Link(name="body", visuals=(base,), collisions=(base,), inertial=INERTIAL)
    lid = Link(
        name="lid", parent="body", pos=(-0.06, 0, 0.065), quat=yaw_quaternion(0.0),
        joint=Joint(name="lid", kind="hinge", axis=(0, -1, 0), limits=(0.0, 1.8)),
        visuals=(cover,), collisions=(cover,), inertial=INERTIAL,
    )  # fmt: skip
    return asset("chest", "chest.n.02", (body, lid))


def world(seed: int, round_things: bool = False) -> tuple[Scene, dict[str, Asset]]:
    """A table with a few things on it, at random."""
    rng = np.random.default_rng(seed)
    made: list[tuple[Asset, float]] = [(wedge(), 0.0), (box_with_lid(), 0.0)]
    made.append((rigid("brick", "book.n.02", box((0.05, 0.03, 0.02), (0, 0, 0.02))), 0.0))
    if round_things:
        made.append((rigid("ball", "apple.n.01", Shape(kind="sphere", size=(0.04,))), 0.04))
        made.append((rigid("can", "can.n.01", Shape(kind="cylinder", size=(0.03, 0.05))), 0.05))
    table = rigid(
        "table", "table.n.02", box((0.35, 0.5, 0.02), (0, 0, TOP - 0.02)),
        box((0.03, 0.03, 0.34), (0.2, 0.3, 0.34)), fixed=True,
    )  # fmt: skip
    places = rng.permutation([(x, y) for x in (0.4, 0.55, 0.7) for y in (-0.25, 0.0, 0.25)])
    objects = [thing("table", table, (0.55, 0.0, 0.0), 0.0, "support")]
    for (kind, lift), (x, y) in zip(made, places, strict=False):
        joints = {"lid": float(rng.uniform(0.3, 1.5))} if kind.id == "chest" else {}
        yaw = float(rng.uniform(0, 6))
        objects.append(thing(kind.id, kind, (float(x), float(y), TOP + lift), yaw, "task", joints))
    eye = (0.55 + float(rng.uniform(0.5, 0.8)), float(rng.uniform(-0.4, 0.4)), 1.3)
    light = np.array([-0.4, 0.3, -0.87])
    light /= np.linalg.norm(light)
    scene = Scene(
        id=f"test-{seed}", seed=(seed,), support="table",
        robot=RobotPose(
            name="franka-fr3", pos=(0, 0, TOP), quat=(1, 0, 0, 0),
            home=(0, -0.55, 0, -2.35, 0, 1.8, 0.785),
        ),
        objects=tuple(objects),
        lights=(Light(name="key", direction=tuple(light), intensity=500, colour=(1, 0.95, 0.9)),),
        ambient=170.0,
        cameras=(
            Camera(name="front", pos=eye, quat=look_at(eye, (0.5, 0, TOP + 0.05)), fov=45),
            Camera(
                name="wrist", mount="hand", pos=(0.08, 0, 0.03), fov=70,
                quat=look_at((0.08, 0, 0.03), (0.04, 0, 0.3)),
            ),
        ),
        floor=Material(rgba=(0.5, 0.4, 0.3, 1)), wall=Material(rgba=(0.8, 0.8, 0.8, 1)),
    )  # fmt: skip
    return scene, {kind.content_hash(): kind for kind in [table, *(k for k, _ in made)]}


def thing(
    name: str,
    kind: Asset,
    pos: tuple[float, float, float],
    yaw: float,
    role: Any,
    joints: dict[str, float] | None = None,
) -> SceneObject:
    return SceneObject(
        name=name, category=kind.category, asset=kind.id, asset_hash=kind.content_hash(),
        pos=pos, quat=yaw_quaternion(yaw), joints=joints or {}, fixed=kind.fixed, role=role,
    )  # fmt: skip


def spec(**render: Any) -> DatasetSpec:
    render = {"size": SIZE, "labels": (*DEFAULT_LABELS, "normal"), **render}
    return DatasetSpec.model_validate({"name": "test", "render": render})


def image(rendered: Rendered, frame: FrameRecord, label: str) -> Array:
    return np.asarray(Image.open(io.BytesIO(rendered.files[frame.files[label]])))


# ---------------------------------------------------------------- an independent ray caster


def object_mesh(item: SceneObject, kind: Asset) -> Any:
    """All visuals of an object in the world."""
    return joined(list(link_meshes(item, kind).values()))


def cast(meshes: list[Any], camera: CameraParams) -> tuple[Array, Array, Array, Array]:
    """Instance id, depth, camera-frame normal, and triangle of each pixel."""
    whole = trimesh.util.concatenate(meshes)
    owner = np.repeat(np.arange(1, len(meshes) + 1), [len(mesh.faces) for mesh in meshes])
    v, u = np.mgrid[0 : camera.height, 0 : camera.width] + 0.5
    ahead = np.stack(
        [(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy, np.ones_like(u)], axis=-1
    ).reshape(-1, 3)
    turn = rotation(camera.quat)
    rays = ahead @ turn.T
    origin = np.tile(camera.pos, (len(rays), 1))
    caster = trimesh.ray.ray_pyembree.RayMeshIntersector(whole)
    triangle = caster.intersects_first(origin, rays)
    hit = triangle >= 0
    normal = whole.face_normals[triangle] @ turn
    corner = whole.triangles[triangle][:, 0]
    world_normal = whole.face_normals[triangle]
    reach = np.sum(world_normal * (corner - origin), axis=1) / np.sum(world_normal * rays, axis=1)
    normal *= -np.sign(np.sum(normal * ahead, axis=1))[:, None]
    ids = np.where(hit, owner[triangle], 0)
    shape = (camera.height, camera.width)
    return (
        ids.reshape(shape),
        np.where(hit, reach, 0.0).reshape(shape),
        normal.reshape(*shape, 3),
        triangle.reshape(shape),
    )


def interior(*images: Array) -> Array:
    """Pixels whose eight neighbours agree with them in every image."""
    good = np.zeros(images[0].shape, dtype=bool)
    good[1:-1, 1:-1] = True
    for picture in images:
        for rows in (-1, 0, 1):
            for columns in (-1, 0, 1):
                good &= np.roll(picture, (rows, columns), (0, 1)) == picture
    return good


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_labels_agree_with_a_ray_caster(seed: int) -> None:
    scene, assets = world(seed, round_things=True)
    rendered = render_scene(scene, assets, spec())
    compiled = compile_model(scene, assets, detail="visual")
    meshes = [object_mesh(item, assets[item.asset_hash]) for item in scene.objects]
    meshes.append(joined(list(robot_meshes(compiled, compiled.new_data()).values())))
    assert len(rendered.frames) == 2
    for frame in rendered.frames:
        ids, depth, normal, triangle = cast(meshes, frame.camera_params)
        mask = image(rendered, frame, "seg_instance")
        inner = interior(ids)
        assert (ids > 0).sum() > 500
        assert np.mean(mask[inner] == ids[inner]) >= 0.999
        metres = image(rendered, frame, "depth_linear") * frame.depth_scale
        both = inner & (ids > 0) & (mask == ids)
        assert np.quantile(np.abs(metres - depth)[both], 0.999) < 1e-3
        flat = interior(triangle) & (ids > 0) & (mask == ids)
        for name in ("ball", "can"):
            flat &= ids != 1 + [item.name for item in scene.objects].index(name)
        drawn = image(rendered, frame, "normal").astype(float) / 127 - 1
        drawn /= np.maximum(np.linalg.norm(drawn, axis=2, keepdims=True), 1e-9)
        angle = np.degrees(np.arccos(np.clip(np.sum(drawn * normal, axis=2), -1, 1)))
        assert np.quantile(angle[flat], 0.99) < 1.0


def test_boxes_poses_and_masks_are_consistent() -> None:
    scene, assets = world(4)
    rendered = render_scene(scene, assets, spec())
    for frame in some(rendered.frames):
        mask = image(rendered, frame, "seg_instance")
        semantic = image(rendered, frame, "seg_semantic")
        assert [label.instance_id for label in frame.objects] == list(range(1, 6))
        assert frame.objects[-1].name == "robot"
        for label in frame.objects:
            mine = mask == label.instance_id
            assert label.visible_pixels == mine.sum()
            assert set(np.unique(semantic[mine])) <= {label.semantic_id}
            assert label.semantic_id == semantic_id(label.category)
            if not mine.any():
                assert label.bbox_2d_tight is None
                continue
            rows, columns = np.nonzero(mine)
            tight = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
            loose = label.bbox_2d_loose
            assert label.bbox_2d_tight == tight
            assert loose is not None
            assert (np.array(loose[:2]) <= np.array(tight[:2]) + 1).all()
            assert (np.array(loose[2:]) >= np.array(tight[2:]) - 1).all()
        for item, label in zip(scene.objects, frame.objects, strict=False):
            assert label.pos == pytest.approx(item.pos)
            assert label.quat is not None
            assert abs(np.dot(label.quat, item.quat)) == pytest.approx(1)
            assert label.joints == pytest.approx(item.joints)


def test_boxes_hold_every_vertex() -> None:
    scene, assets = world(5, round_things=True)
    frame = render_scene(scene, assets, spec(labels=("bbox_2d_loose", "bbox_3d"))).frames[0]
    camera = frame.camera_params
    for item, label in some(zip(scene.objects, frame.objects, strict=False)):
        points = object_mesh(item, assets[item.asset_hash]).vertices
        box3, box2 = label.bbox_3d, label.bbox_2d_loose
        assert box3 is not None
        assert box2 is not None
        local = (points - box3.centre) @ rotation(box3.quat)
        half = np.array(box3.extents) / 2
        assert (np.abs(local) <= half + 5e-4).all()
        assert np.abs(local).max(axis=0) == pytest.approx(half, abs=5e-4)
        pixels = project(camera, (points - camera.pos) @ rotation(camera.quat))
        pixels = np.clip(pixels, 0, [camera.width, camera.height])
        assert (pixels >= np.array(box2[:2]) - 0.5).all()
        assert (pixels <= np.array(box2[2:]) + 0.5).all()
        assert (*pixels.min(axis=0), *pixels.max(axis=0)) == pytest.approx(box2, abs=0.5)


def test_a_light_sweep_changes_pictures_and_nothing_else() -> None:
    scene, assets = world(6)
    vary = {"scene.light.key.intensity": {"sweep": [200, 800]}}
    rendered = render_scene(scene, assets, spec(vary=vary))
    dim, _, bright, _ = rendered.frames
    assert (dim.vary, bright.vary) == (
        {"scene.light.key.intensity": 200},
        {"scene.light.key.intensity": 800},
    )
    assert dim.objects == bright.objects
    assert dim.camera_params == bright.camera_params
    for label in ("depth_linear", "seg_instance", "seg_semantic", "normal"):
        assert rendered.files[dim.files[label]] == rendered.files[bright.files[label]]
    dark, light = image(rendered, dim, "rgb").mean(), image(rendered, bright, "rgb").mean()
    assert light > dark + 20


def test_sweeps_move_only_what_they_name() -> None:
    scene, assets = world(7)
    vary = {
        "object.chest.joint.lid": {"sweep": [0.0, 1.0]},
        "object.brick.pose.yaw": {"sweep": [0, 90]},
        "camera.front.fov": 60,
    }
    frames = [
        frame
        for frame in render_scene(scene, assets, spec(vary=vary)).frames
        if frame.camera == "front"
    ]
    assert len(frames) == 4
    lids = [frame.objects[2].joints for frame in frames]
    assert lids == [{"lid": 0.0}, {"lid": 0.0}, {"lid": 1.8}, {"lid": 1.8}]
    quats = [frame.objects[3].quat for frame in frames]
    assert quats[0] == pytest.approx((1, 0, 0, 0))
    assert quats[1] == pytest.approx((0.5**0.5, 0, 0, 0.5**0.5))
    assert len({frame.objects[1].model_dump_json() for frame in frames[:1]}) == 1
    assert frames[0].objects[1].pos == frames[3].objects[1].pos
    expected = SIZE[1] / 2 / np.tan(np.radians(30))
    assert frames[0].camera_params.fy == pytest.approx(expected)


def test_same_inputs_same_bytes_in_another_process() -> None:
    scene, assets = world(8)
    rendered = render_scene(scene, assets, spec())
    script = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1]); import test_images as t;"
        "r = t.render_scene(*t.world(8), t.spec());"
        "print({k: hashlib.sha256(v).hexdigest() for k, v in r.files.items()})"
    )
    folder = os.path.dirname(__file__)
    run = subprocess.run(
        [sys.executable, "-c", script, folder], capture_output=True, text=True, check=True
    )
    ours = {path: hashlib.sha256(raw).hexdigest() for path, raw in rendered.files.items()}
    assert run.stdout.strip() == str(ours)


def episode_of(scene: Scene, compiled: CompiledScene, steps: int) -> tuple[Episode, EpisodeArrays]:
    """The arm turns, a brick rises."""
    start = compiled.new_data().qpos
    qpos = np.repeat(start[None], steps + 1, axis=0)
    qpos[:, compiled.robot.arm_qpos[0]] += np.linspace(0, 1.0, steps + 1)
    free = compiled.objects["brick"].free_qpos
    assert free is not None
    qpos[:, free + 2] += np.linspace(0, 0.2, steps + 1)
    episode = Episode(
        id="episode-0", task="task", scene=scene.id, seed=(0,), instruction="lift", success=True,
        steps=steps, hz=10,
    )  # fmt: skip
    arrays = EpisodeArrays(
        initial_state=np.zeros(1), actions=np.zeros((steps, 8), np.float32), qpos=qpos,
        qvel=np.zeros((steps + 1, compiled.model.nv)), tool=np.zeros((steps + 1, 7)),
        gripper=np.zeros(steps + 1, np.float32),
    )  # fmt: skip
    return episode, arrays


def test_episodes_give_keyframes_and_videos_of_their_states() -> None:
    scene, assets = world(9)
    compiled = compile_model(scene, assets, detail="visual")
    episode, arrays = episode_of(scene, compiled, steps=12)
    made = render_episode(scene, assets, episode, arrays, spec(keyframes=3))
    assert [(f.camera, f.step) for f in made.frames] == [
        (camera, step) for step in (0, 6, 12) for camera in ("front", "wrist")
    ]
    heights = [f.objects[3].pos[2] for f in made.frames[::2] if f.objects[3].pos]
    assert heights == pytest.approx([TOP, TOP + 0.1, TOP + 0.2])
    assert made.frames[0].camera_params != made.frames[1].camera_params
    assert [(v.camera, v.frames, v.hz) for v in made.videos] == [
        ("front", 12, 10),
        ("wrist", 12, 10),
    ]
    for video in made.videos:
        with av.open(io.BytesIO(made.files[video.path])) as opened:
            frames = [f.to_ndarray(format="rgb24") for f in opened.decode(video=0)]
        assert len(frames) == 12
        still = next(f for f in made.frames if (f.camera, f.step) == (video.camera, 6))
        picture = image(made, still, "rgb").astype(float)
        errors = [np.abs(frame - picture).mean() for frame in frames]
        assert int(np.argmin(errors)) == 6
        assert errors[6] < 6
    again = render_episode(scene, assets, episode, arrays, spec(keyframes=3))
    assert again.files == made.files


@pytest.mark.parametrize("keyframes", [0, 1])
def test_few_keyframes_or_none(keyframes: int) -> None:
    scene, assets = world(23)
    compiled = compile_model(scene, assets, detail="visual")
    episode, arrays = episode_of(scene, compiled, steps=4)
    made = render_episode(scene, assets, episode, arrays, spec(keyframes=keyframes))
    assert len(made.frames) == keyframes * len(scene.cameras)
    assert len(made.videos) == len(scene.cameras)


def test_keyframes_include_both_ends() -> None:
    assert keyframe_steps(11, 3) == (0, 5, 10)
    assert keyframe_steps(2, 5) == (0, 1)
    assert keyframe_steps(9, 0) == ()


def test_cameras_report_what_they_see() -> None:
    scene, assets = world(10)
    seen = camera_sees(scene, assets, "front")
    assert list(seen) == [*(item.name for item in scene.objects), "robot"]
    assert all(seen[name] > 0 for name in ("table", "brick", "wedge", "chest"))
    away = scene.cameras[0].model_copy(update={"quat": look_at((0, 0, 0), (1, 0, 1))})
    turned = scene.model_copy(update={"cameras": (away,)})
    assert set(camera_sees(turned, assets, "front").values()) == {0}


def test_the_wall_does_not_hide_the_scene_from_a_camera_behind_it() -> None:
    scene, assets = world(11)
    eye = (-2.5, 0.3, 1.6)
    behind = Camera(name="front", pos=eye, quat=look_at(eye, (0.5, 0, TOP)), fov=40)
    rendered = render_scene(scene.model_copy(update={"cameras": (behind,)}), assets, spec())
    frame = rendered.frames[0]
    assert frame.objects[0].visible_pixels > 500
    picture, mask = image(rendered, frame, "rgb"), image(rendered, frame, "seg_instance")
    assert picture[mask == 1].astype(int)[:, 0].mean() > picture[mask == 1][:, 2].mean() + 20


def test_exposure_keeps_highlights_and_shows_shadows() -> None:
    scene, assets = world(12)
    rendered = render_scene(scene, assets, spec())
    picture = image(rendered, rendered.frames[0], "rgb")
    assert (picture.min(axis=2) >= 254).mean() < 0.005
    assert 70 < picture.mean() < 190
    flat = render_scene(scene, assets, spec(shadows=False))
    lit = image(flat, flat.frames[0], "rgb").astype(int)
    table = interior(image(rendered, rendered.frames[0], "seg_instance"))
    table &= image(rendered, rendered.frames[0], "seg_instance") == 1
    darker = (lit - picture).mean(axis=2)[table] > 15
    assert 0.004 < darker.mean() < 0.6


@pytest.mark.parametrize(
    ("vary", "said"),
    [
        ({"scene.light.kye.intensity": 300}, "scene.light.key.intensity"),
        ({"scene.light.key.intensity": -3}, "0.0 to 100000"),
        ({"camera.fornt.fov": 30}, "camera.front.fov"),
        ({"scene.ambient": {"choice": ["a", "b"]}}, "no number"),
        ({"object.mug.joint.lid": {"sweep": [0.5, 1.5]}}, "0.0 to 1.0"),
    ],
)
def test_vary_refuses_what_no_scene_can_have(vary: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError, match=said):
        check_vary(spec(vary=vary))


def test_vary_names_the_nearest_path_of_the_scene() -> None:
    scene, assets = world(13)
    check_vary(spec(vary={"object.chest.joint.lidd": 0.5}))
    with pytest.raises(SpecError, match=r"object\.chest\.joint\.lid"):
        render_scene(scene, assets, spec(vary={"object.chest.joint.lidd": 0.5}))


def test_the_rasteriser_works_here() -> None:
    facts = check_backend("mujoco")
    assert facts["works"]
    assert {"backend", "mujoco", "first_frame_s"} <= set(facts)


def test_missing_backends_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUSINS_BLENDERPROC", "/nowhere")
    for backend in ("blenderproc", "omnigibson"):
        with pytest.raises(BackendMissingError, match=backend):
            renderer(backend)


def test_a_missing_egl_names_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mujoco.egl", None)
    monkeypatch.delattr("mujoco.egl", raising=False)
    with pytest.raises(RenderError, match="libegl1 libegl-mesa0 libgl1-mesa-dri"):
        open_gl()


def test_scenes_without_lamps_and_with_too_many() -> None:
    scene, assets = world(16)
    wanted = spec(labels=("rgb",))
    dark = render_scene(scene.model_copy(update={"lights": ()}), assets, wanted)
    assert 10 < image(dark, dark.frames[0], "rgb").mean() < 110
    lamps = tuple(scene.lights[0].model_copy(update={"name": f"lamp{i}"}) for i in range(5))
    with pytest.raises(RenderError, match="draws 4 at most"):
        render_scene(scene.model_copy(update={"lights": lamps}), assets, wanted)


def test_a_renderer_can_be_given() -> None:
    """The seam: labels follow from whatever ids and depths a renderer reports."""

    class Fake:
        def colour(
            self, world: World, data: Any, camera: CameraParams, *, shadows: bool
        ) -> npt.NDArray[np.uint8]:
            return np.full((SIZE[1], SIZE[0], 3), 100, dtype=np.uint8)

        def truth(
            self, world: World, data: Any, camera: CameraParams, *, normals: bool = False
        ) -> GBuffer:
            assert isinstance(world, CompiledScene)
            geoms = np.zeros((SIZE[1], SIZE[0]), dtype=np.int32)
            bodies = list(world.objects["brick"].bodies.values())
            geoms[10:20, 30:60] = 1 + int(np.isin(world.model.geom_bodyid, bodies).argmax())
            return GBuffer(depth=np.where(geoms > 0, 1.5, 0).astype(np.float32), geoms=geoms)

    scene, assets = world(17)
    made = render_scene(scene, assets, spec(), artist=Fake())
    label = made.frames[0].objects[3]
    assert (label.name, label.visible_pixels) == ("brick", 300)
    assert label.bbox_2d_tight == (30, 10, 60, 20)
    assert set(np.unique(image(made, made.frames[0], "depth_linear"))) == {0, 15000}


def test_a_camera_on_a_body_that_is_not_there_is_an_error() -> None:
    scene, assets = world(14)
    lost = scene.cameras[1].model_copy(update={"mount": "elbow"})
    compiled = compile_model(scene, assets, detail="visual")
    with pytest.raises(RenderError, match=r"elbow.*hand"):
        camera_params(compiled, compiled.new_data(), lost, SIZE)


@pytest.mark.parametrize(("dtype", "channels"), [("u1", 0), ("u2", 0), ("u1", 3)])
def test_png_round_trip(dtype: str, channels: int) -> None:
    shape = (17, 23, 3) if channels else (17, 23)
    pixels = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, shape).astype(dtype)
    assert (np.asarray(Image.open(io.BytesIO(png(pixels)))) == pixels).all()


def test_equal_frames_give_equal_videos_whatever_lay_in_memory_before() -> None:
    rng = np.random.default_rng(0)
    base = rng.integers(0, 255, (12, 12, 3), dtype=np.uint8).repeat(8, axis=0).repeat(8, axis=1)
    frames = [np.roll(base, (i, i // 2), axis=(0, 1)) for i in range(60)]
    found: set[bytes] = set()
    for turn in range(60):
        used = [rng.integers(0, 255, turn * 1000 + 7, dtype=np.uint8) for _ in range(50)]
        video = VideoWriter(96, 96, 10)
        for frame in frames:
            video.add(frame)
        found.add(video.finish())
        del used
    assert len(found) == 1
