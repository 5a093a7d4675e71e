"""Properties of the decision over long random histories: never twice, never flooding, bounded, fast."""

import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from monitor.alerts import Decision, Situation, Why, decide
from monitor.model import (
    Assessment,
    Certificate,
    Check,
    Departed,
    Finding,
    Policy,
    Severity,
    Snapshot,
    TargetState,
    Told,
)
from support.factories.alerts_world import (
    AFTER_INVENTORY,
    NOW,
    apply,
    blind,
    certificate,
    failing,
    picture,
    seen,
    target,
)

POLICY = Policy()
PLACES = [f"h{host}:{port}" for host in range(4) for port in (443, 7563)]
places = st.sampled_from(PLACES)


def judged(state: TargetState, now: datetime) -> TargetState:
    """Return a state with the findings that its certificate deserves now."""
    findings = []
    for sighting in state.sightings:
        one = sighting.certificate
        if now >= POLICY.critical_due_at(one, as_ca=False):
            findings.append(Finding(Check.EXPIRY, Severity.CRITICAL, "ends", one.sha256, sighting.place))
        elif now >= POLICY.warning_due_at(one, as_ca=False):
            findings.append(Finding(Check.EXPIRY, Severity.WARNING, "ends", one.sha256, sighting.place))
        if int(one.sha256, 16) % 5 == 0:
            findings.append(Finding(Check.NAME, Severity.CRITICAL, "wrong", one.sha256, sighting.place))
    return replace(state, assessment=replace(state.assessment, findings=tuple(findings)))


class Estate(RuleBasedStateMachine):
    """Live through random years of an estate, deciding after every event."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.now = NOW
        self.states: dict[str, TargetState] = {}
        self.told: dict[str, Told] = {}
        self.situation = Situation(NOW, never_looked=1)
        self.numbers = 0
        self.rungs: Counter[tuple[str, str]] = Counter()

    @initialize(everything=st.booleans())
    def begin(self, *, everything: bool) -> None:
        """Watch every place from the start, telling all renewals or not."""
        self.situation = replace(self.situation, tell_renewals_all=everything)
        for place in PLACES:
            self.states[place] = seen(place, self._issue(60))

    def _issue(self, days: float) -> Certificate:
        self.numbers += 1
        one = certificate(self.numbers, days)
        later = self.now - NOW
        return replace(one, not_before=self.now, not_after=one.not_after + later)

    @rule(days=st.floats(0.001, 15))
    def wait(self, days: float) -> None:
        """Let time pass; the targets answer as before."""
        self.now += timedelta(days=days)

    @rule(place=places, days=st.floats(1, 400))
    def renew(self, place: str, days: float) -> None:
        """Put a new certificate in place; one look has seen it."""
        state, new = self.states.get(place), self._issue(days)
        if state is not None:
            old = state.sightings[0].certificate
            self.states[place] = seen(place, new, departed=(Departed(place, old, new, 1),))

    @rule(place=places, days=st.floats(1, 400))
    def share(self, place: str, days: float) -> None:
        """Put one new certificate on every port of a host."""
        new = self._issue(days)
        for other in [p for p in self.states if p.partition(":")[0] == place.partition(":")[0]]:
            old = self.states[other].sightings[0].certificate
            self.states[other] = seen(other, new, departed=(Departed(other, old, new, 2),))

    @rule(place=places)
    def look_again(self, place: str) -> None:
        """Look successfully once more."""
        if place in self.states:
            state = self.states[place]
            departed = tuple(replace(d, looks=d.looks + 1) for d in state.departed)
            self.states[place] = replace(state, failed_looks=0, failures=(), blind=None, departed=departed)

    @rule(place=places, looks=st.integers(1, 4))
    def fail(self, place: str, looks: int) -> None:
        """Fail a few looks, enough to be blind or not."""
        if place in self.states:
            state = self.states[place]
            self.states[place] = blind(state) if looks > 2 else failing(state, looks)

    @rule(critical=st.booleans())
    def cut_the_network(self, *, critical: bool) -> None:
        """Silence everything."""
        severity = Severity.CRITICAL if critical else Severity.WARNING
        self.states = {place: blind(state, severity) for place, state in self.states.items()}

    @rule(place=places)
    def remove(self, place: str) -> None:
        """Take a target out of the configuration."""
        self.states.pop(place, None)

    @rule(place=places)
    def add(self, place: str) -> None:
        """Put a target back."""
        self.states.setdefault(place, seen(place, self._issue(50)))

    @rule()
    def finish_first_pass(self) -> None:
        """Look at the last target for the first time."""
        self.situation = replace(self.situation, never_looked=0)

    @invariant()
    def deciding_twice_tells_nothing(self) -> None:
        """Deciding again at the same instant tells nothing and changes nothing."""
        snapshot = picture(*(judged(state, self.now) for state in self.states.values()))
        first = decide(snapshot, self.told, self.now, situation=self.situation)
        again = decide(snapshot, self.told, self.now, situation=self.situation)
        assert again == first
        self.told = apply(self.told, first)
        second = decide(snapshot, self.told, self.now, situation=self.situation)
        assert second == Decision()
        self._no_rung_twice(first)

    def _no_rung_twice(self, decision: Decision) -> None:
        """Check that a rung of the end of a certificate is news once; certificates never come back here."""
        for entry in decision.entries:
            one, rung = entry.certificate, entry.rung
            if one and rung and entry.why in {Why.FIRST, Why.WORSE} and int(one.sha256, 16) % 5:
                self.rungs[one.sha256, rung.value] += 1
        assert [told for told, times in self.rungs.items() if times > 1] == []

    @invariant()
    def told_state_is_bounded(self) -> None:
        """Rows do not pile up: they are bounded by what is watched."""
        assert len(self.told) <= 10 * len(PLACES)


Estate.TestCase.settings = settings(deadline=None, max_examples=60, stateful_step_count=40)
TestEstate = Estate.TestCase


def test_quiet_estate_of_100_000_targets_is_cheap() -> None:
    """A pass over 100,000 targets without trouble takes well under a second."""
    one = certificate(1)
    quiet = {
        f"endpoint:h{n}:443": TargetState(target(f"h{n}:443"), NOW, NOW, assessment=Assessment())
        for n in range(100_000)
    }
    first = seen("h0:443", one)
    snapshot = Snapshot(quiet | {first.target.id: first})
    started = time.process_time()
    decision = decide(snapshot, {}, NOW, situation=AFTER_INVENTORY)
    assert (decision, time.process_time() - started < 0.5) == (Decision(), True)
