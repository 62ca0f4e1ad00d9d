"""`cousins execute`: the demonstrations of a dataset, carried out in another simulator."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from ..generators.dataset import Dataset
from ..generators.executed import dump_executed, judged
from ..generators.simulators import SIMULATORS, StoredAttempt
from ..schemas import DatasetError, RunError, SpecError
from .robots import check_robot_of


@dataclass(frozen=True)
class Execution:
    """How one attempt went.

    Attributes:
        episode: its id.
        task: its task.
        success: its goal is reached there.
        apart: the greatest distance of an object from where it was at the same time, metres.
        ended_apart: the same at the end.
    """

    episode: str
    task: str
    success: bool
    apart: float
    ended_apart: float


@dataclass
class ExecutedShare:
    """What carrying out found.

    Attributes:
        simulator: its name.
        done: attempts that were carried out.
        refused: by the episode's id, why it was not.
    """

    simulator: str
    done: list[Execution] = field(default_factory=list[Execution])
    refused: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def share(self) -> float | None:
        """Of the attempts that were carried out, those that reach their goal; None of none."""
        return sum(one.success for one in self.done) / len(self.done) if self.done else None

    def facts(self) -> dict[str, Any]:
        """For machines."""
        return {
            "simulator": self.simulator,
            "executed": len(self.done),
            "succeeded": sum(one.success for one in self.done),
            "share": self.share,
            "apart": max((one.ended_apart for one in self.done), default=None),
            "refused": self.refused,
            "episodes": [vars(one) for one in self.done],
        }


def execute(root: Path, simulator: str, out: Path | None, count: int | None) -> ExecutedShare:
    """Carry out the demonstrations of a dataset in a simulator.

    Args:
        root: the dataset's folder.
        simulator: by name.
        out: folder for the records, as `<task>/<episode>.json` and `.npz`; None keeps none.
        count: of demonstrations, the first; None is all.

    Raises:
        SpecError: there is no such simulator, or `out` holds files.
        BackendMissingError: it cannot be used here, or the robot's packages are not installed.
        UnknownRobotError: the dataset's robot is not known on this machine.
        DatasetError: the dataset has no demonstrations.
    """
    used = SIMULATORS.load(simulator)
    used.needs.check(f"simulator {simulator}")
    used.check()
    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SpecError(f"{out} is not empty; give a folder that is, or that is not there")
    dataset = Dataset(root)
    tasks = {task.id: task for task in dataset.tasks()}
    won = list(islice((x for x in dataset.episodes() if x.success), count))
    if not won:
        raise DatasetError(f"{root} has no demonstrations to carry out")
    check_robot_of(dataset)
    found = ExecutedShare(simulator)
    for episode in won:
        scene = dataset.scene_of(episode)
        attempt = StoredAttempt(
            scene, dataset.assets_of(scene), tasks[episode.task], episode, dataset.arrays(episode)
        )
        try:
            made = judged(attempt, used.execute(attempt), simulator)
        except RunError as error:
            found.refused[episode.id] = str(error)
            continue
        found.done.append(
            Execution(episode.id, episode.task, made.episode.success, made.apart, made.ended_apart)
        )
        if out is not None:
            folder = out / episode.task
            folder.mkdir(parents=True, exist_ok=True)
            text, arrays = dump_executed(made)
            (folder / f"{episode.id}.json").write_text(text + "\n", encoding="utf-8")
            (folder / f"{episode.id}.npz").write_bytes(arrays)
    return found
