"""Middles: a label that says where in the picture each object's visible pixels have their mean."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from cousins.generators.labels import Label, Labelled, file
from cousins.schemas.plugins import Needs

if TYPE_CHECKING:
    from cousins.generators.labels import LabelView


def middles(view: LabelView) -> Labelled:
    """The mean (x, y) of the visible pixels of each instance, by its name."""
    found: dict[str, list[float]] = {}
    for instance in view.labeller.instances:
        rows, columns = np.nonzero(view.mask == instance.instance_id)
        if len(rows):
            found[instance.name] = [round(float(x.mean()) + 0.5, 2) for x in (columns, rows)]
    return Labelled(files={"middles.json": json.dumps(found, sort_keys=True).encode()})


PLUGIN = Label(
    values=(file("middles.json", "JSON", "mean (x, y) of each object's visible pixels, by name"),),
    make=middles,
    needs=Needs(packages=("numpy",), version=1),
)
