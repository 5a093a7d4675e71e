"""How databases, brokers and desktops are run: postgresql, mariadb, redis, mosquitto, rabbitmq, xrdp."""

import subprocess
from pathlib import Path

from support.servers.dialects.estate import Kind, Room

_POSTGRES_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def _postgres(room: Room) -> list[str]:
    programs, data = _POSTGRES_PROGRAMS[-1], room.root / "data"
    room.folder("data", "postgres", 0o700)
    make = [programs / "initdb", "--no-sync", "--auth=trust", "--encoding=UTF8", "-D", data]
    subprocess.run(make, user="postgres", cwd=data, check=True, capture_output=True)
    options = {"port": room.ports["postgres"], "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
    options |= {"log_connections": "on", "log_disconnections": "on", "fsync": "off"}
    if room.identity:
        options |= {"ssl": "on", "ssl_cert_file": room.certificate, "ssl_key_file": room.key}
    return [
        str(programs / "postgres"),
        "-D",
        str(data),
        *(f"-c{name}={value}" for name, value in options.items()),
    ]


POSTGRES = Kind(
    "postgresql",
    "postgresql",
    str(_POSTGRES_PROGRAMS[-1] / "postgres") if _POSTGRES_PROGRAMS else "postgres",
    ("postgres",),
    _postgres,
    user="postgres",
    own_user=True,
    usual="exited with exit code 1",  # a part of it that is asked to stop
)


def _mariadb(room: Room) -> list[str]:
    data = room.folder("data", "mysql")
    common = ["--no-defaults", "--user=mysql", f"--datadir={data}"]
    common += ["--skip-innodb", "--default-storage-engine=Aria"]  # no time for big files
    make = ["mariadb-install-db", *common, "--skip-test-db", "--auth-root-authentication-method=normal"]
    subprocess.run(make, check=True, capture_output=True)
    command = ["mariadbd", *common, "--bind-address=127.0.0.1", f"--port={room.ports['mysql']}"]
    command += [f"--socket={data}/socket", f"--pid-file={data}/pid"]
    if room.identity:
        command += [f"--ssl-cert={room.certificate}", f"--ssl-key={room.key}"]
    return command


MARIADB = Kind(
    "mariadb",
    "mariadb-server",
    "mariadbd",
    ("mysql",),
    _mariadb,
    user="mysql",
    # How we leave: anything else would be counted against our address.
    usual="Access denied for user 'cert-monitor'@'localhost' .using password: NO.",
)


def _redis(room: Room) -> list[str]:
    port = str(next(iter(room.ports.values())))
    command = ["redis-server", "--bind", "127.0.0.1", "--save", "", "--dir", str(room.root)]
    command += ["--loglevel", "verbose"]
    if room.identity is None:
        return [*command, "--port", port]
    command += ["--port", "0", "--tls-port", port, "--tls-auth-clients", "no"]
    command += ["--tls-cert-file", str(room.certificate), "--tls-key-file", str(room.key)]
    return [*command, "--tls-ca-cert-file", f"{room.root}/ca.pem"]


REDIS = Kind(
    "redis",
    "redis-server",
    "redis-server",
    ("rediss",),
    _redis,
    usual=r"error:00000000:lib\(0\)::reason\(0\)",  # how it logs, only when verbose, that a client closed
)

_MOSQUITTO = """
listener @mqtts@ 127.0.0.1
allow_anonymous true
log_dest stdout
log_type all
"""


def _mosquitto(room: Room) -> list[str]:
    tls = "certfile @certificate@\nkeyfile @key@\n" if room.identity else ""
    return ["mosquitto", "-c", str(room.write("mosquitto.conf", _MOSQUITTO + tls))]


MOSQUITTO = Kind("mosquitto", "mosquitto", "mosquitto", ("mqtts",), _mosquitto, user="mosquitto")

_RABBITMQ = """
listeners.{other} = none
listeners.{kind}.default = 127.0.0.1:@amqps@
{tls}
log.file = @root@/log/rabbit.log
log.file.level = info
"""


_RABBITMQ_TLS = """
ssl_options.certfile = @certificate@
ssl_options.keyfile = @key@
ssl_options.cacertfile = @root@/ca.pem
ssl_options.verify = verify_none
"""

# Erlang's register of names would be left behind as a daemon; so it gets its own, that ends with it.
_RABBITMQ_START = """
export ERL_EPMD_PORT=@names@ RABBITMQ_DIST_PORT=@nodes@ ERL_EPMD_ADDRESS=127.0.0.1
/usr/bin/epmd -port @names@ &
exec /usr/lib/rabbitmq/bin/rabbitmq-server
"""


def _rabbitmq(room: Room) -> list[str]:
    room.folder("data", "rabbitmq")
    kind, other, tls = ("ssl", "tcp", _RABBITMQ_TLS) if room.identity else ("tcp", "ssl", "")
    room.write("rabbitmq.conf", _RABBITMQ.format(kind=kind, other=other, tls=tls))
    room.write("plugins", "[].")
    return ["sh", str(room.write("start", _RABBITMQ_START))]


RABBITMQ = Kind(
    "rabbitmq",
    "rabbitmq-server",
    "rabbitmq-server",
    ("amqps", "names", "nodes"),
    _rabbitmq,
    last="Server startup complete",
    user="rabbitmq",
    own_user=True,
    environment={
        "HOME": "@root@/data",
        "RABBITMQ_NODENAME": "test@localhost",
        "RABBITMQ_MNESIA_BASE": "@root@/data",
        "RABBITMQ_LOG_BASE": "@root@/log",
        "RABBITMQ_CONFIG_FILE": "@root@/rabbitmq.conf",
        "RABBITMQ_ENABLED_PLUGINS_FILE": "@root@/plugins",
        "RABBITMQ_PID_FILE": "@root@/data/pid",
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1",
    },
)

_XRDP = """
[Globals]
ini_version=1
fork=true
port=tcp://127.0.0.1:@rdp@
security_layer={layer}
crypt_level=high
certificate=@certificate@
key_file=@key@
ssl_protocols=TLSv1.2, TLSv1.3
autorun=
[Logging]
LogFile=@root@/log/xrdp.log
LogLevel=INFO
EnableSyslog=false
[Xorg]
name=Xorg
lib=libxup.so
ip=127.0.0.1
port=-1
"""


def _xrdp(room: Room) -> list[str]:
    config = room.write("xrdp.ini", _XRDP.format(layer="tls" if room.identity else "rdp"))
    return ["xrdp", "--nodaemon", "--config", str(config)]


XRDP = Kind(
    "xrdp",
    "xrdp",
    "xrdp",
    ("rdp",),
    _xrdp,
    # A client that leaves once it has seen the certificate: each layer says that it waited for more.
    usual="header read error|Connect-Initial|receive connection request failed|incoming failed"
    "|libxrdp_process_incoming|trans_write_copy_s|SSL_shutdown|DisconnectProviderUltimatum",
)
