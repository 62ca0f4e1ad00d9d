"""Damage to a dataset: every kind is found by `verify`, and mended to the same hash."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import fake_stages
import pytest
from fake_stages import replay

from cousins.flows.pool import JobError
from cousins.flows.run import execute, export_dataset
from cousins.flows.session import RunRequest
from cousins.flows.verify import _replay_shard, _Shard, repair, verify  # pyright: ignore[reportPrivateUsage]
from cousins.generators.dataset import Dataset
from cousins.generators.shards import ShardRecord
from cousins.generators.store.identity import dataset_hash
from cousins.schemas import DatasetError
from cousins.schemas.spec_file import parse_spec

TEXT = "name: whole\ntasks: {count: 27}\nepisodes: {per_task: 2}\nexport: [coco]\n"


def plan(out: Path) -> RunRequest:
    spec = parse_spec(TEXT)
    return RunRequest(spec, out, fake_stages.fake_stages(), exports=spec.export)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    out = tmp_path_factory.mktemp("whole") / "dataset"
    return out, execute(plan(out)).dataset_hash


@pytest.fixture
def copy(whole: tuple[Path, str], tmp_path: Path) -> tuple[Path, str]:
    return shutil.copytree(whole[0], tmp_path / "dataset"), whole[1]


def flip(path: Path, rng: random.Random) -> None:
    raw = bytearray(path.read_bytes())
    raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    path.write_bytes(bytes(raw))


def truncate(path: Path, rng: random.Random) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: rng.randrange(len(raw))])


def delete(path: Path, rng: random.Random) -> None:
    del rng
    path.unlink()


def exchange(path: Path, rng: random.Random) -> None:
    path.write_bytes(rng.randbytes(path.stat().st_size))


def add(path: Path, rng: random.Random) -> None:
    path.with_name(f"{rng.randrange(10**6)}{path.suffix}").write_bytes(b"{}")


KINDS: list[Callable[[Path, random.Random], None]] = [flip, truncate, delete, exchange, add]


def files(root: Path) -> list[Path]:
    """All that verification covers, in a fixed order; for additions inside of shards too."""
    found = [p for part in ("data", "exports") for p in sorted((root / part).rglob("*"))]
    return [path for path in found if path.is_file() and path.stat().st_size]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("seed", range(4))
def test_damage_to_data_is_found_and_mended(
    copy: tuple[Path, str], kind: Callable[[Path, random.Random], None], seed: int
) -> None:
    root, right = copy
    rng = random.Random(f"{kind.__name__} {seed}")
    kind(rng.choice(files(root)), rng)
    assert verify(root, 1, replay).problems != ()
    assert repair(root, 1, fake_stages.fake_stages()) != ()
    found = verify(root, 1, replay)
    assert found.problems == ()
    assert found.dataset_hash == right


@pytest.mark.parametrize("kind", [flip, truncate, delete, exchange], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("stage", ["tasks", "scenes", "episodes", "frames", "exports"])
def test_damage_to_records_is_found_and_mended(
    copy: tuple[Path, str], kind: Callable[[Path, random.Random], None], stage: str
) -> None:
    root, right = copy
    rng = random.Random(f"{kind.__name__} {stage}")
    kind(rng.choice(sorted((root / "manifest" / stage).glob("*.json"))), rng)
    assert verify(root, 1, replay).problems != ()
    assert execute(plan(root)).dataset_hash == right
    assert verify(root, 1, replay).problems == ()


@pytest.mark.parametrize("kind", [flip, truncate, exchange], ids=lambda kind: kind.__name__)
def test_a_damaged_spec_is_written_anew(
    copy: tuple[Path, str], kind: Callable[[Path, random.Random], None]
) -> None:
    root, right = copy
    kind(root / "spec.json", random.Random(3))
    summary = execute(plan(root))
    assert (summary.shards_made, summary.dataset_hash) == (0, right)
    assert dataset_hash(root) == right


def test_a_digit_of_the_spec_is_found(copy: tuple[Path, str]) -> None:
    root, right = copy
    text = (root / "spec.json").read_text()
    assert '"seed": 0' in text
    (root / "spec.json").write_text(text.replace('"seed": 0', '"seed": 1'))
    assert "spec.json is not what was written" in verify(root, 1, replay).problems
    # It is no wish for another seed: the spec that was given is the one of what is made.
    assert execute(plan(root)).dataset_hash == right


def test_inputs_are_compared_before_they_are_read(copy: tuple[Path, str]) -> None:
    """A scene with another digit, and frames that are missing: no frame shows the bad scene."""
    root, right = copy
    scenes = root / "data/scenes/t0001/scenes.json"
    text = scenes.read_text()
    digit = text.index('"seed":') + len('"seed":[')
    flipped = text[:digit] + ("1" if text[digit] != "1" else "2") + text[digit + 1 :]
    assert len(flipped) == len(text)
    scenes.write_text(flipped)
    shutil.rmtree(root / "data/frames/t0001")
    assert execute(plan(root)).dataset_hash == right == dataset_hash(root)
    assert scenes.read_text() == text


def test_an_export_is_made_of_what_was_written(copy: tuple[Path, str]) -> None:
    root, right = copy
    picture = next(
        path for path in files(root) if "frames" in path.parts and path.suffix != ".json"
    )
    raw = picture.read_bytes()
    picture.write_bytes(bytes(len(raw)))
    shutil.rmtree(root / "exports/coco")
    with pytest.raises(DatasetError, match=r"verify .* --repair"):
        export_dataset(Dataset(root).spec, root, fake_stages.fake_stages(), ("coco",))
    assert execute(plan(root)).dataset_hash == right
    assert picture.read_bytes() == raw


def test_the_chain_of_inputs_is_followed(copy: tuple[Path, str]) -> None:
    """A shard that was replaced whole, with a record that fits it, but not what follows it."""
    root, right = copy
    for stage in ("manifest/episodes", "data/episodes"):
        for path in (root / stage).glob("t0001*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(root / "data/episodes/t0002", root / "data/episodes/t0001")
    record = ShardRecord.read(root / "manifest/episodes/t0002.json")
    moved = {name.replace("t0002/", "t0001/"): x for name, x in record.files.items()}
    sizes = {name.replace("t0002/", "t0001/"): x for name, x in record.sizes.items()}
    update = {"shard": "t0001", "files": moved, "sizes": sizes, "inputs": {}}
    path = root / "manifest/episodes/t0001.json"
    path.write_text(record.model_copy(update=update).sealed().canonical_json())
    problems = verify(root, 1, replay).problems
    assert any("frames/t0001 was made from another episodes/t0001" in text for text in problems)
    assert execute(plan(root)).dataset_hash == right


def test_strange_files_are_set_aside_and_kept(copy: tuple[Path, str]) -> None:
    root, right = copy
    (root / "data/frames/t0001/mine.txt").write_text("my notes")
    assert verify(root, 1, replay).problems == (
        "data/frames/t0001/mine.txt belongs to no finished shard",
    )
    repair(root, 1, fake_stages.fake_stages())
    assert (root / "set_aside/data/frames/t0001/mine.txt").read_text() == "my notes"
    assert verify(root, 1, replay).dataset_hash == right


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("f" * 64, r"f{64}\.json is missing, though a scene names it"),
        ("../../../../../mine", "is no path inside the dataset"),
    ],
)
def test_a_scene_names_assets_of_its_shard_alone(
    copy: tuple[Path, str], name: str, said: str
) -> None:
    """As a stranger may write it: the record fits the files, and no digest is wrong."""
    root, _ = copy
    own = next((root / "data/scenes/t0001/assets").iterdir())
    shutil.copy(own, root.parent / "mine.json")
    scenes = root / "data/scenes/t0001/scenes.json"
    text = scenes.read_text()
    start = text.index('"asset_hash":"') + len('"asset_hash":"')
    scenes.write_text(text[:start] + name + text[start + 64 :])
    path = root / "manifest/scenes/t0001.json"
    record = ShardRecord.read(path)
    digest = hashlib.sha256(scenes.read_bytes()).hexdigest()
    path_in = "data/scenes/t0001/scenes.json"
    files = record.files | {path_in: digest}
    sizes = record.sizes | {path_in: scenes.stat().st_size}
    update = {"files": files, "sizes": sizes}
    path.write_text(record.model_copy(update=update).sealed().canonical_json())
    shutil.rmtree(root / "data/episodes/t0001")
    (root / "manifest/episodes/t0001.json").unlink()
    with pytest.raises(JobError, match=said):
        execute(plan(root))


def test_an_episode_of_no_task_is_a_problem(whole: tuple[Path, str]) -> None:
    dataset = Dataset(whole[0])
    one = next(e for e in dataset.episodes() if e.success)
    shard = next(r.shard for r in dataset.records("episodes") if r.shard.startswith(one.task))
    forged = _Shard(whole[0], (), shard, replay)  # the dataset has another task than it names
    replayed, total, problems = _replay_shard(forged)
    assert (replayed, len(problems)) == (0, total)
    assert f"episode {one.id} is of scene {one.scene} and task {one.task}, and" in problems[0]
