"""Limits of processes that read what comes from strangers."""

from __future__ import annotations

import resource
from contextlib import suppress

HDF5 = (".hdf5", ".h5", ".hdf")
READING = 60.0
"""Seconds that reading an attempt from a stranger's file may take: HDF5 itself can go round in a
damaged one for ever."""
MEMORY = 8 * 2**30
"""Bytes of address space that a process has for what comes from strangers."""


def bound_memory() -> None:
    """Give this process no more memory than it needs for files of any honest size."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY if most == resource.RLIM_INFINITY else min(MEMORY, most)
    with suppress(ValueError):  # it already uses more
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))
