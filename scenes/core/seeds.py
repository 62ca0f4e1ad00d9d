"""Seeds: every item's generator comes from its own branch of one SeedSequence."""

from __future__ import annotations

import hashlib

import numpy as np

Seed = tuple[int, ...]
"""Entropy, then the spawn key."""


def generator(seed: Seed, *path: int | str) -> np.random.Generator:
    """The generator at `path` below `seed`; a string counts as a stable number."""
    whole = branch(seed, *path)
    return np.random.default_rng(np.random.SeedSequence(whole[0], spawn_key=whole[1:]))


def branch(seed: Seed, *path: int | str) -> Seed:
    """The seed at `path` below `seed`."""
    return (*seed, *(_number(part) for part in path))


def _number(part: int | str) -> int:
    if isinstance(part, int):
        return part
    return int.from_bytes(hashlib.sha256(part.encode()).digest()[:4], "little")
