"""What a worker of a cluster runs, and what its answer means."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..making import run_shard
from ..pool import RETRIES, JobError, JobFailure, guarded
from ..work import Job, Result


def make_shard(job: Job) -> Result | JobFailure:
    """Make one shard in a worker of a cluster; what goes wrong with it is sent back."""
    made: Result | JobFailure = guarded(run_shard, job)
    return made


def away(job: Job) -> Job:
    """The job with a folder that means the same in every working directory."""
    return replace(job, root=job.root.resolve())


def result_of(name: str, answer: Any) -> Result:
    """The result, of what a worker has sent.

    Raises:
        JobError: the job failed.
    """
    if isinstance(answer, JobFailure):
        raise answer.error(name)
    result: Result = answer
    return result


def vanished(name: str, why: str) -> JobError:
    """Of a job whose workers ended each time; the other shards go on."""
    return JobError(
        f"{name}: its worker vanished {RETRIES + 1} times ({why}); "
        "too little memory is a frequent reason: try fewer --workers",
        lost="died",
    )


def late(name: str, seconds: float) -> JobError:
    """Of a job that took too long."""
    return JobError(f"{name}: took more than {seconds:g} s and was ended", lost="hung")
