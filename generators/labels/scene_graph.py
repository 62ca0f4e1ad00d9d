"""Objects, their states, and how they stand to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.plugins import Needs
from . import Label, Labelled, Reads, file

if TYPE_CHECKING:
    from ._view import LabelView


def _make(view: LabelView) -> Labelled:
    from ..images.truth.graphs import scene_graph

    moment = view.moment
    graph = scene_graph(moment.ready.world, moment.places, moment.facts)
    return Labelled(files={"scene_graph.json": graph.canonical_json().encode()})


PLUGIN = Label(
    values=(
        file(
            "scene_graph.json",
            "",
            "`SceneGraph`: every object with category, asset, `world_from_object` and the unary "
            "predicates that hold of it (`states`), and an edge for each binary predicate that "
            "holds",
        ),
    ),
    make=_make,
    reads=frozenset({Reads.FACTS}),
    needs=Needs(packages=("mujoco", "numpy")),
)
