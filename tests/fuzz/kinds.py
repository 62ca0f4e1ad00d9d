"""The kinds of input: where they begin, what is tried on them, and within which limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import corpus
from mutation import Case


@dataclass(frozen=True)
class Kind:
    """A kind of input.

    Attributes:
        target: the name of a function of targets.py.
        corpus: gives inputs to begin with.
        seconds: of the processor that an input may take.
        megabytes: of address space, libraries included.
    """

    target: str
    corpus: Callable[[], list[Case]]
    seconds: float = 10.0
    megabytes: int = 2500


KINDS = {
    "spec": Kind("spec", corpus.specs),
    "given": Kind("checked", corpus.given, 20.0, 4000),
    "bddl": Kind("bddl", corpus.problems),
    "answer": Kind("answer", corpus.answers, 20.0, 4000),
    "glb": Kind("mesh", corpus.glbs),
    "obj": Kind("mesh", corpus.objs),
    "urdf": Kind("model", corpus.urdfs, 40.0, 4000),
    "mjcf": Kind("model", corpus.mjcfs, 40.0, 4000),
    "folder": Kind("folder", corpus.folders, 60.0, 4000),
    "dataset": Kind("dataset", corpus.stored, 40.0, 4000),
    "stranger": Kind("stranger", corpus.mjcfs, 40.0, 4000),
    "demos": Kind("demos", corpus.demos, 40.0, 4000),
    "certificate": Kind("certificate", corpus.certificates, 20.0, 4000),
    "view": Kind("view", corpus.views),
}
