"""Read a web configuration file and say everything that is wrong with it, with file, line, key and value."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from monitor.documents import Document, Keys, dotted, read
from monitor.errors import ConfigError, Problem
from monitor.web_config.headers import read_headers
from monitor.web_config.passwords import hash_problem
from monitor.web_config.tls_section import read_tls
from monitor.web_config.values import TlsServerConfig, WebConfig

Said = Iterator[tuple[Keys, str]]

_RATE_LIMIT = "is not supported: cert-monitor bounds connections and failed logins by itself; remove it"
_LONGEST_NAME = 100


def read_web_config(path: Path) -> WebConfig:
    """Return what a file says; raise ``ConfigError`` with all mistakes in the order of its lines.

    Only the file itself is read. An empty one sets nothing, as in Prometheus.
    """
    try:
        document = read(path)
    except ConfigError as error:
        if [one.message for one in error.problems] == ["the file is empty"]:
            return WebConfig(path)
        raise
    said = [document.problem(keys, message) for keys, message in _problems(document.data)]
    tls, tls_said = _tls(document)
    problems: list[Problem] = [*document.problems, *said, *tls_said]
    if problems:
        raise ConfigError(tuple(sorted(problems, key=lambda one: one.line)))
    http = document.data.get("http_server_config") or {}
    return WebConfig(
        path,
        users=document.data.get("basic_auth_users") or {},
        tls=tls,
        headers={name.lower(): value for name, value in (http.get("headers") or {}).items() if value},
        http2=http.get("http2"),
    )


def _tls(document: Document) -> tuple[TlsServerConfig | None, list[Problem]]:
    section = document.data.get("tls_server_config")
    if not isinstance(section, dict) or not section:
        return None, []
    tls, said = read_tls(section, document.file.parent)
    return tls, [document.problem(("tls_server_config", *keys), message) for keys, message in said]


def _problems(data: Mapping[str, Any]) -> Said:
    for name, value in data.items():
        check = _SECTIONS.get(name)
        if check is None:
            yield (name,), f"unknown key; there are {', '.join(_SECTIONS)}"
        elif name == "rate_limit":
            yield (name,), _RATE_LIMIT
        elif value is not None and not isinstance(value, dict):
            yield (name,), "must be keys and values"
        else:
            for keys, message in check(value or {}):
                yield (name, *keys), message


def _users(section: Mapping[str, Any]) -> Said:
    for name, value in section.items():
        # The name alone: whoever wrote a password in the place of its hash must not find it in a log.
        if not isinstance(value, str) or hash_problem(value):
            yield (name,), hash_problem(value if isinstance(value, str) else "")
        if not name or len(name) > _LONGEST_NAME or ":" in name or not name.isprintable():
            yield (name,), f"a name has 1 to {_LONGEST_NAME} printable characters and no colon"


def _http(section: Mapping[str, Any]) -> Said:
    for name, value in section.items():
        if name == "headers":
            yield from ((("headers", *keys), message) for keys, message in read_headers(value))
        elif name != "http2":
            yield (name,), "unknown key; there are http2, headers"
        elif not isinstance(value, bool):
            yield (name,), f"must be true or false (got {dotted((str(value),))!r})"


def _nothing(_: Mapping[str, Any]) -> Said:
    return iter(())


_SECTIONS: dict[str, Callable[[Mapping[str, Any]], Said]] = {
    "basic_auth_users": _users,
    "tls_server_config": _nothing,
    "http_server_config": _http,
    "rate_limit": _nothing,
}
