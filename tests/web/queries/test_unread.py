"""On which row the page shows that a target is unreachable."""

from dataclasses import replace

from monitor.model import Check, Failure, FailureReason, Finding, Severity, text
from monitor.web.queries import matching, row
from support.factories.web_fakes import endpoint, snapshot


def test_unreachable_is_shown_where_nothing_was_seen() -> None:
    """A file that cannot be read makes no other file's certificate look bad."""
    broken = Failure(FailureReason.PASSPHRASE, text("none fits"), "broken.p12")
    said = "last read in full today (passphrase: none fits)"
    finding = Finding(Check.UNREACHABLE, Severity.CRITICAL, text(said))
    state = replace(endpoint("web", 300), failed_probes=4, failures=(broken,), unreachable=finding)
    rows = [row(source, (finding,)) for source in matching(snapshot(state), "")]
    assert {one.location: (one.severity, one.problems) for one in rows} == {
        "web:443": (Severity.OK, ()),
        "broken.p12": (Severity.CRITICAL, (text(said),)),
    }
