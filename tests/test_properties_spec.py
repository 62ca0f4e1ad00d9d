"""Whatever a YAML file says, a spec comes of it, or an error that names a line."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from properties import cases
from pydantic import TypeAdapter, ValidationError

from cousins.schemas import Choice, Constant, DatasetSpec, Normal, Parameter, SpecError, Uniform
from cousins.schemas.parameter import Sweep, beyond, bounds, listed
from cousins.schemas.spec_file import parse_spec
from cousins.schemas.yaml_source import parse_yaml

ROOT = Path(__file__).parents[1]
TEXTS = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "examples").glob("*.yaml"))]
PARAMETER: TypeAdapter[Any] = TypeAdapter(Parameter)
Given = Constant | Uniform | Normal | Choice | Sweep

numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
written_parameters = (
    numbers
    | st.fixed_dictionaries({"uniform": st.tuples(numbers, numbers).map(sorted)})
    | st.fixed_dictionaries({"normal": st.tuples(numbers, st.floats(0, 1e300)).map(list)})
    | st.fixed_dictionaries({"choice": st.lists(numbers, min_size=1, max_size=4)})
    | st.fixed_dictionaries({"sweep": st.lists(numbers, min_size=1, max_size=4)})
)


def parameter(written: Any) -> Given | None:
    """What a person wrote, as a parameter; None where it is refused."""
    try:
        return cast("Given", PARAMETER.validate_python(written))
    except ValidationError:
        return None


@cases(150)
@given(written_parameters, st.integers(0, 2**32))
def test_draws_lie_within_what_a_parameter_says(written: Any, seed: int) -> None:
    read = parameter(written)
    if read is None:
        return
    drawn = read.sample(np.random.default_rng(seed))
    assert drawn == read.sample(np.random.default_rng(seed))
    named = listed(read)
    if named:
        assert drawn in named
    elif isinstance(read, Uniform):
        low, high = read.uniform
        assert not isinstance(drawn, tuple | str)
        assert low <= drawn <= high
        assert isinstance(drawn, int) == (isinstance(low, int) and isinstance(high, int))
    assert np.isfinite(np.asarray(drawn, dtype=float))


@cases(150)
@given(written_parameters, numbers, numbers)
def test_what_is_beyond_a_range_can_leave_it(written: Any, low: float, high: float) -> None:
    read = parameter(written)
    if read is None or isinstance(read, Constant) or low > high:
        return
    extent = bounds(read)
    assert extent is not None
    within = low <= extent[0] <= extent[1] <= high
    assert (beyond(read, low, high) is None) == within


@pytest.mark.parametrize(
    "written",
    [
        {"uniform": [0, 2**63]},
        {"uniform": [-(2**63) - 1, 0]},
        {"uniform": [-1e308, 1e308]},
        {"normal": [0, 1e307]},
        {"normal": [1e308, 1e307]},
    ],
)
def test_what_cannot_be_drawn_is_refused(written: Any) -> None:
    with pytest.raises(ValidationError, match=r"uniform: |normal: "):
        PARAMETER.validate_python(written)


@cases(150)
@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 99))
def test_whole_numbers_are_drawn_up_to_the_last_one(low: int, width: int) -> None:
    high = min(low + width, 2**63 - 1)
    rng = np.random.default_rng(0)
    drawn = {Uniform(uniform=(low, high)).sample(rng) for _ in range(5)}
    assert all(isinstance(x, int) and low <= x <= high for x in drawn)


def spec_or_refusal(text: str) -> DatasetSpec | None:
    """The spec; None where an error names a line.

    Raises:
        Exception: anything but an error that names a line.
    """
    try:
        return parse_spec(text, "a.yaml")
    except SpecError as error:
        message = str(error)
        assert re.search(r"\bline \d+", message), message
        last = text.count("\n") + len(re.findall(r"[\r\x85\u2028\u2029]", text)) + 1
        assert all(1 <= int(x) <= last + 1 for x in re.findall(r"^  line (\d+)", message, re.M))
        return None


@st.composite
def mutated_texts(draw: st.DrawFn) -> str:
    """An example with some pieces cut out, doubled, moved, or replaced."""
    text = draw(st.sampled_from(TEXTS))
    pieces = re.split(r"(\s+|[:,\[\]{}])", text)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(pieces) - 1))
        match draw(st.sampled_from(["cut", "double", "swap", "write"])):
            case "cut":
                pieces[place] = ""
            case "double":
                pieces[place] *= 2
            case "swap":
                other = draw(st.integers(0, len(pieces) - 1))
                pieces[place], pieces[other] = pieces[other], pieces[place]
            case _:
                pieces[place] = draw(st.sampled_from(SCRAPS) | st.text(max_size=4))
    return "".join(pieces)


SCRAPS = [
    "~", "{", "}", "[", "]", ":", "- ", "&a ", "*a", "!!map", "? ", "|", "'", '"', "\t", "\n",
    "9" * 400, "9" * 5000, "1e999", "-0", ".nan", "[" * 100, "\x00", "\x85", "\u2028", "\ufeff",
    "<<", "kind", "true", "-1", "0.5", "...", "---", "%", "@", "`", "#",
]  # fmt: skip


@cases(120)
@given(mutated_texts())
def test_a_mutated_text_is_a_spec_or_names_a_line(text: str) -> None:
    spec_or_refusal(text)


leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "table", "mug.n.04", "front", "kind", "uniform", "object.mug.scale"])
    | st.text("ab_.0-: ", max_size=6)
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["kind", "name", "uniform", "normal", "sweep", "choice", "any", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=5,
)


def items(data: Any) -> list[tuple[Any, Any]]:
    """Keys and values of a mapping, places and items of a list; none of anything else."""
    if hasattr(data, "items"):
        return list(data.items())
    return [*enumerate(list[Any](data))] if hasattr(data, "append") else []


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values in nested lists and mappings."""
    found: list[tuple[Any, ...]] = [path] if path else []
    for key, value in items(data):
        found += places(value, (*path, key))
    return found


def whole_spec() -> Any:
    """A spec with every key in it."""
    data = parse_yaml(TEXTS[0], "a").data
    for text in TEXTS:
        for key, value in parse_yaml(text, "a").data.items():
            old = data.get(key)
            data[key] = {**old, **value} if isinstance(old, dict) else value
    return data


WHOLE = whole_spec()


@st.composite
def mutated_values(draw: st.DrawFn) -> str:
    """A valid spec with some values replaced, as YAML."""
    data = copy.deepcopy(WHOLE)
    for _ in range(draw(st.integers(1, 3))):
        *path, last = draw(st.sampled_from(places(data)))
        inside = data
        for step in path:
            inside = inside[step]
        inside[last] = draw(values)
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


@cases(120)
@given(mutated_values())
def test_a_mutated_value_gives_a_spec_or_names_a_line(text: str) -> None:
    spec = spec_or_refusal(text)
    if spec is not None:
        again = DatasetSpec.model_validate_json(spec.canonical_json())
        assert again.canonical_json() == spec.canonical_json()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: a\nseed: " + "9" * 5000, "line 2: a number has at most 300 digits"),
        ("name: a\nscene: {ambient: {uniform: [0, " + "9" * 400 + "]}}", "line 2: a number has"),
        ("name: a\nseed: " + "[" * 5000 + "]" * 5000, "line 2, column 70: more than 64 levels"),
        ("name: a\nseed: \x01", "line 2: the character '\\x01' is not allowed"),
        (
            "name: &a [" + "[" * 40 + "]" * 40 + "]\n" + "b: " + "[" * 40 + "*a" + "]" * 40,
            "line 1: more than 64 levels of nesting after aliases",
        ),
    ],
)
def test_what_is_too_long_too_deep_or_unprintable_names_its_line(text: str, says: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(text, "a.yaml")
    assert says in str(caught.value)
