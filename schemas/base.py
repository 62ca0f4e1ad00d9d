"""The base of all saved models: frozen, strict about unknown keys, canonical as JSON."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from .errors import SpecError

Vec2 = tuple[float, float]
Vec3 = tuple[float, float, float]
Quat = tuple[float, float, float, float]
"""Unit quaternion, wxyz."""
Rgba = tuple[float, float, float, float]
Name = Annotated[str, Field(pattern=r"^[a-zA-Z][a-zA-Z0-9_\-]*$", max_length=64)]
"""An identifier that is also safe as a file name and as a part of a parameter path."""
Synset = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_\-']+\.n\.\d\d$", max_length=80)]
"""A BDDL category, such as `mug.n.04`."""


_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


class Model(BaseModel):
    """Base of everything that is saved or crosses a process."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def canonical_json(self) -> str:
        """This model as JSON with sorted keys and no spaces: equal models, equal text."""
        return canonical_json(self.model_dump(mode="json"))

    def content_hash(self) -> str:
        """SHA-256 of the canonical JSON, 64 hexadecimal digits."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()

    @classmethod
    def from_json(cls, text: str | bytes, source: str = "JSON") -> Self:
        """Parse and validate; `source` names the file in the error.

        Raises:
            SpecError: where the text is not valid for this model.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise SpecError(f"{source} is not a valid {cls.__name__}: {error}") from error


def key_of(name: str, field: FieldInfo) -> str:
    """A field's key in files: its name, or what stands there where that is a word of Python."""
    return field.alias or name


def unset(value: object) -> bool:
    """Whether a later field says what holds without it: it is not stored, so older bytes stay."""
    if isinstance(value, bool):
        return value
    return value is None or value in (0.0, (0.0, 0.0))


def one(value: object) -> bool:
    """As `unset`, of counts that are 1 without being said."""
    return value == 1


def nothing(value: object) -> bool:
    """As `unset`, of fields that hold several things."""
    return not value


def canonical_json(value: Any) -> str:
    """JSON text with sorted keys, no spaces, and no NaN."""
    return _ENCODER.encode(value)


def hash_of(value: Any) -> str:
    """SHA-256 of a JSON-serialisable value in its canonical form."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
