"""The exceptions that stop a command: a wrong configuration, or a broken local system.

What goes wrong outside is a ``Failure`` value and never an exception.
"""

from dataclasses import dataclass


class CertMonitorError(Exception):
    """Any error that ends a command with a sentence instead of a traceback."""


class UsageError(CertMonitorError):
    """The arguments of a command make no sense; the text says which and how to get help."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Hold one mistake in a configuration: where, at which key, and what is wrong.

    ``line`` is 1-based and 0 when it is not known; ``key`` is a dotted path such as ``targets[2].address``.
    """

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        """Return ``file:line: key: message``, leaving out what is not known."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.key}: {self.message}" if self.key else f"{where}: {self.message}"


class ConfigError(CertMonitorError):
    """The configuration has mistakes; all of them are in ``problems``."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Keep every problem; the text has one line for each."""
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class SystemBrokenError(CertMonitorError):
    """The local system does not let us work: a full disk, a taken port, an unreadable database."""


class NewerSchemaError(SystemBrokenError):
    """The database was written by a newer version of cert-monitor than this one."""
