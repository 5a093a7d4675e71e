"""The web configuration file in view of the section ``web``: whether it protects what we show."""

from collections.abc import Iterator
from pathlib import Path

from monitor.addresses import is_loopback_host
from monitor.config.load import Config
from monitor.config.sections.web import WebSettings
from monitor.documents import Keys, dotted, read
from monitor.errors import ConfigError, Problem
from monitor.web_config import WatchedWebConfig, WebConfig

_UNENCRYPTED = (
    "{shown} would carry passwords unencrypted: add tls_server_config to {path}, or list the reverse proxy "
    "that speaks TLS in web.proxy.peers"
)


def watched_web_config(config: Config) -> WatchedWebConfig | None:
    """Return the file that ``web.config_file`` names, ``None`` without one; reads it and what it names.

    Raises ``ConfigError`` with every mistake in it, and where it does not protect what we show.
    """
    if config.web.config_file is None:
        return None
    watched = WatchedWebConfig(Path(config.web.config_file))
    if problems := tuple(_problem(config, *one) for one in _unprotected(config.web, watched.config)):
        raise ConfigError(problems)
    return watched


def web_config_problems(config: Config) -> tuple[Problem, ...]:
    """Return what is wrong with the file."""
    try:
        watched_web_config(config)
    except ConfigError as error:
        return error.problems
    return ()


def _unprotected(web: WebSettings, file: WebConfig) -> Iterator[tuple[Keys, str]]:
    if web.access == "open":
        if file.names_users:
            yield (
                ("web", "access"),
                f"open lets everybody read without a login, but {file.path} names users; remove one of them",
            )
        return
    listens = {"listen": web.address, "metrics_listen": web.metrics_address}
    for key, address in listens.items():
        if address is None or is_loopback_host(address.host):
            continue
        shown = f"{web.listen if key == 'listen' else web.metrics_listen}"
        if key == "listen" and not (file.names_users or web.names_by_proxy):
            yield ("web", key), f"{shown} lets other machines read every page, and {file.path} names no users"
        elif file.users and file.tls is None and web.proxy is None:
            yield ("web", key), _UNENCRYPTED.format(shown=shown, path=file.path)


def _problem(config: Config, keys: Keys, message: str) -> Problem:
    for path in config.files:
        # Looked up again: a loaded configuration does not keep the text of its files.
        document = read(path)
        if keys[0] in document.data:
            return document.problem(keys, message)
    return Problem(str(config.files[0]), 0, dotted(keys), message)
