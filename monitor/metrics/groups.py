"""Keep the text of a few hundred targets together, and make it again when one of them changed; no clock."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.metrics.columns import packed, unpacked
from monitor.metrics.rendered import PROBED, Rendered, RenderedCertificate, only_probed_again, probe_values
from monitor.model import Finding, TargetState

LINES_PER_PIECE = 1000
"""Lines: some 200 kB and less than a millisecond, so that the event loop can run in between."""

Correlated = Mapping[str, tuple[Finding, ...]]
Render = Callable[[TargetState, tuple[Finding, ...]], Rendered]


@dataclass(frozen=True, slots=True)
class CertificateColumns:
    """The text about at most ``LINES_PER_PIECE`` certificates."""

    labels: bytes
    not_after: bytes
    not_before: bytes
    info: bytes
    expiries: "array[float]"

    @classmethod
    def of(cls, rows: Sequence[RenderedCertificate]) -> "CertificateColumns":
        """Put rows into columns."""
        return cls(
            b"\n".join([row.labels for row in rows]),
            packed([row.not_after for row in rows]),
            packed([row.not_before for row in rows]),
            packed([row.info for row in rows]),
            array("d", [row.expires_at for row in rows]),
        )

    def rows(self) -> Iterator[RenderedCertificate]:
        """Return the rows again."""
        count = len(self.expiries)
        texts = (unpacked(column, count) for column in (self.not_after, self.not_before, self.info))
        return map(RenderedCertificate, self.labels.split(b"\n"), *texts, self.expiries)


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """The text about some targets in columns, made from ``states`` and their ``shared`` findings.

    ``shared`` are those of these targets in ``correlated``. ``values`` are in the order of
    ``families.TARGET``; ``owned`` are the numbers of certificates, ``lists`` and ``findings`` by the index of
    their target. ``asking`` are the states of the targets whose CAs are asked when to renew.
    """

    states: tuple[TargetState, ...]
    correlated: Correlated
    shared: Correlated
    counts: Counter[tuple[str, bytes]]
    labels: bytes
    info: bytes
    values: tuple[bytes, ...]
    expiries: "array[float]"
    owned: "array[int]"
    certificates: tuple[CertificateColumns, ...]
    lists: Mapping[int, tuple[bytes, ...]]
    findings: Mapping[int, tuple[bytes, ...]]
    asking: tuple[TargetState, ...]

    def rows(self) -> Iterator[Rendered]:
        """Return the text of each target again."""
        count = len(self.states)
        values = zip(*(unpacked(column, count) for column in self.values), strict=True)
        certificates = (row for columns in self.certificates for row in columns.rows())
        return map(
            Rendered,
            self.labels.split(b"\n"),
            unpacked(self.info, count),
            values,
            self.expiries,
            (tuple(next(certificates) for _ in range(owned)) for owned in self.owned),
            (self.lists.get(index, ()) for index in range(count)),
            (self.findings.get(index, ()) for index in range(count)),
        )


def current(
    old: TargetGroup | None, states: tuple[TargetState, ...], correlated: Correlated, render: Render
) -> TargetGroup:
    """Return the group of some states, with the text of what did not change since an old one."""
    if old is not None and len(old.states) == len(states):
        changed = [index for index, state in enumerate(states) if state is not old.states[index]]
        if not changed and old.correlated is correlated:
            return old
        if _only_probed_again(old, states, changed, correlated):
            return replace(_probed_again(old, states, changed), correlated=correlated)
    shared = _shared(states, correlated)
    return _made([*_rows(old, states, shared, render)], states, correlated, shared)


def _shared(states: Iterable[TargetState], correlated: Correlated) -> Correlated:
    names = (state.target.id for state in states)
    return {name: correlated[name] for name in names if name in correlated}


def _only_probed_again(
    old: TargetGroup, states: tuple[TargetState, ...], changed: Sequence[int], correlated: Correlated
) -> bool:
    """Return whether these are the same targets, and nothing but values of newer probes can differ."""
    return all(only_probed_again(old.states[index], states[index]) for index in changed) and (
        old.correlated is correlated or old.shared == _shared(states, correlated)
    )


def _probed_again(old: TargetGroup, states: tuple[TargetState, ...], changed: Sequence[int]) -> TargetGroup:
    """Return a group with the values of newer probes that found nothing else new."""
    values, counts = list(old.values), Counter(old.counts)
    columns = [unpacked(values[index], len(states)) for index in PROBED]
    for row in changed:
        for column, value in zip(columns, probe_values(states[row]), strict=True):
            column[row] = value
        counts[_counted_as(old.states[row])] -= 1
        counts[_counted_as(states[row])] += 1
    for index, column in zip(PROBED, columns, strict=True):
        values[index] = packed(column)
    return replace(old, states=states, counts=counts, values=tuple(values))


def _made(
    rows: Sequence[Rendered], states: tuple[TargetState, ...], correlated: Correlated, shared: Correlated
) -> TargetGroup:
    certificates = [one for row in rows for one in row.certificates]
    return TargetGroup(
        states,
        correlated,
        shared,
        Counter(map(_counted_as, states)),
        b"\n".join([row.labels for row in rows]),
        packed([row.info for row in rows]),
        tuple(map(packed, zip(*(row.values for row in rows), strict=True))),
        array("d", [row.expires_at for row in rows]),
        array("L", [len(row.certificates) for row in rows]),
        tuple(
            CertificateColumns.of(certificates[begin : begin + LINES_PER_PIECE])
            for begin in range(0, len(certificates), LINES_PER_PIECE)
        ),
        {index: row.lists for index, row in enumerate(rows) if row.lists},
        {index: row.findings for index, row in enumerate(rows) if row.findings},
        tuple(state for state in states if state.target.policy.renewal_information),
    )


def _counted_as(state: TargetState) -> tuple[str, bytes]:
    """Return the kind of a target and the word for its last probe."""
    if state.idle_standby:
        return state.target.kind, b"standby"
    return state.target.kind, b"pending" if state.up is None else (b"up" if state.up else b"down")


def _rows(
    old: TargetGroup | None, states: Iterable[TargetState], shared: Correlated, render: Render
) -> Iterator[Rendered]:
    known = {} if old is None else _known(old)
    for state in states:
        found = shared.get(state.target.id, ())
        before, with_found, row = known.get(state.target.id, (None, (), None))
        if row is not None and before is state and with_found == found:
            yield row
        else:
            yield render(state, found)


def _known(old: TargetGroup) -> dict[str, tuple[TargetState, tuple[Finding, ...], Rendered]]:
    return {
        state.target.id: (state, old.shared.get(state.target.id, ()), row)
        for state, row in zip(old.states, old.rows(), strict=True)
    }
