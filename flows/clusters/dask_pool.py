"""Dask's workers as a pool."""

from __future__ import annotations

import importlib
import os
from typing import Any, Self

from ...schemas import RunError, one_line
from ..pool import RETRIES, JobError
from ..work import Job, Result
from .shards import away, late, make_shard, result_of, vanished

ADDRESS = "DASK_SCHEDULER_ADDRESS"
"""Environment variable: the scheduler of a cluster that is there already."""
JOIN = 30
"""Seconds in which a scheduler answers."""


class DaskPool:
    """Each job is a task. Use as a context manager.

    A task whose worker vanishes is given to another one, twice at most.
    """

    def __init__(self, workers: int, time_limit: float) -> None:
        """Join the cluster of DASK_SCHEDULER_ADDRESS, or start that many processes here.

        Raises:
            RunError: the cluster does not answer.
        """
        distributed: Any = importlib.import_module("distributed")
        importlib.import_module("dask").config.set(
            {"distributed.scheduler.allowed-failures": RETRIES}
        )
        self._lost: tuple[type[BaseException], ...] = (
            distributed.scheduler.KilledWorker,
            importlib.import_module("concurrent.futures").CancelledError,
        )
        self._time_limit = time_limit
        address = os.environ.get(ADDRESS)
        self._cluster: Any = None
        try:
            if not address:
                self._cluster = distributed.LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address=None,
                    memory_limit=0,
                )
            self._client: Any = distributed.Client(
                address or self._cluster, timeout=JOIN, set_as_default=False
            )
        except (OSError, ValueError) as error:
            where = f"{ADDRESS} is {address}" if address else "Dask does not start"
            raise RunError(f"{where}: {one_line(error)}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, name: str, argument: Job) -> Result:
        """See `Pool`.

        Raises:
            JobError: the job failed, took too long, or its workers vanished.
        """
        # Not pure: a shard is made again where it was removed.
        future = self._client.submit(make_shard, away(argument), pure=False, key=None)
        try:
            answer = future.result(timeout=self._time_limit)
        except TimeoutError as error:
            future.cancel(force=True)
            raise late(name, self._time_limit) from error
        except self._lost as error:
            raise vanished(name, type(error).__name__) from error
        except OSError as error:
            raise JobError(f"{name}: Dask could not run it ({one_line(error)})") from error
        return result_of(name, answer)

    def close(self) -> None:
        """Leave the cluster; one of this process's own ends."""
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()
