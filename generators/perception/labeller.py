"""Labels for masks from a vision model behind an OpenAI-compatible endpoint; only when asked."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...scenes.observation.view import DepthView
from ...schemas import ProposalError, SpecError
from ..proposing.completion import CutOffError, DeclinedError, object_in
from ..proposing.endpoint import Endpoint

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam

NOTHING = "none of these"
ATTEMPTS = 3
"""Answers per mask, of which the invalid ones go back with the reason."""
MARGIN = 0.15
"""Shown around the box of a mask, as a share of its size."""
LARGEST = 384
"""Longest side of the picture that is sent, pixels."""
OUTSIDE = 0.35
"""Brightness that is left of what lies outside the mask."""


class _Answer(BaseModel):
    """What the model says a mask shows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    category: Annotated[str, Field(min_length=1, max_length=80)]
    """One of the allowed categories, or that none fits."""


def with_labels(
    view: DepthView, categories: Sequence[str], endpoint: Endpoint, seed: int = 0
) -> tuple[DepthView, dict[int, str]]:
    """The view with a label for each mask that had none.

    Args:
        view: with a picture.
        categories: synsets that the model may answer.
        endpoint: where to ask.
        seed: for endpoints that can repeat themselves.

    Returns:
        The view, and the labels that the model gave, by instance id. A mask that it finds to be
        none of the categories stays without a label.

    Raises:
        SpecError: where there is no picture.
        ProposalError: where the endpoint fails, or an answer stays invalid.
    """
    if view.rgb is None:
        raise SpecError("labels by a vision model need a picture; add rgb.png to the folder")
    given: dict[int, str] = {}
    for instance in (int(i) for i in np.unique(view.masks) if i > 0):
        if not view.labels.get(instance, "").strip():
            picture = crop(view.rgb, view.masks == instance)
            answer = _ask(endpoint, picture, categories, seed, instance)
            if answer != NOTHING:
                given[instance] = answer
    return replace(view, labels={**view.labels, **given}), given


def crop(rgb: npt.NDArray[np.uint8], mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    """The part of the picture around a mask, darker outside of it, (h, w, 3)."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    margin = int(MARGIN * max(np.ptp(rows), np.ptp(columns))) + 2
    window = (
        slice(max(0, int(rows[0]) - margin), int(rows[-1]) + margin + 1),
        slice(max(0, int(columns[0]) - margin), int(columns[-1]) + margin + 1),
    )
    part = rgb[window]
    return np.where(mask[window][..., None], part, (part * OUTSIDE).astype(np.uint8))


def _ask(
    endpoint: Endpoint,
    picture: npt.NDArray[np.uint8],
    categories: Sequence[str],
    seed: int,
    instance: int,
) -> str:
    """The category of one crop, after at most ATTEMPTS answers."""
    allowed = [*categories, NOTHING]
    schema = _Answer.model_json_schema()
    schema["properties"]["category"]["enum"] = allowed
    messages: list[ChatCompletionMessageParam] = [
        {"role": "system", "content": "You name household objects. Answer with one JSON object."},
        {"role": "user", "content": _question(picture)},
    ]
    problem = ""
    for _ in range(ATTEMPTS):
        content = ""
        try:
            content = endpoint.ask(messages, schema, seed=seed % 2**31)
            found = _Answer.model_validate_json(object_in(content)).category
            if found in allowed:
                return found
            problem = f"{found!r} is not one of the allowed categories"
        except (CutOffError, DeclinedError, ValidationError) as error:
            problem = " ".join(str(error).split())[:300]
        messages.append({"role": "assistant", "content": content or "(no complete answer)"})
        messages.append({"role": "user", "content": f"Invalid: {problem}. Answer again."})
    raise ProposalError(
        f"{endpoint.url} ({endpoint.model}): mask {instance}: still invalid after {ATTEMPTS} "
        f"answers: {problem}; try a larger model, or write the label into observation.json"
    )


def _question(picture: npt.NDArray[np.uint8]) -> list[Any]:
    """The picture and what is asked of it."""
    image = Image.fromarray(picture)
    image.thumbnail((LARGEST, LARGEST))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    address = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
    text = (
        "Which of the allowed categories is the object in the bright part of this picture? "
        f"Answer {NOTHING!r} where none fits."
    )
    return [
        {"type": "text", "text": text},
        {"type": "image_url", "image_url": {"url": address}},
    ]
