"""The dependency graph of shards: which can be made now, and which follow a finished one.

Tasks are proposed in order, a batch per shard. Each task then goes its own way: its scenes, its
episodes in them, their frames. Nothing waits for the whole of a stage but the exports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ..generators.dataset import read_models
from ..generators.shards import EXPORTS, PER_SHARD, STAGES, ShardRecord, shard_name
from ..generators.store.changes import UNREAD, slice_of
from ..generators.store.hashing import stage_versions
from ..generators.store.writer import Store
from ..schemas import DatasetSpec, TaskSpec, hash_of
from .work import ShardTask, Stages, task_index

TASKS_PER_SHARD = 25
MOST_SCENES = 2
"""Times as many scenes as were asked for, where demonstrations are still missing."""
STAGE_VERSIONS = {"tasks": 8, "scenes": 6, "episodes": 6, "frames": 5, "exports": 4}
"""Raised whenever a stage gives other bytes for the same inputs."""


@dataclass
class Graph:
    """Hands out units as they become ready.

    Attributes:
        root: the dataset folder.
        spec: the whole spec.
        stages: named in every key, so that no fake passes for the real thing.
        library_version: of the asset library.
        until: the last stage to run: tasks, scenes, episodes or frames.
        planned: every shard that has been handed out.
        contents: what the shards that others followed hold, by stage and name.
        total: how many shards of each stage there will be, as far as is known.
    """

    root: Path
    spec: DatasetSpec
    stages: Stages
    library_version: str
    until: str = "frames"
    planned: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    contents: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    total: dict[str, int] = field(default_factory=dict[str, int])
    _asked: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """The shards of each task that were asked for so far."""
    _solved: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    """Demonstrations of each task by shard, as far as they are made."""
    _scenes: dict[str, int] = field(default_factory=dict[str, int])
    """One past the last scene of each task that was asked for more."""

    def start(self) -> list[ShardTask]:
        """The units that depend on nothing."""
        batches = -(-self.spec.tasks.count // TASKS_PER_SHARD)
        per_task = len(self._chunks())
        self.total = dict.fromkeys(self._stages(), 0)
        for stage in self._stages():
            self.total[stage] = batches if stage == "tasks" else self.spec.tasks.count * per_task
        return [self._tasks(0, None)]

    def after(self, unit: ShardTask, record: ShardRecord) -> list[ShardTask]:
        """The units that a finished one makes ready."""
        self.contents[record.place] = record.content
        if unit.stage == "tasks":
            return self._after_tasks(unit, record)
        if unit.task is None:
            return []
        stages = self._stages()
        follower = stages.index(unit.stage) + 1
        more: list[ShardTask] = []
        if unit.stage == "episodes":
            more = self._topped_up(unit.task, unit.shard, record.counts.get("solved", 0))
        if follower == len(stages):
            return more
        # The chain of keys carries what earlier stages have read.
        upstream = [unit.key, record.content]
        return [self._of_task(stages[follower], unit.task, unit.start, unit.stop, upstream), *more]

    def skip(self, unit: ShardTask) -> list[ShardTask]:
        """Go on without a shard: nothing follows from it but scenes that make up for it."""
        stages = self._stages()
        for stage in stages[stages.index(unit.stage) + 1 :]:
            self.total[stage] -= 1
        if unit.task is None or unit.stage == "frames" or "episodes" not in stages:
            return []
        return self._topped_up(unit.task, unit.shard, 0)

    def _topped_up(self, task: TaskSpec, shard: str, demonstrations: int) -> list[ShardTask]:
        """Further scenes of a task whose attempts gave too few demonstrations.

        It is decided once all that was asked for is there, so that the order in which shards are
        finished does not matter.
        """
        wanted = self.spec.episodes.demonstrations
        if wanted is None:
            return []
        first = self._chunks()
        asked = self._asked.setdefault(task.id, {shard_name(task.id, x) for x, _ in first})
        solved = self._solved.setdefault(task.id, {})
        solved[shard] = demonstrations
        found = sum(solved.values())
        start = -(-self._scenes.get(task.id, first[-1][1]) // PER_SHARD) * PER_SHARD
        enough = found >= wanted or not found or start >= MOST_SCENES * first[-1][1]
        if enough or asked - solved.keys():
            return []
        asked.add(shard_name(task.id, start))
        self._scenes[task.id] = start + PER_SHARD
        for stage in self._stages()[1:]:
            self.total[stage] += 1
        return [self._of_task("scenes", task, start, start + PER_SHARD, [])]

    def lacking(self) -> dict[str, int]:
        """Demonstrations of each task that has fewer than the spec asks for, by the task's id."""
        wanted = self.spec.episodes.demonstrations or 0
        found = {task: sum(solved.values()) for task, solved in sorted(self._solved.items())}
        return {task: number for task, number in found.items() if number < wanted}

    def exports(
        self, formats: tuple[str, ...], records: tuple[ShardRecord, ...]
    ) -> list[ShardTask]:
        """The units that export the whole dataset."""
        content = contents_of(records)
        units: list[ShardTask] = []
        for name in formats:
            # Exporters read the spec of the dataset, whose name is part of what they write.
            spec = _read_by(self.spec)
            key = self.key(EXPORTS, name, spec, [content])
            order = (self.spec.tasks.count, len(STAGES))
            inputs = {"data": hash_of(content)}
            unit = ShardTask(EXPORTS, name, key, order, self.spec, 0, 1, inputs=inputs)
            units.append(self._unit(unit))
        self.total[EXPORTS] = len(units)
        return units

    def _after_tasks(self, unit: ShardTask, record: ShardRecord) -> list[ShardTask]:
        units: list[ShardTask] = []
        if unit.stop < self.spec.tasks.count:
            units.append(self._tasks(unit.stop, [unit.key, record.content]))
        tasks = read_models(self.root / "data" / "tasks" / unit.shard / "tasks.json", TaskSpec)
        missing = unit.stop - unit.start - len(tasks)
        for stage in self._stages()[1:]:
            self.total[stage] -= missing * len(self._chunks())
        if self.until == "tasks":
            return units
        return units + [
            self._of_task("scenes", task, start, stop, [])
            for task in tasks
            for start, stop in self._chunks()
        ]

    def _stages(self) -> tuple[str, ...]:
        stages = STAGES[: STAGES.index(self.until) + 1]
        if self.spec.episodes.per_task == 0:
            stages = tuple(stage for stage in stages if stage != "episodes")
        return stages

    def _chunks(self) -> list[tuple[int, int]]:
        count = self.spec.scenes_per_task
        return [(start, min(start + PER_SHARD, count)) for start in range(0, count, PER_SHARD)]

    def _tasks(self, start: int, upstream: list[str] | None) -> ShardTask:
        stop = min(start + TASKS_PER_SHARD, self.spec.tasks.count)
        spec = slice_of(self.spec, "tasks", stop)
        shard = f"b{start // TASKS_PER_SHARD:05d}"
        key = self.key("tasks", shard, _read_by(spec), [start, stop, upstream])
        # A batch is proposed while the tasks of the one before are being solved.
        order = (start - TASKS_PER_SHARD, 0)
        earlier = ("tasks", f"b{start // TASKS_PER_SHARD - 1:05d}")
        inputs = {"/".join(earlier): self.contents[earlier]} if earlier in self.contents else {}
        return self._unit(ShardTask("tasks", shard, key, order, spec, start, stop, inputs=inputs))

    def _of_task(
        self, stage: str, task: TaskSpec, start: int, stop: int, upstream: list[str]
    ) -> ShardTask:
        spec = slice_of(self.spec, stage, stop)
        shard = shard_name(task.id, start)
        inputs = [start, stop, task.content_hash(), *upstream]
        key = self.key(stage, shard, _read_by(spec), inputs)
        # The later stage goes first, so that finished tasks are finished for good.
        order = (task_index(task), -STAGES.index(stage))
        before = STAGES[1 : STAGES.index(stage)]
        known = {f"{x}/{shard}": self.contents.get((x, shard)) for x in before}
        made_from = {f"task/{task.id}": task.content_hash()}
        made_from |= {place: content for place, content in known.items() if content is not None}
        return self._unit(
            ShardTask(stage, shard, key, order, spec, start, stop, task, inputs=made_from)
        )

    def _unit(self, unit: ShardTask) -> ShardTask:
        self.planned.add((unit.stage, unit.shard))
        return unit

    def key(self, stage: str, shard: str, spec: object, inputs: object) -> str:
        """Hash of all that decides a shard's bytes.

        Args:
            stage: one of STAGES, or exports.
            shard: its name.
            spec: what of the spec the stage reads, as JSON values.
            inputs: the items that it holds, and the content of the shards before it.
        """
        return hash_of(
            {
                "stage": stage,
                "shard": shard,
                "stages": self.stages.name,
                "stage_version": STAGE_VERSIONS[stage],
                "versions": stage_versions(stage, shard, self.spec),
                "assets": self.library_version,
                "spec": spec,
                "inputs": inputs,
            }
        )


def contents_of(records: Iterable[ShardRecord]) -> dict[str, str]:
    """The content hashes of all shards but exports, by stage and name."""
    return {"/".join(r.place): r.content for r in records if r.stage != EXPORTS}


def is_complete(graph: Graph, store: Store, left_out: Callable[[ShardTask], bool]) -> bool:
    """Whether every shard is there but the exports: follows them up to the first missing one.

    Args:
        graph: hands out the shards.
        store: holds them.
        left_out: whether a shard is missing on purpose.
    """
    waiting = graph.start()
    while waiting:
        unit = waiting.pop()
        record = store.find(unit.stage, unit.shard, unit.key)
        if record is not None:
            waiting += graph.after(unit, record)
        elif left_out(unit):
            waiting += graph.skip(unit)
        else:
            return False
    return True


def _read_by(spec: DatasetSpec) -> object:
    """The parts of a spec in a key: what lies in folders enters by its hash, wherever they are."""
    unread = {name for _, name in UNREAD}
    return spec.model_dump(
        mode="json",
        exclude={"assets": True, "episodes": {"from_": {"evaluation"}}, "tasks": unread},
    )
