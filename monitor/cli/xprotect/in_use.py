"""Whether each port of a server serves the new certificate, if anything says which one that is; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.assess.correlate.store_vs_endpoint.joining import machine_views
from monitor.assess.correlate.store_vs_endpoint.machine_view import MachineView
from monitor.assess.correlate.store_vs_endpoint.not_deployed import replaces, successor
from monitor.cli.xprotect.expectation import Expectation
from monitor.messages import Writer
from monitor.model import Certificate, Snapshot, TargetState


class UseOfNew(StrEnum):
    """What is known of the certificate that a port serves."""

    EXPECTED = "expected"
    NOT_EXPECTED = "not_expected"
    NEWEST = "newest"
    SUPERSEDED = "superseded"
    OLDER = "older"
    UNKNOWN = "unknown"

    @property
    def stale(self) -> bool:
        """Return whether the new certificate is not in use."""
        return self in (UseOfNew.NOT_EXPECTED, UseOfNew.SUPERSEDED, UseOfNew.OLDER)

    @property
    def confirmed(self) -> bool:
        """Return whether the new certificate is in use."""
        return self in (UseOfNew.EXPECTED, UseOfNew.NEWEST)


@dataclass(frozen=True, slots=True)
class InUse:
    """What is known of one port, and in words from where; ``new`` is the SHA-256 of the newer certificate."""

    use: UseOfNew = UseOfNew.UNKNOWN
    said: str = ""
    new: str = ""


def leaves_of(state: TargetState) -> tuple[Certificate, ...]:
    """Return each certificate that a target served; a name with several addresses may have several."""
    return tuple(
        {one.certificate.sha256: one.certificate for one in state.sightings if not one.position}.values()
    )


def in_use(
    states: Sequence[TargetState],
    snapshot: Snapshot,
    expected: Expectation | None,
    writer: Writer,
    now: datetime,
) -> Mapping[str, InUse]:
    """Return the use of the new certificate by target id; ``snapshot`` may have the stores of the machine."""
    if expected is not None:
        return {state.target.id: _compared(state, expected) for state in states}
    views = machine_views(snapshot)
    return {
        state.target.id: _of_store(state, views, writer, now) or _of_other_ports(state, states) or InUse()
        for state in states
    }


def has_store(states: Sequence[TargetState], snapshot: Snapshot) -> bool:
    """Return whether the certificate store of the computer that was probed is known."""
    return any(
        one.state is state for view in machine_views(snapshot) for one in view.served for state in states
    )


def _compared(state: TargetState, expected: Expectation) -> InUse:
    if not (leaves := leaves_of(state)):
        return InUse()
    if all(map(expected.is_met, leaves)):
        return InUse(UseOfNew.EXPECTED, "serves the expected certificate")
    return InUse(
        UseOfNew.NOT_EXPECTED, f"does not serve the expected certificate {expected.thumbprint.upper()}"
    )


def _of_store(
    state: TargetState, views: Sequence[MachineView], writer: Writer, now: datetime
) -> InUse | None:
    """Return what the stores of the machine say; newer than the alert is, which waits an hour."""
    mine = [view for view in views if any(one.state is state for one in view.served)]
    answers = [
        one for view in mine for leaf in leaves_of(state) for one in _judged(view, leaf, state, writer, now)
    ]
    return next((one for one in answers if one.use.stale), next(iter(answers), None))


def _judged(
    view: MachineView, leaf: Certificate, state: TargetState, writer: Writer, now: datetime
) -> Iterator[InUse]:
    related = [one for one in view.sharing_a_name(leaf) if one.personal]
    where = _source(view, writer)
    new = successor(leaf, related, now, key_type=state.target.traits.key_type)
    if new is not None:
        said = f"still serves the old certificate: {new.certificate.sha1} replaces it, {where}"
        yield InUse(UseOfNew.SUPERSEDED, said, new.certificate.sha256)
    elif leaf.sha1 in view.by_thumbprint and all(
        one.certificate.not_before <= leaf.not_before for one in related
    ):
        yield InUse(UseOfNew.NEWEST, f"serves the newest certificate for its names, {where}")


def _source(view: MachineView, writer: Writer) -> str:
    taken = (view.machine.taken_at if view.machine else None) or view.state.succeeded_at
    return f"according to the store of {view.host}" + (f" as of {writer.moment(taken)}" if taken else "")


def _of_other_ports(state: TargetState, states: Sequence[TargetState]) -> InUse | None:
    """Return that another port of the same computer serves a certificate that replaces this one."""
    for other in states:
        for new in leaves_of(other):
            if any(replaces(new, leaf) for leaf in leaves_of(state)):
                said = f"serves an older certificate than {other.target.location}, which serves {new.sha1}"
                return InUse(UseOfNew.OLDER, said, new.sha256)
    return None
