"""A web configuration file that is read again when it, a certificate or a key changes."""

import logging
import ssl
from pathlib import Path
from typing import Any, Self

from monitor.errors import ConfigError, Problem
from monitor.logs import event
from monitor.web_config.passwords import Passwords
from monitor.web_config.reading import read_web_config
from monitor.web_config.tls import server_context
from monitor.web_config.values import WebConfig

log = logging.getLogger(__name__)


class WatchedWebConfig:
    """The web configuration in force; what cannot be used leaves the former one in force.

    ``problem`` is a sentence while the files as they are now cannot be used.
    """

    def __init__(self, path: Path) -> None:
        """Read the file and what it names; raise ``ConfigError`` with every mistake."""
        self.config, self._context = _read(path)
        self.passwords = Passwords(self.config.users)
        self.problem = ""
        self._failed = ""
        self._seen = _signature(self.config)

    def tls(self) -> ssl.SSLContext | None:
        """Return a context whose connections each use the files of their moment, ``None`` without TLS."""
        return None if self._context is None else _Current(self)

    @property
    def context(self) -> ssl.SSLContext:
        """Return the TLS context in force."""
        if self._context is None:
            raise RuntimeError("there is no TLS")
        return self._context

    def refresh(self) -> None:
        """Read everything again if anything changed; blocks."""
        seen = _signature(self.config)
        if seen == self._seen and not self._failed:
            return
        try:
            config, context = _read(self.config.path)
        except ConfigError as error:
            self._keep(str(error))
            return
        if (context is None) != (self._context is None):
            self._keep(str(_tls_is_fixed(self.config)))
            return
        # Passwords first: a user who was removed must not get a session of the new file.
        self.passwords = Passwords(config.users)
        self.config, self._context = config, context
        self.problem, self._failed, self._seen = "", "", _signature(config)
        event(log, "the web configuration was read again", file=config.path, users=len(config.users))

    def _keep(self, why: str) -> None:
        # Not at the first failure: certificate and key are not replaced in the same instant.
        if self._failed and self.problem != why:
            self.problem = why
            log.error("%s; the former web configuration stays in force", why)
        self._failed = why


def _read(path: Path) -> tuple[WebConfig, ssl.SSLContext | None]:
    config = read_web_config(path)
    return config, server_context(config.tls, path) if config.tls else None


def _tls_is_fixed(config: WebConfig) -> Problem:
    return Problem(str(config.path), 0, "tls_server_config", "to turn TLS on or off needs a restart")


def _signature(config: WebConfig) -> tuple[tuple[int, int, int] | None, ...]:
    return tuple(map(_state, config.files))


def _state(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


class _Current(ssl.SSLContext):
    """A context that hands each new connection to the context in force then."""

    _watched: WatchedWebConfig

    def __new__(cls, watched: WatchedWebConfig) -> Self:
        made = super().__new__(cls, ssl.PROTOCOL_TLS_SERVER)
        made._watched = watched
        return made

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """Return the TLS side of one connection; asyncio calls this for each."""
        return self._watched.context.wrap_bio(*args, **kwargs)
