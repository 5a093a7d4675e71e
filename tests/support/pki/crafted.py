"""Write DER by hand: certificates of shapes that a well-behaved library refuses to make."""

from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from support.pki.certificates import name
from support.pki.keys import Key, new_key


def tlv(tag: int, *contents: bytes) -> bytes:
    """Return one DER element."""
    content = b"".join(contents)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
ECDSA_SHA1 = bytes.fromhex("300906072a8648ce3d0401")
_DIGESTS: dict[bytes, hashes.HashAlgorithm] = {ECDSA_SHA1: hashes.SHA1()}


def raw(  # every part of a certificate is an argument
    *,
    version: bytes = bytes.fromhex("a003020102"),
    serial: bytes = b"\x01",
    subject: bytes | None = None,
    issuer: bytes | None = None,
    validity: bytes | None = None,
    public_key: bytes | None = None,
    extensions: Sequence[bytes] = (),
    key: Key | None = None,
    signer: Key | None = None,
    algorithm: bytes = ECDSA_SHA256,
) -> bytes:
    """Return the DER of a certificate put together part by part, with a good P-256 signature.

    ``version`` is the whole explicit element (empty for v1), ``serial`` the content of the INTEGER,
    ``validity`` both times as elements, ``extensions`` whole Extension elements; the rest are whole elements.
    """
    own = key or new_key()
    who = subject if subject is not None else name("raw").public_bytes()
    tbs = tlv(
        0x30,
        version,
        tlv(0x02, serial),
        algorithm,
        issuer if issuer is not None else who,
        tlv(0x30, validity or tlv(0x17, b"260101000000Z") + tlv(0x17, b"360101000000Z")),
        who,
        public_key or own.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        tlv(0xA3, tlv(0x30, *extensions)) if extensions else b"",
    )
    signing = signer or own
    assert isinstance(signing, ec.EllipticCurvePrivateKey)
    signature = signing.sign(tbs, ec.ECDSA(_DIGESTS.get(algorithm, hashes.SHA256())))
    return tlv(0x30, tbs, algorithm, tlv(0x03, b"\x00", signature))


def extension(oid: x509.ObjectIdentifier, value: bytes, *, critical: bool = False) -> bytes:
    """Return one Extension element with any bytes as its value."""
    return tlv(0x30, object_identifier(oid), b"\x01\x01\xff" if critical else b"", tlv(0x04, value))


def object_identifier(oid: x509.ObjectIdentifier) -> bytes:
    """Return an OBJECT IDENTIFIER element."""
    first, second, *rest = (int(part) for part in oid.dotted_string.split("."))
    content = bytearray()
    for arc in (first * 40 + second, *rest):
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.append(0x80 | arc & 0x7F)
        content += bytes(reversed(septets))
    return tlv(0x06, bytes(content))
