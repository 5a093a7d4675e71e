"""One address and one login give a whole site; what cannot be fetched is named and takes nothing away."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.demo.xprotect_site import Behavior, Casing, Fault, Simulator
from monitor.discovery import DiscoveryResult
from monitor.discovery.xprotect.site_query import skew_in_words
from monitor.model import FailureReason
from support.factories.xprotect.asking import QUICK, Asking, fresh, running
from support.written import written


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


def components(found: DiscoveryResult) -> set[str]:
    """Return the component of everything found."""
    return {dict(one.labels)["component"] for one in found.found}


def reasons(found: DiscoveryResult) -> list[FailureReason]:
    """Return the reason of every failure."""
    return [failure.reason for failure in found.failures]


def test_whole_site(asking: Asking) -> None:
    """A healthy site gives servers, stand-ins, services and cameras, and no failure."""
    found = asking.discover()
    assert found.failures == ()
    assert components(found) == {
        "management_server",
        "recording_server",
        "failover_recorder",
        "event_server",
        "mobile_server",
        "data_collector",
        "camera",
    }


def test_windows_login(asking: Asking) -> None:
    """A Windows login by Negotiate gives the same list as a basic one."""
    assert asking.discover(login="windows").found == asking.discover().found


def test_include(asking: Asking) -> None:
    """Only what is included is asked for."""
    found = asking.discover(include=["servers"])
    assert components(found) == {"management_server", "recording_server"}
    assert asking.asked("hardware") + asking.asked("failover") == 0


def test_own_site_label(asking: Asking) -> None:
    """A site label that the configuration gives is the one that is found."""
    found = asking.discover(labels={"site": "quay"}, include=["servers"])
    assert {dict(one.labels)["site"] for one in found.found} == {"quay"}


@pytest.mark.parametrize("casing", [Casing.LOWER, Casing.UPPER])
def test_casing(asking: Asking, casing: Casing) -> None:
    """Either spelling of the API's path is found, and remembered."""
    asking.broken(Behavior(casing=casing))
    asking.simulator.calls.clear()
    assert (asking.discover().failures, asking.asked("well-known")) == ((), 1)


@pytest.mark.parametrize("largest", [0, 1, 2, 1000])
def test_paging(asking: Asking, largest: int) -> None:
    """Lists are complete when the gateway caps the page size, or ignores paging."""
    assert asking.broken(Behavior(largest_page=largest)).found == asking.discover().found


@pytest.mark.parametrize(
    ("calls", "expires_in"), [(1, 3600.0), (3, 3600.0), (None, 0.3)], ids=["each", "some", "time"]
)
def test_token_expires_in_the_middle(asking: Asking, calls: int | None, expires_in: float) -> None:
    """A token that ends in the middle is renewed and the list is complete."""
    found = asking.broken(Behavior(calls_per_token=calls, expires_in=expires_in))
    assert found == asking.discover()


def test_older_version(asking: Asking) -> None:
    """A version without registered services gives the rest, a note and no failure."""
    found = asking.broken(Behavior(registered_services=False))
    assert (found.failures, "recording_server" in components(found)) == ((), True)
    assert (
        "registered services: not offered by this version; XProtect 2024 R2 and later have it" in found.notes
    )


def test_forbidden_list(asking: Asking) -> None:
    """A list that is forbidden is named with the right it needs; the others go on."""
    found = asking.broken(Behavior(answers={"recordingServers": 403}))
    assert [(one.reason, one.location) for one in found.failures] == [
        (FailureReason.FORBIDDEN, "recordingServers")
    ]
    assert "Read on Recording Servers" in written(found.failures[0])
    assert "camera" in components(found)
    assert any("only XProtect Corporate" in note for note in found.notes)


def test_empty_list(asking: Asking) -> None:
    """A list that came back empty is named with the right that may be missing."""
    found = asking.broken(Behavior(answers={"recordingServers": Fault.EMPTY}))
    assert found.failures == ()
    assert any(note.startswith("recording servers: none (a login without rights") for note in found.notes)


@pytest.mark.parametrize("wrong", [500, Fault.HALF, Fault.HTML, Fault.NOT_JSON])
def test_broken_list(asking: Asking, wrong: int | Fault) -> None:
    """A list that cannot be read is a failure of its own; the others go on."""
    found = asking.broken(Behavior(answers={"failoverRecorders": wrong}))
    assert set(reasons(found)) == {FailureReason.BAD_ANSWER}
    assert {"recording_server", "camera"} <= components(found)


def test_slow_list(asking: Asking) -> None:
    """A list that takes too long fails alone."""
    behavior = Behavior(answers={"registeredServices": Fault.SLOW}, slow=30)
    found = asking.broken(behavior, longest=0.5)
    assert reasons(found) == [FailureReason.TIMEOUT]
    assert "camera" in components(found)


def test_whole_time(asking: Asking) -> None:
    """All lists together have a bound; what was read until then is found."""
    behavior = Behavior(answers={"registeredServices": Fault.SLOW}, slow=30)
    found = asking.broken(behavior, budgets=replace(QUICK, lists=0.5), longest=20)
    assert reasons(found) == [FailureReason.TIMEOUT]
    assert "recording_server" in components(found)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (500, FailureReason.BAD_ANSWER),
        (404, FailureReason.NOT_XPROTECT),
        (Fault.HTML, FailureReason.NOT_XPROTECT),
    ],
)
def test_no_gateway(asking: Asking, wrong: int | Fault, reason: FailureReason) -> None:
    """What is no working gateway has its reason; the address itself is still watched."""
    found = asking.broken(Behavior(answers={"uris": wrong}))
    assert reasons(found) == [reason]
    assert components(found) == {"management_server"}


CHILD = {"id": "1", "name": "Quay", "address": "https://quay.vms.example"}


@pytest.mark.parametrize(
    ("login", "said"),
    [
        ("basic", "not asked, a basic user does not reach child sites; use login: windows, or configure it"),
        ("windows", "not asked; put its host into identity_hosts first"),
    ],
)
def test_child_site_is_not_asked(asking: Asking, login: str, said: str) -> None:
    """A child site is only named with a basic login, and when its host may not get the login."""
    asking.simulator.resources["childSites"] = [CHILD]
    notes = asking.discover(include=["child_sites"], login=login).notes
    assert any(note.startswith(f"child site Quay at quay.vms.example:443: {said}") for note in notes)


def test_child_site_is_asked(asking: Asking) -> None:
    """With a Windows login a child site is asked at its own address, and the one above it not again."""
    with running() as child:
        for here, there in ((asking.simulator, child), (child, asking.simulator)):
            here.resources["childSites"] = [{"id": "1", "name": "Other", "address": there.url}]
        trust = asking.simulator.folder / "both"
        trust.mkdir()
        for name, one in (("parent", asking.simulator), ("child", child)):
            (trust / f"{name}.cer").write_bytes(one.trust.read_bytes())
        found = asking.discover(
            str(trust),
            login="windows",
            include=["servers", "child_sites"],
            identity_hosts=[child.endpoints["management"].address],
        )
        asked = [sum("well-known" in call for call in one.calls) for one in (asking.simulator, child)]
    recorders = [one for one in found.found if dict(one.labels)["component"] == "recording_server"]
    assert (reasons(found), len(recorders), asked) == ([], 12, [1, 1])


def test_own_endpoint_keeps_its_name(asking: Asking) -> None:
    """While a site that once answered is down, its own endpoint is not found under another name."""
    asking.discover(include=["servers"])
    assert asking.site is not None
    target = asking.site.target_id
    found = asking.broken(Behavior(answers={"uris": 500}), include=["servers"])
    assert (found.found, asking.site.target_id) == ((), target)


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ("Mon, 23 Nov 2026 12:01:00 GMT", []),
        ("Mon, 23 Nov 2026 12:10:30 GMT", ["10 minutes ahead of"]),
        ("Mon, 23 Nov 2026 11:00:00 GMT", ["60 minutes behind"]),
        ("", []),
        ("yesterday", []),
        ("Mon, 23 Nov 99999999 11:00:00 GMT", []),
    ],
)
def test_clock_skew(date: str, said: list[str]) -> None:
    """A management server whose clock differs is reported."""
    notes = skew_in_words(date, datetime(2026, 11, 23, 12, tzinfo=UTC))
    assert [part in note for part, note in zip(said, notes, strict=True)] == [True] * len(said)
