"""How XProtect's commands say when a certificate expires."""

from monitor.messages import Writer
from monitor.model import Certificate


def expiry(certificate: Certificate, writer: Writer) -> str:
    """Return its expiry as mails have it: ``expires in 3 days (2 Dec 2026 20:22 UTC)``."""
    return f"{writer.expires(certificate.not_after)} ({writer.moment(certificate.not_after)})"
