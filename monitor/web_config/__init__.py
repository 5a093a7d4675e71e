"""Users, TLS and headers of our listeners: the file ``web.config_file``, in Prometheus' format.

Source: exporter-toolkit, docs/web-configuration.md. What Python's TLS library cannot do is refused by name.
"""

from monitor.web_config.passwords import Passwords, hash_problem, hashed
from monitor.web_config.reading import read_web_config
from monitor.web_config.tls import server_context
from monitor.web_config.values import ClientAuth, TlsServerConfig, WebConfig
from monitor.web_config.watched import WatchedWebConfig
from monitor.web_config.writing import with_user, without_user

__all__ = [
    "ClientAuth",
    "Passwords",
    "TlsServerConfig",
    "WatchedWebConfig",
    "WebConfig",
    "hash_problem",
    "hashed",
    "read_web_config",
    "server_context",
    "with_user",
    "without_user",
]
