"""Keys are those of the whole text, though most of it is made once for many shards."""

from __future__ import annotations

from pathlib import Path

import fake_stages
import pytest

from cousins.flows.graph import Graph
from cousins.flows.keys import Keys, read_by
from cousins.flows.run import execute
from cousins.flows.session import RunRequest, Session
from cousins.flows.work import ShardTask
from cousins.generators.store.changes import slice_of
from cousins.schemas import hash_of
from cousins.schemas.spec_file import parse_spec

TEXTS = (
    "name: k\nseed: 3\ntasks: {count: 27}\nepisodes: {per_task: 12}\n",
    "name: k\ntasks: none\nepisodes: {per_task: 0}\nscenes: 11\n",
    "name: k\ntasks: {count: 2}\nepisodes: {per_task: 4, demonstrations: 4}\n",
)


@pytest.mark.parametrize("text", TEXTS)
def test_every_key_is_the_hash_of_all_that_decides_the_shard(text: str, tmp_path: Path) -> None:
    spec = parse_spec(text)
    plan = RunRequest(spec, tmp_path, fake_stages.fake_stages())
    execute(plan)
    with Session(plan) as session:
        graph, version = session.new_graph(), session.library.version
        keys, seen = Keys(spec, plan.stages.name, version), dict[tuple[str, str], ShardTask]()
        waiting = graph.start()
        while waiting:
            unit = waiting.pop()
            seen[unit.place] = unit
            record = session.store.look(unit.stage, unit.shard, unit.key)
            assert record is not None
            waiting += graph.after(unit, record)
        for place, unit in seen.items():
            part = read_by(slice_of(spec, unit.stage, unit.stop))
            assert unit.key == keys.key(*place, part, told(session, seen, unit))
        assert len({x.key for x in seen.values()}) == len(seen) >= 5


def told(session: Session, seen: dict[tuple[str, str], ShardTask], unit: ShardTask) -> object:
    """What a shard's key says of its items and of the shard before it."""
    stages = [x for x in ("scenes", "episodes", "frames") if (x, unit.shard) in seen]
    if unit.task is None:
        before = ("tasks", f"b{int(unit.shard[1:]) - 1:05d}")
        return [unit.start, unit.stop, chain(session, seen, before) if unit.start else None]
    place = stages.index(unit.stage)
    earlier = chain(session, seen, (stages[place - 1], unit.shard)) if place else []
    return [unit.start, unit.stop, unit.task.content_hash(), *earlier]


def chain(
    session: Session, seen: dict[tuple[str, str], ShardTask], place: tuple[str, str]
) -> list[str]:
    record = session.store.record(*place)
    assert record is not None
    return [seen[place].key, record.content]


def test_a_key_is_of_this_form(tmp_path: Path) -> None:
    """Written out once, so that a change of the form is seen: it would make all datasets anew."""
    spec = parse_spec(TEXTS[0])
    graph = Graph(tmp_path, spec, fake_stages.fake_stages(), "library-1")
    (unit,) = graph.start()
    from cousins.flows.keys import STAGE_VERSIONS
    from cousins.generators.store.hashing import stage_versions

    assert unit.key == hash_of(
        {
            "assets": "library-1",
            "inputs": [0, 25, None],
            "shard": "b00000",
            "spec": read_by(slice_of(spec, "tasks", 25)),
            "stage": "tasks",
            "stage_version": STAGE_VERSIONS["tasks"],
            "stages": fake_stages.fake_stages().name,
            "versions": stage_versions("tasks", "b00000", spec),
        }
    )
