"""Engines whose names are known, so that they say why they cannot be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from ...schemas import BackendMissingError
from ...schemas.plugins import Needs

if TYPE_CHECKING:
    from ..reporter import Reporter
    from ..session import Session


@dataclass(frozen=True)
class AbsentEngine:
    """Refuses.

    Attributes:
        name: of the engine.
    """

    name: str
    summary = "not built: refused with a message"
    needs = Needs()

    def check(self) -> None:
        """Refuse.

        Raises:
            BackendMissingError: always.
        """
        self._refuse()

    def run(self, session: Session, reporter: Reporter) -> NoReturn:
        """Refuse.

        Raises:
            BackendMissingError: always.
        """
        del session, reporter
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise BackendMissingError(
            f"engine {self.name!r} is not available; this version has: prefect, local"
        )
