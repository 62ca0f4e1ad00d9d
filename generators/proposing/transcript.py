"""Requests to a language model and its answers: kept as they come, and not asked again.

A request is known by the hash of its content: the model, the conversation, the schema, and the
seed. Neither a key nor an address is part of it, so a transcript may be shared.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...schemas import ProposalError, canonical_json, hash_of
from ..durable import write_atomic

Request = dict[str, Any]
"""`model`, `messages`, `schema`, and `seed`, as JSON values."""


@dataclass(frozen=True)
class Transcript:
    """A folder of requests and answers, one file for each.

    Attributes:
        folder: made when the first answer is kept.
        replay: nothing is asked; what the folder lacks is an error.
    """

    folder: Path
    replay: bool = False

    def find(self, request: Request) -> bytes | None:
        """The body of the answer to a request that was asked before.

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
        return str(stored["answer"]).encode()

    def keep(self, request: Request, body: bytes) -> None:
        """Add an answer; from now on it is found."""
        stored = {"request": request, "answer": body.decode(errors="replace")}
        path = self._path(request)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, canonical_json(stored).encode() + b"\n")

    def _path(self, request: Request) -> Path:
        return self.folder / f"{hash_of(request)}.json"
