"""Load from a kubeconfig, or from the pod, how the API server is reached; refuse what is not safe.

Credentials are only sent over a verified connection, whatever a kubeconfig says. Nothing is kept: data
embedded in a kubeconfig is in files only while it is loaded, in a temporary folder.
"""

import base64
import os
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG
from tempfile import TemporaryDirectory
from typing import Any, TypeGuard
from urllib.parse import urlsplit

import yaml  # type: ignore[import-untyped]  # what the library reads a kubeconfig with; it ships no types
from kubernetes_asyncio import config
from kubernetes_asyncio.client import Configuration
from kubernetes_asyncio.config import kube_config

from monitor.model import Message, text
from monitor.network.client_tls import client_context, load_identity
from monitor.sources.kubernetes import texts
from monitor.sources.kubernetes.settings import Cluster

LARGEST = 1024 * 1024
"""Octets of a kubeconfig."""

_INLINE = (
    ("clusters", "cluster", "certificate-authority"),
    ("users", "user", "client-certificate"),
    ("users", "user", "client-key"),
)


class UnusableConfigError(Exception):
    """The kubeconfig, or the service account of the pod, cannot be used; ``message`` says why."""

    def __init__(self, message: Message) -> None:
        """Store the message."""
        super().__init__(message.code)
        self.message = message


@dataclass(frozen=True, slots=True)
class Access:
    """How one API server is accessed; ``login`` is the value of the header Authorization."""

    server: str
    login: str = field(default="", repr=False)
    tls: ssl.SSLContext | None = None
    server_name: str | None = None
    proxy: str | None = None


async def access(cluster: Cluster) -> Access:
    """Load the current access to a cluster from its kubeconfig or the pod; raise ``UnusableConfigError``.

    Loaded for each probe, so that a renewed token or certificate takes effect.
    """
    settings = Configuration()
    try:
        with TemporaryDirectory(prefix="cert-monitor-") as folder:
            try:
                await _load(cluster, settings, folder)
                return _safe(settings)
            finally:
                _forget(folder)
    except UnusableConfigError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the library stumbles on in a file that a person wrote
        said = f"{error.filename}: {error.strerror}" if _of_a_file(error) else str(error)
        raise UnusableConfigError(text(" ".join(said.split())[:300] or type(error).__name__)) from None


def _of_a_file(error: Exception) -> TypeGuard[OSError]:
    return isinstance(error, OSError) and bool(error.filename and error.strerror)


async def _load(cluster: Cluster, settings: Configuration, folder: str) -> None:
    if not cluster.kubeconfig:
        if not os.environ.get("KUBERNETES_SERVICE_HOST"):
            raise UnusableConfigError(texts.NOT_IN_A_POD)
        config.load_incluster_config(client_configuration=settings)  # type: ignore[no-untyped-call]  # untyped
        return
    document = _document(Path(cluster.kubeconfig))
    for number, (part, key) in enumerate(_parts(document)):
        path = Path(folder) / str(number)
        path.write_bytes(base64.b64decode(part.pop(f"{key}-data")))
        part[key] = str(path)
    loader = kube_config.KubeConfigLoader(
        config_dict=document,
        active_context=cluster.context or None,
        config_base_path=os.path.dirname(cluster.kubeconfig),  # noqa: PTH120 - text only
        temp_file_path=folder,
    )
    await loader.load_and_set(settings)


def _document(path: Path) -> Any:
    """Parse a kubeconfig; pipes and endless files are refused instead of read."""
    status = path.stat()
    if not S_ISREG(status.st_mode):
        raise UnusableConfigError(texts.not_a_regular_file(path=str(path)))
    with path.open("rb") as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise UnusableConfigError(texts.config_too_large(path=str(path), mebibytes=LARGEST >> 20))
    try:
        return yaml.safe_load(data)
    except yaml.YAMLError as error:
        # Its own text repeats the line: the file may be another secret, if somebody else named it.
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        raise UnusableConfigError(texts.not_yaml(path=str(path), line=line)) from None


def _parts(document: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the embedded certificates and keys: the library would leave them in files until exit."""
    for group, inner, key in _INLINE:
        for entry in document.get(group) or ():
            part = entry.get(inner)
            if part and part.get(f"{key}-data"):
                yield part, key


def _forget(folder: str) -> None:
    """Make the library forget files of our folder: it would look them up there again."""
    known: dict[str, str] = getattr(kube_config, "_temp_files", {})
    for content in [content for content, path in tuple(known.items()) if path.startswith(folder + os.sep)]:
        known.pop(content, None)


def _safe(settings: Any) -> Access:
    server = str(settings.host).rstrip("/")
    login = str(settings.api_key.get("BearerToken") or "").strip()
    scheme = urlsplit(server).scheme
    if not settings.verify_ssl:
        raise UnusableConfigError(texts.INSECURE)
    if scheme not in ("http", "https"):
        raise UnusableConfigError(texts.NOT_HTTPS)
    if scheme == "http" and login:
        raise UnusableConfigError(texts.LOGIN_WITHOUT_TLS)
    tls = _context(settings) if scheme == "https" else None
    return Access(server, login, tls, settings.tls_server_name or None, settings.proxy or None)


def _context(settings: Any) -> ssl.SSLContext:
    ca = Path(settings.ssl_ca_cert).read_bytes() if settings.ssl_ca_cert else None
    context = client_context(system=ca is None, extra=ca)
    if settings.cert_file:
        load_identity(context, settings.cert_file, settings.key_file)
    return context
