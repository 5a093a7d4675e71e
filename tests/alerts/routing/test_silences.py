"""Acknowledged and silenced alerts: nobody is notified of them, and what ends that is notified."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from monitor.alerts import Decision, NotifyReason
from monitor.model import (
    AlertLevel,
    AlertState,
    FormerLeaf,
    Matcher,
    ReceiverRecord,
    Severity,
    Silence,
    SilenceEnd,
    SilenceKind,
    Snapshot,
    TargetState,
)
from support.factories.alerts.passes import Passes, said
from support.factories.alerts.world import DAYS, NOW, STARTED, certificate, ending, picture, seen, target

SOON = certificate(1, 20)


@dataclass
class Receiver:
    """One receiver over several passes; what is decided is recorded."""

    silences: list[Silence] = field(default_factory=list)
    known: ReceiverRecord = ReceiverRecord("a", inventory_at=STARTED)
    passes: Passes = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing recorded."""
        self.passes = Passes({"a": self.known})

    def pass_(self, snapshot: Snapshot, now: datetime) -> list[tuple[str, str]]:
        """Return reason and title of each item of one pass."""
        self.passes.silences = tuple(self.silences)
        (mine,) = self.passes.decide(snapshot, now).receivers
        self.silences = list(self.passes.silences)
        return said(mine.items)

    @property
    def last(self) -> Decision:
        """Return the last decision."""
        return self.passes.last

    def acknowledge(self, until: datetime) -> None:
        """Acknowledge the first alert of the last pass."""
        group = self.last.groups[0]
        certificate = group.certificate.sha256 if group.certificate else ""
        self.silences.append(
            Silence(
                "one",
                SilenceKind.ACKNOWLEDGE,
                NOW,
                until,
                "ordered",
                "ana",
                alert_id=group.id,
                certificate=certificate,
                level=group.level,
            )
        )

    @property
    def states(self) -> list[AlertState]:
        """Return the states of the alerts on the board."""
        return [group.state for group in self.last.groups]

    @property
    def ends(self) -> list[str]:
        """Return why silences ended."""
        return [one.ended_by for one in self.silences]


def quiet(until: datetime | None = None, **match: str) -> Silence:
    """Return a silence."""
    matchers = tuple(Matcher(name, (value,)) for name, value in match.items())
    return Silence("two", SilenceKind.SILENCE, NOW, until, "maintenance", "ana", matchers)


def at(where: str, site: str, severity: Severity = Severity.WARNING) -> TargetState:
    """Return a target of a site with the certificate that expires soon."""
    return ending(where, SOON, severity, on=replace(target(where), labels=(("site", site),)))


def after(days: float) -> datetime:
    """Return the instant so many days later."""
    return NOW + days * DAYS


def test_an_acknowledged_alert_is_not_repeated() -> None:
    """Its reminders stop, and it stays on the board with its state."""
    receiver = Receiver()
    receiver.pass_(picture(at("a:443", "x")), NOW)
    receiver.acknowledge(after(14))
    assert [receiver.pass_(picture(at("a:443", "x")), after(day)) for day in (7, 13)] == [[], []]
    assert receiver.states == [AlertState.ACKNOWLEDGED]


def test_a_worse_level_ends_an_acknowledgement() -> None:
    """It is notified at once, and the acknowledgement stays over when the level improves."""
    receiver = Receiver()
    receiver.pass_(picture(at("a:443", "x")), NOW)
    receiver.acknowledge(after(14))
    worse = picture(at("a:443", "x", Severity.CRITICAL))
    assert receiver.pass_(worse, after(1)) == [("worse", "a:443")]
    assert (receiver.ends, receiver.states) == ([SilenceEnd.WORSE], [AlertState.ACTIVE])
    receiver.pass_(picture(at("a:443", "x")), after(1.1))
    assert receiver.states == [AlertState.ACTIVE]


def test_the_end_of_the_time_is_notified() -> None:
    """When an acknowledgement ends while the problem lasts, it is notified, once."""
    receiver = Receiver()
    receiver.pass_(picture(at("a:443", "x")), NOW)
    receiver.acknowledge(after(2))
    assert receiver.pass_(picture(at("a:443", "x")), after(1)) == []
    assert receiver.pass_(picture(at("a:443", "x")), after(2)) == [(NotifyReason.RELEASED, "a:443")]
    assert receiver.pass_(picture(at("a:443", "x")), after(2.1)) == []
    assert receiver.ends == [SilenceEnd.TIME]


def test_a_renewal_is_notified_all_the_same() -> None:
    """Good news of what was acknowledged is good news, and ends the acknowledgement."""
    receiver = Receiver()
    receiver.pass_(picture(at("a:443", "x")), NOW)
    receiver.acknowledge(after(14))
    receiver.pass_(picture(at("a:443", "x")), after(1))
    new = certificate(2, age=1)
    renewed = picture(seen("a:443", new, former_leaves=(FormerLeaf("a:443", SOON, new, 3),)))
    assert receiver.pass_(renewed, after(2)) == [(NotifyReason.RENEWED, "a:443")]
    assert receiver.ends == [SilenceEnd.RESOLVED]


def test_another_certificate_ends_an_acknowledgement() -> None:
    """What was acknowledged is one certificate, not whatever follows it at that target."""
    receiver = Receiver()
    receiver.pass_(picture(at("a:443", "x")), NOW)
    receiver.acknowledge(after(14))
    receiver.pass_(picture(at("a:443", "x")), after(0.5))
    receiver.silences[0] = replace(receiver.silences[0], certificate=certificate(9).sha256)
    assert receiver.pass_(picture(at("a:443", "x")), after(1)) == [(NotifyReason.RELEASED, "a:443")]
    assert receiver.ends == [SilenceEnd.CERTIFICATE]


def test_a_silence_keeps_new_alerts_back() -> None:
    """Nobody is notified; metrics and pages show the alert as silenced."""
    receiver = Receiver([quiet(after(2), site="X")])
    assert receiver.pass_(picture(at("a:443", "x")), NOW) == []
    assert receiver.states == [AlertState.SILENCED]
    assert receiver.pass_(picture(at("a:443", "x")), after(2)) == [(NotifyReason.FIRST, "a:443")]


def test_a_silence_that_somebody_ends() -> None:
    """It counts from the next pass on."""
    receiver = Receiver([quiet(site="x")])
    receiver.pass_(picture(at("a:443", "x")), NOW)
    receiver.silences = [replace(quiet(site="x"), ended_at=after(1), ended_by="ana")]
    assert receiver.pass_(picture(at("a:443", "x")), after(1)) == [(NotifyReason.FIRST, "a:443")]


@pytest.mark.parametrize(("second", "kept"), [("x", True), ("y", False)])
def test_all_targets_of_an_alert_have_to_match(second: str, *, kept: bool) -> None:
    """A certificate of two sites is not silenced because one of them is."""
    receiver = Receiver([quiet(site="x")])
    items = receiver.pass_(picture(at("a:443", "x"), at("b:443", second)), NOW)
    assert (items == []) is kept


def test_a_silence_that_begins_later() -> None:
    """It keeps nothing back before."""
    later = replace(quiet(site="x"), starts_at=after(1))
    receiver = Receiver([later])
    assert receiver.pass_(picture(at("a:443", "x")), NOW) == [(NotifyReason.FIRST, "a:443")]
    assert receiver.pass_(picture(at("a:443", "x")), after(8)) == []


def test_configured_silences_are_not_stored() -> None:
    """They end with the configuration."""
    receiver = Receiver([replace(quiet(after(1), site="x"), configured=True)])
    receiver.pass_(picture(at("a:443", "x")), NOW)
    receiver.pass_(picture(at("a:443", "x")), after(1))
    assert receiver.last.silences == ()


def test_silenced_alerts_are_not_in_the_inventory() -> None:
    """The first mail is about what somebody has to do."""
    receiver = Receiver([quiet(site="x")], known=ReceiverRecord("a"))
    receiver.pass_(picture(at("a:443", "x")), NOW)
    inventory = receiver.last.receivers[0].inventory
    assert inventory is not None
    assert (inventory.items, inventory.need_action) == ((), 0)


def test_the_level_of_an_acknowledgement_is_that_of_the_alert() -> None:
    """A critical alert may be acknowledged as such."""
    receiver = Receiver()
    receiver.pass_(picture(at("a:443", "x", Severity.CRITICAL)), NOW)
    receiver.acknowledge(NOW + timedelta(days=3))
    assert receiver.silences[0].level is AlertLevel.CRITICAL
    assert receiver.pass_(picture(at("a:443", "x", Severity.CRITICAL)), after(2)) == []
