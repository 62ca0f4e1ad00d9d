"""Replay certificates: each demonstration as a file that anyone can repeat and judge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ...schemas.plugins import Needs
from ..dataset import Dataset
from ._demonstrations import refuse_nothing
from ._folders import refuse_files


@dataclass(frozen=True)
class CertificateExporter:
    """Writes a certificate for each demonstration, its scene, and the assets of all scenes.

    Attributes:
        include_failures: also of attempts that missed their goal, which say so.
    """

    summary = "replay certificates: each demonstration as a file that anyone can repeat and judge"
    needs = Needs(packages=("numpy",))
    of_demonstrations = True

    include_failures: bool = False

    def export(self, dataset: Dataset, out: Path) -> None:
        """Write the export to `out`, which must be empty or absent.

        Raises:
            DatasetError: where `out` holds files, or there are no demonstrations.
        """
        from ..certificates.making import write_certificates

        refuse_files(out)
        self.check_dataset(dataset)
        write_certificates(dataset, out, failures=self.include_failures)

    def with_failures(self) -> CertificateExporter:
        """See `Failing`."""
        return replace(self, include_failures=True)

    def check_dataset(self, dataset: Dataset) -> None:
        """See `Choosy`.

        Raises:
            DatasetError: there are no demonstrations; saying why, and what to do.
        """
        refuse_nothing(dataset, "certificates", failures=self.include_failures)


PLUGIN = CertificateExporter()
