"""Changes to inputs: bytes, words, lines, JSON values, XML elements, and whole files."""

from __future__ import annotations

import random
import re
import struct
from collections.abc import Mapping, Sequence

from edits import edited_json_text, edited_xml_text

Case = dict[str, bytes]
"""An input: the content of files by their path."""

JSON = (".json", ".gltf", ".jsonl")
XML = (".urdf", ".xml", ".mjcf")
TEXT = (*JSON, *XML, ".yaml", ".obj", ".mtl", ".bddl")
SCRAPS = [
    "~", "{", "}", "[", "]", ":", "- ", "&a ", "*a", "!!map", "? ", "|", "'", '"', "\t", "\n", "(",
    ")", "<", "</", "/>", "&amp;", "&x;", "<!--", "#", "%", "@", "`", "\\", "\x00", "\x85",
    "\u2028", "\ufeff", "\u00e9", "\U0001f600", "9" * 30, "9" * 400, "9" * 5000, "1e999", "-1e999",
    "1e-320", "nan", "inf", ".nan", "-0", "0", "-1", "0.5", "2147483648", "-9223372036854775809",
    "true", "null", "<<", "...", "---", "(not", "(forall (?x - a)", "f 1 2 3", "f 1 1 1", "v 0 0 0",
    "[" * 100, "(" * 100, "{" * 100, "a" * 10_000, "../../etc/passwd", "/dev/zero", "C:\\x", "%00",
    "%2e%2e", "data:,x",
]  # fmt: skip
NUMBERS = [
    "0",
    "-1",
    "1",
    "1e308",
    "-1e308",
    "nan",
    "inf",
    "1e-320",
    "2147483648",
    "1e20",
    "7",
    "0.01",
]
_PIECES = re.compile(r"(\s+|[:,\[\]{}<>=\"'/()])")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def mutated(case: Mapping[str, bytes], rng: random.Random, donors: Sequence[Case]) -> Case:
    """The case with one to four changes.

    Args:
        case: an input.
        rng: decides everything.
        donors: other inputs, whose pieces may be put in.
    """
    changed = dict(case)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        if not changed:
            break
        name = rng.choice(sorted(changed))
        if rng.random() < 0.06:
            _file(changed, name, rng, donors)
        else:
            changed[name] = _content(name, changed[name], rng, donors)
    return changed


def _file(case: Case, name: str, rng: random.Random, donors: Sequence[Case]) -> None:
    """Take a file away, empty it, or put another in its place."""
    match rng.randrange(4):
        case 0:
            del case[name]
        case 1:
            case[name] = b""
        case 2:
            other = rng.choice(sorted(case))
            case[name], case[other] = case[other], case[name]
        case _:
            donor = rng.choice(donors)
            case[name] = donor[rng.choice(sorted(donor))]


def _content(name: str, raw: bytes, rng: random.Random, donors: Sequence[Case]) -> bytes:
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    draw = rng.random()
    if suffix == ".glb" and draw < 0.7:
        return _glb(raw, rng)
    if suffix not in TEXT or draw < 0.08:
        return _bytes(raw, rng, [x for donor in donors for x in donor.values()])
    text = raw.decode("utf-8", errors="surrogateescape")
    if suffix in JSON and draw < 0.6:
        text = edited_json_text(text, rng)
    elif suffix in XML and draw < 0.6:
        text = edited_xml_text(text, rng)
    else:
        text = rng.choice((_words, _words, _lines, _number))(text, rng)
    return text.encode("utf-8", errors="surrogateescape")


def _words(text: str, rng: random.Random) -> str:
    """Words cut out, doubled, exchanged, or replaced."""
    pieces = _PIECES.split(text)
    for _ in range(rng.choice((1, 1, 2, 3))):
        place = rng.randrange(len(pieces))
        match rng.randrange(4):
            case 0:
                pieces[place] = ""
            case 1:
                pieces[place] *= 2
            case 2:
                other = rng.randrange(len(pieces))
                pieces[place], pieces[other] = pieces[other], pieces[place]
            case _:
                pieces[place] = rng.choice(SCRAPS)
    return "".join(pieces)


def _lines(text: str, rng: random.Random) -> str:
    """A few lines removed, repeated, or moved."""
    lines = text.splitlines(keepends=True)
    if not lines:
        return rng.choice(SCRAPS)
    start = rng.randrange(len(lines))
    some = lines[start : start + rng.choice((1, 1, 2, 5))]
    if rng.random() < 0.7:
        del lines[start : start + len(some)]
    if rng.random() < 0.6:
        place = rng.randrange(len(lines) + 1)
        lines[place:place] = some * rng.choice((1, 1, 2, 50))
    return "".join(lines)


def _number(text: str, rng: random.Random) -> str:
    """One number exchanged for an odd one."""
    found = list(_NUMBER.finditer(text))
    if not found:
        return _words(text, rng)
    match = rng.choice(found)
    return text[: match.start()] + rng.choice(NUMBERS) + text[match.end() :]


def _bytes(raw: bytes, rng: random.Random, donors: Sequence[bytes]) -> bytes:
    """Bits flipped, pieces cut out, repeated, overwritten, or taken from elsewhere."""
    data = bytearray(raw)
    if not data:
        return rng.randbytes(rng.randrange(40))
    place = rng.randrange(len(data))
    size = rng.choice((1, 2, 4, 8, 64, 1024))
    match rng.randrange(7):
        case 0:
            data[place] ^= 1 << rng.randrange(8)
        case 1:
            data[place : place + size] = rng.choice((b"\0", b"\xff", b"\x7f")) * size
        case 2:
            del data[place:]
        case 3:
            del data[place : place + size]
        case 4:
            data[place:place] = data[place : place + size] * rng.choice((1, 3))
        case 5:
            data[place : place + 4] = struct.pack("<I", rng.choice((0, 1, 2**31, 2**32 - 1, 9)))
        case _:
            donor = rng.choice(donors)
            start = rng.randrange(len(donor) + 1)
            data[place : place + size] = donor[start : start + size]
    return bytes(data)


def _glb(raw: bytes, rng: random.Random) -> bytes:
    """A GLB file whose JSON says something else, or whose floats are odd; still a GLB file."""
    if len(raw) < 28 or raw[:4] != b"glTF":
        return _bytes(raw, rng, [raw])
    size = int(struct.unpack("<I", raw[12:16])[0])
    text, rest = raw[20 : 20 + size], bytearray(raw[28 + size :])
    if rest and rng.random() < 0.3:
        place = 4 * rng.randrange(max(1, len(rest) // 4))
        odd = rng.choice((float("nan"), float("inf"), -1e38, 1e30, 0.0, 1e-40, 5.0))
        rest[place : place + 4] = struct.pack("<f", odd)
    else:
        written = edited_json_text(text.decode("utf-8", errors="replace"), rng)
        text = written.encode("utf-8", errors="surrogatepass")
    return glb_of(text, bytes(rest))


def glb_of(text: bytes, binary: bytes) -> bytes:
    """A GLB file of a JSON text and a binary chunk."""
    text += b" " * (-len(text) % 4)
    head = struct.pack("<4sIII4s", b"glTF", 2, 28 + len(text) + len(binary), len(text), b"JSON")
    return head + text + struct.pack("<I4s", len(binary), b"BIN\0") + binary
