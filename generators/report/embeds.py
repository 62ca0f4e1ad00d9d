"""Pictures and clips chosen for the page and embedded in it, most important first."""

from __future__ import annotations

from dataclasses import dataclass

from ...schemas import Episode, FrameRecord, Scene, TaskSpec
from ..dataset import Dataset
from .facts import ReportFacts, TaskFacts, scene_distance
from .pictures import (
    Budget,
    clip,
    depth_picture,
    instance_colour,
    jpeg,
    mask_picture,
    read_rgb,
)
from .searches import Search, search_of
from .timelines import GoalRow, goal_rows

TASK_CARDS = 24
SCENES_PER_CARD = 4
SHEET_FRAMES = 12
CLIPS = 6
FAILED_CLIPS = 3
SWEEP_FRAMES = 12
THUMBNAIL = 200
SHEET = 384


@dataclass(frozen=True)
class Thumb:
    """One cousin scene of a task."""

    uri: str | None
    scene: str
    distance: float
    good: bool | None


@dataclass(frozen=True)
class TaskCard:
    """One task in the gallery."""

    facts: TaskFacts
    thumbs: tuple[Thumb, ...]
    more: int


@dataclass(frozen=True)
class BoxOverlay:
    """One object in a frame: its box in per cent of the picture, and its colour."""

    name: str
    category: str
    pixels: int
    colour: str
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Sheet:
    """One labelled frame with its layers."""

    id: str
    camera: str
    caption: str
    width: int
    height: int
    rgb: str
    instance: str | None
    depth: str | None
    near: float
    far: float
    labels: tuple[BoxOverlay, ...]

    @property
    def shown(self) -> int:
        """How many objects are visible."""
        return len(self.labels)


@dataclass(frozen=True)
class SubtaskSpan:
    """A subtask on a clip's time line, in per cent of its length."""

    start: float
    width: float
    skill: str
    sentence: str
    colour: str


@dataclass(frozen=True)
class Clip:
    """One attempt as a small video, with what led to it."""

    episode: Episode
    uri: str
    poster: str
    cameras: str
    seconds: float
    """Of the demonstration; the clip lasts `speed` times less."""
    speed: int
    segments: tuple[SubtaskSpan, ...]
    goal: tuple[GoalRow, ...]
    search: Search | None


@dataclass(frozen=True)
class Swept:
    """One view of a sweep."""

    uri: str
    value: str


class Maker:
    """Makes the embedded parts of one page, most important first."""

    def __init__(self, dataset: Dataset, facts: ReportFacts, budget: Budget) -> None:
        """Take pictures of what `facts` names from the dataset's folder."""
        self._dataset, self.facts, self.budget = dataset, facts, budget

    def cards(self) -> list[TaskCard]:
        """The first tasks, each with its first cousin scenes."""
        return [self._card(task) for task in self.facts.tasks[:TASK_CARDS]]

    def _card(self, task: TaskFacts) -> TaskCard:
        shown = task.scenes[:SCENES_PER_CARD]
        thumbs = tuple(
            Thumb(self._thumb(scene), scene.id, scene_distance(scene), task.outcome(scene))
            for scene in shown
        )
        return TaskCard(task, thumbs, len(task.scenes) - len(shown))

    def _thumb(self, scene: Scene) -> str | None:
        frame = self.facts.frames.first_of_scene.get(scene.id)
        return self._picture(frame, THUMBNAIL) if frame else None

    def _picture(self, frame: FrameRecord, longest: int) -> str | None:
        pixels = read_rgb(self._dataset.file(frame.files["rgb"]), longest)
        return self.budget.embed(jpeg(pixels), "image/jpeg")

    def sheets(self) -> list[Sheet]:
        """Labelled frames: one of each task in turn until there are enough."""
        groups = [self.facts.frames.sample(task.task.id) for task in self.facts.tasks]
        chosen: list[FrameRecord] = []
        for turn in range(max((len(group) for group in groups), default=0)):
            # Start elsewhere in each task, so that cameras vary from the beginning.
            for place, group in enumerate(groups):
                if turn < len(group) and len(chosen) < SHEET_FRAMES:
                    chosen.append(group[(turn + place) % len(group)])
        made = [self._sheet(frame) for frame in chosen]
        return [sheet for sheet in made if sheet is not None]

    def _sheet(self, frame: FrameRecord) -> Sheet | None:
        rgb = self._picture(frame, SHEET)
        if rgb is None:
            return None
        instance, depth, near, far = None, None, 0.0, 0.0
        if "seg_instance" in frame.files:
            raw = mask_picture(self._dataset.file(frame.files["seg_instance"]), SHEET)
            instance = self.budget.embed(raw, "image/png")
        if "depth_linear" in frame.files:
            path = self._dataset.file(frame.files["depth_linear"])
            raw, near, far = depth_picture(path, frame.depth_scale, SHEET)
            depth = self.budget.embed(raw, "image/jpeg")
        camera = frame.camera_params
        moment = "" if frame.step is None else f", state {frame.step}"
        return Sheet(
            id=frame.id,
            camera=frame.camera,
            caption=f"{frame.scene}, camera {frame.camera}{moment}",
            width=camera.width,
            height=camera.height,
            rgb=rgb,
            instance=instance,
            depth=depth,
            near=near,
            far=far,
            labels=_labels(frame),
        )

    def clips(self) -> list[Clip]:
        """Demonstrations, one of each task in turn until there are enough."""
        return self._clips(True, CLIPS)

    def failed_clips(self) -> list[Clip]:
        """Attempts that failed, one of each task in turn until there are enough."""
        return self._clips(False, FAILED_CLIPS)

    def _clips(self, success: bool, most: int) -> list[Clip]:
        """Filmed attempts that succeeded or not, at most so many."""
        per_task = [
            [e for e in task.episodes if e.success == success and e.id in self.facts.videos]
            for task in self.facts.tasks
        ]
        made: list[Clip] = []
        for turn in range(max((len(found) for found in per_task), default=0)):
            for task, found in zip(self.facts.tasks, per_task, strict=True):
                if turn < len(found) and len(made) < most:
                    shown = self._clip(task.task, found[turn])
                    made += [shown] if shown else []
        return made

    def _clip(self, task: TaskSpec, episode: Episode) -> Clip | None:
        data, scene = self._dataset, self._dataset.scene_of(episode)
        videos = self.facts.videos[episode.id][:2]
        frames = episode.steps
        raw, poster, speed = clip([data.file(v.path) for v in videos], frames, episode.hz)
        uri = self.budget.embed(raw, "video/mp4")
        still = self.budget.embed(poster, "image/jpeg")
        if uri is None or still is None:
            return None
        segments = tuple(
            SubtaskSpan(
                start=100 * part.start / frames,
                width=100 * (part.end - part.start) / frames,
                skill=part.skill.replace("_", " "),
                sentence=part.sentence,
                colour=_css(instance_colour(number)),
            )
            for number, part in enumerate(episode.subtasks)
        )
        return Clip(
            episode=episode,
            uri=uri,
            poster=still,
            cameras=" | ".join(video.camera for video in videos),
            seconds=frames / episode.hz,
            speed=speed,
            segments=segments,
            goal=goal_rows(task, scene, data.assets_of(scene), data.arrays(episode).qpos),
            # What was gathered has no traces, which would not fit into memory.
            search=search_of(data.episode(episode.task, episode.id)),
        )

    def sweep(self) -> list[Swept]:
        """The longest sweep over one scene as one camera saw it."""
        groups = self.facts.frames.sweeps.values()
        longest = max(groups, key=len, default=list[FrameRecord]())[:SWEEP_FRAMES]
        made: list[Swept] = []
        for frame in longest:
            uri = self._picture(frame, THUMBNAIL) if "rgb" in frame.files else None
            text = ", ".join(f"{path} = {value}" for path, value in sorted(frame.vary.items()))
            made += [Swept(uri, text)] if uri else []
        return made


def _css(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _labels(frame: FrameRecord) -> tuple[BoxOverlay, ...]:
    made: list[BoxOverlay] = []
    width, height = frame.camera_params.width, frame.camera_params.height
    for thing in frame.objects:
        if thing.visible_pixels == 0:
            continue
        x0, y0, x1, y1 = thing.bbox_2d_tight or (0, 0, 0, 0)
        made.append(
            BoxOverlay(
                name=thing.name,
                category=thing.category,
                pixels=thing.visible_pixels,
                colour=_css(instance_colour(thing.instance_id)),
                left=100 * x0 / width,
                top=100 * y0 / height,
                width=100 * (x1 - x0) / width,
                height=100 * (y1 - y0) / height,
            )
        )
    return tuple(made)
