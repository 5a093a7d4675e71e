"""The results of ``check`` as JUnit XML, for the test reports of Jenkins, GitLab and others.

There is no schema of all readers: what is here is read by all of them. GitLab shows the text of a failure,
not its attribute, so that both have the sentences.
"""

import re
from collections.abc import Iterator, Sequence

# Only writes: what is read from others never gets here as XML.
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from monitor.cli.check.formats.chain_lines import chain_lines
from monitor.cli.check.formats.sentences import CheckReport, clean, problems, whole_days
from monitor.cli.check.report import ReportElement
from monitor.model import Severity

_SUITE = "cert-monitor"
_CLASS = "certificates"
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot contain (section 2.2)."""


def as_junit(report: CheckReport) -> str:
    """Return a suite with a case for each element, in ASCII, which every encoding of the output has."""
    cases = [_case(name, element, report) for name, element in _named(report.found)]
    numbers = _numbers(cases, report)
    root = Element("testsuites", {"name": _SUITE, **numbers})
    started = f"{report.now:%Y-%m-%dT%H:%M:%S}"
    suite = SubElement(root, "testsuite", {"name": _SUITE, "timestamp": started, **numbers})
    suite.extend(cases)
    indent(root)
    written: bytes = tostring(root, encoding="us-ascii", xml_declaration=True)
    return written.decode("ascii")


def _numbers(cases: Sequence[Element], report: CheckReport) -> dict[str, str]:
    counted = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    numbers = {name: sum(case.find(tag) is not None for case in cases) for name, tag in counted.items()}
    longest = max((one.duration.total_seconds() for one in report.found), default=0.0)
    return {"tests": str(len(cases)), **{k: str(v) for k, v in numbers.items()}, "time": f"{longest:.3f}"}


def _case(name: str, element: ReportElement, report: CheckReport) -> Element:
    seconds = f"{element.duration.total_seconds():.3f}"
    case = Element("testcase", classname=_CLASS, name=name, time=seconds)
    _add_result(case, element, report)
    if about := list(_about(element, report)):
        SubElement(case, "system-out").text = "\n".join(map(_xml, about))
    return case


def _add_result(case: Element, element: ReportElement, report: CheckReport) -> None:
    """Add why a case failed: an error where nothing could be probed, else a failure of its severity."""
    sentences = [_xml(one) for one in problems(element, report.writer)]
    severity = element.severity
    if severity is not Severity.OK:
        tag = "error" if severity is Severity.UNKNOWN else "failure"
        SubElement(case, tag, message=sentences[0], type=severity.value).text = "\n".join(sentences)
    elif element.expires_at is None:
        SubElement(case, "skipped", message="there is no certificate")


def _about(element: ReportElement, report: CheckReport) -> Iterator[str]:
    path = element.first_path
    if path is not None:
        until = f"valid until {path.not_after:%Y-%m-%d} ({whole_days(path.not_after, report.now)} days)"
        yield f"{clean(path.leaf.title)}, issued by {clean(path.leaf.issuer)}, {until}"
    if element.severity is Severity.OK:
        yield from problems(element, report.writer)
    if report.with_chain:
        yield from chain_lines(element, report.now)


def _named(found: Sequence[ReportElement]) -> Iterator[tuple[str, ReportElement]]:
    """Iterate over elements with a name each that no other has: readers identify a case by it."""
    used: dict[str, int] = {}
    for element in found:
        name = _xml(clean(element.target))
        used[name] = used.get(name, 0) + 1
        yield name if used[name] == 1 else f"{name} #{used[name]}", element


def _xml(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
