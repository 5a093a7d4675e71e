"""Certificates that agents name: what is kept of them and read for them is bounded in bytes."""

import asyncio
from collections.abc import Iterable
from hashlib import sha256

import pytest

from monitor.pipeline.zone_certificates import ZoneCertificates
from monitor.wire import WireError

LARGE = {sha256(one).hexdigest(): one for one in (bytes([number]) * 1000 for number in range(50))}


class Store:
    """A store that has everything and counts what it was asked for."""

    def __init__(self) -> None:
        """Begin with nothing asked."""
        self.asked = 0

    async def ders(self, fingerprints: Iterable[str]) -> dict[str, bytes]:
        """Return large certificates."""
        names = list(fingerprints)
        self.asked += len(names)
        return {name: LARGE[name] for name in names}


def test_what_was_seen_last_is_kept() -> None:
    """And asked for no more; the bytes are bounded, whatever an agent sends."""
    store = Store()
    known = ZoneCertificates(store, most_held=10_000)
    known.keep(LARGE)
    known.keep(LARGE)
    assert known.size == 10_000
    last = list(LARGE)[-10:]
    found = asyncio.run(known.found(last, {}))
    assert (found.keys(), store.asked) == (set(last), 0)


def test_a_document_that_names_more_than_there_may_be_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before all of it is in memory."""
    monkeypatch.setattr("monitor.pipeline.zone_certificates._AT_ONCE", 10)
    store = Store()
    with pytest.raises(WireError):
        asyncio.run(ZoneCertificates(store, most_named=15_000).found(LARGE.keys(), {}))
    assert store.asked == 20
