"""What programs read: pages with a cursor, entity tags, findings, history and counts, within a scope."""

import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from monitor.alerts import alerts_of_target
from monitor.model import FailureReason, Matcher, Silence, SilenceKind
from monitor.store import HistoryEntry, OutcomePeriod
from monitor.web import Health
from monitor.web.caller import Caller, Role
from monitor.workers.texts import zone_workers_silent
from support.factories.web.fakes import NOW, FakeDaemon, endpoint, snapshot, unreachable
from support.factories.web.pages import get

STATES = [endpoint(f"r{n}", 5 + n, sentence="it expires", title=f"Recorder {n}") for n in range(5)]
OTHER = replace(endpoint("secret", 5, sentence="it expires", title="Secret"), watched_since=NOW)
OTHER = replace(OTHER, target=replace(OTHER.target, labels=(("site", "attic"),)))
EVERY = [*STATES, OTHER]
SHOWN = replace(
    snapshot(*EVERY, unreachable("gone")),
    alerts=tuple(one for state in EVERY for one in alerts_of_target(state, NOW)),
)
HARBOUR = Caller("ana", Role.OPERATOR, (Matcher("site", ("harbour",)),))


def read(path: str, *, caller: Caller | None = None, **more: Any) -> httpx.Response:
    """Return the answer to a request."""
    return get(FakeDaemon(SHOWN, **more), f"/api/v1{path}", caller=caller)


def test_pages_follow_each_other() -> None:
    """Each page names the next one, the last one none; together they have everything once."""
    found: list[str] = []
    cursor, pages = "", 0
    while cursor is not None:
        page = read(f"/alerts?limit=4&sort=title&cursor={cursor}").json()
        found += [one["title"] for one in page["items"]]
        cursor, pages = page["next"], pages + 1
    assert (found, pages) == (
        ["Recorder 0", "Recorder 1", "Recorder 2", "Recorder 3", "Recorder 4", "Secret"],
        2,
    )


def test_pages_far_from_the_beginning() -> None:
    """They come from an order that is kept, and miss nothing either."""
    daemon = FakeDaemon(snapshot(*(endpoint(f"h{number:04}", 5 + number) for number in range(1203))))
    found: list[str] = []
    cursor = ""
    while cursor is not None:
        page = get(daemon, f"/api/v1/targets?limit=400&sort=title&cursor={cursor}").json()
        assert page["total"] == 1203
        found += [one["id"] for one in page["items"]]
        cursor = page["next"]
    assert found == [f"endpoint:h{number:04}:443" for number in range(1203)]


def test_a_page_after_something_ended_misses_nothing() -> None:
    """What moved up because an earlier item is gone is still on the next page."""
    cursor = read("/alerts?limit=3&sort=title").json()["next"]
    fewer = replace(SHOWN, alerts=SHOWN.alerts[1:])
    page = get(FakeDaemon(fewer), f"/api/v1/alerts?limit=3&sort=title&cursor={cursor}").json()
    assert [one["title"] for one in page["items"]] == ["Recorder 3", "Recorder 4", "Secret"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=1001",
        "limit=00000110000000000",
        f"limit={'0' * 5000}1",
        "limit=x",
        "cursor=!!",
        "cursor=WzEsIDJd",
        f"cursor={urlsafe_b64encode(json.dumps([10**30, 'x']).encode()).decode()}",
        f"cursor={urlsafe_b64encode(b'[' * 20_000).decode()}",
        "page=2",
        "nothing=1",
        "level=x",
    ],
)
def test_wrong_parameters(query: str) -> None:
    """Each is refused with a sentence."""
    answer = read(f"/alerts?{query}")
    assert (answer.status_code, len(answer.json()["problems"])) == (400, 1)


def test_acknowledged_alerts_are_listed_too() -> None:
    """Programs get everything that they do not filter out."""
    assert read("/alerts").json()["total"] == 6


def test_an_unchanged_answer_is_not_sent_again() -> None:
    """A program that sends the entity tag is told that nothing changed."""
    daemon = FakeDaemon(SHOWN)
    tag = get(daemon, "/api/v1/summary").headers["etag"]
    again = get(daemon, "/api/v1/summary", {"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert get(daemon, "/api/v1/summary", {"if-none-match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", ["/summary", "/forecast", "/alerts", "/certificates", "/targets"])
def test_time_alone_changes_no_tag(path: str) -> None:
    """A minute later nothing has happened, and a tag that says otherwise would never match."""
    daemon = FakeDaemon(SHOWN)
    first = get(daemon, f"/api/v1{path}")
    daemon.clock = NOW + timedelta(minutes=1)
    again = get(daemon, f"/api/v1{path}")
    assert (first.headers["etag"], first.content != again.content) == (again.headers["etag"], True)
    assert first.headers["etag"].startswith("W/")
    fewer = get(FakeDaemon(snapshot(*STATES)), f"/api/v1{path}")
    assert fewer.headers["etag"] != first.headers["etag"]


def test_summary() -> None:
    """Counts of alerts and targets, and what expires next."""
    found = read("/summary").json()
    assert (found["ok"], found["alerts"]["critical"], found["targets"]["watched"]) == (False, 6, 7)
    assert found["targets"]["unreachable"] == 1
    assert found["next_expiry"]["location"] in {"r0:443", "secret:443"}


def test_summary_says_what_is_wrong_with_the_monitor() -> None:
    """In the reader's language, with codes for programs."""
    daemon = FakeDaemon(SHOWN, state=Health(problems=(zone_workers_silent(zone="dmz", seconds=90),)))
    found = get(daemon, "/api/v1/summary", {"accept-language": "pt-BR"}).json()["health"]
    assert (found["ok"], found["problem_codes"]) == (False, ["zone_workers_silent"])
    assert found["problems"] == ["nenhum worker da zona dmz responde há 90 s: alvos não são verificados"]


def test_one_alert() -> None:
    """By its id; what is not open is not there."""
    first = SHOWN.alerts[0]
    assert read(f"/alerts/{first.id}").json()["title"] == first.title
    assert read("/alerts/nope").status_code == 404


def test_findings() -> None:
    """Every finding with its code, of all targets or of one, of all checks or of one."""
    assert len(read("/findings").json()["items"]) == 7
    [only] = read("/findings?target=endpoint:r1:443").json()["items"]
    assert (only["check"], only["message"]) == ("expiry", "it expires")
    assert [one["target"] for one in read("/findings?check=unreachable").json()["items"]] == [
        "endpoint:gone:443"
    ]
    assert read("/findings?check=nope").status_code == 422


def test_outcomes_of_probes() -> None:
    """Of a target that may be seen: since when it was up, or why it failed."""
    periods = (
        OutcomePeriod(FailureReason.TIMEOUT, NOW, None),
        OutcomePeriod(None, NOW - timedelta(days=1), NOW),
    )
    recorded = {"endpoint:r0:443": periods, "endpoint:secret:443": periods}
    assert read("/history?target=endpoint:r0:443", periods=recorded).json()["outcomes"] == [
        {"up": False, "reason": "timeout", "since": NOW.isoformat(), "ended_at": None},
        {
            "up": True,
            "reason": None,
            "since": (NOW - timedelta(days=1)).isoformat(),
            "ended_at": NOW.isoformat(),
        },
    ]
    assert (
        read("/history?target=endpoint:secret:443", periods=recorded, caller=HARBOUR).json()["outcomes"] == []
    )


def test_history() -> None:
    """Of a target or of a certificate, never of both or of none."""
    leaf = STATES[0].sightings[0].certificate
    entry = HistoryEntry(
        "endpoint:r0:443", "r0:443", 0, leaf.sha256, "CN=r0", leaf.not_after, NOW, NOW, None, ""
    )
    assert len(read("/history?target=endpoint:r0:443", seen=[entry]).json()["items"]) == 1
    assert len(read(f"/history?certificate={leaf.sha256.upper()}", seen=[entry]).json()["items"]) == 1
    assert read("/history?target=endpoint:r0:443").json()["outcomes"] == []
    assert [
        read(f"/history{query}").status_code for query in ("", "?target=a&certificate=b", "?certificate=b")
    ] == [
        422,
        422,
        422,
    ]


@pytest.mark.parametrize(
    "path",
    ["/alerts", "/findings", "/summary", "/silences", "/history?certificate=" + "ab" * 32, "/forecast"],
)
def test_nothing_outside_the_scope(path: str) -> None:
    """A caller who may see one site reads nothing of another."""
    silence = Silence("s", SilenceKind.SILENCE, NOW, None, "secret", "ana", (Matcher("site", ("attic",)),))
    entry = HistoryEntry(
        "endpoint:secret:443", "secret:443", 0, "ab" * 32, "CN=secret", NOW, NOW, NOW, None, ""
    )
    answer = read(path, caller=HARBOUR, held=(silence,), seen=[entry])
    assert (answer.status_code, "ecret" in answer.text) == (200, False)


def test_an_id_outside_the_scope_cannot_be_guessed() -> None:
    """It is answered as one that there is not."""
    hidden = next(one for one in SHOWN.alerts if one.title == "Secret")
    assert read(f"/alerts/{hidden.id}", caller=HARBOUR).status_code == 404
    assert read(f"/alerts/{hidden.id}").status_code == 200


def test_what_there_is_not_is_a_problem() -> None:
    """Programs get problem details for any path below the API (RFC 9457)."""
    answer = read("/nope")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
