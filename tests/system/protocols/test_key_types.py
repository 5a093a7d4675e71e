"""Tests of probing both certificates of servers of the distribution: openssl s_server and nginx."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from OpenSSL import SSL

from monitor.model import Policy, ProbeResult
from monitor.network.resolve import Resolver
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.endpoint.source import EndpointSource
from monitor.tls import context
from support import pki
from support.servers.programs import free_ports
from support.servers.tls.foreign import listens, running, s_server, write

pytestmark = pytest.mark.system

NAME = "recorder.example"
ROOT = pki.authority()
RSA_ROOT = pki.authority("Test RSA Root", key=pki.rsa_key(number=1))
ECDSA = pki.leaf(NAME, RSA_ROOT)
RSA = pki.leaf(NAME, ROOT, key=pki.rsa_key())
ED25519 = pki.leaf(NAME, ROOT, key=ed25519.Ed25519PrivateKey.generate())
P384 = pki.leaf(NAME, ROOT, key=ec.generate_private_key(ec.SECP384R1()))

needs_nginx = pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is missing (Debian: nginx-light)")
needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is missing (Debian: openssl)")


def probes(port: int, count: int = 1) -> list[ProbeResult]:
    """Return the results of probes in a row, by one source."""
    settings = EndpointSettings(address=f"127.0.0.1:{port}", server_name=NAME, key_types="all")

    async def main() -> list[ProbeResult]:
        source = EndpointSource(Resolver())
        return [await source.probe(settings.target(Policy()).request) for _ in range(count)]

    return asyncio.run(main())


def shown(seen: ProbeResult) -> dict[str, str]:
    """Return the fingerprint of the leaf by what its location says after the port."""
    leaves = [one for one in seen.sightings if one.position == 0]
    return {one.location.partition(" ")[2]: one.certificate.sha256 for one in leaves}


TWO = {"(RSA)": RSA.sha256, "(ECDSA)": ECDSA.sha256}
VERSIONS = {
    "TLS 1.0": ("-tls1", "-cipher", "ALL:@SECLEVEL=0"),
    "TLS 1.1": ("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"),
    "TLS 1.2": ("-tls1_2",),
    "TLS 1.3": ("-tls1_3",),
    "any": (),
}


def second(folder: Path, issued: pki.Issued) -> tuple[str, ...]:
    """Return the options that give s_server a second certificate."""
    certificate, key = write(folder, "second", issued)
    return ("-dcert", str(certificate), "-dkey", str(key))


@needs_openssl
@pytest.mark.parametrize("options", VERSIONS.values(), ids=VERSIONS)
def test_s_server(options: tuple[str, ...], tmp_path: Path) -> None:
    """OpenSSL's server with two certificates shows both, whatever the version, without a failure."""
    with s_server(tmp_path, (RSA,), *second(tmp_path, ECDSA), *options) as port:
        seen = probes(port)[0]
    assert (shown(seen), seen.failures) == (TWO, ())


@needs_openssl
@pytest.mark.parametrize("options", VERSIONS.values(), ids=VERSIONS)
@pytest.mark.parametrize("only", [RSA, ECDSA], ids=["RSA", "ECDSA"])
def test_s_server_with_one(only: pki.Issued, options: tuple[str, ...], tmp_path: Path) -> None:
    """OpenSSL's server with one certificate shows that one, whatever the version, without a failure."""
    location = "(RSA)" if only is RSA else "(ECDSA)"
    with s_server(tmp_path, (only,), *options) as port:
        seen = probes(port)[0]
    assert (shown(seen), seen.failures) == ({location: only.sha256}, ())


@needs_openssl
@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
@pytest.mark.parametrize("other", [ED25519, P384], ids=["Ed25519", "P-384"])
def test_other_curves(other: pki.Issued, version: str, tmp_path: Path) -> None:
    """Ed25519 and longer curves count with ECDSA."""
    with s_server(tmp_path, (RSA,), *second(tmp_path, other), version) as port:
        seen = probes(port)[0]
    assert (shown(seen), seen.failures) == ({"(RSA)": RSA.sha256, "(ECDSA)": other.sha256}, ())


@needs_openssl
@pytest.mark.parametrize("options", [VERSIONS["TLS 1.2"], VERSIONS["any"]], ids=["TLS 1.2", "any"])
def test_without_the_private_call(
    options: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the library cannot choose signature algorithms, servers of TLS 1.2 are still distinguished."""
    without_signatures(monkeypatch)
    with s_server(tmp_path, (RSA,), *second(tmp_path, ECDSA), *options) as port:
        seen = probes(port)[0]
    assert (shown(seen), seen.failures) == (TWO, ())


@needs_openssl
def test_any_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of TLS 1.3 alone then shows what it prefers, at a location that says so; no failure."""
    without_signatures(monkeypatch)
    with s_server(tmp_path, (RSA,), *second(tmp_path, ECDSA), "-tls1_3") as port:
        seen = probes(port)[0]
    assert (list(shown(seen)), seen.failures) == (["(any type)"], ())


def without_signatures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the private call away, and the contexts that were made with it."""
    monkeypatch.setattr(context, "limit_signatures", lambda *_: False)
    monkeypatch.setattr("monitor.sources.endpoint.conversation_factory._context", fresh)


def fresh(_: object, tls_options: object) -> SSL.Context:
    """Return a context made anew."""
    key_type = getattr(tls_options, "key_type", None)
    return context.fresh_context(context.TlsSetting(key_type=key_type))


NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log info;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  {servers}
}}
"""
BOTH_LINES = """
  server {{ listen 127.0.0.1:{port} ssl; ssl_protocols {versions};
           ssl_certificate {rsa}; ssl_certificate_key {rsa_key};
           ssl_certificate {ecdsa}; ssl_certificate_key {ecdsa_key}; }}
"""
ONE_LINE = """
  server {{ listen 127.0.0.1:{port} ssl; ssl_protocols {versions};
           ssl_certificate {rsa}; ssl_certificate_key {rsa_key}; }}
"""
NGINX_VERSIONS = ("TLSv1.2", "TLSv1.3", "TLSv1.2 TLSv1.3")


class Nginx:
    """The ports of a running nginx by what it serves there: both certificates, or RSA alone."""

    def __init__(self, folder: Path) -> None:
        """Write its configuration."""
        shapes = [(shape, versions) for shape in (BOTH_LINES, ONE_LINE) for versions in NGINX_VERSIONS]
        self.ports = dict(zip(shapes, free_ports(len(shapes)), strict=True))
        self.log, self.config = folder / "error.log", folder / "nginx.conf"
        (rsa_, rsa_key), (ecdsa, ecdsa_key) = write(folder, "rsa", RSA), write(folder, "ecdsa", ECDSA)
        names = {"rsa": rsa_, "rsa_key": rsa_key, "ecdsa": ecdsa, "ecdsa_key": ecdsa_key}
        servers = [
            shape.format(port=port, versions=versions, **names)
            for (shape, versions), port in self.ports.items()
        ]
        self.config.write_text(NGINX.format(folder=folder, servers="".join(servers)))

    def refusals(self) -> int:
        """Return how many failed handshakes are in its log."""
        return self.log.read_text().count("SSL_do_handshake() failed")


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """Run nginx for all the tests of this file."""
    folder = tmp_path_factory.mktemp("nginx")
    server = Nginx(folder)
    with running("nginx", "-p", folder, "-c", server.config) as program:
        assert listens(program, next(reversed(server.ports.values()))), server.log.read_text()
        yield server


@needs_nginx
@pytest.mark.parametrize("versions", NGINX_VERSIONS)
def test_nginx(nginx: Nginx, versions: str) -> None:
    """Nginx with two certificates shows both and has no failed handshake to log."""
    before = nginx.refusals()
    seen = probes(nginx.ports[BOTH_LINES, versions])[0]
    assert (shown(seen), seen.failures, nginx.refusals() - before) == (TWO, (), 0)


@needs_nginx
@pytest.mark.parametrize("versions", NGINX_VERSIONS)
def test_nginx_with_one(nginx: Nginx, versions: str) -> None:
    """Nginx with one certificate logs one failed handshake, however many probes follow the first."""
    before = nginx.refusals()
    seen = probes(nginx.ports[ONE_LINE, versions], 5)
    assert [(shown(one), one.failures) for one in seen] == [({"(RSA)": RSA.sha256}, ())] * 5
    assert nginx.refusals() - before == 1
