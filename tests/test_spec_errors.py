"""Errors of the YAML file name the line, the path, the value, and what is allowed."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from cousins.schemas import DatasetSpec, SpecError, Sweep
from cousins.schemas.errors import LONGEST
from cousins.schemas.spec_file import load_spec, parse_spec


def refusal(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        parse_spec(text, "a.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: a\nsed: 7", "line 2: sed: unknown key 'sed' (its value is 7); did you mean 'seed'"),
        (
            "name: a\nscene: {support: tabel}",
            "line 2: scene.support: 'tabel' is not allowed; did you mean 'table'? "
            "allowed: table, desk, countertop",
        ),
        (
            "name: a\nscene:\n  objects:\n  - name: m\n    category: mug",
            "line 5: scene.objects[0].category: 'mug' is not valid; "
            "expected a BDDL category such as 'mug.n.04'",
        ),
        (
            "name: a\ncameras:\n- {name: f, fov: {uniform: [45, a]}}",
            "line 3: cameras[0].fov.uniform[1]: 'a' is not valid; expected integer or number",
        ),
        (
            "name: a\ncameras:\n- {name: f, fov: {unifrom: [45, 60]}}",
            "line 3: cameras[0].fov: ['unifrom'] is no distribution; "
            "write one of uniform, normal, choice, sweep",
        ),
        (
            "name: a\ncameras:\n- {name: f, fov: {normal: [4, 1], x: 2}}",
            "line 3: cameras[0].fov.x: unknown key 'x' (its value is 2); allowed: normal",
        ),
        ("name: a\ncameras:\n- {name: f, fov: ~}", "line 3: cameras[0].fov: None is not valid"),
        ("name: a\ncameras:\n- {mount: hand}", "cameras[0].name: missing; the key 'name'"),
        (
            "name: a\ncameras:\n- {name: f}\n- {name: g, fov: 200}",
            "line 4: cameras[1].fov: 200 is out of range; allowed are numbers from 5",
        ),
        (
            "name: a\nscene:\n  objects:\n  - {name: m, category: mug.n.04, on: shelf}",
            "line 4: scene.objects[0].on: no earlier object 'shelf'; allowed: ['table']",
        ),
        (
            "name: a\nscene:\n  objects:\n"
            "  - {name: m, category: mug.n.04, extents: [90, 120, 80]}",
            "line 4: scene.objects[0].extents[0]: 90 is not valid; expected less than or equal to",
        ),
        (
            "name: a\nscene:\n  objects:\n  - {name: m, category: mug.n.04}\n"
            "  - {name: m, category: bowl.n.01}",
            "scene.objects[0].name: object name 'm' is taken; names must be unique",
        ),
        ("name: a\ntasks: {count: 0}", "tasks.count: 0 is not valid; expected greater than"),
        ("name: a\nrender: {size: [256]}", "render.size[1]: missing; the list is too short"),
        ("name: a\nname: b", "line 2: name: the key 'name' is already given in line 1"),
        ("name: !!python/object/apply:os.system [ls]", "is not allowed; write plain YAML"),
        ("name: a\nscene: [", "a.yaml: not valid YAML: line 2, column 9"),
        ("- a", "a spec is a mapping"),
        ("", "it is empty"),
    ],
)
def test_says_where_what_and_what_is_allowed(text: str, expected: str) -> None:
    assert expected in refusal(text)


def test_tags_of_distributions_stay_out_of_paths() -> None:
    message = refusal("name: a\ncameras:\n- {name: f, fov: ~}\n- {name: g, fov: {sweep: []}}")
    assert "constant" not in message
    assert "cameras[1].fov.sweep: [] is not valid" in message


def test_all_problems_come_at_once_in_order_of_lines() -> None:
    message = refusal("name: a\nsed: 7\ncousins: {per_object: -1}\nexport: [cooc]\nexport: [coco]")
    lines = [int(part.split(":")[0]) for part in message.split("  line ")[1:]]
    assert message.startswith("a.yaml: 4 problems")
    assert lines == [2, 3, 4, 5]


def test_words_and_numbers_follow_yaml_1_2() -> None:
    spec = parse_spec(
        "name: on\nepisodes: {max_seconds: 1e1}\nscene:\n  objects:\n"
        "  - {name: yes, category: mug.n.04, on: table}"
    )
    assert spec.name == "on"
    assert spec.scene.objects[0].name == "yes"
    assert spec.scene.objects[0].on == "table"
    assert spec.episodes.max_seconds == 10.0


def test_aliases_are_followed_but_not_for_ever() -> None:
    spec = parse_spec("name: a\ncameras:\n- {name: f, fov: &v {sweep: [40, 50]}}\n"
                      "- {name: g, fov: *v}")  # fmt: skip
    assert spec.cameras[1].fov == Sweep(sweep=(40, 50))
    assert "contains itself" in refusal("name: a\nscene: &s {objects: *s}")
    bomb = "name: &a [x, x]\n" + "\n".join(
        f"k{i}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 9)}]" for i in range(8)
    )
    assert "after expanding its aliases" in refusal(bomb)


def test_unreadable_file_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"none.yaml: cannot be read: No such file"):
        load_spec(tmp_path / "none.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SpecError, match="not UTF-8"):
        load_spec(tmp_path / "binary.yaml")


SPECS = Path(__file__).parents[1] / "examples"


@pytest.mark.parametrize(
    "path",
    sorted(
        path
        for folder in (SPECS, SPECS / "vision", SPECS / "wishes", SPECS / "proof")
        for path in folder.glob("*.yaml")
        if not path.stem.endswith("_eval")
    ),
)
def test_examples_are_valid(path: Path) -> None:
    assert isinstance(load_spec(path), DatasetSpec)
    assert load_spec(str(path)) == load_spec(path)


@pytest.mark.parametrize(
    ("text", "line", "place"),
    [
        (
            "cameras:\n- {name: f}\n- {name: g, mount: hand,\n   path: {kind: orbit}}",
            5,
            "cameras[1].path",
        ),
        (
            "cameras:\n- name: f\n  path:\n    kind: tour\n    waypoints:\n"
            "    - {look_at: table}\n    - {look_at: moon}",
            8,
            "cameras[0].path.waypoints[1].look_at",
        ),
        ("cameras:\n- {name: f}\n- name: g\n  look_at: moon", 5, "cameras[1].look_at"),
        ("scene:\n  room:\n    kind: kitchen\n    objects: 400", 5, "scene.room.objects"),
        ("cousins:\n  per_object: 2\n  distance: [0.5, 0.1]", 4, "cousins.distance"),
        ("cameras:\n- name: f\n  fov:\n    uniform: [60, 50]", 5, "cameras[0].fov.uniform"),
        ("episodes:\n  hz: 10\n  solvers: [planning, planning]", 4, "episodes.solvers"),
    ],
)  # fmt: skip
def test_an_error_of_a_whole_model_names_the_line_that_it_means(
    text: str, line: int, place: str
) -> None:
    assert f"line {line}: {place}: " in refusal(f"name: a\n{text}")


@pytest.mark.parametrize(
    "name",
    ["world", "robot", "floor", "room", "table", "desk", "countertop", "clutter_0", "room_lamp_1"],
)
def test_names_that_scenes_use_themselves_are_refused_with_what_is_allowed(name: str) -> None:
    for support in ("table", "desk"):
        thing = f"{{name: {name}, category: mug.n.04}}"
        message = refusal(f"name: a\nscene:\n  support: {support}\n  objects: [{thing}]")
        assert f"line 4: scene.objects[0].name: object name {name!r} is taken: scenes" in message
        assert "all names but table, desk, countertop, robot, floor, room, world and" in message
        assert "begin with clutter_ or room_" in message


def test_a_message_that_quotes_a_whole_input_loses_the_middle_of_that_line() -> None:
    error = SpecError(f"first\nBDDL: {'x' * 30_000} is no problem\nlast")
    first, long, last = str(error).split("\n")
    assert (first, last) == ("first", "last")
    assert long.startswith("BDDL: xxx")
    assert long.endswith("xxx is no problem")
    assert len(long) <= LONGEST
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
