"""Several libraries as one: order, names, licences, and what a dataset keeps of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from worlds import LIBRARY

from cousins.scenes.assets.joint import JointLibrary, open_libraries
from cousins.scenes.assets.licences import permits_commercial
from cousins.schemas import Asset, AssetsSpec, LibrarySpec, SpecError
from cousins.schemas.spec_file import load_spec, parse_spec


@dataclass(frozen=True)
class Fake:
    """FAKE library: mugs under another name and licence."""

    name: str
    licence: str = "CC0-1.0"
    count: int = 2
    version: str = "1"
    category: str = "mug.n.04"
    shapes: tuple[int, ...] = (0, 1)
    """Whose shape each of them has."""

    def ids(self) -> dict[str, tuple[str, ...]]:
        return {self.category: tuple(f"{self.name}-mug{i}" for i in range(self.count))}

    def quarantined(self) -> Mapping[str, str]:
        return {f"{self.name}-broken": "has no volume"}

    def stamp(self, asset_id: str) -> str:
        return f"{self.version} {asset_id}"

    def get(self, asset_id: str) -> Asset:
        if asset_id not in self.ids()[self.category]:
            raise SpecError(f"{self.name} has no {asset_id}")
        shape = LIBRARY.get(f"mug-{self.shapes[int(asset_id[-1])]:04d}")
        update = {"id": asset_id, "library": self.name, "licence": self.licence}
        return shape.model_copy(update=update)


def test_categories_of_all_members_are_offered_in_order() -> None:
    joined = JointLibrary((LIBRARY, Fake("lab")))
    mugs = joined.ids()["mug.n.04"]
    assert mugs[:64] == LIBRARY.ids()["mug.n.04"]
    assert mugs[64:] == ("lab-mug0", "lab-mug1")
    assert joined.get("lab-mug1").library == "lab"
    assert joined.get("mug-0003") == LIBRARY.get("mug-0003")
    assert joined.stamp("lab-mug0") != joined.stamp("lab-mug1")
    assert joined.quarantined() == {"lab-broken": "has no volume"}


def test_the_version_follows_every_member_and_the_consent() -> None:
    versions = {
        JointLibrary((LIBRARY, Fake("lab"))).version,
        JointLibrary((LIBRARY, Fake("lab", version="2"))).version,
        JointLibrary((Fake("lab"), LIBRARY)).version,
        JointLibrary((LIBRARY, Fake("lab")), allow_noncommercial=True).version,
    }
    assert len(versions) == 4


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("Apache-2.0", True),
        ("CC-BY-4.0", True),
        ("LicenseRef-unspecified", True),
        ("CC-BY-NC-SA-4.0", False),
        ("CC-BY-NC-4.0", False),
        ("CC BY-NC 4.0", False),
        ("PolyForm-Noncommercial-1.0.0", False),
        ("LicenseRef-no-grant", False),
        ("NOASSERTION", False),
    ],
)
def test_which_licences_pass(licence: str, allowed: bool) -> None:
    assert permits_commercial(licence) == allowed
    joined = JointLibrary((LIBRARY, Fake("lab", licence)))
    assert ("lab-mug0" in joined.ids()["mug.n.04"]) == allowed
    if not allowed:
        with pytest.raises(SpecError, match=f"lab-mug0 may not be used: licence {licence}"):
            joined.get("lab-mug0")
        willing = JointLibrary((LIBRARY, Fake("lab", licence)), allow_noncommercial=True)
        assert willing.get("lab-mug0").licence == licence


def test_one_id_of_two_libraries_is_refused() -> None:
    with pytest.raises(SpecError, match=r"'lab-mug0' is offered by lab and by lab"):
        JointLibrary((Fake("lab"), Fake("lab", count=1))).ids()


def test_recolours_are_offered_once_and_used_when_asked_for() -> None:
    joined = JointLibrary((LIBRARY, Fake("lab", shapes=(5, 5))))
    assert joined.ids()["mug.n.04"][64:] == ("lab-mug0",)
    assert "has the shape of lab-mug0" in joined.quarantined()["lab-mug1"]
    assert joined.get("lab-mug1").id == "lab-mug1"


def test_unknown_ids_are_refused_with_the_nearest() -> None:
    joined = JointLibrary((LIBRARY, Fake("lab")))
    with pytest.raises(SpecError, match="lab has no lab-cup"):
        joined.get("lab-cup")
    with pytest.raises(SpecError, match="no asset 'mugg-0000'; ids look like mug-0000"):
        joined.get("mugg-0000")


def test_the_default_is_the_procedural_library() -> None:
    assert open_libraries(AssetsSpec()) == LIBRARY


def test_folder_paths_are_taken_from_the_file_that_names_them(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("name: a\nassets: {libraries: [procedural, {folder: things, name: lab}]}\n")
    procedural, folder = load_spec(path).assets.libraries
    assert procedural == LibrarySpec(kind="procedural")
    assert folder == LibrarySpec(kind="folder", name="lab", path=str(tmp_path / "things"))
    assert load_spec(path).assets.portable().libraries[1].path == "things"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[shelf]", "assets.libraries[0]"),
        ("[{foldr: things}]", "libraries[0]: {'foldr': 'things'} names no library; write proc"),
        ("[folder]", "exactly a folder library has a path"),
        ("[{folder: a, kindd: b}]", "kindd"),
        ("[procedural, procedural]", "each may be named once"),
        ("[]", "name at least one"),
    ],
)
def test_bad_libraries_are_refused_where_they_are(text: str, expected: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(f"name: a\nassets: {{libraries: {text}}}\n")
    assert expected in str(caught.value)
    assert "line 2" in str(caught.value)
