"""Tests of probing TLS stacks that are not ours: nginx and openssl s_server of the distribution."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.model import FailureReason, Policy, ProbeResult
from monitor.network.resolve import Resolver
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.endpoint.source import EndpointSource
from monitor.tls.texts import not_tls_but
from support import pki
from support.servers.programs import free_ports
from support.servers.tls.foreign import listens, running, s_server, write

NAME = "recorder.example"
OTHER = "archive.example"
ROOT = pki.authority()
MIDDLE = pki.authority("Test Intermediate", ROOT)
LEAF = pki.leaf(NAME, MIDDLE)
CHAIN = (LEAF, MIDDLE)
OTHER_LEAF = pki.leaf(OTHER, ROOT)

needs_nginx = pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is missing (Debian: nginx-light)")
needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is missing (Debian: openssl)")


def look_at(port: int, server_name: str = NAME) -> ProbeResult:
    """Return what one probe shows."""
    settings = EndpointSettings(kind="endpoint", address=f"127.0.0.1:{port}", server_name=server_name)
    return asyncio.run(EndpointSource(Resolver()).probe(settings.target(Policy()).request))


def shown(seen: ProbeResult) -> list[str]:
    """Return the fingerprints in the order served."""
    return [sighting.certificate.sha256 for sighting in seen.sightings]


LEGACY = ("-cipher", "ALL:@SECLEVEL=0")
SERVERS = {
    "as it is": (),
    "TLS 1.0": ("-tls1", *LEGACY),
    "TLS 1.1": ("-tls1_1", *LEGACY),
    "TLS 1.2": ("-tls1_2",),
    "TLS 1.3": ("-tls1_3",),
    "TLS 1.0 and a client certificate": ("-tls1", *LEGACY, "-Verify", "2"),
    "TLS 1.1 and a client certificate": ("-tls1_1", *LEGACY, "-Verify", "2"),
    "TLS 1.2 and a client certificate": ("-tls1_2", "-Verify", "2"),
    "TLS 1.3 and a client certificate": ("-tls1_3", "-Verify", "2"),
    "a group that needs a second greeting": ("-tls1_3", "-groups", "P-384"),
    "no renegotiation, no tickets": ("-no_renegotiation", "-no_ticket"),
    "CBC with SHA-1": ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"),
    "ARIA": ("-tls1_2", "-cipher", "ECDHE-ECDSA-ARIA128-GCM-SHA256"),
}


@needs_openssl
@pytest.mark.system
@pytest.mark.parametrize("options", SERVERS.values(), ids=SERVERS)
def test_s_server(options: tuple[str, ...], tmp_path: Path) -> None:
    """OpenSSL's own server shows its chain under every setting, without a failure."""
    with s_server(tmp_path, CHAIN, *options) as port:
        seen = look_at(port)
    assert (shown(seen), seen.failures) == ([LEAF.sha256, MIDDLE.sha256], ())


@needs_openssl
@pytest.mark.system
@pytest.mark.parametrize("cipher", ["AES128-SHA", "DHE-RSA-AES128-SHA"])
def test_old_recorder(cipher: str, tmp_path: Path) -> None:
    """A server with RSA 1024, a real SHA-1 signature, TLS 1.0 and no elliptic curves is seen."""
    certificate, key = tmp_path / "old.pem", tmp_path / "old.key"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:1024", "-sha1", "-nodes", "-subj", f"/CN={NAME}"]
    subprocess.run([*make, "-out", certificate, "-keyout", key], check=True, capture_output=True)
    options = ("-tls1", "-cipher", f"{cipher}:@SECLEVEL=0", "-cert", str(certificate), "-key", str(key))
    with s_server(tmp_path, (LEAF,), *options) as port:
        seen = look_at(port)
    assert [(s.certificate.key_bits, s.certificate.signature_hash.lower()) for s in seen.sightings] == [
        (1024, "sha1")
    ]


@needs_openssl
@pytest.mark.system
def test_only_pre_shared_keys(tmp_path: Path) -> None:
    """A server that shows no certificate to anyone refuses us with an alert."""
    options = ("-nocert", "-psk", "00112233", "-tls1_2")
    with s_server(tmp_path, CHAIN, *options) as port:
        seen = look_at(port)
    assert [failure.reason for failure in seen.failures] == [FailureReason.TLS_ALERT]


NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log notice;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  ssl_protocols TLSv1.2 TLSv1.3;
  server {{ listen 127.0.0.1:{ports[0]} ssl default_server; server_name {name};
           ssl_certificate {chain}; ssl_certificate_key {key}; }}
  server {{ listen 127.0.0.1:{ports[0]} ssl; server_name {other};
           ssl_certificate {other_chain}; ssl_certificate_key {other_key}; }}
  server {{ listen 127.0.0.1:{ports[1]} ssl; ssl_certificate {chain}; ssl_certificate_key {key};
           ssl_verify_client on; ssl_client_certificate {chain}; }}
  server {{ listen 127.0.0.1:{ports[2]}; return 200; }}
  server {{ listen 127.0.0.1:{ports[3]} ssl default_server; ssl_reject_handshake on; }}
}}
"""


class Nginx:
    """The ports and the log of a running nginx."""

    def __init__(self, folder: Path) -> None:
        """Write its configuration."""
        self.ports = free_ports(4)
        self.log = folder / "error.log"
        self.config = folder / "nginx.conf"
        chain, key = write(folder, "one", LEAF, MIDDLE)
        other_chain, other_key = write(folder, "other", OTHER_LEAF)
        self.config.write_text(
            NGINX.format(
                folder=folder,
                ports=self.ports,
                name=NAME,
                other=OTHER,
                chain=chain,
                key=key,
                other_chain=other_chain,
                other_key=other_key,
            )
        )


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """Run nginx for all the tests of this file."""
    folder = tmp_path_factory.mktemp("nginx")
    server = Nginx(folder)
    with running("nginx", "-p", folder, "-c", server.config) as program:
        assert listens(program, server.ports[-1]), server.log.read_text()
        yield server


@needs_nginx
@pytest.mark.system
def test_nginx(nginx: Nginx) -> None:
    """Nginx shows its chain."""
    seen = look_at(nginx.ports[0])
    assert (shown(seen), seen.failures) == ([LEAF.sha256, MIDDLE.sha256], ())


@needs_nginx
@pytest.mark.system
def test_nginx_by_name(nginx: Nginx) -> None:
    """Nginx shows the certificate of the server name we ask for."""
    assert shown(look_at(nginx.ports[0], OTHER)) == [OTHER_LEAF.sha256]


@needs_nginx
@pytest.mark.system
def test_nginx_client_certificate(nginx: Nginx) -> None:
    """Nginx with client certificates shows its chain, and that is no failure."""
    seen = look_at(nginx.ports[1])
    assert (shown(seen), seen.failures) == ([LEAF.sha256, MIDDLE.sha256], ())


@needs_nginx
@pytest.mark.system
def test_nginx_without_tls(nginx: Nginx) -> None:
    """Nginx on a plain port is recognized as HTTP."""
    seen = look_at(nginx.ports[2])
    said = not_tls_but(protocol="HTTP", reply="HTTP/1.1 400 Bad Request")
    assert [(failure.reason, failure.message) for failure in seen.failures] == [(FailureReason.NOT_TLS, said)]


@needs_nginx
@pytest.mark.system
def test_nginx_unknown_name(nginx: Nginx) -> None:
    """Nginx that rejects a name says so with an alert."""
    seen = look_at(nginx.ports[3])
    assert [failure.reason for failure in seen.failures] == [FailureReason.TLS_ALERT]


@needs_nginx
@pytest.mark.system
def test_nginx_logs_nothing(nginx: Nginx) -> None:
    """A probe leaves no line in the server's log at its usual level."""
    before = nginx.log.read_text()
    for _ in range(20):
        look_at(nginx.ports[0])
    assert nginx.log.read_text() == before
