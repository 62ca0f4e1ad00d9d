"""Dask, which this version cannot run on."""

from __future__ import annotations

from ._absent import AbsentEngine

PLUGIN = AbsentEngine("dask")
