"""Messages about dialogues that did not lead to TLS.

``request`` is what the protocol calls the request, such as ``STARTTLS``; ``reply`` quotes the server.
"""

from monitor.model import Message, message
from monitor.model.message import plain

IRC_HINT = plain(
    "irc_tls_port",
    "many IRC servers offer TLS only from the start, mostly on port 6697: use protocol tls there",
)
STRICT_HINT = plain(
    "mssql_strict_hint", "if the server requires strict encryption (TDS 8), use protocol mssql-strict"
)


@message("tls_at_once", "the server speaks TLS from the start, not {protocol} before it: use protocol tls")
def tls_at_once(*, protocol: str) -> None: ...


@message("wrong_protocol", 'the server does not speak {protocol}: "{reply}"')
def wrong_protocol(*, protocol: str, reply: str) -> None: ...


@message("too_long_before_tls", "the server sent more than {limit} bytes before TLS")
def too_long_before_tls(*, limit: int) -> None: ...


@message("greeting_too_long", "the greeting of the server is longer than {limit} bytes")
def greeting_too_long(*, limit: int) -> None: ...


@message("reply_too_long", "the server's answer to {request} is longer than {limit} bytes")
def reply_too_long(*, request: str, limit: int) -> None: ...


CLOSED_WITHOUT_GREETING = plain(
    "closed_without_greeting", "the server closed the connection without a greeting"
)
CLOSED_IN_GREETING = plain("closed_in_greeting", "the server closed the connection during its greeting")


@message("closed_without_reply", "the server closed the connection without answering {request}")
def closed_without_reply(*, request: str) -> None: ...


@message("closed_in_reply", "the server closed the connection during its answer to {request}")
def closed_in_reply(*, request: str) -> None: ...


@message("closed_in_greeting_after", 'the server closed the connection during its greeting: "{reply}"')
def closed_in_greeting_after(*, reply: str) -> None: ...


@message(
    "closed_in_reply_after", 'the server closed the connection during its answer to {request}: "{reply}"'
)
def closed_in_reply_after(*, request: str, reply: str) -> None: ...


@message("greeting_refused", 'the server refused the connection in its greeting: "{reply}"')
def greeting_refused(*, reply: str) -> None: ...


@message("request_refused", 'the server refused {request}: "{reply}"')
def request_refused(*, request: str, reply: str) -> None: ...


@message("not_offered", 'the server does not offer {request}: "{reply}"')
def not_offered(*, request: str, reply: str) -> None: ...


@message("stream_closed", "the server closed the stream without answering {request}")
def stream_closed(*, request: str) -> None: ...


POSTGRES_NO_TLS = plain(
    "postgres_no_tls", "the PostgreSQL server does not offer TLS: it answered N (ssl = off)"
)


@message("postgres_error", 'the PostgreSQL server answered with an error: "{reply}"')
def postgres_error(*, reply: str) -> None: ...


LDAP_NO_STARTTLS = plain("ldap_no_starttls", "it does not support StartTLS")
LDAP_NO_CERTIFICATE = plain(
    "ldap_no_certificate", "TLS is not available now, often because of a missing certificate"
)


@message("ldap_refused", "the LDAP server refused StartTLS ({result})")
def ldap_refused(*, result: str) -> None: ...


@message("ldap_disconnected", "the LDAP server disconnected instead of starting TLS ({result})")
def ldap_disconnected(*, result: str) -> None: ...


@message("server_says", '{problem}, and says: "{reply}"')
def server_says(*, problem: Message, reply: str) -> None: ...


MYSQL_UNBLOCK = plain(
    "mysql_unblock",
    "FLUSH HOSTS unblocks this machine; to prevent it, set skip_name_resolve or raise max_connect_errors",
)


@message("mysql_no_tls", 'the MySQL server does not offer TLS (version "{version}")')
def mysql_no_tls(*, version: str) -> None: ...


@message("mysql_error", 'the MySQL server refused the connection with error {number}: "{reply}"')
def mysql_error(*, number: str, reply: str) -> None: ...


RDP_STANDARD_ONLY = plain(
    "rdp_standard_only",
    "the RDP server does not offer TLS: it supports only standard RDP security, which has no certificate",
)
RDP_STANDARD_CHOSEN = plain(
    "rdp_standard_chosen",
    "the RDP server chose standard RDP security, which has no certificate, instead of TLS",
)
RDP_TLS_DISALLOWED = plain(
    "rdp_tls_disallowed", "it is configured for standard RDP security, which has no certificate"
)
RDP_NO_CERTIFICATE = plain("rdp_no_certificate", "it has no certificate for TLS")
RDP_NLA_REQUIRED = plain("rdp_nla_required", "it requires network level authentication (CredSSP)")
RDP_SMART_CARD = plain("rdp_smart_card", "it requires a client certificate for a smart card login")


@message("rdp_disconnected", "the RDP server refused the connection (X.224 disconnect, reason {reason})")
def rdp_disconnected(*, reason: int) -> None: ...


@message("rdp_refused", "the RDP server refused TLS: {error}")
def rdp_refused(*, error: str) -> None: ...


MSSQL_TLS_AT_ONCE = plain(
    "mssql_tls_at_once",
    "the port speaks TLS from the start: if it is an SQL Server, use protocol mssql-strict",
)
MSSQL_NO_TLS = plain("mssql_no_tls", "the SQL Server does not offer TLS (ENCRYPT_NOT_SUP)")


@message("mssql_error", 'the SQL Server refused the connection with error {number}: "{reply}"')
def mssql_error(*, number: str, reply: str) -> None: ...


@message("mssql_packets", 'the SQL Server stopped sending TDS packets during the TLS handshake: "{reply}"')
def mssql_packets(*, reply: str) -> None: ...


PROXY_CLOSED = plain("proxy_closed", "the proxy closed the connection")
PROXY_NEEDS_LOGIN = plain("proxy_needs_login", "the proxy requires a login")
PROXY_NO_LOGIN = plain("proxy_no_login", "the proxy does not support a login with user name and password")
PROXY_OTHER_LOGIN = plain("proxy_other_login", "it requires another login")


@message("proxy_closed_after", 'the proxy closed the connection after "{reply}"')
def proxy_closed_after(*, reply: str) -> None: ...


@message("proxy_wrong_protocol", 'the proxy does not speak {protocol}: "{reply}"')
def proxy_wrong_protocol(*, protocol: str, reply: str) -> None: ...


@message("proxy_reply_too_long", "the answer of the proxy is longer than {limit} bytes")
def proxy_reply_too_long(*, limit: int) -> None: ...


@message("proxy_refused", 'the proxy refused the connection: "{reply}"')
def proxy_refused(*, reply: str) -> None: ...


@message("proxy_method", "the proxy chose the authentication method {method}, which was not offered")
def proxy_method(*, method: int) -> None: ...


@message("proxy_login_refused", "the proxy refused the login (status {status})")
def proxy_login_refused(*, status: int) -> None: ...


@message("proxy_bad_reply", 'the answer of the proxy is not valid SOCKS 5: "{reply}"')
def proxy_bad_reply(*, reply: str) -> None: ...


@message("socks_refused", "the proxy refused the connection: {problem} (code {socks_code})")
def socks_refused(*, problem: Message, socks_code: int) -> None: ...


SOCKS_REASONS = {
    1: plain("socks_1", "general failure"),
    2: plain("socks_2", "its rules do not allow the connection"),
    3: plain("socks_3", "the network is unreachable"),
    4: plain("socks_4", "the host is unreachable"),
    5: plain("socks_5", "connection refused"),
    6: plain("socks_6", "no answer in time"),
    7: plain("socks_7", "it does not support CONNECT"),
    8: plain("socks_8", "it does not support this type of address"),
}
"""RFC 1928 section 6."""
SOCKS_UNKNOWN = plain("socks_unknown", "unknown reason")
