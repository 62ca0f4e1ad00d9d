"""A script for Slurm: each task of a job array is a process that joins the others."""

from __future__ import annotations

import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from ..schemas import SpecError
from ..schemas.spec_file import load_spec
from .corrections import with_failures
from .robots import with_robot

NOTICE = 90
"""Seconds before the end of its time in which a task is told to end in order."""
_SCRIPT = """\
#!/bin/bash
# Makes {name}: each task of the array makes shards of one dataset, and may end at any time.
# Submit it with sbatch; submitted again, it goes on.
#SBATCH --job-name=cousins-{name}
#SBATCH --array=0-{last}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task={cores}
#SBATCH --mem-per-cpu={memory}
#SBATCH --time={time}
#SBATCH --output=cousins-{name}-%A_%a.log
#SBATCH --requeue
#SBATCH --signal=B:TERM@{notice}
{options}set -eu
exec {command} --workers "${{SLURM_CPUS_PER_TASK:-{cores}}}"
"""


@dataclass(frozen=True)
class SlurmJob:
    """A job array that makes one dataset.

    Attributes:
        spec: path of the YAML file; tasks read it when they start.
        out: the dataset's folder, on a file system that all nodes share.
        tasks: of the array.
        cores: of each task, and its worker processes.
        memory: of each core, as Slurm writes it.
        time: of each task, as Slurm writes it.
        allow_failures: share of the shards that may be left out where they fail.
        options: further ones of sbatch, such as `--partition=short`.
        python: the interpreter, at the same place on all nodes.
    """

    spec: Path
    out: Path | None
    tasks: int = 8
    cores: int = 4
    memory: str = "2G"
    time: str = "24:00:00"
    allow_failures: float = 0.0
    options: tuple[str, ...] = ()
    python: str = sys.executable


def script(job: SlurmJob) -> str:
    """The text of the script.

    Raises:
        SpecError: the spec or an option is wrong.
    """
    spec = with_failures(with_robot(load_spec(job.spec)))
    _check("--memory", job.memory, r"\d+[KMGT]?", "2G")
    _check("--time", job.time, r"(\d+-)?\d+(:\d+){0,2}", "24:00:00")
    for text in job.options:
        _check("--option", text, r"--[a-z][a-z-]*(=\S+)?", "--partition=short")
    folder = job.out if job.out is not None else Path("out") / spec.name
    words = ["-m", "cousins", "generate", str(job.spec.resolve()), "--out", str(folder.resolve())]
    words += ["--engine", "local", "--join", "--quiet"]
    if job.allow_failures:
        words += ["--allow-failures", f"{job.allow_failures:g}"]
    return _SCRIPT.format(
        name=spec.name,
        last=job.tasks - 1,
        cores=job.cores,
        memory=job.memory,
        time=job.time,
        notice=NOTICE,
        options="".join(f"#SBATCH {text}\n" for text in job.options),
        command=shlex.join([job.python, *words]),
    )


def _check(option: str, value: str, form: str, such: str) -> None:
    """Refuse what would be another line of the script, or none that Slurm understands."""
    if not re.fullmatch(form, value):
        raise SpecError(f"{option} {value!r}: expected the form of {such}")
