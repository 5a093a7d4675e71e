"""The budget for opening one file: the passphrases to try, and a limit on key derivation work.

The number of rounds is in the file, written by its author: two more bytes turn a millisecond into hours
(2,147,483,647 rounds). It must not read where passphrases are stored, and prints none.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from monitor.model import Message
from monitor.parse import texts
from monitor.parse.der import DerError
from monitor.secrets import Secret

MAX_YAML_MARKS = 100_000
"""Signs that divide values of YAML, for all that is read of one file: some seconds, some 60 MB."""

_LEAST_MARKS = 10_000
"""What even a short text counts for: its depth may cost as much as its length."""

MAX_ROUNDS = 5_000_000
"""Rounds for everything that is tried on one file: Java itself refuses more for a single derivation, and
the present tools write 2,048 to 600,000."""

Passphrases = Callable[[], Sequence[Secret]]


class TooManyRoundsError(DerError):
    """A file requires more rounds of key derivation than one probe allows."""


class Key:
    """A passphrase to try, in the encodings that the formats use; prints as ``***``.

    The absent passphrase and the empty one differ in PKCS#12 (RFC 7292 appendix B.1: the empty one still has
    its final zero), and tools disagree on which they mean.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str | None) -> None:
        """Make a key of a text, ``None`` for the absent passphrase."""
        self._text = text

    @property
    def utf8(self) -> bytes:
        """Return the encoding of PBES2 and PBMAC1 (RFC 8018)."""
        return (self._text or "").encode("utf-8", "surrogateescape")

    @property
    def bmp(self) -> bytes:
        """Return the encoding of PKCS#12's own derivation: big-endian UTF-16 with a final zero."""
        return b"" if self._text is None else self.utf16 + b"\0\0"

    @property
    def utf16(self) -> bytes:
        """Return the encoding of Java's own stores."""
        return (self._text or "").encode("utf-16-be", "surrogatepass")

    def __repr__(self) -> str:
        """Return ``***``."""
        return "***"


class OpenAttempt:
    """The attempt to open one file: the passphrases, the rounds left, and whether a passphrase fitted.

    The passphrases are read only when a file needs one.
    """

    def __init__(self, passphrases: Passphrases = tuple) -> None:
        """Start with the full budget; ``passphrases`` is called when a file needs one."""
        self._passphrases = passphrases
        self._left = MAX_ROUNDS
        self._marks = MAX_YAML_MARKS

    @cached_property
    def configured(self) -> tuple[Key, ...]:
        """Return the configured passphrases in order."""
        return tuple(Key(secret.reveal()) for secret in self._passphrases())

    def keys(self) -> Iterator[Key]:
        """Iterate over the keys to try: the configured ones, then the empty and the absent passphrase."""
        yield from self.configured
        yield Key("")
        yield Key(None)

    def spend(self, rounds: int, times: int = 1) -> None:
        """Deduct rounds from the budget; raise ``TooManyRoundsError`` when too few are left."""
        if rounds < 1:
            raise DerError(texts.BAD_ROUNDS)
        self._left -= rounds * times
        if self._left < 0:
            raise TooManyRoundsError(texts.too_many_rounds(most=MAX_ROUNDS, rounds=rounds))

    def spend_yaml(self, text: str) -> bool:
        """Deduct the cost of parsing a text as YAML; return whether the budget was enough."""
        self._marks -= max(_LEAST_MARKS, sum(map(text.count, "\n,:[{")))
        return self._marks >= 0

    @property
    def wrong_passphrase(self) -> Message:
        """Return the message that no passphrase fits."""
        count = len(self.configured)
        return texts.wrong_passphrase(count=count) if count else texts.NO_PASSPHRASE
