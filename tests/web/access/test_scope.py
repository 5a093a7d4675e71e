"""A token for one site finds nothing of another: not by reading, searching, exporting, or guessing ids."""

import asyncio
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from monitor.model import Matcher, Silence, SilenceKind, Snapshot, TargetState, TokenRole
from support.factories.web.access import Site, site
from support.factories.web.fakes import NOW, endpoint

HEADERS = {"authorization": "Bearer harbour"}
HIDDEN = "concealed.lab.example"
LINKS = re.compile(r'href="(/[^"#]*)"')


def _lab() -> TargetState:
    state = endpoint(HIDDEN, 3, sentence="expires soon", title="the concealed recorder")
    return replace(state, target=replace(state.target, labels=(("site", "laboratory"),)))


LAB = _lab()
SHOWN = endpoint("recorder.harbour.example", 20, sentence="expires soon")
FINGERPRINT = LAB.sightings[0].certificate.sha256
SECRETS = ("concealed", "laboratory", FINGERPRINT, "quiet-lab")

LISTS = ("alerts", "certificates", "targets")
GUESSES = [
    f"/targets/{LAB.target.id}",
    f"/certificates/{FINGERPRINT}",
    "/sites/laboratory",
    f"/api/v1/targets/{LAB.target.id}",
    f"/api/v1/certificates/{FINGERPRINT}",
    f"/api/v1/history?target={LAB.target.id}",
    f"/api/v1/history?certificate={FINGERPRINT}",
    "/api/v1/silences",
    "/api/v1/discoveries",
    "/api/v1/notifications",
    "/api/v1/findings",
    "/api/v1/summary",
    "/api/v1/forecast?at=2027-11-01",
    "/forecast?at=2027-11-01",
    "/forecast?at=2027-11-01&format=csv",
    "/metrics",
    "/healthz",
    "/silences",
    "/notifications",
    "/discoveries",
    "/probe?target=" + HIDDEN,
    *(f"/{name}?q=concealed" for name in LISTS),
    *(f"/{name}?q=concealed&format=csv" for name in LISTS),
    *(f"/{name}?format=json" for name in LISTS),
    *(f"/api/v1/{name}" for name in LISTS),
]


def watching(made: Site) -> None:
    """Let the site watch two places, and let somebody have silenced the hidden one."""
    made.daemon.shown = Snapshot({state.target.id: state for state in (SHOWN, LAB)})
    made.daemon.held = (
        Silence(
            "s1",
            SilenceKind.SILENCE,
            NOW,
            NOW + timedelta(days=1),
            "quiet-lab",
            "carla",
            (Matcher("site", ("laboratory",)),),
        ),
    )
    made.tokens.add("harbour", TokenRole.VIEWER, Matcher("site", ("harbour",)))
    made.tokens.add("calendar", TokenRole.CALENDAR, Matcher("site", ("harbour",)))
    made.tokens.add("all", TokenRole.VIEWER)


async def told(program: httpx.AsyncClient, path: str) -> tuple[int, str]:
    """Return the status and everything that an answer says, but what the request said itself."""
    answer = await program.get(path, headers=HEADERS)
    text = answer.text + json.dumps(dict(answer.headers))
    return answer.status_code, text


def found_in(text: str, path: str) -> list[str]:
    """Return the secrets that a text gives away which the path does not name itself."""
    return [one for one in SECRETS if one in text.lower() and one.lower() not in path.lower()]


@pytest.mark.parametrize("path", GUESSES, ids=[path.replace(FINGERPRINT, "FINGERPRINT") for path in GUESSES])
def test_guessed(tmp_path: Path, path: str) -> None:
    """No answer gives away what the token may not see."""

    async def run() -> tuple[int, str]:
        async with site(tmp_path) as made, made.program() as program:
            watching(made)
            return await told(program, path)

    status, text = asyncio.run(run())
    assert found_in(text, path) == []
    assert status in (200, 400, 403, 404)


def test_everything_that_is_linked(tmp_path: Path) -> None:
    """No page that can be reached from the first one shows anything of the other site."""

    async def run() -> dict[str, list[str]]:
        seen: dict[str, list[str]] = {}
        async with site(tmp_path) as made, made.program() as program:
            watching(made)
            waiting = ["/"]
            while waiting and len(seen) < 150:
                path = waiting.pop()
                if path in seen or path.startswith("/static/"):
                    continue
                _, text = await told(program, path)
                seen[path] = found_in(text, "")
                waiting += [one.replace("&amp;", "&") for one in LINKS.findall(text)]
        return seen

    seen = asyncio.run(run())
    assert {path: found for path, found in seen.items() if found} == {}
    assert len(seen) > 5


def test_calendar(tmp_path: Path) -> None:
    """A calendar for one site has no event of another, and its token opens nothing else."""

    async def run() -> tuple[str, int]:
        async with site(tmp_path) as made, made.program() as program:
            watching(made)
            calendar = await program.get("/calendar.ics?token=calendar")
            other = await program.get("/", headers={"authorization": "Bearer calendar"})
            return calendar.text, other.status_code

    text, status = asyncio.run(run())
    assert "BEGIN:VCALENDAR" in text
    assert found_in(text, "") == []
    assert status == 401


def test_the_secrets_are_there(tmp_path: Path) -> None:
    """Who may see everything is shown what the others are not: the search for it would find it."""

    async def run() -> str:
        async with site(tmp_path) as made, made.program() as program:
            watching(made)
            answers = [
                await program.get(path, headers={"authorization": "Bearer all"})
                for path in ("/targets", "/certificates?format=json", "/api/v1/silences")
            ]
            return " ".join(one.text for one in answers)

    assert found_in(asyncio.run(run()), "") == list(SECRETS)
