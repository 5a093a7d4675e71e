"""The rows of the table of certificates: order, wording, search."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.assess import unreachability
from monitor.assess.texts import damaged
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
from monitor.web import texts
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
from support.written import written


def rows(shown: Snapshot, words: str = "") -> list[Row]:
    """Return all rows in order."""
    return list(certificate_table(shown, words=words).rows)


def problems(shown: Snapshot) -> list[tuple[str, ...]]:
    """Return the problems of each row as sentences."""
    return [tuple(written(problem) for problem in found.problems) for found in rows(shown)]


def test_order() -> None:
    """What was never reached comes first, then the earliest expiry; what was never probed is last."""
    shown = snapshot(
        pending("new"), endpoint("far", 90), endpoint("expired", -3), unreachable("gone"), endpoint("near", 5)
    )
    assert [found.location for found in rows(shown)] == [
        "gone:443",
        "expired:443",
        "near:443",
        "far:443",
        "new:443",
    ]


def test_expiry_of_the_path() -> None:
    """A leaf that outlives its issuer expires with the issuer on the page; its own expiry is kept."""
    state = endpoint("recorder", 90)
    leaf = state.sightings[0].certificate
    path = Path("recorder:443", (leaf, certificate(5, "CA")), trusted=True)
    found = rows(snapshot(replace(state, assessment=Assessment(paths=(path,)))))[0]
    assert (found.expires_at, found.leaf_expires_at) == (NOW + timedelta(days=5), NOW + timedelta(days=90))


def test_severity_of_a_row() -> None:
    """A row is as bad as its worst finding; nothing seen and nothing found is unknown, not ok."""
    shown = snapshot(endpoint("a", 90), endpoint("b", 5, sentence="expires"), pending("c"), unreachable("d"))
    assert {found.location: str(found.severity) for found in rows(shown)} == {
        "a:443": "ok",
        "b:443": "critical",
        "c:443": "unknown",
        "d:443": "critical",
    }


def test_problems() -> None:
    """The findings and failures of a row are its problems."""
    assert problems(snapshot(unreachable("gone"))) == [("gone was not reached 4 times in a row",)]


def test_shared_finding() -> None:
    """A correlated finding is on the row too."""
    state = endpoint("recorder", 90)
    shared = Finding(Check.INCONSISTENT, Severity.WARNING, text("two leaves"))
    assert problems(Snapshot({state.target.id: state}, {state.target.id: (shared,)})) == [("two leaves",)]


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
    assert problems(two_files(finding)) == [(), ("RSA 1024",)]


def test_finding_about_the_target() -> None:
    """A finding about the whole target is on its first row only."""
    finding = Finding(Check.UNREACHABLE, Severity.WARNING, text("unreachable"))
    assert problems(two_files(finding)) == [("unreachable",), ()]


def test_unreadable_file_has_a_row() -> None:
    """A file of a collection that could not be read has its own row, before those with dates."""
    failure = Failure(FailureReason.PERMISSION, text("may not be read"), "/etc/c.pem")
    shown = two_files(failures=(failure,))
    assert (rows(shown)[0].location, problems(shown)[0]) == ("/etc/c.pem", ("may not be read",))


def test_superseded() -> None:
    """A certificate with a successor in the same collection is marked as replaced."""
    assert [found.state for found in rows(two_files())] == [texts.SUPERSEDED, None]


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
    """The search includes owner and note."""
    owned = endpoint("owned", 5)
    info = replace(owned.target.info, owner="Video team", note="rack 7")
    owned = replace(owned, target=replace(owned.target, info=info))
    shown = snapshot(owned, endpoint("other", 5))
    found = [[one.location for one in rows(shown, words)] for words in ("VIDEO", "rack")]
    assert found == [["owned:443"], ["owned:443"]]


def test_standby_is_no_outage() -> None:
    """A standby server that does not answer shows neither failures nor failed checks."""
    shown = snapshot(standby("failover"))
    assert (rows(shown)[0].state, problems(shown)) == (texts.NEVER_REACHED, [("it stands by",)])


def test_failure_that_a_finding_names_is_shown_once() -> None:
    """The finding of an unreachable target includes the reasons."""
    gone = unreachable("gone")
    finding = unreachability(replace(gone, watched_since=NOW), NOW)
    assert finding is not None
    assert problems(snapshot(replace(gone, unreachable=finding))) == [(written(finding),)]


def test_failures_that_a_finding_leaves_out_are_shown() -> None:
    """The finding names the first three only."""
    failures = tuple(Failure(FailureReason.TIMEOUT, text(f"address {n}")) for n in range(5))
    state = replace(unreachable("gone"), failures=failures)
    shown = replace(
        state, unreachable=unreachability(replace(state, succeeded_at=NOW), NOW + timedelta(days=9))
    )
    assert problems(snapshot(shown))[0][1:] == ("address 3", "address 4")


def test_standby_that_was_seen() -> None:
    """Once it was reached, a standby server that does not answer is only on standby."""
    seen = replace(endpoint("failover", 90), failed_probes=4)
    (shown,) = rows(snapshot(replace(seen, target=replace(seen.target, traits=TargetTraits(standby=True)))))
    assert shown.state == texts.ON_STANDBY


def test_standby_with_a_wrong_name_says_so() -> None:
    """A failure other than no answer is shown of a standby server as well."""
    assert problems(snapshot(standby("failover", FailureReason.DNS))) == [("it stands by", "said why")]


def test_a_damaged_file_has_a_row_that_says_so_once() -> None:
    """The finding includes the failure, which is not said again."""
    why = text("/etc/b.pem: block 1: its base64 text is damaged")
    failure = Failure(FailureReason.BAD_CERTIFICATE, why, "/etc/b.pem")
    state = endpoint("a", 90)
    found = Finding(Check.DAMAGED, Severity.WARNING, damaged(why=why), location="/etc/b.pem")
    state = replace(
        state,
        target=replace(state.target, kind="files", collection=True),
        failures=(failure,),
        assessment=replace(state.assessment, findings=(found,)),
    )
    assert [(one.location, one.severity, len(one.problems)) for one in rows(snapshot(state))] == [
        ("a:443", Severity.OK, 0),
        ("/etc/b.pem", Severity.WARNING, 1),
    ]
