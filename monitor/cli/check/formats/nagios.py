"""The results of ``check`` as Nagios, Icinga and others read them from a plugin.

By the Monitoring Plugins Development Guidelines (https://www.monitoring-plugins.org/doc/guidelines.html): a
status line with performance data, a line for each problem below, and the exit codes of plugins.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from monitor.cli.check.formats.chain_lines import chain_lines
from monitor.cli.check.formats.sentences import CheckReport, clean, problems, whole_days
from monitor.cli.check.report import EXIT, ReportElement, by_urgency
from monitor.model import FailureReason, Path, Policy, Severity, worst
from monitor.model.certificate import DAY

SERVICE = "CERTIFICATES"

# What keeps the plugin itself from checking. The guidelines want a name that is not found, or a server that
# does not answer, reported as critical: the service is not running.
_OWN_TROUBLE = frozenset(
    {
        FailureReason.PERMISSION,
        FailureReason.PASSPHRASE,
        FailureReason.UNAUTHORIZED,
        FailureReason.FORBIDDEN,
        FailureReason.LATE,
        FailureReason.INTERNAL,
    }
)
# What ends the label or the text early: the format has no way to write them.
_LABEL = str.maketrans("='|", "___")
_TEXT = str.maketrans("|", "/")


def as_nagios(report: CheckReport) -> str:
    """Return the output of a plugin: all performance data is on its first line."""
    if not report.found:
        return plugin_unknown("there is no target")
    urgent = sorted(by_urgency(report.found), key=lambda one: -plugin_severity(one).rank)
    status = worst(plugin_severity(one) for one in urgent)
    first = f"{SERVICE} {status.upper()} - {_summary(urgent, report)}".translate(_TEXT)
    return "\n".join([f"{first} | {' '.join(_performance(report))}", *_long_output(urgent, report)])


def plugin_severity(element: ReportElement) -> Severity:
    """Return the severity, critical where the target is to blame that nothing could be probed."""
    if not element.unreachable or all(one.reason in _OWN_TROUBLE for one in element.failures):
        return element.severity
    return Severity.CRITICAL


def plugin_exit_code(found: Sequence[ReportElement]) -> int:
    """Return the exit code of a plugin: critical before unknown before warning before ok; none is unknown."""
    return EXIT[Severity.UNKNOWN] if not found else EXIT[worst(plugin_severity(one) for one in found)]


def plugin_unknown(problem: str) -> str:
    """Return the output of a plugin that could not do its work, on one line."""
    return f"{SERVICE} UNKNOWN - {clean(problem)}".translate(_TEXT)


def _summary(urgent: Sequence[ReportElement], report: CheckReport) -> str:
    """Return the counts of several targets, and what is to be said about the most urgent."""
    first = urgent[0]
    said = (problems(first, report.writer) or [_expiry(first, report)])[0]
    about = f"{clean(first.target)}: {said}"
    return about if len(urgent) == 1 else f"{_counts(urgent)}; {about}"


def _counts(urgent: Sequence[ReportElement]) -> str:
    found = [plugin_severity(one) for one in urgent]
    return ", ".join(f"{found.count(severity)} {severity}" for severity in dict.fromkeys(found))


def _expiry(element: ReportElement, report: CheckReport) -> str:
    if element.expires_at is None:
        return "no certificate"
    days = whole_days(element.expires_at, report.now)
    return f"expires in {days} days ({element.expires_at:%Y-%m-%d})"


def _long_output(urgent: Sequence[ReportElement], report: CheckReport) -> Iterator[str]:
    for element in urgent:
        for problem in problems(element, report.writer):
            line = f"[{plugin_severity(element).upper()}] {clean(element.target)}: {problem}"
            yield line.translate(_TEXT)
        if report.with_chain:
            yield clean(element.target).translate(_TEXT)
            yield from (f"  {line}".translate(_TEXT) for line in chain_lines(element, report.now))


def _performance(report: CheckReport) -> Iterator[str]:
    """Iterate over ``'target'=DAYS;WARN:;CRITICAL:``: an alert is due below a margin, so it is a range."""
    for label, element in _labeled(report.found):
        if element.expires_at is None:
            yield f"'{label}'=U"
            continue
        left = (element.expires_at - report.now) / DAY
        margins = ";".join(f"{margin / DAY:.4g}:" for margin in _margins(element, element.policy))
        yield f"'{label}'={left:.2f};{margins}"


def _margins(element: ReportElement, policy: Policy) -> tuple[timedelta, ...]:
    """Return the margins of a warning and of critical for what expires first; a CRL is critical then."""
    path, crl = element.first_path, element.first_list
    if path is not None:
        return _of_path(path, element, policy)
    if crl is None or crl.next_update is None:
        return ()
    lifetime = crl.next_update - crl.this_update
    warn = min((margin.of(lifetime) for margin in policy.crl_warn_before), default=timedelta(0))
    return warn, timedelta(0)


def _of_path(path: Path, element: ReportElement, policy: Policy) -> tuple[timedelta, timedelta]:
    first = min(path.certificates, key=lambda one: one.not_after)
    at_rest = element.connection is None
    host_names = first.dns_names or first.ip_addresses
    # As the judge has it: a CA's own certificate in a file has the margins of CAs.
    as_ca = first != path.leaf or (at_rest and first.is_ca and not host_names)
    warn, critical = policy.warning_due_at(first, as_ca=as_ca), policy.critical_due_at(first, as_ca=as_ca)
    return first.not_after - warn, first.not_after - critical


def _labeled(found: Sequence[ReportElement]) -> Iterator[tuple[str, ReportElement]]:
    """Iterate over elements with a label each that no other has."""
    used: dict[str, int] = {}
    for element in found:
        label = clean(element.target).translate(_LABEL)
        used[label] = used.get(label, 0) + 1
        yield label if used[label] == 1 else f"{label} #{used[label]}", element
