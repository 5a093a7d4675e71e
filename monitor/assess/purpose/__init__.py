"""Judge whether the certificates of a path are for servers, as OpenSSL's purpose ``sslserver`` and Go do.

Where both refuse a path it is critical, where clients differ a warning. This must not judge strength, names
or trust.
"""

from dataclasses import dataclass

from monitor.assess.chain_checks import Who
from monitor.assess.purpose import texts
from monitor.model import Certificate, KeyUsage, Message, Severity

SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
_ANY_USAGE = "2.5.29.37.0"
# "Server-gated cryptography" of the 1990s, Microsoft's and Netscape's: OpenSSL takes it for serverAuth, Go
# does not.
_SERVER_GATED = frozenset({"1.3.6.1.4.1.311.10.3.3", "2.16.840.1.113730.4.1"})
_FOR_TLS = KeyUsage.DIGITAL_SIGNATURE | KeyUsage.KEY_ENCIPHERMENT | KeyUsage.KEY_AGREEMENT
_SIGNS_ONLY = frozenset({"EC", "Ed25519", "Ed448"})


@dataclass(frozen=True, slots=True)
class PurposeProblem:
    """Severity and message about a certificate that is not, or not for all clients, for servers."""

    severity: Severity
    message: Message


def purpose_problem(certificate: Certificate, who: Who, *, is_leaf: bool) -> PurposeProblem | None:
    """Return why a certificate of a path is not for TLS servers, ``None`` when all clients accept it.

    The extended key usage counts on the whole path, anchor included (RFC 5280 section 4.2.1.12 leaves that
    open, OpenSSL and Go do it); the key usage of a CA is a matter of trust.
    """
    problem = _extended_usage(certificate, who, is_leaf=is_leaf)
    if problem is not None or not is_leaf:
        return problem
    said = _key_usage(certificate, who)
    return PurposeProblem(Severity.WARNING, said) if said is not None else None


def _extended_usage(certificate: Certificate, who: Who, *, is_leaf: bool) -> PurposeProblem | None:
    usages = certificate.extended_usages
    if usages is None or SERVER_AUTH in usages:
        return None
    openssl, go = not _SERVER_GATED.isdisjoint(usages), _ANY_USAGE in usages
    if openssl and go:
        return None
    if openssl or go:
        said = texts.usage_server_gated_only if openssl else texts.usage_any_only
        return PurposeProblem(Severity.WARNING, said(who=who(certificate)))
    unfit = texts.wrong_usage if is_leaf else texts.wrong_ca_usage
    return PurposeProblem(Severity.CRITICAL, unfit(who=who(certificate)))


def _key_usage(leaf: Certificate, who: Who) -> Message | None:
    """Return what OpenSSL (``ku_reject``, ``ns_reject``) or Java refuse and Go does not look at."""
    usage = leaf.key_usage
    if usage is not None and not usage & _FOR_TLS:
        return texts.wrong_key_usage(who=who(leaf))
    if leaf.netscape_server is False:
        return texts.wrong_netscape_type(who=who(leaf))
    if usage is not None and leaf.key_type in _SIGNS_ONLY and KeyUsage.DIGITAL_SIGNATURE not in usage:
        return texts.no_signature_usage(who=who(leaf), key_type=leaf.key_type)
    return None
