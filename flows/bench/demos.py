"""Verified pick-and-place demonstrations per core-hour, from a task to files on disk.

One worker process carries out the shards of a real dataset: scenes with cousins drawn from
the whole library, attempts, and writing, failures included. The drawn rates add the time of
two RGB videos per demonstration, measured on some of them.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ...generators.dataset import Dataset
from ...generators.frames import render_episode
from ...generators.store.hashing import item_seed
from ...generators.store.staging import ShardWriter
from ...generators.store.writer import Store
from ...scenes.assets.library import AssetLibrary
from ...schemas import Asset, DatasetSpec, Episode, TaskObject, TaskSpec
from ...tasks.bddl.formula import Atom, Literal
from ...tasks.bddl.problem import Problem, problem_text
from ...tasks.symbolic.domain import Relation
from ...tasks.symbolic.fitting import fits
from ..making import run_shard
from ..stages import production
from ..work import Job, ShardTask

TABLE = "breakfast_table.n.01"
TARGETS: tuple[tuple[str, Relation], ...] = (
    ("tray.n.01", "ontop"),
    ("plate.n.04", "ontop"),
    ("wicker_basket.n.01", "inside"),
    ("bowl.n.01", "inside"),
    ("chopping_board.n.01", "ontop"),
    ("tupperware.n.01", "inside"),
)
SIZES = {"256": (256, 256), "624x352": (624, 352)}
SAMPLE = 6
"""Assets of each category that must fit each other before a task is asked for."""
CAMERAS = (
    {"name": "side", "look_at": "table", "azimuth": {"uniform": [55, 85]}},
    {"name": "wrist", "mount": "hand", "fov": 70},
)


@dataclass
class _Stopwatch:
    """CPU and wall seconds by stage, of this process."""

    cpu: dict[str, float] = field(default_factory=dict[str, float])
    wall: dict[str, float] = field(default_factory=dict[str, float])

    def add(self, stage: str, cpu: float, wall: float) -> None:
        """Time since the given readings of `time.process_time` and `time.perf_counter`."""
        self.cpu[stage] = self.cpu.get(stage, 0.0) + time.process_time() - cpu
        self.wall[stage] = self.wall.get(stage, 0.0) + time.perf_counter() - wall


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `demos`."""
    count, scenes, drawn = (4, 8, 3) if small else (24, 10, 48)
    library = production().library(DatasetSpec(name="bench").assets)
    with tempfile.TemporaryDirectory() as folder:
        warm = Path(folder) / "warm"
        _make(warm, _spec(seed), _tasks(seed, 1, library), 1, _Stopwatch())
        _draw(warm, 1, _Stopwatch())
        watch, root = _Stopwatch(), Path(folder) / "measured"
        attempts = _make(root, _spec(seed), _tasks(seed + 1, count, library), scenes, watch)
        demonstrations = sum(episode.success for episode in Dataset(root).episodes())
        pictured = _draw(root, drawn, watch)
    state = sum(watch.wall[stage] for stage in ("assembly", "solving")) / max(1, demonstrations)
    rates = {"state": _per_hour(state)}
    for name in SIZES:
        rates[f"two_cameras_{name}"] = _per_hour(state + watch.wall[f"video_{name}"] / pictured)
    cpu = {
        stage: round(seconds / (pictured if stage.startswith("video") else attempts), 4)
        for stage, seconds in watch.cpu.items()
    }
    return {
        "attempts": attempts,
        "success_rate": round(demonstrations / attempts, 4),
        **{f"demos_per_core_hour_{name}": rate for name, rate in rates.items()},
        "cpu_seconds_by_stage": cpu,
    }


def _per_hour(seconds: float) -> float:
    return round(3600.0 / seconds, 1)


def _make(
    root: Path, spec: DatasetSpec, tasks: tuple[TaskSpec, ...], scenes: int, watch: _Stopwatch
) -> int:
    """Make the shards of all tasks; how many attempts that is, refused scenes included."""
    stages = production()
    names = {"scenes": "assembly", "episodes": "solving"}
    with Store(root, spec, stages.library(spec.assets).version) as store:
        for task in tasks:
            for stage, name in names.items():
                cpu, wall = time.process_time(), time.perf_counter()
                unit = ShardTask(stage, task.id, "bench", (0, 0), spec, 0, scenes, task)
                store.commit(stage, task.id, "bench", run_shard(Job(root, stages, unit)).prepared)
                watch.add(name, cpu, wall)
    return len(tasks) * scenes


def _draw(root: Path, count: int, watch: _Stopwatch) -> int:
    """Draw the first demonstrations in each size; how many there are."""
    dataset = Dataset(root)
    scenes = {scene.id: scene for scene in dataset.scenes()}
    chosen: list[Episode] = [e for e in dataset.episodes() if e.success][:count]
    for name, size in SIZES.items():
        spec = dataset.spec.model_copy(
            update={"render": dataset.spec.render.model_copy(update={"size": size})}
        )
        for episode in chosen:
            cpu, wall = time.process_time(), time.perf_counter()
            scene = scenes[episode.scene]
            writer = ShardWriter.create(root, "frames", episode.id)
            assets, arrays = dataset.assets_of(scene), dataset.arrays(episode)
            rendered = render_episode(scene, assets, episode, arrays, spec, keep=writer.add)
            writer.finish({}, len(rendered.videos))
            watch.add(f"video_{name}", cpu, wall)
    return len(chosen)


def _spec(seed: int) -> DatasetSpec:
    return DatasetSpec.model_validate(
        {
            "name": "bench-demos",
            "seed": seed,
            "scene": {"clutter": {"count": {"uniform": [0, 2]}}},
            "cousins": {"per_object": 64},
            "episodes": {"hz": 10},
            "cameras": CAMERAS,
            "render": {"labels": ["rgb"], "keyframes": 0},
        }
    )


def _tasks(seed: int, count: int, library: AssetLibrary) -> tuple[TaskSpec, ...]:
    """Tasks to pick one thing up and put it down, things and targets drawn at random."""
    rng = np.random.default_rng(item_seed(seed, "tasks", 0, 0))
    offered = library.ids()
    things = sorted(c for c in offered if _lifted(library.get(offered[c][0])))
    made: list[TaskSpec] = []
    while len(made) < count:
        thing = things[int(rng.integers(len(things)))]
        target, relation = TARGETS[int(rng.integers(len(TARGETS)))]
        pairs = zip(offered[thing][:SAMPLE], offered[target][:SAMPLE], strict=True)
        fitting = (fits(library.get(a), library.get(b), relation) for a, b in pairs)
        if thing != target and all(fitting):
            made.append(_task(len(made), thing, target, relation))
    return tuple(made)


def _lifted(asset: Asset) -> bool:
    """Whether it is picked up by itself: grains are poured."""
    return asset.graspable and not asset.grain


def _task(number: int, thing: str, target: str, relation: Relation) -> TaskSpec:
    moved, place, table = (f"{category}_1" for category in (thing, target, TABLE))
    problem = Problem(
        objects=((table, TABLE), (moved, thing), (place, target)),
        init=(Literal("ontop", (moved, table)), Literal("ontop", (place, table))),
        goal=Atom(relation, (moved, place)),
    )
    return TaskSpec(
        id=f"t{number:04d}",
        name=f"{thing} {relation} {target}",
        instruction=f"Put the {thing} {relation} the {target}.",
        bddl=problem_text(problem),
        objects=(
            TaskObject(name="table", instance=table, category=TABLE),
            TaskObject(name="thing", instance=moved, category=thing),
            TaskObject(name="target", instance=place, category=target),
        ),
        proposer="bench",
    )
