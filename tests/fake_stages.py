"""FAKE stages: deterministic, fast, labelled. They stand for the real ones in tests of the flow."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cousins.flows.work import Keep, Stages
from cousins.generators.dataset import Dataset
from cousins.schemas import (
    AssemblyError,
    Asset,
    AssetsSpec,
    CameraParams,
    DatasetSpec,
    Episode,
    EpisodeArrays,
    EpisodeSpec,
    FrameRecord,
    Inertial,
    Link,
    Material,
    Refusal,
    RefusalKind,
    RobotPose,
    Scene,
    SceneObject,
    Shape,
    SkippedRecord,
    TaskSpec,
    VideoRecord,
)

IDENTITY = (1.0, 0.0, 0.0, 0.0)
PAUSE = "FAKE_STAGES_PAUSE"
"""Environment variable: seconds that every fake item takes."""
KILL_ONCE = "FAKE_STAGES_KILL"
"""Environment variable: a file; while it exists, solving removes it and kills its own process."""


@dataclass(frozen=True)
class FakeLibrary:
    """FAKE asset library of cubes."""

    name: str = "fake"
    version: str = "fake-1"

    def quarantined(self) -> dict[str, str]:
        return {}

    def stamp(self, asset_id: str) -> str:
        return f"{self.version} {asset_id}"

    def ids(self) -> dict[str, tuple[str, ...]]:
        return {"cube.n.05": tuple(f"cube{i}" for i in range(4))}

    def get(self, asset_id: str) -> Asset:
        size = 0.02 + 0.005 * int(asset_id.removeprefix("cube"))
        inertial = Inertial(mass=0.1, com=(0, 0, size), inertia=(1e-5, 1e-5, 1e-5, 0, 0, 0))
        shape = Shape(kind="box", size=(size, size, size), pos=(0, 0, size))
        link = Link(name="body", visuals=(shape,), collisions=(shape,), inertial=inertial)
        return Asset(
            id=asset_id,
            category="cube.n.05",
            library="fake",
            source="fake",
            licence="CC0-1.0",
            links=(link,),
            extents=(2 * size, 2 * size, 2 * size),
            graspable=True,
        )


@dataclass(frozen=True)
class FakeRendered:
    frames: tuple[FrameRecord, ...] = ()
    videos: tuple[VideoRecord, ...] = ()
    skipped: tuple[SkippedRecord, ...] = ()


def _pause() -> None:
    time.sleep(float(os.environ.get(PAUSE, "0")))


def propose(
    spec: DatasetSpec, start: int, stop: int, earlier: tuple[TaskSpec, ...], library: FakeLibrary
) -> tuple[TaskSpec, ...]:
    assert len(earlier) == start
    _pause()
    return tuple(
        TaskSpec(
            id=f"t{i:04d}",
            name=f"fake task {i}",
            instruction=f"fake instruction {i} after {len(earlier)}",
            bddl="fake",
            objects=(),
            proposer="fake",
            seed=(spec.seed, 0, i, 0),
        )
        for i in range(start, stop)
    )


def build_scene(
    spec: DatasetSpec, task: TaskSpec, index: int, library: FakeLibrary
) -> tuple[Scene, dict[str, Asset]]:
    _pause()
    number = int(task.id[1:])
    if spec.scene.support == "desk":
        refusals = {Refusal(RefusalKind.OUT_OF_REACH): 1}
        raise AssemblyError("a fake desk holds nothing", refusals, impossible=True)
    if spec.scene.support == "countertop" and number == 1:
        raise AssemblyError("a fake countertop is full", {Refusal(RefusalKind.TOO_CLOSE): 3})
    seed = (spec.seed, 1, number, index)
    rng = np.random.default_rng(np.random.SeedSequence(seed[0], spawn_key=seed[1:]))
    ids = library.ids()["cube.n.05"]
    asset = library.get(ids[int(rng.integers(len(ids)))])
    digest = asset.content_hash()
    thing = SceneObject(
        name="cube",
        category="cube.n.05",
        asset=asset.id,
        asset_hash=digest,
        pos=(float(rng.uniform()), 0.0, 0.0),
        quat=IDENTITY,
        fixed=False,
        role="task",
    )
    scene = Scene(
        id=f"{task.id}-s{index:02d}",
        task=task.id,
        seed=seed,
        support="table",
        robot=RobotPose(name="fake", pos=(0, 0, 0), quat=IDENTITY, home=()),
        objects=(thing,),
        lights=(),
        ambient=100.0,
        cameras=(),
        floor=Material(),
        wall=Material(),
    )
    return scene, {digest: asset}


def solve(
    scene: Scene,
    assets: dict[str, Asset],
    task: TaskSpec,
    spec: EpisodeSpec,
    seed: tuple[int, ...],
    episode_id: str,
    solution: int,
) -> tuple[Episode, EpisodeArrays]:
    _pause()
    bait = Path(os.environ.get(KILL_ONCE, "/nonexistent"))
    if bait.exists():
        bait.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    rng = np.random.default_rng(np.random.SeedSequence(seed[0], spawn_key=seed[1:]))
    steps = int(rng.integers(3, 8))
    success = bool(rng.uniform() < 0.8)
    episode = Episode(
        id=episode_id,
        task=task.id,
        scene=scene.id,
        seed=seed,
        instruction=task.instruction,
        success=success,
        cause=None if success else "fake_failure",
        steps=steps,
        hz=spec.hz,
        solution=solution,
    )
    arrays = EpisodeArrays(
        initial_state=rng.normal(size=4),
        actions=rng.normal(size=(steps, 3)).astype(np.float32),
        qpos=rng.normal(size=(steps + 1, 2)),
        qvel=rng.normal(size=(steps + 1, 2)),
        tool=rng.normal(size=(steps + 1, 7)),
        gripper=rng.normal(size=steps + 1).astype(np.float32),
    )
    return episode, arrays


def _frame(name: str, scene: Scene, episode: Episode | None, text: str, keep: Keep) -> FakeRendered:
    width, height = 4, 4
    params = CameraParams(
        width=width, height=height, fx=1, fy=1, cx=2, cy=2, pos=(0, 0, 0), quat=IDENTITY
    )
    frame = FrameRecord(
        id=name,
        scene=scene.id,
        episode=None if episode is None else episode.id,
        camera="front",
        files={"rgb": f"rgb/{name}.png"},
        camera_params=params,
        objects=(),
    )
    keep(f"rgb/{name}.png", text.encode())
    return FakeRendered((frame,))


def render_scene(
    scene: Scene, assets: dict[str, Asset], spec: DatasetSpec, keep: Keep
) -> FakeRendered:
    _pause()
    return _frame(f"{scene.id}-still", scene, None, f"fake {scene.canonical_json()}", keep)


def render_episode(
    scene: Scene,
    assets: dict[str, Asset],
    episode: Episode,
    arrays: EpisodeArrays,
    spec: DatasetSpec,
    keep: Keep,
) -> FakeRendered:
    _pause()
    still = _frame(f"{episode.id}-f00", scene, episode, f"fake {arrays.qpos.tolist()}", keep)
    path = f"videos/{episode.id}.mp4"
    video = VideoRecord(
        episode=episode.id, camera="front", path=path, frames=episode.steps, hz=10, size=(4, 4)
    )
    keep(path, b"fake video")
    return FakeRendered(still.frames, (video,))


def export(name: str, dataset: Dataset, out: Path) -> None:
    ids = [frame.id for frame in dataset.frames()]
    (out / "sub").mkdir()
    (out / "sub" / "ids.txt").write_text(f"fake {name} " + "\n".join(ids))


def report(dataset: Dataset, out: Path) -> Path:
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(f"fake report of {len(list(dataset.tasks()))} tasks")
    return out


def replay(
    scene: Scene, assets: dict[str, Asset], task: TaskSpec, episode: Episode, arrays: EpisodeArrays
) -> tuple[bool, float]:
    """FAKE replay: holds for every episode of an even scene."""
    assert set(assets) == {thing.asset_hash for thing in scene.objects}
    assert episode.task == task.id
    assert arrays.qpos.shape[0] == episode.steps + 1
    return True, 0.0


def open_library(_: AssetsSpec) -> FakeLibrary:
    return FakeLibrary()


def fake_stages() -> Stages:
    return Stages(
        name="fake",
        library=open_library,
        propose=propose,  # type: ignore[arg-type]
        build_scene=build_scene,  # type: ignore[arg-type]
        solve=solve,
        render_scene=render_scene,
        render_episode=render_episode,
        export=export,
        report=report,
    )
