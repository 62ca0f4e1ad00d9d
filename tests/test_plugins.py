"""The registry of plug-ins: found without import, named, ordered, and refused with a remedy."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Protocol, runtime_checkable

import pytest
from plugin_lab import offer_by_entry_point
from pydantic import BaseModel, ValidationError

from cousins.schemas import BackendMissingError, PluginError, SpecError
from cousins.schemas.plugin_name import PluginName
from cousins.schemas.plugins import Group, Needs, forget, names


@runtime_checkable
class Greeter(Protocol):
    """A kind of plug-in."""

    def greet(self) -> str:
        """Say hello."""
        ...


GREETERS = Group("greeters", Greeter, "greeter", package="flows.bench", order=("solve",))
"""The folder of an unrelated package, to see that nothing in it is imported."""


def offer_greeter(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, version: str = "1.0"
) -> None:
    """Put a distribution on the path that offers a greeter of that name."""
    offer_by_entry_point(folder, monkeypatch, "greeters", name, text, version)


@pytest.fixture(autouse=True)
def _fresh() -> None:  # pyright: ignore[reportUnusedFunction]
    forget()


GOOD = """
from cousins.schemas.plugins import Needs

class Hello:
    needs = Needs(packages=("numpy",), version=3)
    def greet(self):
        return "hello"

PLUGIN = Hello()
"""


def test_names_are_found_without_import_and_helpers_are_not_names() -> None:
    before = set(sys.modules)
    found = GREETERS.names()
    assert not {name for name in set(sys.modules) - before if ".flows.bench" in name}
    assert "frames" in found
    assert not [name for name in found if name.startswith("_")]


def test_known_names_keep_their_order_and_others_follow_by_name() -> None:
    first, *rest = GREETERS.names()
    assert first == "solve"
    assert len(rest) > 3
    assert rest == sorted(rest)


def test_an_entry_point_adds_a_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offer_greeter(tmp_path, monkeypatch, "hello", GOOD)
    assert "hello" in GREETERS.names()
    assert "lab_greeters_hello" not in sys.modules
    assert GREETERS.load("hello").greet() == "hello"


def test_versions_name_the_plugin_its_distribution_and_its_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from importlib.metadata import version

    offer_greeter(tmp_path / "1", monkeypatch, "hello", GOOD)
    first = GREETERS.versions("hello")
    assert first == {"greeters/hello": "lab-greeters-hello 1.0, 3", "numpy": version("numpy")}
    monkeypatch.setattr(sys, "path", [x for x in sys.path if x != str(tmp_path / "1")])
    offer_greeter(tmp_path / "2", monkeypatch, "hello", GOOD, version="1.1")
    assert GREETERS.versions("hello") != first


def test_a_name_that_there_is_not_is_refused_with_the_nearest() -> None:
    with pytest.raises(SpecError, match=r"no greeter 'framse'; did you mean 'frames'\? allowed: "):
        GREETERS.load("framse")


def test_a_module_without_a_plugin_is_refused() -> None:
    with pytest.raises(PluginError, match="has no PLUGIN; expected PLUGIN to be Greeter"):
        GREETERS.load("frames")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PLUGIN = 3", r"has a PLUGIN of type int; expected PLUGIN to be Greeter \(greet\)"),
        ("import nowhere_at_all", "cannot be imported: ModuleNotFoundError"),
        ("1 / 0", "greeter 'bad' of lab-greeters-bad 1.0 cannot be imported: ZeroDivisionError"),
    ],
)
def test_a_broken_plugin_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: str
) -> None:
    offer_greeter(tmp_path, monkeypatch, "bad", text)
    with pytest.raises(PluginError, match=expected):
        GREETERS.load("bad")


def test_two_plugins_of_one_name_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_greeter(tmp_path, monkeypatch, "frames", GOOD)
    with pytest.raises(PluginError, match=r"two greeters .* 'frames'.*of lab-greeters-frames"):
        GREETERS.names()


def test_needs_name_what_is_missing_and_how_to_get_it() -> None:
    needs = Needs(packages=("numpy", "no-such-thing"), install="pip install 'cousins[x]'")
    assert needs.missing() == ("no-such-thing",)
    with pytest.raises(BackendMissingError, match=r"export x needs no-such-thing.*cousins\[x\]"):
        needs.check("export x")
    Needs(packages=("numpy",)).check("export y")


class Wanted(BaseModel):
    """A model that names plug-ins."""

    formats: tuple[Annotated[str, PluginName("exporters")], ...]


def test_a_field_takes_only_names_that_there_are_and_tells_editors() -> None:
    assert Wanted(formats=("coco",)).formats == ("coco",)
    with pytest.raises(ValidationError) as caught:
        Wanted(formats=("coco", "cocoo"))
    (error,) = caught.value.errors()
    assert (error["type"], error["loc"]) == ("plugin_name", ("formats", 1))
    assert Wanted.model_json_schema()["properties"]["formats"]["items"]["enum"] == list(
        names("exporters")
    )
