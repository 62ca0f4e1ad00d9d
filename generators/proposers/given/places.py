"""Where in a spec an error was found."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from ....schemas import SpecError
from ....schemas.locations import Loc


@contextmanager
def placed(place: Loc) -> Generator[None]:
    """Give errors a place in the spec, unless they have one.

    Raises:
        SpecError: as raised inside, with a place.
    """
    try:
        yield
    except SpecError as error:
        if error.place:
            raise
        raise SpecError(str(error), place=place) from error
