"""Earlier flow runs of a dataset: those whose process is gone, and those that are to end."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
    TaskRunFilter,
    TaskRunFilterState,
    TaskRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.states import Cancelling, Crashed

from ..generators.store.files import InUseError, lock

PAGE = 100
"""Task runs that are asked for at once."""
PATIENCE = 60.0
"""Seconds in which a cancelled run gives its dataset free."""
LOOK = 0.5
"""Seconds between two looks whether it has."""


def cancel_others(client: SyncPrefectClient, tag: str, own: UUID) -> int:
    """Ask for the end of all other runs of this tag; gives how many there are.

    Prefect's worker, or the process that serves the deployment, ends them.
    """
    others = [run for run in _live(client, tag) if run.id != own]
    for run in others:
        state: State[Any] = Cancelling(message="a later run takes its dataset over")
        client.set_flow_run_state(run.id, state, force=True)
    return len(others)


def await_free(root: Path, seconds: float = PATIENCE) -> None:
    """Wait until no run holds a dataset.

    Raises:
        InUseError: one still does.
        DatasetError: the folder cannot be written.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            os.close(lock(root))
        except InUseError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(LOOK)
        else:
            return


def mark_crashed(client: SyncPrefectClient, tag: str) -> int:
    """Mark what still counts as running of this tag, its tasks too, as crashed.

    Gives how many flow runs were marked.
    """
    stale = _live(client, tag)
    for run in stale:
        state: State[Any] = Crashed(
            message="its process is gone; a later run has taken over its dataset"
        )
        client.set_flow_run_state(run.id, state, force=True)
        _mark_tasks(client, run.id, state)
    return len(stale)


def _mark_tasks(client: SyncPrefectClient, flow_run: UUID, state: State[Any]) -> None:
    """Mark the task runs of a dead flow run that have not ended."""
    live = TaskRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING, StateType.CANCELLING])
    while stale := client.read_task_runs(
        flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[flow_run])),
        task_run_filter=TaskRunFilter(state=TaskRunFilterState(type=live)),
        limit=PAGE,
    ):
        for run in stale:
            client.set_task_run_state(run.id, state, force=True)
        if len(stale) < PAGE:
            return


def _live(client: SyncPrefectClient, tag: str) -> list[FlowRun]:
    """The runs of a tag that count as running."""
    live = FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.CANCELLING])
    return client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            tags=FlowRunFilterTags(all_=[tag]), state=FlowRunFilterState(type=live)
        )
    )
