"""Ray's workers as a pool."""

from __future__ import annotations

import importlib
import logging
import os
from typing import Any, Self

from ...schemas import RunError, one_line
from ..pool import RETRIES, JobError
from ..work import Job, Result
from .shards import away, late, make_shard, result_of, vanished

ADDRESS = "RAY_ADDRESS"
"""Ray's own setting: a cluster that is there already."""


class RayPool:
    """Each job is a task of one core. Use as a context manager.

    A task whose worker vanishes is given to another one, twice at most.
    """

    def __init__(self, workers: int, time_limit: float) -> None:
        """Join the cluster of RAY_ADDRESS, or start one of that many cores on this machine.

        Raises:
            RunError: the cluster does not answer.
        """
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        self._ray: Any = importlib.import_module("ray")
        address = os.environ.get(ADDRESS)
        own = {} if address else {"num_cpus": workers, "include_dashboard": False}
        try:
            self._ray.init(
                address=address or "local", logging_level=logging.ERROR, log_to_driver=False, **own
            )
        except (ConnectionError, OSError, RuntimeError, ValueError) as error:
            where = f"{ADDRESS} is {address}" if address else "Ray does not start"
            raise RunError(f"{where}: {one_line(error)}") from error
        errors = self._ray.exceptions
        self._lost = (errors.WorkerCrashedError, errors.NodeDiedError, errors.OutOfMemoryError)
        self._make = self._ray.remote(num_cpus=1, max_retries=RETRIES)(make_shard)
        self._time_limit = time_limit

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, name: str, argument: Job) -> Result:
        """See `Pool`.

        Raises:
            JobError: the job failed, took too long, or its workers vanished.
        """
        reference = self._make.options(name=name).remote(away(argument))
        try:
            answer = self._ray.get(reference, timeout=self._time_limit)
        except self._ray.exceptions.GetTimeoutError as error:
            self._ray.cancel(reference, force=True)
            raise late(name, self._time_limit) from error
        except self._lost as error:
            raise vanished(name, type(error).__name__) from error
        except self._ray.exceptions.RayError as error:
            raise JobError(f"{name}: Ray could not run it ({one_line(error)})") from error
        return result_of(name, answer)

    def close(self) -> None:
        """Leave the cluster; one of this process's own ends."""
        self._ray.shutdown()
