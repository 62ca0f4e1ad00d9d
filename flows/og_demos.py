"""OmniGibson's HDF5 demonstrations, read in processes that can be ended."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..schemas import SpecError, canonical_json
from .pool import JobError, WorkerPool
from .strangers import READING, bound_memory

if TYPE_CHECKING:
    from ..scenes.scene_files.og_demos import OgDemo, OgRecording


@dataclass(frozen=True)
class KeptDemos:
    """Demonstrations that were written.

    Attributes:
        written: by name, how many actions.
        lost: what is not kept of any, in words.
        refused: by name, why it could not be read.
    """

    written: dict[str, int]
    lost: tuple[str, ...]
    refused: dict[str, str]


def recording_of(path: Path) -> OgRecording:
    """What a file says of all its demonstrations.

    Raises:
        SpecError: there is no such file.
        JobError: it cannot be read, or is none of OmniGibson's.
    """
    if not path.is_file():
        raise SpecError(f"{path} is not there, or is no file")
    with WorkerPool[Path, "OgRecording"](_recording, 1, READING) as pool:
        return pool.run(str(path), path)


def keep_demos(path: Path, out: Path) -> KeptDemos:
    """Write each demonstration as `<name>.npz`, and `index.json` about them.

    Args:
        path: an HDF5 file of OmniGibson's.
        out: folder, which must be empty or absent.

    Raises:
        SpecError: the folder holds files.
        JobError: the file cannot be read, or is none of OmniGibson's.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SpecError(f"{out} is not empty; give a folder that is, or that is not there")
    recording = recording_of(path)
    out.mkdir(parents=True, exist_ok=True)
    written: dict[str, int] = {}
    lost: dict[str, None] = {}
    refused: dict[str, str] = {}
    with WorkerPool[tuple[Path, str], "OgDemo"](_demo, 1, READING) as pool:
        for name in recording.names:
            try:
                demo = pool.run(f"{path}: {name}", (path, name))
            except JobError as error:
                refused[name] = str(error)
                continue
            (out / f"{name}.npz").write_bytes(dump_demo(demo))
            written[name] = len(demo.actions)
            lost |= dict.fromkeys(demo.lost)
    found = KeptDemos(written, tuple(lost), refused)
    (out / "index.json").write_text(canonical_json(_index(recording, found)), encoding="utf-8")
    return found


def dump_demo(demo: OgDemo) -> bytes:
    """Its arrays as a compressed npz, with `poses/NAME` and `joints/NAME` of objects."""
    arrays: dict[str, Any] = {
        "actions": demo.actions,
        "rewards": demo.rewards,
        "terminated": demo.terminated,
        "truncated": demo.truncated,
        **{f"poses/{name}": value for name, value in demo.poses.items()},
        **{f"joints/{name}": value for name, value in demo.joints.items()},
    }
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _index(recording: OgRecording, found: KeptDemos) -> dict[str, Any]:
    return {
        "hz": recording.hz,
        "robots": list(recording.robots),
        "activity": recording.activity,
        "demonstrations": found.written,
        "lost": list(found.lost),
        "refused": found.refused,
    }


def _recording(path: Path) -> OgRecording:
    """Runs in a fresh process."""
    from ..scenes.scene_files.og_demos import read_recording

    bound_memory()
    return read_recording(path)


def _demo(job: tuple[Path, str]) -> OgDemo:
    """Runs in a fresh process."""
    from ..scenes.scene_files.og_demos import read_og_demo

    bound_memory()
    return read_og_demo(*job)
