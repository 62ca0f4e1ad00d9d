"""Clients of the worker's own code, over the FAKE of OmniGibson (tests/omnigibson/fakes)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from cousins.generators.workers.og.client import OmniGibsonClient, WorkerLimits

FOLDER = Path(__file__).parent / "omnigibson"
RUN = (
    "import sys, runpy; sys.path.insert(0, sys.argv[1]); sys.path.append(sys.argv[2]); "
    "runpy.run_module('apart.omnigibson', run_name='__main__')"
)
COMMAND = (
    sys.executable, "-c", RUN, str(FOLDER / "fakes"), str(FOLDER / "fake_pxr")
)  # fmt: skip
"""The fake comes first, and the fake of OpenUSD last: it stands in where usd-core is absent."""


def fake_client(
    monkeypatch: pytest.MonkeyPatch, log: Path | None = None, **settings: str
) -> OmniGibsonClient:
    """A client of a new process, with the licence accepted; see the fake for its settings."""
    monkeypatch.setenv("OMNI_KIT_ACCEPT_EULA", "YES")
    for name, value in settings.items():
        monkeypatch.setenv(f"FAKE_OG_{name.upper()}", value)
    if log is not None:
        monkeypatch.setenv("FAKE_OG_LOG", str(log))
    return OmniGibsonClient(COMMAND, WorkerLimits(start=60.0, opening=60.0, request=60.0))


def calls(log: Path) -> list[str]:
    """What was called, in order."""
    return [json.loads(line)[0] for line in log.read_text(encoding="utf-8").splitlines()]
