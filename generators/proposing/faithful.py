"""Whether an instruction says what the goal asks for, by rules that refuse only clear cases."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...schemas import DroppedParaphrase
from ...tasks.bddl.formula import Formula
from ...tasks.bddl.goals import ground_literals
from .draft import RefusedError
from .offered import OfferedCategory

SAYS = {
    ("open", True): ("open", "lift", "raise", "unlock"),
    ("open", False): ("close", "closed", "closing", "shut", "lower"),
    ("toggled_on", True): ("on", "start", "light", "activate"),
    ("toggled_on", False): ("off", "stop", "deactivate"),
}
"""Words that say that a state is wanted."""
SHORTEST = 3
"""Letters of a word by which a thing is recognised, at least."""


def check_faithful(instruction: str, goal: Formula, kinds: Mapping[str, OfferedCategory]) -> None:
    """Refuse an instruction that leaves out a thing of the goal, or says the opposite of it.

    Args:
        instruction: in words.
        goal: in scene names.
        kinds: of the task's objects by scene name, without the support.

    Raises:
        RefusedError: `unfaithful`, with what is missing or contradicted.
    """
    said = frozenset(re.findall(r"[a-z]+", instruction.lower()))
    literals = list(ground_literals(goal))
    things = dict.fromkeys(x for literal in literals for x in literal.arguments if x in kinds)
    unnamed = [x for x in things if not _named(x, kinds[x], said) and not kinds[x].grain]
    if unnamed:
        raise RefusedError(
            "unfaithful",
            f"the goal asks for something of {', '.join(unnamed)}, which the instruction does not "
            "name; say so, or leave it out of the goal",
        )
    for literal in literals:
        wanted, other = (SAYS.get((literal.predicate, x)) for x in _both(literal.negated))
        if wanted and other and said.intersection(other) and not said.intersection(wanted):
            raise RefusedError(
                "unfaithful",
                f"the goal asks for {literal}, and the instruction says the opposite; say "
                f"{wanted[0]!r}, or change the goal",
            )


@dataclass(frozen=True)
class Paraphrases:
    """Other ways of saying an instruction.

    Attributes:
        kept: those that say what the goal asks for, each once.
        dropped: the others, with the reason; the task has its instruction without them.
    """

    kept: tuple[str, ...] = ()
    dropped: tuple[DroppedParaphrase, ...] = ()


def check_paraphrases(
    instruction: str,
    paraphrases: Sequence[str],
    goal: Formula,
    kinds: Mapping[str, OfferedCategory],
) -> Paraphrases:
    """Which paraphrases say what the goal asks for, in other words than the instruction.

    Args:
        instruction: that they paraphrase.
        paraphrases: in words.
        goal: in scene names.
        kinds: of the task's objects by scene name, without the support.
    """
    said = {instruction.casefold()}
    kept, dropped = list[str](), list[DroppedParaphrase]()
    for text in paraphrases:
        if text.casefold() in said:
            reason = "it says the same as the instruction or another paraphrase, word for word"
            dropped.append(DroppedParaphrase(text=text, label="repeated", reason=reason))
            continue
        try:
            check_faithful(text, goal, kinds)
        except RefusedError as error:
            dropped.append(DroppedParaphrase(text=text, label="unfaithful", reason=str(error)))
            continue
        said.add(text.casefold())
        kept.append(text)
    return Paraphrases(tuple(kept), tuple(dropped))


def _both(negated: bool) -> tuple[bool, bool]:
    return not negated, negated


def _named(name: str, kind: OfferedCategory, said: frozenset[str]) -> bool:
    """Whether a word of the thing's name or category is said, in the singular or plural."""
    words = re.findall(r"[a-z]+", f"{name} {kind.words}".lower())
    return any(_said(word, said) for word in words if len(word) >= SHORTEST)


def _said(word: str, said: Iterable[str]) -> bool:
    """Whether a word is said, whatever its ending."""
    stem = word[: max(SHORTEST, len(word) - 1)]
    return any(other.startswith(stem) for other in said)
