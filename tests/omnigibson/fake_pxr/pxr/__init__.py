"""A FAKE of OpenUSD, where it is not installed: takes every call and keeps nothing."""

import sys
from typing import Any


class Anything:
    """Whatever is asked of it, it is that."""

    def __getattr__(self, name: str) -> Any:
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self


for _name in ("Gf", "Sdf", "Usd", "UsdGeom", "UsdLux", "UsdShade", "Vt"):
    sys.modules[f"pxr.{_name}"] = Anything()  # type: ignore[assignment]
