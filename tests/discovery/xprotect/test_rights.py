"""A site says what the login may do; that explains forbidden lists and is never a failure itself."""

from collections.abc import Iterator

import pytest

from monitor.demo.xprotect_site import Behavior, Fault, Simulator
from monitor.discovery import DiscoveryResult
from monitor.discovery.xprotect.resources import NEEDED_RIGHTS
from monitor.discovery.xprotect.rights import ADMINISTRATOR
from support.factories.xprotect.asking import Asking, fresh, running
from support.folders import ROOT


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """Run one site for all tests here."""
    with running() as site:
        yield site


@pytest.fixture
def asking(simulator: Simulator) -> Iterator[Asking]:
    """Ask the site, healthy again for each test."""
    with fresh(simulator) as one:
        yield one


def rights(found: DiscoveryResult) -> list[str]:
    """Return what was noted about rights."""
    return [note for note in found.notes if note.startswith("rights: ")]


def test_enough(asking: Asking) -> None:
    """Nothing is said about a login that has the rights it needs and no more."""
    found = asking.discover()
    assert (rights(found), found.missing_rights) == ([], ())


def test_administrator(asking: Asking) -> None:
    """A full administrator is warned of, once and without a failure."""
    found = asking.broken(Behavior(administrator=True))
    assert (rights(found), found.failures) == ([ADMINISTRATOR], ())


def test_administrator_sees_everything(asking: Asking) -> None:
    """An empty list of an administrator is not explained by rights that may be missing."""
    asking.simulator.resources["recordingServers"] = []
    notes = asking.broken(Behavior(administrator=True), include=["servers"]).notes
    assert [note for note in notes if note.startswith("recording servers")] == ["recording servers: none"]


def test_missing_right(asking: Asking) -> None:
    """The missing right is named with how many objects lack it."""
    found = asking.broken(Behavior(unreadable=frozenset({"Recording Servers"})))
    assert rights(found) == [
        "rights: the role of the login lacks Read on Recording Servers for 3 of 3 objects (recording servers)"
    ]
    assert found.missing_rights == ("Read on Recording Servers",)


def test_only_what_is_included(asking: Asking) -> None:
    """Rights for lists that are not read are not missed."""
    found = asking.broken(Behavior(unreadable=frozenset({"Hardware"})), include=["servers"])
    assert rights(found) == []


def test_forbidden_list(asking: Asking) -> None:
    """A forbidden list of a namespace without any visible object has its missing right named."""
    asking.simulator.resources["childSites"] = []
    found = asking.broken(
        Behavior(answers={"childSites": 403}), include=["servers", "child_sites"], login="windows"
    )
    assert rights(found) == ["rights: the role of the login lacks Read on Sites (child sites)"]
    assert found.missing_rights == ("Read on Sites",)


def test_forbidden_list_of_an_older_version(asking: Asking) -> None:
    """What a site refuses is a missing right, also where it does not say what the login may do."""
    behavior = Behavior(answers={"hardware": 403}, permissions=False)
    assert asking.broken(behavior).missing_rights == ("Read on Hardware",)


def test_what_is_read_needs_the_documented_rights() -> None:
    """The page names each right that is enough, in the section to which setup refers."""
    page = (ROOT / "docs" / "xprotect.md").read_text("utf-8")
    rights = page.partition("\n## Rights\n")[2].partition("\n## ")[0]
    assert [right for right in NEEDED_RIGHTS if right not in rights] == []


def test_older_version(asking: Asking) -> None:
    """A version that does not say it is told so."""
    found = asking.broken(Behavior(permissions=False))
    assert [note.partition(": not offered")[2] for note in rights(found)] == [
        " by this version; XProtect 2024 R2 and later have it"
    ]
    assert found.failures == ()


@pytest.mark.parametrize("wrong", [403, 500, Fault.HTML])
@pytest.mark.parametrize("resource", ["securityNamespaces", "effectivePermissions"])
def test_no_answer(asking: Asking, resource: str, wrong: int | Fault) -> None:
    """A site that does not answer the question is a note and no failure."""
    found = asking.broken(Behavior(answers={resource: wrong}))
    assert rights(found) == [
        "rights: what the login may do cannot be known: the site did not answer that question"
    ]
    assert found.failures == ()


def test_other_form(asking: Asking) -> None:
    """An answer in another form is not interpreted."""
    found = asking.broken(Behavior(answers={"effectivePermissions": Fault.EMPTY}), include=["servers"])
    assert rights(found)[0].startswith("rights: what the login may do cannot be known")
