"""What a delta CRL changes in its base."""

import pytest
from cryptography import x509

from monitor.issuers.crl import crl_verdict, delta_urls, with_delta
from monitor.model import RevocationStatus
from support.factories.issuers.crl_verdicts import CA, GOOD, HOLD, LEAF, OTHER, REVOKED, UNKNOWN, delta
from support.pki.crls import crl, entry, points
from support.servers.issuers.issuer_world import DAY, NOW, issued_list, leaf, pair

BASE = [(x509.CRLNumber(10), False)]


def joined(base: bytes, more: bytes) -> RevocationStatus:
    """Return the verdict of base and delta together."""
    whole, part = issued_list(base), issued_list(more, "http://ca.example/ca+.crl")
    verdict = crl_verdict(whole, pair(LEAF, CA), NOW)
    return with_delta(verdict, whole, part, pair(LEAF, CA), NOW).status


def test_revoked_since_the_base() -> None:
    """What a fitting delta lists was revoked."""
    assert joined(crl(CA, extensions=BASE), delta(entry(LEAF))) is REVOKED


def test_quiet_delta() -> None:
    """A delta that does not answer leaves what the base says."""
    assert joined(crl(CA, extensions=BASE), delta()) is GOOD
    assert joined(crl(CA, entry(LEAF), extensions=BASE), delta()) is REVOKED


def test_hold_taken_back() -> None:
    """A delta may take back a hold, and nothing else."""
    back = delta(entry(LEAF, x509.ReasonFlags.remove_from_crl))
    assert joined(crl(CA, entry(LEAF, HOLD), extensions=BASE), back) is GOOD
    assert joined(crl(CA, entry(LEAF), extensions=BASE), back) is REVOKED


@pytest.mark.parametrize(
    "odd",
    [
        delta(entry(LEAF), built_on=11),
        delta(entry(LEAF), built_on=5, number=9),
        delta(entry(LEAF), begin=NOW - 2 * DAY, end=NOW - DAY),
        delta(entry(LEAF), ca=OTHER),
        crl(CA, entry(LEAF)),
    ],
    ids=["of a later base", "older than the base", "ended", "of another CA", "no delta"],
)
def test_deltas_that_do_not_fit(odd: bytes) -> None:
    """A delta that does not belong to the base changes nothing."""
    assert joined(crl(CA, extensions=BASE), odd) is GOOD


def test_a_base_without_information() -> None:
    """A delta alone never makes a certificate good."""
    assert joined(crl(CA, begin=NOW - 2 * DAY, end=NOW - DAY, extensions=BASE), delta()) is UNKNOWN


def test_where_deltas_are() -> None:
    """The base names its delta, or else the certificate does."""
    point = points("http://ca.example/ca+.crl")[0]
    assert isinstance(point, x509.CRLDistributionPoints)
    freshest = (x509.FreshestCRL(list(point)), False)
    base = issued_list(crl(CA, extensions=[freshest]))
    assert delta_urls(base, pair(LEAF, CA)) == ("http://ca.example/ca+.crl",)
    plain, naming = issued_list(crl(CA)), leaf(CA, freshest)
    assert delta_urls(plain, pair(naming, CA)) == ("http://ca.example/ca+.crl",)
    assert delta_urls(plain, pair(LEAF, CA)) == ()
