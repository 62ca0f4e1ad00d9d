"""Environment defaults, set before the libraries that read them are imported."""

from __future__ import annotations

import os

_THREADS = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
_GL = frozenset({"", "1", "egl", "enable", "enabled", "glfw", "on", "true"}) | frozenset(
    {"0", "disable", "disabled", "false", "no", "off"}
)
"""Values of MUJOCO_GL with which MuJoCo leaves EGL alone."""
STARTUP = 180
"""Seconds that Prefect's embedded API has to answer, at least.

Prefect's own limit, 20 s, is too short for a busy machine, which also makes the database first.
"""
_PREFECT = {
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(STARTUP),
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    # Each event that a server which has ended does not get would be a line of a thousand letters.
    "PREFECT_INTERNAL_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}


def set_defaults() -> None:
    """One BLAS thread per process, an off-screen GL, and a quiet Prefect; what is set stays."""
    for name in _THREADS:
        os.environ.setdefault(name, "1")
    os.environ.setdefault("MUJOCO_GL", "egl")
    for name, value in _PREFECT.items():
        os.environ.setdefault(name, value)


def follow_runs() -> None:
    """Let runs that are started from here log how they go on; what is set stays."""
    os.environ.setdefault("PREFECT_LOGGING_LOGGERS_PREFECT_FLOW_RUNS_LEVEL", "INFO")


def check_graphics() -> None:
    """Refuse a choice of OpenGL with which pictures cannot be drawn, and MuJoCo not be imported.

    Raises:
        RenderError: naming the variable, its value and what is allowed.
    """
    chosen = os.environ.get("MUJOCO_GL", "").lower().strip()
    if chosen not in _GL:
        from ..schemas import RenderError

        raise RenderError(
            f"MUJOCO_GL={chosen}: pictures are drawn with EGL; unset MUJOCO_GL, or set it to egl; "
            "on Debian or Ubuntu: apt-get install libegl1 libegl-mesa0 libgl1-mesa-dri"
        )


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0))
