"""A list of targets that could not be fetched for some time, or is too long, is reported at one target."""

from dataclasses import replace
from datetime import datetime

import pytest

from monitor.assess import lists_without_targets
from monitor.assess.correlate import texts
from monitor.model import (
    AlertKey,
    Check,
    DiscoveryState,
    Failure,
    FailureReason,
    Finding,
    Message,
    Scope,
    Severity,
    Snapshot,
    TargetState,
    text,
)
from support.factories.assess.correlating import OLD, REC, WARNING, found, port
from support.pki import days


class TestDiscoveryStale:
    """A list of targets that cannot be fetched is reported after a few times."""

    STALE = DiscoveryState(
        "xprotect:hq",
        found=2,
        succeeded_at=days(-1),
        failed=3,
        failures=(Failure(FailureReason.UNAUTHORIZED, text("the login was refused")),),
    )

    def api(self) -> TargetState:
        """Return the endpoint of the API."""
        return port(443, OLD, host="vms01", component="management_server")

    @pytest.mark.parametrize(
        ("failed", "expected"),
        [
            (0, None),
            (2, None),
            (3, WARNING),
            (11, WARNING),
            (12, Severity.CRITICAL),
            (999, Severity.CRITICAL),
        ],
    )
    def test_it_gets_worse(self, failed: int, expected: Severity | None) -> None:
        """Three refreshes make a warning, twelve are critical."""
        stale = replace(self.STALE, failed=failed, target_id="endpoint:vms01:443")
        findings = found(self.api(), discoveries=(stale,)).get("vms01:443", [])
        assert [one.severity for one in findings] == ([expected] if expected else [])

    @pytest.mark.parametrize(
        ("succeeded_at", "last"),
        [(days(-1), texts.last_fetched(at=days(-1))), (None, texts.NEVER_FETCHED)],
    )
    def test_the_sentence(self, succeeded_at: datetime | None, last: Message) -> None:
        """It says why, since when, and what goes on."""
        stale = replace(self.STALE, target_id="endpoint:vms01:443", succeeded_at=succeeded_at)
        sentence = texts.discovery_stale(
            discovery="xprotect:hq",
            failed=3,
            reasons=text("the login was refused"),
            last=last,
            kept=texts.TARGETS_KEPT,
        )
        assert found(self.api(), discoveries=(stale,)) == {
            "vms01:443": [
                Finding(
                    Check.DISCOVERY_STALE,
                    WARNING,
                    sentence,
                    location="vms01:443",
                    shared_alert=AlertKey(Check.DISCOVERY_STALE, Scope.DISCOVERY, "xprotect:hq"),
                )
            ]
        }

    def test_any_target_of_the_discovery_stands_for_it(self) -> None:
        """Where the list does not come from an endpoint, or that one is not watched."""
        state = port(7563, OLD)
        state = replace(state, target=replace(state.target, origin="xprotect:hq"))
        gone = replace(self.STALE, target_id="endpoint:gone:443")
        assert list(found(self.api(), state, discoveries=(gone,))) == [f"{REC}:7563"]

    def test_without_any_target_nobody_can_be_named(self) -> None:
        """Nothing is found, and nothing breaks."""
        assert found(discoveries=(self.STALE,)) == {}


class TestLeftOut:
    """A list with more targets than there is room for is reported at once, and is no failure."""

    LONG = DiscoveryState("file_sd:all", found=2, succeeded_at=days(0), left_out=3)

    def api(self, check: Severity | None = WARNING) -> TargetState:
        """Return a target of the list, with this severity for what is left out."""
        state = port(443, OLD, host="vms01", component="management_server")
        policy = replace(state.target.policy, checks=((Check.TARGETS_LEFT_OUT, check),))
        return replace(state, target=replace(state.target, origin="file_sd:all", policy=policy))

    def test_finding(self) -> None:
        """It says how many are not watched, and is one alert about the list."""
        expected = Finding(
            Check.TARGETS_LEFT_OUT,
            WARNING,
            texts.targets_left_out(discovery="file_sd:all", left_out=3),
            location="vms01:443",
            shared_alert=AlertKey(Check.TARGETS_LEFT_OUT, Scope.DISCOVERY, "file_sd:all"),
        )
        assert found(self.api(), discoveries=(self.LONG,)) == {"vms01:443": [expected]}

    def test_switched_off(self) -> None:
        """A policy can switch it off."""
        assert found(self.api(None), discoveries=(self.LONG,)) == {}

    def test_stale_as_well(self) -> None:
        """A list that is too long and then cannot be fetched has both findings."""
        both = replace(self.LONG, failed=3)
        findings = found(self.api(), discoveries=(both,))["vms01:443"]
        assert [one.check for one in findings] == [Check.DISCOVERY_STALE, Check.TARGETS_LEFT_OUT]

    def test_no_room_at_all(self) -> None:
        """Without any target of its own the list itself is named."""
        snapshot = Snapshot(discoveries={"file_sd:all": replace(self.LONG, found=0)})
        assert [one.location for one in lists_without_targets(snapshot)] == ["file_sd:all"]
