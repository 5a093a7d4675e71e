"""Throwaway keys, certificates and what belongs to them; no test makes its own in another way."""

from support.pki.certificates import (
    ANY_USAGE,
    CLIENT_AUTH,
    NOW,
    SERVER_AUTH,
    TODAY,
    Issued,
    alternative_names,
    authority,
    days,
    issue,
    key_usage,
    leaf,
    name,
)
from support.pki.contexts import show, tls_context, trusting
from support.pki.crafted import extension, object_identifier, raw, tlv
from support.pki.keys import Key, dsa_key, new_key, rsa_key

__all__ = [
    "ANY_USAGE",
    "CLIENT_AUTH",
    "NOW",
    "SERVER_AUTH",
    "TODAY",
    "Issued",
    "Key",
    "alternative_names",
    "authority",
    "days",
    "dsa_key",
    "extension",
    "issue",
    "key_usage",
    "leaf",
    "name",
    "new_key",
    "object_identifier",
    "raw",
    "rsa_key",
    "show",
    "tls_context",
    "tlv",
    "trusting",
]
