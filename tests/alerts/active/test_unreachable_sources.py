"""A target list, a site or a kind of which nothing is seen any more is one alert, notified at once."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from monitor.alerts import Every, ReceiverRules, Schedule
from monitor.alerts.keys import NETWORK, is_source
from monitor.alerts.texts import many_reachable, many_unreachable, still_unreachable
from monitor.daemon.notifications.heartbeat import unreachable_problems
from monitor.model import (
    AlertLevel,
    DiscoveryState,
    Failure,
    FailureReason,
    ReceiverRecord,
    Severity,
    Snapshot,
    TargetState,
    TargetTraits,
    text,
)
from support.factories.alerts.passes import Passes, in_digest, said
from support.factories.alerts.world import certificate, failing, picture, seen, target, unreachable

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULES = {"a": ReceiverRules(digest=Schedule(Every.DAILY, time(8), UTC))}
ORIGIN = "http_sd:https://cmdb.vms.example/targets"
Said = tuple[list[tuple[str, str]], list[tuple[str, str]]]


def passes() -> Passes:
    """Return a receiver with a digest, after its inventory."""
    return Passes({"a": ReceiverRecord("a", inventory_at=AT - 24 * HOUR, digest_at=AT)}, RULES)


def notified(on: Passes, snapshot: Snapshot, hours: float = 0) -> Said:
    """Return what one pass notifies at once and in the digest."""
    (mine,) = on.decide(snapshot, AT + hours * HOUR).receivers
    return said(mine.items), in_digest(mine)


def at_site(number: int, site: str = "Harbor", origin: str = "", kind: str = "endpoint") -> TargetState:
    """Return a target of a source."""
    where = f"{site.casefold()}{number}:443"
    labels = (("site", site),) if site else ()
    on = replace(target(where), labels=labels, origin=origin, kind=kind)
    return seen(where, certificate(sum(where.encode()) * 100 + number), on=on)


def others(count: int = 60) -> list[TargetState]:
    """Return so many targets that answer, at no site."""
    return [seen(f"h{n}:443", certificate(n + 1)) for n in range(count)]


def site(down: int, total: int = 8, *, name: str = "Harbor", rest: int = 60) -> Snapshot:
    """Return an estate with one site, of which so many targets are unreachable."""
    states = [at_site(n, name) for n in range(total)]
    return picture(*(unreachable(one) if n < down else one for n, one in enumerate(states)), *others(rest))


def test_a_site_is_notified_once_and_at_once() -> None:
    """It does not wait for the digest, it is one alert, and its end is notified at once and once."""
    on = passes()
    assert notified(on, site(8)) == ([("first", "Harbor")], [])
    (group,) = on.last.groups
    assert (group.title, group.level, len(group.targets)) == ("Harbor", AlertLevel.WARNING, 8)
    assert on.last.receivers[0].items[0].messages[0] == many_unreachable(count=8, watched=8)
    assert [notified(on, site(8), hours) for hours in (1, 20, 44)] == [([], [])] * 3
    assert notified(on, site(0), 45) == ([("reachable_again", "Harbor")], [])
    assert (notified(on, site(0), 70), on.last.groups, on.records) == (([], []), (), {})


def test_before_all_of_it_counts_as_unreachable() -> None:
    """One target has failed for long enough, and the last probe of each other one failed too."""
    on = passes()
    states = [at_site(n) for n in range(8)]
    down = picture(unreachable(states[0]), *map(failing, states[1:]), *others())
    assert notified(on, down) == ([("first", "Harbor")], [])
    assert notified(on, site(8), 1) == ([], [])


@pytest.mark.parametrize(("down", "total"), [(7, 8), (2, 2), (1, 1), (0, 8)])
def test_what_is_no_unreachable_source(down: int, total: int) -> None:
    """Hosts that fail beside others that answer, and one or two hosts, are notified each by itself."""
    on = passes()
    assert notified(on, site(down, total))[0] == []
    assert not [key for group in on.last.groups for key in group.alerts if is_source(key)]


def test_nearly_all_is_enough() -> None:
    """One of ten that answers still does not make the others ten alerts."""
    assert notified(passes(), site(9, 10)) == ([("first", "Harbor")], [])


def test_three_ports_of_one_host_are_a_host() -> None:
    """A site with one server is that server."""
    states = [
        unreachable(
            seen(f"a:{port}", certificate(port), on=replace(target(f"a:{port}"), labels=(("site", "x"),)))
        )
        for port in (1, 2, 3, 4)
    ]
    assert notified(passes(), picture(*states, *others())) == ([], [])


def test_targets_that_answer_but_not_as_they_should() -> None:
    """A broken report has its own cause at each target."""
    because = (Failure(FailureReason.BAD_ANSWER, text("cut off")),)
    states = [replace(unreachable(at_site(n)), failures=because) for n in range(8)]
    assert notified(passes(), picture(*states, *others()))[0] == []


def test_standbys_do_not_count() -> None:
    """They never answer; the others decide."""
    spare = [
        replace(at_site(n), target=replace(at_site(n).target, traits=TargetTraits(standby=True)))
        for n in (8, 9)
    ]
    states = [unreachable(at_site(n)) for n in range(4)]
    on = passes()
    assert notified(on, picture(*states, *map(failing, spare), *others())) == ([("first", "Harbor")], [])
    assert on.last.receivers[0].items[0].messages[0] == many_unreachable(count=4, watched=4)


def test_the_whole_network_comes_first() -> None:
    """Where a fifth of everything is unreachable, that is the one alert, with unreachable sources in it."""
    on = passes()
    assert notified(on, site(8, rest=60)) == ([("first", "Harbor")], [])
    assert notified(on, site(8, rest=20), 1) == ([("first", "")], [])
    assert [one.alerts[0] for one in on.last.groups] == [NETWORK]
    assert notified(on, site(0, rest=20), 2) == ([("reachable_again", "")], [])
    assert (notified(on, site(0), 30), on.records) == (([], []), {})


def test_a_target_list() -> None:
    """What one discovery found is a source, whatever sites it has."""
    states = [unreachable(at_site(n, f"s{n}", ORIGIN)) for n in range(4)]
    snapshot = replace(picture(*states, *others()), discoveries={ORIGIN: DiscoveryState(ORIGIN, found=4)})
    assert notified(passes(), snapshot) == ([("first", ORIGIN)], [])


def test_a_kind() -> None:
    """A password that was changed makes all machines of one kind unreachable; endpoints are no source."""
    because = (Failure(FailureReason.UNAUTHORIZED, text("wrong password")),)
    machines = [
        replace(unreachable(at_site(n, "", kind="windows_remote")), failures=because) for n in range(4)
    ]
    on = passes()
    assert notified(on, picture(*machines, *others())) == ([("first", "windows_remote")], [])
    ordinary = [unreachable(at_site(n, "")) for n in range(4)]
    assert notified(passes(), picture(*ordinary, *others()))[0] == []


def test_one_target_is_in_one_alert() -> None:
    """A list that is the whole of a site is notified as the list; sites are notified each."""
    states = [unreachable(at_site(n, "Harbor", ORIGIN)) for n in range(4)]
    snapshot = replace(picture(*states, *others()), discoveries={ORIGIN: DiscoveryState(ORIGIN, found=4)})
    assert notified(passes(), snapshot) == ([("first", ORIGIN)], [])
    two = [unreachable(at_site(n, name)) for name in ("Harbor", "Plant") for n in range(4)]
    assert notified(passes(), picture(*two, *others())) == ([("first", "Harbor"), ("first", "Plant")], [])


def test_a_few_that_come_back_do_not_end_it() -> None:
    """It is over when half of the source is seen again, and says how many are not."""
    on = passes()
    assert notified(on, site(8)) == ([("first", "Harbor")], [])
    assert [notified(on, site(n), 9 - n) for n in (7, 6, 5)] == [([], [])] * 3
    assert notified(on, site(3), 6) == ([("reachable_again", "Harbor")], [])
    item = on.last.receivers[0].items[0]
    assert item.messages == (many_reachable(count=5, watched=8), still_unreachable(count=3))
    assert len(on.last.groups) == 3
    again, digest = notified(on, site(0), 7)
    assert [reason for reason, _ in again + digest] == ["reachable_again"] * 3
    assert (notified(on, site(0), 30), on.records) == (([], []), {})


def test_hosts_that_were_notified_before() -> None:
    """Where only some of them were, the source is news; where all were, it is not."""
    on = passes()
    assert notified(on, site(2), 21)[1] != []
    assert notified(on, site(8), 22) == ([("first", "Harbor")], [])
    inventory = Passes({"a": ReceiverRecord("a")}, RULES)
    down = [failing(at_site(n)) for n in range(8)]
    (first,) = inventory.decide(picture(*down, *others()), AT).receivers
    assert first.inventory is not None
    assert notified(inventory, site(8), 3) == ([], [])
    assert [one.title for one in inventory.last.groups] == ["Harbor"]
    assert notified(inventory, site(0), 4)[0] == [("reachable_again", "Harbor")]


def test_it_gets_worse() -> None:
    """When its targets have failed for days it is critical, and notified again."""
    on = passes()
    notified(on, site(8))
    states = [unreachable(at_site(n), Severity.CRITICAL) for n in range(8)]
    assert notified(on, picture(*states, *others()), 9) == ([("worse", "Harbor")], [])


def test_a_site_that_is_removed_is_not_reachable_again() -> None:
    """Nothing is notified of what is watched no more."""
    on = passes()
    notified(on, site(8))
    assert (notified(on, picture(*others()), 1), on.records) == (([], []), {})


def test_the_address_that_is_called_hears_of_it() -> None:
    """An unreachable source is a failure of the heartbeat, however few targets it has."""
    on = passes()
    notified(on, site(8))
    assert unreachable_problems(replace(site(8), alerts=on.last.groups)) == (
        "Harbor: nearly all targets are unreachable",
    )
    assert unreachable_problems(site(8)) == ()
