"""The documentation says what is true: commands, options, specs, links, keys, dependencies."""

from __future__ import annotations

import importlib.util
import re
import shlex
import sys
import tomllib
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer
import yaml
from datasets import build_dataset
from some import some

from cousins.flows.cli import app
from cousins.schemas import SpecError
from cousins.schemas.spec_file import load_spec, parse_spec

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
NAMES = [str(path.relative_to(ROOT)) for path in PAGES]

PARTS = re.compile(r"`((?:scene|cousins|tasks|render): \{.*?\})`")
LINKS = re.compile(r"\]\(([^)\s]+)\)")
FILES = re.compile(r"`((?:schemas|scenes|tasks|generators|flows|tests|docs|examples)/[\w./]*)`")


def blocks(path: Path, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(encoding="utf-8"), re.S | re.M)


def command_lines(path: Path) -> list[str]:
    """Everything in a page that reads like a command of ours."""
    text = path.read_text(encoding="utf-8")
    lines = [
        line for language in ("bash", "") for x in blocks(path, language) for line in x.split("\n")
    ]
    lines += re.findall(r"`([^`\n]+)`", text)
    return [line for line in lines if re.match(r"cousins [a-z]", line)]


@cache
def script(name: str) -> ModuleType:
    """A script of docs/, which imports what lies beside it."""
    if str(ROOT / "docs") not in sys.path:
        sys.path.append(str(ROOT / "docs"))
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def known(line: str) -> None:
    """Walk through the real command line as far as the words go.

    Raises:
        AssertionError: where a command or an option does not exist.
    """
    command: Any = typer.main.get_command(app)
    words = shlex.split(line.split("#")[0])[1:]
    while words and hasattr(command, "commands"):
        name = words.pop(0)
        assert name in command.commands, f"`{line}`: no command {name!r}"
        command = command.commands[name]
    options = {name for parameter in command.params for name in parameter.opts}
    for word in words:
        if word.startswith("-"):
            assert word in options, f"`{line}`: no option {word}; there are {sorted(options)}"


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_commands_and_options_exist(path: Path) -> None:
    for line in command_lines(path):
        known(line)


def test_the_check_of_commands_finds_mistakes() -> None:
    for wrong in ("cousins brew SPEC", "cousins verify DATASET --fast", "cousins assets eat"):
        with pytest.raises(AssertionError):
            known(wrong)


def test_every_command_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    command: Any = typer.main.get_command(app)
    missing = [name for name in command.commands if f"cousins {name}" not in text]
    assert set(missing) <= {"assemble", "solve", "render"}, missing
    assert all(f"`{name}`" in text for name in missing)


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_specs_are_valid(path: Path) -> None:
    for text in blocks(path, "yaml"):
        assert parse_spec(text).name


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_parts_of_specs_are_valid(path: Path) -> None:
    for text in PARTS.findall(path.read_text(encoding="utf-8")):
        if "..." not in text:
            assert parse_spec(f"name: part\n{text}").name == "part"


def test_example_and_starter_are_valid() -> None:
    assert load_spec(ROOT / "examples/quickstart.yaml").name == "quickstart"
    assert load_spec(ROOT / "flows/starter.yaml").name == "my-dataset"


def test_the_readme_says_what_the_demo_makes() -> None:
    spec = load_spec(ROOT / "examples/quickstart.yaml")
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    size = f"{spec.tasks.count} tasks, {spec.episodes.per_task} attempts each"
    assert f"{size}, {len(spec.cameras)} cameras" in text


def test_what_the_starter_suggests_in_comments_is_valid() -> None:
    text = (ROOT / "flows/starter.yaml").read_text(encoding="utf-8")
    suggested = re.sub(r"^(  )# (objects:|  - \{|vary:)", r"\1\2", text, flags=re.M)
    assert suggested != text
    spec = parse_spec(suggested)
    assert [thing.name for thing in spec.scene.objects] == ["mug", "bowl"]
    assert spec.render.vary


def test_starter_states_the_defaults_it_comments_on() -> None:
    written = yaml.safe_load((ROOT / "flows/starter.yaml").read_text(encoding="utf-8"))
    default = parse_spec("name: my-dataset").model_dump(mode="json")
    for part in ("cousins", "tasks", "episodes"):
        for key, value in some(written[part].items()):
            assert default[part][key] == value, f"{part}.{key}"


@pytest.mark.parametrize("page", ["quickstart", "labels", "cousins"])
def test_code_runs(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    build_dataset(tmp_path / "out/quickstart")
    monkeypatch.chdir(tmp_path)
    codes = blocks(ROOT / f"docs/{page}.md", "python")
    assert codes
    for code in codes:
        exec(compile(code, page, "exec"), {})
        assert capsys.readouterr().out


def test_the_picture_is_made_from_a_dataset(tmp_path: Path) -> None:
    made = build_dataset(tmp_path / "set")
    images = script("make_images")
    episodes = images.chosen(made, 2, [])
    sheet = images.collage([images.row(made, episode) for episode in episodes])
    assert sheet.size == (5 * (images.TILE + images.GAP) - images.GAP, 2 * images.TILE + images.GAP)
    assert len(sheet.getcolors(1 << 20) or []) > 10


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_links_lead_somewhere(path: Path) -> None:
    for target in LINKS.findall(path.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (path.parent / target.split("#")[0]).exists(), f"{path.name}: {target}"


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_named_files_exist(path: Path) -> None:
    for name in FILES.findall(path.read_text(encoding="utf-8")):
        assert (ROOT / name).exists(), f"{path.name}: {name}"


def test_the_pages_hold_what_their_checks_look_for() -> None:
    texts = [path.read_text(encoding="utf-8") for path in PAGES]
    assert sum(len(blocks(path, "yaml")) for path in PAGES) >= 3
    assert sum(len(PARTS.findall(text)) for text in texts) >= 3
    assert sum(len(LINKS.findall(text)) for text in texts) >= 30
    assert sum(len(FILES.findall(text)) for text in texts) >= 30


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    for path in PAGES:
        named = re.findall(r"(?:`|^)make ([a-z-]+)", path.read_text(encoding="utf-8"), re.M)
        assert set(named) <= targets, path.name


def test_the_reference_of_the_spec_is_current() -> None:
    reference = script("make_spec_reference")
    text = (ROOT / "docs/spec.md").read_text(encoding="utf-8")
    between = text.partition(reference.BEGIN)[2].partition(reference.END)[0]
    assert between.strip() == reference.reference().strip(), "run docs/make_spec_reference.py"


def test_the_table_of_causes_is_current() -> None:
    reasons = script("make_reasons")
    text = (ROOT / "docs/solving.md").read_text(encoding="utf-8")
    between = text.partition(reasons.BEGIN)[2].partition(reasons.END)[0]
    assert between.strip() == reasons.causes().strip(), "run docs/make_reasons.py"


@pytest.mark.parametrize("page", script("make_plugins").PAGES, ids=lambda path: path.stem)
def test_the_tables_and_counts_of_plugins_are_current(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text == script("make_plugins").filled(text), "run docs/make_plugins.py"


def test_the_table_of_packages_is_current() -> None:
    packages = script("make_packages")
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    between = text.partition(packages.BEGIN)[2].partition(packages.END)[0]
    assert between.strip() == packages.table().strip(), "run docs/make_packages.py"


def test_tables_and_counts_are_found() -> None:
    plugins = script("make_plugins")
    texts = [page.read_text(encoding="utf-8") for page in plugins.PAGES]
    assert {x for text in texts for x in re.findall(r"<!-- generated: (\w+) -->", text)} == {
        *plugins.TABLES, "end",
    }  # fmt: skip
    stale = "1 procedural categories, 2 of them with doors, and 3 categories BDDL has"
    every, jointed = plugins.counts()
    assert plugins.filled(stale) == (
        f"{every} procedural categories, {jointed} of them with doors, and 3 categories BDDL has"
    )


def test_the_table_of_skills_is_current() -> None:
    skills = script("make_skills")
    text = (ROOT / "docs/skills.md").read_text(encoding="utf-8")
    between = text.partition(skills.BEGIN)[2].partition(skills.END)[0]
    assert between.strip() == skills.table().strip(), "run docs/make_skills.py"


def test_every_key_of_the_spec_is_in_the_reference() -> None:
    keys = script("make_spec_reference").keys()
    text = (ROOT / "docs/spec.md").read_text(encoding="utf-8")
    assert len(keys) > 50
    assert [key for key in keys if f"| `{key.split('.')[-1]}` |" not in text] == []


@pytest.mark.parametrize(
    ("key", "low", "high", "spec"),
    [
        ("scene.clutter.count", 0, 40, "scene: {{clutter: {{count: {0}}}}}"),
        ("cameras[].fov", 5, 150, "cameras: [{{name: a, fov: {0}}}]"),
        ("cameras[].distance", 0.05, 20, "cameras: [{{name: a, distance: {0}}}]"),
        ("cameras[].elevation", -89, 90, "cameras: [{{name: a, elevation: {0}}}]"),
    ],
)
def test_bounds_that_the_reference_states_by_hand(
    key: str, low: float, high: float, spec: str
) -> None:
    assert script("make_spec_reference").ALLOWED[key] == f"{low:g} to {high:g}"
    for value in (low, high):
        parse_spec("name: x\n" + spec.format(value))
    for value in (low - 1, high + 1):
        with pytest.raises(SpecError):
            parse_spec("name: x\n" + spec.format(value))


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    text = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    extras = project["project"]["optional-dependencies"].values()
    wanted = [
        *project["project"]["dependencies"],
        *(requirement for extra in extras for requirement in extra),
        *project["dependency-groups"]["dev"],
        *project["dependency-groups"]["docs"],
    ]
    explained = dict(re.findall(r"^\| `([\w-]+)` \| ([^|]+?) \|", text, re.M))
    for requirement in wanted:
        name = re.split(r"[<>=~! []", requirement)[0]
        assert name in explained, f"docs/dependencies.md lacks {name}"
        limits = re.sub(r"\[.*\]", "", requirement.removeprefix(name)).replace(",", ", ")
        if limits:
            stated = set(explained[name].split(", "))
            assert stated == set(limits.split(", ")), f"{name}: {limits}"
    names = {re.split(r"[<>=~! []", requirement)[0] for requirement in wanted}
    assert set(explained) <= names, f"gone: {sorted(set(explained) - names)}"


NETWORKS = ROOT / "generators/learners/networks"
"""Modules of PyTorch's classes: nothing imports them before the extra was found."""


def test_networks_are_imported_only_where_they_are_used() -> None:
    import ast

    for path in sorted((ROOT / "generators").rglob("*.py")):
        if path.parent == NETWORKS:
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom):
                assert ".networks." not in f".{node.module}", path


HOSTS = {"lerobot": ROOT / "flows/environments/lerobot"}
"""Packages that import ours, and the folder that only they import."""


def test_every_import_is_declared() -> None:
    import ast
    from importlib.metadata import packages_distributions

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = {
        re.split(r"[<>=~! ]", requirement)[0].lower()
        for requirement in project["project"]["dependencies"]
    }
    extras = {
        re.split(r"[<>=~! ]", requirement)[0].lower()
        for group in project["project"]["optional-dependencies"].values()
        for requirement in group
    }
    providers = packages_distributions()
    for room in ("schemas", "scenes", "tasks", "generators", "flows"):
        for path in sorted((ROOT / room).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                names: list[str] = []
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                    names = [node.module]
                for name in {name.split(".")[0] for name in names}:
                    # pydantic pins the core that it comes with
                    if name in sys.stdlib_module_names or name == "pydantic_core":
                        continue
                    if name in HOSTS and HOSTS[name] in path.parents:
                        continue
                    given = {x.lower().replace("_", "-") for x in providers.get(name, [name])}
                    # What an extra brings is imported where it is used, never with a module.
                    whole = path.parent == NETWORKS
                    known = declared if node in tree.body and not whole else declared | extras
                    assert given & known, f"{path.relative_to(ROOT)} imports {name}"


def test_the_library_is_as_large_as_stated() -> None:
    from cousins.scenes.libraries.procedural import ProceduralLibrary
    from cousins.tasks.bddl.activities import activities

    assert {len(ids) for ids in ProceduralLibrary().ids().values()} == {64}
    assert (len(activities()), sum(x.supported for x in activities())) == (1016, 276)


def test_constants_that_the_pages_state() -> None:
    from cousins.flows import graph
    from cousins.generators import shards
    from cousins.generators.images import encode
    from cousins.generators.proposers.openai import offering, prompt
    from cousins.generators.proposing import endpoint
    from cousins.scenes.assembly import assemble as assembly
    from cousins.scenes.cousins import shape_features, similarity
    from cousins.scenes.model import settling
    from cousins.scenes.model.cavity_shapes import BRIM
    from cousins.schemas.asset import SHALLOW
    from cousins.tasks.motion import manipulator as manipulation
    from cousins.tasks.physics import contacts, predicates
    from cousins.tasks.solving import attempt as solving
    from cousins.tasks.symbolic import search as symbolic

    pages = {path.stem: path.read_text(encoding="utf-8") for path in PAGES}
    stated = {
        "solving": [
            f"{assembly.ATTEMPTS} attempts are made per scene",
            f"After {solving.MAX_PLANS} such plans",
            f"After {solving.MAX_FAILURES} failures",
            f"more than {settling.MAX_DEPTH * 1000:g} mm",
        ],
        "tasks": [
            f"closer than {contacts.TOUCH_DISTANCE * 1000:g} mm",
            f"up to {BRIM:.0%} of the depth".replace("%", " %"),
            f"at least {predicates.BELOW * 1000:g} mm below",
            f"or {predicates.MIN_NEXT_TO * 100:g} cm, whichever is more",
            f"a rim below {SHALLOW * 100:g} cm",
            f"At most {symbolic.TRACED} expansions",
            f"{manipulation.TRACED} events of an episode",
        ],
        "cousins": [
            f"at least {similarity.DISTINCT:g}",
            f"at most {similarity.OUTSIZE:g} times as large or small",
            f"in {shape_features.SLABS} slabs along each axis",
            " x ".join([str(shape_features.GRID)] * 3),
        ],
        "architecture": [
            f"a batch of {graph.TASKS_PER_SHARD} tasks",
        ],
        "labels": [
            f"`depth_scale` = {encode.DEPTH_UNIT:g} m",
            f"quality {encode.JPEG_QUALITY}",
        ],
        "proposers": [
            f"it sees {offering.OFFERED} kinds of things",
            f"up to {offering.OFFERED_TO_A_WISH} kinds of things",
            f"the last {prompt.REMEMBERED} tasks",
            f"at most {endpoint.LONGEST_WAIT:g} s",
        ],
    }
    assert (assembly.ATTEMPTS_PER_CHOICE, solving.REST_SECONDS) == (6, 1.0)
    assert (shards.PER_SHARD, endpoint.RETRIES) == (10, 3)
    assert (similarity.LESSER, shape_features.QUANTILES) == (1 / 4, 16)
    for page, sentences in stated.items():
        for sentence in sentences:
            assert sentence in pages[page], f"{page}.md no longer says {sentence!r}"
