"""What a wheel carries: every data file of the rooms is covered by the package data's patterns."""

from __future__ import annotations

import tomllib
from pathlib import Path, PurePath

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("schemas", "scenes", "tasks", "generators", "flows")
LEFT_OUT = (".py", ".pyc")


def data_files() -> list[Path]:
    found = (path for room in ROOMS for path in (ROOT / room).rglob("*") if path.is_file())
    return sorted(path for path in found if path.suffix not in LEFT_OUT)


@pytest.mark.parametrize("path", data_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_data_files_are_packaged(path: Path) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    patterns = settings["tool"]["setuptools"]["package-data"]["*"]
    package = next(folder for folder in path.parents if (folder / "__init__.py").is_file())
    inside = PurePath(path.relative_to(package))
    depth = len(inside.parts)
    assert any(
        inside.match(pattern) for pattern in patterns if len(PurePath(pattern).parts) == depth
    ), f"{inside} of {package.name} matches none of {patterns}"
