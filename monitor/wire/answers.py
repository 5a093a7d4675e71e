"""Some answers of an agent as one document, with the bytes of certificates that the center does not have."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from monitor.wire.document import (
    WireError,
    base64,
    content,
    count,
    fingerprint,
    instant,
    listed,
    mapping,
    microseconds_since_1970,
    read_document,
    write_document,
)
from monitor.wire.sightings import named_certificates

_NO_CERTIFICATE = "0" * 64
"""No certificate has this SHA-256: an agent that is asked for it has nothing to add."""
MOST_ANSWERS = 1000
"""Answers in one document: the center judges them at one go."""


@dataclass(frozen=True, slots=True)
class AnswersDocument:
    """Answers as data, sent at an instant by the agent's clock; ``certificates`` are DER by SHA-256.

    ``spooled`` counts the answers that wait at the agent after these, ``dropped`` those it had no room for.
    """

    sent_at: datetime
    answers: tuple[Mapping[str, object], ...]
    certificates: Mapping[str, bytes]
    spooled: int = 0
    dropped: int = 0

    def named(self) -> frozenset[str]:
        """Return the SHA-256 of all certificates that the answers name; those of a wrong one do not count."""
        names: set[str] = set()
        for one in self.answers:
            with suppress(WireError):
                names.update(tuple(named_certificates(one.get("seen", []))))
        return frozenset(names)

    def all_to_be_sent_again(self) -> tuple[str, ...]:
        """Return the hashes to report as missing, so that all is sent again with certificates."""
        return tuple(sorted(self.named())) or (_NO_CERTIFICATE,)

    def missing(self, known: Callable[[Iterable[str]], Iterable[str]]) -> tuple[str, ...]:
        """Return the certificates that are named but neither sent nor, as ``known`` returns, here."""
        named = self.named() - self.certificates.keys()
        return tuple(sorted(named.difference(known(named)))) if named else ()


def write_answers(
    answers: Iterable[Mapping[str, object]],
    certificates: Mapping[str, bytes],
    sent_at: datetime,
    *,
    spooled: int = 0,
    dropped: int = 0,
) -> bytes:
    """Return a document with answers as ``write_answer`` returns them."""
    return write_document(
        {
            "sent_at": microseconds_since_1970(sent_at),
            "answers": list(answers),
            "certificates": {name: base64(der) for name, der in certificates.items()},
            "spooled": spooled,
            "dropped": dropped,
        }
    )


def read_answers(body: bytes) -> AnswersDocument:
    """Return the answers in a document; raise ``WireError`` for a malformed one.

    Bytes under the fingerprint of others are refused with everything that came with them.
    """
    members = read_document(body)
    answers = tuple(mapping(one) for one in listed(members.get("answers")))
    if len(answers) > MOST_ANSWERS:
        raise WireError(f"there are more than {MOST_ANSWERS} answers in one document")
    sent = mapping(members.get("certificates", {}))
    certificates = {fingerprint(name): _der(name, data) for name, data in sent.items()}
    spooled, dropped = (count(members.get(name, 0)) for name in ("spooled", "dropped"))
    return AnswersDocument(instant(members.get("sent_at")), answers, certificates, spooled, dropped)


def _der(name: str, data: object) -> bytes:
    der = content(data)
    if sha256(der).hexdigest() != name:
        raise WireError(f"the bytes sent as {name[:16]} are those of another certificate")
    return der
