"""20,000 certificates of 47 days that are renewed in time are no news in a whole year."""

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.assess import correlate, judge
from monitor.model import (
    Assessment,
    Certificate,
    FormerLeaf,
    Path,
    ReceiverRecord,
    Sighting,
    Snapshot,
    TargetState,
)
from support.factories.alerts.passes import Passes
from support.factories.alerts.world import DAYS, target
from support.factories.years.simulated_servers import certificate_of
from support.factories.years.year import BEGIN, RULES, YEAR

NUMBER, LIFE, RENEWED_AFTER = 20_000, 47 * DAYS, 31
CA = certificate_of("VMS CA", BEGIN - YEAR, 10 * YEAR, "VMS CA", ca=True)
MORNING = timedelta(hours=13, minutes=5)
"""After the digests of both receivers."""


def certificate(number: int, begun: datetime) -> Certificate:
    """Return one of the certificates; those of a day differ by their numbers alone."""
    name = f"{number:05x}{begun:%y%m%d%H}"
    return replace(certificate_of("host", begun, LIFE), sha256=name.rjust(64, "0"), serial=name)


def assessment(leaf: Certificate, now: datetime) -> Assessment:
    """Return what is judged of a certificate; one chain stands for all of a day."""
    on = target("host:443")
    return judge(on, (Sighting("host:443", 0, leaf),), (Path("host:443", (leaf, CA), trusted=True),), now)


class Estate:
    """Hosts that renew their certificate every 31 days, a thirty-first part of them on each day."""

    def __init__(self) -> None:
        """Begin with certificates of all ages."""
        self.states = [
            TargetState(target(f"host{number}:443"), watched_since=BEGIN) for number in range(NUMBER)
        ]

    def on(self, day: int) -> Snapshot:
        """Return what is known on a day, after two probes of what was renewed."""
        now = BEGIN + day * DAYS + MORNING
        for cohort in range(RENEWED_AFTER):
            age = (day - cohort) % RENEWED_AFTER
            begun = BEGIN + (day - age) * DAYS
            judged = assessment(certificate_of("host", begun, LIFE), now)
            for number in range(cohort, NUMBER, RENEWED_AFTER):
                self.states[number] = self._served(self.states[number], number, begun, judged, now)
        return Snapshot({state.target.id: state for state in self.states})

    def _served(
        self, before: TargetState, number: int, begun: datetime, judged: Assessment, now: datetime
    ) -> TargetState:
        if before.sightings and before.sightings[0].certificate.not_before == begun:
            return before
        new = certificate(number, begun)
        old = before.sightings[0].certificate if before.sightings else None
        return replace(
            before,
            probed_at=now,
            succeeded_at=now,
            sightings=(Sighting(before.target.location, 0, new),),
            former_leaves=(FormerLeaf(before.target.location, old, new, 2),) if old else (),
            assessment=judged,
        )


def test_nothing_but_the_inventory() -> None:
    """Each pass meets certificates of every age, and finds all renewed that the one before it has seen."""
    estate = Estate()
    passes = Passes({name: ReceiverRecord(name) for name in RULES}, dict(RULES))
    for day in range(0, 365, 32):
        snapshot = estate.on(day)
        now = BEGIN + day * DAYS + MORNING
        snapshot = replace(snapshot, correlated=correlate(snapshot, now) if not day else {})
        decided = passes.decide(snapshot, now)
        inventories = [one.inventory for one in decided.receivers if one.inventory is not None]
        assert [(one.watched, one.need_action, one.items) for one in inventories] == (
            [] if day else [(NUMBER, 0, ())] * 2
        )
        assert [one for one in decided.receivers if one.items or one.digest] == []
        assert (decided.groups, decided.alert_changes) == ((), ())
