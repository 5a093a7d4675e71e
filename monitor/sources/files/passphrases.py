"""The passphrases of key stores during one probe; nothing is kept beyond it, nothing is printed.

Files are read on the thread that probes, so that a rotated passphrase needs no reload.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Self

from pydantic import Field, model_validator

from monitor.model import Message
from monitor.secrets import Secret, SecretReference, SecretUnavailableError
from monitor.settings import LocalPath, Settings
from monitor.sources.files.texts import NO_PASSPHRASES

MOST = 32
"""Each one is tried on each file that none before it opens."""

# Random for each process: what is remembered of passphrases reveals nothing about them.
_SALT = secrets.token_bytes(32)


class PassphraseSettings(Settings):
    """Where one passphrase is stored."""

    file: LocalPath | None = Field(None, description="file with the passphrase")
    env: str | None = Field(None, min_length=1, description="environment variable with the passphrase")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.file is None) == (self.env is None):
            raise ValueError("needs exactly one of file and env")
        return self

    @property
    def reference(self) -> SecretReference:
        """Return the reference for these settings."""
        return SecretReference(file=self.file or "", env=self.env or "")


class Passphrases:
    """Reads passphrases when first needed; a call returns the available ones, in order."""

    def __init__(self, references: Sequence[SecretReference] = ()) -> None:
        """Prepare without reading anything."""
        self._references = references
        self._read: tuple[Secret, ...] | None = None
        self._troubles: list[Message] = []

    def __call__(self) -> tuple[Secret, ...]:
        """Return the passphrases."""
        if self._read is None:
            self._read = tuple(secret for secret in map(self._resolved, self._references) if secret)
        return self._read

    @property
    def mark(self) -> bytes:
        """Return a value that changes with the passphrases: files that none opened are then tried again."""
        digest = hmac.new(_SALT, digestmod=hashlib.sha256)
        for secret in self():
            given = secret.reveal().encode("utf-8", "surrogateescape")
            digest.update(len(given).to_bytes(8, "big") + given)
        return digest.digest()

    @property
    def advice(self) -> tuple[Message, ...]:
        """Return what to add for people when no passphrase fits."""
        self()
        return tuple(self._troubles) if self._references else (NO_PASSPHRASES,)

    def _resolved(self, reference: SecretReference) -> Secret | None:
        try:
            return reference.resolve()
        except SecretUnavailableError as error:
            self._troubles.append(error.message)
            return None


NONE = Passphrases()
"""No passphrases, for files that are read without any."""
