"""Judge what one target served or stores: each check on its own, and when the findings can change.

It must not find paths: they come from the path finder, which caches them.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache

from monitor.assess import texts
from monitor.assess.case import Case
from monitor.assess.chain_checks import outlived, weak_key, weak_signature
from monitor.assess.crl import list_changes, list_findings, superseded_lists
from monitor.assess.damage import damage_findings
from monitor.assess.expiry import Due, due
from monitor.assess.flapping import flapping_findings
from monitor.assess.names import mismatch
from monitor.assess.purpose import purpose_problem
from monitor.assess.renewal_late import late_renewals
from monitor.assess.superseded import superseded
from monitor.assess.traits import (
    encryption_problem,
    made_at_start,
    made_by_product,
    public_names_problem,
    wrong_key_type,
)
from monitor.model import (
    AlertKey,
    Assessment,
    Certificate,
    Check,
    DateForm,
    Failure,
    Finding,
    PastRenewal,
    Path,
    RevocationList,
    Scope,
    Severity,
    Sighting,
    Target,
    text,
)


def judge(  # noqa: PLR0913 - everything that a probe gave is judged together
    target: Target,
    sightings: tuple[Sighting, ...],
    paths: tuple[Path, ...],
    now: datetime,
    *,
    encrypted: bool | None = None,
    lists: tuple[RevocationList, ...] = (),
    damage: tuple[Failure, ...] = (),
    changing: tuple[str, ...] = (),
    renewals: tuple[PastRenewal, ...] = (),
) -> Assessment:
    """Return every finding about one target, worst first, and the next relevant instants.

    ``paths`` has one path for each leaf: the served certificate at position 0, or the first of each chain in
    a file. ``encrypted`` is whether the port spoke TLS when it last answered, ``None`` where that is not
    known. ``lists`` are the CRLs found there, ``damage`` the failures of single items of a collection,
    ``changing`` the locations whose certificate changes at every probe, ``renewals`` those seen before.
    """
    gone = superseded((path.leaf for path in paths), now) if target.collection else ()
    olds = {pair.old for pair in gone}
    counting = [path for path in paths if path.leaf.sha256 not in olds] if olds else paths
    findings: dict[tuple[Check, str, str], Finding] = {}
    dues: list[Due] = []
    late: list[datetime] = []
    if (plain := _encryption_finding(target, encrypted)) is not None:
        findings[plain.check, "", plain.location] = plain
    for found in (*damage_findings(target, damage), *flapping_findings(target, changing)):
        findings[found.check, "", found.location] = found
    for path in counting:
        case = Case(target, path, sightings, now)
        for found in (*_path_findings(case, dues), *late_renewals(case, renewals, late)):
            findings.setdefault((found.check, found.sha256, found.location), found)
    replaced = superseded_lists(target, lists, now) if lists else ()
    every = (*findings.values(), *list_findings(target, lists, replaced, now)) if lists else findings.values()
    ordered = sorted(every, key=_badness) if len(every) > 1 else every
    return Assessment(
        findings=tuple(ordered),
        paths=paths,
        superseded=gone + replaced,
        not_after=min((path.not_after for path in counting), default=None),
        warning_due_at=min((when.warning_at for when in dues), default=None),
        critical_due_at=min((when.critical_at for when in dues), default=None),
        next_change_at=_next_change(paths, dues, (*list_changes(target, lists), *late), now),
    )


def _encryption_finding(target: Target, encrypted: bool | None) -> Finding | None:  # noqa: FBT001 - a state
    problem = encryption_problem(target, encrypted)
    if problem is None:
        return None
    severity = target.policy.severity(Check.ENCRYPTION, problem.severity)
    if severity is None:
        return None
    return Finding(Check.ENCRYPTION, severity, problem.message, location=target.location)


def _path_findings(case: Case, dues: list[Due]) -> Iterator[Finding]:
    if made_at_start(case.target, case.path):
        yield from _state_finding(case)
        return
    for certificate in case.path.certificates:
        yield from _dates(case, certificate, dues)
        if problem := weak_key(certificate, case.who):
            yield from case.finding(Check.WEAK_KEY, Severity.WARNING, certificate, problem)
        if problem := weak_signature(certificate, case.who):
            yield from case.finding(Check.WEAK_SIGNATURE, Severity.WARNING, certificate, problem)
    yield from _leaf_findings(case)
    if case.served:
        yield from _service_findings(case)


def _state_finding(case: Case) -> Iterator[Finding]:
    """Yield the one finding for a certificate that the server issued itself at its start."""
    if not _accepted(case):
        leaf = case.path.leaf
        yield from case.finding(Check.TRUST, Severity.OK, leaf, texts.made_at_start(title=leaf.title))


def _dates(case: Case, certificate: Certificate, dues: list[Due]) -> Iterator[Finding]:
    policy = case.target.policy
    as_ca = certificate != case.path.leaf or case.is_authority(certificate)
    check = Check.CA_EXPIRY if as_ca else Check.EXPIRY
    if policy.severity(check, Severity.WARNING) is not None:
        when = due(certificate, policy, as_ca=as_ca)
        dues.append(when)
        if case.now >= when.warning_at:
            default = Severity.CRITICAL if case.now >= when.critical_at else Severity.WARNING
            said = texts.expires(who=case.who(certificate), not_after=certificate.not_after)
            yield from case.finding(check, default, certificate, said)
    if case.now < certificate.not_before:
        said = texts.not_yet_valid(who=case.who(certificate), not_before=certificate.not_before)
        yield from case.finding(Check.NOT_YET_VALID, Severity.CRITICAL, certificate, said)


def _leaf_findings(case: Case) -> Iterator[Finding]:
    path, leaf = case.path, case.path.leaf
    if not _accepted(case) and (case.served or _trust_wanted(case)):
        yield from _client_findings(case) if path.trusted else _trust_finding(case)
    authority = None if case.is_authority(leaf) else outlived(path)
    if authority is not None:
        ca, not_after = case.who(authority), authority.not_after
        said = texts.outlives_ca(who=case.who(leaf), ca=ca, not_after=not_after)
        shared = AlertKey(Check.OUTLIVES_CA, Scope.CERTIFICATE, authority.sha256)
        yield from case.finding(Check.OUTLIVES_CA, Severity.WARNING, leaf, said, shared)
    if case.target.server_name and not case.is_authority(leaf):
        yield from _name_findings(case)


def _trust_finding(case: Case) -> Iterator[Finding]:
    leaf, problem = case.path.leaf, case.path.problem or text("")
    if case.served and made_by_product(case.target, case.path):
        said = texts.default_certificate(problem=problem)
        yield from case.finding(Check.TRUST, Severity.WARNING, leaf, said)
    else:
        yield from case.finding(Check.TRUST, Severity.CRITICAL, leaf, texts.not_trusted(problem=problem))


def _client_findings(case: Case) -> Iterator[Finding]:
    """Yield what keeps some clients from trusting a path that others, and the path finder, trust."""
    if case.served and case.path.openssl:
        said = texts.refused_as_served(reason=case.path.openssl)
        yield from case.finding(Check.TRUST, Severity.WARNING, case.path.leaf, said)
    yield from _date_form_findings(case)


def _date_form_findings(case: Case) -> Iterator[Finding]:
    """Yield a finding for each certificate whose dates some clients cannot read.

    OpenSSL verifies the form of every date on the path; the path finder has verified it without time.
    """
    for certificate in case.path.certificates:
        if certificate.date_form is DateForm.VARIANT:
            said = texts.dates_refused_by_openssl(who=case.who(certificate))
            shared = case.shared_alert(Check.TRUST, certificate)
            yield from case.finding(Check.TRUST, Severity.WARNING, certificate, said, shared)
        elif certificate.date_form is DateForm.MALFORMED:
            said = texts.dates_refused(who=case.who(certificate))
            shared = case.shared_alert(Check.TRUST, certificate)
            yield from case.finding(Check.TRUST, Severity.CRITICAL, certificate, said, shared)


def _name_findings(case: Case) -> Iterator[Finding]:
    leaf = case.path.leaf
    if problem := mismatch(leaf, case.target.server_name):
        default = Severity.CRITICAL if problem.check is Check.NAME else Severity.WARNING
        yield from case.finding(problem.check, default, leaf, problem.message)


def _service_findings(case: Case) -> Iterator[Finding]:
    leaf = case.path.leaf
    for certificate in case.path.certificates:
        if unfit := purpose_problem(certificate, case.who, is_leaf=certificate == leaf):
            shared = case.shared_alert(Check.USAGE, certificate)
            yield from case.finding(Check.USAGE, unfit.severity, certificate, unfit.message, shared)
    if problem := wrong_key_type(case.target, leaf, case.who):
        yield from case.finding(Check.KEY_TYPE, Severity.WARNING, leaf, problem)
    if problem := public_names_problem(case.target, leaf):
        yield from case.finding(Check.PUBLIC_NAME, Severity.WARNING, leaf, problem)


def _accepted(case: Case) -> bool:
    accept = case.target.policy.accept
    return bool(accept) and case.path.leaf.sha256 in _fingerprints(accept)


@lru_cache(maxsize=256)
def _fingerprints(written: frozenset[str]) -> frozenset[str]:
    """Return fingerprints in lower case and without the colons and spaces with which people copy them."""
    return frozenset(text.replace(":", "").replace(" ", "").lower() for text in written)


def _trust_wanted(case: Case) -> bool:
    return any(check is Check.TRUST for check, _ in case.target.policy.checks)


def _badness(found: Finding) -> int:
    return -found.severity.rank


def _next_change(
    paths: Iterable[Path], dues: Iterable[Due], more: Iterable[datetime], now: datetime
) -> datetime | None:
    instants = [at for when in dues for at in (when.warning_at, when.critical_at)]
    instants += more
    for path in paths:
        instants += [at for one in path.certificates for at in (one.not_before, one.not_after)]
        if path.valid_until is not None:
            instants.append(path.valid_until)
    return min((at for at in instants if at > now), default=None)
