"""Writes the golden digests, unless a stage gives other bytes under the same version.

python tests/golden/update.py          make the datasets, and write what has changed on purpose
python tests/golden/update.py --show   print a line for each stage of the golden file
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from digests import FILE, Digests, unraised

HERE = Path(__file__).parent


def make_afresh(**environment: str) -> Digests:
    """Make the datasets in a process of their own, and digest them.

    Raises:
        RuntimeError: with what the process said, where it failed.
    """
    found = {"MUJOCO_GL": "egl", "OPENBLAS_NUM_THREADS": "1", **os.environ, **environment}
    run = subprocess.run(
        [sys.executable, str(HERE / "afresh.py")], env=found, capture_output=True, text=True
    )
    if run.returncode:
        raise RuntimeError(f"the golden datasets cannot be made:\n{run.stderr}")
    return Digests.parse(run.stdout)


def update(path: Path, now: Digests) -> list[str]:
    """Write the digests to `path`; gives the reasons why not, or none where it is done."""
    if path.exists():
        was = Digests.parse(path.read_text(encoding="utf-8"))
        refused = unraised(was, now)
        if refused:
            return [
                f"{x}; raise STAGE_VERSIONS[{x.stage!r}] from "
                f"{was.stages[x.stage].version} if these bytes are meant"
                for x in refused
            ]
    path.write_text(now.text(), encoding="utf-8")
    return []


def show(golden: Digests) -> str:
    """A line for each stage, and one for all."""
    lines = [
        f"{name:9} v{stage.version} {sum(len(x.files) for x in stage.cases.values()):4} files "
        f"{stage.digest()}"
        for name, stage in golden.stages.items()
    ]
    return "\n".join([*lines, f"{'all':23} {golden.digest()}"])


def main() -> int:
    """The command; 1 where it refuses to write."""
    if "--show" not in sys.argv[1:]:
        refused = update(FILE, make_afresh())
        if refused:
            print("not written:\n" + "\n".join(refused), file=sys.stderr)  # noqa: T201
            return 1
    print(show(Digests.parse(FILE.read_text(encoding="utf-8"))))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
