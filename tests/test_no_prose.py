"""No code reads a message: it asks the type of an error and its fields, and renders sentences.

A sentence is what `str()`, `repr()`, `format()` or an f-string makes of an error, its `args` and
notes, a printed traceback, anything called `message`, `reason`, `cause` or `phrase`, and whatever
a variable, a loop or a part of text takes from those. An error is what `except` catches, what
`exception()` returns, and what its name or its annotation says is one. Comparing a sentence with
text, searching it, splitting it, matching it and looking it up are refused. Within a function
only: a sentence that another function returns is not known as one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("schemas", "scenes", "tasks", "generators", "flows")
SENTENCES = frozenset({"message", "msg", "args", "phrase", "__notes__", "sentence"})
"""Attributes and keys that hold sentences, whatever they are compared with."""
READ = SENTENCES | {"reason", "cause", "reasons", "refused", "strerror"}
"""Attributes and keys that hold sentences or render to them; some hold types in other classes."""
WRITERS = frozenset({"str", "repr", "format", "ascii"})
TRACES = frozenset({"format_exc", "format_exception", "format_exception_only"})
SEARCHES = frozenset(
    {"startswith", "endswith", "split", "rsplit", "partition", "rpartition", "find", "rfind",
     "index", "rindex", "count", "removeprefix", "removesuffix", "replace", "__contains__"}
)  # fmt: skip
PATTERNS = frozenset(
    {"search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn", "fnmatch",
     "fnmatchcase"}
)  # fmt: skip
LOOKUPS = frozenset({"get", "pop", "setdefault", "__getitem__"})
ERROR_NAMES = frozenset({"error", "err", "exc", "exception"})
ERROR_TYPES = ("Error", "Exception", "Refusal", "Failure")
ALLOWED: Mapping[str, str] = {}
"""Files in which sentences are read, and why they must be: none."""


class _Reader(ast.NodeVisitor):
    """Finds lines that read a sentence, function by function."""

    def __init__(self) -> None:
        self.lines: list[int] = []
        self._errors: set[str] = set()
        self._texts: set[str] = set()

    def _is_error(self, node: ast.AST) -> bool:
        """Whether an expression is an error, as far as its form tells."""
        match node:
            case ast.Name(id=name):
                return name in self._errors or name in ERROR_NAMES
            case ast.Attribute(attr="__cause__" | "__context__"):
                return True
            case ast.Call(func=ast.Attribute(attr="exception")):
                return True
            case _:
                return False

    def _is_text(self, node: ast.AST, read: frozenset[str] = READ) -> bool:
        """Whether an expression is a sentence, as far as its form tells."""
        match node:
            case ast.Name(id=name):
                return name in self._texts
            case ast.NamedExpr(value=value) | ast.Starred(value=value):
                return self._is_text(value, read)
            case ast.Attribute(value=value, attr="value" | "name"):
                return self._is_text(value, read)
            case ast.Attribute(value=value, attr=attr):
                return attr in read and not isinstance(value, ast.Constant)
            case ast.Subscript(value=value, slice=ast.Constant(value=str(key))):
                return key in read or self._is_text(value, read)
            case ast.Subscript(value=value):
                return self._is_text(value, read)
            case ast.JoinedStr(values=parts):
                holes = [x.value for x in parts if isinstance(x, ast.FormattedValue)]
                return any(self._is_error(x) or self._is_text(x, read) for x in holes)
            case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod(), right=right):
                inner = right.elts if isinstance(right, ast.Tuple) else [right]
                return any(self._is_error(x) or self._is_text(x, read) for x in inner)
            case ast.Call(func=ast.Name(id=name), args=[inner, *_]) if name in WRITERS:
                return self._is_error(inner) or self._is_text(inner, read)
            case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=key), *_]):
                return key in read
            case ast.Call(func=ast.Name(id="map"), args=[ast.Name(id=name), ast.Attribute()]):
                return name in WRITERS and self._is_text(node.args[1], read)
            case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="format"), args=parts):
                return any(self._is_error(x) or self._is_text(x, read) for x in parts)
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in TRACES:
                return True
            case ast.Call(func=ast.Attribute(value=value, attr="__str__" | "__repr__")):
                return self._is_error(value) or self._is_text(value, read)
            case ast.Call(func=ast.Attribute(value=value)):
                return self._is_text(value, read)
            case ast.BoolOp(values=values):
                return any(self._is_text(value, read) for value in values)
            case ast.IfExp(body=body, orelse=other):
                return self._is_text(body, read) or self._is_text(other, read)
            case _:
                return False

    def _is_certain(self, node: ast.AST) -> bool:
        """Whether an expression is text, and never a type that renders to it."""
        return self._is_text(node, SENTENCES)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        before = set(self._texts), set(self._errors)
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        self._errors |= {x.arg for x in arguments if _names_error(x.annotation)}
        self.generic_visit(node)
        self._texts, self._errors = before

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self._errors.add(node.name)
        self.generic_visit(node)

    def _assign(self, targets: list[ast.expr], text: bool, error: bool) -> None:
        names = {name for target in targets for name in _bound(target)}
        self._texts = self._texts | names if text else self._texts - names
        self._errors = self._errors | names if error else self._errors - names

    def visit_Assign(self, node: ast.Assign) -> None:
        self._assign(node.targets, self._is_text(node.value), self._is_error(node.value))
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._assign([node.target], self._is_text(node.value), self._is_error(node.value))
        self.generic_visit(node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self._assign([node.target], self._is_text(node.value), self._is_error(node.value))
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        if self._is_certain(node.iter):
            self._assign([node.target], text=True, error=False)
        self.generic_visit(node)

    def _visit_comprehension(self, node: ast.expr) -> None:
        before = set(self._texts)
        for part in ast.walk(node):
            if isinstance(part, ast.comprehension) and self._is_certain(part.iter):
                self._assign([part.target], text=True, error=False)
        self.generic_visit(node)
        self._texts = before

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _visit_comprehension

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        searched = isinstance(node.ops[-1], ast.In | ast.NotIn) and _rendered(sides[-1])
        written = any(map(self._is_text, sides)) and any(map(_literal, sides))
        certain = any(map(self._is_certain, sides)) and not any(map(_empty, sides))
        if searched or written or certain:
            self.lines.append(node.lineno)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        given = [*node.args, *(x.value for x in node.keywords)]
        match node.func:
            case ast.Attribute(attr=attr) if attr in PATTERNS and any(map(self._is_text, given)):
                read = True
            case ast.Name(id=name) if name in PATTERNS:
                read = any(map(self._is_text, given))
            case ast.Attribute(attr=attr) if attr in LOOKUPS:
                read = any(map(self._is_certain, given[:1]))
            case ast.Attribute(value=value, attr=attr) if attr in SEARCHES:
                read = bool(given) and (self._is_text(value) or any(map(self._is_certain, given)))
            case _:
                read = False
        if read:
            self.lines.append(node.lineno)
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if self._is_certain(node.slice):
            self.lines.append(node.lineno)
        self.generic_visit(node)

    def visit_Match(self, node: ast.Match) -> None:
        if self._is_text(node.subject):
            self.lines.append(node.lineno)
        self.generic_visit(node)

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        pairs = zip(node.kwd_attrs, node.kwd_patterns, strict=True)
        told = {x for name, pattern in pairs if name in READ for x in ast.walk(pattern)}
        if any(isinstance(x, ast.MatchValue) and _literal(x.value) for x in told):
            self.lines.append(node.lineno)
        self.generic_visit(node)


def _names_error(annotation: ast.expr | None) -> bool:
    """Whether an annotation names a type of errors."""
    names = (getattr(x, "id", getattr(x, "attr", "")) for x in ast.walk(annotation or ast.Pass()))
    return any(str(name).endswith(ERROR_TYPES) for name in names)


def _bound(target: ast.expr) -> Iterator[str]:
    """The variables that an assignment to a target binds."""
    match target:
        case ast.Name(id=name):
            yield name
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _bound(part)
        case ast.Starred(value=value):
            yield from _bound(value)
        case _:
            pass


def _rendered(node: ast.AST) -> bool:
    """Whether an expression is `str()` of a variable."""
    match node:
        case ast.Call(func=ast.Name(id="str"), args=[ast.Name()]):
            return True
        case _:
            return False


def _empty(node: ast.AST) -> bool:
    """`None`, a number or empty text: whether there is a sentence, not what it says."""
    return isinstance(node, ast.Constant) and not (isinstance(node.value, str) and node.value)


def _literal(node: ast.AST) -> bool:
    """Text, or a collection of texts, that is written in the code."""
    match node:
        case ast.Constant(value=str(text)):
            return bool(text)
        case ast.JoinedStr():
            return True
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return any(map(_literal, parts))
        case ast.Dict(keys=keys):
            return any(_literal(x) for x in keys if x)
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
        'error.cause.value == "time_limit"',
        '"placement" in error.cause',
        'error.cause.startswith("no_grasp")',
        'error.args[0] != "x"',
        'error.args[0].startswith("room")',
        "error.args[0] == EXPECTED",
        'event.reason.split(" with the ")[0]',
        'str(error) == "none"',
        "str(error) == EXPECTED",
        "EXPECTED in str(other)",
        'if "room" in str(error): pass',
        '"touches" in str(error)',
        '"touches" in f"{error}"',
        'f"{error!s}".startswith("room")',
        '"room" in repr(error)',
        '"room" in error.__str__()',
        '"room" in "{}".format(error)',
        '"room" in "%s" % error',
        'str(error)[:4] == "room"',
        'str(error).__contains__("room")',
        '"room: no place".startswith(str(error))',
        'getattr(error, "message", "").endswith("room")',
        '"room" in str(error.__cause__)',
        '"room" in str(future.exception())',
        '"room" in traceback.format_exc()',
        're.search("touches", error.message)',
        "ROOM.search(str(error))",
        'fnmatch(str(error), "*room*")',
        "SENTENCES[str(error)]",
        "SENTENCES.get(error.message)",
        'hit.phrase.split(" with the ")',
        'error.cause in ("stuck", "no_path")',
        'error.cause in {"stuck": 1, "no_path": 2}',
        'details["msg"].removeprefix("Value error, ")',
        'str(error).lower().find("x")',
        "any(word in str(refusal) for word in words)",
        'if (text := str(error)) and text.startswith("x"): pass',
        '[part for part in str(error).split() if part == "room"]',
        "[part for part in error.args if part == ROOM]",
    ],
)
def test_readers_of_sentences_are_found(line: str) -> None:
    assert read_in(f"try:\n    work()\nexcept ValueError as error:\n    {line}\n") == [4]


@pytest.mark.parametrize(
    "case",
    [
        'match str(error):\n    case "room":\n        pass',
        'match error.args:\n    case ("room",):\n        pass',
        'match error:\n    case Blocked(cause="room"):\n        pass',
        'match error:\n    case ValueError(args=("room", *_)):\n        pass',
        'for part in str(error).splitlines():\n    part.startswith("room")',
        'text: str = str(error)\n"room" in text',
        'kept = error\n"room" in f"{kept}"',
    ],
)
def test_matching_and_taking_apart_a_sentence_is_found(case: str) -> None:
    assert len(read_in(f"def told(error: Exception) -> None:\n{_indented(case)}\n")) == 1


def _indented(code: str) -> str:
    return "\n".join(f"    {line}" for line in code.splitlines())


@pytest.mark.parametrize("kind", ["PlanningError", "errors.Blocked | KeyError", "BaseException"])
def test_an_error_is_known_by_its_annotation(kind: str) -> None:
    assert read_in(f"def told(why: {kind}) -> bool:\n    return str(why) == SAID\n") == [2]


def test_a_sentence_is_known_by_the_variable_that_holds_it() -> None:
    kept = "try:\n    work()\nexcept ValueError as error:\n    text = str(error)\n"
    assert read_in(f'{kept}    "touches" in text\n') == [5]
    assert read_in(f'{kept}    text = "x"\n    "touches" in text\n') == []


@pytest.mark.parametrize(
    "line",
    [
        "error.kind is Cause.TIME_LIMIT",
        "Cause.PLACEMENT in error.cause",
        "error.cause in TRANSIENT",
        "match error.kind:\n        case Cause.STUCK:\n            pass",
        "match error:\n        case Blocked(cause=Cause.STUCK):\n            pass",
        '" ".join(str(error).split())',
        'other.category.split(".")[0]',
        'raise RunError(f"{error}") from error',
        "if error.message is None: pass",
        "report[name] = str(error)",
        "error.errno == errno.ENOENT",
    ],
)
def test_types_and_renderings_are_no_readers(line: str) -> None:
    assert read_in(f"try:\n    work()\nexcept ValueError as error:\n    {line}\n") == []
