"""No byte of any stage moves unless its version is raised."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from digests import COMMAND, FILE, Case, Digests, differences, incomparable
from making import CASES, current_versions
from update import make_afresh, update

GOLDEN = Digests.parse(FILE.read_text(encoding="utf-8"))
STAGES = tuple(current_versions())


@pytest.fixture(scope="module")
def made() -> Digests:
    return make_afresh()


def compare(made: Digests, stage: str, *, drawn: bool) -> None:
    reason = incomparable(GOLDEN, made, stage)
    if reason is not None:
        pytest.skip(reason)
    for first in differences(GOLDEN, made, stage, drawn=drawn):
        pytest.fail(
            f"{first}\nStage {stage!r} gives other bytes for the same inputs. If that is not "
            f"meant, mend it; if it is, raise STAGE_VERSIONS[{stage!r}] and run `{COMMAND}` "
            "on purpose.",
            pytrace=False,
        )


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_gives_the_golden_bytes(made: Digests, stage: str) -> None:
    compare(made, stage, drawn=False)


@pytest.mark.parametrize("stage", ["frames", "exports"])
def test_a_stage_draws_the_golden_pixels(made: Digests, stage: str) -> None:
    if made.opengl != GOLDEN.opengl:
        pytest.skip(f"pixels were drawn by {GOLDEN.opengl!r}, here it is {made.opengl!r}")
    compare(made, stage, drawn=True)


def test_the_golden_versions_are_those_of_the_code() -> None:
    assert {name: stage.version for name, stage in GOLDEN.stages.items()} == current_versions(), (
        f"run `{COMMAND}` after a stage's version is raised"
    )


def test_every_dataset_is_digested_as_it_is_specified() -> None:
    for golden in CASES:
        assert GOLDEN.stages["tasks"].cases[golden.name].inputs == golden.inputs(), (
            f"the spec of {golden.name!r} has changed: run `{COMMAND}`"
        )


def changed(stage: str, path: str, *, raised: int = 0) -> Digests:
    """The golden digests with another digest of one file, or with one more file."""
    old = GOLDEN.stages[stage]
    name = next(name for name, case in old.cases.items() if path in case.files)
    case = old.cases[name]
    cases = old.cases | {name: Case(case.inputs, case.files | {path: "0" * 64})}
    new = replace(old, version=old.version + raised, cases=cases)
    return replace(GOLDEN, stages=GOLDEN.stages | {stage: new})


EPISODES = "data/episodes/t0000/episodes.json"
RGB = "data/frames/t0000/images/t0000-s00-front-v0000-p000.rgb.jpg"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "digests.json"
    path.write_text(GOLDEN.text(), encoding="utf-8")
    return path


def test_the_golden_file_is_written_as_it_is_read() -> None:
    assert GOLDEN.text() == FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize(("stage", "path"), [("episodes", EPISODES), ("frames", RGB)])
def test_other_bytes_of_a_stage_that_was_not_raised_are_not_written(
    file: Path, stage: str, path: str
) -> None:
    refused = update(file, changed(stage, path))
    assert len(refused) == 1
    assert path in refused[0]
    assert f"raise STAGE_VERSIONS[{stage!r}]" in refused[0]
    assert file.read_text(encoding="utf-8") == GOLDEN.text()


def test_other_bytes_of_a_stage_that_was_raised_are_written(file: Path) -> None:
    now = changed("episodes", EPISODES, raised=1)
    assert update(file, now) == []
    assert Digests.parse(file.read_text(encoding="utf-8")) == now


def test_raising_a_stage_excuses_none_that_comes_before_it(file: Path) -> None:
    frames = changed("frames", RGB, raised=1)
    scenes = changed("scenes", "data/scenes/t0000/scenes.json").stages["scenes"]
    refused = update(file, replace(frames, stages=frames.stages | {"scenes": scenes}))
    assert len(refused) == 1
    assert "scenes" in refused[0]


def test_a_stage_with_other_inputs_may_give_other_bytes(file: Path) -> None:
    scenes = changed("scenes", "data/scenes/t0000/scenes.json", raised=1)
    names = {name for name, case in scenes.stages["scenes"].cases.items()
             if case != GOLDEN.stages["scenes"].cases[name]}  # fmt: skip
    assert len(names) == 1
    episodes = changed("episodes", EPISODES).stages["episodes"]
    assert episodes.cases[names.pop()] != GOLDEN.stages["episodes"].cases["skills"]
    assert update(file, replace(scenes, stages=scenes.stages | {"episodes": episodes})) == []


def test_a_file_that_is_gone_is_other_bytes(file: Path) -> None:
    old = GOLDEN.stages["episodes"]
    case = old.cases["skills"]
    files = {path: digest for path, digest in case.files.items() if path != EPISODES}
    stage = replace(old, cases=old.cases | {"skills": Case(case.inputs, files)})
    refused = update(file, replace(GOLDEN, stages=GOLDEN.stages | {"episodes": stage}))
    assert len(refused) == 1
    assert "is gone" in refused[0]


def test_another_driver_excuses_pixels_alone(file: Path) -> None:
    elsewhere = replace(changed("frames", RGB), opengl="another driver")
    assert update(file, elsewhere) == []
    file.write_text(GOLDEN.text(), encoding="utf-8")
    frames = "data/frames/t0000/frames.json, but for pixels"
    assert update(file, replace(changed("frames", frames), opengl="another driver"))


def test_another_processor_excuses_all_but_tasks(file: Path) -> None:
    for stage, path in (("episodes", EPISODES), ("tasks", "data/tasks/b00000/tasks.json")):
        elsewhere = replace(changed(stage, path), processor="another")
        assert bool(update(file, elsewhere)) == (stage == "tasks")


def test_other_versions_of_libraries_excuse_the_stages_from_theirs_on(file: Path) -> None:
    def with_other_ompl(digests: Digests) -> Digests:
        scenes = digests.stages["scenes"]
        scenes = replace(scenes, packages=scenes.packages | {"ompl": "0"})
        return replace(digests, stages=digests.stages | {"scenes": scenes})

    assert update(file, with_other_ompl(changed("tasks", "data/tasks/b00000/tasks.json")))
    assert update(file, with_other_ompl(changed("episodes", EPISODES))) == []
