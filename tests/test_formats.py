"""The code shown in docs/formats.md, run against a dataset and its exports."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from datasets import build_dataset

from cousins.generators.exports import EXPORTERS

SNIPPETS = re.findall(
    r"```python\n(.*?)```",
    (Path(__file__).parent.parent / "docs/formats.md").read_text(encoding="utf-8"),
    flags=re.S,
)


@pytest.fixture(scope="module")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a dataset and its exports where the documentation expects them."""
    root = tmp_path_factory.mktemp("docs")
    made = build_dataset(root / "out/quickstart")
    for name, exporter in EXPORTERS.all():
        if not exporter.needs.missing():
            exporter.export(made, made.root / "exports" / name)
    return root


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("code", SNIPPETS, ids=[str(n) for n in range(len(SNIPPETS))])
def test_documented_code_runs(
    code: str, quickstart: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    needed = re.search(r"# needs: (\w+)", code)
    # A helper of the tests has the name of the library `datasets`.
    if needed and (needed[1] == "datasets" or find_spec(needed[1]) is None):
        pytest.skip(f"shown for readers with {needed[1]}")
    monkeypatch.chdir(quickstart)
    exec(compile(code, "docs/formats.md", "exec"), {})
    assert capsys.readouterr().out
