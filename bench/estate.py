"""Serve a throwaway CA's certificates with nginx on many loopback addresses; for measuring only."""

import contextlib
import ipaddress
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

WORKERS = 2

# No resumption of any kind: every handshake is a full one. lingering_close would keep closed ones around.
_CONFIG = """
daemon off; worker_processes {workers}; worker_rlimit_nofile 20000;
pid {folder}/nginx.pid; error_log {folder}/nginx.log crit;
events {{ worker_connections 9000; }}
http {{
  access_log off; lingering_close off; keepalive_timeout 5s;
  ssl_protocols TLSv1.3; ssl_session_cache off; ssl_session_tickets off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  {servers}
}}
"""
_SERVER = """
  server {{ {listen} return 204;
    ssl_certificate {folder}/{host}.pem; ssl_certificate_key {folder}/{host}.key; }}
"""


@dataclass(frozen=True, slots=True)
class Estate:
    """The file of the root CA and the ``host:port`` of every endpoint, one port after the other."""

    ca: Path
    endpoints: tuple[str, ...]

    def job(self, folder: Path, in_flight: int, first: int | None = None) -> dict[str, Any]:
        """Return what a client's program is told: everything but how many probes of the first endpoints."""
        some = self.endpoints[:first]
        return {"ca": str(self.ca), "endpoints": some, "folder": str(folder), "in_flight": in_flight}


@contextlib.contextmanager
def estate(folder: Path, *, hosts: int = 200, ports: int = 5) -> Iterator[Estate]:
    """Serve one leaf for each host, on each port, until the block ends.

    Ends the program when not all of them are served as they should be, from the beginning to the end.
    """
    names = [f"127.1.{number // 250}.{number % 250 + 1}" for number in range(hosts)]
    numbers = free_ports(names[0], ports)
    ca = write_certificates(folder, names)
    servers = [_server(folder, host, numbers) for host in names]
    config = folder / "nginx.conf"
    config.write_text(_CONFIG.format(workers=WORKERS, folder=folder, servers="".join(servers)))
    endpoints = tuple(f"{host}:{port}" for port in numbers for host in names)
    process = subprocess.Popen(["nginx", "-c", str(config), "-e", str(folder / "nginx.log")])
    try:
        for endpoint in endpoints[:: hosts - 1 or 1]:
            wait_for(endpoint, process)
            _check(endpoint, ca)
        yield Estate(ca, endpoints)
        if process.poll() is not None:
            raise SystemExit(
                f"nginx ended by itself with code {process.returncode}: the figures mean nothing"
            )
    finally:
        process.terminate()
        process.wait()


def free_ports(host: str, count: int) -> list[int]:
    """Return ports on which nobody listens at this moment."""
    with contextlib.ExitStack() as stack:
        links = [stack.enter_context(socket.socket()) for _ in range(count)]
        for link in links:
            link.bind((host, 0))
        return [link.getsockname()[1] for link in links]


def wait_for(endpoint: str, process: subprocess.Popen[bytes], within: float = 20.0) -> None:
    """Return as soon as something accepts connections there; end the program when it never does."""
    host, _, port = endpoint.rpartition(":")
    until = time.monotonic() + within
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 1):
            return
        time.sleep(0.05)
    raise SystemExit(f"{process.args!r} does not listen on {endpoint}; its message is above")


def _check(endpoint: str, ca: Path) -> None:
    """End the program unless an endpoint serves a verifiable chain over TLS 1.3."""
    host, _, port = endpoint.rpartition(":")
    context = ssl.create_default_context(cafile=ca)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # the CA has no key usage; Python 3.13 sets it
    try:
        with (
            socket.create_connection((host, int(port)), 10) as link,
            context.wrap_socket(link, server_hostname=host) as wrapped,
        ):
            version = wrapped.version()
    except OSError as error:
        raise SystemExit(f"nginx does not serve {endpoint} as it should: {error}") from None
    if version != "TLSv1.3":
        raise SystemExit(f"nginx serves {endpoint} over {version}, not over TLS 1.3")


def _server(folder: Path, host: str, ports: Sequence[int]) -> str:
    listen = " ".join(f"listen {host}:{port} ssl;" for port in ports)
    return _SERVER.format(listen=listen, folder=folder, host=host)


def write_certificates(folder: Path, hosts: Sequence[str]) -> Path:
    """Write root, and for each host leaf with intermediate, and key; return the file of the root."""
    root_key, between_key = new_key(), new_key()
    root = issue("Bench Root", root_key, "Bench Root", root_key, ca=True)
    between = issue("Bench Intermediate", between_key, "Bench Root", root_key, ca=True)
    for host in hosts:
        key = new_key()
        leaf = issue(host, key, "Bench Intermediate", between_key, ca=False)
        (folder / f"{host}.pem").write_bytes(_pem(leaf) + _pem(between))
        (folder / f"{host}.key").touch(mode=0o600)
        (folder / f"{host}.key").write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
    ca = folder / "ca.pem"
    ca.write_bytes(_pem(root))
    return ca


def new_key() -> ec.EllipticCurvePrivateKey:
    """Return a P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def issue(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    signer: ec.EllipticCurvePrivateKey,
    *,
    ca: bool,
) -> x509.Certificate:
    """Return a certificate of a year with the extensions that real ones carry; a leaf is for its address."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=3650 if ca else 388))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    if not ca:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        address = x509.IPAddress(ipaddress.ip_address(subject))
        names = x509.SubjectAlternativeName([address, x509.DNSName("recorder.bench.example")])
        builder = builder.add_extension(usage, critical=False).add_extension(names, critical=False)
    return builder.sign(signer, hashes.SHA256())


def _name(common: str) -> x509.Name:
    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Bench")
    return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def files_allowed(wanted: int = 20_000) -> int:
    """Raise this process's limit of open files (children inherit it) and return what was reached."""
    import resource  # noqa: PLC0415 - there is none on Windows, where nothing here runs

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    reached = max(soft, wanted if hard == resource.RLIM_INFINITY else min(wanted, hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (reached, hard))
    return reached
