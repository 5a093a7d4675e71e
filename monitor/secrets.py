"""Passwords: references to where they are stored, and a type that never prints its value.

Configuration and targets contain references only; the value is read when it is used, so that a rotated
password needs no reload.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from monitor.errors import CertMonitorError

_LONGEST = 65536


class SecretUnavailableError(CertMonitorError):
    """A secret could not be read; the message says where it was expected, never its value."""


class Secret:
    """A text that prints as ``***``; only ``reveal`` returns it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Wrap the text."""
        self._text = text

    def reveal(self) -> str:
        """Return the text itself, for the one call that needs it."""
        return self._text

    def __repr__(self) -> str:
        """Return ``***``."""
        return "***"

    __str__ = __repr__

    def __format__(self, spec: str, /) -> str:
        """Return ``***`` for any format."""
        return "***"

    def __eq__(self, other: object) -> bool:
        """Compare by content."""
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        """Hash by type only, so that a hash reveals nothing."""
        return hash(Secret)

    def __reduce__(self) -> tuple[object, ...]:
        """Refuse to be pickled: a secret is sent as its reference."""
        raise TypeError("a secret is never serialised; pass its reference")


@dataclass(frozen=True, slots=True)
class SecretReference:
    """Where a secret is stored: in a file, or in an environment variable; exactly one is set."""

    file: str = ""
    env: str = ""

    @classmethod
    def of(cls, file: str | None, env: str | None) -> Self | None:
        """Return the reference of two configuration keys of which one may be set, ``None`` without one."""
        return cls(file=file or "", env=env or "") if file or env else None

    def resolve(self) -> Secret:
        """Read the secret, without one trailing line end.

        Raises ``SecretUnavailableError`` when the file or variable is missing, unreadable or empty.
        """
        text = self._from_file() if self.file else self._from_env()
        if not text:
            raise SecretUnavailableError(f"the password in {self} is empty")
        return Secret(text)

    def __str__(self) -> str:
        """Return the location for people.

        The name of a variable is left out: who wrote the password itself there must not find it in a log.
        """
        return f"file {self.file}" if self.file else "an environment variable"

    def _from_env(self) -> str:
        try:
            return os.environ[self.env]
        except KeyError:
            raise SecretUnavailableError(
                "the environment variable that the configuration names is not set"
            ) from None

    def _from_file(self) -> str:
        try:
            with Path(self.file).open("rb") as stream:
                content = stream.read(_LONGEST + 1)
        except OSError as error:
            raise SecretUnavailableError(f"cannot read {self}: {error.strerror}") from None
        return _decoded(content, self)


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """The paths of a client certificate and its key (PEM; they may be one file)."""

    certificate: str
    key: str
    passphrase: SecretReference | None = None


def _decoded(content: bytes, reference: SecretReference) -> str:
    if len(content) > _LONGEST:
        raise SecretUnavailableError(f"{reference} is longer than {_LONGEST} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # "from None": the original exception contains the bytes.
        raise SecretUnavailableError(f"{reference} is not UTF-8 text") from None
    return text[:-2] if text.endswith("\r\n") else text.removesuffix("\n")
