"""Exports that are sent to a hub: FAKE hubs in memory and on the loopback; nothing leaves here."""

from __future__ import annotations

import hashlib
import json
import logging
import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from datasets import FixtureConfig, build_dataset
from hub_server import FakeHubServer, serving
from typer.testing import CliRunner

from cousins.flows import publishing
from cousins.flows.cli import app
from cousins.flows.publishing import PushRequest, push
from cousins.generators.dataset import Dataset
from cousins.generators.exports import EXPORTERS
from cousins.generators.publishing import parcel
from cousins.generators.publishing.hub import HubError, HuggingFaceHub, RepositoryState
from cousins.generators.shards import ShardRecord
from cousins.schemas import DatasetError, LicenceError, SpecError

# huggingface_hub's own: it gives httpx2 a body in the older way.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
RUNNER = CliRunner()
NAME, TOKEN = "someone/apples", "hf_notatoken"


def with_export(root: Path, name: str) -> Path:
    """A dataset with an export, recorded as a run records it."""
    config = FixtureConfig(tasks=2, per_task=2, failures=1, cameras=("front",), size=32)
    dataset = build_dataset(root, config)
    folder = root / "exports" / name
    EXPORTERS.load(name).export(dataset, folder)
    files = {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
    record = ShardRecord(stage="exports", shard=name, key="k", files=files, items=1)
    place = root / "manifest" / "exports" / f"{name}.json"
    place.parent.mkdir()
    place.write_text(record.canonical_json())
    return root


@pytest.fixture(scope="module")
def lerobot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_export(tmp_path_factory.mktemp("push") / "set", "lerobot")


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    return with_export(tmp_path / "set", "coco")


class FakeHub:
    """FAKE: keeps what it is given."""

    def __init__(self, found: RepositoryState | None = None) -> None:
        self.found = found
        self.commits: list[tuple[dict[str, int], tuple[str, ...], str]] = []
        self.created: list[tuple[str, bool]] = []
        self.drops: set[str] = set()

    def state(self, repository: str) -> RepositoryState | None:
        assert repository == NAME
        return self.found

    def create(self, repository: str, *, private: bool) -> None:
        self.created.append((repository, private))
        self.found = RepositoryState(private, {".gitattributes": 12}, {})

    def commit(
        self,
        repository: str,
        files: Mapping[str, Path | bytes],
        removed: Sequence[str],
        message: str,
    ) -> str:
        assert self.found is not None
        sizes = {
            name: len(given) if isinstance(given, bytes) else given.stat().st_size
            for name, given in files.items()
        }
        self.commits.append((sizes, tuple(removed), message))
        kept = {**self.found.sizes, **sizes}
        for name in (*removed, *self.drops):
            kept.pop(name, None)
        self.found = replace(self.found, sizes=kept)
        return f"commit {len(self.commits)}"


def test_a_repository_is_made_and_holds_the_export(
    lerobot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "FILES_PER_COMMIT", 4)
    hub = FakeHub()
    done = push(PushRequest(lerobot, "lerobot", NAME), hub)
    assert hub.created == [(NAME, True)]
    assert hub.found is not None
    wanted = {
        path.relative_to(lerobot / "exports/lerobot").as_posix(): path.stat().st_size
        for path in (lerobot / "exports/lerobot").rglob("*")
        if path.is_file()
    }
    assert {**hub.found.sizes} == {**wanted, ".gitattributes": 12}
    assert done.parcel.sizes == wanted  # it has a card and a list of assets of its own
    assert done.parcel.nbytes == sum(wanted.values())
    assert done.parcel.made == {}
    assert len(hub.commits) == -(-len(wanted) // 4) > 1
    assert ["README.md" in sizes for sizes, _, _ in hub.commits] == [
        *[False] * (len(hub.commits) - 1),
        True,
    ]
    assert done.address == f"commit {len(hub.commits)}"
    assert {message for _, _, message in hub.commits} == {"test-fixture: lerobot"}
    assert done.created
    assert not push(PushRequest(lerobot, "lerobot", NAME), hub).created


def test_a_card_and_assets_are_made_where_an_export_has_none(coco: Path) -> None:
    found = parcel.parcel_of(Dataset(coco), "coco", public=False)
    assert sorted(found.made) == ["README.md", "assets.json"]
    _, front, text = found.made["README.md"].decode().split("---\n", 2)
    told = yaml.safe_load(front)
    assert told["task_categories"] == ["object-detection", "image-segmentation"]
    assert "configs" not in told  # the hub has no reader for it
    assert "`coco`" in text
    uses = json.loads(found.made["assets.json"])
    assert {use["licence"] for use in uses} == {*found.licences}
    assert sum(found.licences.values()) == len(uses) > 0


def test_a_damaged_file_is_named_and_nothing_is_sent(coco: Path) -> None:
    file = next(x for x in (coco / "exports/coco/images").rglob("*.*"))
    raw = file.read_bytes()
    file.unlink()  # it is one file with the dataset's
    file.write_bytes(raw[:-1] + b"\0")
    hub = FakeHub()
    with pytest.raises(DatasetError, match=f"{file.name} is not what was written"):
        push(PushRequest(coco, "coco", NAME), hub)
    file.unlink()
    with pytest.raises(DatasetError, match=f"{file.name} is not what was written"):
        push(PushRequest(coco, "coco", NAME), hub)
    assert not hub.created
    assert not hub.commits


def relicensed(root: Path, *licences: str) -> None:
    """Give the assets of a dataset these licences, in turn."""
    dataset, number = Dataset(root), 0
    known: dict[str, str] = {}
    for scene in dataset.scenes():
        for key, asset in dataset.assets_of(scene).items():
            if key not in known:
                told = asset.model_copy(update={"licence": licences[number % len(licences)]})
                known[key] = told.content_hash()
                number += 1
                for folder in (root / "data/scenes").iterdir():
                    place = folder / "assets" / f"{key}.json"
                    if place.is_file():
                        place.with_name(f"{told.content_hash()}.json").write_text(
                            told.canonical_json()
                        )
    assert number >= len(licences)
    for file in (root / "data/scenes").glob("*/scenes.json"):
        text = file.read_text()
        for old, new in known.items():
            text = text.replace(old, new)
        file.write_text(text)


def test_licences_that_may_not_be_mixed_stop_it(coco: Path) -> None:
    relicensed(coco, "CC-BY-SA-4.0", "GPL-3.0-only")
    hub = FakeHub()
    with pytest.raises(LicenceError, match=r"cannot be mixed: CC-BY-SA-4.0 \("):
        push(PushRequest(coco, "coco", NAME), hub)
    assert not hub.created
    assert not hub.commits


def test_assets_without_a_stated_licence_are_not_shown_to_all(coco: Path) -> None:
    relicensed(coco, "LicenseRef-unspecified")
    with pytest.raises(LicenceError, match="the licence of some assets is not stated"):
        push(PushRequest(coco, "coco", NAME, public=True), FakeHub())
    push(PushRequest(coco, "coco", NAME), FakeHub())


def test_a_public_repository_is_written_to_on_demand_alone(lerobot: Path) -> None:
    hub = FakeHub(RepositoryState(False, {}, {}))
    with pytest.raises(DatasetError, match="someone/apples is public: give --public"):
        push(PushRequest(lerobot, "lerobot", NAME), hub)
    assert hub.commits == []
    push(PushRequest(lerobot, "lerobot", NAME, public=True), hub)
    assert hub.created == []


def test_files_of_others_are_neither_left_nor_lost_in_silence(lerobot: Path) -> None:
    there = {f"data/old-{n}.bin": 1 for n in range(5)}
    hub = FakeHub(RepositoryState(True, {**there, ".gitattributes": 1}, {}))
    wanted = PushRequest(lerobot, "lerobot", NAME, message="all of it")
    with pytest.raises(DatasetError, match=r"data/old-2.bin and 2 more; give --replace"):
        push(wanted, hub)
    assert hub.commits == []
    done = push(replace(wanted, replace=True), hub)
    assert done.removed == tuple(sorted(there))
    assert hub.commits[-1][1:] == (tuple(sorted(there)), "all of it")
    assert hub.found is not None
    assert ".gitattributes" in hub.found.sizes


def test_what_did_not_arrive_is_named(lerobot: Path) -> None:
    hub = FakeHub()
    hub.drops = {"meta/info.json"}
    with pytest.raises(HubError, match=r"meta/info.json has \d+ bytes, and the hub has nothing"):
        push(PushRequest(lerobot, "lerobot", NAME), hub)


@pytest.mark.parametrize("name", ["apples", "a/b/c", "../x", "a b/c", "-a/b", "a/", ""])
def test_what_is_no_repository_is_refused(lerobot: Path, name: str) -> None:
    with pytest.raises(SpecError, match="is no repository: expected OWNER/NAME"):
        push(PushRequest(lerobot, "lerobot", name), FakeHub())


def test_an_export_that_is_not_there_is_asked_for(lerobot: Path) -> None:
    with pytest.raises(DatasetError, match=r"has no export yolo .* --format yolo"):
        push(PushRequest(lerobot, "yolo", NAME), FakeHub())
    with pytest.raises(SpecError, match="no export format 'lerobt'"):
        push(PushRequest(lerobot, "lerobt", NAME), FakeHub())


def test_a_dry_run_asks_nobody(lerobot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    done = RUNNER.invoke(
        app, ["push", str(lerobot), NAME, "--format", "lerobot", "--dry-run", "--json"]
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["sent"] is False
    assert told["public"] is False
    assert told["bytes"] == sum(told["files"].values())
    assert "meta/info.json" in told["files"]
    shown = RUNNER.invoke(app, ["push", str(lerobot), NAME, "--format", "lerobot", "--dry-run"])
    assert "a dry run" in shown.output
    assert "private" in shown.output


def test_without_a_token_nothing_is_sent(lerobot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    done = RUNNER.invoke(app, ["push", str(lerobot), NAME, "--format", "lerobot"])
    assert done.exit_code == 2
    assert "HF_TOKEN is not set" in done.stderr


def test_errors_of_hubs_survive_processes() -> None:
    error = pickle.loads(pickle.dumps(HubError("no", 403)))
    assert (str(error), error.status) == ("no", 403)


# The client, against the FAKE hub on the loopback.


def at_once(seconds: float) -> None:
    """Stands for the pause between two tries."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHubServer]:
    pytest.importorskip("huggingface_hub", reason="the extra `hub` is not installed")
    monkeypatch.setattr(import_module("huggingface_hub.constants"), "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(import_module("huggingface_hub.utils._http").time, "sleep", at_once)
    with serving(TOKEN) as state:
        yield state


def test_the_client_sends_all_and_only_once(
    server: FakeHubServer, lerobot: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hub = HuggingFaceHub(TOKEN, server.url)
    assert hub.state(NAME) is None
    done = push(PushRequest(lerobot, "lerobot", NAME), hub)
    found = server.repositories[NAME]
    assert found.private
    folder = lerobot / "exports/lerobot"
    assert {name: raw for name, raw in found.files.items() if name != ".gitattributes"} == {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert done.address.startswith(f"{server.url}/datasets/{NAME}/commit/")
    state = hub.state(NAME)
    assert state is not None
    video = next(name for name in state.digests if name.endswith(".mp4"))
    assert state.digests[video] == hashlib.sha256((folder / video).read_bytes()).hexdigest()
    sent = len(server.sent)
    push(PushRequest(lerobot, "lerobot", NAME), hub)
    assert not any(" /stored/" in x or "/commit/" in x for x in server.sent[sent:])
    assert not any("/resolve/" in x for x in server.sent)  # nothing was downloaded
    assert TOKEN not in caplog.text


def test_the_client_removes_and_replaces(server: FakeHubServer, lerobot: Path) -> None:
    hub = HuggingFaceHub(TOKEN, server.url)
    hub.create(NAME, private=False)
    server.repositories[NAME].files |= {"data/old.bin": b"x", "meta/info.json": b"{}"}
    push(PushRequest(lerobot, "lerobot", NAME, public=True, replace=True), hub)
    found = server.repositories[NAME]
    assert not found.private
    assert "data/old.bin" not in found.files
    assert found.files["meta/info.json"] != b"{}"


def test_a_file_that_the_hub_ignores_is_named(server: FakeHubServer, lerobot: Path) -> None:
    server.ignored = ("meta/info.json",)
    with pytest.raises(HubError, match=r"meta/info.json has .* a .gitignore"):
        push(PushRequest(lerobot, "lerobot", NAME), HuggingFaceHub(TOKEN, server.url))


@pytest.mark.parametrize(
    ("part", "status", "message"),
    [
        ("/preupload/", 403, r"the token in HF_TOKEN may not write there \(403\)"),
        ("/api/repos/create", 403, r"the token in HF_TOKEN may not write there \(403\)"),
        ("/commit/", 409, "somebody else wrote to it at the same time"),
        ("/stored/", 400, r"the request was refused \(400\)"),
        ("/tree/", 418, r"the request was refused \(418\)"),
    ],
)
def test_refusals_have_a_reason_and_no_token(
    server: FakeHubServer, lerobot: Path, part: str, status: int, message: str
) -> None:
    server.refuse = {part: status}
    if part == "/tree/":
        server.create({"organization": "someone", "name": "apples", "visibility": "private"})
    with pytest.raises(HubError, match=message) as caught:
        push(PushRequest(lerobot, "lerobot", NAME), HuggingFaceHub(TOKEN, server.url))
    assert TOKEN not in str(caught.value)
    assert caught.value.__cause__ is None


def test_another_token_is_refused(
    server: FakeHubServer, lerobot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_another")
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    done = RUNNER.invoke(app, ["push", str(lerobot), NAME, "--format", "lerobot"])
    assert done.exit_code == 1
    assert "HF_TOKEN is not accepted" in done.stderr
    assert "hf_another" not in done.output + done.stderr
    monkeypatch.setenv("HF_TOKEN", f" {TOKEN}\n")
    done = RUNNER.invoke(app, ["push", str(lerobot), NAME, "--format", "lerobot", "--json"])
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["created"] is True


def test_a_hub_that_is_not_there_is_named(lerobot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("huggingface_hub", reason="the extra `hub` is not installed")
    monkeypatch.setattr(import_module("huggingface_hub.utils._http").time, "sleep", at_once)
    with pytest.raises(HubError, match=r"http://127.0.0.1:9: .*: no answer"):
        push(PushRequest(lerobot, "lerobot", NAME), HuggingFaceHub(TOKEN, "http://127.0.0.1:9"))
