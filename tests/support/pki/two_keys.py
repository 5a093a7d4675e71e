"""One name with a certificate for each type of key."""

from monitor.model import ProbeResult
from support import pki

NAME = "recorder.example"
ROOT = pki.authority()
ECDSA = pki.leaf(NAME, ROOT)
RSA = pki.leaf(NAME, ROOT, key=pki.rsa_key())


def locations(seen: ProbeResult) -> list[tuple[str, str]]:
    """Return the location and fingerprint of every sighting."""
    return [(one.location, one.certificate.sha256) for one in seen.sightings]
