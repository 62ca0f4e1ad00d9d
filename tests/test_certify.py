"""Certificates: repeated by whoever has the files, and honest about what was changed in them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import build_dataset
from test_replay import TASK, demonstration
from typer.testing import CliRunner

from cousins.flows.certify import certify
from cousins.flows.cli import app
from cousins.generators.certificates.checking import check
from cousins.generators.certificates.making import ASSETS, SCENES, certificate, scene_text
from cousins.generators.certificates.reading import certificates_in, read_certificate
from cousins.generators.exports.certificates import PLUGIN
from cousins.schemas import DatasetError, SpecError
from cousins.schemas.certificate import Certificate


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A certificate with its scene and assets."""
    scene, assets, episode, arrays = demonstration()
    (tmp_path / SCENES).mkdir()
    (tmp_path / ASSETS).mkdir()
    (tmp_path / SCENES / f"{scene.id}.json").write_bytes(scene_text(scene))
    for key, asset in assets.items():
        (tmp_path / ASSETS / f"{key}.json").write_text(asset.canonical_json())
    file = tmp_path / f"{episode.id}.json"
    file.write_text(certificate(scene, TASK, episode, arrays).canonical_json())
    return file


def changed(path: Path, **values: Any) -> Path:
    told = json.loads(path.read_text()) | values
    path.write_text(json.dumps(told))
    return path


def test_a_fresh_process_repeats_a_certificate_to_the_bit(path: Path) -> None:
    found = certify(path, 1)
    assert (found.kind, found.attempts, found.replayed, found.exact) == ("certificates", 1, 1, 1)
    assert found.share == 1.0
    assert found.deviation == 0.0
    assert not found.problems


def test_the_hash_is_that_of_the_documented_bytes() -> None:
    scene, _, episode, arrays = demonstration()
    told = certificate(scene, TASK, episode, arrays)
    rows = np.hstack([arrays.qpos[1:], arrays.qvel[1:]]).astype("<f8")
    assert told.outcome.states == hashlib.sha256(rows.tobytes()).hexdigest()
    assert told.outcome.final == tuple(rows[-1].tolist())
    assert np.array_equal(np.array(told.actions, dtype=np.float32), arrays.actions)


def test_changed_actions_are_not_exact_and_one_that_stops_halfway_falls_short(path: Path) -> None:
    told = json.loads(path.read_text())
    shifted = [list(action) for action in told["actions"]]
    shifted[3][1] += 0.01
    found = check(read_certificate(changed(path, actions=shifted)))
    assert not found.exact
    assert found.deviation > 0
    half = changed(path, actions=told["actions"][: len(shifted) // 2], looks=[0])
    found = check(read_certificate(half))
    assert (found.stated, found.reached, found.holds, found.exact) == (True, False, False, False)


def test_the_command_fails_where_the_outcome_is_another(path: Path) -> None:
    told = json.loads(path.read_text())["outcome"]
    changed(path, outcome={**told, "reached": False})
    result = CliRunner().invoke(app, ["certify", str(path.parent), "--workers", "1", "--json"])
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    assert answer["share"] == 0.0
    assert answer["exact"] == 1
    assert "reaches the goal, which is not stated as reached" in answer["problems"][0]
    assert "fell short: 1 problems" in result.stderr


def test_a_scene_or_asset_that_was_changed_is_refused(path: Path) -> None:
    scene = next((path.parent / SCENES).iterdir())
    raw = scene.read_bytes()
    scene.write_bytes(raw.replace(b"\n", b" \n"))
    with pytest.raises(DatasetError, match=r"is not the scene of .* its SHA-256 is another"):
        read_certificate(path)
    scene.write_bytes(raw)
    first, second = sorted((path.parent / ASSETS).iterdir())[:2]
    kept = first.read_bytes()
    first.write_bytes(second.read_bytes())
    with pytest.raises(DatasetError, match="is not the asset that its name says"):
        read_certificate(path)
    first.write_bytes(kept)
    assert read_certificate(path).certificate.id == "t0000-e00"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"format": "another"}, "format: Input should be 'cousins-certificate'"),
        ({"version": 2}, "version: Input should be 1"),
        ({"actions": [[0.0, 1.0], [0.0]]}, "actions have 1 to 2 numbers; all have one"),
        ({"actions": [[1e300]], "looks": []}, "a number is beyond 1e9"),
        ({"looks": [9999]}, "looks: 9999 is no state"),
        ({"scene": {"file": "../s.json", "sha256": "0" * 64}}, "scene.file: String should match"),
        ({"scene": {"file": "/etc/s.json", "sha256": "0" * 64}}, "scene.file: String should"),
    ],
)
def test_what_is_not_valid_is_said_in_one_line(
    path: Path, values: dict[str, Any], said: str
) -> None:
    with pytest.raises(SpecError) as caught:
        read_certificate(changed(path, **values))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_state_or_outcome_of_another_scene_is_refused(path: Path) -> None:
    told = json.loads(path.read_text())
    changed(path, initial_state=told["initial_state"][:-1])
    with pytest.raises(DatasetError, match="its initial state has"):
        check(read_certificate(path))
    changed(path, initial_state=told["initial_state"], actions=[x[:-1] for x in told["actions"]])
    with pytest.raises(DatasetError, match="its actions have shape"):
        check(read_certificate(path))
    outcome = {**told["outcome"], "final": [0.0]}
    changed(path, actions=told["actions"][:1], outcome=outcome, looks=[])
    with pytest.raises(DatasetError, match="the outcome has 1 positions and velocities"):
        check(read_certificate(path))


def test_links_out_of_the_folder_are_not_followed(path: Path, tmp_path: Path) -> None:
    scene = next((path.parent / SCENES).iterdir())
    place = tmp_path.parent / "elsewhere.json"
    scene.rename(place)
    scene.symlink_to(place)
    with pytest.raises(DatasetError, match="leads out of"):
        read_certificate(path)


def test_what_is_no_certificate_is_an_error_of_input(tmp_path: Path) -> None:
    (tmp_path / "notes.json").write_text("{}")
    with pytest.raises(DatasetError, match="holds no certificates; write some with"):
        list(certificates_in(tmp_path))
    result = CliRunner().invoke(app, ["certify", str(tmp_path / "notes.json"), "--workers", "1"])
    assert result.exit_code == 2
    assert "is no valid Certificate: format: Field required (and" in result.stderr
    result = CliRunner().invoke(app, ["certify", str(tmp_path / "absent")])
    assert result.exit_code == 2
    assert "is no dataset, no certificate" in result.stderr
    result = CliRunner().invoke(app, ["certify", str(tmp_path), "--by", "states"])
    assert result.exit_code == 2
    assert "--assets and --by are for HDF5 files" in result.stderr


def test_the_export_has_a_certificate_for_each_demonstration(tmp_path: Path) -> None:
    dataset = build_dataset(tmp_path / "dataset")
    PLUGIN.export(dataset, tmp_path / "out")
    won = [episode.id for episode in dataset.episodes() if episode.success]
    assert [path.stem for path in certificates_in(tmp_path / "out")] == sorted(won)
    for path in certificates_in(tmp_path / "out"):
        found = read_certificate(path)
        episode = next(x for x in dataset.episodes() if x.id == path.stem)
        assert found.scene == dataset.scene_of(episode)
        assert found.assets == dataset.assets_of(found.scene)
        assert found.certificate.outcome.reached
    PLUGIN.with_failures().export(dataset, tmp_path / "all")
    told = [Certificate.from_json(path.read_bytes()) for path in certificates_in(tmp_path / "all")]
    assert sum(not each.outcome.reached for each in told) == 1
