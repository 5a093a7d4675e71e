"""Ask issuers once about the certificates that ``check`` found, where the policy of a target wants it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from monitor.assess import Anchors, revoked
from monitor.config import IssuerSettings
from monitor.issuers.fetch import Fetcher, Names
from monitor.issuers.revocations import Revocations
from monitor.model import Clock, Finding, Revocation, Snapshot, TargetState

States = Mapping[str, TargetState]


class Inquiry:
    """Ask about what looks found, within what the configuration allows."""

    def __init__(
        self,
        settings: IssuerSettings,
        names: Names,
        anchors: Callable[[tuple[str, ...]], Awaitable[Anchors]],
        clock: Clock,
    ) -> None:
        """Take the services; nothing is asked yet."""
        self._fetcher = Fetcher(names, settings.reach)
        self._anchors = anchors
        self._clock = clock

    async def told(self, states: States, ders: Mapping[str, bytes]) -> States:
        """Return the states with what issuers say among their findings, the worst first.

        Here one attempt is all there is: what could not be told is said at once.
        """
        if not any(state.target.policy.revocation for state in states.values()):
            return states
        snapshot = Snapshot(states, revocations=await self._asked(Snapshot(states), ders))
        found: dict[str, list[Finding]] = {}
        for target_id, finding in revoked(snapshot, self._clock.now(), patience=1):
            found.setdefault(target_id, []).append(finding)
        return {name: _with(state, found.get(name, ())) for name, state in states.items()}

    async def _asked(self, snapshot: Snapshot, ders: Mapping[str, bytes]) -> Mapping[str, Revocation]:
        async def recorded(fingerprints: Sequence[str]) -> Mapping[str, bytes]:
            return {one: ders[one] for one in fingerprints if one in ders}

        known: dict[str, Revocation] = {}
        revocations = Revocations(self._fetcher, recorded, self._anchors, self._clock)
        while await revocations.round(snapshot, known.update):
            pass
        return known


def _with(state: TargetState, findings: Sequence[Finding]) -> TargetState:
    if not findings:
        return state
    joined = sorted((*state.assessment.findings, *findings), key=lambda one: -one.severity.rank)
    return replace(state, assessment=replace(state.assessment, findings=tuple(joined)))
