"""`cousins certify`: replays, from files alone, of our demonstrations and of other people's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from ..generators.certificates.reading import certificates_in
from ..generators.dataset import Dataset
from ..schemas import DatasetError, SpecError
from .pool import JobError, WorkerPool
from .robots import check_robot_of
from .strangers import HDF5, READING, bound_memory

if TYPE_CHECKING:
    from ..generators.certificates.checking import CertificateCheck

Way = Literal["controls", "states"]
Kind = Literal["dataset", "certificates", "demonstrations"]
TIME_LIMIT = 900.0
"""Seconds that the replay of one attempt may take."""
Argument = TypeVar("Argument")


@dataclass(frozen=True)
class CertifiedShare:
    """What certifying found.

    Attributes:
        kind: of what was certified.
        attempts: looked at.
        replayed: those whose replay came to the outcome that is stated: the goal of a
            certificate, the stored states of a demonstration with controls.
        exact: certificates all of whose states came about again to the bit.
        states_only: demonstrations whose actions are not controls, so that nothing was replayed.
        consistent: those of them in whose states nothing is amiss.
        deviation: the greatest difference of a position (of a certificate also of a velocity).
        problems: a sentence for each attempt that does not hold.
    """

    kind: Kind
    attempts: int = 0
    replayed: int = 0
    exact: int = 0
    states_only: int = 0
    consistent: int = 0
    deviation: float = 0.0
    problems: tuple[str, ...] = ()

    @property
    def share(self) -> float | None:
        """Of the attempts that can be replayed, those that did; None where none can be."""
        able = self.attempts - self.states_only
        return self.replayed / able if able else None


@dataclass(frozen=True)
class _OfDataset:
    root: Path
    task: str
    episode: str


@dataclass(frozen=True)
class DemoJob:
    """A demonstration of an HDF5 file, and how it is to be looked at; see `certify`."""

    path: Path
    name: str
    folder: Path | None
    way: Way | None


@dataclass
class _Count:
    replayed: int = 0
    exact: int = 0
    states_only: int = 0
    consistent: int = 0
    deviation: float = 0.0
    problems: list[str] = field(default_factory=list[str])


def certify(
    path: Path, workers: int, folder: Path | None = None, way: Way | None = None
) -> CertifiedShare:
    """Replay what lies at a path.

    Args:
        path: a dataset's folder, a certificate, a folder of certificates, or an HDF5 file with
            demonstrations of robomimic's form.
        workers: fresh processes that replay.
        folder: of the files that models of such demonstrations name.
        way: how demonstrations are looked at; None decides by what they hold.

    Raises:
        SpecError: there is nothing of these kinds, or options do not fit it.
        DatasetError: the dataset is damaged.
        UnknownRobotError, BackendMissingError: the dataset's robot is not here.
        JobError: an HDF5 file, or the one certificate that was given, cannot be read.
    """
    foreign = path.suffix.lower() in HDF5
    if (folder is not None or way is not None) and not foreign:
        raise SpecError(f"{path}: --assets and --by are for HDF5 files of demonstrations")
    if foreign and path.is_file():
        return _demonstrations(path, workers, folder, way)
    if (path / "spec.json").is_file():
        return _dataset(path, workers)
    if path.is_dir():
        return _certificates(tuple(certificates_in(path)), workers)
    if path.is_file() and path.suffix == ".json":
        return _certificates((path,), workers)
    raise SpecError(
        f"{path} is no dataset, no certificate (.json), no folder of certificates, and no HDF5 "
        f"file of demonstrations ({', '.join(HDF5)})"
    )


def _dataset(root: Path, workers: int) -> CertifiedShare:
    won = [_OfDataset(root, x.task, x.id) for x in Dataset(root).episodes() if x.success]
    if not won:
        raise DatasetError(f"{root} has no demonstrations to certify")
    check_robot_of(Dataset(root))
    found = _count(_check_episode, [(job.episode, job) for job in won], workers)
    return _share("dataset", len(won), found)


def _certificates(paths: Sequence[Path], workers: int) -> CertifiedShare:
    found = _count(_check_file, [(path.name, path) for path in paths], workers)
    return _share("certificates", len(paths), found)


def _demonstrations(
    path: Path, workers: int, folder: Path | None, way: Way | None
) -> CertifiedShare:
    with WorkerPool[Path, tuple[str, ...]](_names, 1, READING) as pool:
        names = pool.run(str(path), path)
    jobs = [(f"{path}: {name}", DemoJob(path, name, folder, way)) for name in names]
    # Each is read twice: what cannot be read is to end soon, and a replay may take long.
    read = list(_answers(read_stored, jobs, workers, READING))
    sound = [job for job, answer in zip(jobs, read, strict=True) if not answer.problems]
    found = _count(_check_demo, sound, workers)
    found.problems[:0] = [problem for answer in read for problem in answer.problems]
    return _share("demonstrations", len(names), found)


def _share(kind: Kind, attempts: int, count: _Count) -> CertifiedShare:
    return CertifiedShare(
        kind, attempts, count.replayed, count.exact, count.states_only, count.consistent,
        count.deviation, tuple(count.problems),
    )  # fmt: skip


def _count(
    function: Callable[[Argument], _Count], jobs: Sequence[tuple[str, Argument]], workers: int
) -> _Count:
    """The sum of what fresh processes find; a file that is wrong is a problem among others."""
    total = _Count()
    for one in _answers(function, jobs, workers, TIME_LIMIT):
        total.replayed += one.replayed
        total.exact += one.exact
        total.states_only += one.states_only
        total.consistent += one.consistent
        total.deviation = max(total.deviation, one.deviation)
        total.problems += one.problems
    return total


def _answers(
    function: Callable[[Argument], _Count],
    jobs: Sequence[tuple[str, Argument]],
    workers: int,
    limit: float,
) -> Iterator[_Count]:
    with (
        WorkerPool[Argument, _Count](function, min(workers, len(jobs)), limit) as pool,
        ThreadPoolExecutor(workers) as threads,
    ):

        def ask(job: tuple[str, Argument]) -> _Count:
            try:
                return pool.run(*job)
            except JobError as error:
                if error.fatal and len(jobs) == 1:
                    raise
                return _Count(problems=[str(error)])

        yield from threads.map(ask, jobs)


def _check_episode(job: _OfDataset) -> _Count:
    """Certify one attempt of a dataset; runs in a fresh process."""
    from ..generators.certificates.checking import check
    from ..generators.certificates.making import certificate
    from ..generators.certificates.reading import Certified

    dataset = Dataset(job.root)
    episode = dataset.episode(job.task, job.episode)
    scene = dataset.scene_of(episode)
    task = next((task for task in dataset.tasks() if task.id == job.task), None)
    if task is None:
        raise DatasetError(f"{job.root} has no task {job.task}")
    told = certificate(scene, task, episode, dataset.arrays(episode))
    return _told(check(Certified(told, scene, dataset.assets_of(scene))))


def _check_file(path: Path) -> _Count:
    """Certify what a file says; runs in a fresh process."""
    from ..generators.certificates.checking import check
    from ..generators.certificates.reading import read_certificate

    bound_memory()
    return _told(check(read_certificate(path)))


def _told(found: CertificateCheck) -> _Count:
    said: list[str] = []
    if not found.holds:
        goal = "misses the goal, which is" if found.stated else "reaches the goal, which is not"
        said = [f"{found.id}: its replay {goal} stated as reached (off by {found.deviation:.3g})"]
    return _Count(
        replayed=int(found.holds),
        exact=int(found.exact),
        deviation=found.deviation,
        problems=said,
    )


def _names(path: Path) -> tuple[str, ...]:
    from ..generators.certificates.demo_file import demo_names

    bound_memory()
    return demo_names(path)


def read_stored(job: DemoJob) -> _Count:
    """Whether a demonstration can be read at all; runs in a fresh process."""
    from ..generators.certificates.demo_file import read_demo

    bound_memory()
    read_demo(job.path, job.name)
    return _Count()


def _check_demo(job: DemoJob) -> _Count:
    """Certify one demonstration of a file; runs in a fresh process."""
    from ..generators.certificates.demo_check import check_demo
    from ..generators.certificates.demo_file import read_demo

    bound_memory()
    found = check_demo(read_demo(job.path, job.name), job.folder, job.way)
    looked = found.way == "states"
    return _Count(
        replayed=int(found.holds and not looked),
        states_only=int(looked),
        consistent=int(found.holds and looked),
        deviation=found.deviation,
        problems=[] if found.holds else [f"{found.name}: {found.amiss}"],
    )
