"""Play a Kubernetes API server on loopback, with the answers that a real one gave; it knows lists only.

It pages, filters by fields and labels, and refuses as the real one does (tests/data/kubernetes says which
that was).
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from support import pki
from support.folders import DATA

RECORDED = DATA / "kubernetes"
TOKEN = "throwaway-token"
RESOURCES = ("secrets", "configmaps", "validatingwebhookconfigurations", "mutatingwebhookconfigurations")


def recorded(name: str) -> Any:
    """Return a recorded document."""
    return json.loads((RECORDED / f"{name}.json").read_text())


@dataclass
class Api:
    """The answers of a server, which a test may change, and the requests that it received."""

    url: str = ""
    ca: bytes = b""
    lists: dict[str, list[Any]] = field(
        default_factory=lambda: {name: recorded(name)["items"] for name in RESOURCES}
    )
    forbidden: set[str] = field(default_factory=set)
    expires: int = 0
    elsewhere: str = ""
    body: bytes | None = None
    silent: threading.Event | None = None
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str, token: str) -> tuple[int, Any]:
        """Return status and document for a request."""
        if token != f"Bearer {TOKEN}":
            return 401, recorded("status-401")
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        resource = parts.path.rpartition("/")[2]
        if resource in self.forbidden:
            return 403, recorded("status-403")
        if resource not in self.lists:
            return 404, {"kind": "Status", "message": "the server could not find the requested resource"}
        if self.expires and query.get("continue"):
            self.expires -= 1
            return 410, {**recorded("status-410"), "metadata": {"continue": query["continue"]}}
        namespace = parts.path.split("/")[4] if "/namespaces/" in parts.path else ""
        return 200, _page(_matching(self.lists[resource], query, namespace), query)


def _page(items: list[Any], query: dict[str, str]) -> Any:
    begin, limit = int(query.get("continue", "0")), int(query["limit"])
    end = begin + limit
    onward = {"continue": str(end)} if end < len(items) else {}
    return {"kind": "List", "apiVersion": "v1", "metadata": onward, "items": items[begin:end]}


def _matching(items: list[Any], query: dict[str, str], namespace: str) -> list[Any]:
    return [
        item
        for item in items
        if (not namespace or item["metadata"].get("namespace") == namespace)
        and all(_meets(item, wanted) for wanted in query.get("fieldSelector", "").split(",") if wanted)
        and all(_carries(item, wanted) for wanted in query.get("labelSelector", "").split(",") if wanted)
    ]


def _meets(item: Any, wanted: str) -> bool:
    name, unequal, value = wanted.partition("!=")
    if not unequal:
        name, _, value = wanted.partition("=")
    found = {"type": item.get("type"), "metadata.namespace": item["metadata"].get("namespace")}[name]
    return (found != value) if unequal else (found == value)


def _carries(item: Any, wanted: str) -> bool:
    name, _, value = wanted.partition("=")
    return bool(item["metadata"].get("labels", {}).get(name) == value)


@contextmanager
def kubernetes_api() -> Iterator[Api]:
    """Run a server; it is asked by the kubeconfig that ``kubeconfig`` writes."""
    root = pki.authority("kubernetes")
    leaf = pki.leaf("kubernetes.default", root, names=("127.0.0.1",), end=pki.days(3650))
    api = Api(ca=root.pem)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(api))
    server.daemon_threads = True
    # Each connection shakes hands on its own thread: an unresponsive client would delay all others.
    server.socket = pki.tls_context(leaf).wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    api.url = f"https://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield api
    finally:
        if api.silent:
            api.silent.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


def kubeconfig(folder: Path, api: Api, token: str = TOKEN, **keys: Any) -> Path:
    """Write a kubeconfig that names the server, its CA and a token; ``keys`` change cluster and user."""
    ca = folder / "ca.pem"
    ca.write_bytes(api.ca)
    document: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "here", "cluster": {"server": api.url, "certificate-authority": str(ca)}}],
        "users": [{"name": "me", "user": {"token": token}}],
        "contexts": [{"name": "usual", "context": {"cluster": "here", "user": "me"}}],
        "current-context": "usual",
    }
    document["clusters"][0]["cluster"] |= keys.get("cluster", {})
    document["users"][0]["user"] = keys.get("user", {"token": token})
    path = folder / "kubeconfig"
    path.write_text(json.dumps(document))
    return path


def _handler(api: Api) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answer lists."""

        protocol_version = "HTTP/1.1"
        timeout = 60

        def do_GET(self) -> None:
            api.asked.append(self.path)
            if api.silent is not None:
                api.silent.wait(30)
                return
            if api.elsewhere:
                self.send_response(302)
                self.send_header("Location", api.elsewhere)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            status, document = api.answer(self.path, self.headers.get("Authorization", ""))
            body = json.dumps(document).encode() if api.body is None else api.body
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Log nothing."""

    return Handler
