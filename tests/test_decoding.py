"""Pictures and videos of a dataset that are damaged are named, whoever reads them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cousins.generators.dataset import Dataset
from cousins.generators.exports import export
from cousins.generators.report import write_report
from cousins.scenes.observation.reading import read_folder
from cousins.schemas import DatasetError, SpecError


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def none(path: Path) -> None:
    path.write_bytes(b"no picture")


def page(data: Dataset, out: Path) -> object:
    return write_report(data, out / "page.html")


def exported(name: str) -> Callable[[Dataset, Path], object]:
    return lambda data, out: export(name, data, out)


@pytest.mark.parametrize("spoil", [half, none])
@pytest.mark.parametrize(
    ("pattern", "use"),
    [
        ("*rgb*.png", page),
        ("*.mp4", page),
        ("*.mp4", exported("lerobot")),
        ("*-instance.png", exported("yolo")),
    ],
    ids=["page of pictures", "page of videos", "lerobot", "yolo"],
)
def test_a_damaged_file_is_one_sentence(
    built: Dataset,
    tmp_path: Path,
    pattern: str,
    use: Callable[[Dataset, Path], object],
    spoil: Callable[[Path], None],
) -> None:
    root = shutil.copytree(built.root, tmp_path / "dataset")
    files = sorted((root / "data/frames").rglob(pattern))
    assert files
    for path in files:
        spoil(path)
    with pytest.raises(DatasetError, match=r"(cannot be read|is cut short|damaged)"):
        use(Dataset(root), tmp_path / "out")


@pytest.mark.parametrize("raw", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(30)])
def test_a_view_with_a_damaged_picture_is_refused_by_name(raw: bytes, tmp_path: Path) -> None:
    for name in ("depth.npy", "masks.png", "rgb.png"):
        folder = tmp_path / name
        folder.mkdir()
        told = '{"width": 16, "height": 16, "fx": 9, "fy": 9, "cx": 8, "cy": 8, "labels": {}}'
        (folder / "observation.json").write_text(told)
        np.save(folder / "depth.npy", np.ones((16, 16), np.float32))
        Image.fromarray(np.ones((16, 16), np.uint8)).save(folder / "masks.png")
        (folder / name).write_bytes(raw)
        with pytest.raises(SpecError, match=name):
            read_folder(folder)


LIMITED = """
import resource, sys
from pathlib import Path
import numpy, PIL.PngImagePlugin
from cousins.generators.decoding import read_picture
held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (held + 500_000_000,) * 2)
print(read_picture(Path(sys.argv[1])).shape)
"""


def test_a_picture_that_states_gigabytes_takes_none(tmp_path: Path) -> None:
    path = tmp_path / "big.png"
    Image.new("L", (8, 4), 7).save(path)
    raw = path.read_bytes()
    start = raw.index(b"IDAT") - 4
    length = int.from_bytes(raw[start : start + 4], "big")
    # The picture is whole; the chunk that holds it goes on, as it says, for two gigabytes.
    path.write_bytes(
        raw[:start] + (2**31 - 1).to_bytes(4, "big") + raw[start + 4 : start + 8 + length]
    )
    words = [sys.executable, "-c", LIMITED, str(path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.stdout == "(4, 8)\n", done.stderr
