"""Inputs whose structure hypothesis decides: documents with some values replaced, and formulas."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

import yaml
from edits import ODD, WORDS, at, edit, edit_element, places
from hypothesis import strategies as st
from mutation import JSON, XML, Case, glb_of

leaves = st.sampled_from(ODD) | st.integers() | st.floats() | st.text(max_size=8)
values: st.SearchStrategy[Any] = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
ACTIONS = ("set", "set", "set", "borrow", "cut", "double", "name")


@st.composite
def documents(draw: st.DrawFn, data: Any) -> Any:
    """A nested value with one to four places changed."""
    data = copy.deepcopy(data)
    for _ in range(draw(st.integers(1, 4))):
        known = places(data)
        if not known:
            return draw(values)
        path, action = draw(st.sampled_from(known)), draw(st.sampled_from(ACTIONS))
        new = at(data, draw(st.sampled_from(known))) if action == "borrow" else draw(values)
        edit(data, path, action, new)
    return data


@st.composite
def elements(draw: st.DrawFn, text: str) -> str:
    """An XML text with one to four elements changed."""
    root = ElementTree.fromstring(text)
    for _ in range(draw(st.integers(1, 4))):
        every = list(root.iter())
        edit_element(
            root, draw(st.sampled_from(every)), draw(st.sampled_from(every)),
            draw(st.integers(0, 6)), draw(st.floats(0, 0.999)), draw(st.sampled_from(WORDS)),
        )  # fmt: skip
    return ElementTree.tostring(root, encoding="unicode")


def _group(head: str, parts: list[str]) -> str:
    return f"({head} {' '.join(parts)})"


FORMULAS = st.recursive(
    st.sampled_from(["apple.n.01_1", "bowl.n.01_1", "?x", "a", ""])
    | st.sampled_from(["(inside ?x bowl.n.01_1)", "(ontop apple.n.01_1 bowl.n.01_1)", "(open ?x)"]),
    lambda inner: (
        st.builds(
            _group,
            st.sampled_from(["and", "or", "not", "imply", "forall (?x - apple.n.01)", "when",
                             "exists (?x - bowl.n.01)", "forn (3) (?x - apple.n.01)",
                             "forpairs (?x - apple.n.01) (?y - bowl.n.01)", "inside", "="]),
            st.lists(inner, max_size=3),
        )
    ),
    max_leaves=12,
)  # fmt: skip
BDDL = """(define (problem p) (:domain omnigibson) (:objects {objects}) (:init {init})
(:goal {goal}))"""


@st.composite
def bddl(draw: st.DrawFn) -> Case:
    """A problem of any formulas over a few objects."""
    objects = draw(
        st.lists(st.sampled_from(["apple.n.01_1", "apple.n.01_2", "-", "x"]), max_size=3)
    )
    text = BDDL.format(
        objects=f"{' '.join(objects)} - apple.n.01 bowl.n.01_1 - bowl.n.01",
        init=" ".join(draw(st.lists(FORMULAS, max_size=3))),
        goal=draw(FORMULAS),
    )
    return {"problem.bddl": text.encode("utf-8", errors="surrogatepass")}


@st.composite
def edited(draw: st.DrawFn, cases: Sequence[Case]) -> Case:
    """A case with one of its documents changed."""
    case = dict(draw(st.sampled_from([case for case in cases if _documents(case)])))
    name = draw(st.sampled_from(_documents(case)))
    raw = case[name]
    if name.endswith(XML):
        case[name] = draw(elements(raw.decode())).encode("utf-8", errors="surrogatepass")
    elif name.endswith(".glb"):
        size = int.from_bytes(raw[12:16], "little")
        text = json.dumps(draw(documents(json.loads(raw[20 : 20 + size]))))
        case[name] = glb_of(text.encode(), raw[28 + size :])
    elif name.endswith(".yaml"):
        case[name] = yaml.dump(draw(documents(yaml.safe_load(raw))), sort_keys=False).encode()
    elif name.endswith(".jsonl"):
        lines = raw.splitlines()
        line = draw(st.integers(0, len(lines) - 1))
        lines[line] = json.dumps(draw(documents(json.loads(lines[line])))).encode()
        case[name] = b"\n".join(lines) + b"\n"
    else:
        case[name] = json.dumps(draw(documents(json.loads(raw)))).encode()
    return case


def _documents(case: Case) -> list[str]:
    """Files with a structure."""
    return sorted(name for name in case if name.endswith((*JSON, *XML, ".yaml", ".glb")))


def has_documents(cases: Sequence[Case]) -> bool:
    """Whether any file of the cases has a structure."""
    return any(_documents(case) for case in cases)
