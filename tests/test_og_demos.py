"""OmniGibson's HDF5 demonstrations: what is kept, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_mjcf import microwave

from cousins.flows.og_demos import keep_demos, recording_of
from cousins.flows.pool import JobError
from cousins.generators.exports._scenes import asset_folder
from cousins.generators.exports.omnigibson.profiles import profile
from cousins.generators.exports.omnigibson.scene_file import to_scene_json
from cousins.scenes.scene_files.og_demos import number_of, read_og_demo, read_recording
from cousins.scenes.scene_files.omnigibson import INDEX, read_omnigibson, scene_of
from cousins.schemas import DatasetError, SpecError

h5py: Any = pytest.importorskip("h5py")
STEPS, ACTIONS = 4, 9


def scene_file(name: str = "og1") -> dict[str, Any]:
    return to_scene_json(microwave(), profile(name))


def block(name: str, state: dict[str, Any], shift: float) -> list[float]:
    """An object of a serialised registry, as omnigibson 1.1.1 lays it out."""
    root = state["root_link"]
    pos = [root["pos"][0] + shift, *root["pos"][1:]]
    bent = state.get("joint_pos", [])
    values = [float(number_of(name)), *pos, *root["ori"], *([0.0] * 6)]
    return [*values, *bent, *([0.1] * len(bent)), *([0.2] * len(bent)), 7.0, 8.0]


def serialised(scene: dict[str, Any], step: int) -> np.ndarray[Any, Any]:
    """A state: the mug moves along x, and sleeps in the last one, so that it is left out."""
    registry = scene["state"].get("registry", scene["state"])["object_registry"]
    row = [2.0, 11.0, 0.0, 22.0, float(len(registry))]
    for name, state in registry.items():
        if name == "mug" and step == STEPS:
            continue
        row += block(name, state, 0.01 * step if name == "mug" else 0.0)
    return np.array(row, dtype=np.float32)


def write(path: Path, change: Callable[[Any], None] | None = None, name: str = "og1") -> Path:
    scene = scene_file(name)
    with h5py.File(path, "w") as file:
        data = file.create_group("data")
        config = {
            "env": {"action_frequency": 30},
            "robots": [{"type": "FrankaPanda"} if name == "og1" else {"model": "franka"}],
            "task": {"type": "BehaviorTask", "activity_name": "opening"},
        }
        data.attrs["config"], data.attrs["scene_file"] = json.dumps(config), json.dumps(scene)
        for number in (0, 10, 2):
            demo = data.create_group(f"demo_{number}")
            rows = [serialised(scene, step) for step in range(STEPS + 1)]
            state = np.zeros((STEPS + 1, max(map(len, rows))), dtype=np.float32)
            for place, row in enumerate(rows):
                state[place, : len(row)] = row
            demo.attrs["num_samples"] = STEPS + 1
            demo.attrs["transitions"] = json.dumps({})
            demo["action"] = np.arange(STEPS * ACTIONS, dtype=np.float32).reshape(STEPS, ACTIONS)
            demo["state"], demo["state_size"] = state, [len(row) for row in rows]
            demo["reward"] = np.zeros(STEPS, dtype=np.float32)
            demo["terminated"] = [False] * (STEPS - 1) + [True]
            demo["truncated"] = [False] * STEPS
        if change is not None:
            change(data)
    return path


def test_a_number_that_is_an_object_s_by_chance_is_passed_over(tmp_path: Path) -> None:
    other = next(iter(scene_file()["state"]["object_registry"]))

    def change(data: Any) -> None:
        state = data["demo_0"]["state"]
        before, own = (np.flatnonzero(state[0] == number_of(x))[0] for x in (other, "mug"))
        assert before < own
        state[:, before + 8] = float(number_of("mug"))  # a velocity of the other's

    path = write(tmp_path / "demos.hdf5", change)
    found, known = read_og_demo(path, "demo_0"), read_og_demo(path, "demo_2")
    assert np.array_equal(found.poses["mug"], known.poses["mug"])


@pytest.mark.parametrize("name", ["og1", "og3"])
def test_what_a_file_says_is_kept(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "demos.hdf5", name=name)
    found = read_recording(path)
    assert found.names == ("demo_0", "demo_2", "demo_10")
    assert (found.hz, found.activity) == (30.0, "opening")
    assert found.robots == ("FrankaPanda" if name == "og1" else "franka",)
    demo = read_og_demo(path, "demo_10")
    assert demo.actions.shape == (STEPS, ACTIONS)
    assert demo.terminated.tolist() == [False, False, False, True]
    part = microwave()
    mug, oven = part.scene.object("mug"), part.scene.object("oven")
    moved = demo.poses["mug"][:, 0] - mug.pos[0]
    # Asleep in the last state, it is where it was in the one before.
    assert moved == pytest.approx([0.0, 0.01, 0.02, 0.03, 0.03], abs=1e-6)
    assert demo.poses["mug"][0, 3:] == pytest.approx(mug.quat, abs=1e-6)
    assert demo.joints["oven"][2] == pytest.approx(list(oven.joints.values()), abs=1e-6)
    assert "mug" not in demo.joints
    assert demo.lost == ("velocities, efforts, states that are not kinematic, and controllers",)


def test_the_scene_of_a_file_becomes_the_reference(tmp_path: Path) -> None:
    """As the scene file by itself does, and by the command with what is kept beside it."""
    from typer.testing import CliRunner

    from cousins.flows.cli import app

    path, alone = write(tmp_path / "demos.hdf5"), tmp_path / "og1" / "scene" / "scene.json"
    alone.parent.mkdir(parents=True)
    alone.write_text(json.dumps(scene_file()))
    one = scene_of(read_recording(path).scene, path, tmp_path / INDEX)
    assert one == read_omnigibson(alone)
    part = microwave()
    assets = {
        asset_folder(asset): {
            "asset": asset.id, "asset_hash": asset.content_hash(), "category": asset.category,
            "extents": list(asset.extents), "joints": [joint.name for joint in asset.joints],
        }
        for asset in part.assets.values()
    }  # fmt: skip
    (tmp_path / "assets").mkdir()
    (tmp_path / INDEX).write_text(json.dumps(assets))
    out, kept = tmp_path / "scene.yaml", tmp_path / "kept"
    asked = ["reference", str(path), "--out", str(out), "--demonstrations", str(kept), "--json"]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert {x["name"] for x in told["objects"]} >= {"mug", "oven"}
    assert told["demonstrations"]["written"] == {"demo_0": 4, "demo_2": 4, "demo_10": 4}
    assert (kept / "demo_10.npz").is_file()
    wrong = CliRunner().invoke(app, [*asked[:1], str(alone), *asked[2:]])
    assert wrong.exit_code == 2
    assert "is for HDF5 files" in wrong.stderr


def test_what_came_and_went_is_told(tmp_path: Path) -> None:
    def change(data: Any) -> None:
        step: dict[str, Any] = {
            "objects": {"add": [{}, {}], "remove": ["mug"]},
            "systems": {"add": [], "remove": []},
        }
        data["demo_0"].attrs["transitions"] = json.dumps({"3": step})
        del data["demo_0"]["state"]
        data["demo_0"]["state"] = np.zeros((STEPS + 1, 900), dtype=np.float32)

    lost = read_og_demo(write(tmp_path / "a.hdf5", change), "demo_0").lost
    assert "2 objects that were added on the way" in lost
    assert "1 objects that were removed on the way" in lost
    assert "poses of mug, which is in no state: it is taken not to move" in lost


def without(name: str) -> Callable[[Any], None]:
    return lambda data: data["demo_0"].__delitem__(name)


def set_array(name: str, values: Any) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        del data["demo_0"][name]
        data["demo_0"][name] = values

    return change


def said(name: str, text: str) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        data.attrs[name] = text

    return change


def said_of_demo(transitions: str | None) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        del data["demo_0"].attrs["transitions"]
        if transitions is not None:
            data["demo_0"].attrs["transitions"] = transitions

    return change


def played_back(data: Any) -> None:
    del data["demo_0"]["state"]
    data["demo_0"].create_group("obs")


def linked(data: Any) -> None:
    del data["demo_0"]["action"]
    data["demo_0"]["action"] = h5py.ExternalLink("/etc/hosts", "x")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (without("action"), "has no 'action'; expected OmniGibson's data/demo_<n>"),
        (played_back, "give the file that was played back"),
        (linked, "is a link, which is not followed"),
        (set_array("reward", np.zeros(9)), "one state more than actions"),
        (set_array("state_size", [10**6] * (STEPS + 1)), "`state_size` is beyond"),
        (set_array("action", np.zeros((STEPS, 2, 2))), r"expected numbers \(T, N\)"),
        (said_of_demo(None), "no attribute 'transitions'"),
        (said_of_demo("[1]"), "not as OmniGibson has it"),
        (said("scene_file", "{"), "'scene_file' is no JSON"),
        (said("scene_file", "[]"), "not as OmniGibson has it"),
    ],
)
def test_what_is_amiss_is_told(tmp_path: Path, change: Callable[[Any], None], told: str) -> None:
    with pytest.raises(DatasetError, match=told):
        read_og_demo(write(tmp_path / "a.hdf5", change), "demo_0")


def test_a_config_that_is_none_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.hdf5", said("config", "[]"))
    with pytest.raises(DatasetError, match="no config of OmniGibson's"):
        read_recording(path)
    (tmp_path / "b.hdf5").write_bytes(b"no HDF5")
    with pytest.raises(DatasetError, match="cannot be read as HDF5"):
        read_recording(tmp_path / "b.hdf5")


def test_demonstrations_are_written_and_bad_ones_named(tmp_path: Path) -> None:
    path = write(tmp_path / "demos.hdf5", without("state"))
    kept = keep_demos(path, tmp_path / "out")
    assert kept.written == {"demo_2": STEPS, "demo_10": STEPS}
    assert list(kept.refused) == ["demo_0"]
    index = json.loads((tmp_path / "out" / "index.json").read_text(encoding="utf-8"))
    assert index["activity"] == "opening"
    assert index["refused"].keys() == {"demo_0"}
    with np.load(tmp_path / "out" / "demo_2.npz") as stored:
        assert stored["poses/mug"].shape == (STEPS + 1, 7)
        assert stored["actions"].shape == (STEPS, ACTIONS)
    with pytest.raises(SpecError, match="is not empty"):
        keep_demos(path, tmp_path / "out")
    with pytest.raises(SpecError, match="is not there"):
        recording_of(tmp_path / "none.hdf5")
    (tmp_path / "bad.hdf5").write_bytes(path.read_bytes()[:300])
    with pytest.raises(JobError, match="cannot be read as HDF5"):
        recording_of(tmp_path / "bad.hdf5")
