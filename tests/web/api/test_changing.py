"""What programs change beyond silences: checks at once, tests of receivers, reloading; within a scope."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from monitor.alerts import alerts_of_target
from monitor.model import Matcher
from monitor.web import ChangeResult
from monitor.web.api.bodies import InvalidError, matchers_of
from monitor.web.caller import Caller, Role
from support.factories.web.fakes import NOW, FakeDaemon, endpoint, snapshot
from support.factories.web.pages import send

SEEN = endpoint("seen", 5, sentence="it expires")
HIDDEN = endpoint("hidden", 5, sentence="it expires")
HIDDEN = replace(HIDDEN, target=replace(HIDDEN.target, labels=(("site", "attic"),)))
SHOWN = replace(
    snapshot(SEEN, HIDDEN), alerts=tuple(one for s in (SEEN, HIDDEN) for one in alerts_of_target(s, NOW))
)
OPERATOR = Caller("ana", Role.OPERATOR)
HARBOUR = Caller("ana", Role.OPERATOR, (Matcher("site", ("harbour",)),))
UNTIL = "2027-01-31T18:00:00+01:00"


def post(daemon: FakeDaemon, path: str, body: Any = None, caller: Caller = OPERATOR) -> httpx.Response:
    """Return the answer to a request that changes something."""
    return send(daemon, "POST", f"/api/v1{path}", body, caller=caller)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"targets": ["endpoint:seen:443", "endpoint:seen:443"]}, ("endpoint:seen:443",)),
        ({"match": {"site": "attic"}}, ("endpoint:hidden:443",)),
        ({"match": {"kind": "endpoint"}}, ("endpoint:seen:443", "endpoint:hidden:443")),
    ],
)
def test_checks(body: dict[str, Any], found: tuple[str, ...]) -> None:
    """Targets by their ids or by their labels, each once, for whoever logged in."""
    daemon = FakeDaemon(SHOWN)
    answer = post(daemon, "/checks", {**body, "by": "somebody"})
    assert (answer.status_code, tuple(answer.json()["targets"])) == (202, found)
    assert daemon.asked == [(found, "ana")]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"targets": ["a"], "match": {"site": "b"}}, 422),
        ({"targets": ["endpoint:other:443"]}, 404),
        ({"targets": "x" * 10}, 404),
        ({"targets": ["x"] * 1001}, 422),
    ],
)
def test_checks_of_nothing(body: dict[str, Any], status: int) -> None:
    """Without a target that is watched nothing is done."""
    daemon = FakeDaemon(SHOWN)
    assert (post(daemon, "/checks", body).status_code, daemon.asked) == (status, [])


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_texts_that_no_database_takes_are_refused(text: str) -> None:
    """JSON can escape them: they are neither stored nor answered with an error of ours."""
    for match in ({"site": text}, {text: "harbour"}):
        with pytest.raises(InvalidError, match="no database takes"):
            matchers_of(match)


def test_checks_that_are_refused() -> None:
    """Whoever asks too often is told why."""
    daemon = FakeDaemon(SHOWN, answer=ChangeResult(False, ("other checks are still running",)))
    answer = post(daemon, "/checks", {"targets": ["endpoint:seen:443"]})
    assert (answer.status_code, answer.json()["problems"]) == (422, ["other checks are still running"])


def test_reload_and_test() -> None:
    """Both give no content; a receiver that there is not is 404."""
    daemon = FakeDaemon(SHOWN)
    assert [post(daemon, path).status_code for path in ("/reload", "/receivers/admins/test")] == [204, 202]
    assert (daemon.reloads, daemon.asked) == (1, [("admins", "ana")])
    none = FakeDaemon(SHOWN, answer=ChangeResult(False, ("no",), found=False))
    assert post(none, "/receivers/nobody/test").status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/checks", {"targets": ["endpoint:hidden:443"]}, 404),
        ("/checks", {"match": {"site": "attic"}}, 404),
        (f"/alerts/{SHOWN.alerts[1].id}/acknowledge", {}, 404),
        ("/silences", {"match": {"site": "attic"}, "until": UNTIL, "reason": "x"}, 403),
        ("/silences", {"match": {"check": "expiry"}, "until": UNTIL, "reason": "x"}, 403),
        ("/reload", None, 403),
        ("/receivers/admins/test", None, 403),
    ],
)
def test_nothing_outside_the_scope(path: str, body: Any, status: int) -> None:
    """An operator of one site changes nothing of another, and nothing for all."""
    daemon = FakeDaemon(SHOWN)
    assert (post(daemon, path, body, HARBOUR).status_code, daemon.asked, daemon.reloads) == (status, [], 0)


def test_within_the_scope() -> None:
    """An operator of a site silences it, also more narrowly."""
    daemon = FakeDaemon(SHOWN)
    body = {"match": {"site": "harbour", "check": "expiry"}, "until": UNTIL, "reason": "x"}
    post(daemon, "/silences", body, HARBOUR)
    assert len(daemon.asked) == 1
