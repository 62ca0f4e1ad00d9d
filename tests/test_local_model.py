"""A real language model on loopback: the wire, the schema, the record and the replay.

What a model of this size says is mostly nonsense: this is about how its answers come, are checked,
and are kept, and not about how many of them pass.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from worlds import Few

from cousins.generators.dataset import dump_models
from cousins.generators.proposers.openai import OpenAIProposer
from cousins.generators.proposing.endpoint import Endpoint
from cousins.generators.proposing.transcript import Transcript
from cousins.generators.proposing.verdicts import hearing
from cousins.schemas import DatasetSpec, ProposalSpec, TaskSpec, Verdict

ROOT = Path(__file__).parents[1]
PYTHON = Path(os.environ.get("COUSINS_MODEL_PYTHON", ROOT / ".venv-model" / "bin" / "python"))
"""Of an environment with the model; `make test-all` makes one."""
WAIT = 400.0
"""Of one answer on a busy processor, seconds."""
COUNT, REPAIRS = 2, 1
LITTLE = Few("apple.n.01", "lemon.n.01", "mixing_bowl.n.01", "tray.n.01", "breakfast_table.n.01")
pytestmark = [pytest.mark.heavy, pytest.mark.timeout(2400)]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not PYTHON.is_file():
        pytest.skip(f"{PYTHON} is not there; `make test-all` makes it, or set COUSINS_MODEL_PYTHON")
    folder = tmp_path_factory.mktemp("model")
    with (folder / "log.txt").open("w") as log:
        server = subprocess.Popen(
            [PYTHON, Path(__file__).with_name("local_model.py"), folder],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            assert line, (folder / "log.txt").read_text(errors="replace")[-2000:]
            yield str(json.loads(line)["url"])
        finally:
            server.kill()
            server.communicate()


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def propose(
    url: str, folder: Path, *, replay: bool = False
) -> tuple[tuple[TaskSpec, ...], list[Verdict]]:
    endpoint = Endpoint("gemma", url, timeout=WAIT, transcript=Transcript(folder, replay))
    tasks = ProposalSpec(
        proposer="openai", count=COUNT, attempts=REPAIRS, allow_missing=COUNT, concurrency=1
    )
    spec = DatasetSpec(name="x", tasks=tasks)
    with hearing() as heard:
        found = OpenAIProposer(endpoint).propose(spec, 0, COUNT, (), LITTLE)
    return found, heard.verdicts


def test_a_real_model_answers_in_the_schema_and_its_answers_are_replayed(
    url: str, tmp_path: Path
) -> None:
    found, verdicts = propose(url, tmp_path)
    kept = [json.loads(path.read_text()) for path in sorted(tmp_path.glob("*.json"))]
    assert COUNT <= len(kept) == len(verdicts) <= COUNT * (1 + REPAIRS)
    assert {verdict.number for verdict in verdicts} == set(range(COUNT))
    assert {x.task for x in verdicts if x.task} == {task.id for task in found}
    # Each answer either becomes a task, or is refused for a reason that has a name.
    assert all(verdict.task or (verdict.label and verdict.reason) for verdict in verdicts)
    ended = 0
    for stored in kept:
        choice = json.loads(stored["answer"])["choices"][0]
        if choice["finish_reason"] != "stop":
            continue
        ended += 1
        # The service held the model to the schema: the keys, and the categories on offer.
        said = json.loads(choice["message"]["content"])
        required = stored["request"]["schema"]["required"]
        assert set(required) <= said.keys()
        assert {thing["category"] for thing in said["objects"]} <= set(LITTLE.ids())
    assert ended
    again, the_same = propose("http://127.0.0.1:9", tmp_path, replay=True)
    assert dump_models(again) == dump_models(found)
    assert dump_models(the_same) == dump_models(verdicts)
