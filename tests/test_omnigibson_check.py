"""`backends check omnigibson`: its steps over a FAKE of OmniGibson, and its measures for real."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from og_fake import fake_client
from test_simulators import Asset

from cousins.flows.omnigibson_check import checking, comparing
from cousins.flows.omnigibson_check.checking import check_omnigibson
from cousins.flows.omnigibson_check.comparing import apart, converted, objects, seen
from cousins.flows.omnigibson_check.report import MEANING, CheckReport, CheckStep, Reason, StepError
from cousins.flows.omnigibson_check.subject import CheckedScene
from cousins.flows.omnigibson_check.subject import subject as assembled
from cousins.generators.images.camera.cameras import back_project
from cousins.generators.images.raster.rasteriser import rasteriser
from cousins.generators.simulators import Trajectory
from cousins.generators.workers.og import environment
from cousins.generators.workers.og.environment import Lack
from cousins.scenes.core.geometry import rotation

DOCS = Path(__file__).parents[1] / "docs" / "omnigibson.md"


@lru_cache
def scene() -> CheckedScene:
    return assembled()


@pytest.fixture(autouse=True)
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scene is assembled once."""
    monkeypatch.setattr(checking, "subject", scene)


def states(found: CheckReport) -> dict[str, str]:
    return {one.step.value: one.state for one in found.steps}


def test_a_machine_without_omnigibson_gets_a_report(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(environment.PLACE, raising=False)
    found = check_omnigibson()
    assert not found.works
    first = found.steps[0]
    assert (first.step, first.state, first.reason) == (CheckStep.VERSIONS, "failed", Lack.DRIVER)
    assert [one.step for one in found.steps] == list(CheckStep)
    later = [one for one in found.steps if one.step not in (CheckStep.VERSIONS, CheckStep.CONVERT)]
    assert {one.state for one in later} == {"not_reached"}
    assert {one.reason for one in later} == {Reason.EARLIER_STEP}
    assert found.profile == "og1"


@pytest.fixture
def present(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if OmniGibson were there, and assets needed no OpenUSD."""
    from cousins.generators.simulators.omnigibson import staging

    monkeypatch.setattr(environment, "lacks", lambda: ())
    monkeypatch.setattr(staging, "write_asset", Asset.write)

    def version(name: str) -> str:
        return f"{name} 26.11"

    def measured(*asked: object) -> dict[str, float]:
        return {"links": float(len(asked))}

    monkeypatch.setattr(checking, "installed", version)
    monkeypatch.setattr(checking, "converted", measured)


@pytest.mark.usefixtures("present")
def test_steps_go_on_where_one_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake moves nothing, so that things rest as in MuJoCo; its camera sees one object."""
    found = check_omnigibson(lambda: fake_client(monkeypatch))
    told = states(found)
    assert told == {
        **{step.value: "passed" for step in CheckStep}, "labels": "failed",
    }  # fmt: skip
    by_step = {one.step: one for one in found.steps}
    assert by_step[CheckStep.LABELS].reason is Reason.LABELS
    assert by_step[CheckStep.DRAW].figures["depth"] == pytest.approx(0.9)
    assert by_step[CheckStep.COMPARE].figures["distance"] < comparing.DISTANCE
    assert by_step[CheckStep.RELOAD].figures["lifted"] == pytest.approx(checking.LIFTED, abs=1e-6)
    assert by_step[CheckStep.PREDICATES].figures["facts"] >= 4
    behavior = by_step[CheckStep.BEHAVIOR].figures
    assert behavior["agreed"] + behavior["without_state"] == behavior["asked"]
    assert CheckReport.model_validate_json(found.model_dump_json()) == found


@pytest.mark.usefixtures("present")
@pytest.mark.parametrize(
    ("settings", "step", "reason", "unreached"),
    [
        ({"fall": "0.002"}, CheckStep.SETTLE, Reason.MOVING, 0),
        ({"fail": "Simulator.step"}, CheckStep.SETTLE, Reason.WORKER, 0),
        ({"fail": "Scene"}, CheckStep.START, Reason.WORKER, 8),
        ({"fail": "VisionSensor"}, CheckStep.DRAW, Reason.WORKER, 0),
    ],
)
def test_a_step_that_fails_has_its_reason(
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str],
    step: CheckStep,
    reason: Reason,
    unreached: int,
) -> None:
    found = check_omnigibson(lambda: fake_client(monkeypatch, None, **settings))
    (one,) = (x for x in found.steps if x.step is step)
    assert (one.state, one.reason) == ("failed", reason)
    assert len(found.results("not_reached")) == unreached
    assert not found.works


def rested(shift: float = 0.0) -> Trajectory:
    run = trajectory_of_free(scene())
    pose = run.poses["apple"].copy()
    pose[:, 0] += shift
    return replace(run, poses={**run.poses, "apple": pose})


def trajectory_of_free(one: CheckedScene) -> Trajectory:
    import mujoco

    data = one.placed(one.rested)
    mujoco.mj_kinematics(one.compiled.model, data)
    poses = {
        name: np.concatenate([data.xpos[index.body], data.xquat[index.body]])[None]
        for name, index in one.compiled.objects.items()
    }
    return Trajectory(poses, {}, np.zeros((1, 0)), np.zeros(1))


def test_things_that_rest_elsewhere_are_named() -> None:
    assert apart(scene(), rested())["distance"] < 1e-9
    with pytest.raises(StepError, match=r"apple rests 0\.0200 m") as caught:
        apart(scene(), rested(0.02))
    assert caught.value.reason is Reason.APART
    assert caught.value.figures["distance"] == pytest.approx(0.02)


def pictured() -> tuple[Any, dict[str, Any], dict[int, str]]:
    """What a perfect camera of OmniGibson's would give: ids, depth, and normals of the world."""
    one = scene()
    data = one.placed(one.rested, visual=True)
    camera = one.camera(data)
    truth = rasteriser().truth(one.visual, data, camera)
    owner = one.visual.geom_owner
    ids = np.where(truth.geoms > 0, owner[np.maximum(truth.geoms - 1, 0)] + 10, 0)
    names = [thing.name for thing in one.part.scene.objects]
    paths = {10 + n: f"/World/scene_0/{name}/base/visual_0" for n, name in enumerate(names)}
    depth = np.where(truth.depth > 0, truth.depth, np.inf)
    points = back_project(camera, truth.depth)
    normals = np.cross(np.gradient(points, axis=0), np.gradient(points, axis=1))
    normals *= -np.sign((normals * points).sum(axis=2, keepdims=True))
    world = normals @ rotation(camera.quat).T
    return camera, {"ids": ids, "depth": depth, "normals": world}, {0: "BACKGROUND", **paths}


def test_labels_and_depth_are_compared_with_ours() -> None:
    camera, arrays, paths = pictured()
    figures = seen(scene(), scene().rested, camera, arrays, paths)
    overlaps = [value for name, value in figures.items() if name.startswith("overlap_")]
    assert len(overlaps) == len(scene().part.scene.objects)
    assert min(overlaps) == 1.0
    assert figures["depth"] == 0.0
    assert figures["normals_world"] < 1.0  # of the two frames, the right one is told
    assert figures["normals_camera"] > 10.0
    deeper = {**arrays, "depth": arrays["depth"] + 0.01}
    with pytest.raises(StepError, match=r"differ by 0\.0100 m") as caught:
        seen(scene(), scene().rested, camera, deeper, paths)
    assert caught.value.reason is Reason.DEPTH
    swapped = {**paths, **{
        key: path.replace("/mug/", "/apple/") for key, path in paths.items()
    }}  # fmt: skip
    with pytest.raises(StepError, match=r"mug 0\.00") as caught:
        seen(scene(), scene().rested, camera, arrays, swapped)
    assert caught.value.reason is Reason.LABELS


def test_pixels_belong_to_objects_by_their_prims() -> None:
    ids = np.array([[0, 3], [4, 9]])
    paths = {0: "BACKGROUND", 3: "/World/scene_0/mug/base/visual_0", 4: "/World/scene_0/mug_2/x"}
    assert objects(ids, paths, ["bowl", "mug"]).tolist() == [[-1, 1], [-1, -1]]


def test_a_cousin_becomes_usd(tmp_path: Path) -> None:
    pytest.importorskip("pxr.Usd", reason="the extra `usd` is not installed")
    asset = scene().part.asset("cabinet")
    figures = converted(asset, tmp_path)
    assert figures["mass"] == pytest.approx(asset.mass, rel=1e-4)
    assert figures["joints"] == len(asset.joints) > 0


def test_the_documentation_has_every_step_and_reason() -> None:
    text = DOCS.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \|$", text, re.M)
    assert {name: meaning for name, meaning in rows if name in set(CheckStep)} == {
        step.value: meaning for step, meaning in MEANING.items()
    }
    for reason in (*Reason, *Lack):
        assert f"`{reason.value}`" in text


def test_the_scene_is_the_same_each_time() -> None:
    one, again = scene(), assembled()
    assert one.part.scene == again.part.scene
    assert one.compiled.mounted is None
