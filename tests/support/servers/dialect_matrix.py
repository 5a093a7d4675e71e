"""List which protocol is spoken where, one line for each protocol and each real server."""

from dataclasses import dataclass

from support.servers.dialect_data_servers import MARIADB, MOSQUITTO, POSTGRES, RABBITMQ, REDIS, XRDP
from support.servers.dialect_file_servers import INSPIRCD, PROSODY, SLAPD, VSFTPD, VSFTPD_DIRECT
from support.servers.dialect_mail_servers import DOVECOT, POSTFIX
from support.servers.dialect_proxy_servers import HAPROXY, NGINX, STUNNEL, UNBOUND
from support.servers.dialect_servers import Kind


@dataclass(frozen=True, eq=False)
class Place:
    """Hold a protocol, the server that speaks it, and the name of the port on which it does."""

    protocol: str
    kind: Kind
    port: str = ""

    def __str__(self) -> str:
        """Return a short name."""
        return f"{self.protocol} at {self.kind.name}"

    @property
    def at(self) -> str:
        """Return the name of the port, mostly that of the protocol."""
        return self.port or self.protocol


PLACES = (
    Place("tls", HAPROXY),
    Place("tls", STUNNEL),
    Place("tls", INSPIRCD, "ircs"),
    Place("https", NGINX),
    Place("smtp", POSTFIX),
    Place("smtps", POSTFIX),
    Place("imap", DOVECOT),
    Place("imaps", DOVECOT),
    Place("pop3", DOVECOT),
    Place("pop3s", DOVECOT),
    Place("ftp", VSFTPD),
    Place("ftps", VSFTPD_DIRECT),
    Place("ldap", SLAPD),
    Place("ldaps", SLAPD),
    Place("postgres", POSTGRES),
    Place("mysql", MARIADB),
    Place("mariadb", MARIADB, "mysql"),
    Place("rdp", XRDP),
    Place("xmpp-client", PROSODY, "client"),
    Place("xmpp-server", PROSODY, "server"),
    Place("mqtts", MOSQUITTO),
    Place("amqps", RABBITMQ),
    Place("dot", UNBOUND),
    Place("rediss", REDIS),
    Place("lmtp", DOVECOT),
    Place("sieve", DOVECOT),
    Place("irc", INSPIRCD),
)

# What has no such server that can be installed anywhere: docs/protocols.md says what was tested instead.
# The server of dtls is no daemon with a log: test_source_datagrams has it.
WITHOUT_SERVER = frozenset({"mssql", "mssql-strict", "rtsps", "winrm", "nntp", "dtls"})
