"""Specs and commands that users got wrong, or that were right and failed: one case of each kind."""

# pyright: reportPrivateUsage=false, reportUnknownArgumentType=false
# pyright: reportUnknownLambdaType=false, reportUnknownMemberType=false
from __future__ import annotations

import resource
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import trimesh
from test_flow import plan, small
from typer.testing import CliRunner

from cousins.flows.checks import check_spec
from cousins.flows.cli import app
from cousins.flows.run import execute
from cousins.flows.schedules import deployment
from cousins.flows.seeds import FAILURES, TRIES, next_dataset, noted
from cousins.flows.server import check_api
from cousins.generators.images.parameters.variations import variations
from cousins.generators.images.raster import gl
from cousins.generators.proposers import propose
from cousins.generators.store.changes import slice_of
from cousins.scenes.assets.joint import open_libraries
from cousins.scenes.core import taxonomy
from cousins.scenes.importing.naming import category_of
from cousins.scenes.observation.reading import read_depth
from cousins.scenes.robots._model_files import ModelFiles
from cousins.schemas import DatasetSpec, RenderError, RunError, SpecError
from cousins.schemas.errors import SpecErrors
from cousins.schemas.given_file import lines_of
from cousins.schemas.observation import Observation
from cousins.schemas.spec_file import load_spec, parse_spec

PINNED = "{name: mug, category: mug.n.04, asset: mug-0003}"


def refusal(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        parse_spec(text, "a.yaml")
    return str(caught.value)


def checked(text: str, tmp_path: Path) -> str:
    """What is said of a file that is well formed."""
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(SpecError) as caught, lines_of(path):
        check_spec(load_spec(path))
    return str(caught.value)


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """The lines of a spec that name a folder with one mug."""
    (tmp_path / "mine").mkdir()
    trimesh.creation.box(extents=(0.06, 0.07, 0.09)).export(tmp_path / "mine" / "mug.obj")
    return f"{{kind: folder, path: {tmp_path / 'mine'}}}"


# ---------------------------------------------------------------- few assets of a kind


@pytest.mark.parametrize("count", [1, 2, 3])
def test_tasks_are_proposed_where_a_kind_has_few_assets(count: int, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    for name, size in (("bowl", 0.16), ("apple", 0.05), ("plate", 0.2)):
        for number in range(count):
            size += 0.003
            shape = (size, size, 0.02 if name == "plate" else 0.07)
            trimesh.creation.box(extents=shape).export(mine / f"{name}_{number}.obj")
    spec = parse_spec(
        f"name: a\nassets: {{libraries: [{{kind: folder, path: {mine}}}]}}\ntasks: {{count: 2}}"
    )
    assert propose(spec, 0, 2, (), open_libraries(spec.assets))


def test_tasks_are_proposed_with_a_pinned_asset() -> None:
    objects = f"[{PINNED}, {{name: plate, category: plate.n.04}}]"
    spec = parse_spec(f"name: a\nscene: {{objects: {objects}}}\ntasks: {{count: 3}}")
    assert len(propose(spec, 0, 3, (), open_libraries(spec.assets))) == 3


# ---------------------------------------------------------------- sweeps and pictures


def test_an_asset_of_a_folder_is_swapped_in(folder: str) -> None:
    from worlds import by_hand, first, put

    spec = parse_spec(
        f"name: a\nassets: {{libraries: [procedural, {folder}]}}\n"
        "render: {vary: {object.mug.asset: {choice: [mine-mug]}}}"
    )
    made = by_hand(put("mug", first("mug.n.04"), (0.5, 0.0, 0.0)))
    (one,) = variations(made.scene, dict(made.assets), slice_of(spec, "frames", 1))
    assert one.variant is not None
    assert one.variant.scene.object("mug").asset == "mine-mug"


@pytest.mark.parametrize(("size", "axis", "odd"), [("[171, 233]", 0, 171), ("[170, 233]", 1, 233)])
def test_an_odd_size_of_videos_is_refused_with_its_line(
    size: str, axis: int, odd: int, tmp_path: Path
) -> None:
    said = checked(f"name: a\nrender:\n  size: {size}", tmp_path)
    assert f"line 3: render.size[{axis}]: {odd} is odd" in said
    assert "videos: false" in said


@pytest.mark.parametrize(
    "more",
    [
        "render: {size: [171, 233], videos: false}",
        "render: {size: [171, 233]}\nepisodes: {per_task: 0}",
    ],
)
def test_an_odd_size_without_videos_is_fine(more: str) -> None:
    check_spec(parse_spec(f"name: a\n{more}"))


def test_absurd_pictures_are_refused_with_an_estimate(tmp_path: Path) -> None:
    said = checked("name: a\nrender:\n  size: [4096, 4096]\n  keyframes: 1000", tmp_path)
    assert "line 4: render.keyframes: 2000 frames of 4096 x 4096" in said
    assert "hours" in said


# ---------------------------------------------------------------- hostile YAML


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: a\nscene: " + "[" * 900 + "]" * 900, "64 levels"),
        ("name: a\nscene: " + "{a: " * 900 + "1" + "}" * 900, "64 levels"),
        ("name: a\nseed: " + "9" * 4300, "300 digits"),
        ("name: a\nexport: [" + "x, " * 1000 + "x]", "and 450 more"),
    ],
)
def test_hostile_yaml_is_a_short_message(text: str, expected: str) -> None:
    said = refusal(text)
    assert expected in said
    assert len(said) < 20_000


def test_a_file_is_sized_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(SpecError, match="100000000 bytes"):
        load_spec(path)


def test_values_are_counted_while_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cousins.schemas.yaml_source.MAX_NODES", 50)
    assert "line 2" in refusal("name: a\nexport: [" + "coco, " * 60 + "coco]")


# ---------------------------------------------------------------- words and mistakes


def test_a_room_is_a_word_or_names_its_kind() -> None:
    room = parse_spec("name: a\nscene: {room: kitchen}").scene.room
    assert room == parse_spec("name: a\nscene: {room: {kind: kitchen}}").scene.room
    assert "did you mean 'kitchen'" in refusal("name: a\nscene: {room: kitchn}")
    assert "with the keys kind, objects, size" in refusal("name: a\nscene: {room: 5}")


@pytest.mark.parametrize(
    ("category", "offered"),
    [("couch.n.01", "sofa.n.01"), ("leather_couch.n.01", "sofa.n.01"),
     ("fridge.n.01", "electric_refrigerator.n.01"), ("mug.n.01", "mug.n.04"),
     ("smartphone.n.01", "cellular_telephone.n.01")],
)  # fmt: skip
def test_a_wrong_category_is_offered_what_its_word_means(category: str, offered: str) -> None:
    with pytest.raises(SpecError, match="did you mean") as caught:
        taxonomy.node(category)
    assert offered in str(caught.value)


@pytest.mark.parametrize(
    ("name", "category"),
    [("oats_box_of_cereal", "box__of__cereal.n.01"), ("box_of_cereal", "box__of__cereal.n.01"),
     ("red_can_of_soda_final", "can__of__soda.n.01"), ("BowlOfSoup", "bowl.n.01")],
)  # fmt: skip
def test_what_of_connects_is_found_behind_other_words(name: str, category: str) -> None:
    assert category_of(name) == category


def test_all_mistakes_of_a_file_come_at_once_with_their_lines(tmp_path: Path) -> None:
    said = checked(
        "name: a\nscene:\n  objects:\n  - {name: m, category: couch.n.01}\n"
        "  - {name: n, category: mug.n.04, asset: mug-9999}\nrender:\n  vary:\n"
        "    object.robot.visible: {sweep: [true, false]}\n    camera.front.fov: {sweep: [400]}",
        tmp_path,
    )
    assert ": 4 problems" in said
    places = {
        4: "scene.objects[0].category",
        5: "scene.objects[1].asset",
        8: "render.vary.object.robot.visible",
        9: "render.vary.camera.front.fov",
    }
    for line, place in places.items():
        assert f"line {line}: {place}: " in said


def test_several_mistakes_of_a_spec_without_a_file_keep_their_places() -> None:
    import pickle

    spec = parse_spec("name: a\nrender: {size: [171, 233]}")
    with pytest.raises(SpecErrors) as caught:
        check_spec(spec)
    again = pickle.loads(pickle.dumps(caught.value))
    assert [part.place for part in again.parts] == [("render", "size", 0), ("render", "size", 1)]


def test_what_a_scene_calls_itself_is_no_object_of_a_sweep(tmp_path: Path) -> None:
    for name in ("floor", "world"):
        path = f"object.{name}.visible"
        said = checked(f"name: a\nrender:\n  vary:\n    {path}: {{sweep: [true]}}", tmp_path)
        assert f"line 4: render.vary.object.{name}.visible: no object is called" in said


# ---------------------------------------------------------------- commands


@pytest.mark.parametrize("cron", ["0 0 2 * * *", "0 2 * *", "", "0 0 2 * * * 2030"])
def test_a_schedule_has_five_fields(cron: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("name: nightly\n")
    with pytest.raises(SpecError, match=r"fields; write the five minute, hour, day"):
        deployment(path, None, None, cron, False)


@pytest.mark.parametrize("command", ["generate", "deploy"])
@pytest.mark.parametrize(
    ("url", "expected", "code"),
    [("http://127.0.0.1:9/api", "no answer", 1), ("127.0.0.1:4200/api", "begins with http", 2)],
)
def test_a_dead_api_is_one_line(
    command: str, url: str, expected: str, code: int, tmp_path: Path
) -> None:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    (tmp_path / "a.yaml").write_text("name: a\n")
    with temporary_settings({PREFECT_API_URL: url}):
        ended = CliRunner().invoke(
            app, [command, str(tmp_path / "a.yaml"), "--out", str(tmp_path / "o")]
        )
    said = [line for line in ended.output.splitlines() if line and "starting Prefect" not in line]
    assert ended.exit_code == code
    assert len(said) == 1
    assert expected in said[0]


def test_another_server_is_no_api() -> None:
    class Lost(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    with HTTPServer(("127.0.0.1", 0), Lost) as server:
        Thread(target=server.handle_request, daemon=True).start()
        with pytest.raises(RunError, match="answers with 404"):
            check_api(f"http://127.0.0.1:{server.server_port}/api")


@pytest.mark.parametrize("value", ["osmesa", "OSMesa", "vulkan"])
def test_another_opengl_is_refused_in_one_line(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUJOCO_GL", value)
    ended = CliRunner().invoke(app, ["backends", "check", "mujoco"])
    assert ended.exit_code == 1
    assert f"MUJOCO_GL={value.lower()}" in ended.output
    assert "libegl1" in ended.output
    assert len(ended.output.splitlines()) == 1


def test_a_limit_of_memory_is_not_taken_for_a_missing_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def limited(size: int) -> None:
        monkeypatch.setattr("resource.getrlimit", lambda _: (size, size))

    def missing(*_: int) -> None:
        raise RuntimeError("no display")

    monkeypatch.setattr("mujoco.egl.GLContext", missing)
    limited(500_000_000)
    with pytest.raises(RenderError, match=r"too little memory: .* 0.5 GB"):
        gl.open_gl()
    limited(resource.RLIM_INFINITY)
    with pytest.raises(RenderError, match="apt-get install libegl1"):
        gl.open_gl()


@pytest.mark.parametrize(("strict", "code"), [(False, 0), (True, 1)])
def test_strict_checks_fail_on_quarantine(
    strict: bool, code: int, folder: str, tmp_path: Path
) -> None:
    del folder
    (tmp_path / "mine" / "bowl.obj").write_text("v 0 0\n")
    where = ["--library", f"folder:{tmp_path / 'mine'}", "--workers", "1"]
    ended = CliRunner().invoke(app, ["assets", "check", *where, *(["--strict"] * strict)])
    assert ended.exit_code == code, ended.output
    assert "bowl" in ended.output


@pytest.mark.parametrize(("kind", "unit"), [("float32", 1000), ("uint16", 1000), ("float64", 100)])
def test_depth_is_read_in_any_unit(kind: str, unit: int, tmp_path: Path) -> None:
    told = Observation(width=16, height=16, fx=20, fy=20, cx=8, cy=8, depth_scale=1 / unit)
    np.save(tmp_path / "depth.npy", np.full((16, 16), 1.5 * unit, dtype=kind))
    assert read_depth(tmp_path, told) == pytest.approx(np.full((16, 16), 1.5))
    with pytest.raises(SpecError, match="depth_scale"):
        read_depth(tmp_path, told.model_copy(update={"depth_scale": None}))


# ---------------------------------------------------------------- runs


def test_refused_scenes_are_explained(tmp_path: Path) -> None:
    summary = execute(small(tmp_path, "scene: {support: countertop}"))
    assert summary.refusals == {"too close to others": 3 * summary.counts["refused"]}
    alone = replace(summary, counts={**summary.counts, "scenes": 0})
    assert "too close to others x" in (alone.shortfall or "")
    assert "docs/reasons.md" in (alone.shortfall or "")


def test_an_export_without_demonstrations_says_so(tmp_path: Path) -> None:
    execute(plan(tmp_path / "a", "name: a\ntasks: {count: 1}\nepisodes: {per_task: 0}\n"))
    ended = CliRunner().invoke(app, ["export", str(tmp_path / "a"), "--format", "lerobot"])
    assert ended.exit_code == 2
    assert "lerobot: no demonstrations" in ended.output
    assert "episodes.per_task" in ended.output
    assert not (tmp_path / "a" / "exports").exists()


def test_one_worker_holds_a_limit_of_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_STAGES_PAUSE", "5")
    request = replace(small(tmp_path), time_limit=1.0, workers=1)
    with pytest.raises(RunError, match="took more than 1 s"):
        execute(request)


def test_a_seed_that_keeps_failing_is_recorded_and_skipped(tmp_path: Path) -> None:
    def fail() -> None:
        raise RunError("1 shards failed")

    spec = DatasetSpec(name="a", seed=4)
    for _ in range(TRIES):
        assert next_dataset(spec, tmp_path)[0].seed == 4
        with pytest.raises(RunError):
            noted(tmp_path, 4, fail)
    assert next_dataset(spec, tmp_path)[0].seed == 5
    assert (tmp_path / FAILURES).read_text().count("1 shards failed") == TRIES
    with (tmp_path / FAILURES).open("a") as file:
        file.write('{"seed": 5, "err')
    assert next_dataset(spec, tmp_path)[0].seed == 5


def test_the_model_of_a_robot_is_found_without_importing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "loud_pkg" / "sub"
    inner.mkdir(parents=True)
    for place in (inner, inner.parent):
        (place / "__init__.py").write_text("raise RuntimeError('imported')\n")
    (inner / "a.xml").write_text("<mujoco/>")
    monkeypatch.syspath_prepend(str(tmp_path))
    files = ModelFiles("r", tmp_path, None)
    assert files.path("loud_pkg.sub:a.xml") == inner / "a.xml"
    with pytest.raises(SpecError, match="loud_pkg has no package"):
        files.path("loud_pkg.other:a.xml")
