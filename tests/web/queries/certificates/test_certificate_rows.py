"""The rows of the list of certificates: each once, with all its locations and what concerns it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model import (
    Assessment,
    Check,
    Failure,
    FailureReason,
    Finding,
    Path,
    Severity,
    Sighting,
    Snapshot,
    Superseded,
    Target,
    TargetState,
    text,
)
from monitor.web.queries.cache.row_index import RowIndex
from monitor.web.queries.certificates.rows import CERTIFICATE_ROWS, CERTIFICATES, CertificateRow
from monitor.web.queries.lists.listing import Selection, ordered, select
from support.factories.web.fakes import NOW, certificate, endpoint, pending, snapshot, unreachable
from support.written import written

CA = replace(certificate(900, "VMS CA"), is_ca=True)


def rows(shown: Snapshot, words: str = "") -> Sequence[CertificateRow]:
    """Return the rows in order."""
    found = RowIndex(CERTIFICATE_ROWS).rows(shown, NOW).rows
    selection = Selection(words=words)
    return list(ordered(CERTIFICATES, select(CERTIFICATES, found, selection).rows, selection))


def said(row: CertificateRow) -> list[str]:
    """Return the sentences about a row."""
    return [written(one.message) for place in row.locations for one in place.findings]


def served(name: str, days: float, *findings: Finding, leaf: str = "leaf") -> TargetState:
    """Return an endpoint that serves a leaf, possibly one that others serve too, and its CA."""
    state, shown, where = endpoint(name, days), certificate(days, leaf), f"{name}:443"
    path = Path(where, (shown, CA), trusted=True)
    return replace(
        state,
        sightings=(Sighting(where, 0, shown), Sighting(where, 1, CA)),
        assessment=Assessment(findings=findings, paths=(path,), not_after=path.not_after),
    )


def test_problems_first_then_the_earliest_expiry() -> None:
    """What nothing is seen of has no certificate."""
    shown = snapshot(
        pending("new"),
        endpoint("far", 90),
        endpoint("expired", -3, sentence="it expired"),
        unreachable("gone"),
        endpoint("near", 20, sentence="it expires"),
        endpoint("mid", 30),
    )
    assert [(one.title, one.levels[0]) for one in rows(shown)] == [
        ("expired", "expired"),
        ("near", "critical"),
        ("mid", "ok"),
        ("far", "ok"),
    ]


def test_locations_are_folded() -> None:
    """A certificate at several targets is one row, and so is their CA."""
    found = rows(snapshot(served("a", 90), served("b", 90), served("c", 80, leaf="other")))
    assert [(one.title, one.types, [at.location for at in one.locations]) for one in found] == [
        ("other", ("leaf",), ["c:443"]),
        ("leaf", ("leaf",), ["a:443", "b:443"]),
        ("VMS CA", ("ca",), ["a:443", "b:443", "c:443"]),
    ]


def test_a_certificate_that_is_served_twice_is_at_one_location() -> None:
    """Some servers send their leaf twice."""
    state = served("a", 90)
    twice = replace(state, sightings=(*state.sightings, replace(state.sightings[0], position=2)))
    assert [len(one.locations) for one in rows(snapshot(twice))] == [1, 1]


def test_expiry_of_the_path() -> None:
    """A leaf that outlives its issuer expires with the issuer; its own expiry is kept."""
    state = endpoint("recorder", 90)
    leaf = state.sightings[0].certificate
    path = Path("recorder:443", (leaf, certificate(5, "CA")), trusted=True)
    (found,) = rows(snapshot(replace(state, assessment=Assessment(paths=(path,)))))
    assert found.shown is leaf
    assert (found.expires_at, leaf.not_after) == (NOW + timedelta(days=5), NOW + timedelta(days=90))


def test_the_worst_location_counts() -> None:
    """And what is said is said of its location."""
    where = "a:443"
    bad = Finding(Check.NAME, Severity.WARNING, text("wrong name"), certificate(90, "leaf").sha256, where)
    found = rows(snapshot(served("a", 90, bad), served("b", 90)))
    assert [(one.title, one.levels, said(one)) for one in found] == [
        ("leaf", ("warning",), ["wrong name"]),
        ("VMS CA", ("ok",), []),
    ]


def test_what_is_wrong_with_a_ca_is_wrong_with_what_depends_on_it() -> None:
    """Both rows say it."""
    bad = Finding(Check.CA_EXPIRY, Severity.WARNING, text("the CA expires"), CA.sha256, "a:443")
    found = rows(snapshot(served("a", 90, bad)))
    assert [(one.title, said(one)) for one in found] == [
        ("leaf", ["the CA expires"]),
        ("VMS CA", ["the CA expires"]),
    ]


def two_files(*findings: Finding, failures: tuple[Failure, ...] = ()) -> Snapshot:
    """Return a target with two files, the first of which expires earlier."""
    shown = {f"/etc/{name}.pem": certificate(days, name) for name, days in (("a", 10), ("b", 90))}
    return snapshot(
        TargetState(
            Target("files:web", "files", "/etc/*.pem", None, collection=True),
            probed_at=NOW,
            failures=failures,
            failed_probes=1 if failures else 0,
            sightings=tuple(Sighting(location, 0, c) for location, c in shown.items()),
            assessment=Assessment(
                findings=findings,
                paths=tuple(Path(location, (c,), trusted=True) for location, c in shown.items()),
                superseded=(Superseded(certificate(10, "a").sha256, certificate(90, "b").sha256),),
            ),
        )
    )


def test_finding_is_at_its_location() -> None:
    """In a target of many files a finding is on the row of its file only."""
    finding = Finding(
        Check.WEAK_KEY, Severity.WARNING, text("RSA 1024"), certificate(90, "b").sha256, "/etc/b.pem"
    )
    assert {one.title: said(one) for one in rows(two_files(finding))} == {"a": [], "b": ["RSA 1024"]}


@pytest.mark.parametrize("location", ["", "/etc/c.pem"])
def test_finding_about_something_else(location: str) -> None:
    """A file that cannot be read makes no other file's certificate look bad."""
    finding = Finding(Check.UNREACHABLE, Severity.CRITICAL, text("unreachable"), location=location)
    failure = Failure(FailureReason.PERMISSION, text("may not be read"), "/etc/c.pem")
    found = rows(two_files(finding, failures=(failure,)))
    assert [(one.levels, said(one)) for one in found] == [(("ok",), []), (("ok",), [])]


def test_superseded() -> None:
    """A certificate with a successor in the same collection is marked as replaced."""
    assert [one.locations[0].superseded for one in rows(two_files())] == [True, False]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("RECORDER01", ["recorder01"]),
        ("harbour recorder02", ["recorder02"]),
        ("alias-of-recorder02", ["recorder02"]),
        ("VIDEO", ["recorder01"]),
        ("rack", ["recorder01"]),
        (certificate(5, "recorder01").sha256, ["recorder01"]),
        ("nothing", []),
        ("", ["recorder01", "recorder02"]),
    ],
)
def test_search(words: str, expected: list[str]) -> None:
    """The search wants every word, in any case, in address, labels, names, owner, note or thumbprints."""
    owned = endpoint("recorder01", 5)
    info = replace(owned.target.info, owner="Video team", note="rack 7")
    owned = replace(owned, target=replace(owned.target, info=info))
    assert [one.title for one in rows(snapshot(owned, endpoint("recorder02", 9)), words)] == expected


def test_many_certificates_of_one_location_are_quick() -> None:
    """A bundle is not compared with itself."""
    shown = [certificate(number, f"c{number}") for number in range(3000)]
    finding = Finding(Check.EXPIRY, Severity.CRITICAL, text("expires"), shown[0].sha256, "/b.pem")
    state = TargetState(
        Target("files:b", "files", "/b.pem", None, collection=True),
        probed_at=NOW,
        sightings=tuple(Sighting("/b.pem", number, one) for number, one in enumerate(shown)),
        assessment=Assessment((finding,), tuple(Path("/b.pem", (one,), trusted=True) for one in shown)),
    )
    found = rows(snapshot(state))
    assert (len(found), found[0].title) == (3000, "c0")
