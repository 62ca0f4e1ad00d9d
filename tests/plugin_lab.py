"""Distributions that offer plug-ins by entry points, put on the path for a test."""

from __future__ import annotations

import re
import shutil
import sys
import tomllib
from pathlib import Path

import pytest

from cousins.schemas.plugins import forget

PAGE = Path(__file__).parents[1] / "docs" / "plugins.md"
SAMPLE = Path(__file__).with_name("sample_plugins")
"""A package with one plug-in of most kinds."""


def write_distribution(
    folder: Path, group: str, name: str, text: str, version: str = "1.0"
) -> None:
    """Write a distribution `lab-GROUP-NAME` with one plug-in, whose module is `lab_GROUP_NAME`.

    Args:
        folder: that is, or will be, on the path.
        group: of `schemas.plugins.FOLDERS`, or any other.
        name: of the plug-in.
        text: of its module.
        version: of the distribution.
    """
    stem = f"lab_{group}_{name}"
    info = folder / f"{stem}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {stem.replace('_', '-')}\nVersion: {version}\n"
    )
    (info / "entry_points.txt").write_text(f"[cousins.{group}]\n{name} = {stem}\n")
    (folder / f"{stem}.py").write_text(text)


def install_sample(folder: Path, version: str | None = None) -> None:
    """Copy the sample package to a folder, with what an installer writes of its entry points.

    Args:
        folder: that is, or will be, on the path.
        version: of the distribution; None is that of its `pyproject.toml`.
    """
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = project["name"], version or project["version"]
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines: list[str] = []
    for group, offered in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{plugin} = {module}" for plugin, module in offered.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")


def offer_by_entry_point(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    group: str,
    name: str,
    text: str,
    version: str = "1.0",
) -> None:
    """As `write_distribution`, and have this process find it."""
    write_distribution(folder, group, name, text, version)
    monkeypatch.syspath_prepend(folder)  # pyright: ignore[reportUnknownMemberType]
    monkeypatch.delitem(sys.modules, f"lab_{group}_{name}", raising=False)
    forget()


def documented(name: str) -> str:
    """The example of that name in docs/plugins.md."""
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(rf"`{name}\.py`.*?\n```python\n(.*?)```", text, re.DOTALL)
    assert found is not None, f"docs/plugins.md has no example {name}.py"
    return found[1]
