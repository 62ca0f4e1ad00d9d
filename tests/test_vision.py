"""Scenes for pictures alone: no robot, no tasks, and nothing that speaks of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from caster import centres, scene_caster
from PIL import Image
from truth_measures import inner
from typer.testing import CliRunner

from cousins.flows.checks import check_dataset, check_spec
from cousins.flows.cli import app
from cousins.flows.graph import Graph
from cousins.flows.stages import production
from cousins.flows.verify import verify
from cousins.generators.dataset import Dataset
from cousins.generators.images.truth.worlds import prepared
from cousins.generators.labels import LABELS
from cousins.scenes.layout.pose_sampling import REACH
from cousins.scenes.model.mujoco_model import compile_model
from cousins.schemas import DatasetError, DatasetSpec, SpecError
from cousins.schemas.spec_file import load_spec, parse_spec
from cousins.tasks.bddl.problem import scene_problem

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples" / "vision").glob("*.yaml"))
SPEC = f"""
name: alone
robot: none
scenes: 2
seed: 3
scene:
  objects:
    - {{name: cabinet, category: cabinet.n.01, joint: {{any: 0.9}}}}
  clutter:
    count: 7
    categories: [mug.n.04, apple.n.01, bowl.n.01, orange.n.01, banana.n.02]
render:
  size: [64, 48]
  labels: [{", ".join(LABELS.names())}]
export: [coco, yolo]
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("alone")
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    arguments = ["generate", str(folder / "spec.yaml"), "--out", str(folder / "out")]
    run = CliRunner().invoke(app, [*arguments, "--engine", "local", "--workers", "1", "-q"])
    assert run.exit_code == 0, run.output
    told = [line.split()[0] for line in run.output.splitlines()]
    assert "scenes" in told
    assert not {"attempts", "solved"} & set(told)
    return Dataset(folder / "out")


def test_scenes_have_no_robot_and_use_the_whole_table(made: Dataset) -> None:
    scenes = list(made.scenes())
    assert len(scenes) == 2
    far = 0
    for scene in scenes:
        assert scene.robot.absent
        assert len(scene.objects) == 9  # with the table
        world = compile_model(scene, made.assets_of(scene), "physics")
        assert world.mounted is None
        assert world.model.nu == 0
        with pytest.raises(SpecError, match="has no robot"):
            _ = world.robot
        away = [np.hypot(*x.pos[:2]) for x in scene.objects if x.role != "support"]
        far += sum(not REACH[0] <= distance <= REACH[1] for distance in away)
        cabinet = scene.object("cabinet")
        # Its front, +x, is turned to where cameras stand.
        w, x, y, z = cabinet.quat
        assert 1 - 2 * (y * y + z * z) > 0.7, (w, x)
    assert far > 0


def test_labels_know_of_no_robot(made: Dataset) -> None:
    frames = list(made.frames())
    assert [frame.camera for frame in frames] == ["front", "front"]
    for frame in frames:
        assert "robot" not in {thing.name for thing in frame.objects}
        mask = np.asarray(Image.open(made.file(frame.files["seg_instance"])))
        ids = {thing.instance_id for thing in frame.objects}
        assert set(np.unique(mask).tolist()) <= ids | {0}
        assert sum(thing.visible_pixels > 0 for thing in frame.objects) >= 7
        assert any(literal == "open cabinet" for literal in frame.predicates or ())


def test_masks_are_those_of_an_independent_caster(made: Dataset) -> None:
    by_id = {scene.id: scene for scene in made.scenes()}
    for frame in made.frames():
        scene = by_id[frame.scene]
        ready = prepared(scene, made.assets_of(scene))
        rays = scene_caster(scene, made.assets_of(scene), ready.world, ready.at_rest())
        view = frame.camera_params
        owners = rays.owners(rays.cast(view, centres(view))).reshape(view.height, view.width)
        mask = np.asarray(Image.open(made.file(frame.files["seg_instance"])))
        off_edges = inner(owners)
        assert off_edges.mean() > 0.5
        assert (mask == owners)[off_edges].all()


def test_nothing_was_attempted_and_all_is_sound(made: Dataset) -> None:
    assert not (made.root / "data" / "episodes").exists()
    found = verify(made.root, 1)
    assert (found.problems, found.demonstrations, found.frames) == ((), 0, 2)
    coco = json.loads(next((made.root / "exports/coco").rglob("*.json")).read_bytes())
    assert coco["annotations"]
    (task,) = made.tasks()
    with pytest.raises(SpecError, match="has no goal"):
        scene_problem(task)
    page = (made.root / "report/index.html").read_text(encoding="utf-8")
    assert "labelled" in page
    for word in ("<h2>Scenes</h2>", "What is seen"):
        assert word in page
    for word in ("Demonstrations</dt>", "<h2>Success</h2>", "<h2>Planner</h2>"):
        assert word not in page


@pytest.mark.parametrize("name", ["lerobot", "traces"])
def test_formats_of_demonstrations_say_that_there_are_none(made: Dataset, name: str) -> None:
    with pytest.raises(DatasetError, match=f"{name}: no demonstrations.*`tasks: none`"):
        check_dataset(made, (name,))
    asked = made.spec.model_copy(update={"export": ("coco", name)})
    with pytest.raises(SpecError, match=rf"^export\[1\]: {name} holds demonstrations"):
        check_spec(asked)


def test_the_short_form_says_it_all() -> None:
    spec = parse_spec("name: a\nrobot: none")
    assert (spec.without_tasks, spec.tasks.count, spec.scenes_per_task) == (True, 1, 10)
    assert spec.episodes.per_task == 0
    assert [camera.name for camera in spec.cameras] == ["front"]
    assert DatasetSpec.model_validate_json(spec.model_dump_json()) == spec
    assert parse_spec("name: a\ntasks: {proposer: none}\nscenes: 4").scenes_per_task == 4


def test_more_scenes_are_more_shards(tmp_path: Path) -> None:
    spec = parse_spec("name: a\nrobot: none\nscenes: 25")
    graph = Graph(tmp_path, spec, production(), "library")
    (first,) = graph.start()
    assert graph.total == {"tasks": 1, "scenes": 3, "frames": 3}
    assert first.stage == "tasks"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("robot: none\ntasks: {count: 3}", "line 3: tasks: `robot: none` leaves no arm"),
        ("robot: none\nepisodes: {per_task: 2}", "line 3: episodes: `tasks: none` leaves nothing"),
        ("tasks: none\nepisodes: {demonstrations: 2}", "line 3: episodes: `tasks: none`"),
        ("scenes: 3", "line 2: scenes: only `tasks: none` counts scenes so"),
        ("tasks: {proposer: none, count: 3}", "line 2: tasks.count: without tasks, `scenes` says"),
        ("robot: none\nscenes: 0", "line 3: scenes: 0 is not valid"),
        (
            "robot: none\ncameras:\n- {name: w, mount: hand}",
            "line 4: cameras[0].mount: `robot: none` leaves no hand",
        ),
        (
            "robot: none\nphysics: {vary: {robot.gains: 2}}",
            "line 3: physics.vary.robot.gains: `robot: none` leaves no arm",
        ),
    ],
)
def test_what_does_not_go_together_is_one_error(text: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(f"name: a\n{text}")
    assert said in str(caught.value)
    assert str(caught.value).startswith("the spec: 1 problem")


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_examples_are_sound(path: Path) -> None:
    spec = load_spec(path)
    check_spec(spec)
    assert spec.without_tasks
    assert spec.robot == "none"


def test_there_are_examples() -> None:
    names = {path.stem for path in EXAMPLES}
    assert names == {"detection", "kitchens", "lights", "occlusion", "states"}


def test_a_sweep_hides_the_mug(tmp_path: Path) -> None:
    arguments = ["render", str(ROOT / "examples/vision/occlusion.yaml"), "--out", str(tmp_path)]
    small = ["scenes=1", "render.size=[96, 72]", "render.labels=[rgb, visible_fraction]"]
    small.append("render.vary.object.box.pose.y={sweep: [-0.2, 0.0]}")
    options = [word for value in small for word in ("--set", value)]
    run = CliRunner().invoke(app, [*arguments, *options, "--workers", "1", "-q"])
    assert run.exit_code == 0, run.output
    shares = {
        frame.vary["object.box.pose.y"]: next(
            thing.visible_fraction for thing in frame.objects if thing.name == "mug"
        )
        for frame in Dataset(tmp_path).frames()
    }
    assert (shares[-0.2] or 0) > 0.9
    assert (shares[0.0] or 0) < 0.5
