"""The OmniGibson export, made into objects by OmniGibson 1.1.1's own code, without Isaac Sim."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from rolled import attempt, stored
from test_mjcf import SCENES, microwave

from cousins.generators.dataset import Dataset
from cousins.generators.exports._scenes import Staged, staged
from cousins.generators.exports.omnigibson.config import modalities, to_env_config
from cousins.generators.exports.omnigibson.profiles import OG1
from cousins.generators.exports.omnigibson.scene_file import to_scene_json
from cousins.generators.labels import LABELS
from cousins.scenes.scene_files.og_demos import read_og_demo, read_recording
from cousins.tasks.bddl.problem import parse

ROOT = Path(__file__).parents[1]
DRIVER = Path(__file__).parent / "omnigibson" / "execute.py"
RECORDER = DRIVER.with_name("record.py")
WORKER = DRIVER.with_name("worker.py")
PYTHON = Path(
    os.environ.get("COUSINS_OMNIGIBSON_PYTHON", ROOT / ".venv-omnigibson" / "bin" / "python")
)
"""Of an environment with OmniGibson 1.1.1; `make omnigibson` makes one."""
FILES = ("scene.json", "config.json")
pytestmark = [pytest.mark.heavy, pytest.mark.timeout(900)]


def executed(parts: Iterable[Staged], folder: Path) -> dict[str, dict[str, Any]]:
    """What OmniGibson makes of scenes, by their ids."""
    if not PYTHON.is_file():
        pytest.skip(f"{PYTHON} is not there; `make omnigibson` makes it")
    for part in parts:
        place = folder / part.scene.id
        place.mkdir(parents=True)
        written = to_scene_json(part, OG1), to_env_config(part, OG1, tuple(LABELS.names()))
        for name, content in zip(FILES, written, strict=True):
            (place / name).write_text(json.dumps(content))
    return run(folder)


def run(folder: Path) -> dict[str, dict[str, Any]]:
    """What OmniGibson makes of the files in a folder, by scene."""
    done = subprocess.run([PYTHON, DRIVER, folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["version"] == "1.1.1"
    scenes: dict[str, dict[str, Any]] = found["scenes"]
    return scenes


def check(part: Staged, found: dict[str, Any]) -> None:
    """All of a scene was made, as it was written."""
    names = {thing.name for thing in part.scene.objects}
    assert found["missing"] == []
    assert found["differing"] == {}
    assert found["unknown"] == []
    assert names <= set(found["objects"])
    fixed = [camera.name for camera in part.scene.cameras if camera.mount is None]
    given = sorted(modalities(tuple(LABELS.names())))
    assert found["cameras"] == dict.fromkeys(fixed, given)
    if part.task is None:
        assert found["task"] == "DummyTask"
        return
    problem = parse(part.task.bddl)
    assert found["task"] == "BehaviorTask"
    # The arm is one of the problem's objects where it speaks of it; OmniGibson has no agent there.
    assert set(found["instances"]) == {instance for instance, _ in problem.objects}
    assert found["goal"]
    assert found["goal_options"] >= 1


def test_omnigibson_makes_our_scenes(tmp_path: Path) -> None:
    parts = [*staged(stored(tmp_path / "dataset", attempt())), microwave()]
    found = executed(parts, tmp_path / "og1")
    assert found.keys() == {part.scene.id for part in parts}
    for part in parts:
        check(part, found[part.scene.id])
    assert any(scene["robots"] == ["FrankaPanda"] for scene in found.values())


def test_keys_that_omnigibson_does_not_know_are_noticed(tmp_path: Path) -> None:
    """The check can fail: constructors pass on what they do not know, and the last drops it."""
    part = microwave()
    executed([part], tmp_path / "og1")
    folder = tmp_path / "og1" / part.scene.id
    scene, config = (json.loads((folder / name).read_text()) for name in FILES)
    scene["objects_info"]["init_info"]["mug"]["args"]["scales"] = [1.0, 1.0, 1.0]
    config["robots"][0]["fixed"] = True
    for name, content in zip(FILES, (scene, config), strict=True):
        (folder / name).write_text(json.dumps(content))
    found = run(tmp_path / "og1")[part.scene.id]
    assert found["unknown"] == ["FrankaPanda.fixed", "mug.scales"]


def test_omnigibson_makes_fifty_scenes(tmp_path: Path) -> None:
    """Of a dataset of one's own: COUSINS_SCENES names its folder."""
    if SCENES not in os.environ:
        pytest.skip(f"{SCENES} names no dataset")
    parts = list(islice(staged(Dataset(Path(os.environ[SCENES]))), 50))
    found = executed(parts, tmp_path / "og1")
    assert len(found) == len(parts)
    for part in parts:
        check(part, found[part.scene.id])


def driven(driver: Path, *arguments: Path) -> str:
    """What a script says that runs in OmniGibson's environment."""
    if not PYTHON.is_file():
        pytest.skip(f"{PYTHON} is not there; `make omnigibson` makes it")
    done = subprocess.run([PYTHON, driver, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_demonstrations_that_omnigibson_writes_are_read(tmp_path: Path) -> None:
    """Its registry, prims and wrapper serialise and store; positions come back within 1e-6."""
    pytest.importorskip("h5py")
    part = microwave()
    told = to_scene_json(part, OG1)
    (tmp_path / "scene.json").write_text(json.dumps(told))
    driven(RECORDER, tmp_path / "scene.json", tmp_path / "demos.hdf5")
    assert read_recording(tmp_path / "demos.hdf5").names == ("demo_0",)
    demo = read_og_demo(tmp_path / "demos.hdf5", "demo_0")
    assert demo.actions.shape == (4, 9)
    assert demo.terminated.tolist() == [False, False, False, True]
    first, *others = told["state"]["object_registry"]
    assert demo.poses.keys() == {first, *others}
    for thing in part.scene.objects:
        moved = demo.poses[thing.name][:, 0] - thing.pos[0]
        steps = [0.0, 0.01, 0.02, 0.03, 0.03 if thing.name == first else 0.04]
        assert moved == pytest.approx(steps, abs=1e-6)
        assert demo.poses[thing.name][2, 3:] == pytest.approx(thing.quat, abs=1e-6)
        if thing.joints:
            assert demo.joints[thing.name][3] == pytest.approx([*thing.joints.values()], abs=1e-6)


def test_what_the_worker_calls_is_there(tmp_path: Path) -> None:
    """Each class, method, property and argument of the manifest, in the package itself."""
    manifest = json.loads(DRIVER.with_name("og1.json").read_text(encoding="utf-8"))
    (tmp_path / "calls.json").write_text(json.dumps(manifest["calls"]))
    found = json.loads(driven(WORKER, tmp_path / "calls.json", tmp_path / "calls.json"))
    assert found["missing"] == []
    assert found["checked"] == sum(len(x) for x in manifest["calls"].values())
    assert set(manifest["states"]) <= set(found["states"])
    # A controller of theirs with our config gives commands on as they are, within its limits.
    assert found["targets"] == pytest.approx(found["commands"])
