"""Parquet tables whose columns say what they hold."""

# pyright: reportMissingTypeStubs=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]
ROWS_AT_ONCE = 10_000
"""Rows of a row group, at least, where there are more."""


@dataclass(frozen=True)
class TableColumn:
    """One column of a table.

    Attributes:
        name: of the column.
        kind: `string`, `bool`, `int32`, `float32`, `float64`, or `list<KIND>` of these.
        meaning: stored with the column as `description`.
    """

    name: str
    kind: str
    meaning: str


class TableFile:
    """One parquet file that grows by rows."""

    def __init__(self, path: Path, columns: Sequence[TableColumn]) -> None:
        """Open the file; it has a schema even where no rows follow."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        fields = [
            pa.field(x.name, _type(x.kind), metadata={"description": x.meaning}) for x in columns
        ]
        path.parent.mkdir(parents=True, exist_ok=True)
        self._schema = pa.schema(fields)
        self._writer = pq.ParquetWriter(path, self._schema, compression="snappy")
        self._rows: list[Row] = []

    def __enter__(self) -> TableFile:
        """The file is open already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Write what waits, and finish the file."""
        self._flush()
        self._writer.close()

    def add(self, rows: Iterable[Row]) -> None:
        """Append rows."""
        self._rows.extend(rows)
        if len(self._rows) >= ROWS_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
            self._rows = []


def _type(kind: str) -> Any:
    import pyarrow as pa

    if kind.startswith("list<"):
        return pa.list_(_type(kind.removeprefix("list<")[:-1]))
    made = {
        "string": pa.string(),
        "bool": pa.bool_(),
        "int32": pa.int32(),
        "float32": pa.float32(),
        "float64": pa.float64(),
    }
    return made[kind]
