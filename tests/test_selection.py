"""Parts of a dataset: by task, skill and outcome, without what is damaged; and mixed licences."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from datasets import FixtureConfig, build_dataset

from cousins.flows.exporting import ExportRequest, export_formats
from cousins.generators.dataset import Dataset
from cousins.generators.licences import AssetUse, refuse_mix
from cousins.generators.selection import SelectedDataset, Selection, damage, read_ids
from cousins.schemas import DatasetError, LicenceError, SpecError


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    config = FixtureConfig(tasks=2, per_task=2, failures=1, cameras=("front",))
    return build_dataset(tmp_path_factory.mktemp("selection") / "set", config)


def request(dataset: Dataset, out: Path | None, *formats: str, **wanted: Any) -> ExportRequest:
    return ExportRequest(dataset.root, formats, Selection(**wanted), out)


def ids(dataset: Dataset, **wanted: Any) -> list[str]:
    return [x.id for x in SelectedDataset(dataset, Selection(**wanted)).episodes()]


def test_attempts_pass_every_filter(dataset: Dataset) -> None:
    assert ids(dataset) == ["t0000-e0", "t0000-e1", "t0001-e0", "t0001-e1"]
    assert ids(dataset, tasks={"t0001"}) == ["t0001-e0", "t0001-e1"]
    assert ids(dataset, outcome="failures") == ["t0000-e1"]
    assert ids(dataset, outcome="demonstrations", tasks={"t0000"}) == ["t0000-e0"]
    assert ids(dataset, only={"t0001-e1"}) == ["t0001-e1"]
    assert ids(dataset, skills={"pick"}) == ids(dataset)


def test_frames_videos_and_scenes_follow(dataset: Dataset) -> None:
    part = SelectedDataset(dataset, Selection(tasks=frozenset({"t0001"})))
    assert {x.task for x in part.scenes()} == {"t0001"}
    assert {x.episode for x in part.frames()} == {"t0001-e0", "t0001-e1"}
    failed = SelectedDataset(dataset, Selection(outcome="failures"))
    assert {x.episode for x in failed.frames()} == {"t0000-e1"}
    assert {x.episode for x in failed.videos()} == {"t0000-e1"}


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"tasks": {"t9"}}, r"has no task 't9'; it has t0000, t0001"),
        ({"skills": {"fly"}}, r"has no skill 'fly'; it has pick, place_on"),
        ({"only": {"x"}}, r"has no episode 'x'$"),
        ({"outcome": "recoveries"}, r"no attempt passes these filters"),
    ],
)
def test_what_cannot_be_found_is_refused(
    dataset: Dataset, wanted: dict[str, Any], message: str
) -> None:
    with pytest.raises(DatasetError, match=message):
        SelectedDataset(dataset, Selection(**wanted))


def test_failures_are_exported_when_asked_for(dataset: Dataset, tmp_path: Path) -> None:
    wanted = request(dataset, tmp_path, "lerobot", "robomimic", outcome="all")
    folders = export_formats(wanted).folders
    table = pq.read_table(folders["lerobot"] / "meta/episodes/chunk-000/file-000.parquet")
    assert table["success"].to_pylist() == [True, False, True, True]
    alone = request(dataset, tmp_path / "x", "robomimic", outcome="failures")
    assert (export_formats(alone).folders["robomimic"] / "demonstrations.hdf5").is_file()


def test_a_part_needs_a_folder(dataset: Dataset) -> None:
    with pytest.raises(SpecError, match="give one with --out"):
        export_formats(request(dataset, None, "coco", tasks=frozenset({"t0001"})))


def test_all_formats_are_those_that_can_be_written(tmp_path: Path) -> None:
    made = build_dataset(tmp_path / "set", FixtureConfig(tasks=1, frames=False, failures=0))
    result = export_formats(request(made, tmp_path / "out", outcome="all"))
    assert {"lerobot", "robomimic", "traces"} <= set(result.folders)
    assert "has no labelled frames" in result.left_out["webdataset"]
    with pytest.raises(DatasetError, match="has no labelled frames"):
        export_formats(request(made, tmp_path / "other", "lerobot", "webdataset"))


def test_damage_is_named_or_skipped_and_counted(tmp_path: Path) -> None:
    config = FixtureConfig(tasks=1, per_task=3, failures=0, cameras=("front",))
    made = build_dataset(tmp_path / "set", config)
    frames, videos = list(made.frames()), list(made.videos())
    broken = made.root / frames[0].files["rgb"]
    broken.write_bytes(broken.read_bytes()[:-9])
    (made.root / videos[2].path).unlink()
    found = damage(made)
    assert (set(found.frames), set(found.episodes)) == ({frames[0].id}, {videos[2].episode})
    with pytest.raises(DatasetError, match=rf"frame {frames[0].id}, episode {videos[2].episode}"):
        export_formats(request(made, tmp_path / "out", "webdataset"))
    result = export_formats(request(made, tmp_path / "out", "webdataset", "lerobot", skip_bad=True))
    assert result.skipped == 2
    meta = json.loads((result.folders["webdataset"] / "meta.json").read_text())
    gone = {x.id for x in frames if x.episode == videos[2].episode} | {frames[0].id}
    assert sum(meta["samples"].values()) == len(frames) - len(gone)


def test_ids_are_read_one_a_line(tmp_path: Path) -> None:
    (tmp_path / "ids").write_text("# smooth\nt0000-e0  # best\n\nt0001-e1\n")
    assert read_ids(tmp_path / "ids") == {"t0000-e0", "t0001-e1"}
    (tmp_path / "none").write_text("# nothing\n")
    with pytest.raises(SpecError, match="lists no attempt"):
        read_ids(tmp_path / "none")


def use(name: str, licence: str) -> AssetUse:
    return AssetUse(
        id=name, hash=name, category="mug.n.04", library="x", source="x", licence=licence, scenes=1
    )


def test_licences_that_each_want_all_are_not_mixed() -> None:
    alike = use("mug-1", "CC-BY-SA-4.0"), use("mug-2", "GPL-3.0-only")
    with pytest.raises(LicenceError, match=r"CC-BY-SA-4\.0 \(mug-1\), GPL-3\.0-only \(mug-2\)"):
        refuse_mix(alike)
    refuse_mix((alike[0], use("a", "MIT"), use("b", "CC0-1.0"), use("c", "LicenseRef-unspecified")))


@pytest.mark.parametrize("licence", ["CC-BY-ND-4.0", "NOASSERTION"])
def test_assets_without_leave_to_derive_are_named(licence: str) -> None:
    with pytest.raises(LicenceError, match=rf"{licence} \(a, b, c and 1 more\)"):
        refuse_mix([use(name, licence) for name in "abcd"])


def test_a_conflict_stops_an_export(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def uses(*_: object) -> tuple[AssetUse, ...]:
        return (use("scan", "CC-BY-ND-4.0"),)

    monkeypatch.setattr("cousins.flows.exporting.asset_uses", uses)
    with pytest.raises(LicenceError, match=r"CC-BY-ND-4\.0 \(scan\)"):
        export_formats(request(dataset, tmp_path / "out", "coco"))
    assert not (tmp_path / "out").exists()
