"""Chains with odd purposes: extended key usage of the whole path, key usage and Netscape type of the leaf."""

from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519

from support.pki.certificates import ANY_USAGE, CLIENT_AUTH, SERVER_AUTH, TODAY, issue, key_usage, leaf
from support.pki.keys import new_key, rsa_key
from support.pki.odd.case import HOST, ROOT, Case, case

_NETSCAPE_TYPE = x509.ObjectIdentifier("2.16.840.1.113730.1.1")
_USAGES = {
    "server": [SERVER_AUTH],
    "client": [CLIENT_AUTH],
    "client and server": [CLIENT_AUTH, SERVER_AUTH],
    "any": [ANY_USAGE],
    "client and any": [CLIENT_AUTH, ANY_USAGE],
    "Microsoft's server-gated": [x509.ObjectIdentifier("1.3.6.1.4.1.311.10.3.3")],
    "Netscape's server-gated": [x509.ObjectIdentifier("2.16.840.1.113730.4.1")],
    "something else": [x509.ObjectIdentifier("1.2.3.4")],
}
_KEY_USAGES = (
    ("digital_signature",),
    ("content_commitment",),
    ("key_encipherment",),
    ("data_encipherment",),
    ("key_agreement",),
    ("key_cert_sign",),
    ("crl_sign",),
    ("digital_signature", "key_encipherment"),
    ("key_cert_sign", "crl_sign"),
)


def usage_cases() -> Iterator[Case]:
    """Yield them."""
    for what, usages in _USAGES.items():
        yield case(f"EKU of the leaf: {what}", leaf(HOST, ROOT, at=TODAY, usages=usages))
        middle = issue("Purposed", ROOT, at=TODAY, ca=True, usages=usages)
        own = leaf(HOST, middle, at=TODAY)
        yield case(f"EKU of the intermediate: {what}", own, middle)
        yield case(f"EKU of a pinned intermediate: {what}", own, middle, trusted=[middle])
        root = issue("Purposed Root", at=TODAY, ca=True, usages=usages)
        yield case(f"EKU of the root: {what}", leaf(HOST, root, at=TODAY), trusted=[root])
        pinned = issue(HOST, at=TODAY, names=[HOST], usages=usages)
        yield case(f"EKU of a pinned self-signed leaf: {what}", pinned, trusted=[pinned])
    critical = leaf(HOST, ROOT, at=TODAY, usages=[CLIENT_AUTH], usages_critical=True)
    yield case("EKU of the leaf: client, critical", critical)
    yield case("EKU of the leaf: none", leaf(HOST, ROOT, at=TODAY, usages=[]))
    yield from _key_usages()


def _key_usages() -> Iterator[Case]:
    keys = {"EC": new_key(), "RSA": rsa_key(), "Ed25519": ed25519.Ed25519PrivateKey.generate()}
    for kind, key in keys.items():
        for usages in _KEY_USAGES if kind != "Ed25519" else (("digital_signature",), ("key_agreement",)):
            extensions = [key_usage(*usages)]
            own = issue(HOST, ROOT, at=TODAY, key=key, names=[HOST], extensions=extensions)
            yield case(f"key usage of {kind}: {', '.join(usages)}", own)
    for what, bits in (("client", 0x80), ("server", 0x40), ("CA", 0x04)):
        kind = x509.UnrecognizedExtension(_NETSCAPE_TYPE, bytes([3, 2, 0, bits]))
        own = issue(HOST, ROOT, at=TODAY, names=[HOST], extensions=[(kind, False)])
        yield case(f"Netscape type of the leaf: {what}", own)
    middle = issue("Signs nothing", ROOT, at=TODAY, ca=True, extensions=[key_usage("crl_sign")])
    yield case("intermediate with the key usage crl_sign alone", leaf(HOST, middle, at=TODAY), middle)
    root = issue("Root that signs nothing", at=TODAY, ca=True, extensions=[key_usage("crl_sign")])
    yield case("root with the key usage crl_sign alone", leaf(HOST, root, at=TODAY), trusted=[root])
