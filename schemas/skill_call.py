"""A skill and what it is applied to, as plans and traces write it: `place_on(cup, tray)`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TEXT = re.compile(r"(\w+)\(([\w-]+(?:, [\w-]+)*)?\)")


@dataclass(frozen=True)
class SkillCall:
    """A skill with its arguments; `str()` writes it and `parse` reads it back.

    Attributes:
        skill: name of the skill.
        arguments: names of objects in the scene.
    """

    skill: str
    arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The form `SKILL(ARGUMENT, ARGUMENT)`."""
        return f"{self.skill}({', '.join(self.arguments)})"

    @classmethod
    def parse(cls, text: str) -> SkillCall:
        """Read what `str()` writes.

        Raises:
            ValueError: the text has another form.
        """
        found = _TEXT.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no skill call; the form is SKILL(ARGUMENT, ARGUMENT)")
        return cls(found[1], tuple(found[2].split(", ")) if found[2] else ())
