"""Nudges: a proposer of tasks in which a puck is to touch a slab."""

from __future__ import annotations

from cousins.scenes.assets.library import AssetLibrary
from cousins.schemas import DatasetSpec, ProposalError, TaskObject, TaskSpec
from cousins.schemas.plugins import Needs

NAMES = {"table": "breakfast_table.n.01", "puck": "puck.n.02", "slab": "slab.n.01"}
TEXT = """(define (problem nudge-0)
    (:domain omnigibson)
    (:objects breakfast_table.n.01_1 - breakfast_table.n.01 puck.n.02_1 - puck.n.02
              slab.n.01_1 - slab.n.01)
    (:init (ontop puck.n.02_1 breakfast_table.n.01_1) (ontop slab.n.01_1 breakfast_table.n.01_1))
    (:goal (touching ?puck.n.02_1 ?slab.n.01_1))
)
"""


class NudgesProposer:
    """The same task under each number; scenes differ by their seeds."""

    summary = "a puck that is to touch a slab"
    needs = Needs(version=1)

    def propose(
        self,
        spec: DatasetSpec,
        start: int,
        stop: int,
        earlier: tuple[TaskSpec, ...],
        library: AssetLibrary,
    ) -> tuple[TaskSpec, ...]:
        """Tasks number `start` up to `stop`."""
        missing = set(NAMES.values()) - set(library.ids())
        if missing:
            raise ProposalError(f"the library lacks {', '.join(sorted(missing))}; add one that has")
        return tuple(
            TaskSpec(
                id=f"t{number:04d}",
                name="nudge",
                instruction="Push the puck against the slab.",
                bddl=TEXT,
                objects=tuple(
                    TaskObject(name=name, instance=f"{category}_1", category=category)
                    for name, category in NAMES.items()
                ),
                proposer="nudges",
                seed=(spec.seed, 0, number),
            )
            for number in range(start, stop)
        )


PLUGIN = NudgesProposer()
