"""The golden file: digests of every file of every stage, and how two of them differ."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = Path(__file__).parent / "digests.json"
COMMAND = "python tests/golden/update.py"

DRAWN = re.compile(
    r"data/frames/[^/]+/(images/.*(?<!scene_graph\.json)|videos/.*|frames\.json)"
    r"|exports/coco/.*|exports/lerobot/(videos/.*|meta/(stats|pixel_counts)\.json|meta/episodes/.*)"
)
"""Files with pixels in them, or with what is read off pixels: the OpenGL driver decides them."""


@dataclass(frozen=True)
class Case:
    """The files of one stage of one dataset.

    Attributes:
        inputs: digest of the spec, and of the tasks that were given.
        files: SHA-256 by path within the dataset.
    """

    inputs: str
    files: dict[str, str]


@dataclass(frozen=True)
class Stage:
    """What one stage has made.

    Attributes:
        version: in STAGE_VERSIONS.
        packages: versions of the libraries that shape its bytes.
        cases: by the name of the dataset.
    """

    version: int
    packages: dict[str, str]
    cases: dict[str, Case]

    def digest(self) -> str:
        """Of all its files."""
        lines = [
            f"{name}/{path} {digest}"
            for name, case in sorted(self.cases.items())
            for path, digest in sorted(case.files.items())
        ]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@dataclass(frozen=True)
class Digests:
    """All digests.

    Attributes:
        opengl: renderer and version of the driver that drew.
        processor: its kind: wider instructions round sums of floats otherwise.
        stages: in their order.
    """

    opengl: str
    processor: str
    stages: dict[str, Stage]

    @classmethod
    def parse(cls, text: str) -> Digests:
        """The inverse of `text`."""
        raw = json.loads(text)
        stages = {
            name: Stage(
                version=stage["version"],
                packages=stage["packages"],
                cases={key: Case(**case) for key, case in stage["cases"].items()},
            )
            for name, stage in raw["stages"].items()
        }
        return cls(opengl=raw["opengl"], processor=raw["processor"], stages=stages)

    def text(self) -> str:
        """As it is written: one file a line, files by name."""
        raw = asdict(self)
        for stage in raw["stages"].values():
            stage["packages"] = dict(sorted(stage["packages"].items()))
            for case in stage["cases"].values():
                case["files"] = dict(sorted(case["files"].items()))
        return json.dumps(raw, indent=1) + "\n"

    def digest(self) -> str:
        """Of all stages, and of nothing but their files."""
        lines = [f"{name} {stage.digest()}" for name, stage in self.stages.items()]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@dataclass(frozen=True)
class Difference:
    """A file that is not as it was; a digest is None where there is no such file."""

    stage: str
    case: str
    path: str
    was: str | None
    now: str | None

    def __str__(self) -> str:
        if self.was is None or self.now is None:
            what = "is new" if self.was is None else "is gone"
        else:
            what = f"was {self.was[:12]}, is {self.now[:12]}"
        return f"{self.stage}: {self.case}/{self.path} {what}"


def differences(was: Digests, now: Digests, stage: str, *, drawn: bool) -> Iterator[Difference]:
    """Files of a stage that differ, of datasets that are made from the same as they were.

    Args:
        was: the golden digests.
        now: digests of what was made now.
        stage: the one to compare.
        drawn: compare the files that the OpenGL driver decides; all others, if not.
    """
    old, new = was.stages[stage].cases, now.stages[stage].cases
    for name in sorted(old.keys() & new.keys()):
        if old[name].inputs != new[name].inputs:
            continue
        before, after = old[name].files, new[name].files
        for path in sorted(before.keys() | after.keys()):
            if bool(DRAWN.fullmatch(path)) == drawn and before.get(path) != after.get(path):
                yield Difference(stage, name, path, before.get(path), after.get(path))


def other_packages(was: Digests, now: Digests, stage: str) -> list[str]:
    """Packages whose version differs, of this stage and of those before it.

    Keys hold these versions, so that other bytes are right there.
    """
    found: dict[str, None] = {}
    for name in was.stages:
        before, after = was.stages[name].packages, now.stages[name].packages
        for package in sorted((before.keys() | after.keys()) - {"cousins"}):
            old, new = before.get(package, "absent"), after.get(package, "absent")
            if old != new:
                found[f"{package} {new} (golden: {old})"] = None
        if name == stage:
            break
    return list(found)


def incomparable(was: Digests, now: Digests, stage: str) -> str | None:
    """Why a stage may rightly have other bytes, or None.

    Names alone decide tasks; what comes after them is geometry and physics, which are exact for
    one kind of processor.
    """
    others = other_packages(was, now, stage)
    if others:
        return f"other versions shape {stage}: {', '.join(others)}"
    if stage != "tasks" and was.processor != now.processor:
        return f"{stage} were made on {was.processor!r}, this is {now.processor!r}"
    return None


def unraised(was: Digests, now: Digests) -> list[Difference]:
    """The first change of each stage and dataset for which no version was raised.

    A dataset whose earlier stage has other files gives later stages other inputs: these are
    excused, as are stages that other libraries shape, stages but tasks on another kind of
    processor, and pictures of another driver.
    """
    found: list[Difference] = []
    moved: set[str] = set()
    for stage in was.stages:
        if stage not in now.stages or incomparable(was, now, stage) is not None:
            continue
        changed = list(differences(was, now, stage, drawn=False))
        if was.opengl == now.opengl:
            changed += differences(was, now, stage, drawn=True)
        fresh = {x.case: x for x in reversed(changed) if x.case not in moved}
        if now.stages[stage].version <= was.stages[stage].version:
            found += fresh.values()
        moved |= fresh.keys()
    return found
