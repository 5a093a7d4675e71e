"""Judge the dates of CRLs in files: clients that check an expired one refuse its issuer's certificates.

It must not judge whether a certificate is revoked, nor whether the CRL's issuer is trusted.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from monitor.assess.expiry import day_and_minute, ends_in_words
from monitor.model import Check, Finding, RevocationList, Severity, Superseded, Target


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
        default, sentence = _judged(target, one, now)
        severity = target.policy.severity(Check.CRL_EXPIRY, default)
        if sentence and severity is not None:
            # A configured severity is meant for CRLs that expire; an OK finding stays one.
            shown = default if default is Severity.OK else severity
            yield Finding(Check.CRL_EXPIRY, shown, sentence, one.sha256, one.location, _matter(one))


def list_changes(target: Target, lists: Iterable[RevocationList]) -> Iterator[datetime]:
    """Yield every instant at which the findings about some CRLs may change."""
    for one in lists:
        yield one.this_update
        if one.next_update is not None:
            yield one.next_update
            yield _warning_at(target, one, one.next_update)


def _judged(target: Target, one: RevocationList, now: datetime) -> tuple[Severity, str]:
    """Return severity and sentence about a CRL, an empty sentence when all is well."""
    who = f'the {"delta CRL" if one.delta else "CRL"} of "{one.issuer}" at {one.location}'
    end = one.next_update
    if now < one.this_update:
        return Severity.CRITICAL, f"{who} is not valid before {day_and_minute(one.this_update)}"
    if end is None:
        return Severity.OK, f"{who} names no next update, so nothing tells when it is too old"
    if now >= end:
        refused = "clients that check it refuse every certificate of this issuer"
        return Severity.CRITICAL, f"{who} {ends_in_words(end, now)}: {refused}"
    if now >= _warning_at(target, one, end):
        return Severity.WARNING, f"{who} {ends_in_words(end, now)}, and no newer one has come"
    return Severity.OK, ""


def _warning_at(target: Target, one: RevocationList, end: datetime) -> datetime:
    lifetime = max(end - one.this_update, timedelta(0))
    return end - min(margin.of(lifetime) for margin in target.policy.crl_warn_before)


def _matter(one: RevocationList) -> str:
    """Return what the CRLs of one issuer share, so that all copies of them are one alert."""
    return f"{Check.CRL_EXPIRY} CRL of {one.issuer}"
