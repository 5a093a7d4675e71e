"""The table of supported protocols, by the name that configuration and ``check`` use.

One line for each; the dialogues are in files of their own. Ports are IANA's (or the vendor's) unless a
comment says otherwise. No ALPN where a server responds without it: a server that does not know the offered
protocols may refuse the handshake (RFC 7301 section 3.2).
"""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from monitor.dialects.dialogue import Dialect
from monitor.dialects.ftp import FTP
from monitor.dialects.imap import IMAP
from monitor.dialects.irc import IRC
from monitor.dialects.ldap import ldap
from monitor.dialects.mysql import mysql
from monitor.dialects.nntp import NNTP
from monitor.dialects.pop3 import POP3
from monitor.dialects.postgres import postgres
from monitor.dialects.rdp import rdp
from monitor.dialects.sieve import SIEVE
from monitor.dialects.smtp import LMTP, SMTP
from monitor.dialects.tds import MAX_VERSION, SELF_SIGNED_NAME, STRICT_ALPN, mssql
from monitor.dialects.text import dialogue_factory
from monitor.dialects.xmpp import XmppDialogue

DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        dialect.name: dialect
        for dialect in (
            Dialect("tls", 443),
            Dialect("https", 443),
            Dialect("smtp", 25, dialogue_factory(SMTP)),
            Dialect("smtps", 465),
            Dialect("imap", 143, dialogue_factory(IMAP)),
            Dialect("imaps", 993),
            Dialect("pop3", 110, dialogue_factory(POP3)),
            Dialect("pop3s", 995),
            Dialect("ftp", 21, dialogue_factory(FTP)),
            Dialect("ftps", 990),
            Dialect("ldap", 389, ldap),
            Dialect("ldaps", 636),
            Dialect("postgres", 5432, postgres),
            Dialect("mysql", 3306, mysql),
            Dialect("mariadb", 3306, mysql),
            Dialect("mssql", 1433, mssql, max_version=MAX_VERSION, self_signed_name=SELF_SIGNED_NAME),
            # TDS 8, where TLS comes first. Its clients always verify the certificate, so a self-signed one
            # breaks them.
            Dialect("mssql-strict", 1433, alpn=(STRICT_ALPN,)),
            Dialect("rdp", 3389, rdp),
            Dialect("rtsps", 322),
            Dialect("winrm", 5986),
            Dialect("xmpp-client", 5222, partial(XmppDialogue, "jabber:client")),
            Dialect("xmpp-server", 5269, partial(XmppDialogue, "jabber:server")),
            Dialect("mqtts", 8883),
            Dialect("amqps", 5671),
            Dialect("dot", 853),
            # Azure's 6380 is specific to Azure: clients take rediss:// without a port for 6379.
            Dialect("rediss", 6379),
            # RFC 2033 keeps LMTP off SMTP's port and assigns no other; 24 is IANA's for private mail systems.
            Dialect("lmtp", 24, dialogue_factory(LMTP)),
            Dialect("nntp", 119, dialogue_factory(NNTP)),
            Dialect("sieve", 4190, dialogue_factory(SIEVE)),
            Dialect("irc", 6667, dialogue_factory(IRC)),
            # DTLS has no port of its own; this is the port of CoAP over DTLS (RFC 7252 section 6.2).
            Dialect("dtls", 5684, datagrams=True),
        )
    }
)

PROTOCOLS: tuple[str, ...] = tuple(DIALECTS)
