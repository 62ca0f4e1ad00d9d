"""A part of a dataset, as exports take it: by task, by skill, by outcome, and what is undamaged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..schemas import DatasetError, Episode, FrameRecord, Scene, SpecError, TaskSpec, VideoRecord
from .dataset import Dataset
from .shards import by_number, shard_of

Outcome = Literal["demonstrations", "recoveries", "failures", "all"]
"""Of attempts: those that reached their goal, those of them in which something had gone wrong
before, those that did not, or all."""
NAMED = 3
"""Damaged things that an error names."""


@dataclass(frozen=True)
class Selection:
    """What is wanted of a dataset; an attempt must pass every filter that is set.

    Attributes:
        tasks: ids of tasks; empty is all.
        skills: an attempt counts that used one of them; empty is all.
        outcome: of attempts; None leaves it to each format.
        only: ids of the attempts to take; None is all.
        skip_bad: leave out what is not as it was written, rather than refuse it.
    """

    tasks: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    outcome: Outcome | None = None
    only: frozenset[str] | None = None
    skip_bad: bool = False

    @property
    def of_attempts(self) -> bool:
        """Whether it asks for something that only attempts have."""
        return bool(self.skills or self.outcome or self.only is not None)

    def takes(self, episode: Episode) -> bool:
        """Whether an attempt is wanted."""
        return (
            (not self.tasks or episode.task in self.tasks)
            and (not self.skills or any(x.skill in self.skills for x in episode.subtasks))
            and (self.only is None or episode.id in self.only)
            and _ended(episode, self.outcome)
        )


def _ended(episode: Episode, outcome: Outcome | None) -> bool:
    if outcome == "recoveries":
        return episode.recovered
    return outcome in (None, "all") or episode.success == (outcome == "demonstrations")


def read_ids(path: Path) -> frozenset[str]:
    """Ids from a file, one a line; what follows a `#` is left out.

    Raises:
        SpecError: the file cannot be read, or lists nothing.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"{path} cannot be read: {error}") from error
    found = frozenset(line.partition("#")[0].strip() for line in lines) - {""}
    if not found:
        raise SpecError(f"{path} lists no attempt; it has one id a line, such as t0003-e02")
    return found


@dataclass(frozen=True)
class DamagedParts:
    """What of a dataset is not as it was written.

    Attributes:
        episodes: ids of attempts whose arrays or videos are damaged.
        frames: ids of frames a file of which is damaged.
    """

    episodes: frozenset[str] = frozenset()
    frames: frozenset[str] = frozenset()

    def __len__(self) -> int:
        """How many things are damaged."""
        return len(self.episodes) + len(self.frames)


def damage(dataset: Dataset) -> DamagedParts:
    """Compare the arrays, videos and pictures of a dataset with their hashes; reads all of them."""
    hashes = {
        name: told
        for stage in ("episodes", "frames")
        for record in dataset.records(stage)
        for name, told in record.files.items()
    }

    def holds(name: str) -> bool:
        path = dataset.file(name)
        return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == hashes.get(name)

    episodes = {
        episode.id
        for episode in dataset.episodes()
        if not holds(f"data/episodes/{shard_of(episode.task, episode.id)}/{episode.id}.npz")
    }
    episodes |= {video.episode for video in dataset.videos() if not holds(video.path)}
    frames = {x.id for x in dataset.frames() if not all(map(holds, x.files.values()))}
    return DamagedParts(frozenset(episodes), frozenset(frames))


class SelectedDataset(Dataset):
    """A dataset of which only a part is seen.

    Args:
        whole: the dataset.
        selection: what of it.

    Raises:
        DatasetError: it names a task, a skill, or an attempt that is not there, or nothing is
            left; or something is damaged and is not to be skipped.
    """

    def __init__(self, whole: Dataset, selection: Selection) -> None:
        """Look through the attempts once."""
        super().__init__(whole.root)
        self._selection = selection
        self.damage = damage(whole)
        """What is damaged, and therefore left out."""
        if self.damage and not selection.skip_bad:
            raise DatasetError(_refused(whole, self.damage))
        _check_names(whole, selection)
        taken = [x for x in whole.episodes() if selection.takes(x)]
        self._taken = {x.id for x in taken} - self.damage.episodes
        if selection.of_attempts and not self._taken:
            raise DatasetError(f"{whole.root}: no attempt passes these filters")
        self._scenes = {x.id for x in self.scenes()}
        if selection.of_attempts:
            self._scenes = {x.scene for x in taken if x.id in self._taken}

    def tasks(self) -> Iterator[TaskSpec]:
        """The tasks that were asked for."""
        wanted = self._selection.tasks
        return (task for task in super().tasks() if not wanted or task.id in wanted)

    def scenes(self) -> Iterator[Scene]:
        """The scenes of those tasks."""
        wanted = self._selection.tasks
        return (scene for scene in super().scenes() if not wanted or scene.task in wanted)

    def episodes(self) -> Iterator[Episode]:
        """The attempts that pass all filters."""
        return (episode for episode in super().episodes() if episode.id in self._taken)

    def frames(self) -> Iterator[FrameRecord]:
        """The frames of those attempts; stills too, where nothing was asked of attempts."""
        for frame in super().frames():
            if frame.id in self.damage.frames or frame.scene not in self._scenes:
                continue
            if frame.episode in self._taken or self._still(frame):
                yield frame

    def _still(self, frame: FrameRecord) -> bool:
        return frame.episode is None and not self._selection.of_attempts

    def videos(self) -> Iterator[VideoRecord]:
        """The videos of those attempts."""
        return (video for video in super().videos() if video.episode in self._taken)


def _refused(dataset: Dataset, found: DamagedParts) -> str:
    named = [
        *(f"frame {x}" for x in sorted(found.frames, key=by_number)),
        *(f"episode {x}" for x in sorted(found.episodes, key=by_number)),
    ]
    more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    return (
        f"{dataset.root}: {', '.join(named[:NAMED])}{more}: not as it was written; mend it with "
        f"`cousins verify {dataset.root} --repair`, or leave it out with --skip-bad"
    )


def _check_names(dataset: Dataset, selection: Selection) -> None:
    """Refuse what can never be found."""
    known: dict[str, set[str]] = {"task": {task.id for task in dataset.tasks()}}
    known["skill"], known["episode"] = set(), set()
    for episode in dataset.episodes():
        known["episode"].add(episode.id)
        known["skill"] |= {part.skill for part in episode.subtasks}
    wanted = {"task": selection.tasks, "skill": selection.skills, "episode": selection.only or ()}
    for word, names in wanted.items():
        missing = sorted(set(names) - known[word], key=by_number)
        if missing:
            allowed = (
                ""
                if word == "episode"
                else f"; it has {', '.join(sorted(known[word], key=by_number))}"
            )
            raise DatasetError(f"{dataset.root} has no {word} {missing[0]!r}{allowed}")
