"""Answers that wait for a center, in files: bounded, the oldest dropped first, kept when killed.

Each file is complete in itself, so that any of them can be dropped. Blocks; one thread uses it.
"""

import os
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from monitor.agent.segment import Segment, lines_of, read_lines, read_segment

Spooled = tuple[Mapping[str, object], Mapping[str, bytes]]
"""An answer and the certificates that it names."""
_MOST_SEGMENT = 4 * 1024 * 1024
_SHARE = 8
"""The spool has at least this many segments before any is dropped."""


@dataclass(frozen=True, slots=True)
class SpooledAnswers:
    """The oldest answers, and every certificate that they name."""

    answers: tuple[Mapping[str, Any], ...]
    certificates: Mapping[str, bytes]


class Spool:
    """A folder of segments, read from the oldest on and written at the newest.

    ``count`` answers wait, ``dropped`` were lost since the start; other threads may read both.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        """Open the folder, which is made if need be; raise ``OSError`` where that is not possible."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._limit = limit
        self._segments = deque(read_segment(path) for path in _segment_files(folder))
        self._number = 1 + max((int(one.path.stem) for one in self._segments), default=0)
        self._file: BinaryIO | None = None
        self._offset, self._next = 0, 0
        self._known: dict[str, bytes] = {}
        self._taken = 0
        self.dropped = 0
        self.count = sum(one.left for one in self._segments)

    def append(self, several: Iterable[Spooled]) -> None:
        """Keep answers; what the disk does not take is counted as dropped."""
        answers = list(several)
        for index, (answer, certificates) in enumerate(answers):
            try:
                self._write(answer, certificates)
            except OSError:
                self._undo_writing()
                self.dropped += len(answers) - index
                break
        self._bound()

    def take(self, most: int, most_bytes: int) -> SpooledAnswers:
        """Return the oldest answers, which stay until ``done``; none where nothing waits."""
        while self._segments:
            answers, named = self._read(most, most_bytes)
            if answers or self._segments[0] is self._writing:
                self._taken = len(answers)
                return SpooledAnswers(tuple(answers), named)
            self._remove_oldest()
        return SpooledAnswers((), {})

    def done(self) -> None:
        """Forget the answers that were taken last."""
        if not self._segments or not self._taken:
            return
        oldest = self._segments[0]
        oldest.left -= self._taken
        self.count -= self._taken
        self._taken, self._offset = 0, self._next
        if self._offset >= oldest.size:
            self._remove_oldest()

    def close(self) -> None:
        """Close the file that is written to."""
        self._end_writing()

    @property
    def _writing(self) -> Segment | None:
        return self._segments[-1] if self._file is not None else None

    def _write(self, answer: Mapping[str, object], certificates: Mapping[str, bytes]) -> None:
        segment = self._writing
        if segment is None or segment.size >= min(_MOST_SEGMENT, self._limit // _SHARE):
            segment = self._begin()
        lines, fresh = lines_of(segment, answer, certificates)
        assert self._file is not None  # noqa: S101 - it has just begun
        self._file.write(lines)
        self._file.flush()
        segment.size += len(lines)
        segment.left += 1
        self.count += 1
        segment.certificates |= fresh

    def _begin(self) -> Segment:
        self._end_writing()
        path = self._folder / f"{self._number:012}.answers"
        self._number += 1
        self._file = path.open("wb")
        self._segments.append(Segment(path))
        return self._segments[-1]

    def _end_writing(self) -> None:
        if self._file is None:
            return
        file, self._file = self._file, None
        segment = self._segments[-1]
        segment.certificates.clear()
        with suppress(OSError):
            file.close()
            # Part of a line may have been written before the disk was full.
            segment.size = max(segment.size, segment.path.stat().st_size)

    def _undo_writing(self) -> None:
        """Leave nothing of a line that the disk did not take whole, nor a file without answers."""
        if self._file is None:
            return
        segment, whole = self._segments[-1], self._segments[-1].size
        self._end_writing()
        with suppress(OSError):
            # Closing may have written the rest of the line, which would be sent and not counted.
            os.truncate(segment.path, whole)
            segment.size = whole
        if segment.left:
            return
        if len(self._segments) == 1:
            self._remove_oldest()
        else:
            self._segments.pop().path.unlink(missing_ok=True)

    def _read(self, most: int, most_bytes: int) -> tuple[list[Mapping[str, Any]], dict[str, bytes]]:
        answers: list[Mapping[str, Any]] = []
        begin = self._next = self._offset
        for line in read_lines(self._segments[0].path, self._offset):
            if answers and (len(answers) >= most or line.end - begin > most_bytes):
                break
            self._next = line.end
            if line.name:
                self._known[line.name] = line.der
            elif line.answer is not None:
                answers.append(line.answer)
        names = {entry[0] for answer in answers for entry in answer.get("seen", ())}
        return answers, {name: self._known[name] for name in names if name in self._known}

    def _bound(self) -> None:
        while sum(one.size for one in self._segments) > self._limit and len(self._segments) > 1:
            self.dropped += self._segments[0].left
            self._remove_oldest()

    def _remove_oldest(self) -> None:
        if self._segments[0] is self._writing:
            self._end_writing()
        oldest = self._segments.popleft()
        self.count -= oldest.left
        oldest.path.unlink(missing_ok=True)
        self._offset = self._next = self._taken = 0
        self._known.clear()


def _segment_files(folder: Path) -> list[Path]:
    """Return the files that a spool wrote, the oldest first."""
    return sorted(path for path in folder.glob("*.answers") if path.stem.isdecimal())
