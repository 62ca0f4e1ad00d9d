"""Demonstrations of others: replayed where they can be, looked at where not, never trusted."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
from __future__ import annotations

import json
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import mujoco
import numpy as np
import numpy.typing as npt
import pytest
from typer.testing import CliRunner

from cousins.flows import strangers
from cousins.flows.certify import certify
from cousins.flows.cli import app
from cousins.flows.pool import WorkerPool
from cousins.generators.certificates.demo_check import check_demo
from cousins.generators.certificates.demo_file import demo_names, read_demo
from cousins.scenes.importing.stranger_mjcf import compile_stranger
from cousins.schemas import AssetError, DatasetError

STEPS, ROWS = 10, 40
MODEL = """<mujoco><option timestep="0.005"/><worldbody>
<geom type="plane" size="2 2 .1"/>
<body name="cart" pos="0 0 .3"><joint name="x" type="slide" axis="1 0 0" range="-1 1" limited="true"
 damping="1"/><geom type="box" size=".1 .1 .1" mass="1" contype="0" conaffinity="0"/></body>
<body name="ball" pos="1 1 .05"><freejoint/><geom type="sphere" size=".05"/></body>
</worldbody><actuator><position name="a" joint="x" kp="40" ctrlrange="-1 1"/></actuator></mujoco>"""
Edit = Callable[[Any], None]


def played(model: str = MODEL, *, timed: bool = True) -> tuple[Any, Any]:
    """States before each action, (T, 1 + nq + nv), and the actions (T, 1), of a small machine."""
    made = mujoco.MjModel.from_xml_string(model)
    data = mujoco.MjData(made)
    data.qpos[0] = 0.2
    mujoco.mj_forward(made, data)
    actions = 0.5 * np.sin(np.arange(ROWS) / 5)[:, None]
    states: list[npt.NDArray[np.float64]] = []
    for action in actions:
        now = [data.time] if timed else []
        states.append(np.concatenate([now, data.qpos, data.qvel]))
        data.ctrl[:] = action
        mujoco.mj_step(made, data, STEPS)
    return np.array(states), actions


def written(path: Path, edit: Edit | None = None, model: str = MODEL, kind: int = 2) -> Path:
    states, actions = played()
    with h5py.File(path, "w") as file:
        data = file.create_group("data")
        data.attrs["env_args"] = json.dumps({"env_name": "Cart", "type": kind, "env_kwargs": {}})
        for number in range(2):
            demo = data.create_group(f"demo_{number}")
            demo.attrs["model_file"] = model
            demo["states"], demo["actions"] = states, actions
        if edit is not None:
            edit(data["demo_1"])
    return path


def put(name: str, place: Any, value: Any) -> Edit:
    def edit(demo: Any) -> None:
        changed = demo[name][:]
        changed[place] = value
        demo[name][...] = changed

    return edit


def shuffle(demo: Any) -> None:
    demo["states"][5:35, 1:] = demo["states"][5:35, 1:][::-1]


def test_controls_are_replayed_and_their_share_is_printed(tmp_path: Path) -> None:
    found = certify(written(tmp_path / "d.hdf5"), 1)
    assert (found.kind, found.attempts, found.replayed) == ("demonstrations", 2, 2)
    assert found.share == 1.0
    assert found.deviation < 1e-9
    broken = written(tmp_path / "e.hdf5", put("actions", (7, 0), 0.9))
    result = CliRunner().invoke(app, ["certify", str(broken), "--workers", "1", "--json"])
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    assert (answer["share"], answer["states_only"]) == (0.5, 0)
    assert "demo_1: the state after action" in answer["problems"][0]


def test_where_a_controller_stands_between_only_states_are_looked_at(tmp_path: Path) -> None:
    found = certify(written(tmp_path / "d.hdf5", put("actions", (7, 0), 0.9), kind=1), 1)
    assert (found.states_only, found.consistent, found.replayed) == (2, 2, 0)
    assert found.share is None  # nothing was replayed, and nothing says that it was
    result = CliRunner().invoke(app, ["certify", str(tmp_path / "d.hdf5"), "--workers", "1"])
    assert result.exit_code == 0
    assert "2, of which 2 are consistent" in result.stdout


def test_a_file_as_robosuite_itself_collects_it_has_a_controller_too(tmp_path: Path) -> None:
    path = written(tmp_path / "d.hdf5", put("actions", (7, 0), 0.9))
    with h5py.File(path, "r+") as file:  # of as many actions as actuators, and without env_args
        del file["data"].attrs["env_args"]
        file["data"].attrs["env_info"] = json.dumps({"env_name": "Lift", "robots": "Panda"})
    found = certify(path, 1)
    assert (found.states_only, found.consistent, found.replayed) == (2, 2, 0)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (put("states", (9, 1), 0.9), "joint 'x' goes"),
        (put("states", (9, 1), 1.5), "joint 'x' is 0.5 beyond its range in state 9"),
        (put("states", (9, 5), 0.5), "joint 1 has no unit quaternion in state 9"),
        (put("states", (slice(None), 4), 0.02), "things penetrate each other by 0.03"),
        (put("states", (9, 0), 0.0), "time does not go on after state 8"),
    ],
)
def test_states_that_cannot_be_are_named(tmp_path: Path, edit: Edit, said: str) -> None:
    path = written(tmp_path / "d.hdf5", edit)
    assert check_demo(read_demo(path, "demo_0"), None, "states").holds
    found = check_demo(read_demo(path, "demo_1"), None, "states")
    assert not found.holds
    assert said in found.amiss


def test_states_in_another_order_are_noticed(tmp_path: Path) -> None:
    path = written(tmp_path / "d.hdf5", shuffle)
    assert "further from state" in check_demo(read_demo(path, "demo_1"), None, "states").amiss


def test_states_without_times_are_looked_at(tmp_path: Path) -> None:
    def untimed(demo: Any) -> None:
        states = demo["states"][:, 1:]
        del demo["states"]
        demo["states"] = states

    found = check_demo(read_demo(written(tmp_path / "d.hdf5", untimed), "demo_1"), None)
    assert (found.way, found.holds) == ("states", True)
    with pytest.raises(DatasetError, match="do not say how many steps"):
        check_demo(read_demo(tmp_path / "d.hdf5", "demo_1"), None, "controls")


def replaced(name: str, values: Any) -> Edit:
    def edit(demo: Any) -> None:
        del demo[name]
        demo[name] = values

    return edit


def linked(demo: Any) -> None:
    del demo["states"]
    demo["states"] = h5py.ExternalLink("/etc/hostname", "/")


def outside(demo: Any) -> None:
    del demo["states"]
    demo.create_dataset("states", (4, 16), "f8", external=[("/etc/hostname", 0, 512)])


def unmodelled(demo: Any) -> None:
    del demo.attrs["model_file"]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (replaced("states", np.zeros((ROWS, 3))), "states of 3 numbers are not of its model"),
        (replaced("states", np.zeros(3)), "expected numbers"),
        (replaced("states", np.zeros((3, 16))), "3 states and 40 actions"),
        (replaced("actions", np.full((ROWS, 1), np.nan)), "not finite"),
        (replaced("states", np.array([[b"x"]])), "expected numbers"),
        (linked, "is a link, which is not followed"),
        (outside, "is no array that lies in the file"),
        (unmodelled, "has no attribute `model_file`"),
    ],
)
def test_arrays_of_strangers_are_refused_with_their_place(
    tmp_path: Path, edit: Edit, said: str
) -> None:
    path = written(tmp_path / "d.hdf5", edit)
    with pytest.raises(DatasetError, match="demo_1") as caught:
        check_demo(read_demo(path, "demo_1"), None)
    assert said in str(caught.value)
    assert read_demo(path, "demo_0").name == "demo_0"


def test_sizes_are_bounded_before_anything_is_read(tmp_path: Path) -> None:
    def huge(demo: Any) -> None:
        del demo["states"]
        demo.create_dataset("states", (2**30, 2**20), "f8", chunks=(1, 16))  # no bytes on disk

    with pytest.raises(DatasetError, match="arrays of more than 536870912 bytes are not read"):
        read_demo(written(tmp_path / "d.hdf5", huge), "demo_1")


def test_what_is_no_hdf5_is_an_error_of_input(tmp_path: Path) -> None:
    path = tmp_path / "d.hdf5"
    path.write_bytes(b"not at all")
    with pytest.raises(DatasetError, match="cannot be read as HDF5"):
        demo_names(path)
    with h5py.File(path, "w") as file:
        file.create_group("data")
    with pytest.raises(DatasetError, match="has no demonstration"):
        demo_names(path)
    result = CliRunner().invoke(app, ["certify", str(path), "--workers", "1"])
    assert result.exit_code == 2
    assert "has no demonstration" in result.stderr


TETRAHEDRON = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n"
MESHED = """<mujoco><compiler meshdir="/home/someone/robosuite/models/assets"/>
<asset><texture name="t" type="cube" file="/home/someone/wood.png"/>
<texture type="skybox" builtin="flat" width="9" height="54"/>
<material name="m" texture="t"/><mesh file="objects/meshes/thing.obj" scale=".1 .1 .1"/></asset>
<worldbody>{include}<body><freejoint/><geom type="mesh" mesh="thing" material="m"/></body>
</worldbody></mujoco>"""


def test_meshes_are_found_by_the_end_of_their_path_and_pictures_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "assets" / "objects" / "meshes"
    folder.mkdir(parents=True)
    (folder / "thing.obj").write_text(TETRAHEDRON)
    (tmp_path / "assets" / "more.xml").write_text(
        "<mujocoinclude><body><geom size='.1'/></body></mujocoinclude>"
    )
    text = MESHED.format(include='<include file="more.xml"/>')
    model = compile_stranger(text, tmp_path / "assets")
    assert (model.nmesh, model.nbody, model.ntex) == (1, 3, 2)
    with pytest.raises(AssetError, match="give the folder of its files"):
        compile_stranger(text, None)
    with pytest.raises(AssetError, match="which is not in"):
        compile_stranger(text, tmp_path / "assets" / "objects" / "meshes")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<!DOCTYPE m [<!ENTITY a "b">]><mujoco>&a;</mujoco>', "document type"),
        ("<mujoco><worldbody>", "is not XML"),
        ("<robot/>", "is <robot>, not <mujoco>"),
        ('<mujoco><include file="../secret.xml"/></mujoco>', "which is not in"),
        ('<mujoco><include file="out.xml"/></mujoco>', "which is not in"),
        ('<mujoco><include file="self.xml"/></mujoco>', "more than 10 deep"),
        ('<mujoco><asset><model file="a.xml"/></asset></mujoco>', "<model>"),
        ('<mujoco><extension><plugin plugin="p"/></extension></mujoco>', "<extension>"),
        (
            "<mujoco><worldbody><replicate count='1000000000'><geom size='1'/></replicate>"
            "</worldbody></mujoco>",
            "<replicate>",
        ),
        ('<mujoco><asset><mesh name="m" file="/etc/hostname"/></asset></mujoco>', "not in"),
        ('<mujoco><asset><material name="m" file="x"/></asset></mujoco>', "only meshes and"),
        (f'<mujoco><include file="{"a" * 5000}"/></mujoco>', "which is not in"),
        ('<mujoco><worldbody><geom size="-1"/></worldbody></mujoco>', "MuJoCo refuses"),
    ],
)
def test_models_of_strangers_reach_nothing_outside_of_their_folder(
    tmp_path: Path, text: str, said: str
) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    (tmp_path / "secret.xml").write_text("<mujocoinclude/>")
    (folder / "out.xml").symlink_to(tmp_path / "secret.xml")
    (folder / "self.xml").write_text('<mujocoinclude><include file="self.xml"/></mujocoinclude>')
    with pytest.raises(AssetError) as caught:
        compile_stranger(text, folder)
    assert said in str(caught.value)


def test_long_texts_and_large_files_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cousins.scenes.importing import stranger_mjcf

    monkeypatch.setattr(stranger_mjcf, "LONGEST_TEXT", 40)
    with pytest.raises(AssetError, match="too long: at most 40 characters"):
        compile_stranger("<mujoco>" + " " * 40 + "</mujoco>", None)
    monkeypatch.setattr(stranger_mjcf, "LONGEST_TEXT", 1000)
    monkeypatch.setattr(stranger_mjcf, "LARGEST_FILE", 20)
    (tmp_path / "thing.obj").write_text(TETRAHEDRON)
    with pytest.raises(AssetError, match="at most 20 are read of a file"):
        compile_stranger(MESHED.format(include=""), tmp_path)


def _limit(unused: int) -> int:
    """Runs in a fresh process."""
    del unused
    strangers.bound_memory()
    return resource.getrlimit(resource.RLIMIT_AS)[0]


def test_a_process_that_reads_from_strangers_has_no_more_memory_than_that() -> None:
    with WorkerPool(_limit, 1, 60.0) as pool:
        found = pool.run("limit", 0)
    assert 0 < found <= strangers.MEMORY
