"""Merged datasets: read, verified and continued like any other, with what they came from."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fake_stages
import numpy as np
import pytest
from datasets import shard_files
from typer.testing import CliRunner

from cousins.flows.cli import app
from cousins.flows.run import RunRequest, execute, export_dataset
from cousins.flows.status import status
from cousins.flows.verify import repair, verify
from cousins.generators.dataset import Dataset
from cousins.generators.licences import AssetUse
from cousins.generators.merging import Merged, copying, merge
from cousins.generators.quarantine import QuarantineRecord, put
from cousins.generators.store.identity import dataset_hash
from cousins.schemas import DatasetError, LicenceError
from cousins.schemas.spec_file import parse_spec

FIRST = "name: first\nseed: 3\ntasks: {count: 3}\nepisodes: {per_task: 2}\n"
SECOND = (
    "name: second\nseed: 4\ntasks: {count: 27}\nepisodes: {per_task: 12, keep_failures: true}\n"
)


def made(root: Path, text: str) -> Dataset:
    execute(RunRequest(parse_spec(text), root, fake_stages.fake_stages()))
    return Dataset(root)


@dataclass(frozen=True)
class Lab:
    """Two datasets and what they were merged into."""

    parts: tuple[Dataset, Dataset]
    whole: Dataset
    done: Merged


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    root = tmp_path_factory.mktemp("merge")
    parts = made(root / "first", FIRST), made(root / "second", SECOND)
    done = merge(parts, root / "whole", "whole")
    return Lab(parts, Dataset(root / "whole"), done)


def test_all_of_each_is_there_under_ids_that_differ(lab: Lab) -> None:
    first, second = lab.parts
    for read in (Dataset.tasks, Dataset.scenes, Dataset.episodes, Dataset.frames, Dataset.videos):
        reader: Any = read
        counts = [len(list(reader(part))) for part in (first, second, lab.whole)]
        assert counts[2] == counts[0] + counts[1] > counts[0]
    ids = [episode.id for episode in lab.whole.episodes()]
    assert len(ids) == len(set(ids))
    assert [task.id for task in lab.whole.tasks()] == [f"t{n:04d}" for n in range(30)]
    assert lab.done.tasks == (3, 27)
    assert lab.done.episodes == tuple(len(list(x.episodes())) for x in lab.parts)


def test_what_was_done_and_seen_is_the_same_to_the_byte(lab: Lab) -> None:
    old = [(part, episode) for part in lab.parts for episode in part.episodes()]
    new = list(lab.whole.episodes())
    kept = {"id", "task", "scene"}
    by_place = sorted(old, key=lambda x: (lab.parts.index(x[0]), x[1].id))
    for (part, before), after in zip(by_place, sorted(new, key=lambda x: x.id), strict=True):
        assert before.model_dump(exclude=kept) == after.model_dump(exclude=kept)
        assert before.id.partition("-")[2] == after.id.partition("-")[2]
        a, b = part.arrays(before), lab.whole.arrays(after)
        assert np.array_equal(a.qpos, b.qpos)
        was, now = part.scene_of(before), lab.whole.scene_of(after)
        assert was.model_dump(exclude={"id", "task"}) == now.model_dump(exclude={"id", "task"})
        assert part.assets_of(was) == lab.whole.assets_of(now)
    frames = list(lab.whole.frames())
    pictures = [lab.whole.file(path).read_bytes() for x in frames for path in x.files.values()]
    shown = [(part, path) for part in lab.parts for x in part.frames() for path in x.files.values()]
    assert pictures == [part.file(path).read_bytes() for part, path in shown]
    for frame in frames:
        assert frame.id.startswith(f"{frame.episode or frame.scene}-")


def test_it_verifies(lab: Lab) -> None:
    found = verify(lab.whole.root, 1, fake_stages.replay)
    assert found.problems == ()
    assert found.dataset_hash == lab.done.dataset_hash == dataset_hash(lab.whole.root)
    won = sum(episode.success for part in lab.parts for episode in part.episodes())
    assert (found.tasks, found.demonstrations, found.replayed) == (30, won, 1.0)


def test_its_status_is_finished(lab: Lab) -> None:
    found = status(lab.whole.root, fake_stages.fake_stages())
    assert found.finished
    assert found.counts["tasks"] == 30
    assert found.stages["episodes"].outdated == 0


def test_damage_is_found_but_not_made_again(lab: Lab, tmp_path: Path) -> None:
    merge(lab.parts, tmp_path / "whole", "whole")
    broken = next(iter(sorted((tmp_path / "whole/data/episodes/t0004").glob("*.npz"))))
    broken.write_bytes(b"")
    (problem,) = verify(tmp_path / "whole", 1, fake_stages.replay).problems
    assert broken.name in problem
    with pytest.raises(DatasetError, match="was merged from other datasets"):
        repair(tmp_path / "whole", 1, fake_stages.fake_stages())
    with pytest.raises(DatasetError, match="was merged from other datasets"):
        made(tmp_path / "whole", FIRST)
    assert not broken.read_bytes()


def test_what_was_left_out_on_purpose_stays_so(lab: Lab, tmp_path: Path) -> None:
    other = made(tmp_path / "other", FIRST.replace("seed: 3", "seed: 8"))
    for stage in ("scenes", "episodes", "frames"):
        shutil.rmtree(other.root / f"data/{stage}/t0001")
        (other.root / f"manifest/{stage}/t0001.json").unlink()
    told = {"stage": "scenes", "shard": "t0001", "key": "k", "kind": "died", "message": "no"}
    put(other.root, QuarantineRecord.model_validate({**told, "tries": 2}))
    merge((lab.parts[0], other), tmp_path / "whole", "whole")
    found = verify(tmp_path / "whole", 1, fake_stages.replay)
    assert (found.problems, found.quarantined) == ((), ("no",))
    (record,) = Dataset(tmp_path / "whole").quarantined()
    assert record.place == ("scenes", "t0004")


def test_a_damaged_note_on_sources_is_found(lab: Lab, tmp_path: Path) -> None:
    merge(lab.parts, tmp_path / "whole", "whole")
    path = tmp_path / "whole/data/tasks/b00001/source.json"
    path.write_text("{}")
    problems = verify(tmp_path / "whole", 1, fake_stages.replay).problems
    assert any("b00001/source.json is not what was written" in text for text in problems)
    with pytest.raises(DatasetError, match="merge the datasets again"):
        list(Dataset(tmp_path / "whole").sources())


def test_the_same_datasets_give_the_same_bytes(lab: Lab, tmp_path: Path) -> None:
    merge(lab.parts, tmp_path / "again", "whole")
    kept = ("data/", "manifest/", "spec.json")
    again, whole = (
        {path: raw for path, raw in shard_files(root).items() if path.startswith(kept)}
        for root in (tmp_path / "again", lab.whole.root)
    )
    assert again == whole


def test_where_each_task_is_from_is_kept_also_when_merged_again(lab: Lab, tmp_path: Path) -> None:
    first, second = lab.whole.sources()
    assert [x.spec.name for x in (first, second)] == ["first", "second"]
    assert [x.dataset_hash for x in (first, second)] == [dataset_hash(x.root) for x in lab.parts]
    assert second.tasks["t0003"] == "t0000"
    assert second.versions == lab.parts[1].versions
    third = made(tmp_path / "third", FIRST.replace("seed: 3", "seed: 9"))
    merge((third, lab.whole), tmp_path / "all", "all")
    sources = list(Dataset(tmp_path / "all").sources())
    assert [x.spec.seed for x in sources] == [9, 3, 4]
    assert sources[2].tasks["t0006"] == "t0000"
    assert verify(tmp_path / "all", 1, fake_stages.replay).problems == ()


def test_it_is_exported_into_its_own_folder(lab: Lab, tmp_path: Path) -> None:
    merge(lab.parts, tmp_path / "whole", "whole")
    whole = Dataset(tmp_path / "whole")
    export_dataset(whole.spec, whole.root, fake_stages.fake_stages(), ("coco",))
    assert verify(whole.root, 1, fake_stages.replay).problems == ()
    assert any((whole.root / "exports/coco").rglob("*.*"))


def refusal(parts: tuple[Dataset, ...], out: Path, error: type[Exception] = DatasetError) -> str:
    with pytest.raises(error) as caught:
        merge(parts, out, "whole")
    assert not out.exists() or not (out / "data").exists()
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (FIRST.replace("per_task: 2", "per_task: 2, hz: 20"), "hz is 10 in the first and 20"),
        (FIRST + "render: {size: [64, 64]}\n", "size is [256, 256] in the first and [64, 64]"),
        (FIRST + "cameras: [{name: top}]\n", "the names of cameras is ['front', 'wrist'] in the"),
    ],
    ids=["rate", "size", "cameras"],
)
def test_datasets_that_differ_are_refused(lab: Lab, tmp_path: Path, text: str, told: str) -> None:
    other = made(tmp_path / "other", text.replace("seed: 3", "seed: 8"))
    assert told in refusal((lab.parts[0], other), tmp_path / "out")


def test_a_dataset_twice_is_refused(lab: Lab, tmp_path: Path) -> None:
    told = refusal((lab.parts[0], lab.parts[0]), tmp_path / "out")
    assert "scene t0000-s00" in told
    assert "merge datasets of other seeds or tasks" in told
    assert "two datasets or more" in refusal(lab.parts[:1], tmp_path / "out")


def test_a_damaged_file_is_named(lab: Lab, tmp_path: Path) -> None:
    other = made(tmp_path / "other", FIRST.replace("seed: 3", "seed: 8"))
    path = next((other.root / "data/episodes").rglob("*.npz"))
    path.write_bytes(b"nothing")
    with pytest.raises(DatasetError, match=f"{path.name} is not as it was written"):
        merge((lab.parts[0], other), tmp_path / "out", "whole")


def test_other_versions_are_refused(lab: Lab, tmp_path: Path) -> None:
    other = made(tmp_path / "other", FIRST.replace("seed: 3", "seed: 8"))
    saved = json.loads((other.root / "spec.json").read_text())
    saved["versions"]["mujoco"] = "2.0.0"
    (other.root / "spec.json").write_text(json.dumps(saved))
    told = refusal((lab.parts[0], Dataset(other.root)), tmp_path / "out")
    assert "was made with mujoco 2.0.0, and here is" in told


def test_licences_that_do_not_mix_are_refused_with_the_assets(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def uses(part: Dataset, scenes: Any) -> tuple[AssetUse, ...]:
        del scenes
        licence = "CC-BY-SA-4.0" if part is lab.parts[0] else "GPL-3.0-only"
        made = {"hash": "0", "category": "c", "library": "l", "source": "s", "scenes": 1}
        told = {"id": f"cube-of-{part.spec.name}", "licence": licence, **made}
        return (AssetUse.model_validate(told),)

    monkeypatch.setattr(copying, "asset_uses", uses)
    told = refusal(lab.parts, tmp_path / "out", LicenceError)
    assert "CC-BY-SA-4.0 (cube-of-first)" in told
    assert "GPL-3.0-only (cube-of-second)" in told


def test_the_command_says_what_it_merged(lab: Lab, tmp_path: Path) -> None:
    words = ["merge", *(str(part.root) for part in lab.parts), "--out", str(tmp_path / "whole")]
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert told["tasks"] == [3, 27]
    assert told["dataset_hash"] == lab.done.dataset_hash
    again = CliRunner().invoke(app, words)
    assert again.exit_code == 2
    assert "is not empty" in again.output
