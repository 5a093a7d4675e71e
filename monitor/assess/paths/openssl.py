"""Verify paths with OpenSSL, as leniently as real clients do; which certificates to try is decided above."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache

from OpenSSL import crypto

from monitor.assess.paths.links import CertificateWithDer
from monitor.assess.paths.problem import PathRefusal
from monitor.model import Certificate

_PARTIAL_CHAIN = crypto.X509StoreFlags.PARTIAL_CHAIN
_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME, which pyOpenSSL does not name


def valid(certificate: Certificate, at: datetime) -> bool:
    """Return whether a certificate is valid at an instant."""
    return certificate.not_before <= at < certificate.not_after


def verified(
    leaf: CertificateWithDer,
    pool: Iterable[CertificateWithDer],
    anchors: Iterable[CertificateWithDer],
    at: datetime | None,
) -> tuple[Certificate, ...] | PathRefusal:
    """Return the path that OpenSSL accepts at an instant, or why there is none.

    Whatever is not valid at that instant is left out beforehand: OpenSSL would take an expired anchor in
    place of a valid certificate of the same name that was served.
    """
    trusted = {held[0].sha256 for held in anchors}
    above = [held for held in (*pool, *anchors) if at is None or valid(held[0], at)]
    others = [held for held in above if held[0].sha256 not in trusted]
    return verified_as_given(leaf, others, [held for held in above if held[0].sha256 in trusted], at)


def verified_as_given(
    leaf: CertificateWithDer,
    pool: Sequence[CertificateWithDer],
    anchors: Sequence[CertificateWithDer],
    at: datetime | None,
) -> tuple[Certificate, ...] | PathRefusal:
    """Return the path that OpenSSL finds through certificates in just this order, or why there is none."""
    known = {held[0].sha256: held[0] for held in (leaf, *pool, *anchors)}
    try:
        store, others = _store(anchors, at), list(_loaded(pool))
        start = crypto.load_certificate(crypto.FILETYPE_ASN1, leaf[1])
        chain = crypto.X509StoreContext(store, start, others).get_verified_chain()
    except crypto.X509StoreContextError as error:
        # Its certificate must not be touched: for damaged bytes it is a null pointer, and asking it
        # anything ends the process (pyOpenSSL 26.4, tried).
        _clear_errors()
        return PathRefusal(str(error), error.errors[1])
    except crypto.Error:
        return PathRefusal("OpenSSL cannot read the certificate", 0)
    return tuple(known[_fingerprint(certificate)] for certificate in chain)


def _store(anchors: Iterable[CertificateWithDer], at: datetime | None) -> crypto.X509Store:
    store = crypto.X509Store()
    store.set_flags(_PARTIAL_CHAIN | (_NO_CHECK_TIME if at is None else 0))
    if at is not None:
        store.set_time(at)
    for anchor in _loaded(anchors):
        store.add_cert(anchor)
    return store


def _loaded(held: Iterable[CertificateWithDer]) -> Iterator[crypto.X509]:
    """Yield the certificates that OpenSSL can read; others cannot be on a path."""
    for _, der in held:
        with contextlib.suppress(crypto.Error):
            yield _shared(der)


@lru_cache(maxsize=256)
def _shared(der: bytes) -> crypto.X509:
    """Return a loaded issuer or anchor; cached, since many leaves share them."""
    return crypto.load_certificate(crypto.FILETYPE_ASN1, der)


def _fingerprint(certificate: crypto.X509) -> str:
    return certificate.digest("sha256").replace(b":", b"").decode().lower()


def _clear_errors() -> None:
    """Empty the thread's OpenSSL error queue, which a refused chain leaves filled.

    A later call on the same thread could take what is left there for its own failure
    (SSL_get_error(3)). Any failing pyOpenSSL call empties it.
    """
    with contextlib.suppress(crypto.Error):
        crypto.load_certificate(crypto.FILETYPE_ASN1, b"")
