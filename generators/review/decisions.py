"""The file of decisions: written once, then it belongs to people, and new tasks are appended."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from ...schemas import SpecError
from ...schemas.review import Decision
from ..durable import write_atomic
from .cards import ReviewCard

HEAD = """\
# Decisions about proposed tasks. Change `accept` to `reject` where a task shall be left out, and
# write another `instruction`, `name` or `goal` (`inside lemon bowl`, or a list of such facts)
# below a task to edit it. The next run reads this file:
#     cousins generate SPEC --set tasks.review={path}
# or `tasks: {{review: PATH}}` in the spec.
tasks:
"""


def write_decisions(path: Path, cards: Sequence[ReviewCard], before: Sequence[Decision]) -> None:
    """Write the file, or add the tasks that it lacks at its end.

    Args:
        path: of the file.
        cards: of all tasks.
        before: what the file says already; empty where there is none.

    Raises:
        SpecError: the file is about other tasks.
    """
    known = {decision.task: decision for decision in before}
    for card in cards:
        decision = known.get(card.task.id)
        if decision is not None and decision.seen not in (None, card.seen):
            raise SpecError(
                f"{path}: {card.task.id} was another task when it was decided about; move the file "
                "away, and review the tasks that there are now"
            )
    new = "".join(_entry(card) for card in cards if card.task.id not in known)
    if not new and path.is_file():
        return
    said = path.read_text(encoding="utf-8") if path.is_file() else HEAD.format(path=path)
    joined = said if said.endswith("\n") else f"{said}\n"
    write_atomic(path, f"{joined}{new}".encode())


def _entry(card: ReviewCard) -> str:
    """One decision; JSON text is YAML."""
    lines = [f"  # {card.task.instruction}", *(f"  # doubt: {flag}" for flag in card.flags)]
    if card.near:
        lines.append(f"  # nearly alike: {', '.join(card.near)}")
    decision = card.decision or Decision(task=card.task.id)
    lines += [f"  - task: {card.task.id}", f"    seen: {json.dumps(card.seen)}"]
    lines.append(f"    decision: {decision.decision}")
    for key in ("name", "instruction", "note"):
        text = getattr(decision, key)
        if text:
            lines.append(f"    {key}: {json.dumps(text, ensure_ascii=False)}")
    if decision.goal:
        lines.append(f"    goal: {json.dumps(list(decision.goal), ensure_ascii=False)}")
    return "".join(
        f"{' '.join(line.splitlines())}\n" if line.lstrip().startswith("#") else f"{line}\n"
        for line in lines
    )
