"""`cousins assets`: what each command answers, and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from test_index import Shelf
from typer.testing import CliRunner

from cousins.flows.cli import app
from cousins.flows.libraries import LibraryChoice, chosen, library_spec
from cousins.schemas import AssetsSpec, BackendMissingError, SpecError

RUNNER = CliRunner()


class Noted(Shelf):
    """FAKE: a shelf that read its files."""

    def notes(self) -> dict[str, tuple[str, ...]]:
        return {"apple-0000": ("a mass of 0.2 kg was assumed", "a mesh was reduced")}


GOOD = Shelf({"mug.n.04": ("mug-0000", "mug-0001"), "cabinet.n.01": ("cabinet-0000",)}, name="good")
BAD = Noted({"apple.n.01": ("apple-0000", "apple-0001")}, broken=("apple-0001",), name="bad")


def open_fake(spec: AssetsSpec) -> Shelf:
    """FAKE: one shelf for the procedural library, a bad one for folders, no others."""
    (library,) = spec.libraries
    if library.kind == "procedural":
        return GOOD
    if library.kind == "folder":
        return BAD
    raise BackendMissingError(f"{library.kind} is not installed; try: pip install 'cousins[x]'")


@pytest.fixture(autouse=True)
def fakes(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cousins.flows.stages.open_library", open_fake)
    monkeypatch.chdir(tmp_path)


def call(*arguments: str, code: int = 0) -> str:
    result = RUNNER.invoke(app, ["assets", *arguments])
    assert result.exit_code == code, (result.stdout, result.stderr, result.exception)
    return result.stdout


def answer(*arguments: str, code: int = 0) -> Any:
    return json.loads(call(*arguments, "--json", code=code))


def refusal(*arguments: str) -> str:
    result = RUNNER.invoke(app, ["assets", *arguments])
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr


def test_list_marks_what_has_joints() -> None:
    mugs, cabinets = answer("list")["categories"]
    assert mugs == {
        "library": "good", "category": "mug.n.04", "articulated": False,
        "licence": "Apache-2.0", "assets": ["mug-0000", "mug-0001"],
    }  # fmt: skip
    assert cabinets["articulated"]
    text = call("list")
    assert "1 from good, with joints, Apache-2.0, such as cabinet-0000" in text
    assert "mug-0001" in call("list", "--category", "mug.n.04")
    assert "no category 'pear.n.01'; allowed: cabinet.n.01" in refusal(
        "list", "--category", "pear.n.01"
    )


def test_list_asks_each_named_library() -> None:
    found = answer("list", "--library", "procedural", "--library", "folder:./mine")
    assert [one["library"] for one in found["categories"]] == ["good", "good", "bad"]


def test_check_without_names_looks_at_all_that_is_installed() -> None:
    found = answer("check")
    assert set(found["libraries"]) == {"good"}
    good = found["libraries"]["good"]
    assert (good["categories"], good["instances"], good["checked"]) == (2, 3, 3)
    assert good["passed_share"] == 1.0
    assert good["articulated"] == {"categories": 1, "instances": 1}
    assert good["licences"] == {"Apache-2.0": 3}
    assert good["quarantined"] == {"shelf-ghost": "it was never there"}
    assert good["notes"] == {}
    assert set(found["not_opened"]) == {"libero", "robosuite", "metaworld", "synthesizer"}
    text = call("check")
    assert "pip install 'cousins[x]'" in " ".join(text.split())


def test_check_fails_where_an_offered_asset_does() -> None:
    found = answer("check", "--library", "folder:mine", code=1)["libraries"]["bad"]
    assert found["failing"] == {"apple-0001": "cannot be built: a mesh is missing"}
    assert found["passed_share"] == 0.5
    assert found["notes"] == {"apple-0000": ["a mass of 0.2 kg was assumed", "a mesh was reduced"]}
    text = " ".join(call("check", "--library", "folder:mine", code=1).split())
    assert "notes apple-0000: a mass of 0.2 kg was assumed; a mesh was reduced" in text
    answer("check", "--library", "folder:mine", "--limit", "1")


def test_check_of_one_category() -> None:
    found = answer("check", "--category", "mug.n.04", "--workers", "1")["libraries"]["good"]
    assert (found["checked"], found["instances"]) == (2, 3)
    assert "no category 'cabinet'; did you mean cabinet.n.01? " in refusal(
        "check", "--category", "cabinet"
    )
    assert "no category 'pear.n.01'" in refusal("check", "--category", "pear.n.01")


def test_page_writes_one_file(tmp_path: Path) -> None:
    path = answer("page", "out/all.html", "--category", "mug.n.04")["page"]
    html = (tmp_path / path).read_text()
    assert "mug-0001" in html
    assert "cabinet-0000" not in html


def test_libraries_are_named_or_come_from_a_spec(tmp_path: Path) -> None:
    assert library_spec("folder:a/b").path == "a/b"
    for wrong in ("folder", "folder:", "libero:x", "other"):
        with pytest.raises(SpecError, match="folder:PATH, libero"):
            library_spec(wrong)
    path = tmp_path / "spec.yaml"
    path.write_text("name: x\nassets: {libraries: [procedural, {folder: ./mine}]}\n")
    found = chosen(LibraryChoice(spec=path, allow_noncommercial=True))
    assert [one.kind for one in found.libraries] == ["procedural", "folder"]
    assert found.allow_noncommercial
    with pytest.raises(SpecError, match="give one of them"):
        chosen(LibraryChoice(("procedural",), path))
    assert "give one of them" in refusal("list", "--spec", str(path), "--library", "procedural")
