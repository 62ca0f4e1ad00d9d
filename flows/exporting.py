"""`cousins export`: a whole dataset into its own folder, or a part of one somewhere else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ..generators.dataset import Dataset
from ..generators.exports import EXPORTERS, Failing, export_with
from ..generators.licences import asset_uses, refuse_mix
from ..generators.selection import SelectedDataset, Selection
from ..schemas import BackendMissingError, DatasetError, SpecError
from .checks import check_dataset, check_exports
from .run import export_dataset


@dataclass(frozen=True)
class ExportRequest:
    """What to write.

    Attributes:
        root: the dataset's folder.
        formats: by name; empty is all.
        selection: the part that is wanted.
        out: folder for a part, in which each format has one of its own; None is the dataset's
            own folder, which holds exports of all of it.
        read_all: as of `export_dataset`; a part is written without comparing hashes.
    """

    root: Path
    formats: tuple[str, ...]
    selection: Selection
    out: Path | None
    read_all: bool = False


@dataclass(frozen=True)
class ExportResult:
    """What was written.

    Attributes:
        folders: by format.
        left_out: formats that were not asked for by name and cannot be written, with the reason.
        skipped: damaged attempts and frames that were left out.
        notes: of formats whose export was there and no longer fitted: whether it could grow.
    """

    folders: dict[str, Path]
    left_out: dict[str, str]
    skipped: int = 0
    notes: dict[str, str] = field(default_factory=dict[str, str])


def export_formats(request: ExportRequest) -> ExportResult:
    """Write a dataset in the formats that trainers load.

    Formats that are asked for by name must all be possible. Of all formats, those that cannot be
    written are left out, unless none is left.

    Raises:
        SpecError: there is no such format, or a part is wanted without a folder for it.
        BackendMissingError: a package that a format needs is not installed.
        DatasetError: the dataset has nothing for a format, is damaged, or its assets may not be
            shown together.
        JobError: an exporter failed.
    """
    from .stages import production

    partial = request.selection != Selection()
    if partial and request.out is None:
        raise SpecError(
            "a part of a dataset is written to a folder of its own; give one with --out"
        )
    opened = Dataset(request.root)
    seen = SelectedDataset(opened, request.selection) if request.out is not None else opened
    refuse_mix(asset_uses(seen, seen.scenes()))
    possible, left_out = _possible(request, seen)
    notes: dict[str, str] = {}
    if request.out is None:
        folders = export_dataset(
            opened.spec, request.root, production(), possible, notes, read_all=request.read_all
        )
    else:
        folders = {name: request.out / name for name in possible}
        for name, folder in folders.items():
            _write_part(name, seen, folder, request.selection)
    skipped = len(seen.damage) if isinstance(seen, SelectedDataset) else 0
    return ExportResult(folders, left_out, skipped, notes)


def _possible(request: ExportRequest, seen: Dataset) -> tuple[tuple[str, ...], dict[str, str]]:
    """The formats to write, and why others are left out."""
    if request.formats:
        check_exports(request.formats)
        check_dataset(seen, _judged(request.formats, request.selection))
        return request.formats, {}
    left_out: dict[str, str] = {}
    error: BackendMissingError | DatasetError | None = None
    for name in EXPORTERS.names():
        try:
            check_exports((name,))
            check_dataset(seen, _judged((name,), request.selection))
        except (BackendMissingError, DatasetError) as found:
            left_out[name], error = str(found), found
    possible = tuple(name for name in EXPORTERS.names() if name not in left_out)
    if not possible and error is not None:
        raise error
    return possible, left_out


def _judged(formats: Iterable[str], selection: Selection) -> tuple[str, ...]:
    """Those of some formats that must find demonstrations or frames in what is selected."""
    failures = selection.outcome in ("failures", "all")
    return tuple(
        name for name in formats if not (failures and isinstance(EXPORTERS.load(name), Failing))
    )


def _write_part(name: str, seen: Dataset, folder: Path, selection: Selection) -> None:
    exporter = EXPORTERS.load(name)
    if isinstance(exporter, Failing) and selection.outcome in ("failures", "all"):
        exporter = exporter.with_failures()
    export_with(exporter, name, seen, folder)
