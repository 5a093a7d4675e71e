"""TLS contexts of servers that show certificates of the factory, and of clients that verify them."""

import ssl
from pathlib import Path
from tempfile import TemporaryDirectory

from support.pki.certificates import Issued


def tls_context(*chain: Issued, clients: Issued | None = None) -> ssl.SSLContext:
    """Return a server's context that shows a chain; with ``clients`` it wants a certificate of that CA."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if chain:
        show(context, *chain)
    if clients is not None:
        context.load_verify_locations(cadata=clients.der)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def trusting(ca: bytes) -> ssl.SSLContext:
    """Return a client's context that trusts a CA, given as DER, also without a key usage.

    Python 3.13 verifies strictly by itself: every CA has to have one then.
    """
    context = ssl.create_default_context(cadata=ca)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def show(context: ssl.SSLContext, *chain: Issued) -> None:
    """Make a server's context serve a chain."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "chain.pem"
        path.write_bytes(chain[0].key_pem + b"".join(one.pem for one in chain))
        context.load_cert_chain(path)
