"""The list of silences, and what operators may change there."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import httpx
import pytest

from monitor.alerts import alerts_of_target
from monitor.model import Matcher, Silence, SilenceKind, Snapshot
from monitor.web import ChangeResult, make_app
from monitor.web import list_texts as texts
from monitor.web.caller import Caller, Role
from monitor.web.pages.lists.silence_form import SilenceForm, matchers_of
from monitor.web.pages.lists.silences import SILENCE_LIST, silence_source
from support.factories.web.fakes import HOSTILE, NOW, TOKEN, FakeDaemon, endpoint, snapshot
from support.factories.web.pages import get, listed, reader_of

OPERATOR = Caller("olga", Role.OPERATOR, form_token="t0ken")
A = endpoint("a", 5, sentence="it expires", title="Recorder 01")
SHOWN = replace(snapshot(A), alerts=alerts_of_target(A, NOW))
LATER = NOW + timedelta(days=3)
LASTS = Silence(
    "s1", SilenceKind.SILENCE, NOW, LATER, "rebuilding", "Ana", (Matcher("site", ("harbour", "attic")),)
)
HELD = Silence("s2", SilenceKind.ACKNOWLEDGE, NOW, LATER, "ordered", "Bert", alert_id=SHOWN.alerts[0].id)
OVER = replace(
    LASTS,
    id="s3",
    reason="old",
    starts_at=NOW - timedelta(days=9),
    ended_at=NOW - timedelta(days=1),
    ended_by="Ana",
)
OTHER = replace(LASTS, id="s4", reason="secret", matchers=(Matcher("site", ("attic",)),))
CONFIGURED = replace(LASTS, id="s5", configured=True, reason="every Sunday")


def html(*silences: Silence, caller: Caller | None = None, query: str = "", shown: Snapshot = SHOWN) -> str:
    """Return the page."""
    reader = reader_of(shown, caller=caller or Caller())
    return listed(SILENCE_LIST, silence_source(silences), reader, query)


def test_what_lasts_comes_first() -> None:
    """Then what ended last; each says what it is about, why, and until when."""
    page = html(OVER, LASTS, HELD)
    places = [page.index(one) for one in ("rebuilding", "ordered", "<div>old")]
    assert places == sorted(places)
    assert '<span class="tag">site: harbour, attic</span>' in page
    assert f'<a href="/alerts/{HELD.alert_id}">Recorder 01</a>' in page
    assert "ended by Ana" in page


def test_only_operators_have_forms() -> None:
    """With the token of their session; what is configured is ended in the configuration."""
    assert '<form method="post"' not in html(LASTS)
    page = html(LASTS, CONFIGURED, OVER, caller=OPERATOR)
    assert page.count('name="form_token" value="t0ken"') == 2 + page.count('action="/logout"')
    assert (page.count('/end"'), "in the configuration" in page) == (1, True)


def test_a_scoped_operator_ends_only_what_is_within_the_scope() -> None:
    """A silence of other targets too is shown without a button."""
    scoped = replace(OPERATOR, scope=(Matcher("site", ("harbour",)),))
    within = replace(LASTS, id="s6", matchers=(Matcher("site", ("harbour",)),))
    page = html(LASTS, within, caller=scoped)
    assert ("/silences/s1/end" in page, "/silences/s6/end" in page) == (False, True)


def test_filters() -> None:
    """By state, type and person."""
    assert "rebuilding" not in html(OVER, LASTS, HELD, query="state=ended")
    assert "rebuilding" not in html(OVER, LASTS, HELD, query="type=acknowledge")
    assert "ordered" not in html(OVER, LASTS, HELD, query="by=Ana")


def test_scope() -> None:
    """What is about other targets alone is hidden, and so are the others' values of a shared one."""
    caller = Caller("vera", Role.VIEWER, (Matcher("site", ("harbour",)),))
    page = html(LASTS, HELD, OTHER, caller=caller)
    assert ("rebuilding" in page, "ordered" in page, "secret" in page, "attic" in page) == (
        True,
        True,
        False,
        False,
    )


def test_hostile_texts_stay_text() -> None:
    """Markup arrives as text."""
    bad = replace(LASTS, reason=HOSTILE, by=HOSTILE, matchers=(Matcher(HOSTILE, (HOSTILE,)),))
    assert html(bad, caller=OPERATOR).count("<script") == 1


def test_json() -> None:
    """The fields of the API."""
    daemon = FakeDaemon(SHOWN, held=(LASTS, HELD))
    found = get(daemon, "/silences?format=json").json()
    assert found["items"] == get(daemon, "/api/v1/silences").json()["items"]


def post(daemon: FakeDaemon, path: str, fields: Mapping[str, str], *, token: str = TOKEN) -> httpx.Response:
    """Return the answer to a form that the token of this machine sends."""

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(make_app(daemon, daemon))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9850") as client:
            headers = {
                "authorization": f"Bearer {token}",
                "content-type": "application/x-www-form-urlencoded",
            }
            return await client.post(path, content=urlencode(fields), headers=headers)

    return asyncio.run(run())


def test_silencing() -> None:
    """What is chosen and what is written, from now for so many days."""
    daemon = FakeDaemon(SHOWN)
    fields = {
        "site": "harbour",
        "component": "",
        "others": "kind=files, target = endpoint:a:443",
        "days": "14",
        "reason": "rebuilding",
    }
    answer = post(daemon, "/silences", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/silences")
    matchers = (
        Matcher("site", ("harbour",)),
        Matcher("kind", ("files",)),
        Matcher("target", ("endpoint:a:443",)),
    )
    assert daemon.asked == [(matchers, NOW + timedelta(days=14), "rebuilding", "local")]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"reason": "x"}, "Choose at least one label; none would silence everything."),
        ({"others": "lab", "reason": "x"}, "“lab” is not a label with a value, such as kind=files."),
    ],
)
def test_a_form_that_lacks_something_comes_again(fields: Mapping[str, str], said: str) -> None:
    """With what was filled in and what is wrong; nothing is changed."""
    daemon = FakeDaemon(SHOWN)
    answer = post(daemon, "/silences", fields)
    assert (answer.status_code, said in answer.text, 'value="x"' in answer.text) == (422, True, True)
    assert daemon.asked == []


def test_a_form_with_very_many_fields_comes_again() -> None:
    """No form of ours has so many."""
    fields = {"site": "harbour", "reason": "x"} | {f"field{number}": "x" for number in range(200)}
    assert post(FakeDaemon(SHOWN), "/silences", fields).status_code == 422


def test_what_is_refused_is_said() -> None:
    """In the words of whoever refuses it."""
    daemon = FakeDaemon(SHOWN, answer=ChangeResult(False, ("reason is missing: say why",)))
    answer = post(daemon, "/silences", {"site": "harbour"})
    assert (answer.status_code, "reason is missing: say why" in answer.text) == (422, True)


def test_ending() -> None:
    """By its id; an unknown one is said."""
    daemon = FakeDaemon(SHOWN, held=(LASTS,))
    answer = post(daemon, "/silences/s1/end", {})
    assert (answer.status_code, daemon.asked) == (303, [("s1", "local")])


def test_nobody_changes_anything_without_a_credential() -> None:
    """Access control answers before the page."""
    daemon = FakeDaemon(SHOWN, held=(LASTS,))
    answers = [post(daemon, path, {"site": "x"}, token="") for path in ("/silences", "/silences/s1/end")]
    assert ([one.status_code for one in answers], daemon.asked) == ([401, 401], [])


def test_a_scoped_operator_silences_no_more_than_the_scope() -> None:
    """Its matchers are added, and other values of its labels refused."""
    scope = (Matcher("site", ("harbour", "quay")),)
    assert matchers_of(SilenceForm({"check": "name"}), scope) == (
        (Matcher("check", ("name",)), Matcher("site", ("harbour", "quay"))),
        [],
    )
    assert matchers_of(SilenceForm({"site": "quay"}), scope)[0] == (Matcher("site", ("quay",)),)
    assert matchers_of(SilenceForm({"site": "attic"}), scope)[1] == [texts.outside_of_scope(label="site")]
