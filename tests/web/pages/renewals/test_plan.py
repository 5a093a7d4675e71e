"""The pages of plans: which sites there are, the plan of one, and the same as a file to print."""

from dataclasses import replace

import pytest

from monitor.messages import Writer, language, machine_zone
from monitor.model import Matcher, Message, Snapshot
from monitor.planning.renewal_plan import RenewalPlan, plan_for_site
from monitor.web.caller import Caller, Role
from monitor.web.pages.renewals.plan import plan_document
from monitor.web.queries.planning.plan import plan_view
from support.factories.renewals.site_ports import port
from support.factories.web.fakes import NOW, FakeDaemon
from support.factories.web.pages import get

VIEWER = Caller("victor", Role.VIEWER)
PORTS = (
    port("rec1:9001", "recording_server", "server"),
    port("rec2:9001", "recording_server", "server"),
    port("quay:443", "management_server", "server", site="Quay"),
)
SHOWN = Snapshot({one.target.id: one for one in PORTS})


def plan() -> RenewalPlan:
    """Return the plan of the harbour."""
    made = plan_for_site(SHOWN, "Harbour", NOW)
    assert isinstance(made, RenewalPlan)
    return made


def test_every_site_is_listed_and_linked() -> None:
    """A reader with a scope sees the sites inside of it only, and no plan of another one."""
    found = get(FakeDaemon(SHOWN), "/plans", caller=VIEWER).text
    assert ('href="/plans/Harbour"' in found, 'href="/plans/Quay"' in found) == (True, True)
    scoped = Caller("quentin", Role.VIEWER, scope=(Matcher("site", ("Quay",)),))
    assert 'href="/plans/Harbour"' not in get(FakeDaemon(SHOWN), "/plans", caller=scoped).text
    assert get(FakeDaemon(SHOWN), "/plans/Harbour", caller=scoped).status_code == 404


@pytest.mark.parametrize(("path", "status"), [("/plans/harbour", 200), ("/plans/elsewhere", 404)])
def test_one_plan(path: str, status: int) -> None:
    """Its name is taken without regard to case; the way back is on it."""
    answer = get(FakeDaemon(SHOWN), path, caller=VIEWER)
    assert (answer.status_code, "Going back" in answer.text) == (status, status == 200)


def test_the_same_instructions_are_written_once() -> None:
    """A later step names the first one that has them."""
    shown = [(one.like, len(one.instructions)) for one in plan_view(plan()).steps]
    assert shown[1][0] == 0
    assert shown[2] == (2, 0)


def test_other_accounts_and_groups_are_written_out() -> None:
    """Steps of one kind with another account or group are not the same to whoever follows them."""
    steps = plan().steps
    read = Message("preset.texts.read_key", "Give Read to {account} on {host}.")
    said = [
        replace(one, instructions=(replace(read, parameters=(("account", account), ("host", host))),))
        for one, account, host in zip(steps, ("a", "a", "b"), ("x", "y", "z"), strict=True)
    ]
    shown = [one.like for one in plan_view(replace(plan(), steps=tuple(said))).steps]
    assert shown == [0, 1, 0]


@pytest.mark.parametrize(("tag", "said"), [("en", "Going back"), ("pt_BR", "Voltar atrás")])
def test_a_file_to_print(tag: str, said: str) -> None:
    """It is in the language that was asked for, and loads nothing."""
    found = plan_document(plan(), Writer(language(tag), machine_zone(), NOW))
    assert said in found
    assert [one for one in ("<script", "<link", "<img", "src=") if one in found] == []
