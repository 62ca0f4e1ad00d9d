"""Certificates as they come from strangers: of bounded size, with files of their own folder."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from ...schemas import Asset, DatasetError, Model, Scene, SpecError
from ...schemas.certificate import FORMAT, Certificate
from .making import ASSETS

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 64 * 2**20
"""Bytes of a certificate, a scene, or an asset."""
Item = TypeVar("Item", bound=Model)
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Certified:
    """A certificate with what it needs.

    Attributes:
        certificate: as it was read.
        scene: of the attempt.
        assets: by content hash.
    """

    certificate: Certificate
    scene: Scene
    assets: dict[str, Asset]


def certificates_in(folder: Path) -> Iterator[Path]:
    """The certificates of a folder, by name; other JSON files are passed over.

    Raises:
        DatasetError: there is none.
    """
    found = False
    for path in sorted(folder.glob("*.json")):
        if path.is_file() and f'"{FORMAT}"'.encode() in inside(folder, path.name):
            found = True
            yield path
    if not found:
        raise DatasetError(
            f"{folder} holds no certificates; write some with `cousins export DATASET --format "
            "certificates`"
        )


def read_certificate(path: Path) -> Certified:
    """Read a certificate, its scene and the scene's assets.

    Raises:
        DatasetError: a file is missing, too large, not what its hash says, or out of the folder.
        SpecError: a file is not valid.
    """
    folder = path.parent
    found = _valid(Certificate, inside(folder, path.name), path)
    raw = inside(folder, found.scene.file)
    if hashlib.sha256(raw).hexdigest() != found.scene.sha256:
        raise DatasetError(
            f"{folder / found.scene.file} is not the scene of {path}: its SHA-256 is another"
        )
    scene = _valid(Scene, raw, folder / found.scene.file)
    keys = sorted({thing.asset_hash for thing in scene.objects})
    return Certified(found, scene, {key: _asset(folder, key) for key in keys})


def _valid(model: type[Item], raw: bytes, path: Path) -> Item:
    """A file's content as a model, or the first thing that is wrong with it."""
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        first, count = error.errors()[0], error.error_count()
        place = ".".join(map(str, first["loc"])) or "the whole"
        more = f" (and {count - 1} more)" if count > 1 else ""
        raise SpecError(
            f"{path} is no valid {model.__name__}: {place}: {first['msg']}{more}; "
            "docs/certificates.md says what it holds"
        ) from error


def _asset(folder: Path, key: str) -> Asset:
    if not _HASH.fullmatch(key):
        raise SpecError(f"{folder}: {key!r} is no hash of an asset; expected 64 hexadecimal digits")
    name = f"{ASSETS}/{key}.json"
    asset = _valid(Asset, inside(folder, name), folder / name)
    if asset.content_hash() != key:
        raise DatasetError(f"{folder / name} is not the asset that its name says")
    return asset


def inside(folder: Path, name: str) -> bytes:
    """A file of a folder, of bounded size and not by a link that leads out of it.

    Raises:
        DatasetError: it is missing, too large, or elsewhere.
    """
    path = folder / name
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(folder.resolve()):
            raise DatasetError(f"{path} leads out of {folder}")
        if not real.is_file():
            raise DatasetError(f"{path} is no file")
        size = real.stat().st_size
        if size > LARGEST:
            raise DatasetError(f"{path} has {size} bytes; at most {LARGEST} are read")
        return real.read_bytes()
    except (OSError, RuntimeError) as error:
        raise DatasetError(f"{path} cannot be read: {error}") from error
