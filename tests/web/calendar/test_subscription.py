"""A calendar is read with its token alone, shows no more than its matchers, and opens nothing else."""

import asyncio
import logging
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from monitor.messages import english
from monitor.model import Matcher, TokenRole
from monitor.planning import index_certificates
from monitor.web.calendar.subscription import calendar_events
from monitor.web.queries.planning.calendar import calendar_entries
from support.factories.web.access import site
from support.factories.web.fakes import HOSTILE, NOW, certificate, endpoint, snapshot

AIRPORT = endpoint("b", 9)
AIRPORT = replace(AIRPORT, target=replace(AIRPORT.target, labels=(("site", "airport"),)))
SHOWN = snapshot(endpoint("a", 5, title="Recorder 01"), AIRPORT)
HARBOUR = Matcher("site", ("harbour",))


def asked(
    folder: Path, path: str, *matchers: Matcher, shown: object = SHOWN, **headers: str
) -> httpx.Response:
    """Return the answer to a program at a monitor with users, a calendar "cal" and a token "reader"."""

    async def run() -> httpx.Response:
        async with site(folder) as made:
            made.daemon.shown = shown  # type: ignore[assignment]
            made.tokens.add("cal", TokenRole.CALENDAR, *matchers)
            made.tokens.add("reader", TokenRole.VIEWER)
            async with made.program() as program:
                return await program.get(path, headers=headers)

    return asyncio.run(run())


def test_its_token_opens_it_without_a_login(tmp_path: Path) -> None:
    """Outlook sends nothing but the address."""
    response = asked(tmp_path, "/calendar.ics?token=cal")
    assert (response.status_code, response.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert response.text.count("BEGIN:VEVENT\r\n") == 2
    assert "SUMMARY:Certificate a expires\r\n" in response.text
    assert "X-WR-CALNAME:Certificates (cal)\r\n" in response.text


def test_it_is_kept_by_nobody_on_the_way(tmp_path: Path) -> None:
    """The answer is not cached, and sends no address on."""
    headers = asked(tmp_path, "/calendar.ics?token=cal").headers
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")


@pytest.mark.parametrize("query", ["", "?token=", "?token=wrong", "?token=reader", f"?token={'x' * 5000}"])
def test_anything_else_opens_none(tmp_path: Path, query: str) -> None:
    """Neither a wrong token nor one that reads the API: that would lie in addresses then."""
    response = asked(tmp_path, f"/calendar.ics{query}")
    assert (response.status_code, "VCALENDAR" in response.text) == (404, False)


@pytest.mark.parametrize("path", ["/", "/forecast", "/api/v1/alerts", "/metrics"])
def test_its_token_opens_nothing_else(tmp_path: Path, path: str) -> None:
    """What is in an address of Outlook is no credential for pages and programs."""
    assert asked(tmp_path, path, authorization="Bearer cal").status_code == 401
    assert asked(tmp_path, f"{path}?token=cal").status_code == 401


def test_it_shows_what_its_matchers_match(tmp_path: Path) -> None:
    """Certificates of other sites are not in it, by name or number."""
    text = asked(tmp_path, "/calendar.ics?token=cal", HARBOUR).text
    assert text.count("BEGIN:VEVENT") == 1
    assert "CATEGORIES:harbour" in text
    assert "b:443" not in text


def test_a_shared_certificate_names_only_its_locations_in_scope(tmp_path: Path) -> None:
    """A certificate that two sites use shows where it is at this one."""
    elsewhere = endpoint("a", 5)
    path = replace(elsewhere.assessment.paths[0], location="other:443")
    other = replace(
        elsewhere.target, id="endpoint:other:443", location="other:443", labels=(("site", "airport"),)
    )
    elsewhere = replace(elsewhere, target=other, assessment=replace(elsewhere.assessment, paths=(path,)))
    text = asked(
        tmp_path, "/calendar.ics?token=cal", HARBOUR, shown=snapshot(endpoint("a", 5), elsewhere)
    ).text
    assert ("a:443" in text, "other:443" in text) == (True, False)


def test_it_speaks_the_language_that_is_asked_for(tmp_path: Path) -> None:
    """Outlook sends no language, so it can stand in the address."""
    assert "SUMMARY:O certificado a expira" in asked(tmp_path, "/calendar.ics?token=cal&lang=pt-BR").text
    assert (
        "SUMMARY:O certificado a expira"
        in asked(tmp_path, "/calendar.ics?token=cal", **{"accept-language": "pt-BR"}).text
    )


def test_hostile_names_stay_in_their_property(tmp_path: Path) -> None:
    """The name of a certificate cannot begin a property."""
    name = f"x\r\nATTACH:http://evil.example/{HOSTILE}"
    text = asked(tmp_path, "/calendar.ics?token=cal", shown=snapshot(endpoint(name, 5))).text
    assert [line for line in text.split("\r\n") if line.startswith("ATTACH")] == []
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert certificate(5, name).sha256[:40] in text.replace("\r\n ", "")


def test_entries_link_to_pages_where_people_reach_them() -> None:
    """With an address for people elsewhere each entry has one."""
    writer = english(NOW)
    entries = calendar_entries(index_certificates(snapshot(endpoint("a", 5)), NOW))
    (event,) = calendar_events(entries, writer, "https://certs.vms.example")
    assert event.url == f"https://certs.vms.example/certificates/{certificate(5, 'a').sha256}"
    assert event.description[-1] == f"Details: {event.url}"


def test_the_token_is_in_no_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither a request nor one that fails leaves it there."""
    caplog.set_level(logging.DEBUG)
    assert asked(tmp_path, "/calendar.ics?token=cal").status_code == 200
    assert asked(tmp_path, "/calendar.ics?token=cal", shown=None).status_code == 500
    logged = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert any("/calendar.ics" in record.getMessage() for record in logged)
    assert not any("token=cal" in record.getMessage() for record in logged)
