"""Private keys: fresh ones where they are quick to make, and kept ones where they are not."""

from functools import cache

from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

Key = (
    ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
    | rsa.RSAPrivateKey
    | dsa.DSAPrivateKey
)


def new_key() -> Key:
    """Return a fresh P-256 key, quick to make and accepted by every TLS client."""
    return ec.generate_private_key(ec.SECP256R1())


@cache
def rsa_key(bits: int = 2048, number: int = 0) -> rsa.RSAPrivateKey:
    """Return the one RSA key of this size and number: making one takes long, and few tests need their own."""
    return rsa.generate_private_key(65537, bits)


@cache
def dsa_key() -> dsa.DSAPrivateKey:
    """Return the one DSA key: making one takes longer still."""
    return dsa.generate_private_key(1024)
