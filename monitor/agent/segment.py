"""One file of the spool: answers as lines of JSON and the certificates that they name; complete in itself."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_ANSWER, _CERTIFICATE = b'{"a":', b'{"c":'


@dataclass(slots=True)
class Segment:
    """A file, its size, and how many of its answers are still to be sent."""

    path: Path
    size: int = 0
    left: int = 0
    certificates: set[str] = field(default_factory=set)


def read_segment(path: Path) -> Segment:
    """Return the segment of a file that another process wrote, which may have been killed while it did."""
    with path.open("rb") as stream:
        left = sum(1 for line in stream if line.startswith(_ANSWER) and line.endswith(b"\n"))
    return Segment(path, path.stat().st_size, left)


def lines_of(
    segment: Segment, answer: Mapping[str, object], certificates: Mapping[str, bytes]
) -> tuple[bytes, set[str]]:
    """Return the lines that an answer adds to a segment, and the certificates among them."""
    fresh = certificates.keys() - segment.certificates
    written = [{"c": name, "d": b64encode(certificates[name]).decode()} for name in sorted(fresh)]
    lines = [json.dumps(one, separators=(",", ":")).encode() + b"\n" for one in [*written, {"a": answer}]]
    return b"".join(lines), set(fresh)


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """One line: an answer or a certificate, neither where it cannot be read; ``end`` is where it ends."""

    end: int
    answer: Mapping[str, Any] | None = None
    name: str = ""
    der: bytes = b""


def read_lines(path: Path, offset: int) -> Iterator[SegmentLine]:
    """Iterate over the whole lines of a segment from an offset on."""
    with path.open("rb") as stream:
        stream.seek(offset)
        for line in stream:
            offset += len(line)
            yield _line(line, offset)


def _line(line: bytes, end: int) -> SegmentLine:
    # The last line of a process that was killed is not whole.
    with suppress(ValueError, KeyError, TypeError):
        data = json.loads(line)
        if line.startswith(_ANSWER):
            return SegmentLine(end, answer=data["a"])
        if line.startswith(_CERTIFICATE):
            return SegmentLine(end, name=data["c"], der=b64decode(data["d"]))
    return SegmentLine(end)
