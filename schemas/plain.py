"""Plain data, as JSON and YAML files are read: lists and mappings whose contents are not known."""

from __future__ import annotations

from typing import Any, TypeGuard


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether it is a list, of whatever."""
    return isinstance(value, list)


def is_mapping(value: object) -> TypeGuard[dict[Any, Any]]:
    """Whether it is a mapping, of whatever to whatever."""
    return isinstance(value, dict)
