"""The verdict on the certificate of each port after a renewal; pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from monitor.cli.xprotect.in_use import InUse
from monitor.cli.xprotect.targets import group_of
from monitor.messages import Writer, failure_line
from monitor.model import Certificate, Check, FailureReason, Finding, Severity, TargetState


class PortVerdict(StrEnum):
    """The verdict on one port, the best first; an ``unverified`` one could not be judged.

    ``green`` says that the new certificate is in use and nothing is wrong with it, ``valid`` only the latter.
    """

    ABSENT = "absent"
    GREEN = "green"
    VALID = "valid"
    UNVERIFIED = "unverified"
    RED = "red"


_NO_ANSWER = frozenset({FailureReason.REFUSED, FailureReason.TIMEOUT, FailureReason.UNREACHABLE})
# Checks that a renewal can fail; others, such as the expiry of the CA, only give remarks.
_AT_FAULT = frozenset(
    {
        Check.EXPIRY,
        Check.OUTLIVES_CA,
        Check.PUBLIC_NAME,
        Check.KEY_TYPE,
        Check.USAGE,
        Check.NAME,
        Check.TRUST,
        Check.ENCRYPTION,
    }
)


@dataclass(frozen=True, slots=True)
class PortResult:
    """One port's verdict with reasons and remarks; ``untrusted`` is whether trust is among the reasons."""

    state: TargetState
    verdict: PortVerdict
    reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    untrusted: bool = False
    in_use: InUse = InUse()

    @property
    def leaf(self) -> Certificate | None:
        """Return the certificate that was served."""
        return next((one.certificate for one in self.state.sightings if one.position == 0), None)


def port_of(state: TargetState, findings: Sequence[Finding], writer: Writer, *, expected: bool) -> PortResult:
    """Return the verdict on one port; no answer is red only if one is expected."""
    if not state.sightings:
        return _without(state, writer, expected=expected)
    wrong = [finding for finding in findings if _is_wrong(finding)]
    said = tuple(f"{one.check}: {writer.write(one.message)}" for one in wrong)
    remarks = tuple(f"{one.check}: {writer.write(one.message)}" for one in findings if one not in wrong)
    verdict = PortVerdict.RED if wrong else PortVerdict.GREEN
    remarks += tuple(failure_line(failure, writer) for failure in state.failures)
    untrusted = any(finding.check is Check.TRUST for finding in wrong)
    return PortResult(state, verdict, said, remarks, untrusted)


def with_use(port: PortResult, use: InUse, keys: Iterable[str] = ()) -> PortResult:
    """Return the verdict with what is known of the new certificate's use, and of its private key."""
    wrong = (*([use.said] if use.use.stale else ()), *keys)
    if wrong and port.leaf is not None:
        return replace(port, verdict=PortVerdict.RED, reasons=(*wrong, *port.reasons), in_use=use)
    if port.verdict is PortVerdict.GREEN and port.leaf is not None and not use.use.confirmed:
        return replace(port, verdict=PortVerdict.VALID, in_use=use)
    return replace(port, in_use=use)


def half_switched(ports: Iterable[PortResult]) -> tuple[list[str], list[str]] | None:
    """Return the groups that serve the new certificate and those that do not, ``None`` if not both exist."""
    listed = list(ports)
    new = {port.in_use.new for port in listed}
    stale = {group_of(port.state.target): None for port in listed if port.in_use.use.stale}
    switched = {
        group_of(port.state.target): None
        for port in listed
        if port.leaf and (port.in_use.use.confirmed or port.leaf.sha256 in new)
    }
    done = [group for group in switched if group not in stale]
    return (done, list(stale)) if done and stale else None


def _is_wrong(finding: Finding) -> bool:
    if finding.check is Check.RECORDER_PAIR:
        # A finding about the old certificate has no fingerprint.
        return bool(finding.sha256)
    return finding.severity is Severity.CRITICAL or finding.check in _AT_FAULT


def _without(state: TargetState, writer: Writer, *, expected: bool) -> PortResult:
    reasons = {failure.reason for failure in state.failures}
    said = tuple(failure_line(failure, writer) for failure in state.failures)
    if state.encrypted is False or FailureReason.NOT_TLS in reasons:
        return _plain(state)
    if FailureReason.DNS in reasons:
        return PortResult(state, PortVerdict.UNVERIFIED, said)
    if reasons and reasons <= _NO_ANSWER:
        if state.target.traits.standby:
            said += (
                "a cold standby server answers only after a takeover: verify it during a planned failover",
            )
        return PortResult(state, PortVerdict.RED if expected else PortVerdict.ABSENT, ("no answer", *said))
    return PortResult(state, PortVerdict.RED, said or ("no certificate was served",))


def _plain(state: TargetState) -> PortResult:
    if state.target.policy.encryption == "off":
        return PortResult(state, PortVerdict.GREEN, remarks=("no TLS, as the policy says (encryption: off)",))
    return PortResult(state, PortVerdict.RED, ("no TLS: the port answers without encryption",))


def group_ports(ports: Iterable[PortResult]) -> dict[str, list[PortResult]]:
    """Return the ports that answered, or should have, by certificate group."""
    groups: dict[str, list[PortResult]] = {}
    for port in ports:
        if port.verdict is not PortVerdict.ABSENT:
            groups.setdefault(group_of(port.state.target), []).append(port)
    return groups


def absent(ports: Iterable[PortResult]) -> Iterator[PortResult]:
    """Yield the ports that did not answer and were not expected to."""
    return (port for port in ports if port.verdict is PortVerdict.ABSENT)


def worst_of(ports: Iterable[PortResult]) -> PortVerdict:
    """Return the worst verdict, absent for none."""
    ranks = list(PortVerdict)
    return max((port.verdict for port in ports), key=ranks.index, default=PortVerdict.ABSENT)


def exit_code(ports: Sequence[PortResult]) -> int:
    """Return 0 if no port that answered is red, 2 for any red one, 3 if none could be probed."""
    return {PortVerdict.GREEN: 0, PortVerdict.VALID: 0, PortVerdict.RED: 2}.get(worst_of(ports), 3)


def exact_exit_code(ports: Sequence[PortResult]) -> int:
    """Return 0 if every port that answered serves what is expected, with nothing wrong, and 2 otherwise."""
    met = any(port.in_use.use.confirmed for port in ports)
    return 0 if met and worst_of(ports) is PortVerdict.GREEN else 2
