"""From the words of a goal to categories: `lemon`, `mixing_bowl`, `lemon_2`, `mug.n.04_1`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import lru_cache

from ....scenes.core import taxonomy
from ....scenes.cousins.catalogue import resolve
from ....schemas import SpecError

SYNSET = re.compile(r"(?P<category>[\w\-']+\.n\.\d\d)(_(?P<number>\d+))?")
NUMBERED = re.compile(r"(?P<word>.*[^_\d])_?(?P<number>\d+)")


def category_of(word: str, offered: tuple[str, ...]) -> str:
    """The category that a word stands for.

    In order: a BDDL category as it is written; the first sense of the word that is offered, or
    that something offered stands in for; the category of BEHAVIOR's models of that name. A number
    at the end tells several of one category apart.

    Args:
        word: lower case, its parts joined by `_`.
        offered: categories that the library has.

    Raises:
        SpecError: where nothing offered is called so; the nearest words are offered.
    """
    synset = SYNSET.fullmatch(word)
    if synset is not None:
        resolve(synset["category"], offered)
        return synset["category"]
    for candidate in _senses(word, offered):
        try:
            resolve(candidate, offered)
        except SpecError:
            continue
        return candidate
    words = sorted({_word(category) for category in offered})
    base = NUMBERED.fullmatch(word)
    near = difflib.get_close_matches(base["word"] if base else word, words, n=4, cutoff=0.5)
    hint = f"nearest are {', '.join(near)}" if near else "`cousins assets list` names them"
    raise SpecError(
        f"{word!r} is no object of the task or scene, and no category that the library offers; "
        f"{hint}"
    )


def scene_name(word: str) -> str:
    """The name of an object that a word of a goal brings: `mug_1` for `mug.n.04_1`."""
    synset = SYNSET.fullmatch(word)
    if synset is None:
        return re.sub(r"[^a-zA-Z0-9_\-]", "_", word)
    stem = re.sub(r"[^a-zA-Z0-9]+", "_", synset["category"].split(".")[0]).strip("_")
    return stem if synset["number"] is None else f"{stem}_{synset['number']}"


def _senses(word: str, offered: tuple[str, ...]) -> Iterator[str]:
    """Categories that the word may mean, with its number and without, best first."""
    numbered = NUMBERED.fullmatch(word)
    for base in (word, *(() if numbered is None else (numbered["word"],))):
        own = [category for category in offered if _word(category) == base]
        yield from sorted(own)
        yield from (x for x in _by_word().get(base, ()) if x not in own)


def _word(category: str) -> str:
    """`jar_of_honey` for `jar__of__honey.n.01`."""
    return category.rsplit(".", 2)[0].replace("__", "_").lower()


@lru_cache(maxsize=1)
def _by_word() -> dict[str, tuple[str, ...]]:
    """BDDL's categories by their word, in the order of their senses; then by names of models."""
    found: dict[str, list[str]] = {}
    for name in sorted(taxonomy.nodes()):
        found.setdefault(_word(name), []).append(name)
    for name, node in sorted(taxonomy.nodes().items()):
        for model in node.models:
            if name not in found.setdefault(model, []):
                found[model].append(name)
    return {word: tuple(names) for word, names in found.items()}
