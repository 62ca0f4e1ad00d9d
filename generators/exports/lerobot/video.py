"""Camera videos of a LeRobot dataset: episodes' H.264 streams joined packet by packet."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ....schemas import DatasetError
from ...converting import rgb_converter
from ...decoding import decoding
from .stats import sampled_indices
from .tables import numbered

CODECS = ("h264", "hevc", "av1")
"""What LeRobot's loaders decode; joining needs one that stands alone in a file."""


def video_key(camera: str) -> str:
    """The feature that a camera's videos are."""
    return f"observation.images.{camera}"


@dataclass(frozen=True)
class VideoFormat:
    """The video format of all episodes of one camera.

    Attributes:
        width: pixels.
        height: pixels.
        codec: FFmpeg's name.
        pix_fmt: FFmpeg's name.
        extradata: the decoder's parameter sets; streams with equal ones can be joined.
    """

    width: int
    height: int
    codec: str
    pix_fmt: str
    extradata: bytes


@dataclass(frozen=True)
class VideoPart:
    """Where one episode lies in the joined videos of a camera.

    Attributes:
        chunk: of the file.
        file: of the file, within its chunk.
        start: seconds from the file's beginning to the episode's first frame.
        stop: seconds to the end of its last frame.
    """

    chunk: int
    file: int
    start: float
    stop: float


@dataclass(frozen=True)
class VideoSource:
    """An episode's video, read: packets with their times counted in frames.

    Attributes:
        format: of the video.
        stream: of the open file.
        packets: all of them.
        times: presentation and decoding time of each.
    """

    format: VideoFormat
    stream: Any
    packets: list[Any]
    times: list[tuple[int, int]]

    @property
    def nbytes(self) -> int:
        """Bytes of all packets."""
        return sum(packet.size for packet in self.packets)


class CameraTrack:
    """The videos of one camera, written one episode after another without decoding.

    Use it as a context manager, so that the last file is finished.
    """

    def __init__(self, folder: Path, fps: int) -> None:
        """Write below `folder`."""
        self._folder = folder
        self._fps = fps
        self._place: tuple[int, int] | None = None
        self._output: Any = None
        self._stream: Any = None
        self._frames = 0
        self._file_format: VideoFormat | None = None
        self.format: VideoFormat | None = None
        """Of the first episode."""

    def __enter__(self) -> CameraTrack:
        """Nothing is opened before the first episode."""
        return self

    def __exit__(self, *_: object) -> None:
        """Finish the last file."""
        self.close()

    @contextmanager
    def opened(self, path: Path, frames: int) -> Generator[VideoSource]:
        """An episode's video, to be joined to the track while it is open.

        Args:
            path: the episode's video.
            frames: how many it must have, one each 1/fps seconds.

        Raises:
            DatasetError: where the video is missing, has other frames, or another size.
        """
        import av

        with decoding(path), av.open(str(path)) as container:
            source = _read(container, path, self._fps, frames)
            self._check_size(source.format, path)
            yield source

    def differs(self, source: VideoSource) -> bool:
        """Whether a video cannot be joined to those of the file that is being written."""
        return self._file_format is not None and self._file_format != source.format

    def append(self, source: VideoSource, place: tuple[int, int]) -> VideoPart:
        """Join an episode's video to the file of this chunk and number: the open one, or the next.

        Args:
            source: from `opened`, still open.
            place: chunk and number.
        """
        if place != self._place:
            self.close()
            self._place = place
            self._open(self._folder / numbered(*place, "mp4"), source)
        self._mux(source)
        start, self._frames = self._frames, self._frames + len(source.packets)
        return VideoPart(*place, start / self._fps, self._frames / self._fps)

    def _check_size(self, found: VideoFormat, path: Path) -> None:
        if self.format is None:
            self.format = found
        known = self.format
        if (found.width, found.height) != (known.width, known.height):
            raise DatasetError(
                f"{path}: {found.width}x{found.height} pixels, "
                f"but the camera's first video has {known.width}x{known.height}"
            )

    def _open(self, path: Path, source: VideoSource) -> None:
        import av

        path.parent.mkdir(parents=True, exist_ok=True)
        self._output = av.open(
            str(path), "w", options={"movflags": "+faststart", "fflags": "+bitexact"}
        )
        self._stream = self._output.add_stream_from_template(source.stream)
        self._stream.time_base = Fraction(1, self._fps)
        self._file_format = source.format
        self._frames = 0

    def _mux(self, source: VideoSource) -> None:
        for packet, (pts, dts) in zip(source.packets, source.times, strict=True):
            packet.stream = self._stream
            packet.time_base = Fraction(1, self._fps)
            packet.pts = self._frames + pts
            packet.dts = self._frames + dts
            packet.duration = 1
            self._output.mux(packet)

    def close(self) -> None:
        """Finish the last file."""
        if self._output is not None:
            self._output.close()
            self._output = None


def _read(container: Any, path: Path, fps: int, frames: int) -> VideoSource:
    """All packets of a video and their times as whole frames from its first picture."""
    stream = container.streams.video[0]
    packets = [packet for packet in container.demux(stream) if packet.dts is not None]
    if len(packets) != frames:
        raise DatasetError(f"{path}: {len(packets)} frames instead of {frames}")
    if stream.codec.canonical_name not in CODECS:
        raise DatasetError(
            f"{path}: codec {stream.codec.canonical_name!r}; allowed are {', '.join(CODECS)}"
        )
    unit = Fraction(stream.time_base) * fps
    first = min(packet.pts for packet in packets)
    times = [((p.pts - first) * unit, (p.dts - first) * unit) for p in packets]
    if sorted(pts for pts, _ in times) != list(range(frames)) or any(
        dts.denominator != 1 for _, dts in times
    ):
        raise DatasetError(f"{path}: its frames are not 1/{fps} s apart")
    return VideoSource(
        format=VideoFormat(
            width=stream.width,
            height=stream.height,
            codec=stream.codec.canonical_name,
            pix_fmt=stream.codec_context.pix_fmt,
            extradata=bytes(stream.codec_context.extradata or b""),
        ),
        stream=stream,
        packets=packets,
        times=[(int(pts), int(dts)) for pts, dts in times],
    )


def colour_histogram(path: Path, frames: int) -> tuple[npt.NDArray[np.int64], int]:
    """Count the pixel values of evenly spread frames of a video.

    Returns:
        (3, 256) int64 counts of red, green and blue values, and the number of frames counted.
    """
    import av
    from PIL import Image

    wanted = set(sampled_indices(frames).tolist())
    counts = np.zeros(768, dtype=np.int64)
    with decoding(path), av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        # Pixels of large frames are thinned out to about 150 along the longer side.
        longest = max(stream.width, stream.height)
        stride = longest // 150 if longest >= 300 else 1
        convert = rgb_converter()
        for index, frame in enumerate(container.decode(stream)):
            if index in wanted:
                pixels = np.ascontiguousarray(convert(frame)[::stride, ::stride])
                counts += np.asarray(Image.fromarray(pixels).histogram(), dtype=np.int64)
    return counts.reshape(3, 256), len(wanted)
