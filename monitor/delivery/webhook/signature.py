"""The signature by which a program knows where a notification is from; pure.

During a rotation there are two, one with each key, separated by a comma: the program accepts either.
"""

import hmac
from collections.abc import Sequence

from monitor.secrets import Secret

HEADER = "X-Cert-Monitor-Signature"


def signature(body: bytes, keys: Sequence[Secret]) -> str:
    """Return the value of the header: the HMAC-SHA256 of a body with each key, in hexadecimal."""
    return ", ".join(f"sha256={hmac.digest(key.reveal().encode(), body, 'sha256').hex()}" for key in keys)
