"""Passwords: references to where they are stored, and a type that never prints its value.

Configuration and targets contain references only; the value is read when it is used, so that a rotated
password needs no reload.
"""

import os
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from monitor.errors import CertMonitorError
from monitor.model import Message, message
from monitor.model.message import plain, raw_english

_LONGEST = 65536


VARIABLE = plain("secret_variable", "an environment variable")
VARIABLE_UNSET = plain(
    "secret_variable_unset", "the environment variable that the configuration names is not set"
)


@message("secret_file", "file {path}")
def secret_file(*, path: str) -> None:
    """Name the file of a secret."""


@message("secret_empty", "the password in {secret} is empty")
def secret_empty(*, secret: Message) -> None:
    """Say that there is no secret."""


@message("secret_unreadable", "cannot read {secret}: {error}")
def secret_unreadable(*, secret: Message, error: str) -> None:
    """Say why a secret could not be read, in the words of the system."""


@message("secret_too_long", "{secret} is longer than {most} bytes")
def secret_too_long(*, secret: Message, most: int) -> None:
    """Say that a file is no secret."""


@message("secret_not_utf8", "{secret} is not UTF-8 text")
def secret_not_utf8(*, secret: Message) -> None:
    """Say that a file is no text."""


class SecretUnavailableError(CertMonitorError):
    """A secret could not be read; ``message`` says where it was expected, never its value."""

    def __init__(self, message: Message) -> None:
        """Store the message; the text of the error is for commands."""
        super().__init__(raw_english(message))
        self.message = message


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
        raise TypeError("a secret is never serialized; pass its reference")


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
            raise SecretUnavailableError(secret_empty(secret=self.message))
        return Secret(text)

    @property
    def message(self) -> Message:
        """Return the location for people.

        The name of a variable is left out: who wrote the password itself there must not find it in a log.
        """
        return secret_file(path=self.file) if self.file else VARIABLE

    def __str__(self) -> str:
        """Return the location in English."""
        return raw_english(self.message)

    def _from_env(self) -> str:
        try:
            return os.environ[self.env]
        except KeyError:
            raise SecretUnavailableError(VARIABLE_UNSET) from None

    def _from_file(self) -> str:
        try:
            with Path(self.file).open("rb") as stream:
                content = stream.read(_LONGEST + 1)
        except OSError as error:
            said = secret_unreadable(secret=self.message, error=error.strerror or str(error))
            raise SecretUnavailableError(said) from None
        return _decoded(content, self)


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """The paths of a client certificate and its key (PEM; they may be one file)."""

    certificate: str
    key: str
    passphrase: SecretReference | None = None


def _decoded(content: bytes, reference: SecretReference) -> str:
    if len(content) > _LONGEST:
        raise SecretUnavailableError(secret_too_long(secret=reference.message, most=_LONGEST))
    # Windows PowerShell writes UTF-16 with its mark, which begins no text in UTF-8.
    encoding = "utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        # "from None": the original exception contains the bytes.
        raise SecretUnavailableError(secret_not_utf8(secret=reference.message)) from None
    return text[:-2] if text.endswith("\r\n") else text.removesuffix("\n")
