"""Which policy is judged, and how it is brought to act in a worker process."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from ...generators.learners.policies import Policy, load_policy
from ...generators.learners.records.cards import CARD, WEIGHTS, PolicyCard, read_card
from ...generators.store.hashing import file_hash
from ...schemas import SpecError, hash_of

PREFIX = "python:"
SERVER = "ws://"
Kind = Literal["checkpoint", "replay", "python", "server"]


@dataclass(frozen=True)
class PolicyRef:
    """A policy as a command names it.

    Attributes:
        kind: of policy.
        where: the checkpoint's folder, `module:attribute`, or the server's address.
        given: as it was written.
    """

    kind: Kind
    where: str
    given: str

    @property
    def card(self) -> PolicyCard | None:
        """Of a checkpoint."""
        return read_card(Path(self.where)) if self.kind == "checkpoint" else None

    def digest(self) -> str:
        """Hash of a checkpoint's files; of other policies, of their name."""
        if self.kind != "checkpoint":
            return hash_of([self.kind, self.where])
        files = [file_hash(Path(self.where) / name) for name in (CARD, WEIGHTS)]
        return hashlib.sha256("".join(files).encode()).hexdigest()


def policy_ref(given: str) -> PolicyRef:
    """The policy a person named.

    Args:
        given: a checkpoint's folder, `replay`, `python:MODULE:ATTRIBUTE`, or `ws://...`.

    Raises:
        SpecError: it is none of these.
        DatasetError: the folder is no checkpoint.
    """
    if given == "replay":
        return PolicyRef("replay", "", given)
    if given.startswith(SERVER):
        return PolicyRef("server", given, given)
    if given.startswith(PREFIX):
        where = given.removeprefix(PREFIX)
        module, colon, attribute = where.partition(":")
        if not (module and colon and attribute):
            raise SpecError(f"policy {given!r}: expected {PREFIX}MODULE:ATTRIBUTE")
        return PolicyRef("python", where, given)
    folder = Path(given)
    if not folder.is_dir():
        raise SpecError(
            f"policy {given!r}: no such folder; allowed: a checkpoint's folder, replay, "
            f"{PREFIX}MODULE:ATTRIBUTE, or {SERVER}HOST:PORT"
        )
    read_card(folder)
    return PolicyRef("checkpoint", str(folder.resolve()), folder.name)


@lru_cache(maxsize=2)
def open_policy(ref: PolicyRef) -> Policy:
    """The policy itself, once per process.

    Raises:
        SpecError: there is no such module or attribute.
        BackendMissingError: it needs PyTorch, and that is not installed.
    """
    match ref.kind:
        case "checkpoint":
            return load_policy(Path(ref.where))
        case "server":
            from .remote import RemotePolicy

            return RemotePolicy(ref.where)
        case "python":
            return _imported(ref)
        case "replay":
            raise ValueError("a replay is planned for each scene")


def _imported(ref: PolicyRef) -> Policy:
    module, _, attribute = ref.where.partition(":")
    try:
        make: Callable[[], Any] = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise SpecError(f"policy {ref.given!r} cannot be imported: {error}") from error
    made = make()
    if not all(callable(getattr(made, name, None)) for name in ("reset", "act")):
        raise SpecError(
            f"policy {ref.given!r}: {attribute}() gave a {type(made).__name__}; "
            "a policy has reset(seed) and act(observation)"
        )
    policy: Policy = made
    return policy


@dataclass
class Playback:
    """Gives stored actions one after the other, then the last one."""

    actions: Any
    _at: int = 0

    def reset(self, seed: int) -> None:
        """From the beginning."""
        del seed
        self._at = 0

    def act(self, observation: Mapping[str, Any]) -> Any:
        """The next action."""
        del observation
        row = self.actions[min(self._at, len(self.actions) - 1)]
        self._at += 1
        return row
