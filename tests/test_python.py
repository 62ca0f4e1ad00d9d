"""The public surface: its names, that it is light, and that the page about it is true."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cousins
from cousins.flows.preview import make_preview
from cousins.generators.dataset import Dataset
from cousins.schemas import SpecError

PAGE = Path(__file__).parents[1] / "docs" / "python.md"
NAMES = (
    "CousinsError",
    "Dataset",
    "DatasetSpec",
    "Preview",
    "ShortfallError",
    "generate",
    "load",
    "load_spec",
    "make_env",
    "parse_spec",
    "preview",
)


def test_the_exported_names_are_these() -> None:
    assert dir(cousins) == sorted([*NAMES, "__version__"])
    for name in NAMES:
        assert getattr(cousins, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'genrate'"):
        getattr(cousins, "genrate")  # noqa: B009


def test_the_page_names_every_exported_name() -> None:
    told = set(re.findall(r"`cousins\.(\w+)", PAGE.read_text(encoding="utf-8")))
    assert told == {*NAMES, "schemas"}


def test_importing_takes_nothing_heavy_along() -> None:
    code = "import cousins, sys; dir(cousins); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"numpy", "pydantic", "mujoco", "prefect", "trimesh"} & set(loaded)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What the page's examples leave behind, run one after the other in one folder."""
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.S | re.M)
    names: dict[str, Any] = {}
    printed = io.StringIO()
    with contextlib.chdir(tmp_path_factory.mktemp("page")), contextlib.redirect_stdout(printed):
        for block in blocks:
            exec(compile(block, str(PAGE), "exec"), names)
        yield {**names, "printed": printed.getvalue()}


def test_the_examples_of_the_page_run(told: dict[str, Any]) -> None:
    assert told["larger"].seed == 5
    assert "t0000-e00 " in told["printed"]
    assert "tasks.count: 0 is not valid" in told["printed"]


def test_a_preview_is_the_scene_that_is_made(told: dict[str, Any]) -> None:
    preview, dataset = told["preview"], told["dataset"]
    (scene,) = dataset.scenes()
    assert preview.scene == scene
    assert preview.task == next(dataset.tasks())
    assert set(preview.assets) == {thing.asset_hash for thing in scene.objects}
    assert sorted(preview.images) == ["front", "wrist"]
    for image in preview.images.values():
        assert image.shape == (96, 96, 3)
        assert image.std() > 10
    assert preview.sheet().shape == (96, 192, 3)
    assert preview._repr_png_().startswith(b"\x89PNG")


def test_a_preview_shows_the_pixels_that_are_made(told: dict[str, Any]) -> None:
    from PIL import Image

    dataset = told["dataset"]
    stills = [frame for frame in dataset.frames() if frame.episode is None]
    assert len(stills) == 2
    for frame in stills:
        pixels = np.asarray(Image.open(dataset.root / frame.files["rgb"]))
        np.testing.assert_array_equal(told["preview"].images[frame.camera], pixels)


@pytest.mark.parametrize(
    ("task", "scene", "message"),
    [
        (1, 0, "no task 1: the spec has numbers 0 to 0"),
        (0, 1, "no scene 1: each task of the spec has numbers 0 to 0"),
    ],
)
def test_a_number_that_there_is_not_is_refused(task: int, scene: int, message: str) -> None:
    spec = cousins.parse_spec("name: a\ntasks: {count: 1}\nepisodes: {per_task: 1}")
    with pytest.raises(SpecError, match=message):
        make_preview(spec, task, scene)


def unchecked(*_: object) -> None:
    """Check nothing: the stages are fakes."""


def test_a_shortfall_keeps_what_was_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fake_stages

    from cousins.flows import run

    spec = cousins.parse_spec("name: few\ntasks: {count: 2}\nepisodes: {per_task: 1}")
    monkeypatch.setattr("cousins.flows.stages.production", fake_stages.fake_stages)
    monkeypatch.setattr("cousins.flows.checks.check_spec", unchecked)
    monkeypatch.setattr(run.Summary, "shortfall", "only 1 of 2 tasks were found")
    with pytest.raises(cousins.ShortfallError, match="few fell short: only 1 of 2") as caught:
        cousins.generate(spec, tmp_path / "few")
    assert len(list(caught.value.dataset.tasks())) == 2
    assert caught.value.summary.counts["tasks"] == 2


def test_folders_may_be_texts(built: Dataset) -> None:
    assert list(Dataset(str(built.root)).tasks()) == list(built.tasks())
