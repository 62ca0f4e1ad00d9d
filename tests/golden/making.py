"""Makes the golden datasets; `afresh.py` runs it."""

from __future__ import annotations

import hashlib
import json
import platform
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from digests import Case, Digests, Stage

from cousins.flows.keys import STAGE_VERSIONS
from cousins.flows.robots import with_robot
from cousins.flows.run import RunRequest, execute
from cousins.flows.stages import production
from cousins.flows.work import Propose
from cousins.generators.dataset import Dataset, read_models
from cousins.generators.images.raster.gl import open_gl
from cousins.generators.store.hashing import stage_packages
from cousins.schemas import TaskSpec
from cousins.schemas.spec_file import load_spec

SPECS = Path(__file__).parent / "specs"


@dataclass(frozen=True)
class Golden:
    """A small dataset that is made.

    Attributes:
        name: of its spec in `specs/`; hand-written tasks lie beside it as NAME.tasks.json, where
            the proposer is not to be asked.
        until: the last stage.
    """

    name: str
    until: str

    @property
    def tasks(self) -> Path:
        """The hand-written tasks, which need not exist."""
        return SPECS / f"{self.name}.tasks.json"

    def inputs(self) -> str:
        """Digest of what it is made from."""
        paths = (SPECS / f"{self.name}.yaml", self.tasks)
        raw = b"\n".join(path.read_bytes() for path in paths if path.exists())
        return hashlib.sha256(raw + self.until.encode()).hexdigest()


CASES = (
    Golden("grammar", "tasks"),
    Golden("behavior", "tasks"),
    Golden("skills", "episodes"),
    Golden("arm", "episodes"),
    Golden("room", "frames"),
    Golden("pictures", "frames"),
    Golden("cousins", "frames"),
)


def current_versions() -> dict[str, int]:
    """The version of every stage, in their order."""
    return dict(STAGE_VERSIONS)


def make() -> Digests:
    """Make every dataset, in this process, and digest every file."""
    stages = {
        name: Stage(version=version, packages=_packages(name), cases={})
        for name, version in STAGE_VERSIONS.items()
    }
    for golden in CASES:
        with tempfile.TemporaryDirectory() as folder:
            for stage, files in _made(golden, Path(folder)).items():
                stages[stage].cases[golden.name] = Case(inputs=golden.inputs(), files=files)
    return Digests(opengl=_opengl(), processor=_processor(), stages=stages)


def _packages(stage: str) -> dict[str, str]:
    """Versions of the libraries that shape any shard of a stage."""
    return stage_packages(stage)


def _made(golden: Golden, out: Path) -> dict[str, dict[str, str]]:
    """Digests by stage and path."""
    spec = with_robot(load_spec(SPECS / f"{golden.name}.yaml"))
    stages = replace(production(), report=_unwritten)
    if golden.tasks.exists():
        stages = replace(stages, propose=_given(read_models(golden.tasks, TaskSpec)))
    execute(RunRequest(spec, out, stages, until=golden.until, exports=spec.export))
    found: dict[str, dict[str, str]] = {}
    for stage in STAGE_VERSIONS:
        files: dict[str, str] = {}
        for record in Dataset(out).records(stage):
            files |= record.files
            for path in record.files:
                if path.endswith("/frames.json"):
                    files[f"{path}, but for pixels"] = _but_for_pixels(out / path)
        if files:
            found[stage] = files
    return found


def _unwritten(dataset: Dataset, page: Path) -> Path:
    """A report is no part of a dataset."""
    del dataset
    return page


def _given(tasks: tuple[TaskSpec, ...]) -> Propose:
    return lambda spec, start, stop, earlier, library: tasks[start:stop]


_SEEN = {"visible_pixels", "visible_fraction", "bbox_2d_tight", "truncated", "visibility"}
"""Fields of a frame's objects and keypoints that are read off pixels."""


def _but_for_pixels(path: Path) -> str:
    """Digest of a shard's frames without what another driver may see otherwise."""

    def less(part: Any) -> Any:
        if isinstance(part, list):
            return [less(x) for x in cast("Any", part)]
        if isinstance(part, dict):
            fields = cast("dict[str, Any]", part)
            return {name: less(x) for name, x in fields.items() if name not in _SEEN}
        return part

    text = json.dumps(less(json.loads(path.read_bytes())), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _opengl() -> str:
    """The driver that draws: renderer and version."""
    _context, gl = open_gl()
    return ", ".join(gl.glGetString(x).decode() for x in (gl.GL_RENDERER, gl.GL_VERSION))


def _processor() -> str:
    """The kind of processor, by the widest instructions that it has."""
    config = cast("dict[str, Any]", np.show_config(mode="dicts"))
    return " ".join([platform.machine(), *config["SIMD Extensions"]["found"]])
