"""Properties of the decision over long random histories: never twice, never flooding, bounded, fast."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from monitor.alerts import NotifyReason
from monitor.model import (
    AlertKey,
    Assessment,
    Certificate,
    Check,
    Finding,
    FormerLeaf,
    Policy,
    Severity,
    Snapshot,
    TargetState,
    text,
)
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    NOW,
    Decided,
    MonitorState,
    Row,
    apply,
    certificate,
    decide,
    failing,
    picture,
    seen,
    target,
    unreachable,
)

POLICY = Policy()
PLACES = [f"h{host}:{port}" for host in range(4) for port in (443, 7563)]
locations = st.sampled_from(PLACES)


def judged(state: TargetState, now: datetime) -> TargetState:
    """Return a state with the findings that its certificate deserves now."""
    findings = []
    for sighting in state.sightings:
        one = sighting.certificate
        if now >= POLICY.critical_due_at(one, as_ca=False):
            findings.append(
                Finding(Check.EXPIRY, Severity.CRITICAL, text("ends"), one.sha256, sighting.location)
            )
        elif now >= POLICY.warning_due_at(one, as_ca=False):
            findings.append(
                Finding(Check.EXPIRY, Severity.WARNING, text("ends"), one.sha256, sighting.location)
            )
        if int(one.sha256, 16) % 5 == 0:
            findings.append(
                Finding(Check.NAME, Severity.CRITICAL, text("wrong"), one.sha256, sighting.location)
            )
    return replace(state, assessment=replace(state.assessment, findings=tuple(findings)))


class Estate(RuleBasedStateMachine):
    """Simulate random years of an estate, with a decision after every event."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.now = NOW
        self.states: dict[str, TargetState] = {}
        self.log: Mapping[AlertKey, Row] = {}
        self.monitor_state = MonitorState(NOW, never_probed=1)
        self.numbers = 0
        self.levels: Counter[tuple[str, str]] = Counter()

    @initialize(everything=st.booleans())
    def begin(self, *, everything: bool) -> None:
        """Watch every location from the start, with or without notifying all renewals."""
        self.monitor_state = replace(self.monitor_state, notify_all_renewals=everything)
        for location in PLACES:
            self.states[location] = seen(location, self._issue(60))

    def _issue(self, days: float) -> Certificate:
        self.numbers += 1
        one = certificate(self.numbers, days)
        later = self.now - NOW
        return replace(one, not_before=self.now, not_after=one.not_after + later)

    @rule(days=st.floats(0.001, 15))
    def wait(self, days: float) -> None:
        """Let time pass; the targets answer as before."""
        self.now += timedelta(days=days)

    @rule(location=locations, days=st.floats(1, 400))
    def renew(self, location: str, days: float) -> None:
        """Install a new certificate; one probe has seen it."""
        state, new = self.states.get(location), self._issue(days)
        if state is not None:
            old = state.sightings[0].certificate
            self.states[location] = seen(location, new, former_leaves=(FormerLeaf(location, old, new, 1),))

    @rule(location=locations, days=st.floats(1, 400))
    def share(self, location: str, days: float) -> None:
        """Put one new certificate on every port of a host."""
        new = self._issue(days)
        for other in [p for p in self.states if p.partition(":")[0] == location.partition(":")[0]]:
            old = self.states[other].sightings[0].certificate
            self.states[other] = seen(other, new, former_leaves=(FormerLeaf(other, old, new, 2),))

    @rule(location=locations)
    def look_again(self, location: str) -> None:
        """Probe successfully once more."""
        if location in self.states:
            state = self.states[location]
            former_leaves = tuple(replace(d, probes=d.probes + 1) for d in state.former_leaves)
            self.states[location] = replace(
                state, failed_probes=0, failures=(), unreachable=None, former_leaves=former_leaves
            )

    @rule(location=locations, probes=st.integers(1, 4))
    def fail(self, location: str, probes: int) -> None:
        """Fail a few probes, enough to be unreachable or not."""
        if location in self.states:
            state = self.states[location]
            self.states[location] = unreachable(state) if probes > 2 else failing(state, probes)

    @rule(critical=st.booleans())
    def cut_the_network(self, *, critical: bool) -> None:
        """Make everything unreachable."""
        severity = Severity.CRITICAL if critical else Severity.WARNING
        self.states = {location: unreachable(state, severity) for location, state in self.states.items()}

    @rule(location=locations)
    def remove(self, location: str) -> None:
        """Take a target out of the configuration."""
        self.states.pop(location, None)

    @rule(location=locations)
    def add(self, location: str) -> None:
        """Put a target back."""
        self.states.setdefault(location, seen(location, self._issue(50)))

    @rule()
    def finish_first_pass(self) -> None:
        """Probe the last target for the first time."""
        self.monitor_state = replace(self.monitor_state, never_probed=0)

    @invariant()
    def deciding_twice_tells_nothing(self) -> None:
        """Deciding again at the same instant reports nothing and changes nothing."""
        snapshot = picture(*(judged(state, self.now) for state in self.states.values()))
        first = decide(snapshot, self.log, self.now, monitor_state=self.monitor_state)
        again = decide(snapshot, self.log, self.now, monitor_state=self.monitor_state)
        assert again.decision == first.decision
        self.log = apply(self.log, first)
        second = decide(snapshot, self.log, self.now, monitor_state=self.monitor_state)
        assert second.is_nothing
        self._no_level_twice(first)

    def _no_level_twice(self, decision: Decided) -> None:
        """Check that a level of an expiry is notified once; certificates never come back here."""
        for item in decision.items:
            one, level = item.certificate, item.level
            if (
                one
                and level
                and item.reason in {NotifyReason.FIRST, NotifyReason.WORSE}
                and int(one.sha256, 16) % 5
            ):
                self.levels[one.sha256, level.value] += 1
        assert [log for log, times in self.levels.items() if times > 1] == []

    @invariant()
    def notification_log_is_bounded(self) -> None:
        """Check that the number of records is bounded by the number of targets."""
        assert len(self.log) <= 10 * len(PLACES)


Estate.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestEstate = Estate.TestCase


def test_quiet_estate_of_100_000_targets_is_cheap() -> None:
    """A pass over 100,000 targets without problems takes well under a second."""
    one = certificate(1)
    quiet = {
        f"endpoint:h{n}:443": TargetState(target(f"h{n}:443"), NOW, NOW, assessment=Assessment())
        for n in range(100_000)
    }
    first = seen("h0:443", one)
    snapshot = Snapshot(quiet | {first.target.id: first})
    started = time.process_time()
    decision = decide(snapshot, {}, NOW, monitor_state=AFTER_INVENTORY)
    assert (decision.is_nothing, time.process_time() - started < 0.5) == (True, True)
