"""Categories, libraries and robots that other distributions add, and what their versions change."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab import box
from plugin_lab import documented, offer_by_entry_point
from test_robot_files import FR3

from cousins.flows.libraries import library_spec
from cousins.flows.robots import with_robot
from cousins.generators.store.hashing import foreign_versions, stage_versions
from cousins.scenes.assets import categories as declarations
from cousins.scenes.assets.categories import ORDER, categories
from cousins.scenes.assets.joint import open_libraries
from cousins.scenes.assets.meanings import among, carries, keeps, sort_of, stand_ins
from cousins.scenes.cousins.catalogue import resolve
from cousins.scenes.libraries.procedural import ProceduralLibrary, sources
from cousins.scenes.robots import ROBOTS, robot, robot_model
from cousins.scenes.rooms.kinds import PLANS
from cousins.schemas import DatasetSpec, PluginError, SpecError
from cousins.schemas.plugins import forget
from cousins.schemas.spec_file import load_spec, parse_spec

LIBRARY = ProceduralLibrary()
PUCKS = documented("pucks")


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    forget()
    yield
    forget()


def offer_pucks(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str = PUCKS, version: str = "1.0"
) -> None:
    monkeypatch.setattr(sys, "path", [x for x in sys.path if folder.parent not in Path(x).parents])
    offer_by_entry_point(folder, monkeypatch, "categories", "pucks", text, version)


def test_a_category_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = LIBRARY.ids()
    offer_pucks(tmp_path / "1", monkeypatch)
    assert list(LIBRARY.ids())[:-1] == list(before)
    assert LIBRARY.ids()["puck.n.02"][3] == "puck-0003"
    asset = LIBRARY.get("puck-0003")
    assert (asset.category, asset.licence, asset.graspable) == ("puck.n.02", "MIT", True)
    assert asset.source == "lab-categories-pucks 1.0, lab_categories_pucks, instance puck-0003"
    assert asset.extents[0] != LIBRARY.get("puck-0004").extents[0]


def test_what_a_category_declares_is_known_where_it_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sort_of("puck.n.02") is None
    offer_pucks(tmp_path / "1", monkeypatch)
    assert sort_of("puck.n.02") == "block"
    assert resolve("coaster.n.03", LIBRARY.ids()) == "puck.n.02"
    assert among("decor") == ("puck.n.02",)
    (fill,) = (x for x in PLANS["kitchen"].fills if x.goods == ("decor",))
    assert fill.drawn_from(LIBRARY.ids()) == (*fill.things, "puck.n.02")
    assert fill.drawn_from({"mug.n.04"}) == fill.things


def test_a_category_from_elsewhere_changes_keys_and_no_stamp_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = DatasetSpec(name="x")
    states: list[tuple[str, dict[str, str], str]] = []
    for version in ("", "1.0", "1.1"):
        if version:
            offer_pucks(tmp_path / version, monkeypatch, version=version)
        states.append(
            (LIBRARY.version, stage_versions("tasks", "", spec), LIBRARY.stamp("mug-0000"))
        )
    assert len({version for version, _, _ in states}) == 3
    assert states[0][1] != states[1][1] != states[2][1]
    assert len({stamp for _, _, stamp in states}) == 1
    assert foreign_versions(spec) == {"categories/pucks": "lab-categories-pucks 1.1, 1"}
    offer_pucks(tmp_path / "same", monkeypatch, f"{PUCKS}# more\n", version="1.1")
    assert LIBRARY.version not in {version for version, _, _ in states}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"puck.n.02"', '"mug.n.04"', "two categories have the name 'mug.n.04'"),
        ('"puck", puck', '"mug", puck', "two categories have the prefix 'mug'"),
    ],
)
def test_two_categories_of_one_name_or_prefix_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, expected: str
) -> None:
    assert old in PUCKS
    offer_pucks(tmp_path / "1", monkeypatch, PUCKS.replace(old, new))
    with pytest.raises(PluginError, match=expected) as caught:
        categories()
    assert "builders.vessels" in str(caught.value)
    assert "lab_categories_pucks" in str(caught.value)


def test_a_licence_that_forbids_use_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_pucks(tmp_path / "1", monkeypatch, PUCKS.replace('"MIT"', '"CC-BY-NC-4.0"'))
    with pytest.raises(PluginError, match="offer such assets as a library of their own"):
        categories()


def test_the_order_of_categories_is_kept_and_others_follow_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = ORDER.read_text(encoding="utf-8").split()
    new = list(categories())[len(listed) :]
    assert list(categories()) == [*listed, *sorted(new)]
    shorter = tmp_path / "order.txt"
    shorter.write_text("\n".join(["vase.n.01", *listed[3:]]))
    monkeypatch.setattr(declarations, "ORDER", shorter)
    forget()
    assert next(iter(categories())) == "vase.n.01"
    assert list(categories())[-3 - len(new) :] == sorted([*listed[:3], *new])


def test_what_nouns_mean_is_declared_or_known() -> None:
    assert sort_of("coffee_cup.n.01") == "cup"
    assert sort_of("saucer.n.02") == "dish"
    assert sort_of("cinder_block.n.01") == "block"
    assert sort_of("apple.n.01") is None
    assert (keeps("dutch_oven.n.02"), carries("stove.n.01")) == ("served", "cookware")
    assert stand_ins("oven.n.01") == ("toaster_oven.n.01", "microwave.n.02")
    assert stand_ins("jar") == ("jar__of__honey.n.01", "jar.n.01")


def edit(path: Path) -> None:
    path.write_text(f"{path.read_text()}# more\n")


def test_the_version_is_that_of_the_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "procedural"
    shutil.copytree(sources.HERE, here)
    before = (LIBRARY.version, LIBRARY.stamp("mug-0000"), LIBRARY.stamp("kettle-0000"))
    monkeypatch.setattr(sources, "HERE", here)
    forget()
    assert (LIBRARY.version, LIBRARY.stamp("mug-0000"), LIBRARY.stamp("kettle-0000")) == before

    edit(here / "builders" / "cookware.py")
    forget()
    version, mug, kettle = LIBRARY.version, LIBRARY.stamp("mug-0000"), LIBRARY.stamp("kettle-0000")
    assert version != before[0]
    assert (mug == before[1], kettle == before[2]) == (True, False)

    edit(here / "builders" / "vessels.py")
    forget()
    assert LIBRARY.stamp("mug-0000") != mug
    assert LIBRARY.stamp("kettle-0000") != kettle, "cookware uses vessels"
    assert LIBRARY.stamp("cabinet-0000") == ProceduralLibrary().stamp("cupboard-0000")

    cabinet = LIBRARY.stamp("cabinet-0000")
    edit(here / "toolkit" / "draft.py")
    forget()
    assert LIBRARY.stamp("cabinet-0000") != cabinet


def test_the_command_line_starts_without_builders() -> None:
    code = (
        "import sys, cousins.flows.cli\n"
        "heavy = [m for m in sys.modules if '.libraries.' in m or '.robots.' in m]\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_library_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offer_by_entry_point(tmp_path / "1", monkeypatch, "libraries", "shared", documented("shared"))
    (tmp_path / "things").mkdir()
    box(0.05, 0.05, 0.05).export(tmp_path / "things" / "toy_dice.stl")
    path = tmp_path / "spec.yaml"
    path.write_text("name: x\nassets: {libraries: [{shared: things, name: lab}]}\n")
    spec = load_spec(path)
    assert spec.assets.libraries[0].path == str(tmp_path / "things")
    opened = open_libraries(spec.assets)
    assert opened.ids() == {"toy_dice.n.01": ("lab-toy_dice",)}
    assert library_spec(f"shared:{tmp_path / 'things'}").kind == "shared"
    monkeypatch.setattr(sys, "path", [x for x in sys.path if x != str(tmp_path / "1")])
    offer_by_entry_point(
        tmp_path / "2", monkeypatch, "libraries", "shared", documented("shared"), "1.1"
    )
    assert open_libraries(spec.assets).version != opened.version


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[shared]", "of kind 'shared' takes a path; write {shared: PATH}"),
        ("[{shared: things, name: procedural}]", "is called 'procedural'"),
        ("[sharde]", "did you mean 'shared'"),
    ],
)
def test_a_library_from_elsewhere_is_refused_with_what_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: str
) -> None:
    offer_by_entry_point(tmp_path / "1", monkeypatch, "libraries", "shared", documented("shared"))
    (tmp_path / "things").mkdir()
    box(0.05, 0.05, 0.05).export(tmp_path / "things" / "toy_dice.stl")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SpecError) as caught:
        open_libraries(parse_spec(f"name: x\nassets: {{libraries: {text}}}").assets)
    assert expected in str(caught.value)


def test_a_robot_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offer_by_entry_point(tmp_path / "1", monkeypatch, "robots", "arm", documented("arm"))
    (tmp_path / "1" / "arm.yaml").write_text(FR3)
    assert ROBOTS.names() == ("franka-fr3", "ur5e-2f85", "arm")
    spec = with_robot(DatasetSpec(name="x", robot="arm"))
    assert (spec.robot, robot("arm").name, len(robot("arm").joints)) == ("arm", "arm", 7)
    assert robot_model("arm", "physics").compile().nu > 7
    assert stage_versions("episodes", "", spec)["robots/arm"] == "lab-robots-arm 1.0, 1"
    assert "robots/arm" in foreign_versions(spec)
    with pytest.raises(SpecError, match="robot 'arn' is unknown; did you mean 'arm'"):
        robot("arn")
