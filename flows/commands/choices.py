"""Names of plug-ins on the command line: found when they are read, not when it starts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from typer.core import TyperCommand


def completion(*groups: str) -> Callable[[], list[str]]:
    """The shell completion of an option that takes names of plug-ins.

    Args:
        groups: of `schemas.plugins.FOLDERS`.
    """

    def complete() -> list[str]:
        return [name for group in groups for name in _names(group)]

    return complete


class NamingCommand(TyperCommand):
    """A command whose help says `{engines}` for the names of a group's plug-ins."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help with the names filled in."""
        for parameter in self.params:
            text = getattr(parameter, "help", None)
            if isinstance(text, str):
                filled = re.sub(r"\{(\w+)\}", lambda group: ", ".join(_names(group[1])), text)
                vars(parameter)["help"] = filled
        super().format_help(ctx, formatter)


def _names(group: str) -> tuple[str, ...]:
    from ...schemas.plugins import names

    return names(group)
