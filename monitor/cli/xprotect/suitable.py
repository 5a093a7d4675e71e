"""Whether each server has a suitable certificate for each certificate group; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.cli.xprotect.targets import group_of
from monitor.messages import Writer, failure_line
from monitor.model import Certificate, Check, FailureReason, Finding, Path, Severity, Target, TargetState

# What a certificate needs before encryption is switched on; other checks can wait.
_NEEDED = frozenset(
    {
        Check.NAME,
        Check.NAME_IN_SUBJECT_ONLY,
        Check.PUBLIC_NAME,
        Check.KEY_TYPE,
        Check.WEAK_KEY,
        Check.WEAK_SIGNATURE,
        Check.USAGE,
        Check.TRUST,
        Check.OUTLIVES_CA,
        Check.EXPIRY,
        Check.NOT_YET_VALID,
    }
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One certificate for one port, or why there is none.

    ``location`` is ``port 7563`` or a file; ``suitable`` is ``None`` when nothing could be probed;
    ``authority`` is the CA that clients must trust, ``None`` if its certificate is unavailable.
    """

    target: Target
    location: str
    suitable: bool | None
    missing: tuple[str, ...] = ()
    leaf: Certificate | None = None
    authority: Certificate | None = None
    untrusted: bool = False

    @property
    def issuer(self) -> str:
        """Return the name of the CA that clients must trust, empty without a certificate."""
        if self.authority is not None:
            return self.authority.title
        return (self.leaf.issuer_cn or self.leaf.issuer) if self.leaf else ""


@dataclass(frozen=True, slots=True)
class Need:
    """One certificate group of one component on one server, with its candidates."""

    host: str
    component: str
    group: str
    title: str
    candidates: tuple[Candidate, ...]

    @property
    def suitable(self) -> bool | None:
        """Return whether all are suitable, ``None`` if some could not be probed and none is unsuitable."""
        answers = [one.suitable for one in self.candidates]
        return False if False in answers else None if None in answers else True


def make_candidate(state: TargetState, where: str, writer: Writer) -> Candidate:
    """Return the candidate from the state of a target."""
    target = state.target
    path = next(iter(state.assessment.paths), None)
    if path is None:
        return _without(state, where, writer)
    wrong = [finding for finding in state.assessment.findings if _is_wrong(finding)]
    missing = tuple(f"{finding.check}: {writer.write(finding.message)}" for finding in wrong)
    untrusted = any(finding.check is Check.TRUST for finding in wrong)
    return Candidate(target, where, not missing, missing, path.leaf, _authority(path), untrusted)


def _is_wrong(finding: Finding) -> bool:
    return finding.check in _NEEDED or finding.severity is Severity.CRITICAL


def _authority(path: Path) -> Certificate | None:
    top = path.certificates[-1]
    return top if top.self_issued or path.trusted else None


def _without(state: TargetState, where: str, writer: Writer) -> Candidate:
    target = state.target
    hint = f"name the certificate that it will get: --file {target.host}=PATH"
    if state.encrypted is False or any(one.reason is FailureReason.NOT_TLS for one in state.failures):
        return Candidate(target, where, suitable=False, missing=(f"the port does not use TLS; {hint}",))
    said = "; ".join(failure_line(one, writer) for one in state.failures) or "no certificate was served"
    return Candidate(target, where, suitable=None, missing=(f"{said}; {hint}",))


def best(candidates: Iterable[Candidate]) -> Candidate:
    """Return the best candidate: of several files one has to be suitable."""
    return min(candidates, key=lambda one: (one.suitable is not True, len(one.missing)))


def needs(candidates: Iterable[Candidate]) -> list[Need]:
    """Return the candidates by server, component and certificate group, in the order met.

    A file that is judged for several ports of one group is listed once.
    """
    met: dict[tuple[str, str, str], list[Candidate]] = {}
    for one in candidates:
        labels = one.target.label
        key = (one.target.host, labels("component"), labels("certificate_group"))
        here = met.setdefault(key, [])
        if all((one.location, one.leaf) != (other.location, other.leaf) for other in here):
            here.append(one)
    return [Need(*key, group_of(found[0].target), tuple(found)) for key, found in met.items()]


def exit_code(found: Sequence[Need]) -> int:
    """Return 0 if all are suitable, 2 if something is missing, 3 if a probe failed."""
    answers = [need.suitable for need in found]
    return 2 if False in answers else 3 if None in answers or not answers else 0
