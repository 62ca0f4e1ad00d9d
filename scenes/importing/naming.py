"""From the words people use for things, in file names and labels, to BDDL's categories."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ..assets.categories import categories
from ..core import taxonomy

TOO_MANY = 400
"""A synset with more models below it than this, such as a container, says too little."""
LONGEST = 4
"""Words in the longest phrase that is looked up."""
ALIASES: dict[str, str] = {
    "bbq sauce": "bottle__of__barbecue_sauce.n.01",
    "bookshelf": "bookcase.n.01",
    "can": "can__of__soda.n.01",
    "chest": "cedar_chest.n.01",
    "coke": "can__of__soda.n.01",
    "cola": "can__of__soda.n.01",
    "counter": "countertop.n.01",
    "cracker box": "box__of__crackers.n.01",
    "cube": "toy_dice.n.01",
    "cupboard": "cabinet.n.03",
    "desk lamp": "table_lamp.n.01",
    "dice": "toy_dice.n.01",
    "die": "toy_dice.n.01",
    "dining table": "breakfast_table.n.01",
    "drawer": "cabinet.n.01",
    "drinking glass": "water_glass.n.02",
    "dustbin": "ashcan.n.01",
    "garbage can": "ashcan.n.01",
    "fry pan": "frying_pan.n.01",
    "milk": "carton__of__milk.n.01",
    "mustard": "bottle__of__mustard.n.01",
    "paper cup": "dixie_cup.n.01",
    "pop can": "can__of__soda.n.01",
    "pot": "saucepot.n.01",
    "ramekin": "bowl.n.01",
    "rubbish bin": "ashcan.n.01",
    "saucepan": "saucepot.n.01",
    "side table": "console_table.n.01",
    "storage box": "tupperware.n.01",
    "table": "breakfast_table.n.01",
    "trash bin": "ashcan.n.01",
    "tumbler": "water_glass.n.02",
    "wastebasket": "ashcan.n.01",
    "wine": "wine_bottle.n.01",
}
"""Everyday words that BDDL spells otherwise, or whose first sense is another thing."""
NOISE = frozenset({
    "asset", "base", "big", "black", "blue", "brown", "clean", "collision", "coarse", "copy",
    "file", "final", "fine", "gray", "green", "grey", "high", "item", "large", "left", "little",
    "low", "main", "mesh", "model", "my", "new", "object", "old", "orig", "original", "pink",
    "poly", "red", "right", "scaled", "scan", "simplified", "small", "tex", "textured", "thing",
    "usd", "version", "visual", "white", "yellow",
})  # fmt: skip
"""Words of file names that name nothing by themselves."""
_AFTER_HEAD = frozenset({"with", "without", "for", "in", "on", "from", "by", "and"})


@lru_cache(maxsize=8192)
def category_of(name: str) -> str | None:
    """The BDDL synset that a file name or label means, or None where none fits.

    English puts the noun last, so of the phrases that end there the longest that BDDL knows
    wins: `Akita_Black_Bowl` is a bowl. Last words that BDDL does not know, such as a brand,
    and those of file names are skipped; `tomato_sauce` never becomes a tomato. `soda can` is
    also looked up as `can__of__soda`, and `ketchup`, which has no shape, as its bottle. Of the
    senses of a word come first those that builders of this package make, then those with the most
    models that have metric boxes; a sense without any is never taken.

    Args:
        name: such as `coffee mug`, `water-bottle_03`, `WineGlass`, or a synset itself.
    """
    if name in taxonomy.nodes():
        return name
    words = _words(name)
    for end in range(len(words), 0, -1):
        for start in range(max(0, end - LONGEST), end):
            phrase = tuple(words[start:end])
            if phrase[-1] in NOISE and len(phrase) == 1:
                continue
            if (found := _meaning(phrase)) is not None:
                return found
        if words[end - 1] not in NOISE and words[end - 1] in _vocabulary():
            return None
    return None


def _words(name: str) -> list[str]:
    """Lower-case words, without digits and without what follows the head noun.

    What `of` connects stays where BDDL knows it, as in `oats box of cereal`, without the words
    before and noise behind; else it goes as well.
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    words = [word for word in re.findall(r"[a-z]+", spaced.lower()) if len(word) > 1]
    cut = next((i for i, word in enumerate(words) if i and word in _AFTER_HEAD), len(words))
    words = words[:cut]
    if "of" not in words[1:]:
        return words
    of = words.index("of", 1)
    stop = next(i for i in range(len(words), 0, -1) if i == of + 1 or words[i - 1] not in NOISE)
    known = (words[i:stop] for i in range(of) if _meaning(tuple(words[i:stop])) is not None)
    return next(known, words[:of])


@lru_cache(maxsize=1)
def _made_here() -> frozenset[str]:
    """Categories made by code of this package: others must not change what a name means."""
    known = categories().items()
    return frozenset(name for name, declared in known if declared.source.distribution is None)


def _spellings(phrase: tuple[str, ...]) -> Iterator[str]:
    """A phrase as written, as `container of content`, and each in the singular and plural."""
    turned = [phrase]
    if len(phrase) > 1 and "of" not in phrase:
        turned.append((phrase[-1], "of", *phrase[:-1]))
    for words in turned:
        joined = "".join(words)
        yield joined
        for one in _singular(words[-1]):
            yield "".join((*words[:-1], one))
        yield joined + "s"
        for one in _singular(words[0]):
            yield "".join((one, *words[1:]))


def _singular(word: str) -> list[str]:
    if word.endswith("ves") and len(word) > 4:
        return [word[:-3] + "f", word[:-3] + "fe", word[:-1]]
    if word.endswith("es") and len(word) > 3:
        return [word[:-1], word[:-2]]
    return [word[:-1]] if word.endswith("s") and not word.endswith("ss") else []


def _meaning(phrase: tuple[str, ...]) -> str | None:
    """The synset of a phrase: of the thing itself, else of what holds it."""
    for lexicon in (_lexicon(), _contents()):
        for spelling in _spellings(phrase):
            known = [name for name in lexicon.get(spelling, ()) if _modelled(name)]
            if known:
                return _best(known, _aliases().get(spelling))
    return None


def _best(names: list[str], alias: str | None) -> str:
    return min(
        names,
        key=lambda name: (
            name != alias,
            name not in _made_here(),
            -len(taxonomy.metric_boxes(name)),
        ),
    )


def _modelled(name: str) -> bool:
    return 0 < len(taxonomy.metric_boxes(name)) <= TOO_MANY


def _compact(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


@lru_cache(maxsize=1)
def _aliases() -> dict[str, str]:
    return {_compact(words): name for words, name in ALIASES.items()}


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, tuple[str, ...]]:
    """Synsets by what they are called, without spaces, in the order of the taxonomy."""
    found: dict[str, dict[str, None]] = {}
    for words, name in _aliases().items():
        if name in taxonomy.nodes():
            found.setdefault(words, {})[name] = None
    for name, node in taxonomy.nodes().items():
        stem = name.rsplit(".", 2)[0]
        for words in (stem, *node.models):
            found.setdefault(_compact(words), {})[name] = None
    return {words: tuple(names) for words, names in found.items()}


@lru_cache(maxsize=1)
def _contents() -> dict[str, tuple[str, ...]]:
    """Containers such as `bottle__of__ketchup.n.01` by what they hold, without spaces."""
    found: dict[str, list[str]] = {}
    for name in taxonomy.nodes():
        stem = name.rsplit(".", 2)[0]
        if "__of__" in stem:
            found.setdefault(_compact(stem.split("__of__")[1]), []).append(name)
    return {words: tuple(names) for words, names in found.items()}


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    """Every word in a synset's name."""
    return frozenset(
        word for name in taxonomy.nodes() for word in re.findall(r"[a-z]+", name.rsplit(".", 2)[0])
    )


def is_noise(name: str) -> bool:
    """Whether a name, such as `model` or `mesh_02`, says nothing about what it names."""
    return all(word in NOISE for word in _words(name))
