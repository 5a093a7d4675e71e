"""What several forms of the results say in the same words; all text is safe for a terminal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.cli.check.report import ReportElement
from monitor.messages import Writer, english, failure_line
from monitor.model import Certificate, Severity
from monitor.model.certificate import DAY
from monitor.parse import display

_LONGEST = 4096
_SIZED = ("RSA", "DSA", "EC")
_WORST_FIRST = (Severity.CRITICAL, Severity.UNKNOWN, Severity.WARNING, Severity.OK)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The results and how they are to be printed.

    ``with_chain`` asks for all certificates of each element, ``quiet`` for nothing but problems.
    """

    found: Sequence[ReportElement]
    now: datetime
    with_chain: bool = False
    quiet: bool = False

    @property
    def shown(self) -> list[ReportElement]:
        """Return the elements to print: those with a problem if quiet."""
        return [one for one in self.found if one.has_problem or not self.quiet]

    @property
    def writer(self) -> Writer:
        """Return what writes the sentences."""
        return english(self.now)


def clean(text: str) -> str:
    """Return the text without terminal control characters: file names are untrusted too."""
    return display(text, _LONGEST)


def problems(element: ReportElement, writer: Writer) -> list[str]:
    """Return a sentence for each failure and finding, with its reason or check before it."""
    return [clean(failure_line(f, writer)) for f in element.failures] + [
        f"{f.check}: {clean(writer.write(f.message))}" for f in element.findings
    ]


def whole_days(expires_at: datetime | None, now: datetime) -> str:
    """Return whole days left, or whole days since expiry with a minus: -0 expired less than a day ago."""
    if expires_at is None:
        return "-"
    return str((expires_at - now) // DAY) if expires_at > now else f"-{(now - expires_at) // DAY}"


def key_of(certificate: Certificate) -> str:
    """Return the type of a key, with its bits where the type does not say them."""
    kind, bits = certificate.key_type, certificate.key_bits
    return f"{kind} {bits}" if kind in _SIZED and bits else kind


def counts(found: Sequence[ReportElement]) -> str:
    """Return how many elements have each severity, the worst first: ``1 critical, 3 ok``."""
    numbers = {severity: sum(one.severity is severity for one in found) for severity in _WORST_FIRST}
    return ", ".join(f"{number} {severity}" for severity, number in numbers.items() if number)
