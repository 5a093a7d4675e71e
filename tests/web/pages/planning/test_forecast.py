"""The page says what will have expired by a day, what stops, and what it does not know."""

import re
from dataclasses import replace
from datetime import UTC, timedelta, timezone

import pytest

from monitor.messages import Writer, language
from monitor.model import (
    Matcher,
    Path,
    Runbook,
    Snapshot,
    Target,
    TargetInfo,
    TargetState,
    text,
)
from monitor.web.caller import Caller, Role
from monitor.web.pages.planning.forecast import forecast_values
from monitor.web.queries.planning.indexes import CertificateIndexes
from support.factories.web.fakes import HOSTILE, NOW, FakeDaemon, certificate, endpoint, snapshot, unreachable
from support.factories.web.pages import get, reader_of, rendered


def html(shown: Snapshot, at: str = "2027-03-15", writer: Writer | None = None) -> str:
    """Return the page, by default in English and UTC."""
    reader = reader_of(shown, writer=writer)
    page = rendered(
        "planning/forecast.html",
        reader,
        lambda one: forecast_values(one, CertificateIndexes(), at),
        path="/forecast",
    )
    return re.sub(r"\s+", " ", page)


def below(name: str, days: float, ca_days: float) -> TargetState:
    """Return an endpoint whose certificate is below a CA."""
    state = endpoint(name, days)
    path = state.assessment.paths[0]
    above = replace(certificate(ca_days, "Site CA"), is_ca=True)
    paths = (Path(path.location, (*path.certificates, above), trusted=True),)
    return replace(state, assessment=replace(state.assessment, paths=paths, not_after=None))


def titled(state: TargetState, info: TargetInfo) -> TargetState:
    """Return a target with another description."""
    return replace(state, target=replace(state.target, info=info))


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ((), "0 certificates will have expired by 15 March 2027"),
        ((endpoint("a", 5),), "1 certificate will have expired by 15 March 2027"),
        ((below("a", 5, 6),), "1 certificate and 1 CA will have expired by 15 March 2027"),
    ],
)
def test_the_headline_counts(states: tuple[TargetState, ...], said: str) -> None:
    """Certificates and CAs are counted apart."""
    assert re.findall(r"<h1>(.*?)</h1>", html(snapshot(*states))) == [said]


def test_a_day_lasts_until_its_end_where_the_reader_is() -> None:
    """What expires in the last second of the day has expired by it."""
    west = Writer(language("en"), timezone(timedelta(hours=-3)), NOW)
    shown = certificate(0, "a")
    late = replace(shown, not_after=NOW.replace(hour=0, minute=0, second=0) + timedelta(days=10, hours=2))
    state = endpoint("a", 1)
    state = replace(
        state,
        assessment=replace(state.assessment, paths=(Path("a:443", (late,), trusted=True),), not_after=None),
    )
    assert "0 certificates" in html(snapshot(state), "2026-12-02")
    assert "1 certificate " in html(snapshot(state), "2026-12-02", west)


def test_certificates_link_to_their_pages_and_targets() -> None:
    """From the list one gets to the certificate and to where it is."""
    page = html(snapshot(titled(endpoint("a", 5), TargetInfo(title="Recorder 01"))))
    assert f'<a href="/certificates/{certificate(5, "a").sha256}">a</a>' in page
    assert '<a href="/targets/endpoint%3Aa%3A443">Recorder 01</a> <span class="soft">a:443</span>' in page


def test_a_certificate_says_after_which_ca() -> None:
    """Renewed before its CA it would have to be renewed again."""
    assert "<small>after Site CA</small>" in html(snapshot(below("a", 5, 6)))


def test_what_stops_is_said_with_its_text() -> None:
    """The impact of the preset stands with the day from which it is true."""
    info = TargetInfo(component="recorder", runbook=Runbook(impact=text("No live video.")))
    page = html(snapshot(titled(endpoint("a", 5), info)))
    assert "<div>No live video.</div>" in page
    assert "1 target stops working." in page


def test_cas_to_renew_are_listed() -> None:
    """With the day, and the lifetime from which it follows."""
    page = html(snapshot(below("a", 5, 600)), "2028-12-31")
    row = re.findall(r"<h2>CAs to renew by then</h2>.*?<tbody>(.*?)</tbody>", page)[0]
    assert ">Site CA</a>" in row
    assert "505 days" in row


def test_the_load_names_sites_and_components() -> None:
    """Each month has its numbers."""
    page = html(snapshot(endpoint("a", 5), endpoint("b", 6)))
    (row,) = re.findall(r"<tr><th scope=\"row\" class=\"nowrap\">November 2026</th>(.*?)</tr>", page)
    assert re.findall(r"<div>(.*?)</div>", row) == ["2", "2", "harbour: 2", "Recording Server: 2"]


def test_what_is_not_known_is_said() -> None:
    """Targets without a known certificate are counted."""
    assert "<li>1 target was never reached.</li>" in html(snapshot(unreachable("a")))
    assert "A certificate is known for every target." in html(snapshot(endpoint("a", 5)))


def test_many_rows_are_cut_and_counted() -> None:
    """The page stays small."""
    page = html(snapshot(*(endpoint(f"host{n}", 5) for n in range(203))))
    assert page.count("/certificates/") == 200
    assert "3 more are not shown." in page


def test_hostile_texts_stay_text() -> None:
    """Markup in names and texts arrives as text."""
    info = TargetInfo(title=HOSTILE, component=HOSTILE, runbook=Runbook(impact=text(HOSTILE)))
    assert html(snapshot(titled(endpoint(HOSTILE, 5), info))).count("<script") == 1


@pytest.mark.parametrize(
    ("at", "status"),
    [("", 200), ("2027-03-15", 200), ("15.3.2027", 400), ("9999-12-31", 400), ("20270315", 400)],
)
def test_a_wrong_day_is_named(at: str, status: int) -> None:
    """The page stays usable, and says which days it takes."""
    response = get(FakeDaemon(snapshot(endpoint("a", 5))), f"/forecast?at={at}")
    assert response.status_code == status
    assert ("This is no day within 50 years" in response.text) is (status == 400)
    assert '<input id="at" type="date"' in response.text


def test_every_page_leads_there() -> None:
    """The forecast is in the navigation, marked on its own page."""
    response = get(FakeDaemon(snapshot(endpoint("a", 5))), "/forecast")
    assert '<a href="/forecast" aria-current="page">Forecast</a>' in response.text


def test_a_reader_sees_no_more_than_the_scope() -> None:
    """Neither certificates nor counts of others show."""
    other = endpoint("b", 5)
    other = replace(other, target=replace(other.target, labels=(("site", "airport"),)))
    caller = Caller("ana", Role.VIEWER, (Matcher("site", ("harbour",)),))
    reader = reader_of(snapshot(endpoint("a", 5), other), caller=caller)
    page = rendered(
        "planning/forecast.html", reader, lambda one: forecast_values(one, CertificateIndexes(), "")
    )
    assert ("b:443" in page, "a:443" in page) == (False, True)


def test_it_speaks_portuguese() -> None:
    """Headline, months and sentences are translated."""
    page = html(snapshot(endpoint("a", 5)), writer=Writer(language("pt_BR"), UTC, NOW))
    assert "1 certificado terá expirado até 15 de março de 2027" in page
    assert "novembro de 2026" in page
    assert isinstance(endpoint("a", 5).target, Target)
