"""Procedural synthetic data and tasks for robot learning and vision: YAML in, verified data out.

The names below are the public surface, with `cousins.schemas` and what `docs/python.md` lists;
everything else may change. Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .flows.api import ShortfallError as ShortfallError
    from .flows.api import generate as generate
    from .flows.api import load as load
    from .flows.api import make_env as make_env
    from .flows.api import preview as preview
    from .flows.preview import Preview as Preview
    from .generators.dataset import Dataset as Dataset
    from .schemas import CousinsError as CousinsError
    from .schemas import DatasetSpec as DatasetSpec
    from .schemas.spec_file import load_spec as load_spec
    from .schemas.spec_file import parse_spec as parse_spec

__version__ = version("cousins")

_PUBLIC = {
    "CousinsError": ".schemas",
    "Dataset": ".generators.dataset",
    "DatasetSpec": ".schemas",
    "Preview": ".flows.preview",
    "ShortfallError": ".flows.api",
    "generate": ".flows.api",
    "load": ".flows.api",
    "load_spec": ".schemas.spec_file",
    "make_env": ".flows.api",
    "parse_spec": ".schemas.spec_file",
    "preview": ".flows.api",
}
"""Each public name, and the module that it is taken from when it is first used."""


def __getattr__(name: str) -> Any:
    """A public name, imported when it is first used.

    Raises:
        AttributeError: there is no such name.
    """
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_PUBLIC[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, for completion."""
    return sorted({*_PUBLIC, "__version__"})
