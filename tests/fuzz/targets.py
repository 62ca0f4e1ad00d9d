"""What is tried on each input: gives the result, or raises a CousinsError; all else is a crash."""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import json
import os
import shutil
import time
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from cousins.schemas import CousinsError

Target = Callable[[Path], object]
DIE = "toy_dice.n.01"

READING = 10.0
"""Seconds; a small file is read in milliseconds."""


def one(folder: Path, *suffixes: str) -> Path:
    """The file of a case that is read; the others lie beside it.

    Raises:
        CousinsError: it was taken away.
    """
    found = [path for path in sorted(folder.iterdir()) if path.suffix in suffixes]
    if not found:
        raise CousinsError("there is no such file")
    return found[0]


def spec(folder: Path) -> object:
    """A spec is read, and what was read is written and read back."""
    from cousins.schemas import DatasetSpec
    from cousins.schemas.spec_file import load_spec

    read = load_spec(one(folder, ".yaml"))
    again = DatasetSpec.model_validate_json(read.canonical_json())
    if again.canonical_json() != read.canonical_json():
        raise ValueError("the spec changes when it is written and read")
    return read


@cache
def _library() -> Any:
    from cousins.scenes.libraries.procedural import ProceduralLibrary

    return ProceduralLibrary()


def checked(folder: Path) -> object:
    """A spec is read and checked, its own tasks with it."""
    from cousins.flows.checks import check_spec
    from cousins.schemas.spec_file import load_spec

    read = load_spec(one(folder, ".yaml"))
    check_spec(read, _library(), draws=False)
    return read


def bddl(folder: Path) -> object:
    """A problem is read, made ground, judged, and written and read back."""
    from cousins.tasks.bddl.goals import SymbolicFacts, evaluate, ground_literals
    from cousins.tasks.bddl.problem import parse, problem_text

    text = one(folder, ".bddl").read_text(encoding="utf-8", errors="surrogateescape")
    problem = parse(text)
    found = ground_literals(problem.goal)
    evaluate(problem.goal, SymbolicFacts(frozenset(found[:50])))
    parse(problem_text(problem))
    return problem


@cache
def _asked() -> tuple[Any, Any]:
    from cousins.generators.proposing.catalogue import Catalogue
    from cousins.scenes.robots import robot
    from cousins.schemas.spec_file import parse_spec

    read = parse_spec("name: a\ntasks: {proposer: openai, count: 1}\n")
    return read, Catalogue(_library(), robot(read.robot))


def answer(folder: Path) -> object:
    """A language model's answer becomes a task, or goes back with a reason."""
    from cousins.generators.proposers.openai.acceptance import Acceptance
    from cousins.generators.proposing.draft import RefusedError

    text = one(folder, ".json").read_text(encoding="utf-8", errors="surrogateescape")
    asked, catalogue = _asked()
    try:
        return Acceptance(asked, _library(), catalogue, "openai").task_of(text, 0, set())
    except RefusedError as error:
        raise CousinsError(str(error)) from error


def mesh(folder: Path) -> object:
    """A mesh file is read as an asset's and as a model's."""
    from cousins.scenes.importing.model_meshes import read_mesh
    from cousins.scenes.importing.opened import reporting
    from cousins.scenes.importing.patches import read_patches

    path = one(folder, ".glb", ".gltf", ".obj", ".stl", ".ply")
    with reporting():
        found = read_patches(path)
        if path.suffix not in (".glb", ".gltf"):
            read_mesh(path)
    return found


def model(folder: Path) -> object:
    """A model is read with all its files, and its asset written and read back."""
    from cousins.scenes.importing.models import asset_from_model
    from cousins.scenes.importing.opened import reporting
    from cousins.schemas import Asset

    path = one(folder, ".urdf", ".xml")
    with reporting():
        asset = asset_from_model(
            path, asset_id="lab-x", category=DIE, library="lab", licence="MIT", source="x"
        )
    Asset.from_json(asset.canonical_json().encode(), "asset")
    return asset


def folder(folder: Path) -> object:
    """A folder of assets is listed; each is imported, tried, and kept."""
    from cousins.scenes.libraries.folder import FolderLibrary
    from cousins.scenes.libraries.folder.reading import DEFECT

    library = FolderLibrary(folder, "lab")
    library.notes()
    defects = [reason for reason in library.quarantined().values() if DEFECT in reason]
    if defects:
        raise ValueError(defects[0])
    return [library.get(name) for names in library.ids().values() for name in names]


def stranger(folder: Path) -> object:
    """A model is compiled with the files of its folder and no others."""
    from cousins.scenes.importing.stranger_mjcf import compile_stranger

    return compile_stranger(one(folder, ".xml").read_text(errors="replace"), folder)


@cache
def _reader() -> Any:
    """A process that reads demonstrations within a limit of time, as `cousins certify` does."""
    from cousins.flows.certify import read_stored
    from cousins.flows.pool import WorkerPool

    return WorkerPool(read_stored, 1, READING)


def demos(folder: Path) -> object:
    """A file of demonstrations is listed, and each is replayed or looked at."""
    from cousins.flows.certify import DemoJob
    from cousins.generators.certificates.demo_check import check_demo
    from cousins.generators.certificates.demo_file import demo_names, read_demo

    path, found = one(folder, ".hdf5"), list[object]()
    for name in demo_names(path):
        _reader().run(name, DemoJob(path, name, folder, None))
        found.append(check_demo(read_demo(path, name), folder))
    return found


def certificate(folder: Path) -> object:
    """A certificate is read with its scene and assets."""
    from cousins.generators.certificates.reading import read_certificate

    return read_certificate(one(folder, ".json"))


def view(folder: Path) -> object:
    """The folder of a view is read."""
    from cousins.scenes.observation.reading import read_folder

    return read_folder(folder)


def dataset(folder: Path) -> object:
    """A dataset is checked, shown, exported and continued: as it is, and with hashes that fit."""
    root = folder / "dataset"
    first = _use(root)
    if not root.is_dir():
        raise first or CousinsError("there is no dataset")
    reseal(root)
    second = _use(root)
    if first is not None and second is not None:
        raise second
    return root


def reseal(root: Path) -> None:
    """Let the records say what the files hold, as a stranger may who forges a dataset."""
    from cousins.generators.shards import ShardRecord
    from cousins.generators.store.hashing import file_hash

    for path in sorted(root.glob("manifest/*/*.json")):
        try:
            record = ShardRecord.read(path)
        except CousinsError:
            continue
        there = [name for name in record.files if (root / name).is_file()]
        files = {name: file_hash(root / name) for name in there}
        sizes = {name: (root / name).stat().st_size for name in there}
        update = {"files": files, "sizes": sizes, "inputs": {}}
        path.write_text(record.model_copy(update=update).sealed().canonical_json())


def _use(root: Path) -> CousinsError | None:
    """Try all that is done with a dataset; gives the first refusal."""
    import fake_stages

    from cousins.flows import damage, verify
    from cousins.flows.run import execute
    from cousins.flows.session import RunRequest
    from cousins.generators.dataset import Dataset
    from cousins.generators.exports import export
    from cousins.generators.report import write_report

    beside = root.parent / "beside"
    shutil.rmtree(beside, ignore_errors=True)

    def replayed() -> None:
        tasks = tuple(Dataset(root).tasks())
        for record in Dataset(root).records("episodes"):
            verify._replay_shard(verify._Shard(root, tasks, record.shard, fake_stages.replay))

    def continued() -> None:
        read = Dataset(root).spec
        size = read.tasks.count * read.scenes_per_task
        if size <= 20:  # what a spec asks for is made, however much it is
            execute(RunRequest(read, root, fake_stages.fake_stages()))

    reads: list[Callable[[], object]] = [
        lambda: list(damage.shard_damage(Dataset(root))),
        lambda: list(damage.gaps(Dataset(root))),
        lambda: list(damage.broken_references(Dataset(root))),
        replayed,
    ]
    uses: list[Callable[[], object]] = [
        lambda: write_report(Dataset(root), beside / "page.html"),
        *(lambda name=name: export(name, Dataset(root), beside / name)
          for name in ("coco", "lerobot", "traces", "yolo")),
        continued,
    ]  # fmt: skip
    number = _number(root)  # two of the slow ones for each input, always the same
    steps = [*reads, uses[number % 6], uses[number // 6 % 6]]
    refused: CousinsError | None = None
    for step in steps:
        try:
            step()
        except CousinsError as error:
            refused = refused or error
    return refused


def faulty(folder: Path) -> object:
    """A FAKE target that does what its input says, for tests of fuzzing itself."""
    raw = one(folder, ".txt").read_bytes()
    if b"exit" in raw:
        os._exit(3)
    if b"sleep" in raw:
        time.sleep(600)
    if b"memory" in raw:
        return bytearray(8 << 30)
    if b"refuse" in raw:
        raise CousinsError("as told")
    return raw.index(b"good")


def _number(root: Path) -> int:
    """A number that follows from what the files hold."""
    found = 0
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        found = zlib.crc32(path.read_bytes(), found)
    return found


def shown(error: CousinsError) -> str:
    """A refusal, which has to say something, and can be printed.

    Raises:
        ValueError: it is empty, or far too long.
    """
    text = str(error)
    if not text.strip():
        raise ValueError("the refusal is empty")
    if len(text) > 20_000:
        raise ValueError(f"the refusal has {len(text)} characters")
    json.dumps(text).encode()
    return text


TARGETS: dict[str, Target] = {
    function.__name__: function
    for function in (
        spec,
        checked,
        bddl,
        answer,
        mesh,
        model,
        folder,
        stranger,
        demos,
        certificate,
        view,
        dataset,
        faulty,
    )
}
PREPARED: dict[str, Callable[[], object]] = {"answer": _asked, "checked": _asked}
