"""Keys of shards: the hash of all that decides a shard's bytes.

The keys of a stage differ in little, so that the text of the rest is made once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from ..generators.store.changes import UNREAD, slice_of
from ..generators.store.hashing import stage_versions
from ..schemas import DatasetSpec
from ..schemas.base import canonical_json, hash_of

STAGE_VERSIONS = {"tasks": 8, "scenes": 7, "episodes": 7, "frames": 8, "exports": 6}
"""Raised whenever a stage gives other bytes for the same inputs."""


@dataclass(frozen=True)
class Slice:
    """The part of a spec that shards of a stage read.

    Attributes:
        spec: the spec as those shards see it.
        rest: of the text that is hashed, what follows the shard's name.
    """

    spec: DatasetSpec
    rest: str


@dataclass
class Keys:
    """Makes the keys of a dataset's shards.

    Attributes:
        spec: the whole spec.
        stages: the name of the functions that do the work.
        library_version: of the asset library.
    """

    spec: DatasetSpec
    stages: str
    library_version: str
    _slices: dict[tuple[str, int], Slice] = field(default_factory=dict[tuple[str, int], Slice])
    _versions: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])

    def __post_init__(self) -> None:
        """Make what all texts that are hashed begin with."""
        self._begin = f'{{"assets":{canonical_json(self.library_version)},"inputs":'

    def key(self, stage: str, shard: str, spec: object, inputs: object) -> str:
        """Hash of all that decides a shard's bytes.

        Args:
            stage: one of STAGES, or exports.
            shard: its name.
            spec: what of the spec the stage reads, as JSON values.
            inputs: the items that it holds, and the content of the shards before it.
        """
        told = self._told(stage, spec, stage_versions(stage, shard, self.spec))
        rest = {"assets": self.library_version, "inputs": inputs, "shard": shard}
        return hash_of({**rest, **told})

    def slice(self, stage: str, stop: int) -> Slice:
        """What the shards of a stage read that end before an item.

        Args:
            stage: one of STAGES.
            stop: one past the last item.
        """
        found = self._slices.get((stage, stop))
        if found is not None:
            return found
        if stage not in self._versions:
            # They depend on the shard in exports alone, where it is the format.
            self._versions[stage] = stage_versions(stage, "", self.spec)
        spec = slice_of(self.spec, stage, stop)
        told = self._told(stage, read_by(spec), self._versions[stage])
        found = Slice(spec, canonical_json(told)[1:])
        if stage != "tasks":  # of which each batch ends elsewhere
            self._slices[stage, stop] = found
        return found

    def of_slice(self, shard: str, part: Slice, inputs: str) -> str:
        """As `key`, of a shard that reads this part of the spec; its inputs are canonical JSON."""
        text = f'{self._begin}{inputs},"shard":"{shard}",{part.rest}'
        return sha256(text.encode()).hexdigest()

    def _told(self, stage: str, spec: object, versions: dict[str, str]) -> dict[str, object]:
        return {
            "spec": spec,
            "stage": stage,
            "stage_version": STAGE_VERSIONS[stage],
            "stages": self.stages,
            "versions": versions,
        }


def read_by(spec: DatasetSpec) -> object:
    """The parts of a spec in a key: what lies in folders enters by its hash, wherever they are."""
    unread = {name for _, name in UNREAD}
    return spec.model_dump(
        mode="json",
        exclude={"assets": True, "episodes": {"from_": {"evaluation"}}, "tasks": unread},
    )
