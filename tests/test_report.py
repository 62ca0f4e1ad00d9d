"""The report page: self-contained, honest about what is missing, and alive in a browser."""

# pyright: reportUnknownMemberType=false
from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from datasets import HZ, FixtureConfig, build_dataset, encode
from markupsafe import Markup
from PIL import Image

from cousins.generators.dataset import Dataset, dump_models
from cousins.generators.report import facts, page, pictures, write_report
from cousins.generators.report.charts import ChartBar, HistogramBin, bar_chart, column_chart

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PROBE = """
<script>
addEventListener("load", () => {
  const root = document.documentElement;
  root.dataset.overflow = root.scrollWidth - root.clientWidth;
  root.dataset.width = root.clientWidth;
  const shown = {};
  for (const radio of document.querySelectorAll("#layers input[type=radio]")) {
    radio.click();
    shown[radio.value] = ["instance", "depth", "boxes"].filter(
      (c) => getComputedStyle(document.querySelector(".sheet ." + c)).visibility === "visible");
  }
  root.dataset.shown = JSON.stringify(shown);
  document.querySelector(".stack")?.click();
  root.dataset.dialog = document.querySelectorAll("dialog[open] .objects tbody tr").length;
  document.querySelector(".timeline button:last-child")?.click();
  root.dataset.seek = document.querySelector("video")?.currentTime;
});
</script>
"""


@pytest.fixture(scope="module")
def dataset(built: Dataset) -> Dataset:
    return built


@pytest.fixture(scope="module")
def html(dataset: Dataset) -> str:
    path = write_report(dataset, dataset.root.parent)
    assert path.name == "index.html"
    return path.read_text(encoding="utf-8")


def text_of(html: str) -> str:
    """What a reader sees, roughly: no tags, styles or scripts, and single spaces."""
    bare = re.sub(r"<(style|script).*?</\1>", " ", html, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", bare).split())


def browse(html: str, folder: Path, width: int) -> dict[str, str]:
    """Open a page in Chromium and give the data attributes of its root element."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    path = folder / "page.html"
    path.write_text(html.replace("</body>", PROBE + "</body>"), encoding="utf-8")
    done = subprocess.run(
        [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--hide-scrollbars", f"--user-data-dir={folder / 'profile'}",
            f"--window-size={width},900", "--virtual-time-budget=4000", "--dump-dom",
            path.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    root = re.search(r"<html[^>]*>", done.stdout)
    assert root is not None
    found = re.findall(r"data-(\w+)=\"([^\"]*)\"", root[0])
    return {name: value.replace("&quot;", '"') for name, value in found}


def test_page_needs_nothing_from_outside(html: str) -> None:
    links = re.findall(r"(?:src|href|poster|srcset)\s*=\s*\"([^\"]*)\"", html)
    assert links
    assert all(link.startswith(("data:", "#")) for link in links)
    assert not re.search(r"url\(|@import|https?://", html)
    assert len(html) < 25_000_000


def test_page_states_the_counts(html: str) -> None:
    text = text_of(html)
    for expected in (
        "3 demonstrations of 2 tasks", "Episodes 4", "Success 75%", "Labelled frames 16",
        "Put the bowl on plate 0.", "grasp slipped 1", "75% (3 of 4)", "collision (4)",
        "Path efficiency by skill", "LDLJ", "SPARC", "CC0-1.0", "d 0.08", "d 0.25",
    ):  # fmt: skip
        assert expected in text


def test_pictures_and_clips_are_embedded(html: str) -> None:
    assert html.count("<video muted loop playsinline") == 4  # one of them failed
    assert html.count("data:video/mp4;base64,") == 4
    assert html.count('<img loading="lazy" decoding="async" class="instance"') == 8
    assert html.count('<img loading="lazy" decoding="async" class="depth"') == 8


def test_browser_runs_the_page_and_switches_labels(html: str, tmp_path: Path) -> None:
    root = browse(html, tmp_path, 1280)
    assert "error" not in root
    assert root["ready"] == "yes"
    assert json.loads(root["shown"]) == {
        "rgb": [], "instance": ["instance"], "depth": ["depth"], "boxes": ["boxes"],
    }  # fmt: skip
    assert int(root["dialog"]) == 3
    assert float(root["seek"]) > 0


def test_nothing_overflows_on_a_phone(html: str, tmp_path: Path) -> None:
    root = browse(html, tmp_path, 390)
    assert int(root["width"]) <= 500
    assert root["overflow"] == "0"


@pytest.mark.parametrize(
    ("config", "messages"),
    [
        (FixtureConfig(videos=False), ["The demonstrations have no videos"]),
        (FixtureConfig(frames=False), ["No labelled colour frames"]),
        (
            FixtureConfig(tasks=1, per_task=1, failures=1),
            ["0 demonstrations of 1 task,", "No demonstration succeeded", "Success 0%"],
        ),
        (
            FixtureConfig(tasks=0),
            ["This dataset has no tasks", "Nothing was attempted yet", "No assets are used yet"],
        ),
    ],
)
def test_what_is_missing_is_said(
    config: FixtureConfig, messages: list[str], tmp_path: Path
) -> None:
    path = write_report(build_dataset(tmp_path / "dataset", config), tmp_path / "page.html")
    html = path.read_text(encoding="utf-8")
    for message in messages:
        assert message in text_of(html)
    if CHROMIUM:
        root = browse(html, tmp_path, 500)
        assert root["ready"] == "yes"
        assert "error" not in root


def test_text_of_a_task_is_not_markup(tmp_path: Path) -> None:
    dataset = build_dataset(tmp_path / "dataset", FixtureConfig(videos=False, frames=False))
    tasks = [
        task.model_copy(update={"instruction": "<script>alert(1)</script> & 'go'"})
        for task in dataset.tasks()
    ]
    (dataset.root / "data/tasks/0000/tasks.json").write_bytes(dump_models(tuple(tasks)))
    html = write_report(dataset, tmp_path).read_text(encoding="utf-8")
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_pictures_stop_at_the_budget(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "BUDGET", 10_000)
    html = write_report(dataset, tmp_path).read_text(encoding="utf-8")
    embedded = sum(len(uri) for uri in set(re.findall(r"data:[a-z]+/[^\"]+", html)))
    assert 0 < embedded <= 10_000
    assert re.search(r"\d+ pictures were left out", html)


def test_same_dataset_gives_the_same_page(dataset: Dataset, html: str, tmp_path: Path) -> None:
    assert write_report(dataset, tmp_path).read_text(encoding="utf-8") == html


def test_times_are_shown_where_they_were_logged(tmp_path: Path) -> None:
    dataset = build_dataset(tmp_path / "dataset", FixtureConfig(videos=False, frames=False))
    (dataset.root / "logs").mkdir()
    lines = [
        {"shard": "scenes/t0000", "cpu_seconds": 1.25},
        {"shard": "episodes/t0000", "cpu_seconds": 30},
        {"shard": "episodes/t0001", "cpu_seconds": 10.5},
    ]
    log = "\n".join(json.dumps(line) for line in lines) + '\n{"shard": "epis'
    (dataset.root / "logs/timings.jsonl").write_text(log)
    assert facts.gather(dataset).times == {"scenes": 1.25, "episodes": 40.5}
    assert "episodes 40.5 s" in text_of(page.render(dataset))


def test_attempts_are_counted_by_distance() -> None:
    columns = facts.distance_histogram([(0.0, True), (0.05, False), (0.95, True), (1.0, True)])
    assert [(c.total, c.good) for c in columns] == [(2, 1), *[(0, 0)] * 8, (2, 2)]


def test_trace_is_summed_by_stage(dataset: Dataset) -> None:
    counts = facts.TraceCounts()
    for episode in dataset.episodes():
        counts.add(episode)
    rows = {row.stage: row for row in counts.rows()}
    assert rows["grasp"].events == {"reject": 4, "choose": 4}
    assert rows["grasp"].reasons == {"collision": 4}
    assert rows["symbolic"].events == {"expand": 4}


def test_sample_shows_each_scene_by_another_camera(dataset: Dataset) -> None:
    sample = facts.gather(dataset).frames.sample("t0000")
    assert [(frame.scene, frame.camera) for frame in sample] == [
        ("t0000-s0", "front"), ("t0000-s1", "wrist"), ("t0000-s0", "wrist"), ("t0000-s1", "front"),
    ]  # fmt: skip


def test_bars_are_as_long_as_their_share() -> None:
    svg = bar_chart([ChartBar("a & b", 0.25, "25%"), ChartBar("c", 7.0, "x", "bad")], "t")
    widths = re.findall(r'class="(?:plain|bad)" y="\d+" width="([\d.]+)%"', svg)
    assert widths == ["25.00", "100.00"]
    assert "a &amp; b" in svg
    assert isinstance(svg, Markup)


def test_columns_stack_success_below_failure() -> None:
    svg = column_chart(
        [HistogramBin("0", 4, 1), HistogramBin("1", 2, 2), HistogramBin("2", 0, 0)], "3", "t"
    )
    heights = re.findall(
        r'class="(bad|good)" x="[\d.]+%" y="[\d.]+" width="[\d.]+%" height="([\d.]+)"', svg
    )
    assert heights == [
        ("bad", "112.5"), ("good", "37.5"), ("bad", "0.0"), ("good", "75.0"),
        ("bad", "0.0"), ("good", "0.0"),
    ]  # fmt: skip


def test_depth_is_coloured_from_near_to_far(tmp_path: Path) -> None:
    depth = np.tile(np.linspace(5_000, 20_000, 64).astype(np.uint16), (64, 1))
    depth[:8] = 0
    Image.fromarray(depth).save(tmp_path / "depth.png")
    raw, near, far = pictures.depth_picture(tmp_path / "depth.png", 1e-4, 64)
    assert near == pytest.approx(0.5, abs=0.03)
    assert far == pytest.approx(2.0, abs=0.03)
    shades = np.asarray(Image.open(io.BytesIO(raw)).convert("L")).astype(int)
    assert shades[:6].max() < 25
    assert (np.diff(shades[32, ::8]) < 0).all()


def test_masks_keep_their_instances(tmp_path: Path) -> None:
    mask = np.zeros((40, 60), dtype=np.uint8)
    mask[:20, :30], mask[20:, 30:] = 1, 200
    Image.fromarray(mask).save(tmp_path / "mask.png")
    painted = iio.imread(pictures.mask_picture(tmp_path / "mask.png", 30), extension=".png")
    assert painted.shape == (20, 30, 4)
    assert tuple(painted[2, 2]) == (*pictures.instance_colour(1), 255)
    assert tuple(painted[18, 28]) == (*pictures.instance_colour(200), 255)
    assert painted[2, 28, 3] == 0
    assert len({pictures.instance_colour(n) for n in range(1, 60)}) == 59


def test_clips_show_cameras_side_by_side(tmp_path: Path) -> None:
    for name, level in (("left", 40), ("right", 200)):
        frames = [np.full((48, 64, 3), level, dtype=np.uint8)] * 250
        (tmp_path / name).with_suffix(".mp4").write_bytes(encode(frames, HZ))
    raw, poster, speed = pictures.clip([tmp_path / "left.mp4", tmp_path / "right.mp4"], 250, HZ)
    shown = np.stack(list(iio.imiter(raw, plugin="pyav")))
    assert (len(shown), speed) == (84, 3)
    height, width = shown.shape[1:3]
    assert (height, width) == (256, 682)
    assert abs(shown[4, :, : width // 2 - 8].mean() - 40) < 6
    assert abs(shown[4, :, width // 2 + 8 :].mean() - 200) < 6
    assert np.asarray(Image.open(io.BytesIO(poster))).shape == (256, 682, 3)
