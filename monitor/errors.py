"""The exceptions that stop a command: an invalid configuration, or a broken local system.

Failures of remote systems are ``Failure`` values and never exceptions.
"""

from dataclasses import dataclass
from enum import StrEnum


class CertMonitorError(Exception):
    """Any error that stops a command with a sentence instead of a traceback."""


class UsageError(CertMonitorError):
    """The arguments of a command are invalid; the message says which and how to get help."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a configuration: where, at which key, and what is wrong.

    ``line`` is 1-based and 0 when unknown; ``key`` is a dotted path such as ``targets[2].address``.
    """

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        """Return ``file:line: key: message``, without the unknown parts."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.key}: {self.message}" if self.key else f"{where}: {self.message}"


class ConfigError(CertMonitorError):
    """The configuration has mistakes; ``problems`` lists all of them."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Make the error; its text has one line for each problem."""
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class SystemBrokenError(CertMonitorError):
    """The local system prevents work: a full disk, a port in use, an unreadable database."""


class NewerSchemaError(SystemBrokenError):
    """The database was written by a newer version of cert-monitor."""


class NotLeadingError(SystemBrokenError):
    """Another center leads, or none: nothing was written."""


class StoreFault(StrEnum):
    """Why the database cannot be used, for reasons that are not in its configuration."""

    FULL = "full"
    READ_ONLY = "read_only"
    DENIED = "denied"
    DISK_ERROR = "disk_error"
    DAMAGED = "damaged"
    NOT_A_DATABASE = "not_a_database"
    LOCKED = "locked"
    UNREACHABLE = "unreachable"
    DELETED = "deleted"
    REPLACED = "replaced"
    OTHER = "other"


class StoreUnusableError(SystemBrokenError):
    """The database cannot be used now, or what is written is lost; a daemon goes on without it."""

    def __init__(self, sentence: str, fault: StoreFault) -> None:
        """Take the sentence that says what to do, and the kind of fault."""
        super().__init__(sentence)
        self.fault = fault
