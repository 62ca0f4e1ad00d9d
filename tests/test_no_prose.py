"""No code reads a message: it asks the type of an error and its fields, and renders sentences.

A sentence is what `str()` makes of an error that was caught, its `args`, anything called
`message`, `reason`, `cause` or `phrase`, and any variable that such a thing was assigned to.
Comparing one with text, searching it, splitting it and matching it are refused.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("schemas", "scenes", "tasks", "generators", "flows")
READ = frozenset({"message", "reason", "cause", "reasons", "refused", "msg", "args", "phrase"})
"""Attributes and keys that hold sentences or render to them."""
SEARCHES = frozenset(
    {"startswith", "endswith", "split", "rsplit", "partition", "rpartition", "find", "rfind",
     "index", "count", "removeprefix", "removesuffix", "replace"}
)  # fmt: skip
PATTERNS = frozenset({"search", "match", "fullmatch", "split", "findall", "finditer", "sub"})
ALLOWED: Mapping[str, str] = {}
"""Files in which sentences are read, and why they must be: none."""


class _Reader(ast.NodeVisitor):
    """Finds lines that read a sentence, function by function."""

    def __init__(self) -> None:
        self.lines: list[int] = []
        self._errors: set[str] = set()
        self._texts: set[str] = set()

    def _is_text(self, node: ast.AST) -> bool:
        """Whether an expression is a sentence, as far as its form tells."""
        match node:
            case ast.Name(id=name):
                return name in self._texts
            case ast.Attribute(value=value, attr=attr):
                return attr in READ and not isinstance(value, ast.Constant)
            case ast.Subscript(value=value, slice=ast.Constant(value=key)):
                return key in READ or self._is_text(value)
            case ast.Call(func=ast.Name(id="str"), args=[inner]):
                named = isinstance(inner, ast.Name) and inner.id in self._errors
                return named or self._is_text(inner)
            case ast.Call(func=ast.Attribute(value=value)):
                return self._is_text(value)
            case ast.BoolOp(values=values):
                return any(self._is_text(value) for value in values)
            case _:
                return False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        before = set(self._texts)
        self.generic_visit(node)
        self._texts = before

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self._errors.add(node.name)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        names = {target.id for target in node.targets if isinstance(target, ast.Name)}
        self._texts = self._texts | names if self._is_text(node.value) else self._texts - names
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        searched = isinstance(node.ops[-1], ast.In | ast.NotIn) and _rendered(sides[-1])
        if searched or (any(map(self._is_text, sides)) and any(map(_literal, sides))):
            self.lines.append(node.lineno)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        match node.func:
            case ast.Attribute(value=ast.Name(id="re"), attr=attr) if attr in PATTERNS:
                read = any(map(self._is_text, node.args))
            case ast.Attribute(value=value, attr=attr) if attr in SEARCHES:
                read = bool(node.args) and self._is_text(value)
            case _:
                read = False
        if read:
            self.lines.append(node.lineno)
        self.generic_visit(node)

    def visit_Match(self, node: ast.Match) -> None:
        if self._is_text(node.subject):
            self.lines.append(node.lineno)
        self.generic_visit(node)


def _rendered(node: ast.AST) -> bool:
    """Whether an expression is `str()` of a variable."""
    match node:
        case ast.Call(func=ast.Name(id="str"), args=[ast.Name()]):
            return True
        case _:
            return False


def _literal(node: ast.AST) -> bool:
    """Text, or a collection of texts, that is written in the code."""
    match node:
        case ast.Constant(value=str(text)):
            return bool(text)
        case ast.JoinedStr():
            return True
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return any(map(_literal, parts))
        case _:
            return False


def read_in(source: str) -> list[int]:
    """Lines of a module that read a sentence."""
    reader = _Reader()
    reader.visit(ast.parse(source))
    return sorted(set(reader.lines))


def modules() -> Iterator[Path]:
    """Every module of the rooms."""
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))


def test_no_code_reads_a_sentence() -> None:
    found = {
        name: lines
        for path in modules()
        if (lines := read_in(path.read_text(encoding="utf-8")))
        if (name := str(path.relative_to(ROOT))) not in ALLOWED
    }
    assert found == {}


def test_what_is_allowed_is_needed() -> None:
    unread = [x for x in ALLOWED if not read_in((ROOT / x).read_text(encoding="utf-8"))]
    assert unread == []


@pytest.mark.parametrize(
    "line",
    [
        'error.cause == "time_limit"',
        '"placement" in error.cause',
        'error.cause.startswith("no_grasp")',
        'error.args[0] != "x"',
        'event.reason.split(" with the ")[0]',
        'str(error) == "none"',
        '"touches" in str(error)',
        're.search("touches", error.message)',
        'hit.phrase.split(" with the ")',
        'error.cause in ("stuck", "no_path")',
        'details["msg"].removeprefix("Value error, ")',
        'str(error).lower().find("x")',
        "any(word in str(refusal) for word in words)",
    ],
)
def test_readers_of_sentences_are_found(line: str) -> None:
    assert read_in(f"try:\n    work()\nexcept ValueError as error:\n    {line}\n") == [4]


def test_a_sentence_is_known_by_the_variable_that_holds_it() -> None:
    kept = "try:\n    work()\nexcept ValueError as error:\n    text = str(error)\n"
    assert read_in(f'{kept}    "touches" in text\n') == [5]
    assert read_in(f'{kept}    text = "x"\n    "touches" in text\n') == []


@pytest.mark.parametrize(
    "line",
    [
        "error.kind is Cause.TIME_LIMIT",
        "Cause.PLACEMENT in error.cause",
        '" ".join(str(error).split())',
        'other.category.split(".")[0]',
        'raise RunError(f"{error}") from error',
    ],
)
def test_types_and_renderings_are_no_readers(line: str) -> None:
    assert read_in(f"try:\n    work()\nexcept ValueError as error:\n    {line}\n") == []
