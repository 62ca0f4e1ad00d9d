"""The scripts that write the tables of docs/proof.md."""

from __future__ import annotations

import csv
import io
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from rolled import attempt
from test_bench_proof import suite

from cousins.schemas import EvalResult, EvalSpec, Scene

PROOF = Path(__file__).parent.parent / "examples" / "proof"
FAR = {"apple": "tape-0047"}


def script(name: str) -> ModuleType:
    """A script of examples/proof."""
    spec = spec_from_file_location(name, PROOF / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def frozen(folder: Path, scene: Scene, count: int) -> None:
    """Copies of a scene, as an evaluation freezes them."""
    folder.mkdir(parents=True)
    for number in range(count):
        copy = scene.model_copy(update={"id": f"t0000-s{number}"})
        (folder / f"{number}.json").write_text(copy.canonical_json())


def swapped(scene: Scene) -> Scene:
    """The scene with another asset in the place of the apple."""
    things = tuple(
        thing.model_copy(update={"asset": FAR[thing.name], "cousin_distance": 0.6})
        if thing.name in FAR
        else thing.model_copy(update={"cousin_distance": 0.0})
        for thing in scene.objects
    )
    return scene.model_copy(update={"objects": things})


def test_success_is_counted_by_how_far_surfaces_are_from_the_twins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    curves, twin = script("curves"), attempt().scene
    frozen(tmp_path / "scenes" / "twin-0", twin, 40)
    frozen(tmp_path / "scenes" / "far-0", swapped(twin), 40)
    spec = EvalSpec(name="judged", dataset="none", rollouts=40)
    for seed, won in ((0, 10), (1, 20)):
        result = EvalResult(
            spec=spec, policy="fake", policy_hash="0", dataset_hash="0", task="t0000",
            instruction="Do it.", suites=(suite("twin", 40, 40), suite("far", won, 40)),
            versions={},
        )  # fmt: skip
        folder = tmp_path / f"some-policy-{seed}"
        folder.mkdir()
        (folder / "results.json").write_text(result.canonical_json())
    judged = [tmp_path / "some-policy-0", tmp_path / "some-policy-1"]
    curves.main(tmp_path / "scenes", judged)
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["policies"] for row in rows} == {"some-policy"}
    assert sum(int(row["rollouts"]) for row in rows) == 160
    near = [row for row in rows if float(row["high_mm"]) == 0.0]
    far = [row for row in rows if float(row["low_mm"]) > 0.0]
    assert len(near) == len(far) == curves.BINS / 2
    assert {row["success"] for row in near} == {"1.0"}
    assert sum(int(row["successes"]) for row in far) == 30
    assert {row["mean_distance"] for row in far} == {"0.3"}
    # Of two objects one is another: half of the distance between the surfaces.
    apple = next(thing.asset for thing in twin.objects if thing.name == "apple")
    expected = curves.millimetres(apple, FAR["apple"]) / 2
    assert {float(row["mean_mm"]) for row in far} == {round(expected, 3)}
