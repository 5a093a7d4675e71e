"""One name with a certificate for each type of key."""

from monitor.model import Seen
from support import pki

NAME = "recorder.example"
ROOT = pki.authority()
ECDSA = pki.leaf(NAME, ROOT)
RSA = pki.leaf(NAME, ROOT, key=pki.rsa_key())


def places(seen: Seen) -> list[tuple[str, str]]:
    """Return the place and fingerprint of every sighting."""
    return [(one.place, one.certificate.sha256) for one in seen.sightings]
