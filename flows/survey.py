"""What of a dataset is there and what is missing: reads its folder, takes no lock, asks no API."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ..generators.dataset import Dataset
from ..generators.quarantine import quarantined
from ..generators.shards import EXPORTS, STAGES, ShardRecord
from ..generators.sources import is_merged
from ..schemas import DatasetSpec
from .graph import Graph
from .work import Stages

Place = tuple[str, str]


@dataclass(frozen=True)
class StageSurvey:
    """The shards of one stage.

    Attributes:
        made: of what the spec asks for; nothing has to be done for them.
        outdated: made from another spec, or by other versions.
        expected: how many there will be, as far as is known.
        bytes: of all that lie there.
        quarantined: left out on purpose, with those that would follow from them counted nowhere.
    """

    made: int
    outdated: int
    expected: int
    bytes: int
    quarantined: int = 0

    @property
    def missing(self) -> int:
        """How many have to be made."""
        return max(0, self.expected - self.made - self.quarantined)


def survey(
    root: Path, spec: DatasetSpec, stages: Stages, library_version: str
) -> dict[str, StageSurvey]:
    """Count the shards of each stage, by following what depends on what.

    Args:
        root: of the dataset; it need not exist.
        spec: what is asked for.
        stages: named in every shard's key.
        library_version: of the asset libraries, also part of the keys.

    Raises:
        DatasetError: a record or a batch of tasks is damaged.
    """
    records = _records(root)
    if is_merged(root):
        return _merged(records)
    graph = Graph(root, spec, stages, library_version)
    made, outdated = Counter[str](), Counter[str]()
    skipped, left_out = Counter[str](), {x.place: x.key for x in quarantined(root)}
    waiting = graph.start()
    while waiting:
        unit = waiting.pop()
        record = records.get((unit.stage, unit.shard))
        if record is None:
            if unit.key == left_out.get((unit.stage, unit.shard)):
                skipped.update([unit.stage])
                waiting += graph.skip(unit)
            continue
        (made if record.key == unit.key else outdated).update([unit.stage])
        waiting += graph.after(unit, record)
    for unit in graph.exports(spec.export, records.values()):
        record = records.get((unit.stage, unit.shard))
        if record is not None:
            (made if record.key == unit.key else outdated).update([unit.stage])
    sizes = Counter[str]()
    for record in records.values():
        sizes[record.stage] += sum(record.sizes.values())
    return {
        stage: StageSurvey(made[stage], outdated[stage], total, sizes[stage], skipped[stage])
        for stage, total in graph.total.items()
        if total
    }


def _merged(records: dict[Place, ShardRecord]) -> dict[str, StageSurvey]:
    """Of a merged dataset: what there is is all that there will be."""
    found: dict[str, StageSurvey] = {}
    for stage in (*STAGES, EXPORTS):
        own = [record for record in records.values() if record.stage == stage]
        if own:
            size = sum(sum(record.sizes.values()) for record in own)
            found[stage] = StageSurvey(len(own), 0, len(own), size)
    return found


def _records(root: Path) -> dict[Place, ShardRecord]:
    if not (root / "spec.json").is_file():
        return {}
    dataset, order = Dataset(root), (*STAGES, EXPORTS)
    return {record.place: record for stage in order for record in dataset.records(stage)}
