"""Judge the dates of CRLs in files: clients that check an expired one refuse its issuer's certificates.

It must not judge whether a certificate is revoked, nor whether the CRL's issuer is trusted.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from monitor.assess.crl import texts
from monitor.model import (
    AlertKey,
    Check,
    Finding,
    Message,
    RevocationList,
    Scope,
    Severity,
    Superseded,
    Target,
    earlier,
)


def superseded_lists(
    target: Target, lists: Sequence[RevocationList], now: datetime
) -> tuple[Superseded, ...]:
    """Return which CRLs are superseded by a later one of the same scope that is in force already.

    In a collection that may be in any file, otherwise in the same file: each named file is used on its own.
    """
    if len(lists) < 2:
        return ()
    groups: dict[tuple[str, str], list[RevocationList]] = defaultdict(list)
    for one in lists:
        if one.this_update <= now:
            groups[one.scope or one.issuer, "" if target.collection else one.location].append(one)
    return tuple(pair for group in groups.values() for pair in _pairs(group))


def _pairs(group: Sequence[RevocationList]) -> Iterator[Superseded]:
    newest = max(group, key=lambda one: one.this_update)
    for one in group:
        if one.this_update < newest.this_update:
            yield Superseded(one.sha256, newest.sha256)


def list_findings(
    target: Target, lists: Iterable[RevocationList], gone: Iterable[Superseded], now: datetime
) -> Iterator[Finding]:
    """Yield a finding for each CRL that is expired, expires soon, is not valid yet or has no next update.

    Superseded ones give none.
    """
    olds = {pair.old for pair in gone}
    for one in lists:
        if one.sha256 in olds:
            continue
        default, said = _judged(target, one, now)
        severity = target.policy.severity(Check.CRL_EXPIRY, default)
        if said and severity is not None:
            # A configured severity is for CRLs that expire; an OK finding stays one.
            shown = default if default is Severity.OK else severity
            yield Finding(Check.CRL_EXPIRY, shown, said, one.sha256, one.location, _shared_alert(one))


def list_changes(target: Target, lists: Iterable[RevocationList]) -> Iterator[datetime]:
    """Yield every instant at which the findings about some CRLs may change."""
    for one in lists:
        yield one.this_update
        if one.next_update is not None:
            yield one.next_update
            yield _warning_at(target, one, one.next_update)


def _judged(target: Target, one: RevocationList, now: datetime) -> tuple[Severity, Message | None]:
    """Return severity and message about a CRL, no message when all is well."""
    end = one.next_update
    if now < one.this_update:
        said = texts.crl_not_yet_valid(who=_who(one), this_update=one.this_update)
        return Severity.CRITICAL, said
    if end is None:
        return Severity.OK, texts.crl_without_next_update(who=_who(one))
    if now >= end:
        return Severity.CRITICAL, texts.crl_expired(who=_who(one), next_update=end)
    if now >= _warning_at(target, one, end):
        return Severity.WARNING, texts.crl_expires(who=_who(one), next_update=end)
    return Severity.OK, None


def _who(one: RevocationList) -> Message:
    said = texts.the_delta_crl if one.delta else texts.the_crl
    return said(issuer=one.issuer, location=one.location)


def _warning_at(target: Target, one: RevocationList, end: datetime) -> datetime:
    lifetime = max(end - one.this_update, timedelta(0))
    return earlier(end, min(margin.of(lifetime) for margin in target.policy.crl_warn_before))


def _shared_alert(one: RevocationList) -> AlertKey:
    """Return the alert of all CRLs of one issuer: their copies are one alert."""
    return AlertKey(Check.CRL_EXPIRY, Scope.ISSUER, one.issuer)
