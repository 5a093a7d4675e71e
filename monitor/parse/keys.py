"""Read the type of the key and of the signature from algorithm identifiers.

It must not verify anything, nor judge what is weak.
"""

from monitor.parse.der import (
    BIT_STRING,
    INTEGER,
    OBJECT_IDENTIFIER,
    SEQUENCE,
    DerElement,
    DerError,
    child_list,
    children,
    dotted,
    element,
    expect,
)

_RSA = {"1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "2.5.8.1.1"}
_DSA = "1.2.840.10040.4.1"
_EC = "1.2.840.10045.2.1"
_FIXED = {
    "1.3.101.112": ("Ed25519", 256),
    "1.3.101.113": ("Ed448", 456),
    "2.16.840.1.101.3.4.3.17": ("ML-DSA-44", 0),
    "2.16.840.1.101.3.4.3.18": ("ML-DSA-65", 0),
    "2.16.840.1.101.3.4.3.19": ("ML-DSA-87", 0),
}
_CURVES = {
    "1.2.840.10045.3.1.1": 192,
    "1.2.840.10045.3.1.7": 256,
    "1.3.132.0.33": 224,
    "1.3.132.0.34": 384,
    "1.3.132.0.35": 521,
    "1.3.132.0.10": 256,
    "1.3.132.0.8": 160,
    "1.3.36.3.3.2.8.1.1.7": 256,
    "1.3.36.3.3.2.8.1.1.11": 384,
    "1.3.36.3.3.2.8.1.1.13": 512,
}
_HASHES = {
    "1.2.840.113549.1.1.2": "md2",
    "1.2.840.113549.1.1.3": "md4",
    "1.2.840.113549.1.1.4": "md5",
    "1.2.840.113549.1.1.5": "sha1",
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.113549.1.1.14": "sha224",
    "1.3.14.3.2.3": "md5",
    "1.3.14.3.2.29": "sha1",
    "1.2.840.10040.4.3": "sha1",
    "1.2.840.10045.4.1": "sha1",
    "1.2.840.10045.4.3.1": "sha224",
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
    "2.16.840.1.101.3.4.3.1": "sha224",
    "2.16.840.1.101.3.4.3.2": "sha256",
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    "2.16.840.1.101.3.4.2.4": "sha224",
}
_PSS = "1.2.840.113549.1.1.10"


def key_type_and_size(info: DerElement) -> tuple[str, int]:
    """Return the key's type and its size in bits (0 if unknown) from a SubjectPublicKeyInfo.

    Raises ``DerError`` when the type cannot be read; a size that cannot be read is 0.
    """
    algorithm, bits = child_list(expect(info, SEQUENCE), 2)[:2]
    parts = child_list(expect(algorithm, SEQUENCE), 1)
    oid = dotted(expect(parts[0], OBJECT_IDENTIFIER).content)
    if oid in _FIXED:
        return _FIXED[oid]
    try:
        if oid in _RSA:
            return "RSA", _integer_bits(child_list(element(bits.content[1:]), 2)[0])
        if oid == _DSA:
            return "DSA", _integer_bits(child_list(child_list(algorithm, 2)[1], 3)[0])
        if oid == _EC:
            return "EC", _curve_bits(child_list(algorithm, 2)[1], expect(bits, BIT_STRING))
    except DerError:
        return {_DSA: "DSA", _EC: "EC"}.get(oid, "RSA"), 0
    return oid, 0


def signature_hash(algorithm: DerElement) -> str:
    """Return the hash that a signature algorithm names, empty when it names none (Ed25519)."""
    parts = child_list(expect(algorithm, SEQUENCE), 1)
    oid = dotted(expect(parts[0], OBJECT_IDENTIFIER).content)
    if oid == _PSS:
        return _pss_hash(parts[1:])
    return "" if oid in _FIXED else _HASHES.get(oid, oid)


def _pss_hash(parameters: list[DerElement]) -> str:
    """RFC 4055 section 3.1: the hash is in ``[0]``; the default is SHA-1."""
    for part in children(parameters[0]) if parameters else ():
        if part.tag == 0xA0:
            oid = dotted(child_list(element(part.content), 1)[0].content)
            return _HASHES.get(oid, oid)
    return "sha1"


def _integer_bits(found: DerElement) -> int:
    return int.from_bytes(expect(found, INTEGER).content, "big").bit_length()


def _curve_bits(parameters: DerElement, point: DerElement) -> int:
    if parameters.tag == OBJECT_IDENTIFIER:
        known = _CURVES.get(dotted(parameters.content))
        if known:
            return known
    # An unknown or explicit curve: a point is one format octet and one or two coordinates (SEC 1 section
    # 2.3.3).
    octets = point.content[1:]
    return (len(octets) - 1) * 8 // (2 if octets[:1] == b"\x04" else 1)
