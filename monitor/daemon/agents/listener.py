"""The listener for agents: its certificate, its CA, and who must show a client certificate."""

import re
import ssl
from dataclasses import replace
from pathlib import Path

from monitor.config.sections.zones import AgentListenerSettings
from monitor.errors import ConfigError, Problem
from monitor.web import WebServer
from monitor.web.agents import AgentService, make_agents_app
from monitor.web_config.tls import server_context
from monitor.web_config.values import ClientAuth, TlsServerConfig

_CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


class AgentsServer(WebServer):
    """The server for agents, whose certificate can be renewed while it runs."""

    def __init__(self, settings: AgentListenerSettings, service: AgentService, file: Path) -> None:
        """Read the certificate; raise ``ConfigError`` where it cannot be used."""
        self._settings = settings
        self._file = file
        self._context = _context(settings, file)
        super().__init__(make_agents_app(service), *settings.address, tls=self._context)

    def renew(self) -> None:
        """Show the certificate that is in the files now from the next connection on.

        Raises ``ConfigError`` where it cannot be used, and goes on with the old one.
        """
        settings = self._settings
        # Tried in a context of its own: a pair that does not fit must not replace half of one that does.
        _context(settings, self._file)
        self._context.load_cert_chain(settings.cert_file, settings.key_file or settings.cert_file)


def _context(settings: AgentListenerSettings, file: Path) -> ssl.SSLContext:
    client_ca = Path(settings.client_ca) if settings.client_ca else None
    tls = TlsServerConfig(
        cert_file=Path(settings.cert_file),
        key_file=Path(settings.key_file or settings.cert_file),
        client_auth=ClientAuth.REQUIRE_AND_VERIFY if client_ca else ClientAuth.NONE,
        client_ca_file=client_ca,
    )
    try:
        return server_context(tls, file)
    except ConfigError as error:
        raise ConfigError(tuple(map(_of_section, error.problems))) from None


def _of_section(problem: Problem) -> Problem:
    key = problem.key.rpartition(".")[2].replace("client_ca_file", "client_ca")
    return replace(problem, key=f"agents.{key}")


def last_certificate(cert_file: str) -> bytes:
    """Return the last certificate of a PEM file as DER, which is the CA where the file has a whole chain.

    Raises ``ConfigError`` for a file without any.
    """
    try:
        text = Path(cert_file).read_text("ascii", "replace")
    except OSError as error:
        raise ConfigError((Problem(cert_file, 0, "agents.cert_file", str(error.strerror)),)) from None
    found = _CERTIFICATE.findall(text)
    if not found:
        raise ConfigError((Problem(cert_file, 0, "agents.cert_file", "has no certificate in PEM form"),))
    return ssl.PEM_cert_to_DER_cert(found[-1])
