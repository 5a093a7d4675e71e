"""The list of alerts as page, CSV and JSON."""

import csv
import io
import re
from dataclasses import replace

import pytest

from monitor.alerts import alerts_of_target
from monitor.alerts.keys import alert_key
from monitor.model import (
    AlertGroup,
    AlertLevel,
    AlertRecord,
    AlertResolution,
    AlertState,
    Matcher,
    Silence,
    SilenceKind,
    Snapshot,
)
from monitor.web.caller import Caller, Role
from monitor.web.pages.frame import Reader
from monitor.web.pages.lists.alerts import ALERT_LIST, alert_rows_of
from monitor.web.published.alerts import AlertContext
from support.factories.web.fakes import HOSTILE, NOW, FakeDaemon, endpoint, snapshot, unreachable
from support.factories.web.pages import get, listed, reader_of

STATES = (
    endpoint("a", -2, sentence="it expired", title="Recorder 01"),
    endpoint("b", 5, sentence="it expires", title="Recorder 02"),
    unreachable("c"),
)

OVER = AlertRecord(
    alert_key(STATES[0].target.id, STATES[0].assessment.findings[0]),
    AlertLevel.CRITICAL,
    NOW,
    NOW,
    "Recorder 09",
    ("old:443",),
    resolved_at=NOW,
    resolution=AlertResolution.RENEWED,
)


def alerted(*changed: AlertState) -> Snapshot:
    """Return a snapshot with an alert of each target, the first ones in these states."""
    groups = [one for state in STATES for one in alerts_of_target(state, NOW)]
    groups += [_unreachable()]
    changed += (AlertState.ACTIVE,) * (len(groups) - len(changed))
    return replace(
        snapshot(*STATES),
        alerts=tuple(replace(one, state=state) for one, state in zip(groups, changed, strict=True)),
    )


def _unreachable() -> AlertGroup:
    (group,) = alerts_of_target(endpoint("c", 5, sentence="unreachable"), NOW)
    return replace(group, level=AlertLevel.WARNING, certificate=None, site="", component="")


def html(shown: Snapshot, query: str = "", reader: Reader | None = None) -> str:
    """Return the page."""
    return listed(ALERT_LIST, alert_rows_of(AlertContext()), reader or reader_of(shown), query)


def titles(page: str) -> list[str]:
    """Return the titles of the rows."""
    return re.findall(r'<a href="/alerts/[0-9a-f]{20}">(.*?)</a>', page)


def test_the_worst_comes_first() -> None:
    """In the order of the board, and each leads to its page."""
    assert titles(html(alerted())) == ["Recorder 01", "Recorder 02", "c:443"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("level=expired", ["Recorder 01"]),
        ("q=recorder&sort=-title", ["Recorder 02", "Recorder 01"]),
        ("within=1d", ["Recorder 01"]),
        ("component=recording_server", ["Recorder 01", "Recorder 02"]),
        ("check=expiry&level=critical", ["Recorder 02"]),
        ("issuer=VMS CA", ["Recorder 01", "Recorder 02"]),
        ("per_page=1&page=2", ["Recorder 02"]),
    ],
)
def test_filters(query: str, found: list[str]) -> None:
    """Everything stands in the address."""
    assert titles(html(alerted(), query)) == found


def test_held_alerts_are_chosen_by_their_state() -> None:
    """The list agrees with the numbers of the first page: acknowledged and silenced ones count apart."""
    shown = alerted(AlertState.ACKNOWLEDGED, AlertState.SILENCED)
    assert titles(html(shown)) == ["c:443"]
    assert titles(html(shown, "state=acknowledged")) == ["Recorder 01"]
    assert titles(html(shown, "state=silenced")) == ["Recorder 02"]
    assert titles(html(shown, "state=all")) == ["Recorder 01", "Recorder 02", "c:443"]


def test_choices_have_counts() -> None:
    """Only what there is can be chosen."""
    page = html(alerted(), "level=critical")
    chosen = re.findall(r'<option value="([a-z]+)"( selected)?>(.*?) \((\d+)\)', page)
    assert [one for one in chosen if one[0] in set(AlertLevel)] == [
        ("expired", "", "expired", "1"),
        ("critical", " selected", "critical", "1"),
        ("warning", "", "warning", "1"),
    ]
    assert ("harbour", "", "harbour", "1") in chosen


def test_a_wrong_filter_is_said_and_keeps_nothing() -> None:
    """Rows that nobody asked for would pass for an answer."""
    page = html(alerted(), "level=red")
    assert "level has no value “red”. The values are: expired, critical, and warning." in page
    assert titles(page) == []


def test_empty() -> None:
    """Without alerts and without a match the page says which it is."""
    assert "There is no alert." in html(Snapshot())
    assert "Nothing matches these filters." in html(alerted(), "q=nothing")


def test_links_keep_the_filters() -> None:
    """Sort, pages and formats have the same filters."""
    page = html(alerted(), "q=re&site=harbour&per_page=1")
    links = [one.replace("&amp;", "&") for one in re.findall(r'href="(/alerts\?[^"]+)"', page)]
    assert "/alerts?q=re&site=harbour&per_page=1&page=2" in links
    assert "/alerts?q=re&site=harbour&per_page=1&format=csv" in links
    assert "/alerts?q=re&site=harbour&per_page=1&sort=-level" in links


def test_hostile_texts_stay_text() -> None:
    """Markup in names and in the address arrives as text."""
    state = endpoint(HOSTILE, 5, sentence=HOSTILE, title=HOSTILE)
    shown = replace(snapshot(state), alerts=tuple(alerts_of_target(state, NOW)))
    page = html(shown, f"q=script&site={HOSTILE}")
    assert page.count("<script") == 1
    assert html(shown, "q=script").count("<script") == 1


def test_what_a_caller_may_not_see_is_neither_counted_nor_found() -> None:
    """Scope comes before every filter."""
    caller = Caller("vera", Role.VIEWER, (Matcher("site", ("attic",)),))
    page = html(alerted(), "q=recorder", reader_of(alerted(), caller=caller))
    assert (titles(page), "harbour" in page) == ([], False)


def test_json() -> None:
    """All rows of the filter with the fields of the API, whatever the page."""
    held = Silence("1", SilenceKind.ACKNOWLEDGE, NOW, None, "ordered", "Ana", alert_id=alerted().alerts[0].id)
    daemon = FakeDaemon(alerted(AlertState.ACKNOWLEDGED), held=(held,))
    found = get(daemon, "/alerts?format=json&state=all&level=expired&per_page=1").json()
    assert (found["total"], found["next"], len(found["items"])) == (1, None, 1)
    assert found["items"] == [get(daemon, "/api/v1/alerts").json()["items"][0]]
    assert found["items"][0]["acknowledged"] == {"by": "Ana", "until": None, "comment": "ordered"}


def test_json_without_rows() -> None:
    """An empty list is valid too."""
    assert get(FakeDaemon(), "/alerts?format=json").json() == {"items": [], "total": 0, "next": None}


def test_csv() -> None:
    """A table with a header that a spreadsheet reads as UTF-8."""
    answer = get(FakeDaemon(alerted()), "/alerts?format=csv&q=recorder")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == 'attachment; filename="alerts.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbfid,url,level,check,title,")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [(one["level"], one["title"], one["silenced"]) for one in rows] == [
        ("expired", "Recorder 01", "false"),
        ("critical", "Recorder 02", "false"),
    ]


def test_csv_of_hostile_texts() -> None:
    """No cell is taken for a formula, and the days, which are ours, stay numbers."""
    state = endpoint("a", -5, sentence="it expired", title='=HYPERLINK("https://evil.example")')
    shown = replace(snapshot(state), alerts=tuple(alerts_of_target(state, NOW)))
    answer = get(FakeDaemon(shown), "/alerts?format=csv")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert row["title"] == '\'=HYPERLINK("https://evil.example")'
    assert float(row["days_to_expiry"]) == -5


@pytest.mark.parametrize("query", ["format=json&level=red", "format=csv&color=red", "format=xml"])
def test_a_wrong_filter_of_a_format_is_refused(query: str) -> None:
    """Programs learn it from the status, and people from the sentence."""
    answer = get(FakeDaemon(alerted()), f"/alerts?{query}")
    assert (answer.status_code, len(answer.json()["problems"])) == (400, 1)


def test_resolved() -> None:
    """What is over is listed where it is asked for, with when and how it ended, and nowhere else."""
    daemon = FakeDaemon(alerted(), recorded=(OVER,))
    page = get(daemon, "/alerts?state=resolved").text
    assert ("Recorder 09" in page, "Renewed" in page, "Recorder 02" in page) == (True, True, False)
    assert "Recorder 09" not in get(daemon, "/alerts").text
    assert "Recorder 09" not in get(daemon, "/alerts?state=all").text


def test_resolved_for_programs() -> None:
    """The API and the exports list the same; without a choice of states it has open alerts alone."""
    daemon = FakeDaemon(alerted(), recorded=(OVER,))
    [one] = get(daemon, "/api/v1/alerts?state=resolved").json()["items"]
    assert (one["title"], one["resolution"], one["resolved_at"]) == (
        "Recorder 09",
        "renewed",
        NOW.isoformat(),
    )
    assert len(get(daemon, "/api/v1/alerts").json()["items"]) == len(daemon.shown.alerts)
    assert "Recorder 09" in get(daemon, "/alerts?state=resolved&format=csv").text


def test_resolved_out_of_scope() -> None:
    """A record names all targets of its alert, so that a limited reader sees none."""
    caller = Caller("lab", Role.VIEWER, (Matcher("site", ("harbour",)),))
    daemon = FakeDaemon(alerted(), recorded=(OVER,))
    assert "Recorder 09" not in get(daemon, "/alerts?state=resolved", caller=caller).text
