"""Remarks about a usable configuration that may not do what its author wants; touches no file."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from monitor.config.load import Config
from monitor.config.review.secret_names import shared_secret_names
from monitor.config.review.unmatched import unmatched_policies
from monitor.config.targets.policy import Policies
from monitor.delivery.email.entry import EmailReceiverSettings
from monitor.delivery.email.relay.keys import MICROSOFT_RELAYS
from monitor.model import Margin, Policy, Target
from monitor.settings import duration_text

# Of an ACME certificate, of the limits of public CAs from 2029 and until 2026, and of a private CA.
_LIFETIMES = tuple(timedelta(days=days) for days in (47, 90, 200, 398, 3650))
_THRESHOLDS = (("warn_before", "critical_before"), ("ca_warn_before", "ca_critical_before"))


def remarks(config: Config, targets: Sequence[Target]) -> tuple[str, ...]:
    """Return a sentence for everything in a configuration that is allowed but seldom meant."""
    return (
        *_missing(config),
        *_relays(config),
        *unmatched_policies(config, targets),
        *_thresholds(config, targets),
        *shared_secret_names(config, targets),
    )


def _missing(config: Config) -> Iterator[str]:
    if not (config.targets or config.discoveries or config.probe.allow):
        yield "targets: nothing is watched; add entries to targets"
    if not config.receivers and not config.nobody:
        yield (
            "receivers: nobody is notified, the page and the metrics are all there is; add email and "
            "receivers, or write receivers: [] where Prometheus alerts"
        )


def _relays(config: Config) -> Iterator[str]:
    """Iterate over mail relays whose login will not work for long."""
    mails = (one.email for one in config.receivers.values() if isinstance(one, EmailReceiverSettings))
    email = next(mails, None)
    for relay in (email, *email.fallback_relays) if email else ():
        if relay.password is not None and relay.host in MICROSOFT_RELAYS:
            yield (
                f"email: Microsoft 365 ({relay.host}) takes no passwords by default from the end of December"
                " 2026; use oauth2 with provider: microsoft365"
            )


def _thresholds(config: Config, targets: Sequence[Target]) -> Iterator[str]:
    """Iterate over thresholds that let no warning come before a certificate is critical."""
    where: dict[str, list[str]] = {}
    for name, policy in _policies(config, targets):
        for sentence in _without_warning(policy):
            where.setdefault(sentence, []).append(name)
    for sentence, names in where.items():
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield f"{names[0]}{more}: {sentence}"


def _policies(config: Config, targets: Sequence[Target]) -> Iterator[tuple[str, Policy]]:
    known = Policies(config.defaults, config.policies)
    yield from ((target.id, target.policy) for target in targets)
    for found in config.discoveries:
        yield found.id, known.of(found.kind, found.labels, found)


def _without_warning(policy: Policy) -> Iterator[str]:
    for warning, critical in _THRESHOLDS:
        early, late = getattr(policy, warning), getattr(policy, critical)
        lifetimes = [one for one in _LIFETIMES if _smallest(late, one) >= _smallest(early, one)]
        if lifetimes:
            yield (
                f"{critical} ({_written(late)}) is not below {warning} ({_written(early)}): "
                f"a certificate of {lifetimes[-1].days} days becomes critical without a warning before"
            )


def _smallest(margins: Sequence[Margin], lifetime: timedelta) -> timedelta:
    return min(margin.of(lifetime) for margin in margins)


def _written(margins: Sequence[Margin]) -> str:
    return ", ".join(
        duration_text(one.length) if one.length is not None else f"{(one.share or 0.0) * 100:g}%"
        for one in margins
    )
