"""Environment defaults, set before the libraries that read them are imported."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

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
_COMMON = frozenset({"avx2", "bmi2", "fma"})
"""Instructions that processors of the x86 family have had since 2013."""
_WIDER = {
    "X86_V4": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
    "AVX512_ICL": {"avx512_vbmi2", "avx512_bitalg", "avx512_vpopcntdq"},
    "AVX512_SPR": {"avx512_fp16"},
}
"""NumPy's names of wider instructions, since release 2.4, and what a processor with them has."""
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
    """One BLAS thread per process, an off-screen GL, and a quiet Prefect; what is set stays.

    Sums are rounded as on other processors, too: see `round_alike`.
    """
    for name in _THREADS:
        os.environ.setdefault(name, "1")
    round_alike()
    os.environ.setdefault("MUJOCO_GL", "egl")
    for name, value in _PREFECT.items():
        os.environ.setdefault(name, value)


def round_alike(cpuinfo: Path = Path("/proc/cpuinfo")) -> None:
    """Have NumPy and BLAS round as on any x86 processor since 2013; what is set stays.

    Both choose their routines by the processor, and wider ones add up in another order. Nothing
    changes where NumPy is imported already, or where the processor cannot be asked.

    Args:
        cpuinfo: what Linux says of the processor.
    """
    if platform.machine() != "x86_64" or not cpuinfo.is_file():
        return
    lines = cpuinfo.read_text(encoding="ascii", errors="replace").splitlines()
    flags = {word for line in lines if line.startswith("flags") for word in line.split()}
    if not flags >= _COMMON:
        return
    os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")
    wider = [name for name, needed in _WIDER.items() if flags >= needed]
    if wider and _release("numpy") >= (2, 4):
        os.environ.setdefault("NPY_DISABLE_CPU_FEATURES", " ".join(wider))


def _release(package: str) -> tuple[int, ...]:
    """Major and minor number of an installed package."""
    return tuple(int(part) for part in version(package).split(".")[:2])


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
