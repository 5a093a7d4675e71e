"""What a command loads: each library only where it is needed, because loading is most of a short command."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from support.servers.daemon.command import Site, served

PATIENCE = 30
SHOW = "import sys, monitor.cli as c; code = c.main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"

DAEMON = {
    "alembic",
    "aiosmtplib",
    "apscheduler",
    "fastapi",
    "jinja2",
    "prometheus_client",
    "sqlalchemy",
    "uvicorn",
}
CLIENTS = {"aiohttp", "dns", "http.client", "kubernetes_asyncio", "pypsrp", "requests", "spnego", "yarl"}
DRAWING = {"babel", "rich", "ruamel", "service_identity", "tzlocal"}
OURS = {
    "cryptography.hazmat.primitives.serialization",
    "monitor.cli.commands.alerts",
    "monitor.cli.check.formats.comma_separated",
    "monitor.cli.check.formats.junit",
    "monitor.cli.check.formats.nagios",
    "xml.etree",
    "monitor.assess.correlate.store_vs_endpoint.findings",
    "monitor.config",
    "monitor.discovery",
    "monitor.issuers",
    "monitor.pipeline.on_demand",
    "monitor.sources.kinds",
    "monitor.sources.kubernetes.source",
    "monitor.sources.windows_store",
    "monitor.windows",
    "monitor.xprotect",
}


def loaded(*arguments: str | Path) -> set[str]:
    """Return the modules that a command has loaded when it is done."""
    done = subprocess.run(
        [sys.executable, "-c", SHOW, *map(str, arguments)],
        capture_output=True,
        check=True,
        text=True,
        timeout=PATIENCE,
        env={name: value for name, value in os.environ.items() if not name.startswith("COV")},
    )
    modules = done.stderr.split()
    assert "monitor.cli" in modules
    return set(modules)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the demo's estate."""
    with served(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.mark.parametrize("form", ["table", "json"])
def test_check_of_one_endpoint_loads_what_it_needs(site: Site, form: str) -> None:
    """It asks no CA, reads no configuration and draws nothing."""
    modules = loaded("check", site["management"], "--trust", site.ca, "--format", form)
    assert "monitor.sources.endpoint.source" in modules
    assert (DAEMON | CLIENTS | DRAWING | OURS) & modules == set()


def test_check_of_one_file_loads_what_it_needs(site: Site) -> None:
    """A file needs no configuration either."""
    modules = loaded("check", site.folder / "certificates" / "web.pem")
    needed = {"monitor.assess.correlate.store_vs_endpoint.findings"}
    forbidden = DAEMON | CLIENTS | OURS | {"rich", "ruamel", "monitor.parse.stores.pkcs12"}
    assert forbidden & modules <= needed


@pytest.mark.parametrize("question", [["health"], ["reload"], ["clock", "accept"]])
def test_questions_to_the_daemon_load_little(question: Sequence[str]) -> None:
    """They are asked every minute by other monitors."""
    heavy = {"asyncio", "cryptography", "pydantic", "ruamel", "rich", "monitor.config", "monitor.sources"}
    assert (DAEMON | heavy) & loaded(*question, "--url", "http://127.0.0.1:9") == set()


def test_health_of_a_configuration_loads_little(tmp_path: Path) -> None:
    """The address of the daemon is read without the targets, which may be thousands."""
    config = tmp_path / "monitor.yaml"
    config.write_text("web: {listen: '127.0.0.1:9'}\ntargets: []\n")
    heavy = {"asyncio", "cryptography", "pydantic", "rich", "monitor.config", "monitor.sources"}
    assert (DAEMON | heavy) & loaded("health", "--config", config) == set()


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_loads_nothing(argument: str) -> None:
    """It imports none of the libraries that the work needs."""
    code = (
        "import sys, contextlib, monitor.cli.arguments as a\n"
        f"with contextlib.suppress(SystemExit): a.parser().parse_args([{argument!r}])\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, timeout=PATIENCE
    )
    heavy = {"pydantic", "sqlalchemy", "OpenSSL", "fastapi", "rich", "asyncio", "ruamel"}
    assert heavy & set(done.stderr.split()) == set()
