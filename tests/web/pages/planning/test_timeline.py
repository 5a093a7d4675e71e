"""The timeline as a drawing: bars where something expires, links to what it is, words for each."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from monitor.messages import Writer, english, language
from monitor.model import Path, Severity, Snapshot, TargetState
from monitor.planning import index_certificates, timeline
from monitor.web import planning_texts
from monitor.web.pages.layout import environment
from monitor.web.pages.planning.timeline import TimelineChart, timeline_chart
from support.factories.web.fakes import HOSTILE, NOW, certificate, endpoint, snapshot

SVG = "{http://www.w3.org/2000/svg}"


def chart(*states: TargetState, writer: Writer | None = None) -> TimelineChart:
    """Return the drawing of some targets."""
    reader = writer or english(NOW)
    return timeline_chart(timeline(index_certificates(snapshot(*states), NOW), reader.zone), reader)


def drawn(shown: TimelineChart, writer: Writer | None = None) -> str:
    """Return the HTML of a drawing."""
    module = environment.get_template("planning/timeline.html").make_module(
        {"writer": writer or english(NOW)}
    )
    return str(module.timeline_svg(shown, planning_texts))  # type: ignore[attr-defined]


def below(name: str, days: float, ca_days: float, ca: str = "Site CA") -> TargetState:
    """Return an endpoint whose certificate is below a CA."""
    state = endpoint(name, days)
    path = state.assessment.paths[0]
    above = replace(certificate(ca_days, ca), is_ca=True)
    paths = (Path(path.location, (*path.certificates, above), trusted=True),)
    return replace(state, assessment=replace(state.assessment, paths=paths))


def test_there_is_a_bar_for_each_week_with_an_expiry() -> None:
    """Weeks without any have none; 23 November 2026 is a Monday."""
    found = chart(endpoint("a", 1), endpoint("b", 2), endpoint("c", 8)).bars
    assert [(bar.x, bar.number) for bar in found] == [(1, "2"), (15, "1")]


def test_a_bar_leads_to_the_certificates_of_its_week() -> None:
    """The address has the first and the last day, as the list takes them."""
    (bar,) = chart(endpoint("a", 1)).bars
    assert bar.address == "/certificates?expires_from=2026-11-23&expires_to=2026-11-29"


def test_days_are_those_of_the_reader() -> None:
    """In another time zone the week has the same days."""
    writer = Writer(language("pt_BR"), timezone(timedelta(hours=-3)), NOW)
    (bar,) = chart(endpoint("a", 1), writer=writer).bars
    assert bar.address == "/certificates?expires_from=2026-11-23&expires_to=2026-11-29"


def test_expired_and_later_have_their_own_links() -> None:
    """What is in no week is counted beside the drawing."""
    found = chart(endpoint("a", -3), endpoint("b", 900))
    assert (found.bars, found.expired, found.later) == ((), 1, 1)
    assert found.expired_address == "/certificates?expires_to=2026-11-23"
    assert found.later_address == "/certificates?expires_from=2027-11-29"


def test_parts_stand_on_each_other_with_the_urgent_ones_below() -> None:
    """The heights are shares of the highest bar, and no part is too small to see."""
    many = [endpoint(f"{n}", 1 + n / 1000) for n in range(99)]
    (bar,) = chart(endpoint("x", 2, sentence="expires"), *many).bars
    critical, fine = bar.parts
    assert (critical.level, fine.level) == (Severity.CRITICAL, Severity.OK)
    assert (critical.y + critical.height, fine.y + fine.height) == (144, critical.y)
    assert critical.height >= 3


def test_weeks_with_a_ca_are_marked_and_name_it() -> None:
    """The diamond has its words in the link."""
    html = drawn(chart(below("a", 400, 1)))
    assert 'class="ca"' in html
    assert 'aria-label="23 November 2026 to 29 November 2026: 1 expires; CAs: Site CA"' in html


def test_months_are_named_and_january_has_its_year() -> None:
    """A month stands at the week with its first day."""
    names = [month.name for month in chart().months]
    assert names[:3] == ["Dec", "Jan 2027", "Feb"]
    assert len(names) == 12


def test_the_drawing_is_well_formed_and_named() -> None:
    """A screen reader gets a title, a description and a name for every link."""
    html = drawn(chart(endpoint("a", 1), below("b", 30, 60)))
    svg = ET.fromstring(
        re.findall(r"<svg class=\"timeline\".*?</svg>", html, re.DOTALL)[0].replace(
            "<svg", '<svg xmlns="http://www.w3.org/2000/svg"'
        )
    )
    ids = {one.get("id") for one in svg}
    assert set((svg.get("aria-labelledby") or "").split()) <= ids
    assert all(link.get("aria-label") for link in svg.iter(f"{SVG}a"))
    assert len(list(svg.iter(f"{SVG}a"))) == 3


def test_nothing_is_styled_inline() -> None:
    """The policy of pages allows styles from our file alone."""
    assert "style=" not in drawn(chart(endpoint("a", 1)))


def test_hostile_names_of_cas_stay_text() -> None:
    """Markup in a CA's name arrives as text."""
    html = drawn(chart(below("a", 400, 1, HOSTILE)))
    assert "<script" not in html
    assert "&lt;script" in html


def test_it_speaks_portuguese() -> None:
    """Weeks, levels and months are translated."""
    writer = Writer(language("pt_BR"), UTC, NOW)
    html = drawn(chart(endpoint("a", 1), writer=writer), writer)
    assert "23 de novembro de 2026 a 29 de novembro de 2026: 1 expira" in html
    assert "jan. 2027" in html


def test_an_empty_monitor_has_an_empty_timeline() -> None:
    """Without certificates there is an axis and nothing on it."""
    found = timeline_chart(timeline(index_certificates(Snapshot(), NOW)), english(NOW))
    assert (found.bars, found.levels, found.expired, found.later) == ((), (), 0, 0)
    assert datetime(2026, 11, 23, tzinfo=UTC) < NOW
