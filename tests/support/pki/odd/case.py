"""One odd chain as a server shows it, and the parts from which such chains are made.

All are made for the real clock, since OpenSSL and curl verify them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from cryptography.x509.oid import ExtensionOID

from support.pki.certificates import TODAY, Issued, authority, leaf, name
from support.pki.crafted import extension, raw, tlv
from support.pki.keys import Key, new_key

HOST = "nvr.example"
ROOT = authority("Odd Root", at=TODAY)
MIDDLE = authority("Odd Intermediate", ROOT, at=TODAY)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Made:
    """A certificate of any shape as DER, with its private key."""

    der: bytes
    key: Key


@dataclass(frozen=True)
class Case:
    """What a server shows, leaf first, what a client trusts, and the name or address that it wants."""

    name: str
    chain: tuple[bytes, ...]
    key: Key
    anchors: tuple[bytes, ...]
    host: str = HOST


def case(
    title: str, *chain: Issued | Made, trusted: Iterable[Issued | Made] = (ROOT,), host: str = HOST
) -> Case:
    """Return a case of certificates with their keys."""
    anchors = tuple(one.der for one in trusted)
    return Case(title, tuple(one.der for one in chain), chain[0].key, anchors, host)


def server(by: Issued | Made = ROOT, *, names: Sequence[str] = (HOST,), key: Key | None = None) -> Issued:
    """Return an ordinary server certificate."""
    assert isinstance(by, Issued)
    return leaf(HOST, by, at=TODAY, names=names, key=key)


def names_extension(*contents: bytes, tag: int = 0x82, critical: bool = False) -> bytes:
    """Return the extension with alternative names of any content."""
    value = tlv(0x30, *(tlv(tag, content) for content in contents))
    return extension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, value, critical=critical)


def crafted(  # every part is an argument
    by: Issued = ROOT,
    *,
    names: bytes | None = None,
    more: Sequence[bytes] = (),
    key: Key | None = None,
    subject: bytes | None = None,
    **parts: bytes,
) -> Made:
    """Return a server certificate put together by hand: whole name and other extensions, any other part."""
    own = key or new_key()
    der = raw(
        subject=subject if subject is not None else name(HOST).public_bytes(),
        issuer=by.certificate.subject.public_bytes(),
        signer=by.key,
        key=own,
        extensions=(names if names is not None else names_extension(HOST.encode()), *more),
        **parts,
    )
    return Made(der, own)
