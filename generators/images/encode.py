"""Bytes of images and videos: equal pixels, equal bytes."""

from __future__ import annotations

import io
import platform
import struct
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

DEPTH_UNIT = 0.0001
"""Metres per unit of a 16-bit depth image: 6.5535 m at most, 0 for nothing within."""
JPEG_QUALITY = 95
KEYFRAME_EVERY = 10
"""Frames between key frames of a video: seeking decodes fewer than this many."""
CONSTANT_RATE = "18"
ENCODER = {"x264-params": "asm=SSE4.2"} if platform.machine() in ("x86_64", "AMD64") else {}
"""Which of its routines x264 may take. Those for AVX-512 read memory that nobody has written:
one video in a hundred then has other bytes, of equal pixels. These are as fast."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_UP = 2


def jpeg(rgb: npt.NDArray[np.uint8]) -> bytes:
    """A picture (H, W, 3) as JPEG without chroma subsampling."""
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return buffer.getvalue()


def png(image: npt.NDArray[Any]) -> bytes:
    """An image as PNG: uint8 or uint16 grey (H, W), or uint8 colour (H, W, 3).

    Each row is stored as its difference to the one above, compressed at zlib's fastest level:
    half the time of a general encoder on masks and depth.
    """
    big = np.ascontiguousarray(image.astype(">u2") if image.dtype == np.uint16 else image)
    height, width = image.shape[:2]
    rows = big.view(np.uint8).reshape(height, -1)
    filtered = np.empty((height, rows.shape[1] + 1), dtype=np.uint8)
    filtered[:, 0] = _UP
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    header = struct.pack(
        ">IIBBBBB", width, height, 8 * image.dtype.itemsize, 2 if image.ndim == 3 else 0, 0, 0, 0
    )
    data = zlib.compress(filtered.tobytes(), 1)
    return _SIGNATURE + b"".join(
        _chunk(kind, body) for kind, body in ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def depth_units(depth: npt.NDArray[np.float32]) -> npt.NDArray[np.uint16]:
    """Metres (H, W) in units of `DEPTH_UNIT`; what is too far becomes 0."""
    units = np.rint(depth * np.float32(1 / DEPTH_UNIT))
    units[units > 65535] = 0
    whole: npt.NDArray[np.uint16] = units.astype(np.uint16)
    return whole


class VideoWriter:
    """H.264 in MP4, in memory: one thread, no B-frames, no dates."""

    def __init__(self, width: int, height: int, hz: int) -> None:
        """Start a video of that size and rate."""
        import av

        self._av = av
        self._buffer = io.BytesIO()
        self._file: Any = av.open(
            self._buffer,
            "w",
            format="mp4",
            options={"fflags": "+bitexact"},
        )
        stream: Any = self._file.add_stream("libx264", rate=hz)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.thread_count = 1
        stream.codec_context.gop_size = KEYFRAME_EVERY
        stream.codec_context.max_b_frames = 0
        stream.options = {
            "preset": "veryfast", "crf": CONSTANT_RATE, "threads": "1", **ENCODER
        }  # fmt: skip
        self._stream = stream

    def add(self, rgb: npt.NDArray[np.uint8]) -> None:
        """Append a frame (H, W, 3)."""
        frame = self._av.VideoFrame.from_ndarray(rgb, format="rgb24")
        self._file.mux(self._stream.encode(frame))

    def finish(self) -> bytes:
        """Close the video and give its bytes."""
        self._file.mux(self._stream.encode())
        self._file.close()
        return self._buffer.getvalue()
