"""Specs from several sources: `extends`, `--set`, and errors that name the right place."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from cousins.flows.cli import app
from cousins.schemas import SpecError
from cousins.schemas.given_file import lines_of
from cousins.schemas.parameter import Constant
from cousins.schemas.spec_file import load_spec

BASE = """\
robot: none
scenes: 3
scene:
  support: desk
  objects:
    - {name: mug, category: mug.n.04}
  clutter: {count: {uniform: [2, 5]}}
render: {size: [64, 48]}
"""
CHILD = """\
extends: shared/base.yaml
name: child
scene:
  clutter: {count: {choice: [1, 3]}}
render: {labels: [rgb]}
"""


@pytest.fixture
def child(tmp_path: Path) -> Path:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/base.yaml").write_text(BASE, encoding="utf-8")
    path = tmp_path / "child.yaml"
    path.write_text(CHILD, encoding="utf-8")
    return path


def base_of(child: Path) -> Path:
    return child.parent / "shared/base.yaml"


def refusal(path: Path, *options: str) -> str:
    with pytest.raises(SpecError) as caught:
        load_spec(path, options)
    return str(caught.value)


def test_mappings_are_merged_and_the_rest_is_replaced(child: Path) -> None:
    spec = load_spec(child)
    assert (spec.name, spec.scene.support, spec.scenes) == ("child", "desk", 3)
    assert (spec.render.size, spec.render.labels) == ((64, 48), ("rgb",))
    assert spec.scene.clutter.count.model_dump()["choice"] == (1, 3)
    assert spec == load_spec(child, [])
    more = "  objects:\n    - {name: bowl, category: bowl.n.01}\n"
    child.write_text(CHILD.replace("scene:\n", f"scene:\n{more}"), encoding="utf-8")
    assert [thing.name for thing in load_spec(child).scene.objects] == ["bowl"]


def test_errors_point_into_the_file_that_is_wrong(child: Path) -> None:
    base = base_of(child)
    base.write_text(BASE.replace("desk", "desc"), encoding="utf-8")
    child.write_text(CHILD.replace("[rgb]", "[rbg]"), encoding="utf-8")
    said = refusal(child)
    assert f"{child}: 1 problem\n  line 5: render.labels[0]: 'rbg'" in said
    assert f"{base}: 1 problem\n  line 4: scene.support: 'desc'" in said


def test_checks_after_loading_point_there_as_well(child: Path) -> None:
    load_spec(child)
    place = ("scene", "objects", 0, "category")
    with pytest.raises(SpecError) as caught, lines_of(child):
        raise SpecError("nothing like it", place=place)
    assert str(caught.value).startswith(f"{base_of(child)}: 1 problem\n  line 6: ")
    option = "scene.objects.mug.category=mugg.n.01"
    with pytest.raises(SpecError) as caught, lines_of(child, [option]):
        raise SpecError("nothing like it", place=place)
    assert str(caught.value).startswith(f"--set {option}: 1 problem\n  scene.objects[0].category")


def test_files_in_a_circle_are_refused(child: Path) -> None:
    base_of(child).write_text(f"extends: ../child.yaml\n{BASE}", encoding="utf-8")
    said = refusal(child)
    assert said.startswith(f"{base_of(child)}: line 1: extends: ")
    assert said.endswith(" leads in a circle")


def test_a_base_that_cannot_be_read_has_the_line_that_names_it(child: Path) -> None:
    base_of(child).unlink()
    assert refusal(child).startswith(f"{child}: line 1: extends: {base_of(child)}: cannot be read")
    child.write_text("extends: 3\nname: x", encoding="utf-8")
    assert "line 1: extends: 3 is not valid; expected the path" in refusal(child)


def test_paths_start_from_the_file_that_names_them(child: Path) -> None:
    (child.parent / "shared/own.yaml").write_text("- inside lemon bowl\n", encoding="utf-8")
    given = BASE.replace("robot: none\nscenes: 3\n", "tasks: {given: own.yaml}\n")
    base_of(child).write_text(f"{given}assets: {{libraries: [{{folder: things}}]}}\n", "utf-8")
    spec = load_spec(child)
    assert [task.goal for task in spec.tasks.given] == [("inside lemon bowl",)]
    assert spec.assets.libraries[0].path == str(child.parent / "shared/things")


def test_options_replace_values(child: Path) -> None:
    spec = load_spec(
        child,
        [
            "scene.clutter.count=4",
            "scene.objects.mug.pose.yaw=30",
            "cameras=[{name: a}, {name: b}]",
            "cameras[1].fov=70",
            "cameras.a.fov=20",
            "render.vary.scene.light.key.intensity={sweep: [1, 2]}",
            "scene.clutter.categories=[mug.n.04]",
        ],
    )
    assert spec.scene.clutter.count == Constant(value=4)
    assert spec.scene.objects[0].pose.yaw == Constant(value=30)
    assert [camera.fov for camera in spec.cameras] == [Constant(value=20), Constant(value=70)]
    assert list(spec.render.vary) == ["scene.light.key.intensity"]


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("scenes=0", "--set scenes=0: 1 problem\n  scenes: 0 is not valid; expected"),
        ("scenes", "--set scenes: expected KEY=VALUE"),
        ("scene.cluter.count=3", "did you mean 'clutter'?"),
        ("scene=[", "--set scene=[: not valid YAML"),
        ("robot.name=3", "robot is 'none', which has no parts in the spec"),
        ("scene.objects[1].asset=a", "--set scene.objects[1].asset=a: scene.objects ends with [0]"),
        ("scene.objects.cup.asset=a", "scene.objects has no 'cup'; allowed: mug"),
        ("cameras[0].fov=30", "cameras has no items in the spec"),
        (".=3", "'.' is no key"),
    ],
)
def test_wrong_options_name_themselves(child: Path, option: str, said: str) -> None:
    assert said in refusal(child, option)


def test_preview_draws_all_cameras_on_one_sheet(child: Path) -> None:
    sheet = child.parent / "sheet.png"
    cameras = "cameras=[{name: a}, {name: b}, {name: c}, {name: d}]"
    run = CliRunner().invoke(
        app, ["preview", str(child), "--out", str(sheet), "--set", cameras, "--scene", "2"]
    )
    assert run.exit_code == 0, run.output
    assert "t0000-s02" in run.output
    with Image.open(sheet) as picture:
        assert picture.size == (3 * 64, 2 * 48)
    wrong = CliRunner().invoke(app, ["preview", str(child), "--set", "scene.support=sofa"])
    assert wrong.exit_code == 2
    assert "--set scene.support=sofa: 1 problem" in wrong.output
    absent = CliRunner().invoke(app, ["preview", str(child), "--scene", "3"])
    assert "no scene 3" in absent.output
