"""Which licences let a dataset be used for anything."""

from __future__ import annotations

import re

UNGRANTED = frozenset({"NONE", "NOASSERTION", "LicenseRef-no-grant"})
"""Identifiers of what comes without any grant of rights."""
UNSPECIFIED = "LicenseRef-unspecified"
"""The licence of files whose owner states none: their rights are the owner's to judge."""


def permits_commercial(spdx: str) -> bool:
    """Whether a licence allows commercial use of what is made with the asset.

    Args:
        spdx: an SPDX identifier. `LicenseRef-unspecified` marks a user's own files, whose
            rights are the user's to judge; they pass.
    """
    words = re.findall(r"[A-Z]+", spdx.upper())
    return spdx not in UNGRANTED and not {"NC", "NONCOMMERCIAL"} & set(words)
