"""What operators do on pages: buttons for them alone, which lead back and reach what they see."""

from dataclasses import replace

import pytest

from monitor.model import Matcher
from monitor.web import ChangeResult
from monitor.web.caller import Caller, Role
from monitor.web.pages.details.site import site_values
from monitor.web.pages.details.target import target_values
from monitor.web.queries.site import site_map
from monitor.web.queries.targets.detail import target_detail
from support.factories.web.fakes import NOW, FakeDaemon, endpoint, snapshot
from support.factories.web.pages import reader_of, rendered, send

SEEN = endpoint("seen", 90)
HIDDEN = endpoint("hidden", 90)
HIDDEN = replace(HIDDEN, target=replace(HIDDEN.target, labels=(("site", "attic"),)))
SHOWN = snapshot(SEEN, HIDDEN)
VIEWER = Caller("victor", Role.VIEWER)
OPERATOR = Caller("alice", Role.OPERATOR, form_token="of-this-session")
HARBOUR = replace(OPERATOR, scope=(Matcher("site", ("harbour",)),))


@pytest.mark.parametrize(
    ("path", "back", "targets"),
    [
        ("/targets/endpoint:seen:443/check", "/targets/endpoint%3Aseen%3A443", ("endpoint:seen:443",)),
        ("/sites/harbour/check", "/sites/harbour", ("endpoint:seen:443",)),
    ],
)
def test_a_check_leads_back(path: str, back: str, targets: tuple[str, ...]) -> None:
    """It is done for whoever is logged in."""
    daemon = FakeDaemon(SHOWN)
    answer = send(daemon, "POST", path, caller=OPERATOR)
    assert (answer.status_code, answer.headers["location"]) == (303, back)
    assert daemon.asked == [(targets, "alice")]


def test_a_check_that_takes_longer_says_so() -> None:
    """As that of a zone, whose workers or agent check it; a link leads back."""
    daemon = FakeDaemon(SHOWN, answer=ChangeResult(True, later=True))
    answer = send(daemon, "POST", "/targets/endpoint:seen:443/check", caller=OPERATOR)
    assert answer.status_code == 202
    assert "within a minute: the workers or the agent of the zone check it." in answer.text
    assert 'href="/targets/endpoint%3Aseen%3A443"' in answer.text


def test_a_test_of_a_receiver_leads_back() -> None:
    """To the list where its delivery can be watched."""
    daemon = FakeDaemon(SHOWN)
    answer = send(daemon, "POST", "/receivers/admins/test", caller=OPERATOR)
    assert (answer.headers["location"], daemon.asked) == ("/notifications", [("admins", "alice")])


def test_reload() -> None:
    """It leads back to the first page; mistakes of the configuration are shown."""
    daemon = FakeDaemon(SHOWN)
    assert send(daemon, "POST", "/reload", caller=OPERATOR).headers["location"] == "/"
    assert daemon.reloads == 1
    wrong = FakeDaemon(SHOWN, answer=ChangeResult(False, ("c.yaml: targets: <is> missing",)))
    answer = send(wrong, "POST", "/reload", caller=OPERATOR)
    assert (answer.status_code, "c.yaml: targets: &lt;is&gt; missing" in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/targets/endpoint:hidden:443/check", 404),
        ("/targets/endpoint:nope:443/check", 404),
        ("/sites/attic/check", 404),
        ("/receivers/admins/test", 403),
        ("/reload", 403),
    ],
)
def test_nothing_outside_the_scope(path: str, status: int) -> None:
    """An operator of one site starts nothing elsewhere."""
    daemon = FakeDaemon(SHOWN)
    answer = send(daemon, "POST", path, caller=HARBOUR)
    assert (answer.status_code, daemon.asked, daemon.reloads) == (status, [], 0)


@pytest.mark.parametrize(("caller", "shown"), [(VIEWER, False), (OPERATOR, True)])
def test_buttons_are_for_operators(caller: Caller, *, shown: bool) -> None:
    """With the token that their form sends back."""
    reader = reader_of(SHOWN, caller=caller)
    detail, found = target_detail(SHOWN, "endpoint:seen:443", NOW), site_map(SHOWN, "harbour")
    assert detail is not None
    assert found is not None
    pages = (
        rendered("details/target.html", reader, lambda one: target_values(one, detail)),
        rendered("details/site.html", reader, lambda _: site_values(found)),
    )
    button = 'name="form_token" value="of-this-session"><button>Check now</button>'
    assert [button in page for page in pages] == [shown, shown]
