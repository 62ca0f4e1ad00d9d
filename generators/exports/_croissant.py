"""Croissant: what a dataset's files hold, for search engines and loaders.

Source: MLCommons, Croissant format specification 1.0.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Json = dict[str, Any]
PARQUET = "application/x-parquet"
ROWS, FILES = "rows", "parquet-files"
CONTEXT: Json = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(
    name: str,
    description: str,
    licences: Sequence[str],
    root: Path,
    columns: Mapping[str, str],
) -> str:
    """The text of croissant.json.

    Args:
        name: of the dataset.
        description: one sentence.
        licences: SPDX identifiers.
        root: the export's folder; the parquet files below its `data` hold the rows.
        columns: type of each column to tell of: `Text`, `Integer`, `Float`, `Boolean`, or
            `ImageObject`, whose bytes are in the column's field of that name.
    """
    paths = sorted((root / "data").rglob("*.parquet"))
    told: Json = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": name,
        "description": description,
        "license": [_licence(licence) for licence in sorted(set(licences))],
        "distribution": [*(_file(root, path) for path in paths), _fileset(root, paths)],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": ROWS,
                "name": ROWS,
                "field": [_field(column, kind) for column, kind in columns.items()],
            }
        ],
    }
    return json.dumps(told, indent=1) + "\n"


def _licence(licence: str) -> str:
    if licence.startswith("LicenseRef-"):
        return licence
    return f"https://spdx.org/licenses/{licence}.html"


def _file(root: Path, path: Path) -> Json:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    name = path.relative_to(root).as_posix()
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{path.stat().st_size} B",
        "encodingFormat": PARQUET,
        "sha256": digest,
    }


def _fileset(root: Path, paths: Sequence[Path]) -> Json:
    """All data files together, which have one set of columns."""
    folders = {path.parent.relative_to(root).as_posix() for path in paths}
    nested = any("/" in folder for folder in folders)
    return {
        "@type": "cr:FileSet",
        "@id": FILES,
        "name": FILES,
        "encodingFormat": PARQUET,
        "includes": "data/*/*.parquet" if nested else "data/*.parquet",
    }


def _field(column: str, kind: str) -> Json:
    source: Json = {"fileSet": {"@id": FILES}, "extract": {"column": column}}
    if kind == "ImageObject":
        source["transform"] = {"jsonPath": "bytes"}
    return {
        "@type": "cr:Field",
        "@id": f"{ROWS}/{column}",
        "name": column,
        "dataType": f"sc:{kind}",
        "source": source,
    }
