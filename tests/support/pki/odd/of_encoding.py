"""Odd encodings: versions, numbers, unknown, malformed and doubled extensions, keys and signatures."""

from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding
from cryptography.x509.oid import ExtensionOID

from support.pki.certificates import TODAY, Issued, authority, issue, leaf, name
from support.pki.crafted import ECDSA_SHA1, extension, raw, tlv
from support.pki.keys import new_key, rsa_key
from support.pki.odd.case import HOST, ROOT, Case, Made, case, crafted, names_extension

_UNKNOWN = x509.ObjectIdentifier("1.2.3.4.5")
_POISON = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.3")
_MUST_STAPLE = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.24")
_MALFORMED = {
    "basicConstraints": ExtensionOID.BASIC_CONSTRAINTS,
    "key usage": ExtensionOID.KEY_USAGE,
    "extended key usage": ExtensionOID.EXTENDED_KEY_USAGE,
    "authority key identifier": ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
    "subject key identifier": ExtensionOID.SUBJECT_KEY_IDENTIFIER,
    "name constraints": ExtensionOID.NAME_CONSTRAINTS,
    "certificate policies": ExtensionOID.CERTIFICATE_POLICIES,
    "CRL distribution points": ExtensionOID.CRL_DISTRIBUTION_POINTS,
}


def encoding_cases() -> Iterator[Case]:
    """Yield them."""
    yield from _fields()
    yield from _extensions()
    yield from _keys()


def _fields() -> Iterator[Case]:
    yield case("version 1 with extensions", crafted(version=b""))
    yield case("version 5", crafted(version=bytes.fromhex("a003020104")))
    for what, serial in (
        ("zero", b"\0"),
        ("negative", b"\xff"),
        ("of 20 octets", b"\x7f" * 20),
        ("of 40 octets", b"\x7f" * 40),
    ):
        yield case(f"serial number {what}", crafted(serial=serial))
    yield case("empty issuer and subject, pinned", *(own := [_nameless()]), trusted=own)
    key = new_key()
    old = raw(version=b"", key=key, subject=name("V1 Root").public_bytes())
    root = Issued(x509.load_der_x509_certificate(old), key)
    yield case("root of version 1", leaf(HOST, root, at=TODAY), trusted=[root])
    middle = raw(
        version=b"",
        key=key,
        subject=name("V1").public_bytes(),
        issuer=ROOT.certificate.subject.public_bytes(),
        signer=ROOT.key,
    )
    between = Issued(x509.load_der_x509_certificate(middle), key)
    yield case("intermediate of version 1", leaf(HOST, between, at=TODAY), between)


def _nameless() -> Made:
    key = new_key()
    der = raw(
        subject=name("").public_bytes(), key=key, extensions=[names_extension(HOST.encode(), critical=True)]
    )
    return Made(der, key)


def _extensions() -> Iterator[Case]:
    for critical in (False, True):
        how = "critical" if critical else "uncritical"
        one = (x509.UnrecognizedExtension(_UNKNOWN, b"\x05\x00"), critical)
        yield case(
            f"unknown extension of the leaf, {how}",
            issue(HOST, ROOT, at=TODAY, names=[HOST], extensions=[one]),
        )
        middle = issue("Extended", ROOT, at=TODAY, ca=True, extensions=[one])
        yield case(f"unknown extension of the intermediate, {how}", leaf(HOST, middle, at=TODAY), middle)
        root = issue("Extended Root", at=TODAY, ca=True, extensions=[one])
        yield case(f"unknown extension of the root, {how}", leaf(HOST, root, at=TODAY), trusted=[root])
    poison = extension(_POISON, b"\x05\x00", critical=True)
    yield case("precertificate (poison extension)", crafted(more=[poison]))
    yield case(
        "must-staple without a staple", crafted(more=[extension(_MUST_STAPLE, bytes.fromhex("3003020105"))])
    )
    for what, oid in _MALFORMED.items():
        yield case(f"malformed {what}", crafted(more=[extension(oid, b"\x30\x05\x01")]))
    yield case(
        "malformed alternative names",
        crafted(names=extension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, b"\x30\x09\x82")),
    )
    again = names_extension(b"other.example")
    yield case("alternative names twice", crafted(more=[again]))
    usage = extension(ExtensionOID.KEY_USAGE, bytes.fromhex("03020780"))
    yield case("key usage twice", crafted(more=[usage, usage]))
    yield case(
        "key usage with no bit", crafted(more=[extension(ExtensionOID.KEY_USAGE, bytes.fromhex("030100"))])
    )
    yield case(
        "extended key usage with no purpose",
        crafted(more=[extension(ExtensionOID.EXTENDED_KEY_USAGE, tlv(0x30))]),
    )


def _keys() -> Iterator[Case]:
    for what, key in (
        ("RSA 1024", rsa_key(1024)),
        ("RSA 2048", rsa_key()),
        ("P-224", ec.generate_private_key(ec.SECP224R1())),
        ("P-384", ec.generate_private_key(ec.SECP384R1())),
        ("P-521", ec.generate_private_key(ec.SECP521R1())),
        ("secp256k1", ec.generate_private_key(ec.SECP256K1())),
        ("Ed25519", ed25519.Ed25519PrivateKey.generate()),
        ("Ed448", ed448.Ed448PrivateKey.generate()),
    ):
        yield case(f"key of the leaf: {what}", leaf(HOST, ROOT, at=TODAY, key=key))
        root = authority("Root of a kind", at=TODAY, key=key)
        yield case(f"key of the root: {what}", leaf(HOST, root, at=TODAY), trusted=[root])
    rsa_root = authority("RSA Root", at=TODAY, key=rsa_key())
    for what, digest in (("SHA-224", hashes.SHA224()), ("SHA-512", hashes.SHA512())):
        own = issue(HOST, rsa_root, at=TODAY, names=[HOST], signature_hash=digest)
        yield case(f"signature of the leaf: RSA with {what}", own, trusted=[rsa_root])
    yield case("signature of the leaf: ECDSA with SHA-1", crafted(algorithm=ECDSA_SHA1))
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    own = issue(HOST, rsa_root, at=TODAY, names=[HOST], rsa_padding=pss)
    yield case("signature of the leaf: RSA-PSS", own, trusted=[rsa_root])
    own = leaf(HOST, ROOT, at=TODAY)
    damaged = own.der[:-1] + bytes([own.der[-1] ^ 1])
    yield case("signature of the leaf: damaged", Made(damaged, own.key))
