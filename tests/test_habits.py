"""The project's habits: pins, hooks, hosted checks, the site, the notebook."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))


def read_yaml(path: str) -> Any:
    """A YAML file of the project."""
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def canonical(name: str) -> str:
    """A package's name as pip compares it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=~!;\[( ]", name)[0]).lower()


PINS = {canonical(x) for x in (ROOT / "constraints.txt").read_text(encoding="utf-8").split()}


def test_every_package_that_make_installs_is_pinned() -> None:
    groups = PROJECT["dependency-groups"]
    waiting = [*PROJECT["project"]["dependencies"], *groups["dev"], *groups["docs"]]
    # The reference's handler comes as an extra of mkdocstrings.
    waiting.append("mkdocstrings-python")
    assert {canonical(name) for name in waiting} <= PINS
    seen: set[str] = set()
    while waiting:
        name = canonical(waiting.pop())
        if name in seen:
            continue
        seen.add(name)
        try:
            needs = importlib.metadata.requires(name) or ()
        except importlib.metadata.PackageNotFoundError:
            continue  # a need of another system, or of another Python
        assert name in PINS, f"constraints.txt lacks {name}"
        waiting += [x for x in needs if "extra ==" not in x]
    assert len(seen) > 100


def test_the_hosted_workflow_runs_ours_on_every_python_that_is_claimed() -> None:
    job = read_yaml(".github/workflows/ci.yml")["jobs"]["check"]
    pythons = job["strategy"]["matrix"]["python"]
    claimed = [x.rpartition(" ")[2] for x in PROJECT["project"]["classifiers"] if ":: 3." in x]
    assert pythons == claimed
    low, high = re.findall(r"3\.(\d+)", PROJECT["project"]["requires-python"])
    assert pythons == [f"3.{minor}" for minor in range(int(low), int(high))]
    commands = [step.get("run", "") for step in job["steps"]]
    assert ".ci/run" in commands
    debian = re.search(r"APT_PACKAGES := (.*)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert debian
    assert any(debian[1] in command for command in commands)


def test_hooks_are_local_and_run_from_the_environment() -> None:
    repos = read_yaml(".pre-commit-config.yaml")["repos"]
    assert [repo["repo"] for repo in repos] == ["local"]
    for hook in repos[0]["hooks"]:
        command, *words = hook["entry"].split()
        assert command.startswith(".venv/bin/")
        assert hook["language"] == "system"
        assert all((ROOT / word).exists() for word in words if word.endswith(".py"))


def test_the_citation_names_this_version() -> None:
    citation = read_yaml("CITATION.cff")
    assert citation["version"] == PROJECT["project"]["version"]
    assert citation["license"] == PROJECT["project"]["license"]


@pytest.mark.parametrize("path", sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")), ids=str)
def test_issue_forms_have_what_forms_need(path: Path) -> None:
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    if path.stem != "config":
        assert form["name"]
        assert form["description"]
        assert len({item["id"] for item in form["body"]}) == len(form["body"])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_hold_no_output(path: Path) -> None:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
            assert cell["metadata"] == {}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run(path: Path, tmp_path: Path) -> None:
    import nbformat

    saved: Any = json.loads(path.read_text(encoding="utf-8"))
    check: Any = nbformat.validate
    check(saved)
    cells = ["".join(x["source"]) for x in saved["cells"] if x["cell_type"] == "code"]
    program = tmp_path / "cells.py"
    program.write_text("\n".join(cells) + "\nprint('figures', plt.get_fignums())\n")
    environment = {**os.environ, "MPLBACKEND": "Agg"}
    run = subprocess.run(
        [sys.executable, str(program)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "solved" in run.stdout
    assert re.search(r"^\w+ +\d+ pixels, box", run.stdout, re.M)
    assert "figures [1, 2]" in run.stdout


@pytest.mark.heavy
def test_the_site_is_built_without_warnings_and_fetches_nothing(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs", reason="make docs installs it")
    command = ["-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    run = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 20
    loaded = re.compile(r"<(?:script|img|iframe)[^>]+src=\"https?:|<link[^>]+href=\"https?:[^>]*>")
    for page in pages:
        assert not loaded.search(page.read_text(encoding="utf-8")), page.name
    assert "AssetLibrary" in (tmp_path / "site/api.html").read_text(encoding="utf-8")
    assert not list((tmp_path / "site").glob("*.py"))


def test_a_class_name_has_one_meaning() -> None:
    """Private classes are local; all others are found by their name alone."""
    found: dict[str, list[str]] = {}
    for room in ("schemas", "scenes", "tasks", "generators", "flows"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert len(found) > 300
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


UNTYPED = {
    "av", "bddl", "coacd", "fast_simplification", "gymnasium", "h5py", "imageio", "msgpack",
    "ompl", "pandas", "pyarrow", "pycocotools", "scipy", "stable_baselines3", "toppra", "torch",
    "transformers", "trimesh",
}  # fmt: skip
"""Libraries without types, or with types that leave much unknown."""
RELAXED = re.compile(r"# pyright: (report\w+=false(, |$))+")


def relaxing() -> list[Path]:
    """The modules that relax a rule of pyright for all of their lines."""
    rooms = ("schemas", "scenes", "tasks", "generators", "flows")
    found = (path for room in rooms for path in (ROOT / room).rglob("*.py"))
    return sorted(x for x in found if "\n# pyright: " in x.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", relaxing(), ids=lambda path: str(path.relative_to(ROOT)))
def test_types_are_relaxed_only_beside_libraries_without_them(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    used = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(text))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module)]
            if isinstance(node, ast.ImportFrom) and not node.level
            else []
        )
    }
    assert used & UNTYPED
    headers = [line for line in text.splitlines() if line.startswith("# pyright:")]
    assert all(RELAXED.fullmatch(line) for line in headers)
