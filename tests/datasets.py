"""A small synthetic dataset folder: a fixture for tests, never the product's output.

Its numbers and pictures are invented, but its files have the canonical layout and agree with
each other: masks with boxes, videos with states, shard records with hashes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from PIL import Image

from cousins.generators.dataset import (
    FORMAT_VERSION,
    Dataset,
    dump_arrays,
    dump_models,
)
from cousins.generators.shards import ShardRecord
from cousins.schemas import (
    Asset,
    Camera,
    CameraParams,
    DatasetSpec,
    Episode,
    EpisodeArrays,
    FrameRecord,
    GoalReport,
    Inertial,
    Keypoint,
    Light,
    Link,
    Material,
    ObjectLabel,
    RobotPose,
    Scene,
    SceneObject,
    Shape,
    Subtask,
    TaskObject,
    TaskSpec,
    TraceEvent,
    VideoRecord,
    canonical_json,
)

Pixels = npt.NDArray[np.uint8]
HZ = 10
IDENTITY = (1.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class FixtureConfig:
    """What the synthetic dataset holds."""

    tasks: int = 2
    per_task: int = 2
    """At most ten: one shard per task."""
    failures: int = 1
    videos: bool = True
    frames: bool = True
    size: int = 64
    cameras: tuple[str, ...] = ("front", "wrist")
    steps: int = 12
    skills: int = 2


def build_dataset(root: Path, config: FixtureConfig | None = None) -> Dataset:
    """Write the fixture to `root` and open it."""
    made = _Builder(root, config or FixtureConfig())
    made.write()
    return Dataset(root)


class _Builder:
    def __init__(self, root: Path, config: FixtureConfig) -> None:
        self.root, self.config = root, config
        self.files: dict[str, str] = {}
        self.left_to_fail = config.failures

    def write(self) -> None:
        spec = DatasetSpec.model_validate(
            {
                "name": "test-fixture",
                "seed": 7,
                "tasks": {"count": max(self.config.tasks, 1)},
                "episodes": {"per_task": self.config.per_task, "hz": HZ},
                "render": {"size": (self.config.size, self.config.size)},
            }
        )
        saved = {"format": FORMAT_VERSION, "spec": spec.model_dump(mode="json")}
        self.root.mkdir(parents=True, exist_ok=True)
        (self.root / "spec.json").write_text(canonical_json(saved))
        tasks = [_task(i) for i in range(self.config.tasks)]
        self._put("data/tasks/0000/tasks.json", dump_models(tuple(tasks)))
        self._record("tasks", "0000", len(tasks))
        for number, task in enumerate(tasks):
            self._task_shards(task, number)

    def _task_shards(self, task: TaskSpec, number: int) -> None:
        scenes = [_scene(task, number, k) for k in range(self.config.per_task)]
        self._put(f"data/scenes/{task.id}/scenes.json", dump_models([s for s, _ in scenes]))
        for _, assets in scenes:
            for asset in assets:
                name = f"data/scenes/{task.id}/assets/{asset.content_hash()}.json"
                self._put(name, asset.canonical_json().encode())
        self._record("scenes", task.id, len(scenes))
        made: list[tuple[Episode, EpisodeArrays]] = []
        for k, (scene, _) in enumerate(scenes):
            fails = self.left_to_fail > 0 and k == self.config.per_task - 1
            self.left_to_fail -= fails
            steps = max(self.config.steps + 3 * k + number, 1)
            made.append(_episode(task, scene, k, steps, self.config.skills, success=not fails))
        folder = f"data/episodes/{task.id}"
        self._put(f"{folder}/episodes.json", dump_models([e for e, _ in made]))
        for episode, arrays in made:
            self._put(f"{folder}/{episode.id}.npz", dump_arrays(arrays))
        self._record("episodes", task.id, len(made))
        self._pictures(task, [(s, e, a) for (s, _), (e, a) in zip(scenes, made, strict=True)])

    def _pictures(self, task: TaskSpec, made: list[tuple[Scene, Episode, EpisodeArrays]]) -> None:
        frames: list[FrameRecord] = []
        videos: list[VideoRecord] = []
        folder = f"data/frames/{task.id}"
        for scene, episode, arrays in made:
            for camera in self.config.cameras:
                views = [
                    draw(scene, arrays.tool[k], camera, self.config.size)
                    for k in range(episode.steps)
                ]
                if self.config.videos:
                    path = f"{folder}/{episode.id}-{camera}.mp4"
                    raw = encode([view.rgb for view in views], HZ)
                    self._put(path, raw)
                    videos.append(
                        VideoRecord(
                            episode=episode.id,
                            camera=camera,
                            path=path,
                            frames=episode.steps,
                            hz=HZ,
                            size=(self.config.size, self.config.size),
                        )
                    )
                if self.config.frames:
                    for step in sorted({0, episode.steps // 2}):
                        frames.append(self._frame(folder, scene, episode, camera, step, views))
        self._put(f"{folder}/frames.json", dump_models(tuple(frames)))
        self._put(f"{folder}/videos.json", dump_models(tuple(videos)))
        self._record("frames", task.id, len(frames))

    def _frame(
        self,
        folder: str,
        scene: Scene,
        episode: Episode,
        camera: str,
        step: int,
        views: list[View],
    ) -> FrameRecord:
        view, size = views[step], self.config.size
        stem = f"{episode.id}-{camera}-{step:04d}"
        files = {
            "rgb": f"{folder}/{stem}-rgb.png",
            "depth_linear": f"{folder}/{stem}-depth.png",
            "seg_instance": f"{folder}/{stem}-instance.png",
            "seg_semantic": f"{folder}/{stem}-semantic.png",
        }
        images: tuple[npt.NDArray[Any], ...] = (view.rgb, view.depth, view.instance, view.instance)
        for name, pixels in zip(files, images, strict=True):
            path = self.root / files[name]
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(path)
            self._note(files[name], path.read_bytes())
        return FrameRecord(
            id=stem,
            scene=scene.id,
            episode=episode.id,
            step=step,
            camera=camera,
            files=files,
            camera_params=CameraParams(
                width=size,
                height=size,
                fx=size,
                fy=size,
                cx=size / 2,
                cy=size / 2,
                pos=(1.0, 0.0, 1.0),
                quat=IDENTITY,
            ),
            objects=tuple(
                _label(thing, number, view.instance)
                for number, thing in enumerate(scene.objects, start=1)
            ),
            predicates=("(ontop bowl table)",),
        )

    def _put(self, name: str, raw: bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
        self._note(name, raw)

    def _note(self, name: str, raw: bytes) -> None:
        self.files[name] = hashlib.sha256(raw).hexdigest()

    def _record(self, stage: str, shard: str, items: int) -> None:
        told = {"stage": stage, "shard": shard, "key": f"fixture-{shard}", "items": items}
        record = ShardRecord.model_validate({**told, "files": self.files})
        path = self.root / "manifest" / stage / f"{shard}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(record.canonical_json())
        self.files = {}


def _task(number: int) -> TaskSpec:
    bddl = (
        "(define (problem move-0) (:domain omnigibson)"
        " (:objects bowl.n.01_1 - bowl.n.01 table.n.02_1 - table.n.02)"
        " (:init (ontop bowl.n.01_1 table.n.02_1)) (:goal (ontop bowl.n.01_1 table.n.02_1)))"
    )
    return TaskSpec(
        id=f"t{number:04d}",
        name=f"Move object {number}",
        instruction=f"Put the bowl on plate {number}.",
        bddl=bddl,
        objects=(
            TaskObject(name="bowl", instance="bowl.n.01_1", category="bowl.n.01"),
            TaskObject(name="table", instance="table.n.02_1", category="table.n.02"),
        ),
        proposer="fixture",
    )


def _asset(name: str, category: str, half: float, colour: float) -> Asset:
    inertial = Inertial(mass=0.2, com=(0, 0, half), inertia=(1e-3, 1e-3, 1e-3, 0, 0, 0))
    box = Shape(kind="box", size=(half, half, half), material="skin", pos=(0, 0, half))
    return Asset(
        id=name,
        category=category,
        library="fixture",
        source="a box for tests",
        licence="CC0-1.0",
        links=(Link(name="root", visuals=(box,), collisions=(box,), inertial=inertial),),
        materials={"skin": Material(rgba=(colour, 0.5, 0.3, 1.0))},
        extents=(2 * half, 2 * half, 2 * half),
        graspable=half < 0.04,
    )


def _scene(task: TaskSpec, number: int, k: int) -> tuple[Scene, list[Asset]]:
    rng = np.random.default_rng([number, k])
    table = _asset("table-0", "table.n.02", 0.4, 0.6)
    bowl = _asset(f"bowl-{k}", "bowl.n.01", 0.03 + 0.002 * k, 0.2 + 0.1 * k)
    plate = _asset(f"plate-{k}", "plate.n.04", 0.035, 0.8)

    def place(name: str, asset: Asset, role: Any, distance: float) -> SceneObject:
        x, y = rng.uniform((0.3, -0.3), (0.7, 0.3))
        return SceneObject(
            name=name, category=asset.category, asset=asset.id, asset_hash=asset.content_hash(),
            pos=(float(x), float(y), 0.8), quat=IDENTITY, fixed=name == "table", role=role,
            cousin_distance=distance,
        )  # fmt: skip

    objects = (
        place("table", table, "support", 0.0),
        place("bowl", bowl, "task", min(0.1 + 0.15 * k, 1.0)),
        place("plate", plate, "task", min(0.05 + 0.2 * k, 1.0)),
    )
    scene = Scene(
        id=f"{task.id}-s{k}",
        task=task.id,
        seed=(7, number, k),
        support="table",
        robot=RobotPose(name="franka-fr3", pos=(0, 0, 0), quat=IDENTITY, home=(0.0,) * 7),
        objects=objects,
        lights=(Light(name="key", direction=(0, 0, -1), intensity=500.0, colour=(1, 1, 1)),),
        ambient=150.0,
        cameras=(Camera(name="front", pos=(1.2, 0, 1.2), quat=IDENTITY, fov=50.0),),
        floor=Material(),
        wall=Material(),
        refused={"collision": k},
    )
    return scene, [table, bowl, plate]


def _episode(
    task: TaskSpec, scene: Scene, k: int, steps: int, skills: int, *, success: bool
) -> tuple[Episode, EpisodeArrays]:
    times = np.linspace(0.0, 1.0, steps + 1)
    smooth = 10 * times**3 - 15 * times**4 + 6 * times**5
    joints = smooth[:, None] * np.linspace(0.2, 0.8, 7) + 0.01 * k
    opening = (0.04 + 0.04 * np.cos(2 * np.pi * times)).astype(np.float32)
    bend = 0.1 * np.sin(np.pi * smooth)
    tool = np.column_stack(
        [0.3 + 0.4 * smooth, -0.2 + 0.4 * smooth, 0.9 + bend, np.tile(IDENTITY, (steps + 1, 1))]
    )
    fingers = np.repeat(opening[:, None] / 2, 2, axis=1)
    qpos = np.column_stack([joints, fingers, np.zeros((steps + 1, 14))])
    arrays = EpisodeArrays(
        initial_state=qpos[0],
        actions=np.column_stack([joints[1:], opening[1:]]).astype(np.float32),
        qpos=qpos,
        qvel=np.gradient(qpos, 1 / HZ, axis=0)[:, :21] if steps > 1 else np.zeros((steps + 1, 21)),
        tool=tool,
        gripper=opening,
    )
    cause = None if success else "grasp_slipped"
    return (
        Episode(
            id=f"{task.id}-e{k}",
            task=task.id,
            scene=scene.id,
            seed=(7, 2**63 + 5, k),
            instruction=task.instruction,
            success=success,
            cause=cause,
            steps=steps,
            hz=HZ,
            subtasks=_subtasks(steps, skills, cause),
            trace=(
                TraceEvent(stage="symbolic", event="expand", subject="start", values=(2.0,)),
                TraceEvent(stage="grasp", event="reject", subject="bowl", reason="collision"),
                TraceEvent(stage="grasp", event="choose", subject="bowl", values=(0.4, 0.1)),
                TraceEvent(stage="motion", event="choose", subject="pick bowl"),
            ),
            goal=(GoalReport(literal="(ontop bowl plate)", holds=success),),
            versions={"mujoco": "3.17.0"},
        ),
        arrays,
    )


def _subtasks(steps: int, skills: int, cause: str | None) -> tuple[Subtask, ...]:
    edges = np.linspace(0, steps, skills + 1).astype(int)
    names = ("pick", "place_on", "open", "close")
    return tuple(
        Subtask(
            skill=names[i % len(names)],
            arguments=("bowl",),
            sentence=f"{names[i % len(names)]} the bowl so that the goal holds",
            start=int(edges[i]),
            end=int(edges[i + 1]),
            interaction=int(edges[i]) + 1,
            success=cause is None or i < skills - 1,
            cause=cause if i == skills - 1 else None,
        )
        for i in range(skills)
    )


@dataclass(frozen=True)
class View:
    """A drawn picture: colour, depth (1/10 mm), and instance numbers."""

    rgb: Pixels
    depth: npt.NDArray[np.uint16]
    instance: Pixels


def draw(scene: Scene, tool: npt.NDArray[np.float64], camera: str, size: int) -> View:
    """Draw squares at the objects' places and a dot at the tool: an invented top view."""
    shift = 0.0 if camera == "front" else 0.08
    ys, xs = np.mgrid[0:size, 0:size] / size
    rgb = np.stack([0.45 + 0.2 * xs, 0.5 + 0.1 * ys, 0.55 + 0 * xs], axis=-1)
    depth = np.full((size, size), 12_000, dtype=np.uint16)
    instance = np.zeros((size, size), dtype=np.uint8)
    centres = {"table": (0.5, 0.55, 0.4)}
    for number, thing in enumerate(scene.objects, start=1):
        x, y = (thing.pos[0] - 0.1) / 0.8, thing.pos[1] + 0.5
        cx, cy, half = centres.get(thing.name, (y + shift, 1 - x, 0.09))
        inside = (abs(xs - cx) < half) & (abs(ys - cy) < half)
        rgb[inside] = ((0.72, 0.6, 0.45), (0.85, 0.3, 0.25), (0.9, 0.9, 0.85))[(number - 1) % 3]
        depth[inside] = 10_000 - 400 * number
        instance[inside] = number
    x, y = (tool[0] - 0.1) / 0.8, tool[1] + 0.5
    dot = (xs - y - shift) ** 2 + (ys - 1 + x) ** 2 < 0.05**2
    rgb[dot] = (0.2, 0.25, 0.8)
    instance[dot] = 0
    return View((rgb.clip(0, 1) * 255).astype(np.uint8), depth, instance)


def _label(thing: SceneObject, number: int, instance: Pixels) -> ObjectLabel:
    ys, xs = np.nonzero(instance == number)
    box = None
    if len(xs):
        box = (int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)
    return ObjectLabel(
        name=thing.name,
        category=thing.category,
        instance_id=number,
        semantic_id=number,
        visible_pixels=len(xs),
        bbox_2d_tight=box,
        pos=thing.pos,
        quat=thing.quat,
        keypoints=_corners(thing, box),
    )


def _corners(thing: SceneObject, box: tuple[int, int, int, int] | None) -> tuple[Keypoint, ...]:
    """The corners of a box that is as deep as it is small: in pairs at those of the region."""
    places = [(x, y) for x in (0, 2) for y in (1, 3) for _ in range(2)]
    return tuple(
        Keypoint(
            name=f"corner_{number}",
            kind="corner",
            pos=thing.pos,
            pixel=None if box is None else (float(box[x]), float(box[y])),
            visibility=0 if box is None else 2,
        )
        for number, (x, y) in enumerate(places)
    )


def encode(pictures: list[Pixels], hz: int, *, b_frames: int = 0, gop: int = 2) -> bytes:
    """An H.264 mp4 of RGB pictures (H, W, 3)."""
    import io

    target = io.BytesIO()
    opened: Any = av.open(target, "w", format="mp4")
    with opened as container:
        stream = container.add_stream("libx264", rate=hz)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, hz)
        stream.options = {"crf": "20", "g": str(gop), "bf": str(b_frames), "threads": "1"}
        for index, pixels in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return target.getvalue()


def shard_files(root: Path) -> dict[str, bytes]:
    """Every file below a folder, by relative path."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
