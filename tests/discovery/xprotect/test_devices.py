"""Every camera is asked once, within a budget, and again only when it may have changed."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.demo.xprotect_site import Behavior, Simulator
from monitor.discovery import DiscoveryResult
from monitor.discovery.xprotect import SiteMemory
from monitor.discovery.xprotect.devices import AT_ONCE, READ_AGAIN_AFTER, Devices
from monitor.model import FailureReason
from support.factories.xprotect.asking import QUICK, Asking, fresh, running
from support.written import written

START = datetime(626, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """Run one site with many cameras for all tests here."""
    with running(cameras=60) as site:
        yield site


@pytest.fixture
def asking(simulator: Simulator) -> Iterator[Asking]:
    """Ask the site, healthy again for each test."""
    with fresh(simulator) as one:
        yield one


def cameras(found: DiscoveryResult) -> int:
    """Return how many cameras were found."""
    return sum(dict(one.labels)["component"] == "camera" for one in found.found)


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        """Start at noon."""
        self.at = START

    def now(self) -> datetime:
        """Return the set time."""
        return self.at

    def monotonic(self) -> float:
        """Return seconds since the start."""
        return (self.at - START).total_seconds()


class Fixed:
    """An API that gives every device the same settings and notes who was asked for."""

    def __init__(self, settings: Any) -> None:
        """Keep the settings."""
        self.asked: list[str] = []
        self.at_once = 0
        self.most = 0
        self._settings = settings

    async def children(self, resource: object, path: str) -> list[Any]:
        """Return the settings."""
        self.asked.append(path)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        for _ in range(20):
            await asyncio.sleep(0)
        self.at_once -= 1
        return [self._settings]


def refreshed(
    kept: dict[str, Any], devices: list[dict[str, Any]], clock: Hand, settings: Any = None
) -> Fixed:
    """Return the API after one refresh of these devices."""
    api = Fixed(settings or {"HTTPSEnabled": "Yes", "HTTPSPort": 443, "Password": "x"})
    one = Devices(api, kept, clock, 1_000_000)  # type: ignore[arg-type]  # a fake of two methods
    assert asyncio.run(one.refresh(devices, 10)) == ()
    return api


def test_all_are_asked_once(asking: Asking) -> None:
    """A second refresh asks no camera again, and finds as many."""
    first = asking.discover()
    asked = asking.asked("hardwareDriverSettings")
    second = asking.discover()
    assert (cameras(first), cameras(second)) == (62, 62)
    assert (asked, asking.asked("hardwareDriverSettings")) == (63, 63)


def test_memory_can_be_stored(asking: Asking) -> None:
    """What is kept of devices survives being written as text, and is short."""
    assert SiteMemory().dump() == ""
    first = asking.discover()
    text = asking.memory.dump()
    asking.memory = asking.settings().memory(text)
    asking.simulator.calls.clear()
    assert asking.discover() == first
    assert asking.asked("hardwareDriverSettings") == 0
    assert len(text) < 300 * 63


def test_budget(asking: Asking) -> None:
    """A first pass without time gives the servers and says what is missing; the next goes on."""
    slow = replace(QUICK, first_devices=0.2, devices_per_second=50)
    first = asking.discover(budgets=slow)
    assert [one.reason for one in first.failures] == [FailureReason.TIMEOUT]
    assert "read so far; the next refresh continues" in written(first.failures[0])
    assert asking.site is not None
    assert asking.site.unfinished
    done = len(asking.memory.devices)
    assert 0 < done < 63
    asking.simulator.calls.clear()
    second = asking.discover()
    assert (second.failures, cameras(second)) == ((), 62)
    assert not asking.site.unfinished
    assert asking.asked("hardwareDriverSettings") <= 63 - done + AT_ONCE


def test_forbidden_settings(asking: Asking) -> None:
    """Settings that are forbidden are one failure after a few questions, not one for each camera."""
    found = asking.broken(Behavior(answers={"hardwareDriverSettings": 403}))
    assert [(one.reason, one.location) for one in found.failures] == [
        (FailureReason.FORBIDDEN, "hardwareDriverSettings")
    ]
    assert asking.asked("hardwareDriverSettings") <= 2 * AT_ONCE


def test_broken_settings(asking: Asking) -> None:
    """Settings that fail everywhere are given up after some tries."""
    found = asking.broken(Behavior(answers={"hardwareDriverSettings": 500}))
    assert [one.reason for one in found.failures] == [FailureReason.BAD_ANSWER]
    assert asking.asked("hardwareDriverSettings") < 40


def test_forbidden_list_keeps_what_is_known(asking: Asking) -> None:
    """A list of devices that could not be fetched makes nothing forgotten."""
    asking.discover()
    asking.broken(Behavior(answers={"hardware": 403}))
    assert len(asking.memory.devices) == 63


def test_removed_device_is_forgotten(asking: Asking) -> None:
    """A device that left the complete list is not kept."""
    asking.discover()
    asking.simulator.resources["hardware"] = asking.simulator.resources["hardware"][:30]
    asking.discover()
    assert len(asking.memory.devices) == 29


def test_token_expires_among_devices(asking: Asking) -> None:
    """Tokens that end while several cameras are asked at once are renewed."""
    found = asking.broken(Behavior(calls_per_token=9))
    assert (found.failures, cameras(found)) == ((), 62)


def test_changed_device_is_asked_again() -> None:
    """Only a device whose last change is another is asked again."""
    kept: dict[str, Any] = {}
    clock = Hand()
    refreshed(kept, [{"id": "a", "lastModified": "1"}, {"id": "b", "lastModified": "1"}], clock)
    api = refreshed(kept, [{"id": "a", "lastModified": "1"}, {"id": "b", "lastModified": "2"}], clock)
    assert api.asked == ["hardware/b/"]


@pytest.mark.parametrize(("later", "asked"), [(timedelta(0), 0), (READ_AGAIN_AFTER, 1)])
def test_asked_again_after_days(later: timedelta, asked: int) -> None:
    """Settings that may have changed unseen are read again after some days."""
    kept: dict[str, Any] = {}
    clock = Hand()
    refreshed(kept, [{"id": "a", "lastModified": "1"}], clock)
    clock.at += later
    assert len(refreshed(kept, [{"id": "a", "lastModified": "1"}], clock).asked) == asked


@pytest.mark.parametrize("broken", [{}, {"read_at": "x", "modified": ""}, {"read_at": 5, "modified": ""}, []])
def test_broken_memory(broken: object) -> None:
    """A stored entry that cannot be understood is read again."""
    kept = {"a": broken}
    assert len(refreshed(kept, [{"id": "a"}], Hand()).asked) == 1


def test_few_at_once() -> None:
    """No more than four questions are under way at once."""
    api = refreshed({}, [{"id": str(number)} for number in range(40)], Hand())
    assert (len(api.asked), api.most) == (40, AT_ONCE)


def test_hostile_id() -> None:
    """An id cannot lead to another path."""
    api = refreshed({}, [{"id": "../../sites?x=/"}], Hand())
    assert api.asked == ["hardware/..%2F..%2Fsites%3Fx%3D%2F/"]


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        ({"HTTPSEnabled": "Yes", "MacAddress": "x"}, [{"HTTPSEnabled": "Yes"}]),
        (
            {
                "displayName": "S",
                "hardwareDriverSettings": {"httpSEnabled": False, "httpSPort": 0, "user": "x"},
            },
            [{"hardwareDriverSettings": {"httpSEnabled": False, "httpSPort": 0}}],
        ),
        ({"inner": [{"HTTPSPort": 8443}, {"x": 1}]}, [{"inner": [{"HTTPSPort": 8443}]}]),
        ({"MacAddress": "x"}, []),
    ],
)
def test_only_https_settings_are_kept(settings: Any, kept: list[Any]) -> None:
    """Only what leads to the HTTPS settings is kept, in its own structure."""
    memory: dict[str, Any] = {}
    refreshed(memory, [{"id": "a"}], Hand(), settings)
    assert memory["a"]["settings"] == kept
