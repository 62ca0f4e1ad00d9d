"""The columns of the Hugging Face export, for Arrow and for `datasets`."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Feature = dict[str, Any]
IMAGES = ("image", "mask", "depth")


def features(categories: Sequence[str]) -> dict[str, Feature]:
    """As `datasets` stores its features in a parquet file.

    Args:
        categories: names of the classes, in the order of their numbers.
    """
    single, number = _value("float32"), _value("int64")
    return {
        **{name: {"_type": "Image"} for name in IMAGES},
        "frame": _value("string"),
        "task": _value("string"),
        "scene": _value("string"),
        "episode": _value("string"),
        "step": number,
        "camera": _value("string"),
        "instruction": _value("string"),
        "width": number,
        "height": number,
        "depth_scale": _value("float64"),
        "camera_matrix": _several(_value("float64"), 9),
        "distortion": _several(_value("float64"), 4),
        "world_from_camera": _several(_value("float64"), 7),
        "predicates": _several(_value("string")),
        "objects": {
            "name": _several(_value("string")),
            "category": _several({"_type": "ClassLabel", "names": list(categories)}),
            "instance_id": _several(number),
            "area": _several(number),
            "bbox": _several(_several(single, 4)),
            "pose": _several(_several(_value("float64"), 7)),
        },
    }


def _value(kind: str) -> Feature:
    return {"_type": "Value", "dtype": kind}


def _several(feature: Feature, length: int = -1) -> Feature:
    return {"_type": "Sequence", "feature": feature, "length": length}


def arrow_schema() -> Any:
    """The schema (`pyarrow.Schema`) of the same columns."""
    import pyarrow as pa

    picture = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    kinds: dict[str, Any] = {
        "Image": picture, "string": pa.string(), "int64": pa.int64(), "float32": pa.float32(),
        "float64": pa.float64(), "ClassLabel": pa.int64(),
    }  # fmt: skip
    return pa.schema([(name, _arrow(told, kinds)) for name, told in features(()).items()])


def _arrow(feature: Feature, kinds: dict[str, Any]) -> Any:
    import pyarrow as pa

    kind = feature.get("_type")
    if kind is None:
        return pa.struct([(name, _arrow(told, kinds)) for name, told in feature.items()])
    if kind == "Sequence":
        return pa.list_(_arrow(feature["feature"], kinds), feature["length"])
    return kinds[feature["dtype"] if kind == "Value" else kind]
