"""One entry for each certificate that expires, with where it is and what to do."""

from dataclasses import replace
from datetime import timedelta

from monitor.alerts.steps.brief_texts import DO
from monitor.messages import english
from monitor.model import Check, Path, Runbook, TargetInfo, TargetState, text
from monitor.planning import index_certificates
from monitor.web.queries.planning.calendar import CalendarEntry, calendar_entries
from support.factories.web.fakes import NOW, certificate, endpoint, snapshot

_write = english(NOW).write


def entries(*states: TargetState) -> tuple[CalendarEntry, ...]:
    """Return what the calendar of some targets says."""
    return calendar_entries(index_certificates(snapshot(*states), NOW))


def said(entry: CalendarEntry) -> list[str]:
    """Return the lines of an entry in English."""
    return [_write(line) for line in entry.lines]


def described(state: TargetState, info: TargetInfo) -> TargetState:
    """Return a target with another description."""
    return replace(state, target=replace(state.target, info=info))


def test_a_certificate_is_one_entry_with_all_that_is_needed() -> None:
    """When, where, what stops, what to do, and by which thumbprint it is found on Windows."""
    (entry,) = entries(endpoint("a", 5, title="Recorder 01"))
    shown = certificate(5, "a")
    assert _write(entry.summary) == "Certificate a expires"
    assert said(entry) == [
        "Expires 28 Nov 2026 12:00 UTC.",
        "Where: Recorder 01 (a:443)",
        "What stops: Clients that verify the certificate refuse to connect.",
        "Do: renew it, install the new one, then verify.",
        "Issued by: VMS CA",
        f"Thumbprint: {shown.sha1}",
    ]
    assert (entry.at, entry.sha256, entry.site) == (shown.not_after, shown.sha256, "harbour")


def test_the_uid_stays_while_the_certificate_does() -> None:
    """A program that subscribes changes its entry instead of adding another one."""
    (early,), (late,) = entries(endpoint("a", 5)), entries(endpoint("a", 5), endpoint("b", 9))[:1]
    assert early.uid == late.uid == f"{certificate(5, 'a').sha256}-20261128T120000Z@cert-monitor"


def test_steps_and_impact_are_those_of_the_preset() -> None:
    """Where more is known it is said."""
    runbook = Runbook(impact=text("No live video."), in_brief=text("use Server Configurator."))
    (entry,) = entries(described(endpoint("a", 5), TargetInfo(runbook=runbook)))
    assert said(entry)[2:4] == ["What stops: No live video.", "Do: use Server Configurator."]


def test_a_ca_says_that_it_is_one() -> None:
    """Its entry names the locations of what depends on it."""
    state = endpoint("a", 900)
    ca = replace(certificate(5, "Site CA"), is_ca=True)
    path = Path("a:443", (*state.assessment.paths[0].certificates, ca), trusted=True)
    state = replace(state, assessment=replace(state.assessment, paths=(path,), not_after=None))
    (entry,) = entries(state)
    assert _write(entry.summary) == "CA Site CA expires, and all that depends on it"
    assert said(entry)[1] == "Where: a:443"
    assert entry.lines[3].parameters == (("steps", DO[Check.CA_EXPIRY]),)


def test_many_locations_are_counted() -> None:
    """A description stays readable."""
    shared = endpoint("a", 5)
    states = [
        replace(shared, target=replace(shared.target, id=f"endpoint:{n}", location=f"{n}:443"))
        for n in range(13)
    ]
    paths = [replace(shared.assessment.paths[0], location=f"{n}:443") for n in range(13)]
    seen = [
        replace(state, assessment=replace(state.assessment, paths=(path,)))
        for state, path in zip(states, paths, strict=True)
    ]
    (entry,) = entries(*seen)
    assert said(entry)[1].endswith("9:443, and 3 more locations")


def test_what_expires_much_later_is_left_out() -> None:
    """The calendar covers two years, and what has expired and is still in use."""
    found = entries(endpoint("a", -5), endpoint("b", 731), endpoint("c", 800))
    assert [(one.at - NOW) // timedelta(days=1) for one in found] == [-5, 731]
