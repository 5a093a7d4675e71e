"""The key store and the soon outdated CRL in the demo's folder of files."""

from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from monitor.demo.pki import Issued, authority, leaf, revocation_list

PASSPHRASE = "demo passphrase, guards nothing"  # noqa: S105 - it guards nothing
PASSPHRASE_FILE = "store-passphrase"  # noqa: S105 - the name of a file
DAY = timedelta(days=1)
A_WHILE = timedelta(hours=1)


def write_stores(folder: Path, ca: Issued) -> None:
    """Write both into the folder of files, and the passphrase next to it; the servers must be running."""
    files = folder / "certificates"
    (folder / PASSPHRASE_FILE).write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    (files / "archive.p12").write_bytes(_key_store(ca))
    # From another CA, for client certificates of a web server: the demo's own CA publishes its CRL online.
    clients = authority("Demo Client Certificate Authority", 3650 * DAY)
    (files / "clients.crl").write_bytes(
        revocation_list(clients, ends_in=3 * DAY + A_WHILE, lifetime=180 * DAY)
    )


def _key_store(ca: Issued) -> bytes:
    issued = leaf("archive.vms.example", 45 * DAY + A_WHILE, issuer=ca)
    return pkcs12.serialize_key_and_certificates(
        b"archive",
        issued.key,
        issued.certificate,
        [ca.certificate],
        BestAvailableEncryption(PASSPHRASE.encode()),
    )
