"""Scenes in 3D in a browser: what is sent is what MuJoCo has, wherever it is in time."""

from __future__ import annotations

import socket
import urllib.request
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
import pytest
from datasets import FixtureConfig, build_dataset
from test_coco import build
from test_images import world
from typer.testing import CliRunner

from cousins.flows.cli import app
from cousins.flows.viewing import page
from cousins.flows.viewing.page import Page
from cousins.flows.viewing.shapes import BodyPoses, VisibleShape, shapes_of
from cousins.flows.viewing.viewed import DatasetScenes, SpecScene, ViewedScene
from cousins.generators.dataset import Dataset
from cousins.scenes.core.geometry import rotation
from cousins.scenes.model.mujoco_model import CompiledScene, compile_model
from cousins.schemas import BackendMissingError, DatasetError, Room, SpecError, Subtask
from cousins.schemas.spec_file import parse_spec

RUNNER = CliRunner()
TRIMESH: Any = import_module("trimesh")


@pytest.fixture(scope="module")
def seen() -> CompiledScene:
    scene, assets = world(21, round_things=True)
    room = Room(low=(-1.0, -2.0, 0.0), high=(2.5, 2.0, 2.6))
    return compile_model(scene.model_copy(update={"room": room, "walls": True}), assets, "visual")


@pytest.fixture(scope="module")
def shapes(seen: CompiledScene) -> dict[int, VisibleShape]:
    return {int(shape.name): shape for shape in shapes_of(seen)}


def test_shapes_fill_the_boxes_that_mujoco_has_of_them(
    seen: CompiledScene, shapes: dict[int, VisibleShape]
) -> None:
    model, kinds = seen.model, set[int]()
    for geom, shape in shapes.items():
        if model.geom_type[geom] == mujoco.mjtGeom.mjGEOM_PLANE:
            continue
        kinds.add(int(model.geom_type[geom]))
        turn = rotation(model.geom_quat[geom])
        own = (shape.points - model.geom_pos[geom]) @ turn
        middle, half = model.geom_aabb[geom][:3], model.geom_aabb[geom][3:]
        assert own.min(axis=0) == pytest.approx(middle - half, abs=0.01 * half.max() + 1e-5)
        assert own.max(axis=0) == pytest.approx(middle + half, abs=0.01 * half.max() + 1e-5)
        assert shape.body == model.geom_bodyid[geom]
    types = mujoco.mjtGeom
    assert kinds >= {types.mjGEOM_MESH, types.mjGEOM_BOX, types.mjGEOM_SPHERE}


def test_faces_look_outward(seen: CompiledScene, shapes: dict[int, VisibleShape]) -> None:
    boxes = 0
    for geom, shape in shapes.items():
        if seen.model.geom_type[geom] == mujoco.mjtGeom.mjGEOM_BOX:
            found = TRIMESH.Trimesh(shape.points, shape.faces, process=False)
            x, y, z = seen.model.geom_size[geom]
            assert found.volume == pytest.approx(8 * float(x * y * z), rel=1e-4)
            boxes += 1
    assert boxes > 3


def test_walls_can_be_left_out_and_the_floor_stays(
    seen: CompiledScene, shapes: dict[int, VisibleShape]
) -> None:
    names = {seen.model.geom(geom).name: shape.room for geom, shape in shapes.items()}
    assert not names["floor"]
    assert {room for name, room in names.items() if name.startswith("wall")} == {True}
    assert not any(s.room for s in shapes.values() if s.body)


def test_bodies_are_where_rays_meet_them(
    seen: CompiledScene, shapes: dict[int, VisibleShape]
) -> None:
    data = seen.new_data()
    poses = BodyPoses(seen).at(seen.rest())
    placed: list[Any] = []
    for shape in shapes.values():
        if not shape.room:
            pose = poses[shape.body]
            points = shape.points @ rotation(pose[3:]).T + pose[:3]
            placed.append(TRIMESH.Trimesh(points, shape.faces, process=False))
    whole: Any = TRIMESH.util.concatenate(placed)
    rng = np.random.default_rng(3)
    close = 0
    for x, y in rng.uniform((0.25, -0.4), (0.85, 0.4), (40, 2)):
        start, down = np.array([x, y, 1.25]), np.array([0.0, 0.0, -1.0])
        geom = np.zeros(1, dtype=np.int32)
        far = mujoco.mj_ray(seen.model, data, start, down, None, True, -1, geom, None)
        hits = whole.ray.intersects_location([start], [down], multiple_hits=True)[0]
        close += abs(min(1.25 - hits[:, 2]) - far) < 0.002
    assert close >= 39  # an edge may be met on one side alone


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    config = FixtureConfig(tasks=2, per_task=2, failures=1, steps=6, size=32)
    return build_dataset(tmp_path_factory.mktemp("view") / "dataset", config)


def test_a_dataset_shows_its_attempts_with_their_states(dataset: Dataset) -> None:
    found = DatasetScenes(dataset.root)
    episodes = list(dataset.episodes())
    assert found.names == tuple(episode.id for episode in episodes)
    for episode in episodes:
        shown = found.show(episode.id)
        assert shown.scene.id == episode.scene
        assert shown.states is not None
        assert np.array_equal(shown.states, dataset.arrays(episode).qpos)
        assert episode.instruction in shown.told
        assert ("reached its goal" in shown.told) == episode.success
        first = episode.subtasks[0]
        assert shown.doing(first.start) == first.sentence
        assert shown.doing(episode.steps) == ""


def test_scenes_without_attempts_are_shown_at_rest(tmp_path: Path) -> None:
    made = build(tmp_path / "set", seeds=(21, 22))
    found = DatasetScenes(made.root)
    assert found.names == ("task-s0", "task-s1")
    assert found.show("task-s1").states is None
    assert found.show("task-s1").scene.id == "task-s1"


def test_a_dataset_without_scenes_says_what_to_do(tmp_path: Path) -> None:
    made = build(tmp_path / "set", seeds=())
    with pytest.raises(DatasetError, match="no scenes to look at; make some"):
        DatasetScenes(made.root)


def _no_package(name: str) -> None:
    del name


def test_without_the_extra_it_says_how_to_get_it(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "find_spec", _no_package)
    with pytest.raises(BackendMissingError, match=r"pip install 'cousins\[view\]'"):
        Page(DatasetScenes(dataset.root), "127.0.0.1", 8080)
    ended = RUNNER.invoke(app, ["view", str(dataset.root)])
    assert ended.exit_code == BackendMissingError.exit_code
    assert "cousins[view]" in ended.output


def test_numbers_of_a_spec_do_not_go_with_a_dataset(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "find_spec", str)
    ended = RUNNER.invoke(app, ["view", str(dataset.root), "--task", "1"])
    assert ended.exit_code == 2
    assert "are for a spec" in ended.output


def test_a_spec_has_so_many_scenes() -> None:
    spec = parse_spec("name: seen\ntasks: {count: 1}\nepisodes: {per_task: 1}\n")
    with pytest.raises(SpecError, match="no scene 4"):
        SpecScene(spec, 0, 4)


class _Moving:
    """Two attempts in a scene of which one thing is lifted, as `ViewedScenes`."""

    names = ("first", "second")

    def __init__(self, seen: CompiledScene) -> None:
        self._seen = seen
        address = seen.objects["ball"].free_qpos
        assert address is not None
        self.states = np.repeat(seen.rest()[None], 5, axis=0)
        self.states[:, address + 2] += np.arange(5) * 0.1

    def show(self, name: str) -> ViewedScene:
        part = Subtask(
            skill="lift", arguments=("ball",), sentence="lift the ball", start=0, end=3,
            success=True,
        )  # fmt: skip
        return ViewedScene(
            name, self._seen.scene, self._seen.assets, f"told of {name}", self.states, 10.0, (part,)
        )


@pytest.fixture
def shown(seen: CompiledScene) -> Iterator[tuple[Page, _Moving]]:
    if find_spec("viser") is None:
        pytest.skip("viser is not installed: pip install 'cousins[view]'")
    moving = _Moving(seen)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Page(moving, "127.0.0.1", port)
    yield made, moving
    made.close()


@pytest.mark.heavy
def test_the_page_is_served_here_alone(shown: tuple[Page, _Moving]) -> None:
    at, _ = shown
    with urllib.request.urlopen(f"http://127.0.0.1:{at.port}/", timeout=30) as answer:
        assert b"<html" in answer.read()
    name = socket.gethostbyname(socket.gethostname())
    if not name.startswith("127."):
        with pytest.raises(ConnectionError), socket.create_connection((name, at.port), timeout=5):
            pass


@pytest.mark.heavy
def test_scrubbing_moves_what_moves(seen: CompiledScene, shown: tuple[Page, _Moving]) -> None:
    at, moving = shown
    ball = seen.objects["ball"].body
    height = at.pose(ball)[2]
    for state in (4, 2, 0):
        at.go_to(state)
        assert at.pose(ball)[2] == pytest.approx(height + 0.1 * state, abs=1e-6)
        assert at.caption == ("lift the ball" if state < 3 else "")
    at.choose("second")
    assert at.pose(ball)[2] == pytest.approx(height)
    assert moving.names[1] in at.told


@pytest.mark.heavy
def test_it_plays_round_and_round(shown: tuple[Page, _Moving]) -> None:
    at, moving = shown
    at.play()
    seen_states: list[int] = []
    for _ in range(len(moving.states) + 1):
        assert at.step() == pytest.approx(0.1)
        seen_states.append(at.state)
    assert seen_states == [1, 2, 3, 4, 0, 1]
