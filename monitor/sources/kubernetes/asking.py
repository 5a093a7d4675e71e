"""Ask a cluster for lists, page by page, bounded in size; never asks to change anything."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from kubernetes_asyncio import config
from kubernetes_asyncio.client import ApiClient, Configuration

from monitor.sources.kubernetes.documents import items
from monitor.sources.kubernetes.settings import Cluster

PAGE = 100
"""Items of a page: a secret may hold a megabyte, and its size is known only when it has come."""

LARGEST = 64 * 1024 * 1024
MOST_PAGES = 2000


class AnswerError(Exception):
    """The API server did not answer with success; holds the HTTP status and what it said."""

    def __init__(self, status: int, said: str) -> None:
        """Keep both."""
        super().__init__(f"HTTP {status}: {said}")
        self.status = status
        self.said = said


class TooLargeError(Exception):
    """An answer, or a list, is larger than is read; the sentence says which."""


class UnusableConfigError(Exception):
    """The kubeconfig, or the service account of the pod, cannot be used; the sentence says why."""


@asynccontextmanager
async def connected(cluster: Cluster) -> AsyncIterator[ApiClient]:
    """Give a client for a cluster, as its kubeconfig or the pod says now; raise ``UnusableConfigError``.

    Read anew for each look, so that a token or certificate that was renewed is taken up.
    """
    settings = Configuration()
    try:
        if cluster.kubeconfig:
            Path(cluster.kubeconfig).stat()  # noqa: ASYNC240 - on a loop of the look's own; the library would take a missing file for an empty one
            await config.load_kube_config(
                config_file=cluster.kubeconfig,
                context=cluster.context or None,
                client_configuration=settings,
                persist_config=False,
            )
        else:
            config.load_incluster_config(client_configuration=settings)  # type: ignore[no-untyped-call]  # untyped
    except Exception as error:  # noqa: BLE001 - whatever the library stumbles on in a file that a person wrote
        raise UnusableConfigError(_one_line(str(error)) or type(error).__name__) from None
    async with ApiClient(settings) as api:
        yield api


async def pages(api: ApiClient, path: str, query: dict[str, str]) -> AsyncIterator[list[Any]]:
    """Yield the items of a list, page by page; raise ``AnswerError``, ``TooLargeError``, ``NotAListError``.

    A list that changed too much while it was read is told by the server (410 Gone, with a token to go on
    with); nothing of what came before is lost then, so going on is right here.
    """
    onward = ""
    for _ in range(MOST_PAGES):
        document = await _document(api, path, {**query, "limit": str(PAGE), "continue": onward})
        found, onward = items(document)
        yield found
        if not onward:
            return
    raise TooLargeError(f"{path} has more than {MOST_PAGES * PAGE:,} items")


async def _document(api: ApiClient, path: str, query: dict[str, str]) -> Any:
    answer = await api.call_api(
        path,
        "GET",
        {},
        [(name, value) for name, value in query.items() if value],
        {"Accept": "application/json"},
        auth_settings=["BearerToken"],
        _return_http_data_only=True,
        _preload_content=False,
    )
    try:
        body = await _body(answer, path)
        if answer.status == 410 and (onward := _resumption(body)):
            return await _document(api, path, {**query, "continue": onward})
        if answer.status != 200:
            raise AnswerError(answer.status, _message(body))
    finally:
        answer.release()
    return _json(body)


async def _body(answer: Any, path: str) -> bytes:
    whole = bytearray()
    async for piece in answer.content.iter_chunked(1 << 16):
        whole += piece
        if len(whole) > LARGEST:
            raise TooLargeError(f"a page of {path} is larger than {LARGEST >> 20} MiB")
    return bytes(whole)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _resumption(body: bytes) -> str:
    """Return the token with which a list that expired goes on (API concepts, "410 Gone responses")."""
    document = _json(body)
    found = document.get("metadata") if isinstance(document, dict) else None
    onward = found.get("continue") if isinstance(found, dict) else None
    return onward if isinstance(onward, str) else ""


def _message(body: bytes) -> str:
    """Return what a Status document says, else the beginning of the text."""
    document = _json(body)
    said = document.get("message") if isinstance(document, dict) else None
    return _one_line(said if isinstance(said, str) else body[:200].decode(errors="replace"))


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]


__all__ = [
    "AnswerError",
    "TooLargeError",
    "UnusableConfigError",
    "connected",
    "pages",
]
