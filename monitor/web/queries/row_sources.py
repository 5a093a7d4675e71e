"""Which locations of which targets get a row, those that contain the words of a search, in their order."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count, islice

from monitor.metrics import exposed_sightings
from monitor.model import Message, RevocationList, Sighting, Snapshot, TargetState
from monitor.web import texts

# Nobody knows what an unreachable target without a known certificate has left: it comes first.
_UNKNOWN, _DATED, _BARE, _PENDING = range(4)
_SORTED_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class RowSource:
    """What a row is made of: one location of a target, the certificate or CRL seen there, and its expiry.

    ``first`` is true for the first row of its target, which shows what concerns the target as a whole.
    """

    state: TargetState
    first: bool
    location: str
    sighting: Sighting | None
    expires_at: datetime | None
    crl: RevocationList | None = None

    @property
    def shown(self) -> bool:
        """Return whether anything was seen there."""
        return self.sighting is not None or self.crl is not None

    @property
    def sha256(self) -> str:
        """Return the fingerprint of what was seen there."""
        if self.crl is not None:
            return self.crl.sha256
        return self.sighting.certificate.sha256 if self.sighting else ""

    @property
    def crl_title(self) -> Message | None:
        """Return the title of the CRL, ``None`` if there is none."""
        if self.crl is None:
            return None
        number, issuer = self.crl.number, self.crl.issuer
        if number:
            numbered = texts.numbered_delta_crl if self.crl.delta else texts.numbered_crl
            return numbered(number=number, issuer=issuer)
        return (texts.delta_crl if self.crl.delta else texts.crl)(issuer=issuer)

    @property
    def order(self) -> tuple[int, float]:
        """Return the sort key: earliest expiry first, never probed last."""
        if self.expires_at is not None:
            return _DATED, self.expires_at.timestamp()
        if self.state.probed_at is None:
            return _PENDING, 0.0
        return (_BARE if self.state.up else _UNKNOWN), float(self.state.idle_standby)


def matching(snapshot: Snapshot, words: str) -> Iterator[RowSource]:
    """Yield, earliest expiry first, the row sources that contain every one of these words in their texts.

    It sorts in slices: one big sort would hold the interpreter for a tenth of a second.
    """
    number = count()
    wanted = words.casefold().split()
    found = (
        (*source.order, next(number), source)
        for state in snapshot
        for source in _row_sources(state)
        if not wanted or _contains(source, wanted)
    )
    slices = []
    while part := list(islice(found, _SORTED_AT_ONCE)):
        slices.append(sorted(part))
    return (source for _, _, _, source in heapq.merge(*slices))


def bare_locations(state: TargetState) -> tuple[str, ...]:
    """Return the locations that have a row of their own because nothing is known of them."""
    return _bare(state, exposed_sightings(state)) if state.failures else ()


def _bare(state: TargetState, shown: Sequence[Sighting]) -> tuple[str, ...]:
    seen = {one.location for one in shown} | {one.location for one in state.lists}
    return tuple(dict.fromkeys(f.location for f in state.failures if f.location and f.location not in seen))


def _row_sources(state: TargetState) -> Iterator[RowSource]:
    expiries = {(path.location, path.leaf.sha256): path.not_after for path in state.assessment.paths}
    shown = exposed_sightings(state)
    for index, sighting in enumerate(shown):
        certificate = sighting.certificate
        expires_at = expiries.get((sighting.location, certificate.sha256), certificate.not_after)
        yield RowSource(state, index == 0, sighting.location, sighting, expires_at)
    for index, crl in enumerate(state.lists):
        yield RowSource(state, not shown and index == 0, crl.location, None, crl.next_update, crl)
    seen = shown or state.lists
    bare = _bare(state, shown)
    if not seen:
        bare = bare or (state.target.location,)
    for index, location in enumerate(bare):
        yield RowSource(state, not seen and index == 0, location, None, None)


def _contains(source: RowSource, wanted: list[str]) -> bool:
    target = source.state.target
    info = target.info
    searched = [target.id, target.location, info.title, info.owner, info.note, source.location]
    searched += [value for _, value in target.labels]
    if source.sighting:
        searched += [source.sighting.certificate.subject, *source.sighting.certificate.dns_names]
    if source.crl:
        searched += ["delta CRL" if source.crl.delta else "CRL", source.crl.number, source.crl.issuer]
    text = "\n".join(searched).casefold()
    return all(word in text for word in wanted)
