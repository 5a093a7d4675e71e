"""List which protocol is spoken where, one line for each protocol and each real server."""

from dataclasses import dataclass

from support.servers.dialects.data_servers import MARIADB, MOSQUITTO, POSTGRES, RABBITMQ, REDIS, XRDP
from support.servers.dialects.estate import Kind
from support.servers.dialects.file_servers import INSPIRCD, PROSODY, SLAPD, VSFTPD, VSFTPD_DIRECT
from support.servers.dialects.mail_servers import DOVECOT, POSTFIX
from support.servers.dialects.proxy_servers import HAPROXY, NGINX, STUNNEL, UNBOUND


@dataclass(frozen=True, eq=False)
class MatrixServer:
    """A protocol, a server for it, and the name of its port."""

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
    MatrixServer("tls", HAPROXY),
    MatrixServer("tls", STUNNEL),
    MatrixServer("tls", INSPIRCD, "ircs"),
    MatrixServer("https", NGINX),
    MatrixServer("smtp", POSTFIX),
    MatrixServer("smtps", POSTFIX),
    MatrixServer("imap", DOVECOT),
    MatrixServer("imaps", DOVECOT),
    MatrixServer("pop3", DOVECOT),
    MatrixServer("pop3s", DOVECOT),
    MatrixServer("ftp", VSFTPD),
    MatrixServer("ftps", VSFTPD_DIRECT),
    MatrixServer("ldap", SLAPD),
    MatrixServer("ldaps", SLAPD),
    MatrixServer("postgres", POSTGRES),
    MatrixServer("mysql", MARIADB),
    MatrixServer("mariadb", MARIADB, "mysql"),
    MatrixServer("rdp", XRDP),
    MatrixServer("xmpp-client", PROSODY, "client"),
    MatrixServer("xmpp-server", PROSODY, "server"),
    MatrixServer("mqtts", MOSQUITTO),
    MatrixServer("amqps", RABBITMQ),
    MatrixServer("dot", UNBOUND),
    MatrixServer("rediss", REDIS),
    MatrixServer("lmtp", DOVECOT),
    MatrixServer("sieve", DOVECOT),
    MatrixServer("irc", INSPIRCD),
)

# What has no such server that can be installed anywhere: docs/protocols.md says what was tested instead.
# The server of dtls is no daemon with a log: test_source_datagrams has it.
WITHOUT_SERVER = frozenset({"mssql", "mssql-strict", "rtsps", "winrm", "nntp", "dtls"})
