"""Requests to a language model and its answers: kept as they come, and not asked again.

A request is known by the hash of its content: the model, the conversation, the schema, and the
seed. Neither a key nor an address is part of it, so a transcript may be shared.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...schemas import ProposalError, canonical_json, hash_of
from ...schemas.plain import is_mapping
from ..durable import write_atomic
from .ledger import Usage, usage_of

Request = dict[str, Any]
"""`model`, `messages`, `schema`, and `seed`, as JSON values."""


@dataclass(frozen=True)
class KeptAnswer:
    """The body of an answer, and the seconds that it took."""

    body: bytes
    seconds: float


@dataclass(frozen=True)
class Transcript:
    """A folder of requests and answers, one file for each.

    Attributes:
        folder: made when the first answer is kept.
        replay: nothing is asked; what the folder lacks is an error.
    """

    folder: Path
    replay: bool = False

    def holds(self, request: Request) -> bool:
        """Whether a request was answered before."""
        return self._path(request).is_file()

    def spent(self) -> Usage:
        """The usage of all requests that it holds; what cannot be read counts as nothing."""
        total = Usage()
        for path in sorted(self.folder.glob("*.json")):
            total += _usage_in(path)
        return total

    def find(self, request: Request) -> KeptAnswer | None:
        """The answer to a request that was asked before.

        Raises:
            ProposalError: the file is damaged, or nothing may be asked and there is none.
        """
        path = self._path(request)
        if not path.is_file():
            if self.replay:
                raise ProposalError(
                    f"{self.folder} has no answer to this request ({path.name}), and with "
                    "`replay` none is asked for; use the spec and version that it was made with"
                )
            return None
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            sound = stored["request"] == request and isinstance(stored["answer"], str)
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise ProposalError(f"{path} is damaged ({type(error).__name__}); remove it") from error
        if not sound:
            raise ProposalError(f"{path} is not what its name says; remove it")
        return KeptAnswer(str(stored["answer"]).encode(), _seconds(stored))

    def keep(self, request: Request, body: bytes, seconds: float = 0.0) -> None:
        """Add an answer, for which so many seconds were waited; from now on it is found."""
        stored = {
            "request": request,
            "answer": body.decode(errors="replace"),
            "seconds": round(seconds, 3),
        }
        path = self._path(request)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, canonical_json(stored).encode() + b"\n")

    def _path(self, request: Request) -> Path:
        return self.folder / f"{hash_of(request)}.json"


def _seconds(stored: dict[str, Any]) -> float:
    said = stored.get("seconds", 0.0)
    return float(said) if isinstance(said, int | float) else 0.0


@lru_cache(maxsize=100_000)
def _usage_in(path: Path) -> Usage:
    """The usage of one kept answer, which does not change."""
    try:
        stored: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return Usage()
    if not is_mapping(stored) or not isinstance(stored.get("answer"), str):
        return Usage()
    return usage_of(stored.get("request"), stored["answer"].encode(), _seconds(stored))
