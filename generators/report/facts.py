"""Facts for the page: counts, groups and choices, gathered in one pass over a dataset."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby, islice
from statistics import fmean

from ...schemas import (
    Episode,
    FrameRecord,
    Scene,
    SkippedRecord,
    TaskSpec,
    VideoRecord,
)
from ..dataset import Dataset
from ..licences import AssetUse, asset_uses
from ..quality.measures import QualityReport, measure, plan_of, without_trace
from .charts import HistogramBin

DISTANCE_BINS = 10
SWEEPS = 32
"""Scenes and cameras whose sweeps the page may choose from."""
SKIPPED = 20
"""Values of sweeps that were left out, of which the page tells."""
SCENES_PER_TASK, SCENES_ALONE = 4, 12
"""Scenes of a task, and of a dataset without tasks, whose frames the page may choose from."""


@dataclass(frozen=True)
class TaskFacts:
    """One task and what was tried."""

    task: TaskSpec
    scenes: tuple[Scene, ...]
    episodes: tuple[Episode, ...]

    @property
    def plan(self) -> tuple[str, ...]:
        """The skills of the task's plan, as far as it is known."""
        return plan_of(self.episodes)

    @property
    def runs(self) -> tuple[tuple[str, int], ...]:
        """The plan with equal neighbours counted: skill and how often."""
        return tuple((skill, len(list(group))) for skill, group in groupby(self.plan))

    @property
    def successes(self) -> int:
        """Attempts that reached the goal."""
        return sum(episode.success for episode in self.episodes)

    def outcome(self, scene: Scene) -> bool | None:
        """Whether an attempt in this scene succeeded; None where there was none."""
        tried = [episode.success for episode in self.episodes if episode.scene == scene.id]
        return any(tried) if tried else None


@dataclass(frozen=True)
class TraceRow:
    """The planner's events of one stage, counted."""

    stage: str
    events: dict[str, int]
    reasons: dict[str, int]
    """Of what was rejected or failed, the most frequent first."""


@dataclass
class FrameFacts:
    """The labelled frames: how many, and those that the page may show."""

    count: int = 0
    labels: Counter[str] = field(default_factory=Counter[str])
    objects: int = 0
    categories: Counter[str] = field(default_factory=Counter[str])
    """Seen objects of each category, in all frames."""
    per_task: int = SCENES_PER_TASK
    """Scenes of a task whose labelled frames the page may choose from."""
    first_of_scene: dict[str, FrameRecord] = field(default_factory=dict[str, FrameRecord])
    best: dict[str, dict[str, dict[str, FrameRecord]]] = field(
        default_factory=dict[str, dict[str, dict[str, FrameRecord]]]
    )
    """By task, scene, and camera: the view that shows most."""
    skipped: tuple[SkippedRecord, ...] = ()
    """The first values of sweeps that some scene could not take."""
    sweeps: dict[tuple[str, str], list[FrameRecord]] = field(
        default_factory=dict[tuple[str, str], list[FrameRecord]]
    )
    """By scene and camera: views between which only swept parameters differ."""

    def keep_best(self, task: str, frame: FrameRecord) -> None:
        """Keep a frame where it shows more than the one kept so far."""
        scenes = self.best.setdefault(task, {})
        if frame.scene not in scenes and len(scenes) == self.per_task:
            return
        cameras = scenes.setdefault(frame.scene, {})
        known = cameras.get(frame.camera)
        if known is None or _interest(frame) > _interest(known):
            cameras[frame.camera] = frame

    def sample(self, task: str) -> list[FrameRecord]:
        """The kept frames of a task: first one of each scene, by another camera each time."""
        ranked: list[tuple[tuple[int, int], FrameRecord]] = []
        for number, cameras in enumerate(self.best.get(task, {}).values()):
            for place, frame in enumerate(cameras.values()):
                ranked.append((((place - number) % len(cameras), number), frame))
        return [frame for _, frame in sorted(ranked, key=lambda pair: pair[0])]


def _interest(frame: FrameRecord) -> int:
    """Visible objects; something going on counts like one more."""
    return visible(frame) + bool(frame.step)


def visible(frame: FrameRecord) -> int:
    """How many objects a frame shows."""
    return sum(thing.visible_pixels > 0 for thing in frame.objects)


@dataclass(frozen=True)
class ReportFacts:
    """Everything the page needs to know."""

    tasks: tuple[TaskFacts, ...]
    frames: FrameFacts
    videos: dict[str, tuple[VideoRecord, ...]]
    """By episode."""
    quality: QualityReport
    trace: tuple[TraceRow, ...]
    distances: tuple[HistogramBin, ...]
    assets: tuple[AssetUse, ...]
    refused: dict[str, int]
    """Why layouts were refused while scenes were assembled."""
    times: dict[str, float]
    """CPU seconds by stage, from the log; empty where there is none."""

    @property
    def episodes(self) -> tuple[Episode, ...]:
        """All attempts, by task."""
        return tuple(episode for facts in self.tasks for episode in facts.episodes)

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """All scenes, by task."""
        return tuple(scene for facts in self.tasks for scene in facts.scenes)


def gather(dataset: Dataset) -> ReportFacts:
    """Read a dataset once and keep what the page needs.

    Raises:
        DatasetError: where its files are damaged.
    """
    scenes, episodes = dict[str, list[Scene]](), dict[str, list[Episode]]()
    for scene in dataset.scenes():
        scenes.setdefault(scene.task or "", []).append(scene)
    trace = TraceCounts()
    for episode in dataset.episodes():
        trace.add(episode)
        episodes.setdefault(episode.task, []).append(without_trace(episode))
    tasks = tuple(
        TaskFacts(task, tuple(scenes.get(task.id, ())), tuple(episodes.get(task.id, ())))
        for task in dataset.tasks()
    )
    videos = dict[str, list[VideoRecord]]()
    for video in dataset.videos():
        videos.setdefault(video.episode, []).append(video)
    tried = [(scene, facts.outcome(scene)) for facts in tasks for scene in facts.scenes]
    return ReportFacts(
        tasks=tasks,
        frames=_frames(dataset, {s.id: s.task or "" for f in tasks for s in f.scenes}),
        videos={episode: tuple(found) for episode, found in videos.items()},
        quality=measure(dataset),
        trace=trace.rows(),
        distances=distance_histogram(
            [(scene_distance(scene), good) for scene, good in tried if good is not None]
        ),
        assets=asset_uses(dataset, (scene for facts in tasks for scene in facts.scenes)),
        refused=dict(_refusals(scene for facts in tasks for scene in facts.scenes)),
        times=_times(dataset),
    )


def _frames(dataset: Dataset, task_of: dict[str, str]) -> FrameFacts:
    facts = FrameFacts(
        skipped=tuple(islice(dataset.skipped(), SKIPPED)),
        per_task=SCENES_ALONE if dataset.spec.without_tasks else SCENES_PER_TASK,
    )
    first_camera = dataset.spec.cameras[0].name if dataset.spec.cameras else ""
    for frame in dataset.frames():
        facts.count += 1
        facts.labels.update(frame.files.keys())
        facts.objects += visible(frame)
        facts.categories.update(x.category for x in frame.objects if x.visible_pixels)
        key = (frame.scene, frame.camera)
        if frame.vary and (key in facts.sweeps or len(facts.sweeps) < SWEEPS):
            facts.sweeps.setdefault(key, []).append(frame)
        if "rgb" not in frame.files:
            continue
        known = facts.first_of_scene.get(frame.scene)
        if known is None or (frame.camera == first_camera != known.camera):
            facts.first_of_scene[frame.scene] = frame
        facts.keep_best(task_of.get(frame.scene, ""), frame)
    return facts


def scene_distance(scene: Scene) -> float:
    """Mean cousin distance of what the task is about; 0 where it names nothing."""
    distances = [thing.cousin_distance for thing in scene.objects if thing.role == "task"]
    return fmean(distances) if distances else 0.0


def distance_histogram(samples: list[tuple[float, bool]]) -> tuple[HistogramBin, ...]:
    """Attempts and successes by cousin distance, in equal bins over [0, 1]."""
    bins = [min(int(distance * DISTANCE_BINS), DISTANCE_BINS - 1) for distance, _ in samples]
    return tuple(
        HistogramBin(
            label=f"{number / DISTANCE_BINS:.1f}",
            total=bins.count(number),
            good=sum(
                good for place, (_, good) in zip(bins, samples, strict=True) if place == number
            ),
        )
        for number in range(DISTANCE_BINS)
    )


@dataclass
class TraceCounts:
    """The planner's events, counted while episodes pass by."""

    events: dict[str, Counter[str]] = field(default_factory=dict[str, Counter[str]])
    reasons: dict[str, Counter[str]] = field(default_factory=dict[str, Counter[str]])

    def add(self, episode: Episode) -> None:
        """Count the events of one episode."""
        for event in episode.trace:
            self.events.setdefault(event.stage, Counter())[event.event] += 1
            if event.reason and event.event in ("reject", "fail"):
                self.reasons.setdefault(event.stage, Counter())[event.reason] += 1

    def rows(self) -> tuple[TraceRow, ...]:
        """By stage, in the order in which stages first appeared."""
        return tuple(
            TraceRow(stage, dict(counts), dict(_ranked(self.reasons.get(stage, Counter()))))
            for stage, counts in self.events.items()
        )


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    seen = [(name, count) for name, count in counts.items() if count]
    return sorted(seen, key=lambda item: (-item[1], item[0]))


def _refusals(scenes: Iterable[Scene]) -> list[tuple[str, int]]:
    counts = Counter[str]()
    for scene in scenes:
        counts.update(scene.refused)
    return _ranked(counts)


def _times(dataset: Dataset) -> dict[str, float]:
    """CPU seconds of the logged shards, summed by stage."""
    path = dataset.root / "logs" / "timings.jsonl"
    if not path.is_file():
        return {}
    times = dict[str, float]()
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            found = json.loads(line)
            stage, seconds = str(found["shard"]).split("/")[0], float(found["cpu_seconds"])
        except (ValueError, KeyError, TypeError):
            # The log is no part of the dataset: a line cut short by a crash is left out.
            continue
        times[stage] = times.get(stage, 0.0) + seconds
    return times
