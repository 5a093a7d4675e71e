"""How servers with implicit TLS are run for tests: nginx, haproxy, stunnel, unbound."""

from support.servers.dialects.estate import Kind, Room

_NGINX = """
daemon off;
master_process off;
pid @root@/nginx.pid;
error_log @root@/log/error.log info;
events {{ }}
http {{
  access_log @root@/log/access.log;
  client_body_temp_path @root@/body;
  proxy_temp_path @root@/proxy;
  fastcgi_temp_path @root@/fastcgi;
  uwsgi_temp_path @root@/uwsgi;
  scgi_temp_path @root@/scgi;
  server {{
    listen 127.0.0.1:@https@{tls};
    {files}
    return 204;
  }}
}}
"""


def _nginx(room: Room) -> list[str]:
    own = room.identity is not None
    files = "ssl_certificate @certificate@; ssl_certificate_key @key@;" if own else ""
    config = room.write("nginx.conf", _NGINX.format(tls=" ssl" if own else "", files=files))
    return ["nginx", "-e", f"{room.root}/log/error.log", "-p", str(room.root), "-c", str(config)]


NGINX = Kind(
    "nginx",
    "nginx-light",
    "nginx",
    ("https",),
    _nginx,
    usual=r"epoll_wait\(\) failed \(4: Interrupted",  # by us, at the end
)

_HAPROXY = """
global
  log stdout format raw daemon info
defaults
  mode tcp
  log global
  option tcplog
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend tls
  bind 127.0.0.1:@tls@{tls}
"""


def _haproxy(room: Room) -> list[str]:
    tls = ""
    if room.identity:
        both = room.root / "both.pem"
        both.write_bytes(room.certificate.read_bytes() + room.key.read_bytes())
        tls = f" ssl crt {both}"
    return ["haproxy", "-db", "-f", str(room.write("haproxy.cfg", _HAPROXY.format(tls=tls)))]


HAPROXY = Kind("haproxy", "haproxy", "haproxy", ("tls",), _haproxy)

_STUNNEL = """
foreground = yes
pid =
syslog = no
debug = info
[tls]
accept = 127.0.0.1:@tls@
exec = /bin/cat
execArgs = cat
cert = @certificate@
key = @key@
"""


def _stunnel(room: Room) -> list[str]:
    return ["stunnel4", str(room.write("stunnel.conf", _STUNNEL))]


STUNNEL = Kind(
    "stunnel",
    "stunnel4",
    "stunnel4",
    ("tls",),
    _stunnel,
    secure=frozenset({"tls"}),
    usual="successfully sent close_notify alert",  # it was the first to say goodbye
)

_UNBOUND = """
server:
  interface: 127.0.0.1@@dot@
  {tls}
  do-daemonize: no
  use-syslog: no
  logfile: ""
  verbosity: 2
  username: ""
  chroot: ""
  directory: "@root@"
  pidfile: ""
  module-config: "iterator"
  val-log-level: 0
"""


def _unbound(room: Room) -> list[str]:
    own = room.identity is not None
    tls = 'tls-port: @dot@\n  tls-service-key: "@key@"\n  tls-service-pem: "@certificate@"' if own else ""
    return ["unbound", "-d", "-p", "-c", str(room.write("unbound.conf", _UNBOUND.format(tls=tls)))]


UNBOUND = Kind("unbound", "unbound", "unbound", ("dot",), _unbound)
