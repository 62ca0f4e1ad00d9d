"""An endpoint's answer: the text of a chat completion, in the forms that services give it.

Services differ: content is a text or a list of parts; some answer by calling a tool. What is
read here comes from strangers, so nothing is taken for granted and nothing long is repeated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ...schemas import ProposalError
from ...schemas.plain import is_list, is_mapping

SHOWN = 200
"""Characters of a stranger's text that an error repeats at most."""
_THOUGHTS = re.compile(r"<(think|thinking|reasoning)>.*?(</\1>|\Z)", re.DOTALL | re.IGNORECASE)


class UnreadableError(Exception):
    """The body is no chat completion."""


class CutOffError(ProposalError):
    """The answer ended before it was complete."""

    label = "cut_off"


class DeclinedError(ProposalError):
    """The model, or a filter before it, would not answer."""

    label = "declined"


def choice_of(body: bytes) -> dict[str, Any]:
    """The first choice of a chat completion, which has a message.

    Raises:
        UnreadableError: saying what is wrong with the body.
    """
    try:
        completion: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"unreadable answer: {type(error).__name__}") from error
    choice = _first(_get(completion, "choices"))
    if not is_mapping(choice) or not is_mapping(choice.get("message")):
        raise UnreadableError("the answer has no message")
    return choice


def text_of(choice: dict[str, Any]) -> str:
    """The text of a choice.

    Raises:
        CutOffError: where the answer ended too early.
        DeclinedError: where there is a refusal instead.
    """
    message = _get(choice, "message")
    ended = _get(choice, "finish_reason")
    if ended == "length":
        raise CutOffError("the answer was cut off at the model's token limit")
    if ended == "content_filter":
        raise DeclinedError("the content filter stopped the answer")
    refusal = _get(message, "refusal") or _part(message, "refusal")
    if isinstance(refusal, str) and refusal:
        raise DeclinedError(f"the model refused: {' '.join(refusal.split())[:SHOWN]}")
    content = _get(message, "content")
    called = _get(_get(_first(_get(message, "tool_calls")), "function"), "arguments")
    if isinstance(content, str) and content.strip():
        return content
    return _part(message, "text") or (called if isinstance(called, str) else "")


def object_in(text: str) -> str:
    """The JSON object in a model's text, without thoughts, code fences, and prose around it.

    A text in which no object is found is given back as it is, for the schema to refuse.
    """
    return next(_objects(text), text)


def objects_in(text: str) -> list[str]:
    """All JSON objects in a model's text, one after another, without what is around them."""
    return list(_objects(text))


def _objects(text: str) -> Iterator[str]:
    said = _THOUGHTS.sub("", text)
    decoder = json.JSONDecoder()
    start = said.find("{")
    while start >= 0:
        try:
            _, end = decoder.raw_decode(said, start)
        except (ValueError, RecursionError):
            start = said.find("{", start + 1)
            continue
        yield said[start:end]
        start = said.find("{", end)


def _get(value: Any, key: str) -> Any:
    return value.get(key) if is_mapping(value) else None


def _first(value: Any) -> Any:
    return value[0] if is_list(value) and value else None


def _part(message: Any, key: str) -> str:
    """The texts of a content that is a list of parts, joined."""
    content = _get(message, "content")
    parts = content if is_list(content) else []
    return "".join(x for x in (_get(part, key) for part in parts) if isinstance(x, str))
