"""Every error this package raises on purpose.

A message says what was wrong, the value, and what is allowed or what to try next.
The exit code of the command line follows from the class: 2 means the input is wrong,
1 means the work fell short.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from .causes import Cause, Failure, SkillCause
from .locations import Loc, dotted
from .reasons import Refusal, sentences


def one_line(error: Exception) -> str:
    """The message of another package's error on one line, to be quoted."""
    return " ".join(str(error).split())


LONGEST = 4000
"""Characters in a line of a message: a value that is quoted may be as long as an input."""


def cut(message: str) -> str:
    """A message whose lines that are too long lose their middle."""
    half = LONGEST // 2 - 2
    lines = message.split("\n")
    return "\n".join(x if len(x) <= LONGEST else f"{x[:half]} .. {x[-half:]}" for x in lines)


class CousinsError(Exception):
    """Base of all errors of this package."""

    exit_code = 1

    def __init__(self, message: str = "") -> None:
        """Keep the message, without the middle of lines that are too long."""
        super().__init__(cut(message))


class SpecError(CousinsError):
    """A specification (YAML, command line, BDDL, asset file) is wrong.

    Attributes:
        place: in the spec, of what was found wrong once the file was read; its line is added
            where the file is known. Empty where the message has its line, or there is no place.
    """

    exit_code = 2

    def __init__(self, message: str, *, place: Loc = ()) -> None:
        """Keep the place, and begin the message with it."""
        self.place = place
        super().__init__(f"{dotted(place)}: {message}" if place else message)

    def __reduce__(self) -> tuple[Callable[[], SpecError], tuple[()], dict[str, Any]]:
        """Pickle with the message as it is."""
        return partial(type(self), str(self)), (), {"place": self.place}


class SpecErrors(SpecError):
    """Several mistakes of one spec, found together.

    Attributes:
        parts: each of them, with its place.
    """

    def __init__(self, parts: tuple[SpecError, ...]) -> None:
        """Keep the parts, and say them line by line."""
        self.parts = parts
        super().__init__("\n".join([f"{len(parts)} problems", *(f"  {x}" for x in parts)]))

    def __reduce__(self) -> tuple[Callable[[], SpecError], tuple[()], dict[str, Any]]:
        """Pickle with the parts."""
        return partial(SpecErrors, self.parts), (), {}


class UnknownRobotError(SpecError):
    """A robot is not known on this machine, or is not as it was.

    Attributes:
        robot: its name.
    """

    def __init__(self, robot: str, why: str) -> None:
        """Keep the robot, and say why, where it was looked for, and what to do.

        Args:
            robot: its name.
            why: the rest of the sentence that begins with it.
        """
        self.robot = robot
        self._why = why
        super().__init__(f"robot {robot!r} {why}")

    def __reduce__(self) -> tuple[Callable[[], UnknownRobotError], tuple[()], dict[str, Any]]:
        """Pickle with the robot."""
        return partial(UnknownRobotError, self.robot, self._why), (), {"place": self.place}


class DatasetError(CousinsError):
    """A dataset folder cannot be used: unwritable, corrupt, or made from another spec."""

    exit_code = 2


class LicenceError(DatasetError):
    """Assets of a dataset may not be shown together, or not at all; the message names them."""


class AssetError(CousinsError):
    """One asset cannot be used; libraries set it aside with this reason and go on.

    Attributes:
        file: name of the file that is wrong; empty where the message does not begin with it.
        reason: the message without the file.
    """

    def __init__(self, reason: str, *, file: str = "") -> None:
        """Keep the file apart from the reason, for those who name it otherwise."""
        self.file = file
        self.reason = reason
        super().__init__(f"{file}: {reason}" if file else reason)

    def __reduce__(self) -> tuple[Callable[[], AssetError], tuple[()]]:
        """Pickle with both parts."""
        return partial(type(self), self.reason, file=self.file), ()


class BackendMissingError(CousinsError):
    """An optional backend is not installed; the message says how to install it."""

    exit_code = 2


class PluginError(CousinsError):
    """A plug-in cannot be used: it cannot be imported, offers something else, or clashes."""

    exit_code = 2


class AssemblyError(CousinsError):
    """No valid scene was found within the allowed attempts.

    Attributes:
        reasons: how often each refusal ended an attempt.
        impossible: the spec itself admits no scene, whatever the seed (exit code 2).
        given_up: not all of the allowed attempts were made, for what they cost.
    """

    def __init__(
        self,
        message: str,
        reasons: Mapping[Refusal, int] | None = None,
        *,
        impossible: bool = False,
        given_up: bool = False,
    ) -> None:
        """Keep the counted reasons and append their sentences to the message."""
        self.reasons: Counter[Refusal] = Counter(reasons or {})
        self.impossible = impossible
        self.given_up = given_up
        if self.reasons:
            counted = ", ".join(f"{said} x{count}" for said, count in self.sentences.items())
            message = f"{message}: {counted}"
        super().__init__(message)

    @property
    def sentences(self) -> dict[str, int]:
        """How often each sentence refused an attempt, the most frequent first; for display."""
        return sentences(self.reasons)

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        """2 where the spec is impossible, else 1."""
        return 2 if self.impossible else 1


class PlanningError(CousinsError):
    """No plan, grasp, placement or path was found.

    Attributes:
        cause: why, as data; code asks this and never the sentence.
        objects: what it is about, where that is stated.
    """

    def __init__(
        self,
        cause: Cause | SkillCause | Failure,
        detail: str = "",
        objects: tuple[str, ...] = (),
    ) -> None:
        """Keep the cause and the objects beside the sentence.

        Args:
            cause: why.
            detail: the sentence; without one, that of the cause, about the objects.
            objects: what it is about.
        """
        self.cause = cause if isinstance(cause, Failure) else Failure(cause)
        self.objects = objects
        super().__init__(detail or self.cause.told(objects))

    @property
    def kind(self) -> Cause | SkillCause:
        """The cause without what its candidates failed of."""
        return self.cause.kind


class ProposalError(CousinsError):
    """A proposer (grammar or language model) could not give a valid task."""


class RenderError(CousinsError):
    """A renderer could not be started or failed on a frame."""


class VariantError(CousinsError):
    """A scene cannot take a value of a sweep; the value is skipped, with this reason."""


class ActionError(CousinsError):
    """An action that an environment cannot take: another size, or not finite."""

    exit_code = 2


class RunError(CousinsError):
    """Shards of a run failed; what the others made is kept."""
