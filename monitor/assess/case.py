"""One path of a target and how its certificates are named in findings; it judges nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.assess import texts
from monitor.model import (
    AlertKey,
    Certificate,
    Check,
    Finding,
    Message,
    Path,
    Scope,
    Severity,
    Sighting,
    Target,
)

# Only an endpoint serves its certificates to others. Of those that lie in files and stores no name is
# expected and no trust, unless asked for.
_SERVING = "endpoint"

# How a CA is named that was not found with the leaf, and how a trusted one is, by the kind of target.
_NOT_HERE = {
    "endpoint": (texts.its_ca_not_served, texts.its_trusted_ca_not_served),
    "files": (texts.its_ca_not_in_file, texts.its_trusted_ca_not_in_file),
}
_NOT_IN_STORE = (texts.its_ca_not_in_store, texts.its_trusted_ca_not_in_store)


@dataclass(frozen=True, slots=True)
class Case:
    """One path of a target, with what is needed to judge it."""

    target: Target
    path: Path
    sightings: tuple[Sighting, ...]
    now: datetime

    @property
    def served(self) -> bool:
        """Return whether the certificates are served to clients."""
        return self.target.kind == _SERVING

    def finding(
        self,
        check: Check,
        default: Severity,
        certificate: Certificate,
        message: Message,
        shared: AlertKey | None = None,
    ) -> Iterator[Finding]:
        """Yield a finding with the policy's severity, none when the check is off."""
        severity = self.target.policy.severity(check, default)
        if severity is not None:
            yield Finding(check, severity, message, certificate.sha256, self.path.location, shared)

    def shared_alert(self, check: Check, certificate: Certificate) -> AlertKey | None:
        """Return the alert about a CA that all certificates below it share, ``None`` for the leaf's own."""
        if certificate == self.path.leaf:
            return None
        return AlertKey(check, Scope.CERTIFICATE, certificate.sha256)

    def is_authority(self, leaf: Certificate) -> bool:
        """Return whether a certificate at rest is a CA's own, such as an anchor file."""
        return not self.served and is_authority(leaf, self.path.location, self.sightings)

    def who(self, certificate: Certificate) -> Message:
        """Return how a message names a certificate of the path."""
        title = certificate.title
        if certificate == self.path.leaf:
            if self.is_authority(certificate):
                return texts.the_ca_certificate(title=title)
            return texts.the_certificate(title=title)
        here = (one for one in self.sightings if one.location == self.path.location)
        if any(one.certificate.sha256 == certificate.sha256 for one in here):
            return texts.its_ca(title=title)
        trusted = self.path.trusted and certificate == self.path.certificates[-1]
        absent = _NOT_HERE.get(self.target.kind, _NOT_IN_STORE)
        return absent[trusted](title=title)


def is_authority(leaf: Certificate, location: str, sightings: Iterable[Sighting]) -> bool:
    """Return whether a certificate that lies at a location, and is not served there, is a CA's own.

    Self-signed server certificates often carry the CA flag (openssl req -x509 sets it), but a CA has
    no host names. What a key store holds with its key is a server's, unless it says that it is a CA's:
    keytool marks no certificate that it makes for a server.
    """
    return named_like_authority(leaf) and not (leaf.presumed_ca and _has_key(leaf, location, sightings))


def named_like_authority(certificate: Certificate) -> bool:
    """Return whether a certificate is a CA's and has no host names."""
    return certificate.is_ca and not certificate.dns_names and not certificate.ip_addresses


def _has_key(leaf: Certificate, location: str, sightings: Iterable[Sighting]) -> bool:
    """Return whether the private key of a certificate is at a location."""
    here = (one for one in sightings if one.own_key and one.location == location)
    return any(one.certificate.sha256 == leaf.sha256 for one in here)
