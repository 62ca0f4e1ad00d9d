"""Deployments of the flow: served by this process, or run by the workers of a Prefect server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cronsim import CronSim, CronSimError

from ..schemas import SpecError
from ..schemas.spec_file import load_spec
from .corrections import with_failures
from .naming import PACKAGE
from .notify import check_address
from .overlap import Overlap
from .robots import with_robot
from .server import check_api

if TYPE_CHECKING:
    from prefect.client.schemas.objects import ConcurrencyLimitConfig

ENTRYPOINT = "cousins.flows.generate.generate"
"""A module path: workers import the installed package."""
FIELDS = 5
"""Of a schedule: minute, hour, day, month, weekday."""
SERVED = 2
"""Runs at a time of a process that serves, where a later run is to be looked at at once."""
_CRON = "write the five minute, hour, day, month, weekday, such as '0 2 * * *'"


@dataclass(frozen=True)
class Deployment:
    """The flow with its parameters and its schedule.

    Attributes:
        name: the spec's.
        parameters: of `cousins.flows.generate.generate`.
        cron: five fields, in the server's time zone (UTC); None runs only when asked.
        overlap: what becomes of a run that is due while an earlier one is under way.
    """

    name: str
    parameters: dict[str, Any]
    cron: str | None
    overlap: Overlap = Overlap.wait

    @property
    def tags(self) -> list[str]:
        """Of the deployment and its runs."""
        return [PACKAGE, self.name]

    @property
    def description(self) -> str:
        """For Prefect's page."""
        each = "the dataset of the next seed" if self.parameters["next_seeds"] else "the dataset"
        return f"Makes {each} of `{self.parameters['spec']}` in `{self.parameters['out']}`."

    @property
    def at_once(self) -> int:
        """Runs that a process which serves may begin at a time."""
        return 1 if self.overlap is Overlap.wait else SERVED

    @property
    def concurrency(self) -> ConcurrencyLimitConfig | None:
        """Prefect's limit; None where the flow itself takes over."""
        from prefect.client.schemas.objects import ConcurrencyLimitConfig as Config
        from prefect.client.schemas.objects import ConcurrencyLimitStrategy as Strategy

        if self.overlap is Overlap.take_over:
            return None
        later = Strategy.ENQUEUE if self.overlap is Overlap.wait else Strategy.CANCEL_NEW
        return Config(limit=1, collision_strategy=later)


def deployment(
    spec: Path,
    out: Path | None,
    workers: int | None,
    cron: str | None,
    next_seeds: bool,
    overlap: Overlap = Overlap.wait,
    notify: str | None = None,
    allow_failures: float = 0.0,
) -> Deployment:
    """Check everything that can be checked before anything is registered.

    Args:
        spec: path of the YAML file.
        out: the dataset's folder, or that of the series; None is out/NAME.
        workers: processes; None is one for each core.
        cron: five fields in UTC; None runs only when asked.
        next_seeds: each run makes the dataset of the next seed.
        overlap: what becomes of a run that is due while an earlier one is under way.
        notify: address to which the end of each run is posted.
        allow_failures: share of the shards that may be left out where they fail.

    Raises:
        SpecError: the spec, the schedule or the address is wrong.
    """
    check_address(notify)
    read = with_failures(with_robot(load_spec(spec)))
    if cron is not None:
        _check_cron(cron)
    folder = out if out is not None else Path("out") / read.name
    parameters: dict[str, Any] = {
        "spec": str(spec.resolve()),
        "out": str(folder.resolve()),
        "workers": workers,
        "next_seeds": next_seeds,
        "take_over": overlap is Overlap.take_over,
        "notify": notify,
        "allow_failures": allow_failures,
    }
    return Deployment(read.name, parameters, cron, overlap)


def deploy(chosen: Deployment, pool: str) -> str:
    """Register the deployment; gives its id.

    Raises:
        SpecError: no server is configured, or it has no such work pool.
        RunError: the server does not answer.
    """
    from prefect.client.orchestration import get_client
    from prefect.deployments.runner import RunnerDeployment
    from prefect.exceptions import ObjectNotFound
    from prefect.settings import PREFECT_API_URL

    if not PREFECT_API_URL.value():
        raise SpecError(
            "no Prefect server is configured; run `prefect server start` and set PREFECT_API_URL"
        )
    check_api(PREFECT_API_URL.value())
    with get_client(sync_client=True) as client:
        try:
            client.read_work_pool(pool)
        except ObjectNotFound as error:
            raise SpecError(
                f"no work pool {pool!r}; run `prefect work-pool create {pool} --type process`"
            ) from error
    made = RunnerDeployment.from_entrypoint(
        ENTRYPOINT,
        name=chosen.name,
        parameters=chosen.parameters,
        cron=chosen.cron,
        work_pool_name=pool,
        concurrency_limit=chosen.concurrency,
        tags=chosen.tags,
        description=chosen.description,
    )
    return str(made.apply())


def _check_cron(text: str) -> None:
    from datetime import UTC, datetime

    # With a sixth field, CronSim and Prefect read seconds, each in another place.
    fields = len(text.split())
    if fields != FIELDS:
        raise SpecError(f"--cron {text!r}: {fields} fields; {_CRON}")
    try:
        CronSim(text, datetime.now(UTC))
    except CronSimError as error:
        raise SpecError(f"--cron {text!r}: {error}; {_CRON}") from error
