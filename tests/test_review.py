"""Reviews: what people decide about proposed tasks, and what the next run makes of it."""

from __future__ import annotations

import html as markup
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import fake_stages
import pytest
from typer.testing import CliRunner
from worlds import Few

from cousins.flows import graph, reviewing
from cousins.flows.cli import app
from cousins.flows.preview import make_preview
from cousins.flows.reviewing import Review, write_review
from cousins.flows.run import RunRequest, Summary, execute
from cousins.flows.work import Stages
from cousins.generators.dataset import FORMAT_VERSION, Dataset
from cousins.generators.proposers import propose
from cousins.generators.proposing.review import reviewed, seen
from cousins.generators.review.cards import Picture, nearly_alike
from cousins.generators.store.changes import refuse_changes
from cousins.schemas import DatasetError, DatasetSpec, RunError, SpecError, TaskSpec
from cousins.schemas.spec_file import load_spec, parse_spec

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
LITTLE = Few(
    "apple.n.01", "lemon.n.01", "orange.n.01", "mixing_bowl.n.01", "tray.n.01",
    "breakfast_table.n.01",
)  # fmt: skip
GOALS = ("inside lemon mixing_bowl", "inside apple mixing_bowl", "ontop orange tray")
HEARD: list[tuple[str, ...]] = []


def little(_: Any) -> Few:
    return LITTLE


def hearing(
    spec: DatasetSpec, start: int, stop: int, earlier: tuple[TaskSpec, ...], library: Any
) -> tuple[TaskSpec, ...]:
    """Propose, and keep what was known before."""
    HEARD.append(tuple(task.instruction for task in earlier))
    return propose(spec, start, stop, earlier, library)


STAGES: Stages = replace(
    fake_stages.fake_stages(), name="reviewing", library=little, propose=hearing
)


def spec(*review: dict[str, Any], goals: tuple[str, ...] = GOALS) -> DatasetSpec:
    return parse_spec(json.dumps({"name": "x", "tasks": {"given": goals, "review": review}}))


def run(folder: Path, made_from: DatasetSpec, until: str = "tasks") -> Summary:
    return execute(RunRequest(made_from, folder, STAGES, workers=1, until=until))


def said(folder: Path) -> list[tuple[str, str]]:
    return [(task.id, task.instruction) for task in Dataset(folder).tasks()]


def proposed() -> tuple[TaskSpec, ...]:
    return propose(spec(), 0, 3, (), LITTLE)


REJECT = {"task": "t0000", "decision": "reject", "note": "we have no lemons"}
REWORD = {"task": "t0002", "instruction": "Serve the orange on the tray.", "name": "serve"}


def test_the_next_run_leaves_out_and_rewords(tmp_path: Path) -> None:
    before = run(tmp_path / "a", spec())
    after = run(tmp_path / "a", spec(REJECT, REWORD))
    assert said(tmp_path / "a") == [
        ("t0001", "Put the apple in the mixing bowl."),
        ("t0002", "Serve the orange on the tray."),
    ]
    assert after.dataset_hash != before.dataset_hash
    assert (after.counts["rejected"], after.counts["edited"]) == (1, 1)
    # What people did not want is not missing.
    assert after.shortfall is None
    # A review that changes nothing has changed nothing of the tasks.
    run(tmp_path / "b", spec({"task": "t0000"}))
    run(tmp_path / "a", spec())
    shard = Path("data") / "tasks" / "b00000"
    assert {x.name for x in (tmp_path / "b" / shard).iterdir()} == {"tasks.json"}
    tasks = [(tmp_path / x / shard / "tasks.json").read_bytes() for x in ("a", "b")]
    assert tasks[0] == tasks[1]


def test_later_tasks_are_proposed_as_if_there_had_been_no_review(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "TASKS_PER_SHARD", 1)
    HEARD.clear()
    run(tmp_path / "a", spec())
    plain = list(HEARD)
    HEARD.clear()
    run(tmp_path / "b", spec(REJECT, {**REWORD, "task": "t0001"}))
    assert plain == HEARD
    assert len(HEARD[-1]) == 2


def test_another_goal_is_checked_and_becomes_the_tasks() -> None:
    edit = {"task": "t0001", "goal": "not inside apple mixing_bowl", "instruction": "Take it out."}
    with pytest.raises(SpecError, match=r"t0001: goal: the goal holds at the start"):
        reviewed(proposed(), 0, spec(edit), LITTLE)
    for goal, why in (
        ("inside apple basket", r"t0001: goal: 'inside apple basket': .*basket"),
        ("eaten apple", r"t0001: goal: 'eaten apple': .*eaten"),
        ("inside mixing_bowl apple", "t0001: goal: no plan"),
        ("(and (inside apple", "t0001: goal: "),
    ):
        with pytest.raises(SpecError, match=why):
            reviewed(proposed(), 0, spec({**edit, "goal": goal}), LITTLE)
    after = reviewed(proposed(), 0, spec({**edit, "goal": ["nextto apple mixing_bowl"]}), LITTLE)
    assert "(nextto " in after.kept[1].bddl.partition("(:goal")[2]
    assert after.kept[1].instruction == "Take it out."
    assert after.proposed == (proposed()[1],)


def test_a_decision_is_about_the_task_that_was_seen() -> None:
    right = {**REJECT, "seen": seen(proposed()[0])}
    assert len(reviewed(proposed(), 0, spec(right), LITTLE).kept) == 2
    with pytest.raises(SpecError, match=r"t0000: the reviewed task was another \(0{12}, not"):
        reviewed(proposed(), 0, spec({**right, "seen": "0" * 12}), LITTLE)
    with pytest.raises(SpecError, match="t0001: no such task was proposed"):
        reviewed(proposed()[:1], 0, spec({**REJECT, "task": "t0001"}), LITTLE)


def test_a_wrong_decision_ends_the_run_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"tasks\.review: t0000: the reviewed task was another"):
        run(tmp_path, spec({**REJECT, "seen": "0" * 12}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "- {task: t0001, decision: maybe}",
            r"line 1: .*decision: 'maybe' is not allowed; allowed",
        ),
        ("- {task: one}", r"line 1: tasks\[0\]\.task"),
        ("- {task: t0001}\n- {task: t0002}\n- {task: t0001}", r"line 3: .*t0001 is decided twice"),
        ("- task: t0001\n  decision: reject\n  name: no", r"line 2: .*rejected and edited"),
        ('- task: t0001\n  instruction: "a\\u202Eb"', "line 2: .*words that can be printed"),
        ("tasks:\n  - {task: t0001, instructions: Go.}", "line 2: .*did you mean 'instruction'"),
        ("a word", "a file of decisions is a list"),
    ],
)
def test_mistakes_in_the_file_are_named_with_their_lines(
    tmp_path: Path, text: str, expected: str
) -> None:
    (tmp_path / "decisions.yaml").write_text(text, encoding="utf-8")
    path = tmp_path / "spec.yaml"
    path.write_text("name: x\ntasks: {review: decisions.yaml}\n")
    with pytest.raises(SpecError, match=f"(?s)decisions.yaml.*{expected}"):
        load_spec(path)


def test_the_path_is_one_of_a_yaml_file(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("name: x\n\ntasks: {review: none.yaml}\n")
    with pytest.raises(SpecError, match=r"line 3: tasks\.review: .*none\.yaml"):
        load_spec(path)
    path.write_text("name: x\n\ntasks: {review: none.json}\n")
    with pytest.raises(SpecError, match=r"line 3: .*or the path of a \.yaml file"):
        load_spec(path)


def test_a_review_is_free_until_scenes_are_made(tmp_path: Path) -> None:
    def saved(before: DatasetSpec) -> Path:
        path = tmp_path / "spec.json"
        old = {"format": FORMAT_VERSION, "spec": before.model_dump(mode="json"), "versions": {}}
        path.write_text(json.dumps(old))
        return path

    refuse_changes(saved(spec()), spec(REJECT), {}, {"tasks"})
    with pytest.raises(DatasetError, match=r"tasks\.review: "):
        refuse_changes(saved(spec()), spec(REJECT), {}, {"tasks", "scenes"})
    grown = spec(REJECT, {"task": "t0003"}, goals=(*GOALS, "ontop lemon tray"))
    refuse_changes(saved(spec(REJECT)), grown, {}, {"tasks", "scenes"})
    with pytest.raises(DatasetError, match=r"tasks\.review: "):
        refuse_changes(saved(spec(REJECT, REWORD)), grown, {}, {"tasks", "scenes"})


def blank(*_: Any) -> Picture:
    return Picture("data:image/jpeg;base64,")


def review(folder: Path, made_from: DatasetSpec) -> Review:
    run(folder, made_from)
    return write_review(made_from, folder, STAGES, blank)


def test_the_page_shows_each_task_and_needs_nothing_else(tmp_path: Path) -> None:
    goals = (*GOALS, "(and (inside lemon mixing_bowl) (ontop orange tray))")
    made = review(tmp_path, spec(REJECT, goals=goals))
    page = made.page.read_text(encoding="utf-8")
    shown = markup.unescape(re.sub(r"<(style|script).*?</\1>", "", page, flags=re.S))
    assert "Put the apple in the mixing bowl." in shown
    assert "inside lemon mixing_bowl" in shown
    assert shown.count('<li title="') >= 5
    assert not re.search(r"(src|href)=\"(?!data:|#)", shown)
    assert "http" not in page
    # What was decided so far is chosen already.
    assert re.findall(r'name="(t\d+)" value="reject" checked', shown) == ["t0000"]


def test_what_is_nearly_alike_is_named() -> None:
    def task(name: str, goal: str, words: str) -> TaskSpec:
        (made,) = propose(spec(goals=(goal,)), 0, 1, (), LITTLE)
        return made.model_copy(update={"id": name, "instruction": words})

    alike = nearly_alike(
        [
            task("t0000", "inside lemon mixing_bowl", "Tidy the lemon into the bowl."),
            task("t0001", "inside lemon mixing_bowl", "Something else entirely."),
            task("t0002", "ontop orange tray", "Tidy the lemon into the big bowl."),
            task("t0003", "ontop apple tray", "Serve an apple."),
        ]
    )
    assert alike == {"t0000": ("t0001",), "t0001": ("t0000",), "t0002": (), "t0003": ()} | {
        "t0000": ("t0001", "t0002"),
        "t0002": ("t0000",),
    }


def test_the_file_of_decisions_is_read_as_it_is_and_keeps_what_people_wrote(tmp_path: Path) -> None:
    made = review(tmp_path / "a", spec())
    path = tmp_path / "spec.yaml"
    listed = json.dumps(GOALS)
    path.write_text(f"name: x\ntasks: {{given: {listed}, review: a/review/decisions.yaml}}\n")
    plain = load_spec(path)
    assert [(x.task, x.decision) for x in plain.tasks.review] == [
        (f"t000{number}", "accept") for number in range(3)
    ]
    run(tmp_path / "a", plain)
    assert len(said(tmp_path / "a")) == 3
    text = made.decisions.read_text(encoding="utf-8").replace("accept\n", "reject\n", 1)
    made.decisions.write_text(f"{text}    note: no lemons\n# the end\n", encoding="utf-8")
    run(tmp_path / "a", load_spec(path))
    assert [task for task, _ in said(tmp_path / "a")] == ["t0001", "t0002"]
    # New tasks are added below, and all else stays.
    mine = made.decisions.read_text(encoding="utf-8")
    more = load_spec(path, (f"tasks.given={json.dumps([*GOALS, 'ontop lemon tray'])}",))
    review(tmp_path / "a", more)
    after = made.decisions.read_text(encoding="utf-8")
    assert after.startswith(mine)
    assert re.findall(r"task: (t\d+)", after[len(mine) :]) == ["t0003"]
    # Decisions about other tasks are not mixed with these.
    run(tmp_path / "b", spec(goals=("ontop apple tray",)))
    shutil.copytree(tmp_path / "a" / "review", tmp_path / "b" / "review")
    with pytest.raises(SpecError, match="t0000 was another task"):
        review(tmp_path / "b", spec(goals=("ontop apple tray",)))


def test_doubts_are_flagged(tmp_path: Path) -> None:
    run(tmp_path, spec(REWORD | {"instruction": "Do it now."}))

    def none(_: Any, task: TaskSpec, __: Any) -> Picture:
        return Picture(None, "its first scene: no room") if task.id == "t0001" else blank()

    made = write_review(spec(), tmp_path, STAGES, none)
    page = made.page.read_text(encoding="utf-8")
    flags = re.findall(r'<p class="flag">(.*?)</p>', page)
    assert flags == ["its first scene: no room"]
    assert "# doubt: its first scene: no room" in made.decisions.read_text(encoding="utf-8")


def test_paraphrases_that_were_left_out_are_flagged(tmp_path: Path) -> None:
    answer = {
        "name": "fruit", "instruction": "Put the lemon into the bowl.", "reason": "", "init": [],
        "objects": [
            {"name": "lemon", "category": "lemon.n.01"},
            {"name": "bowl", "category": "mixing_bowl.n.01"},
        ],
        "goal": [{"predicate": "inside", "arguments": ["lemon", "bowl"], "holds": True}],
        "paraphrases": ["The lemon goes into the bowl.", "Tidy the fruit away."],
    }  # fmt: skip
    answered = parse_spec(json.dumps({"name": "x", "tasks": {"answers": [json.dumps(answer)]}}))
    run(tmp_path, answered)
    (verdict,) = Dataset(tmp_path).proposals()
    assert [x.text for x in verdict.dropped] == ["Tidy the fruit away."]
    made = review(tmp_path, answered)
    (flag,) = re.findall(
        r'<p class="flag">(.*?)</p>', markup.unescape(made.page.read_text(encoding="utf-8"))
    )
    assert flag.startswith("the paraphrase 'Tidy the fruit away.' was left out: the goal asks for")


def test_the_page_saves_what_the_next_run_reads(tmp_path: Path) -> None:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    made = review(tmp_path / "a", spec({"task": "t0001", "goal": "nextto apple mixing_bowl"}))
    click = """<script>
    document.querySelector('#t0000 input[value=reject]').click();
    document.querySelector('#t0002 textarea').value = 'Serve "the orange": now.';
    document.documentElement.dataset.yaml = yaml();
    </script></body>"""
    page = made.page.read_text(encoding="utf-8").replace("</body>", click)
    made.page.write_text(page, encoding="utf-8")
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
         f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", made.page.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    found = re.search(r'<html[^>]* data-yaml="([^"]*)"', done.stdout)
    assert found is not None
    assert 'id="accepted">2<' in done.stdout
    (tmp_path / "saved.yaml").write_text(markup.unescape(found[1]), encoding="utf-8")
    (tmp_path / "spec.yaml").write_text("name: x\ntasks: {review: saved.yaml}\n")
    first, second, third = load_spec(tmp_path / "spec.yaml").tasks.review
    assert (first.decision, first.seen) == ("reject", seen(proposed()[0]))
    assert second.goal == ("nextto apple mixing_bowl",)
    assert third.instruction == 'Serve "the orange": now.'


def test_the_command_writes_both_and_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviewing.SceneDrawing, "__call__", blank)
    path = tmp_path / "spec.yaml"
    path.write_text("name: x\ntasks: {given: inside lemon mixing_bowl}\n")
    command = ["propose", str(path), "--review", "--json", "-q", "--out", str(tmp_path / "a")]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert Path(answer["review"]).is_file()
    assert Path(answer["decisions"]).is_file()


def test_a_preview_is_of_the_reviewed_task() -> None:
    with pytest.raises(SpecError, match="no task 0: the proposer found 1 tasks"):
        make_preview(spec(REJECT), 0, 0)
