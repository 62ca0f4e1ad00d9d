"""`cousins backends check omnigibson`: how far OmniGibson comes on this machine, step by step."""

from __future__ import annotations

from .checking import check_omnigibson

__all__ = ["check_omnigibson"]
