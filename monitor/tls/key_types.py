"""Cipher suites and signature algorithms that select a server's certificate by key type; data only.

Up to TLS 1.2 the cipher suite determines the key, so a list of suites selects it. In TLS 1.3 only the
signature algorithms do (RFC 8446 sections 4.2.3 and 4.4.2.2).
"""

from dataclasses import dataclass
from enum import StrEnum


class KeyType(StrEnum):
    """A key type for which a server may have a certificate of its own.

    Ed25519 and Ed448 count with ECDSA: TLS 1.2 has them use the same cipher suites (RFC 8422 section 5.10).
    """

    RSA = "RSA"
    ECDSA = "ECDSA"


@dataclass(frozen=True, slots=True)
class Offer:
    """OpenSSL lists of cipher suites (TLS 1.2 and older) and of signature algorithms."""

    ciphers: str
    signatures: str


# In TLS 1.3 these sign certificates but never a handshake (RFC 8446 section 4.2.3). So they may accompany
# those of ECDSA, for servers that check whether the client can verify the RSA CA above their ECDSA leaf.
_FOR_CHAINS = "rsa_pkcs1_sha256:rsa_pkcs1_sha384:rsa_pkcs1_sha512:RSA+SHA1"

OFFERS = {
    KeyType.RSA: Offer(
        "ALL:!aNULL:!PSK:!SRP:!aECDSA:!aDSS:@SECLEVEL=0",
        "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:"
        f"rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:{_FOR_CHAINS}",
    ),
    KeyType.ECDSA: Offer(
        "ALL:!aNULL:!PSK:!SRP:!aRSA:!aDSS:@SECLEVEL=0",
        "ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:"
        f"ed25519:ed448:ECDSA+SHA1:{_FOR_CHAINS}",
    ),
}
