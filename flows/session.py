"""A dataset folder that is opened once for a run: locked, with its asset library."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ..generators.shards import STAGES
from ..generators.sources import is_merged
from ..generators.store.claims import LEASE
from ..generators.store.exchange.store import ExchangeStore
from ..generators.store.joint import JointStore
from ..generators.store.writer import Store
from ..schemas import DatasetError, DatasetSpec
from .allowance import Allowance
from .graph import Graph, is_complete
from .seeds import DONE
from .work import Stages

if TYPE_CHECKING:
    from ..scenes.assets.library import AssetLibrary

TIME_LIMIT = 3600.0
"""Seconds a shard may take before its process is ended."""


@dataclass(frozen=True)
class RunRequest:
    """A request for a run: dataset, folder, and processes.

    Attributes:
        spec: the dataset.
        out: its folder.
        stages: the functions that do the work.
        workers: processes.
        until: the last stage.
        exports: formats to write at the end.
        time_limit: seconds a shard may take before its process is ended.
        allow_failures: share of the shards that may be left out after they failed, from 0 to 1.
        retry_quarantined: try what an earlier run left out.
        join: other processes may make the same dataset in the same folder at the same time.
        lease: seconds without a sign after which others take over the shards of one that joined.
        exchange: where finished shards are exchanged with processes that have folders of their own;
            nothing for a dataset that is made here alone.
    """

    spec: DatasetSpec
    out: Path
    stages: Stages
    workers: int = 1
    until: str = "frames"
    exports: tuple[str, ...] = ()
    time_limit: float = TIME_LIMIT
    allow_failures: float = 0.0
    retry_quarantined: bool = False
    join: bool = False
    lease: float = LEASE
    exchange: str = ""


class Session:
    """The folder of a plan while it is open. Use as a context manager.

    Attributes:
        plan: what is to be made.
        library: the asset library of its spec.
        store: its folder, locked; together with others where the plan says so.
        allowance: the failures that the run goes on without.
        followed: the plan's shards, once all of them were seen to be there.
    """

    def __init__(self, plan: RunRequest) -> None:
        """Open the library and lock the folder.

        Raises:
            DatasetError: the folder cannot be used.
            SpecError, BackendMissingError: a library cannot be used.
        """
        self.plan = plan
        _refuse_merged(plan.out)
        self.library: AssetLibrary = plan.stages.library(plan.spec.assets)
        self._version = self.library.version
        self.store = self._opened()
        self.followed: Graph | None = None
        self.allowance = Allowance(plan.out, plan.allow_failures, plan.retry_quarantined)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    def _opened(self) -> Store:
        plan = self.plan
        if plan.exchange:
            return ExchangeStore(plan.out, plan.spec, self._version, plan.exchange, plan.lease)
        if plan.join:
            return JointStore(plan.out, plan.spec, self._version, plan.lease)
        return Store(plan.out, plan.spec, self._version)

    @cached_property
    def finished(self) -> bool:
        """Whether the folder held all of the plan when it was first asked."""
        whole = self.plan.until == STAGES[-1]
        if whole and not (self.plan.out / DONE).is_file():
            return False  # an earlier run did not come to its end
        graph = self.new_graph()
        if not is_complete(graph, self.store, self.allowance.skips):
            return False
        units = graph.exports(self.plan.exports, self.store.briefs())
        if not all(self.store.look(unit.stage, unit.shard, unit.key) for unit in units):
            return False
        self.followed = graph
        return True

    def new_graph(self) -> Graph:
        """The plan's shards, none handed out yet."""
        plan = self.plan
        return Graph(plan.out, plan.spec, plan.stages, self._version, plan.until)


def _refuse_merged(root: Path) -> None:
    """Refuse to make shards of a dataset that was merged: no spec makes it again.

    Raises:
        DatasetError: saying what to do.
    """
    if is_merged(root):
        raise DatasetError(
            f"{root} was merged from other datasets; change or mend those, and merge them again"
        )
