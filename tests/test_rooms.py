"""The rooms import one way, relatively, and start light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("schemas", "scenes", "tasks", "generators", "flows")
FILES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
HEAVY = {
    "av", "bddl", "blenderproc", "bpy", "dask", "frankik", "mujoco", "omnigibson", "ompl",
    "openai", "pandas", "prefect", "pyarrow", "pycocotools", "ray", "torch", "toppra", "uvicorn",
}  # fmt: skip


def imports(path: Path) -> list[tuple[int, tuple[str, ...]]]:
    """(level, dotted name) of every import in a file, those inside functions included."""
    found: list[tuple[int, tuple[str, ...]]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(0, tuple(alias.name.split("."))) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = tuple(node.module.split(".")) if node.module else ()
            found += [(node.level, (*base, alias.name)) for alias in node.names]
    return found


def test_there_is_something_to_check() -> None:
    assert len(FILES) > 20
    assert {path.relative_to(ROOT).parts[0] for path in FILES} == set(ROOMS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_only_from_rooms_to_its_left(path: Path) -> None:
    package = path.relative_to(ROOT).parent.parts
    room = package[0]
    for level, name in imports(path):
        if level == 0:
            assert name[0] not in (*ROOMS, "cousins"), f"{name}: import relatively"
            continue
        target = (*package[: len(package) - level + 1], *name)
        if level > len(package):
            target = name
        if target[0] in ROOMS:
            assert ROOMS.index(target[0]) <= ROOMS.index(room), f"{room} imports {target}"


def loaded_by(code: str) -> set[str]:
    """Top-level modules that are loaded after running code in a fresh interpreter."""
    text = f"{code}\nimport sys; print(' '.join(sorted({{m.split('.')[0] for m in sys.modules}})))"
    run = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize("code", ["import cousins", "import cousins.flows.cli"])
def test_the_package_and_its_command_line_start_light(code: str) -> None:
    assert not loaded_by(code) & (HEAVY | {"numpy", "scipy", "trimesh", "pydantic", "yaml"})


def test_help_starts_light() -> None:
    code = (
        "import sys; from cousins.flows.cli import app\n"
        "try: app(['--help'], standalone_mode=True)\nexcept SystemExit: pass\n"
        "sys.stdout.write(chr(10))"
    )
    text = f"{code}\nprint('LOADED', *sorted({{m.split('.')[0] for m in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    modules = set(run.stdout.rpartition("LOADED")[2].split())
    assert "generate" in run.stdout
    assert not modules & (HEAVY | {"numpy", "pydantic"})


def test_the_data_model_and_the_store_need_nothing_heavy() -> None:
    modules = "schemas", "schemas.spec_file", "generators.store.writer", "flows.run", "flows.stages"
    code = "; ".join(f"import cousins.{module}" for module in modules)
    assert not loaded_by(code) & HEAVY
