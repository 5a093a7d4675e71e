"""A snapshot as text in bounded pieces, family by family; reads no clock.

Rendered here and not by prometheus_client: its objects cost 3 to 4 seconds and 290 MB a scrape at 100,000
targets. What is kept between scrapes, and what else was measured: docs/decisions/0414-metrics-in-blobs.md.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import pairwise

from monitor.metrics.alerts import AlertLines
from monitor.metrics.columns import days, lines
from monitor.metrics.exposed import Chain
from monitor.metrics.families import (
    CERTIFICATE_INFO,
    DAYS,
    FINDINGS,
    INFO,
    LISTS,
    NOT_AFTER,
    NOT_BEFORE,
    TARGET,
    TARGET_DAYS,
    TARGETS,
    WINDOW_END,
    WINDOW_START,
)
from monitor.metrics.groups import TargetGroup, current
from monitor.metrics.rendered import leaf_locations, render
from monitor.metrics.text import MetricFamily, label, seconds, stamp
from monitor.model import RenewalWindow, Snapshot, label_problem

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LEAST, MOST = 256, 512
"""Targets of a group: rendering one for the first time takes 25 microseconds, and a small piece costs as much
to send as a large one."""


class Exposition:
    """Renders snapshots as text, keeping the text about groups of targets that did not change."""

    def __init__(self, *, labels: Sequence[str] = (), chain: Chain = "leaf") -> None:
        """Select labels of ``target_info`` and certificates; raise ``ValueError`` for an invalid label."""
        for name in labels:
            if problem := label_problem(name):
                raise ValueError(f"metrics.labels: {name!r}: {problem}")
        self._render = partial(render, labels=tuple(dict.fromkeys(labels)), chain=chain)
        self._groups: Mapping[str, TargetGroup] = {}
        self._divided: tuple[tuple[str, ...], tuple[int, ...]] = ((), ())
        self._alerts = AlertLines()

    def pieces(self, snapshot: Snapshot, now: datetime) -> Iterator[bytes]:
        """Yield the text family by family, at most about ``LINES_PER_PIECE`` lines at a time.

        Some pieces are empty. The snapshot is immutable, so a caller may pause after each for any time.
        """
        groups: list[TargetGroup] = []
        for group, new in self._current(snapshot):
            groups.append(group)
            if new:
                yield b""
        at = seconds(now)
        yield INFO.head
        yield from filter(None, (lines(INFO, group.labels, group.info) for group in groups))
        yield TARGETS.head + _counted(groups)
        for index, family in enumerate(TARGET):
            yield family.head
            yield from filter(None, (lines(family, group.labels, group.values[index]) for group in groups))
        yield TARGET_DAYS.head
        yield from filter(None, (days(TARGET_DAYS, group.labels, group.expiries, at) for group in groups))
        yield from _certificates(groups, at)
        yield LISTS.head
        yield from filter(None, (_whole(LISTS, group.lists.values()) for group in groups))
        yield from _windows(groups if snapshot.renewals else (), snapshot.renewals)
        yield FINDINGS.head
        yield from filter(None, (_whole(FINDINGS, group.findings.values()) for group in groups))
        yield from self._alerts.pieces(snapshot.alerts)

    def _current(self, snapshot: Snapshot) -> Iterator[tuple[TargetGroup, bool]]:
        """Yield each group in the order of the targets, and whether something in it is new."""
        groups: dict[str, TargetGroup] = {}
        names, states = tuple(snapshot.states), tuple(snapshot.states.values())
        if self._divided[0] != names:
            self._divided = names, _divided(names)
        for begin, end in pairwise(self._divided[1]):
            old = self._groups.get(names[begin])
            group = current(old, states[begin:end], snapshot.correlated, self._render)
            groups[names[begin]] = group
            yield group, group is not old
        # Replaced as a whole, as another scrape may run while this one pauses; it drops removed targets.
        self._groups = groups


def _divided(names: Sequence[str]) -> tuple[int, ...]:
    """Return the index of the first target of each group, and the number of targets.

    A group ends where the hash of an id says so, as a rule: then one more target changes its group only.
    """
    begins = [0]
    for index, name in enumerate(names):
        size = index - begins[-1]
        if size == MOST or (size >= LEAST and hash(name) % LEAST == 0):
            begins.append(index)
    return (*begins, len(names)) if names else ()


def _counted(groups: Iterable[TargetGroup]) -> bytes:
    counts: Counter[tuple[str, bytes]] = Counter()
    for group in groups:
        counts.update(group.counts)
    name = TARGETS.name.encode()
    return b"".join(
        b'%b{%b,state="%b"} %d\n' % (name, label("kind", kind), condition, counts[kind, condition])
        for kind in sorted({kind for kind, _ in counts})
        for condition in (b"up", b"down", b"standby", b"pending")
    )


def _certificates(groups: Sequence[TargetGroup], now: float) -> Iterator[bytes]:
    certificates = [columns for group in groups for columns in group.certificates]
    yield NOT_AFTER.head
    yield from (lines(NOT_AFTER, one.labels, one.not_after) for one in certificates)
    yield NOT_BEFORE.head
    yield from (lines(NOT_BEFORE, one.labels, one.not_before) for one in certificates)
    yield DAYS.head
    yield from (days(DAYS, one.labels, one.expiries, now) for one in certificates)
    yield CERTIFICATE_INFO.head
    yield from (lines(CERTIFICATE_INFO, one.labels, one.info) for one in certificates)


def _windows(groups: Iterable[TargetGroup], known: Mapping[str, RenewalWindow]) -> Iterator[bytes]:
    """Yield both families; few targets have windows, so nothing is kept between scrapes."""
    for family, start in ((WINDOW_START, True), (WINDOW_END, False)):
        yield family.head
        for group in groups:
            yield _whole(
                family,
                [
                    [
                        b"{"
                        + label("target", state.target.id)
                        + text
                        + stamp(window.start if start else window.end)
                        for sha256, text in leaf_locations(state)
                        if (window := known.get(sha256)) is not None
                    ]
                    for state in group.asking
                ],
            )


def _whole(family: MetricFamily, rests: Iterable[Sequence[bytes]]) -> bytes:
    """Return the lines of a family from the rests after its name, as each target has them."""
    name = family.name.encode()
    return b"".join([b"%b%b\n" % (name, rest) for some in rests for rest in some])
