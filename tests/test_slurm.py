"""The script for Slurm: its lines, and the command that its tasks run."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cousins.flows.cli import app
from cousins.flows.slurm import SlurmJob, script
from cousins.schemas import SpecError


@pytest.fixture
def job(tmp_path: Path) -> SlurmJob:
    """A job whose interpreter is a FAKE one that prints its arguments."""
    spec = tmp_path / "my spec.yaml"
    spec.write_text("name: big\ntasks: {count: 2}\nepisodes: {per_task: 1}\n")
    python = tmp_path / "fake python"
    python.write_text('#!/bin/bash\nprintf "%s\\n" "$@"\n')
    python.chmod(0o755)
    return SlurmJob(spec, tmp_path / "the out", tasks=3, cores=2, python=str(python))


def run(text: str, **environment: str) -> list[str]:
    """The arguments of the task's command."""
    done = subprocess.run(
        ["bash"], input=text, capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout.splitlines()


def test_each_task_of_the_array_runs_a_command_that_joins(job: SlurmJob, tmp_path: Path) -> None:
    text = script(replace(job, allow_failures=0.02, options=("--partition=short",)))
    asked = re.findall(r"^#SBATCH (.*)$", text, re.MULTILINE)
    assert "--array=0-2" in asked
    assert "--cpus-per-task=2" in asked
    assert "--partition=short" in asked
    assert text.rindex("#SBATCH") < text.index("set -eu"), "Slurm reads options up to a command"
    words = run(text)
    assert words[-2:] == ["--workers", "2"]
    assert run(text, SLURM_CPUS_PER_TASK="5")[-1] == "5"
    assert words[:6] == [
        *("-m", "cousins", "generate", str(tmp_path / "my spec.yaml")),
        *("--out", str(tmp_path / "the out")),
    ]
    assert {"--join", "--allow-failures"} < set(words)
    # The real command line takes all of it.
    answer = CliRunner().invoke(app, [*words[2:], "--dry-run"])
    assert answer.exit_code == 0, answer.output
    assert "with 2 workers" in answer.output


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"memory": "much"}, "--memory 'much': expected the form of 2G"),
        ({"time": "1 day"}, "--time '1 day'"),
        ({"options": ("--wrap=x\nrm",)}, "--option"),
    ],
)
def test_what_slurm_would_misread_is_refused(
    job: SlurmJob, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(SpecError, match=said):
        script(replace(job, **changes))  # type: ignore[arg-type]


def test_the_command_prints_the_script_alone(job: SlurmJob, tmp_path: Path) -> None:
    words = ["slurm", str(job.spec), "--out", str(tmp_path / "x"), "--tasks", "1"]
    answer = CliRunner().invoke(app, [*words, "--option=--partition=short"])
    assert answer.output.startswith("#!/bin/bash\n")
    assert "#SBATCH --partition=short\n" in answer.output
    assert CliRunner().invoke(app, ["slurm", str(tmp_path / "none.yaml")]).exit_code == 2
