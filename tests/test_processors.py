"""The same bytes on processors with wider instructions: what is asked of NumPy and BLAS."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from cousins.flows.environment import round_alike

NAMES = ("OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES")
V3 = "fpu sse4_2 avx avx2 bmi2 fma"
V4 = f"{V3} avx512f avx512bw avx512cd avx512dq avx512vl"
ICE_LAKE = f"{V4} avx512_vbmi2 avx512_bitalg avx512_vpopcntdq"


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")


def chosen(flags: str, folder: Path) -> tuple[str | None, ...]:
    told = folder / "cpuinfo"
    told.write_text(f"processor\t: 0\nmodel name\t: Any\nflags\t\t: {flags}\nbugs\t: none\n")
    round_alike(told)
    return tuple(os.environ.get(name) for name in NAMES)


@pytest.mark.parametrize(
    ("flags", "wanted"),
    [
        ("fpu sse4_2", (None, None)),
        (V3, ("Haswell", None)),
        (V4, ("Haswell", "X86_V4")),
        (ICE_LAKE, ("Haswell", "X86_V4 AVX512_ICL")),
        (f"{ICE_LAKE} avx512_fp16", ("Haswell", "X86_V4 AVX512_ICL AVX512_SPR")),
    ],
)
def test_wider_instructions_are_left_alone(
    flags: str, wanted: tuple[str | None, ...], tmp_path: Path
) -> None:
    assert chosen(flags, tmp_path) == wanted


def test_what_is_set_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Zen")
    monkeypatch.setenv("NPY_DISABLE_CPU_FEATURES", "")
    assert chosen(V4, tmp_path) == ("Zen", "")


def test_older_numpy_has_other_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def older(_: str) -> str:
        return "2.3.5"

    monkeypatch.setattr("cousins.flows.environment.version", older)
    assert chosen(V4, tmp_path) == ("Haswell", None)


def test_other_machines_are_let_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    assert chosen(V4, tmp_path) == (None, None)
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    round_alike(tmp_path / "absent")
    assert not any(name in os.environ for name in NAMES)


def test_numpy_takes_nothing_wider_under_the_command_line() -> None:
    """Of a process as the command line starts it, and without a word of NumPy's."""
    code = (
        "import json\n"
        "from cousins.flows.environment import set_defaults\n"
        "set_defaults()\n"
        "import numpy as np\n"
        "print(json.dumps(np.show_config(mode='dicts')['SIMD Extensions'].get('found', [])))\n"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert not {"X86_V4", "AVX512_ICL", "AVX512_SPR"} & set(json.loads(run.stdout))
    assert not run.stderr
