"""How file, directory and chat servers are run for tests: vsftpd, slapd, prosody, inspircd."""

from support.servers.dialects.estate import NAME, Kind, Room

_VSFTPD = """
listen=YES
listen_address=127.0.0.1
listen_port={port}
background=NO
anonymous_enable=YES
ftp_username=nobody
secure_chroot_dir=@root@/empty
xferlog_enable=YES
log_ftp_protocol=YES
dual_log_enable=YES
vsftpd_log_file=@root@/log/vsftpd.log
xferlog_file=@root@/log/transfers.log
"""

_VSFTPD_TLS = """
ssl_enable=YES
allow_anon_ssl=YES
rsa_cert_file=@certificate@
rsa_private_key_file=@key@
debug_ssl=YES
"""


def _vsftpd(room: Room) -> list[str]:
    room.folder("empty")
    port = next(iter(room.ports))
    text = _VSFTPD.format(port=f"@{port}@") + (_VSFTPD_TLS if room.identity else "")
    text += "implicit_ssl=YES\n" if port == "ftps" else ""
    return ["vsftpd", str(room.write("vsftpd.conf", text))]


VSFTPD = Kind("vsftpd", "vsftpd", "vsftpd", ("ftp",), _vsftpd)
# It has TLS on connect for all of its ports or for none.
VSFTPD_DIRECT = Kind("vsftpd-direct", "vsftpd", "vsftpd", ("ftps",), _vsftpd, secure=frozenset({"ftps"}))

_SLAPD = """
include /etc/ldap/schema/core.schema
pidfile @root@/slapd.pid
argsfile @root@/slapd.args
"""

_SLAPD_TLS = """
TLSCertificateFile @certificate@
TLSCertificateKeyFile @key@
TLSCACertificateFile @root@/ca.pem
"""


def _slapd(room: Room) -> list[str]:
    config = room.write("slapd.conf", _SLAPD + (_SLAPD_TLS if room.identity else ""))
    urls = [f"{scheme}://127.0.0.1:{port}" for scheme, port in room.ports.items()]
    return ["slapd", "-f", str(config), "-h", " ".join(urls), "-d", "stats"]


SLAPD = Kind("slapd", "slapd", "slapd", ("ldap", "ldaps"), _slapd, secure=frozenset({"ldaps"}))

_PROSODY = """
daemonize = false
interfaces = {{ "127.0.0.1" }}
data_path = "@root@/data"
pidfile = "@root@/data/prosody.pid"
c2s_ports = {{ @client@ }}
s2s_ports = {{ @server@ }}
modules_enabled = {{ {modules}"saslauth", "dialback" }}
log = {{ debug = "@root@/log/prosody.log" }}
{ssl}
VirtualHost "{name}"
"""


def _prosody(room: Room) -> list[str]:
    room.folder("data", "prosody")
    own = room.identity is not None
    text = _PROSODY.format(
        modules='"tls", ' if own else "",
        ssl='ssl = { certificate = "@certificate@", key = "@key@" }' if own else "",
        name=NAME,
    )
    return ["prosody", "--config", str(room.write("prosody.cfg.lua", text)), "-F"]


PROSODY = Kind(
    "prosody",
    "prosody",
    "prosody",
    ("client", "server"),
    _prosody,
    user="prosody",
    own_user=True,
    usual="Received SIGTERM",  # from us, at the end
)

_INSPIRCD = """
<config format="xml">
<server name="irc.vms.example" description="test" network="test" id="97K">
<admin name="test" nick="test" email="test@vms.example">
<path configdir="@root@" datadir="@root@/data" logdir="@root@/log" runtimedir="@root@/data"
  moduledir="/usr/lib/inspircd/modules">
<pid file="@root@/data/inspircd.pid">
<log method="file" type="*" level="default" target="inspircd.log" flush="1">
<bind address="127.0.0.1" port="@irc@" type="clients"{profile}>
<module name="cap">
<connect name="main" allow="*" timeout="10" pingfreq="2m">
"""

_INSPIRCD_TLS = """
<module name="ssl_gnutls">
<module name="starttls">
<sslprofile name="Clients" provider="gnutls" certfile="@certificate@" keyfile="@key@">
<bind address="127.0.0.1" port="@ircs@" type="clients" sslprofile="Clients">
"""


def _inspircd(room: Room) -> list[str]:
    room.folder("data", "irc")
    text = _INSPIRCD.format(profile="") + (_INSPIRCD_TLS if room.identity else "")
    return ["inspircd", "--nofork", "--config", str(room.write("inspircd.conf", text))]


INSPIRCD = Kind(
    "inspircd",
    "inspircd",
    "inspircd",
    ("irc", "ircs"),
    _inspircd,
    secure=frozenset({"ircs"}),
    user="irc",
    own_user=True,
)
