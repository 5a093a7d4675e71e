"""Where the page says that a target cannot be seen."""

from dataclasses import replace

from monitor.model import Check, Failure, Finding, Reason, Severity
from monitor.web.rows import matching, row
from support.factories.web_fakes import NOW, endpoint, snapshot


def test_blindness_stands_where_nothing_was_seen() -> None:
    """A file that cannot be read makes no other file's certificate look bad."""
    broken = Failure(Reason.PASSPHRASE, "none fits", "broken.p12")
    told = Finding(Check.UNREACHABLE, Severity.CRITICAL, "last seen in full today (passphrase: none fits)")
    state = replace(endpoint("web", 300), failed_looks=4, failures=(broken,), blind=told)
    rows = [row(place, (told,), NOW) for place in matching(snapshot(state), "")]
    assert {one.place: (one.severity, one.notes) for one in rows} == {
        "web:443": (Severity.OK, ()),
        "broken.p12": (Severity.CRITICAL, (told.sentence,)),
    }
