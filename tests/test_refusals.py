"""Refusals are data: what they say, how they count, whom they blame, and that nobody reads them."""

from __future__ import annotations

import ast
import pickle
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from test_docs import script
from worlds import LIBRARY, make_request

from cousins.generators.proposers.grammar.short import put_on
from cousins.generators.proposers.grammar.templates import TEMPLATES
from cousins.scenes.assembly.assemble import assemble
from cousins.scenes.assembly.blame import blames_the_spec
from cousins.schemas import (
    AssemblyError,
    AssetError,
    Refusal,
    RefusalKind,
    SceneSpec,
    sentences,
    together,
)

ROOT = Path(__file__).parents[1]
SPEC = SceneSpec.model_validate({"objects": [{"name": "mug", "category": "mug.n.04"}]})
SAID = {
    RefusalKind.NO_PLACE: "no place for mug (out of reach)",
    RefusalKind.OFF_SUPPORT: "off the mug",
    RefusalKind.OUT_OF_REACH: "out of reach",
    RefusalKind.TOUCHES: "it touches mug",
    RefusalKind.TOO_CLOSE: "too close to others",
    RefusalKind.IN_THE_WAY: "in the way of a door or drawer",
    RefusalKind.OWN_DOOR_BLOCKED: "its door or drawer would be blocked",
    RefusalKind.DOES_NOT_FIT_INSIDE: "does not fit inside mug",
    RefusalKind.DOES_NOT_FIT_ON: "does not fit on mug",
    RefusalKind.NOTHING_TO_CROWD: "nothing to crowd on the mug",
    RefusalKind.RELATION_LOST: "mug is not one box",
    RefusalKind.OTHER_LEVEL: "mug is on level one, not two",
    RefusalKind.SEVERAL: "out of reach",
    RefusalKind.PENETRATION: "penetration of more than 12.3 mm",
    RefusalKind.RESTLESS: "mug does not come to rest",
    RefusalKind.STRAYS: "mug does not stay where it is put",
    RefusalKind.TOPPLES: "mug topples",
    RefusalKind.SEES_NOTHING: "camera one sees nothing of mug, box, brush",
    RefusalKind.GOAL_HOLDS: "the goal holds already",
    RefusalKind.START_LACKS: "the start lacks one",
    RefusalKind.NO_PLAN: "no plan with these assets",
    RefusalKind.TOO_LARGE_FOR_TOP: "mug does not fit on box, as the goal asks",
    RefusalKind.TOO_LARGE_FOR_INSIDE: "mug does not fit inside box, as the goal asks",
    RefusalKind.NO_FAILURE: "no state of a failed rollout is left",
    RefusalKind.UNREACHABLE: "mug cannot be one box (two)",
    RefusalKind.UNREACHABLE_WITH_TOOL: "mug cannot be one box with brush (two)",
    RefusalKind.HANDLES_OUT_OF_REACH: "the handles of mug are out of reach",
    RefusalKind.SWITCHES_OUT_OF_REACH: "the switches of mug are out of reach",
    RefusalKind.NOTHING_SUITS: "nothing suits as one",
    RefusalKind.NO_PLACE_IN_ROOM: "no place for mug",
    RefusalKind.ROOM_TOO_FULL: "0.0 m by 2.0 m hold 3 things, not 4",
    RefusalKind.ROOM_RESTLESS: "no rest in 0 rounds of repair",
    RefusalKind.THING_PENETRATES: "penetrates",
    RefusalKind.THING_STRAYS: "does not stay",
    RefusalKind.THING_TOPPLES: "topples",
    RefusalKind.THING_RESTLESS: "does not come to rest",
    RefusalKind.ASSET_UNSEEN: "has nothing to see: no link has visuals",
    RefusalKind.ASSET_UNTOUCHED: "has nothing to touch: no link has collision pieces",
    RefusalKind.ASSET_NOT_FINITE: "has vertices that are not finite",
    RefusalKind.ASSET_EXTENTS: (
        "extents say 0.012 x 2.000 x 3.000 m, the geometry measures 4.000 x 5.000 x 6.000 m"
    ),
    RefusalKind.ASSET_FRAME: (
        "its bottom centre lies at 0.012 x 2.000 x 3.000 m in its own frame, not at 0"
    ),
    RefusalKind.ASSET_PIECES_OUTSIDE: "collision pieces reach 12 mm out of what is seen",
    RefusalKind.ASSET_DENSITY: (
        "0.0123 kg in a box of 2.000 x 3.000 x 4.000 m is 5 kg/m^3 (allowed: 6 to 7)"
    ),
    RefusalKind.ASSET_MOMENTS: "link one: no body has principal moments 0.0123, 2, 3 kg m^2",
    RefusalKind.ASSET_GYRATION: (
        "link one: radius of gyration 12.3 mm does not fit its diagonal of 2e+03 mm"
    ),
    RefusalKind.ASSET_MASS_OUTSIDE: (
        "link one: centre of mass 0.012 x 2.000 x 3.000 m lies outside it"
    ),
    RefusalKind.ASSET_RANGE: "joint one: the range 0.0123 to 2 has no closed position 0",
    RefusalKind.ASSET_AXIS: "joint one: the axis (0.0123, 2.0, 3.0) is not of unit length",
    RefusalKind.ASSET_UNCOMPILED: "does not compile: one",
    RefusalKind.ASSET_SELF_CONTACT: "its links penetrate each other by 12.3 mm when closed",
    RefusalKind.ASSET_SELF_CONTACT_AT: "its links penetrate each other by 12.3 mm with one at 2",
    RefusalKind.ASSET_BREAKS_DOWN: "the simulation breaks down after 0.01 s",
    RefusalKind.ASSET_FLIES_OFF: "flies off at 0.0 m/s",
    RefusalKind.ASSET_TOP_HEAVY: "topples: its centre of mass lies 12 mm outside its base",
    RefusalKind.ASSET_TOPPLES: "topples: it tilts by 1 degrees",
    RefusalKind.ASSET_RESTLESS: "does not come to rest in 0.0123 s: still 2.000 m/s and 3.00 rad/s",
    RefusalKind.ASSET_SINKS: "sinks 12.3 mm deep",
    RefusalKind.ASSET_JOINT_CREEPS: "joint one moves by itself to 0.0123 of 2 to 3",
    RefusalKind.ASSET_LICENCE: (
        "licence one does not permit commercial use; `allow_noncommercial: true` in the "
        "spec's `assets`, or --allow-noncommercial, admits it"
    ),
    RefusalKind.ASSET_SAME_SHAPE: "has the shape of mug; asked for by id it is used",
}
"""What each kind says: stored in datasets, so that another sentence is a change of bytes."""


def no_place(name: str, *because: RefusalKind, by: str = "other") -> Refusal:
    return Refusal(RefusalKind.NO_PLACE, (name,), tuple(Refusal(kind, (by,)) for kind in because))


@pytest.mark.parametrize("kind", RefusalKind)
def test_each_kind_says_its_sentence(kind: RefusalKind) -> None:
    refusal = Refusal(
        kind,
        ("mug", "box", "brush"),
        (Refusal(RefusalKind.OUT_OF_REACH),),
        (0.0123, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0),
        ("one", "two"),
    )
    assert str(refusal) == SAID[kind]
    assert kind.remedy
    assert pickle.loads(pickle.dumps(refusal)) == refusal


def test_reasons_that_read_alike_are_said_once_and_several_keep_their_order() -> None:
    crowd = [Refusal(RefusalKind.TOO_CLOSE, (name,)) for name in ("a", "b")]
    far = Refusal(RefusalKind.OUT_OF_REACH)
    told = Refusal(RefusalKind.NO_PLACE, ("mug",), (far, *crowd))
    assert str(told) == "no place for mug (out of reach, too close to others)"
    lost = [Refusal(RefusalKind.RELATION_LOST, ("a", "b"), words=(x,)) for x in ("on", "facing")]
    assert str(together(lost)) == "a is not on b, a is not facing b"
    assert together(lost[:1]) is lost[0]
    assert together([]) is None


def test_counts_merge_equal_refusals_and_their_sentences() -> None:
    same = [no_place("mug", RefusalKind.TOO_CLOSE, by="a") for _ in range(3)]
    other = no_place("mug", RefusalKind.TOO_CLOSE, by="b")
    far = Refusal(RefusalKind.OUT_OF_REACH)
    counts = Counter([far, *same, other])
    assert counts == {same[0]: 3, other: 1, far: 1}
    assert sentences(counts) == {"no place for mug (too close to others)": 4, "out of reach": 1}
    error = AssemblyError("no scene", counts)
    assert error.reasons[same[0]] == 3
    assert str(error) == "no scene: no place for mug (too close to others) x4, out of reach x1"
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.reasons) == (str(error), error.reasons)


def test_an_asset_error_keeps_its_file_apart() -> None:
    error = AssetError("<flex> cannot be imported", file="lab.xml")
    assert str(error) == "lab.xml: <flex> cannot be imported"
    again = pickle.loads(pickle.dumps(error))
    assert (again.file, again.reason) == ("lab.xml", "<flex> cannot be imported")
    assert str(AssetError("it has no geometry")) == "it has no geometry"


@pytest.mark.parametrize("kind", [k for k in RefusalKind if k is not RefusalKind.SEES_NOTHING])
def test_only_what_has_no_place_is_blamed_on_a_person(kind: RefusalKind) -> None:
    request = replace(make_request(SPEC), own=frozenset({"mug"}))
    refusal = Refusal(kind, ("mug", "box", "brush"))
    assert blames_the_spec(request, [refusal]) == (kind is RefusalKind.NO_PLACE)


@pytest.mark.parametrize("kind", RefusalKind)
def test_what_a_proposer_adds_takes_the_blame_where_something_stood_in_the_way(
    kind: RefusalKind,
) -> None:
    request = replace(make_request(SPEC), own=frozenset({"mug"}))
    proposed = replace(request, roles={"apple": "task"})
    refusals = [no_place("mug", kind)]
    assert blames_the_spec(request, refusals)
    stood = kind in ("touches", "too_close", "in_the_way", "own_door_blocked")
    assert blames_the_spec(proposed, refusals) == (not stood)


def test_the_object_without_a_place_is_blamed_and_no_other() -> None:
    request = replace(make_request(SPEC), own=frozenset({"mug"}))
    touches = RefusalKind.TOUCHES
    assert not blames_the_spec(request, [no_place("box", touches, by="mug")])
    assert not blames_the_spec(request, [no_place("mug", touches), no_place("box", touches)])
    assert not blames_the_spec(request, [no_place("mug_2", touches)])
    assert blames_the_spec(request, [no_place("clutter_0", touches)])
    assert not blames_the_spec(replace(request, roles={"mug": "task"}), [no_place("clutter_0")])
    unseen = Refusal(RefusalKind.SEES_NOTHING, ("box",), words=("front",))
    assert blames_the_spec(request, [unseen, no_place("box", touches)])


def test_a_name_that_sounds_like_a_reason_decides_nothing() -> None:
    objects = [
        {"name": "blocked", "category": "mug.n.04"},
        {"name": "tray", "category": "tray.n.01", "inside": "blocked"},
    ]
    request = make_request(SceneSpec.model_validate({"objects": objects}))
    request = replace(request, own=frozenset({"tray"}), roles={"blocked": "task"})
    with pytest.raises(AssemblyError) as caught:
        assemble(request, LIBRARY)
    fits = Refusal(RefusalKind.DOES_NOT_FIT_INSIDE, ("blocked",))
    assert set(caught.value.reasons) == {Refusal(RefusalKind.NO_PLACE, ("tray",), (fits,))}
    assert caught.value.impossible


def test_a_sound_scene_that_its_task_cannot_use_is_not_blamed_on_the_spec() -> None:
    request = replace(make_request(SPEC), own=frozenset({"mug"}))
    holds = Refusal(RefusalKind.NO_PLACE, ("mug",))
    with pytest.raises(AssemblyError) as caught:
        assemble(request, LIBRARY, misfit=lambda _: holds)
    assert caught.value.impossible, "no layout was sound"
    with pytest.raises(AssemblyError) as caught:
        assemble(request, LIBRARY, refuse=lambda _: holds)
    assert not caught.value.impossible


def sources(*rooms: str) -> Iterator[tuple[str, ast.Module]]:
    for room in rooms:
        path = ROOT / room
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            yield str(file.relative_to(ROOT)), ast.parse(file.read_text(encoding="utf-8"))


def test_every_kind_is_used_by_the_code() -> None:
    used = {
        node.attr
        for _, tree in sources("scenes", "tasks", "flows")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "RefusalKind"
    }
    assert used | {"SEVERAL"} == set(RefusalKind.__members__), "SEVERAL is made by `together`"


READERS = {
    "count", "endswith", "find", "findall", "fullmatch", "index", "match", "partition",
    "removeprefix", "removesuffix", "rfind", "rpartition", "rsplit", "search", "split",
    "startswith",
}  # fmt: skip
"""Methods that look for something in a text."""
MESSAGES = {"message", "reason", "refusal", "sentence", "verdict"}
"""Names of what is said to people."""


def read_messages(tree: ast.Module) -> list[int]:
    """Lines on which code compares, splits or searches a message."""
    caught = {
        node.name for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.name
    }

    def is_message(node: ast.expr) -> bool:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            inner = node.args[0] if node.args else None
            named = isinstance(inner, ast.Name) and inner.id in caught | MESSAGES
            return node.func.id in ("str", "repr") and (named or is_message_of(inner))
        return is_message_of(node)

    def is_message_of(node: ast.expr | None) -> bool:
        if isinstance(node, ast.Attribute):
            return node.attr in MESSAGES | {"args", "__doc__"}
        return isinstance(node, ast.Name) and node.id in MESSAGES

    def is_read(node: ast.AST) -> bool:
        if isinstance(node, ast.Attribute):
            return node.attr == "__doc__"
        if isinstance(node, ast.Compare):
            texts = any(not isinstance(op, ast.Is | ast.IsNot) for op in node.ops)
            return texts and any(map(is_message, (node.left, *node.comparators)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            asked = (node.func.value, *node.args)
            return node.func.attr in READERS and any(map(is_message, asked))
        return False

    return [getattr(node, "lineno", 0) for node in ast.walk(tree) if is_read(node)]


@pytest.mark.parametrize(
    "code",
    [
        "try:\n    f()\nexcept E as e:\n    g('touches' in str(e))",
        "try:\n    f()\nexcept E as e:\n    g(str(e).split())",
        "try:\n    f()\nexcept E as e:\n    g(re.search('x', str(e)))",
        "if reason.startswith('topples'): f()",
        "if x.reason == 'topples': f()",
        "f(make.__doc__)",
    ],
)
def test_the_search_for_readers_of_messages_finds_them(code: str) -> None:
    assert read_messages(ast.parse(code))


def test_no_code_reads_a_message() -> None:
    mine = (
        "tasks/solving/setup.py",
        "tasks/solving/feasibility.py",
        "tasks/skills",
        "generators/proposers/grammar",
    )
    found = [
        f"{path}:{line}" for path, tree in sources("scenes", *mine) for line in read_messages(tree)
    ]
    assert not found, "branch on types, not on sentences"


def test_templates_state_a_purpose_of_their_own() -> None:
    purposes = {template.make: template.purpose for template in TEMPLATES}
    assert all(text and not text.endswith(".") for text in purposes.values())
    assert purposes[put_on] == "Something onto something"


def test_the_table_of_refusals_is_current() -> None:
    page = script("make_refusals")
    text = (ROOT / "docs/reasons.md").read_text(encoding="utf-8")
    between = text.partition(page.BEGIN)[2].partition(page.END)[0]
    assert between.strip() == page.table().strip(), "run docs/make_refusals.py"
