"""The dependency graph of shards: which can be made now, and which follow a finished one.

Tasks are proposed in order, a batch per shard. Each task then goes its own way: its scenes, its
episodes in them, their frames. Nothing waits for the whole of a stage but the exports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ..generators.dataset import read_models
from ..generators.records import FinishedShard
from ..generators.shards import EXPORTS, PER_SHARD, STAGES, ShardRecord, shard_name
from ..generators.store.writer import Store
from ..schemas import DatasetSpec, TaskSpec, hash_of
from ..schemas.base import canonical_json
from .growth import BASIS, Growth, basis_of, growth, past
from .keys import Keys, read_by
from .work import ShardTask, Stages, task_index

TASKS_PER_SHARD = 25
MOST_SCENES = 2
"""Times as many scenes as were asked for, where demonstrations are still missing."""


@dataclass
class Graph:
    """Hands out units as they become ready.

    Attributes:
        root: the dataset folder.
        spec: the whole spec.
        stages: named in every key, so that no fake passes for the real thing.
        library_version: of the asset library.
        until: the last stage to run: tasks, scenes, episodes or frames.
        planned: every shard that has been handed out, by stage.
        contents: what the shards hold from which others are still to follow, by stage and name.
        total: how many shards of each stage there will be, as far as is known.
    """

    root: Path
    spec: DatasetSpec
    stages: Stages
    library_version: str
    until: str = "frames"
    planned: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    contents: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    total: dict[str, int] = field(default_factory=dict[str, int])
    _asked: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """The shards of each task that were asked for so far."""
    _solved: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    """Demonstrations of each task by shard, as far as they are made."""
    _scenes: dict[str, int] = field(default_factory=dict[str, int])
    """One past the last scene of each task that was asked for more."""

    def __post_init__(self) -> None:
        """Read what of the spec decides which shards there are."""
        stages = STAGES[: STAGES.index(self.until) + 1]
        if self.spec.episodes.per_task == 0:
            stages = tuple(stage for stage in stages if stage != "episodes")
        count = self.spec.scenes_per_task
        starts = range(0, count, PER_SHARD)
        self._stages = stages
        self._chunks = [(start, min(start + PER_SHARD, count)) for start in starts]
        self._keys = Keys(self.spec, self.stages.name, self.library_version)

    def start(self) -> list[ShardTask]:
        """The units that depend on nothing."""
        batches = -(-self.spec.tasks.count // TASKS_PER_SHARD)
        per_task = len(self._chunks)
        self.total = dict.fromkeys(self._stages, 0)
        for stage in self._stages:
            self.total[stage] = batches if stage == "tasks" else self.spec.tasks.count * per_task
        return [self._tasks(0, None)]

    def after(self, unit: ShardTask, record: FinishedShard) -> list[ShardTask]:
        """The units that a finished one makes ready."""
        if unit.stage == "tasks":
            self.contents[record.place] = record.content
            return self._after_tasks(unit, record.content)
        if unit.task is None:
            return []
        stages = self._stages
        follower = stages.index(unit.stage) + 1
        more: list[ShardTask] = []
        if unit.stage == "episodes" and self.spec.episodes.demonstrations is not None:
            more = self._topped_up(unit.task, unit.shard, record.counts.get("solved", 0))
        if follower == len(stages):
            for stage in stages[1:]:
                self.contents.pop((stage, unit.shard), None)
            return more
        self.contents[record.place] = record.content
        # The chain of keys carries what earlier stages have read.
        told = unit.inputs[f"task/{unit.task.id}"], unit.key, record.content
        return [self._of_task(stages[follower], unit.task, unit.start, unit.stop, told), *more]

    def skip(self, unit: ShardTask) -> list[ShardTask]:
        """Go on without a shard: nothing follows from it but scenes that make up for it."""
        stages = self._stages
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
        first = self._chunks
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
        for stage in self._stages[1:]:
            self.total[stage] += 1
        return [self._of_task("scenes", task, start, start + PER_SHARD, (task.content_hash(),))]

    def lacking(self) -> dict[str, int]:
        """Demonstrations of each task that has fewer than the spec asks for, by the task's id."""
        wanted = self.spec.episodes.demonstrations or 0
        found = {task: sum(solved.values()) for task, solved in sorted(self._solved.items())}
        return {task: number for task, number in found.items() if number < wanted}

    def exports(
        self,
        formats: tuple[str, ...],
        records: Iterable[FinishedShard],
        earlier: Callable[[str], tuple[ShardRecord, str] | None] | None = None,
    ) -> list[ShardTask]:
        """The units that export the whole dataset.

        Args:
            formats: by name.
            records: of all finished shards.
            earlier: gives the record and the folder of an export that is there, by name; with it
                the units know what they can take over.
        """
        content = contents_of(records) if formats else {}
        tasks = self._made_tasks(content)
        units: list[ShardTask] = []
        for name in formats:
            # Exporters read the spec of the dataset, whose name is part of what they write.
            spec = read_by(self.spec)
            key = self.key(EXPORTS, name, spec, [content])
            order = (self.spec.tasks.count, len(STAGES))
            basis = self.key(EXPORTS, name, basis_of(self.spec), [])
            inputs = {"data": hash_of(content), BASIS: basis, **past(content, tasks)}
            found = Growth()
            if earlier is not None:
                found = growth(earlier(name), basis, content, tasks)
            unit = ShardTask(
                EXPORTS, name, key, order, self.spec, 0, 1, inputs=inputs, growth=found
            )
            units.append(self._unit(unit))
        self.total[EXPORTS] = len(units)
        return units

    def _made_tasks(self, content: Iterable[str]) -> list[TaskSpec]:
        folder = self.root / "data" / "tasks"
        names = sorted(place for place in content if place.startswith("tasks/"))
        paths = (folder / name.partition("/")[2] / "tasks.json" for name in names)
        return [task for path in paths for task in read_models(path, TaskSpec)]

    def _after_tasks(self, unit: ShardTask, content: str) -> list[ShardTask]:
        units: list[ShardTask] = []
        if unit.stop < self.spec.tasks.count:
            units.append(self._tasks(unit.stop, [unit.key, content]))
        tasks = read_models(self.root / "data" / "tasks" / unit.shard / "tasks.json", TaskSpec)
        missing = unit.stop - unit.start - len(tasks)
        for stage in self._stages[1:]:
            self.total[stage] -= missing * len(self._chunks)
        if self.until == "tasks":
            return units
        return units + [
            self._of_task("scenes", task, start, stop, (told,))
            for task, told in ((task, task.content_hash()) for task in tasks)
            for start, stop in self._chunks
        ]

    def _tasks(self, start: int, upstream: list[str] | None) -> ShardTask:
        stop = min(start + TASKS_PER_SHARD, self.spec.tasks.count)
        part = self._keys.slice("tasks", stop)
        shard = f"b{start // TASKS_PER_SHARD:05d}"
        key = self._keys.of_slice(shard, part, canonical_json([start, stop, upstream]))
        # A batch is proposed while the tasks of the one before are being solved.
        order = (start - TASKS_PER_SHARD, 0)
        earlier = ("tasks", f"b{start // TASKS_PER_SHARD - 1:05d}")
        inputs = {"/".join(earlier): self.contents[earlier]} if earlier in self.contents else {}
        return self._unit(
            ShardTask("tasks", shard, key, order, part.spec, start, stop, inputs=inputs)
        )

    def _of_task(
        self, stage: str, task: TaskSpec, start: int, stop: int, told: tuple[str, ...]
    ) -> ShardTask:
        """A shard of a task; `told` is the task's hash, then key and content of the one before."""
        part, shard = self._keys.slice(stage, stop), shard_name(task.id, start)
        # Hashes have no character that JSON would write otherwise.
        hashes = '","'.join(told)
        key = self._keys.of_slice(shard, part, f'[{start},{stop},"{hashes}"]')
        # The later stage goes first, so that finished tasks are finished for good.
        place = STAGES.index(stage)
        order = (task_index(task), -place)
        made_from = {f"task/{task.id}": told[0]}
        for before in STAGES[1:place]:
            content = self.contents.get((before, shard))
            if content is not None:
                made_from[f"{before}/{shard}"] = content
        return self._unit(
            ShardTask(stage, shard, key, order, part.spec, start, stop, task, inputs=made_from)
        )

    def _unit(self, unit: ShardTask) -> ShardTask:
        self.planned.setdefault(unit.stage, set()).add(unit.shard)
        return unit

    def key(self, stage: str, shard: str, spec: object, inputs: object) -> str:
        """As `Keys.key`."""
        return self._keys.key(stage, shard, spec, inputs)


def contents_of(records: Iterable[FinishedShard]) -> dict[str, str]:
    """The content hashes of all shards but exports, by stage and name."""
    return {"/".join(r.place): r.content for r in records if r.place[0] != EXPORTS}


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
        record = store.look(unit.stage, unit.shard, unit.key)
        if record is not None:
            waiting += graph.after(unit, record)
        elif left_out(unit):
            waiting += graph.skip(unit)
        else:
            return False
    return True
