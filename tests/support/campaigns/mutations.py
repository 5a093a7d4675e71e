"""Damage bytes at random, with a feeling for what readers of DER and PEM trip over."""

import base64
import random
from collections.abc import Callable
from functools import cache

from support.folders import TESTS
from support.pki.odd import odd_cases

Mutation = Callable[[bytearray, random.Random], None]
_TAGS = (0x02, 0x03, 0x04, 0x05, 0x06, 0x0C, 0x13, 0x17, 0x18, 0x30, 0x31, 0x82, 0xA0, 0xA3)
_LENGTHS = (0, 1, 0x7F, 0x80, 0x81, 0x82, 0x84, 0x88, 0xFF)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return the bytes with a few mutations."""
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 1, 2, 3, 8])):
        if changed:
            chance.choice(_MUTATIONS)(changed, chance)
    return bytes(changed)


def _set(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(len(data))] = chance.randrange(256)


def _flip(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def _remove(data: bytearray, chance: random.Random) -> None:
    begin = chance.randrange(len(data))
    del data[begin : begin + chance.randrange(1, 40)]


def _repeat(data: bytearray, chance: random.Random) -> None:
    begin = chance.randrange(len(data))
    piece = bytes(data[begin : begin + chance.randrange(1, 200)])
    data[begin:begin] = piece * chance.choice([1, 2, 50])


def _insert(data: bytearray, chance: random.Random) -> None:
    begin = chance.randrange(len(data) + 1)
    data[begin:begin] = chance.randbytes(chance.randrange(1, 30))


def _retag(data: bytearray, chance: random.Random) -> None:
    """Give an element another type, or a wrong length."""
    places = [at for at, byte in enumerate(data[:-1]) if byte in _TAGS]
    if places:
        at = chance.choice(places)
        if chance.random() < 0.5:
            data[at] = chance.choice(_TAGS)
        else:
            data[at + 1] = chance.choice(_LENGTHS)


def _rewrite(data: bytearray, chance: random.Random) -> None:
    """Write over some text of the same length: names and dates."""
    begin = chance.randrange(len(data))
    words = chance.choice(
        [b"\0", b"\xff", b"%00", b"<b>", b"../", b"\r\n.\r\n", b"99991231", "\u202e".encode()]
    )
    data[begin : begin + len(words)] = words


_MUTATIONS: tuple[Mutation, ...] = (
    _set,
    _flip,
    _flip,
    _cut,
    _remove,
    _repeat,
    _insert,
    _retag,
    _retag,
    _rewrite,
)


@cache
def certificates() -> tuple[bytes, ...]:
    """Return the DER of hundreds of odd certificates, the same in one run."""
    return tuple(dict.fromkeys(der for case in odd_cases() for der in case.chain))


@cache
def stores() -> tuple[tuple[str, bytes], ...]:
    """Return recorded key stores with the suffixes of their names."""
    files = sorted((TESTS / "data" / "stores").glob("*.*"))
    return tuple((one.suffix, one.read_bytes()) for one in files)


def file_of_junk(chance: random.Random) -> tuple[str, bytes]:
    """Return a suffix and damaged contents of a file of certificates."""
    kind = chance.randrange(5)
    if kind == 0:
        suffix, data = chance.choice(stores())
        return suffix, mutated(data, chance)
    if kind == 1:
        return chance.choice([".pem", ".cer", ".p7b", ".jks", ".p12"]), chance.randbytes(
            chance.randrange(5000)
        )
    ders = chance.sample(certificates(), 3)
    if kind == 2:
        return ".cer", mutated(ders[0], chance)
    if kind == 3:
        return ".pem", b"".join(_pem(mutated(der, chance)) for der in ders)
    return ".pem", mutated(b"".join(map(_pem, ders)), chance)


def _pem(der: bytes) -> bytes:
    body = base64.encodebytes(der)
    return b"-----BEGIN CERTIFICATE-----\n" + body + b"-----END CERTIFICATE-----\n"
