"""The sample package: one plug-in of most kinds, all of them used by one spec."""

from __future__ import annotations

import ast
import csv
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from plugin_lab import SAMPLE, install_sample
from worlds import by_hand, put

from cousins.flows.graph import Graph
from cousins.flows.stages import open_library, production
from cousins.generators.dataset import Dataset
from cousins.generators.labels._chosen import chosen
from cousins.generators.store.hashing import foreign_versions
from cousins.scenes.core.seeds import generator
from cousins.schemas import Cause, PlanningError, PluginError
from cousins.schemas.plugins import FOLDERS, forget
from cousins.schemas.spec_file import load_spec
from cousins.tasks.bddl.formula import Atom
from cousins.tasks.motion.manipulator import Manipulator
from cousins.tasks.physics.execution import Executor, SkillFailedError
from cousins.tasks.skills import skill_named
from cousins.tasks.solving.capabilities import capabilities
from cousins.tasks.solving.perform import perform
from cousins.tasks.symbolic.search import Step, plans

PACKAGE = "cousins_sample"
GROUPS: dict[str, dict[str, str]] = tomllib.loads((SAMPLE / "pyproject.toml").read_text())[
    "project"
]["entry-points"]
MODULES = {
    module.removeprefix(f"{PACKAGE}."): group.removeprefix("cousins.")
    for group, offered in GROUPS.items()
    for module in offered.values()
}


def forget_all() -> None:
    for name in [x for x in sys.modules if x.split(".")[0] == PACKAGE]:
        del sys.modules[name]
    forget()
    chosen.cache_clear()


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    forget_all()
    yield
    monkeypatch.undo()
    forget_all()


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, version: str | None = None) -> None:
    """Have this process find the sample in that folder, and nowhere else."""
    install_sample(folder, version)
    rest = [x for x in sys.path if folder.parent not in Path(x).parents]
    monkeypatch.setattr(sys, "path", [str(folder), *rest])
    forget_all()


def test_the_sample_has_a_plugin_of_each_kind_that_needs_no_other_files() -> None:
    assert set(MODULES.values()) == set(FOLDERS) - {"renderers", "robots", "simulators"}
    assert len(MODULES) == len(set(MODULES.values()))


@pytest.mark.parametrize("module", MODULES)
def test_a_plugin_is_one_short_file_that_uses_nothing_private(module: str) -> None:
    text = (SAMPLE / PACKAGE / f"{module}.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 100
    assert PACKAGE not in text
    taken = [
        f"{node.module}.{name.name}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cousins")
        for name in node.names
    ]
    assert taken
    assert not [name for name in taken if "._" in name]


def run(folder: Path, *arguments: str) -> str:
    """Run the command line with the sample on the path; gives what it prints.

    Raises:
        AssertionError: it fails.
    """
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    made = subprocess.run(
        [sys.executable, "-m", "cousins", *arguments],
        cwd=folder, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return made.stdout


def test_one_spec_uses_them_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "sample"
    install(folder, monkeypatch)
    run(
        folder, "generate", "spec.yaml", "--out", "out", "--engine", "in-turn", "--workers", "1",
        "--quiet",
    )  # fmt: skip
    assert re.search(r"problems +none", run(folder, "verify", "out"))

    dataset = Dataset(folder / "out")
    (scene,) = dataset.scenes()
    puck, slab = scene.object("puck"), scene.object("slab")
    assert (puck.category, slab.asset) == ("puck.n.02", "slabs-red")
    (episode,) = dataset.episodes()
    (nudge,) = episode.subtasks
    assert (nudge.skill, nudge.arguments, nudge.success) == ("nudge", ("puck", "slab"), True)
    assert nudge.interaction is not None
    assert [(x.literal, x.holds) for x in episode.goal] == [("(touching puck slab)", True)]
    frames = list(dataset.frames())
    assert all("middles" in frame.files for frame in frames)
    table = (folder / "out/exports/middles-csv/middles.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(table.splitlines()))
    assert {row["frame"] for row in rows} == {frame.id for frame in frames}
    assert {"puck", "slab", "table", "robot"} <= {row["object"] for row in rows}
    saved = json.loads((folder / "out/spec.json").read_text(encoding="utf-8"))["plugin_versions"]
    assert saved == foreign_versions(dataset.spec)
    offered = {group.removeprefix("cousins."): tuple(x) for group, x in GROUPS.items()}
    assert {name for name in saved if "/" in name} == {
        f"{group}/{name}" for group, names in offered.items() for name in names
    } - {"engines/in-turn"}


def test_without_its_skill_there_is_no_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "sample", monkeypatch)
    library = open_library(load_spec(tmp_path / "sample/spec.yaml").assets)
    assets = {
        "table": library.get("table-0000"),
        "puck": library.get("puck-0000"),
        "slab": library.get("slabs-red"),
    }
    goal = Atom("touching", ("puck", "slab"))
    plan = next(plans((), goal, capabilities(assets, "table")))
    assert [step.key for step in plan.steps] == [("nudge", ("puck", "slab"))]
    monkeypatch.undo()
    forget_all()
    with pytest.raises(PlanningError) as caught:
        next(plans((), goal, capabilities(assets, "table")))
    assert caught.value.kind is Cause.NO_PLAN


SHORT = ("STROKES = 3", "STROKES = 1"), ("FURTHER = 0.004", "FURTHER = -0.03")
"""Has the skill stop short of its goal."""


def perform_short(folder: Path, monkeypatch: pytest.MonkeyPatch, *changes: tuple[str, str]) -> None:
    """A nudge that stops short, with these further changes to the skill's file."""
    install(folder, monkeypatch)
    path = folder / PACKAGE / "nudging.py"
    text = path.read_text(encoding="utf-8")
    for old, new in (*SHORT, *changes):
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    forget_all()
    library = open_library(load_spec(folder / "spec.yaml").assets)
    puck, slab = library.get("puck-0000"), library.get("slabs-red")
    compiled = by_hand(put("puck", puck, (0.45, 0.1, 0.0)), put("slab", slab, (0.55, -0.05, 0.0)))
    executor = Executor(compiled, hz=10, max_steps=600)
    arm = Manipulator(compiled, executor, generator((0,)))
    assets = {"puck": puck, "slab": slab}
    (operator,) = (
        x for x in skill_named("nudge").operators(assets, "table") if x.arguments[0] == "puck"
    )
    perform(arm, Step(operator, ""))


def test_a_skill_fails_of_a_cause_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SkillFailedError) as caught:
        perform_short(tmp_path / "sample", monkeypatch)
    assert str(caught.value.cause) == "nudging.apart"
    assert caught.value.objects == ("puck", "slab")
    assert str(caught.value) == "puck does not touch slab"


def test_a_cause_that_no_plugin_declares_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(PluginError, match=r"'nudge' failed of nudging\.apart, which no plug-in"):
        perform_short(tmp_path / "sample", monkeypatch, ("causes=(APART,)", "causes=()"))


def test_a_cause_in_the_name_of_another_plugin_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(PluginError, match=r"'nudging': its cause 'apart' names the plug-in 'pull'"):
        perform_short(tmp_path / "sample", monkeypatch, ('"nudging", "apart"', '"pull", "apart"'))


EVERY = {"tasks", "scenes", "episodes", "frames", "middles-csv", "coco"}


def keys(folder: Path) -> dict[str, str]:
    """The key of a shard of each stage, and of two exports."""
    spec = load_spec(folder / "spec.yaml")
    graph = Graph(folder / "out", spec, production(), open_library(spec.assets).version)
    stages = {stage: (stage, "t0000") for stage in ("tasks", "scenes", "episodes", "frames")}
    shards = stages | {name: ("exports", name) for name in ("middles-csv", "coco")}
    return {name: graph.key(*shard, {}, []) for name, shard in shards.items()}


def moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: Path) -> set[str]:
    """Which keys differ where the sample in `changed`, installed already, is used instead."""
    after = keys(changed)
    install(tmp_path / "as it is", monkeypatch)
    before = keys(tmp_path / "as it is")
    return {name for name in EVERY if before[name] != after[name]}


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("pucks", EVERY),
        ("slabs", {"tasks", "scenes"}),
        ("nudging", {"tasks", "scenes", "episodes"}),
        ("nudges", {"tasks"}),
        ("middles", {"frames"}),
        ("middles_csv", {"middles-csv"}),
        ("in_turn", set[str]()),
    ],
)
def test_a_raised_version_moves_the_keys_of_what_the_plugin_shapes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, expected: set[str]
) -> None:
    install(tmp_path / "raised", monkeypatch)
    path = tmp_path / "raised" / PACKAGE / f"{module}.py"
    text = path.read_text(encoding="utf-8")
    raised = re.sub(r"version=1\b", "version=2", text).replace("Needs()", "Needs(version=2)")
    assert raised != text
    path.write_text(raised, encoding="utf-8")
    forget_all()
    assert moved(tmp_path, monkeypatch, tmp_path / "raised") == expected


def test_another_version_of_the_distribution_moves_them_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "newer", monkeypatch, "1.1")
    assert moved(tmp_path, monkeypatch, tmp_path / "newer") == EVERY


def test_another_file_of_the_library_moves_them_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "other", monkeypatch)
    (tmp_path / "other/slabs/red.json").write_text('{"size": [0.1, 0.1, 0.1], "colour": [0, 0, 0]}')
    assert moved(tmp_path, monkeypatch, tmp_path / "other") == EVERY


def test_a_skill_whose_package_is_absent_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cousins.flows.checks import check_spec
    from cousins.schemas import BackendMissingError

    install(tmp_path / "sample", monkeypatch)
    path = tmp_path / "sample" / PACKAGE / "nudging.py"
    text = path.read_text(encoding="utf-8").replace("Needs(", 'Needs(packages=("no-such-thing",), ')
    path.write_text(text, encoding="utf-8")
    forget_all()
    with pytest.raises(BackendMissingError, match="'nudging' needs no-such-thing"):
        check_spec(load_spec(tmp_path / "sample/spec.yaml"), draws=False)
