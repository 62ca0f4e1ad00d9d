"""What a flow run is called and tagged: people find a dataset, its seed and its time."""

from __future__ import annotations

import hashlib
import re
import socket
import time
from pathlib import Path

from ..schemas import DatasetSpec
from ..schemas.spec_file import load_spec, parse_spec
from .corrections import with_failures
from .robots import with_robot

PACKAGE = "cousins"
"""The tag of every flow run."""
SpecSource = str | dict[str, object]
"""The path of a YAML file, or what would stand in it."""


def read_source(source: SpecSource) -> DatasetSpec:
    """The spec that a flow was given, with its robot known by name.

    Args:
        source: the path of a YAML file, or the mapping that would stand in it.

    Raises:
        SpecError: there is no such file, or what it says is wrong.
    """
    if isinstance(source, str):
        return with_failures(with_robot(load_spec(Path(source))))
    import yaml

    text = yaml.safe_dump(source, sort_keys=False, allow_unicode=True)
    return with_failures(with_robot(parse_spec(text, "the spec that was given as a mapping")))


def run_name(spec: DatasetSpec, until: str) -> str:
    """The dataset, its seed, the last stage where that is not all, and the time in UTC."""
    stage = "" if until == "frames" else f" to {until}"
    return f"{spec.name} seed {spec.seed}{stage} {time.strftime('%Y-%m-%d %H:%M', time.gmtime())}"


def run_tags(spec: DatasetSpec, root: Path) -> list[str]:
    """The tags of a flow run: this package, the dataset's name, and its folder as a hash."""
    return [PACKAGE, spec.name, folder_tag(root)]


def folder_tag(root: Path) -> str:
    """A tag that all runs of one folder share, on this machine."""
    place = f"{socket.gethostname()}:{root.resolve()}"
    return f"dataset:{hashlib.sha256(place.encode()).hexdigest()[:16]}"


def artifact_key(*parts: str) -> str:
    """A key that Prefect accepts: lower-case letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", "-".join(parts).lower()).strip("-")
