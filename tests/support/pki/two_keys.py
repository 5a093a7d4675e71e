"""One name with a certificate for each type of key."""

from cryptography.hazmat.primitives.asymmetric import rsa

from monitor.model import Seen
from support import pki

NAME = "recorder.example"
ROOT = pki.authority()
ECDSA = pki.leaf(NAME, ROOT)
RSA = pki.leaf(NAME, ROOT, key=rsa.generate_private_key(65537, 2048))


def places(seen: Seen) -> list[tuple[str, str]]:
    """Return the place and fingerprint of every sighting."""
    return [(one.place, one.certificate.sha256) for one in seen.sightings]
