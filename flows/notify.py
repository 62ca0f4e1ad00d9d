"""A notification at the end of a run: one JSON object, posted to an address."""

from __future__ import annotations

import http.client
import json
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Literal

from ..schemas import SpecError
from ..schemas.errors import one_line

if TYPE_CHECKING:
    from .run import Summary

PATIENCE = 10.0
"""Seconds in which the receiver answers."""


@dataclass(frozen=True)
class Notice:
    """What is posted.

    Attributes:
        name: of the dataset.
        seed: of the dataset.
        folder: where it lies.
        state: how the run ended.
        message: why it fell short or failed; empty otherwise.
        dataset_hash: of what was made; empty where the run failed.
        counts: as in `Summary`; empty where the run failed.
    """

    name: str
    seed: int
    folder: str
    state: Literal["completed", "fell short", "failed"]
    message: str = ""
    dataset_hash: str = ""
    counts: dict[str, int] = field(default_factory=dict[str, int])


def check_address(url: str | None) -> None:
    """Refuse what cannot be posted to; None is no address.

    Raises:
        SpecError: naming it.
    """
    if url is not None and not url.startswith(("http://", "https://")):
        raise SpecError(f"--notify {url!r}: write an address that begins with http:// or https://")


def with_notice(
    url: str | None,
    about: Notice,
    work: Callable[[], Summary],
    warn: Callable[[str], None],
) -> Summary:
    """Do the work, and post how it has ended; an error of it is passed on.

    Args:
        url: where to; None posts nothing.
        about: what is known before; its state stands for a failure.
        work: makes the dataset.
        warn: is told where the post fails, which changes nothing else.
    """
    if url is None:
        return work()
    try:
        summary = work()
    except Exception as error:
        _post(url, {**asdict(about), "state": "failed", "message": str(error)}, warn)
        raise
    fell = summary.shortfall
    state = "fell short" if fell else "completed"
    made = {"dataset_hash": summary.dataset_hash, "counts": summary.counts}
    _post(url, {**asdict(about), "state": state, "message": fell or "", **made}, warn)
    return summary


def _post(url: str, notice: dict[str, object], warn: Callable[[str], None]) -> None:
    body = json.dumps(notice, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json"}
    try:
        request = urllib.request.Request(url, body, headers, method="POST")
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            answer.read(1)
    except (OSError, ValueError, http.client.HTTPException) as error:
        warn(f"no notification: {url} did not take it ({one_line(error)})")
