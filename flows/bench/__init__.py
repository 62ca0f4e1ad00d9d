"""Benchmarks: each module has `run(small, seed) -> dict` and is found by its name."""

from __future__ import annotations

import os
import pkgutil
import time
from importlib import import_module
from typing import Any

from ...generators.store.hashing import versions
from ...schemas import SpecError


def names() -> tuple[str, ...]:
    """The benchmarks there are."""
    return tuple(
        sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))
    )


def measure(name: str, *, small: bool, seed: int, suites: tuple[str, ...] = ()) -> dict[str, Any]:
    """Run a benchmark and add what every result carries.

    Args:
        name: of the benchmark.
        small: end within a minute.
        seed: of everything random.
        suites: of `solve`, run these suites of single skills alone.

    Raises:
        SpecError: where there is no such benchmark or suite.
    """
    if suites and name != "solve":
        raise SpecError(f"suites are part of the benchmark 'solve', not of {name!r}")
    if name not in names():
        raise SpecError(f"no benchmark {name!r}; allowed: {', '.join(names()) or 'none yet'}")
    cpu, wall = _cpu_seconds(), time.perf_counter()
    module = import_module(f"{__name__}.{name}")
    result: dict[str, Any] = (
        {"by_skill_suite": module.run_suites(suites, small, seed)}
        if suites
        else module.run(small=small, seed=seed)
    )
    common = {
        "name": name,
        "small": small,
        "seed": seed,
        "workers": 1,
        "cpu_seconds": round(_cpu_seconds() - cpu, 3),
        "wall_seconds": round(time.perf_counter() - wall, 3),
        "versions": versions(),
    }
    return {**common, **result}


def _cpu_seconds() -> float:
    """Of this process and of its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
