"""Counts, names, and tables of the documentation are those of the code."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from cousins.flows.bench import names as benchmarks
from cousins.flows.engines import ENGINES
from cousins.generators.exports import EXPORTERS
from cousins.generators.labels import LABELS
from cousins.generators.proposers import PROPOSERS
from cousins.generators.renderers import RENDERERS
from cousins.generators.simulators import SIMULATORS
from cousins.scenes.assets.plugin import LIBRARIES
from cousins.scenes.libraries.procedural import ProceduralLibrary
from cousins.schemas import CousinSpec, DatasetSpec, SpecError
from cousins.schemas.causes import Cause
from cousins.schemas.plugins import FOLDERS
from cousins.schemas.spec_file import parse_spec
from cousins.tasks.bddl.formula import PREDICATES
from cousins.tasks.skills import skills

ROOT = Path(__file__).parents[1]
DOCS = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")}
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {**DOCS, "README": README}
REASONED = r"^(no_(?:grasp|handle|pour|push|drag))_.+|^placement_.+"
"""Causes that end in the most frequent reason."""


def part(page: str, heading: str) -> str:
    """What a page says below a heading, up to the next of the same level."""
    level = heading.split(" ")[0]
    found = PAGES[page].split(f"{heading}\n")
    assert len(found) == 2, f"{page} has no {heading!r}"
    return re.split(rf"^{level} ", found[1], flags=re.M)[0]


def first_cells(text: str) -> list[str]:
    """What stands in backticks in the first column of the tables."""
    rows = re.findall(r"^\| ([^|]+) \|", text, re.M)
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def seam(name: str) -> list[str]:
    """The implementations that the architecture page lists for a seam."""
    rest = re.search(rf"^\| `{name}` \| (.*) \|$", PAGES["architecture"], re.M)
    assert rest
    return re.findall(r"[\w-]+", re.sub(r"\([^)]*\)|;.*", "", rest[1]))


def choices(model: Any, field: str) -> set[str]:
    """The names that a field of the spec allows."""
    return set(get_args(model.model_fields[field].annotation))


def of_spec(path: str) -> Any:
    """The model of a part of the spec."""
    model: Any = DatasetSpec
    for step in path.split("."):
        model = model.model_fields[step].annotation
    return model


def test_the_library_has_as_many_categories_as_stated() -> None:
    library = ProceduralLibrary()
    ids = library.ids()
    jointed = sum(bool(library.get(names[0]).joints) for names in ids.values())
    stated = [
        (page, int(count))
        for page, text in PAGES.items()
        for count in re.findall(r"\b(\d+) (?:procedural )?categories\b(?! BDDL)", text)
    ]
    assert {page for page, _ in stated} >= {"README", "cousins", "catalogue"}
    assert {count for page, count in stated if page != "assets"} == {len(ids)}
    found = {int(x) for text in PAGES.values() for x in re.findall(r"\b(\d+) of them with", text)}
    assert found == {jointed}


def test_skills_are_those_that_there_are() -> None:
    there = set(skills())
    table = PAGES["skills"].split("\n## ")[0]
    assert set(first_cells(table)) == there
    assert {x.split(" ")[0] for x in first_cells(part("tasks", "## Skills"))} == there


def test_predicates_are_those_that_are_evaluated() -> None:
    table = part("tasks", "## The predicates, exactly")
    assert {x.split(" ")[0] for x in first_cells(table)} == set(PREDICATES)
    words = {7: "seven", 8: "eight", 9: "nine", 10: "ten"}
    for page in ("tasks", "proposers"):
        assert f"{words[len(PREDICATES)]} predicates" in PAGES[page].lower(), page


def test_labels_are_those_of_a_frame() -> None:
    labels = set(LABELS.names())
    described = first_cells(part("labels", "## Images")) + re.findall(
        r"`(\w+)`", part("labels", "## In `frames.json`")
    )
    assert labels <= set(described)
    assert set(first_cells(part("labels", "## Images"))) <= labels


def test_seams_have_the_implementations_that_are_listed() -> None:
    assert set(seam("AssetLibrary")) == set(LIBRARIES.names())
    assert set(seam("Proposer")) == set(PROPOSERS.names())
    assert set(seam("Exporter")) == set(EXPORTERS.names())
    assert set(seam("RenderBackend")) == set(RENDERERS.names())
    assert set(seam("Simulator")) == set(SIMULATORS.names())
    assert set(seam("Engine")) == set(ENGINES.names())


def test_benchmarks_are_those_that_there_are() -> None:
    headings = re.findall(r"^## (\w+)$", PAGES["benchmarks"], re.M)
    assert sorted(headings) == sorted(benchmarks())
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    looped = re.search(r"for name in ([\w ]+);", makefile)
    assert looped
    by_hand = {"blenderproc", "learn", "proof", "realism"}
    assert set(looped[1].split()) == set(benchmarks()) - by_hand


def test_the_sample_of_errors_is_what_is_said() -> None:
    sample = re.search(r"```\nerror: (bad\.yaml: .*?)\n```", PAGES["spec"], re.S)
    assert sample
    with pytest.raises(SpecError) as caught:
        parse_spec("name: a\nseed: 7\nscene: {suport: table}\ntasks: {count: 0}", "bad.yaml")
    assert str(caught.value) == sample[1]


def test_causes_in_the_tables_are_causes() -> None:
    known = {cause.value for cause in Cause}
    for page, heading in (("solving", "## When something fails"), ("tasks", "## Failures")):
        found = first_cells(part(page, heading))
        assert found
        assert {cause.removesuffix("_...") for cause in found} <= known


MODULES = sorted(
    {
        (page, name)
        for page, text in PAGES.items()
        for name in re.findall(r"(?:`|::: |from |import )(cousins(?:\.\w+)+)", text)
        if name.split(".")[1] not in {*CousinSpec.model_fields, *FOLDERS}  # keys, entry points
    }
)


@pytest.mark.parametrize(("page", "name"), MODULES)
def test_what_is_named_can_be_imported(page: str, name: str) -> None:
    found: Any = None
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError as error:
            if error.name is None or not name.startswith(error.name):
                raise
            continue
        for attribute in parts[end:]:
            assert hasattr(found, attribute), f"{page}: no {name}"
            found = getattr(found, attribute)
        break
    assert found is not None


def test_modules_are_named() -> None:
    assert len(MODULES) > 15


def test_every_make_target_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.M)
    assert phony
    explained = {name.removeprefix("make ") for name in first_cells(PAGES["development"])}
    assert set(phony[1].split()) - {"system"} <= explained


def test_the_site_lists_every_page() -> None:
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    assert sorted(re.findall(r"'(\w+\.md)'", repr(nav))) == sorted(f"{stem}.md" for stem in DOCS)


def test_the_readme_lists_every_page() -> None:
    listed = set(re.findall(r"\]\(docs/(\w+)\.md\)", README))
    assert set(DOCS) - {"index"} <= listed
