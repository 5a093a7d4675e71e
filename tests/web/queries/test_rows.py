"""The rows of the table of certificates: order, wording, search."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.assess import unreachability
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
    TargetTraits,
    text,
)
from monitor.web.queries import Row, certificate_table
from support.factories.web_fakes import (
    NOW,
    certificate,
    endpoint,
    pending,
    snapshot,
    standby,
    unreachable,
)


def rows(shown: Snapshot, words: str = "") -> list[Row]:
    """Return all rows in order."""
    return list(certificate_table(shown, NOW, words=words).rows)


def test_order() -> None:
    """What was never reached comes first, then the soonest end, and what was never probed last."""
    shown = snapshot(
        pending("new"), endpoint("far", 90), endpoint("ended", -3), unreachable("gone"), endpoint("near", 5)
    )
    assert [found.location for found in rows(shown)] == [
        "gone:443",
        "ended:443",
        "near:443",
        "far:443",
        "new:443",
    ]


@pytest.mark.parametrize(
    ("days", "left", "ended"),
    [(20.9, 20, None), (1, 1, None), (0.5, 0, None), (0, 0, None), (-0.5, None, 0), (-2.5, None, 2)],
)
def test_whole_days(days: float, left: int | None, ended: int | None) -> None:
    """Days are whole, rounded down, before the end and after it; day 0 is a day."""
    found = rows(snapshot(endpoint("recorder", days)))[0]
    assert (found.days, found.expired_days) == (left, ended)


def test_end_of_the_path() -> None:
    """A leaf that outlives its issuer has the days of the issuer, and its own end beside them."""
    state = endpoint("recorder", 90)
    leaf = state.sightings[0].certificate
    path = Path("recorder:443", (leaf, certificate(5, "CA")), trusted=True)
    found = rows(snapshot(replace(state, assessment=Assessment(paths=(path,)))))[0]
    assert (found.days, found.leaf_expires_at) == (5, NOW + timedelta(days=90))


def test_severity_of_a_row() -> None:
    """A row is as bad as its worst finding; nothing seen and nothing found is unknown, not ok."""
    shown = snapshot(endpoint("a", 90), endpoint("b", 5, sentence="ends"), pending("c"), unreachable("d"))
    assert {found.location: str(found.severity) for found in rows(shown)} == {
        "a:443": "ok",
        "b:443": "critical",
        "c:443": "unknown",
        "d:443": "critical",
    }


def test_sentences() -> None:
    """Findings and failures stand in the row in words."""
    assert rows(snapshot(unreachable("gone")))[0].notes == ("gone was not reached 4 times in a row",)


def test_shared_finding() -> None:
    """A finding that needed many targets stands on the row too."""
    state = endpoint("recorder", 90)
    shared = Finding(Check.INCONSISTENT, Severity.WARNING, text("two leaves"))
    assert rows(Snapshot({state.target.id: state}, {state.target.id: (shared,)}))[0].notes == ("two leaves",)


def two_files(*findings: Finding, failures: tuple[Failure, ...] = ()) -> Snapshot:
    """Return a target with two files, the first of which ends sooner."""
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


def test_finding_stands_at_its_place() -> None:
    """In a target of many files a finding stands on the row of its file only."""
    finding = Finding(
        Check.WEAK_KEY, Severity.WARNING, text("RSA 1024"), certificate(90, "b").sha256, "/etc/b.pem"
    )
    assert [found.notes for found in rows(two_files(finding))] == [(), ("RSA 1024",)]


def test_finding_about_the_target() -> None:
    """A finding about the whole target stands once, on its first row."""
    assert [
        found.notes for found in rows(two_files(Finding(Check.UNREACHABLE, Severity.WARNING, text("blind"))))
    ] == [
        ("blind",),
        (),
    ]


def test_unreadable_file_has_a_row() -> None:
    """A file of a collection that could not be read has its own row, before those with dates."""
    failure = Failure(FailureReason.PERMISSION, "may not be read", "/etc/c.pem")
    found = rows(two_files(failures=(failure,)))[0]
    assert (found.location, found.notes) == ("/etc/c.pem", ("permission: may not be read",))


def test_superseded_is_said() -> None:
    """A certificate with a successor beside it is marked as such."""
    assert [found.state for found in rows(two_files())] == ["superseded", "seen"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("RECORDER01", ["recorder01:443"]),
        ("harbour recorder02", ["recorder02:443"]),
        ("alias-of-recorder02", ["recorder02:443"]),
        ("nothing", []),
        ("", ["recorder01:443", "recorder02:443"]),
    ],
)
def test_search(words: str, expected: list[str]) -> None:
    """The search wants every word, in any case, in address, labels or names."""
    shown = snapshot(endpoint("recorder01", 5), endpoint("recorder02", 9))
    assert [found.location for found in rows(shown, words)] == expected


def test_search_by_owner_and_note() -> None:
    """The search knows who is responsible and the remark."""
    owned = endpoint("owned", 5)
    info = replace(owned.target.info, owner="Video team", note="rack 7")
    owned = replace(owned, target=replace(owned.target, info=info))
    shown = snapshot(owned, endpoint("other", 5))
    found = [[one.location for one in rows(shown, words)] for words in ("VIDEO", "rack")]
    assert found == [["owned:443"], ["owned:443"]]


def test_standby_is_no_outage() -> None:
    """What answers only after a takeover stands by: no failure is told of its silence, nor a row of them."""
    (shown,) = rows(snapshot(standby("failover")))
    assert (shown.state, shown.notes) == ("stands by, never seen", ("it stands by",))


def test_failure_that_a_finding_names_is_said_once() -> None:
    """The sentence about blindness holds its reason already."""
    sentence = "3 checks in a row failed (dns: the name has no address)"
    told = Finding(Check.UNREACHABLE, Severity.WARNING, text(sentence))
    (shown,) = rows(snapshot(replace(unreachable("gone"), unreachable=told)))
    assert shown.notes == (sentence,)


def test_failures_beyond_those_that_a_finding_names_are_said() -> None:
    """The finding names the first three only."""
    failures = tuple(Failure(FailureReason.TIMEOUT, f"address {n}") for n in range(5))
    state = replace(unreachable("gone"), failures=failures)
    told = replace(
        state, unreachable=unreachability(replace(state, succeeded_at=NOW), NOW + timedelta(days=9))
    )
    (shown,) = rows(snapshot(told))
    assert shown.notes[1:] == ("timeout: address 3", "timeout: address 4")


def test_standby_that_was_seen() -> None:
    """After it was seen once a silent standby only stands by."""
    seen = replace(endpoint("failover", 90), failed_probes=4)
    (shown,) = rows(snapshot(replace(seen, target=replace(seen.target, traits=TargetTraits(standby=True)))))
    assert shown.state == "stands by"


def test_standby_with_a_wrong_name_says_so() -> None:
    """What is no silence is told of a standby like of others."""
    (shown,) = rows(snapshot(standby("failover", FailureReason.DNS)))
    assert shown.notes == ("it stands by", "dns: said why")
