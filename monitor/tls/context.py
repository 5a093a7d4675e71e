"""One shared OpenSSL context for each distinct TLS setting; never create one per probe.

A context costs more than a whole handshake and has no state of a single probe. The settings are as lenient as
the library allows: an old recorder that supports only TLS 1.0 with a SHA-1 certificate is exactly the machine
whose certificate must be monitored. No secrets are sent over these connections, so weak ciphers do no harm.
"""

from dataclasses import dataclass
from functools import cache

from OpenSSL import SSL

from monitor.tls.key_types import OFFERS, KeyType

# What OpenSSL offers by default, the cheapest first: a server that follows the client's order then hashes
# with SHA-256 and not with SHA-384.
_TLS13_CIPHERS = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"


@dataclass(frozen=True, slots=True)
class TlsSetting:
    """The settings that distinguish one TLS context from another.

    ``ciphers`` (TLS 1.2 and older) and ``groups`` are OpenSSL lists. Anonymous, PSK and SRP suites are left
    out because with them the server sends no certificate. The groups leave out the post-quantum ML-KEM
    hybrids: they make the ClientHello five times as long, which old cameras and middleboxes reject, and take
    a sixth of the CPU time of a probe. ``alpn`` is offered where a server requires it (RFC 7301);
    ``max_version`` of ``1.2`` is for protocols that cannot carry TLS 1.3. ``key_type`` restricts the server
    to its certificate of that type; it replaces ``ciphers``. ``datagrams`` is for DTLS.
    """

    ciphers: str = "ALL:!aNULL:!PSK:!SRP:@SECLEVEL=0"
    groups: str = "X25519:P-256:X448:P-384:P-521"
    alpn: tuple[str, ...] = ()
    max_version: str = ""
    key_type: KeyType | None = None
    datagrams: bool = False


def shared_context(setting: TlsSetting = TlsSetting()) -> SSL.Context:
    """Return the context for a setting: any version from TLS 1.0 on, verification off, no resumption."""
    return _context(setting)


def fresh_context(setting: TlsSetting) -> SSL.Context:
    """Return a context that is not shared, for use with a client certificate; see ``shared_context``."""
    context = SSL.Context(SSL.DTLS_CLIENT_METHOD if setting.datagrams else SSL.TLS_CLIENT_METHOD)
    if not setting.datagrams:
        context.set_min_proto_version(SSL.TLS1_VERSION)
    context.set_verify(SSL.VERIFY_NONE)
    context.set_cipher_list(setting.ciphers.encode("ascii"))
    context.set_tls13_ciphersuites(_TLS13_CIPHERS.encode("ascii"))
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    # Since OpenSSL 3, servers without RFC 5746 (secure renegotiation) are otherwise rejected.
    context.set_options(SSL.OP_NO_TICKET | SSL.OP_LEGACY_SERVER_CONNECT)
    if setting.max_version == "1.2":
        context.set_max_proto_version(SSL.TLS1_2_VERSION)
    if setting.alpn:
        context.set_alpn_protos([name.encode("ascii") for name in setting.alpn])
    limit_groups(context, setting.groups)
    if setting.key_type is not None:
        _limit_key_type(context, setting.key_type)
    return context


_context = cache(fresh_context)


def _limit_key_type(context: SSL.Context, key_type: KeyType) -> None:
    """Accept certificates of one key type only; disable TLS 1.3 where it cannot be restricted."""
    offer = OFFERS[key_type]
    context.set_cipher_list(offer.ciphers.encode("ascii"))
    if not limit_signatures(context, offer.signatures):
        context.set_max_proto_version(SSL.TLS1_2_VERSION)


def limit_groups(context: SSL.Context, groups: str) -> bool:
    """Offer only these key exchange groups; return whether the library supports it.

    pyOpenSSL has no public call for it. Where the private one is missing, the default groups apply: probes
    then cost more and everything else works.
    """
    return _limit(context, "SSL_CTX_set1_curves_list", groups)


def limit_signatures(context: SSL.Context, algorithms: str) -> bool:
    """Accept only these signature algorithms; return whether the library supports it.

    pyOpenSSL has no public call for it (its issue 848), and some older versions lack the private one.
    """
    return _limit(context, "SSL_CTX_set1_sigalgs_list", algorithms)


def _limit(context: SSL.Context, call: str, names: str) -> bool:
    limit = getattr(getattr(SSL, "_lib", None), call, None)
    pointer = getattr(context, "_context", None)
    if limit is None or pointer is None:
        return False
    return bool(limit(pointer, names.encode("ascii")) == 1)
