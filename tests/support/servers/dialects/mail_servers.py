"""How the distribution's mail servers are run for tests: postfix and dovecot."""

import shutil

from support.servers.dialects.estate import Kind, Room

_POSTFIX = """
compatibility_level = 3.6
queue_directory = @root@/queue
data_directory = @root@/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.vms.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
default_database_type = texthash
alias_maps =
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtpd_tls_loglevel = 1
maillog_file = @root@/log/postfix.log
maillog_file_prefixes = @root@
"""

_POSTFIX_TLS = """
smtpd_tls_security_level = may
smtpd_tls_chain_files = @key@, @certificate@
"""

_MASTER = """
127.0.0.1:@smtp@ inet n - n - - smtpd
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""

_SMTPS = "127.0.0.1:@smtps@ inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\n"


def _postfix(room: Room) -> list[str]:
    room.folder("data", "postfix")
    for name in ("private", "active", "incoming", "deferred"):
        room.folder(f"queue/{name}", "postfix", 0o700)
    room.folder("queue/pid")
    for name in ("maildrop", "public"):
        shutil.chown(room.folder(f"queue/{name}", "postfix", 0o730), group="postdrop")
    room.folder("config")
    room.write("config/main.cf", _POSTFIX + (_POSTFIX_TLS if room.identity else ""))
    room.write("config/master.cf", _MASTER + (_SMTPS if room.identity else ""))
    return ["/usr/lib/postfix/sbin/master", "-c", f"{room.root}/config", "-s"]


POSTFIX = Kind(
    "postfix",
    "postfix",
    "postfix",
    ("smtp", "smtps"),
    _postfix,
    secure=frozenset({"smtps"}),
    environment={"MAIL_CONFIG": "@root@/config"},
)

_DOVECOT = """
base_dir = @root@/run
state_dir = @root@/state
log_path = @root@/log/dovecot.log
protocols = imap pop3 lmtp sieve
listen = 127.0.0.1
passdb {
  driver = static
  args = nopassword=y
}
userdb {
  driver = static
  args = uid=dovecot gid=dovecot home=@root@/home
}
service managesieve-login {
  inet_listener sieve {
    port = @sieve@
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = @lmtp@
  }
}
"""

_LOGIN = """
service {name}-login {{
  inet_listener {name} {{
    port = @{name}@
  }}
  inet_listener {name}s {{
    port = {secure}
    ssl = {tls}
  }}
}}
"""


def _dovecot(room: Room) -> list[str]:
    own = room.identity is not None
    text = _DOVECOT
    for name in ("imap", "pop3"):
        text += _LOGIN.format(name=name, secure=f"@{name}s@" if own else 0, tls="yes" if own else "no")
    text += "ssl = yes\nssl_cert = <@certificate@\nssl_key = <@key@\n" if own else "ssl = no\n"
    return ["dovecot", "-F", "-c", str(room.write("dovecot.conf", text))]


DOVECOT = Kind(
    "dovecot",
    "dovecot-imapd dovecot-pop3d dovecot-lmtpd dovecot-managesieved",
    "dovecot",
    ("imap", "imaps", "pop3", "pop3s", "lmtp", "sieve"),
    _dovecot,
    secure=frozenset({"imaps", "pop3s"}),
    usual="Killed with signal 15",  # by us, at the end
)
