"""Mailboxes as people write them: an address with or without a display name (RFC 5322 section 3.4); pure."""

import re
from dataclasses import dataclass

from monitor.addresses import to_ascii

_ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.:\[\]-]{1,253}"
"""RFC 5321 allows far more, but that breaks relays and mail programs."""
_NAME = r'[^\x00-\x1f\x7f<>"\\]{1,100}'
PATTERN = rf'(?:{_ADDRESS}|(?:"{_NAME}" *|{_NAME})<{_ADDRESS}>)'
"""What ``written_mailbox`` accepts, for the JSON Schema."""

_PLAIN = re.compile(_ADDRESS, re.ASCII)
_NAMED = re.compile(rf'(?:"({_NAME})" *|({_NAME}))<([^<>]+)>')


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address, and the name shown with it, which may be empty."""

    address: str
    name: str = ""

    @classmethod
    def of(cls, text: str) -> "Mailbox":
        """Return a mailbox as it was written; a text of any other form is an address without a name."""
        match = _NAMED.fullmatch(text)
        if match is None:
            return cls(text)
        name = match[1] or match[2]
        return cls(match[3], " ".join(name.split()))

    def __str__(self) -> str:
        """Return the mailbox as ``of`` reads it."""
        return f"{self.name} <{self.address}>" if self.name else self.address

    @property
    def envelope(self) -> str:
        """Return the address as mail servers know it, with its domain in ASCII if it has such a form."""
        local, at, domain = self.address.rpartition("@")
        if not at or domain.isascii():
            return self.address
        try:
            return f"{local}@{to_ascii(domain)}"
        except ValueError:
            return self.address

    @property
    def domain(self) -> str:
        """Return the domain in ASCII, empty where there is none."""
        _, at, domain = self.envelope.rpartition("@")
        return domain if at and domain.isascii() else ""


def written_mailbox(text: str) -> str:
    """Return a mailbox of a configuration in one form; raise ``ValueError`` for anything else."""
    mailbox = Mailbox.of(text)
    # What begins with =? is taken for an encoded word (RFC 2047).
    usable = not mailbox.name or (mailbox.name.isprintable() and "=?" not in mailbox.name)
    if not usable or not _PLAIN.fullmatch(mailbox.address):
        raise ValueError("must be a mail address such as admins@vms.example or Admins <admins@vms.example>")
    return str(mailbox)


def distinct_mailboxes(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return mailboxes with different addresses; raise ``ValueError`` with the first that is there twice."""
    seen: set[str] = set()
    for text in texts:
        address = Mailbox.of(text).address
        if address.lower() in seen:
            raise ValueError(f"{address} is listed twice")
        seen.add(address.lower())
    return texts
