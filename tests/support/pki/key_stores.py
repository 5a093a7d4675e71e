"""Make key stores for the tests: PKCS#12 with any checksum, JKS entry by entry; and find the recorded ones.

The recorded stores were made by ``data/stores/make`` with Java's own keytool.
"""

import hashlib
import hmac
import struct
from collections.abc import Sequence

from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PBES,
    PKCS12Certificate,
    serialize_java_truststore,
    serialize_key_and_certificates,
)
from cryptography.x509 import ObjectIdentifier

from monitor.parse import AliasedCertificates, aliased_certificates, parse_certificate
from monitor.parse.der import children, element
from monitor.secrets import Secret
from support.folders import DATA
from support.pki import TODAY, Issued, authority, leaf, object_identifier, tlv
from support.written import written

RECORDED = DATA / "stores"
ROOT = authority("Store CA", at=TODAY)
LEAF = leaf("web.example", ROOT, at=TODAY)
OTHER = leaf("other.example", at=TODAY)
WORD = "changeit"


def held(data: bytes, *words: str) -> AliasedCertificates:
    """Return what data holds when these passphrases are at hand."""
    return aliased_certificates(data, lambda: [Secret(word) for word in words])


def subjects(found: AliasedCertificates) -> dict[str, list[str]]:
    """Return the subject of every certificate by alias."""
    return {alias: [parse_certificate(der).subject_cn for der in part.ders] for alias, part in found.parts}


def problems(found: AliasedCertificates) -> list[str]:
    """Return everything that is damaged, in English."""
    return [written(problem) for _, part in found.parts for problem in part.problems]


def pkcs12(
    word: str | None = WORD,
    *,
    name: str | None = "web",
    issued: Issued = LEAF,
    chain: Sequence[Issued] = (ROOT,),
    cipher: PBES = PBES.PBESv2SHA256AndAES256CBC,
    rounds: int = 16,
    mac: HashAlgorithm | None = None,
) -> bytes:
    """Return a PKCS#12 file with a key, its certificate and chain; without encryption for no passphrase."""
    protection = (
        NoEncryption()
        if word is None
        else PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(rounds)
        .key_cert_algorithm(cipher)
        .hmac_hash(mac or SHA256())
        .build(word.encode())
    )
    above = [PKCS12Certificate(one.certificate, None) for one in chain]
    return serialize_key_and_certificates(
        name.encode() if name else None, issued.key, issued.certificate, above, protection
    )


def truststore(word: str, **named: Issued) -> bytes:
    """Return a list of trusted certificates as Java keeps it in PKCS#12, without any key."""
    certificates = [PKCS12Certificate(one.certificate, name.encode()) for name, one in named.items()]
    return serialize_java_truststore(certificates, BestAvailableEncryption(word.encode()))


def with_pbmac1(data: bytes, word: str, hash_name: str = "sha256", rounds: int = 16) -> bytes:
    """Return a PKCS#12 file with its checksum replaced by that of RFC 9579."""
    version, info, _ = children(element(data))
    (safe,) = children(list(children(info))[1])
    prf = {"sha256": "1.2.840.113549.2.9", "sha512": "1.2.840.113549.2.11"}[hash_name]
    function = tlv(0x30, object_identifier(ObjectIdentifier(prf)), b"\x05\x00")
    salt, length = b"saltsalt", 32
    key = hashlib.pbkdf2_hmac(hash_name, word.encode(), salt, rounds, length)
    derivation = tlv(
        0x30,
        object_identifier(ObjectIdentifier("1.2.840.113549.1.5.12")),
        tlv(0x30, tlv(4, salt), number(rounds), number(length), function),
    )
    algorithm = tlv(
        0x30,
        object_identifier(ObjectIdentifier("1.2.840.113549.1.5.14")),
        tlv(0x30, derivation, function),
    )
    digest = hmac.digest(key, safe.content, hash_name)
    mac = tlv(0x30, tlv(0x30, algorithm, tlv(4, digest)), tlv(4, b"NOT USED"))
    return tlv(0x30, version.encoded, info.encoded, mac)


def number(value: int) -> bytes:
    """Return a DER INTEGER."""
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def text(octets: bytes) -> bytes:
    """Return a text as Java writes it, its length before it."""
    return struct.pack(">H", len(octets)) + octets


def blob(octets: bytes) -> bytes:
    """Return octets with their length before them."""
    return struct.pack(">I", len(octets)) + octets


def trusted(alias: bytes, der: bytes, *, version: int = 2, kind: bytes = b"X.509") -> bytes:
    """Return the entry of a trusted certificate in a Java store."""
    return struct.pack(">I", 2) + text(alias) + bytes(8) + (text(kind) if version > 1 else b"") + blob(der)


def private(alias: bytes, *ders: bytes, key: bytes = b"sealed key") -> bytes:
    """Return the entry of a private key and its chain in a Java store."""
    chain = b"".join(text(b"X.509") + blob(der) for der in ders)
    return struct.pack(">I", 1) + text(alias) + bytes(8) + blob(key) + struct.pack(">I", len(ders)) + chain


def jks(
    *entries: bytes,
    word: str = WORD,
    count: int | None = None,
    magic: bytes = b"\xfe\xed\xfe\xed",
    version: int = 2,
) -> bytes:
    """Return a Java store of these entries; ``count`` claims another number of them."""
    body = magic + struct.pack(">II", version, len(entries) if count is None else count) + b"".join(entries)
    return body + hashlib.sha1(word.encode("utf-16-be") + b"Mighty Aphrodite" + body).digest()


OLD = {"cipher": PBES.PBESv1SHA1And3KeyTripleDESCBC, "mac": SHA1()}
