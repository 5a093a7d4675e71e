"""The API lists that are requested from a cluster, and how their items are read; sends no requests."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from monitor.sources.kubernetes.documents import StoredValue, in_config_map, in_secret, in_webhooks
from monitor.sources.kubernetes.settings import Cluster

_ADMISSION = "/apis/admissionregistration.k8s.io/v1"
_WEBHOOKS = ("validatingwebhookconfiguration", "mutatingwebhookconfiguration")


@dataclass(frozen=True, slots=True)
class ResourceListing:
    """One list: its path, its filter, and how its items are read.

    ``location`` is where its certificates are: ``namespace/secret``, or the resource for a whole cluster.
    ``named`` means that the configuration names its certificates explicitly: anything else there is a
    failure.
    """

    path: str
    query: dict[str, str]
    location: str
    values_in: Callable[[Any], Iterator[StoredValue]]
    named: bool = True


def listings(cluster: Cluster) -> Iterator[ResourceListing]:
    """Yield the lists to request, each filtered by the server, so that no other secret is sent."""
    for namespace in cluster.namespaces or ("",):
        if "secrets" in cluster.resources:
            for secret in cluster.secrets:
                values_in = partial(in_secret, keys=secret.keys)
                yield _namespaced(cluster, namespace, "secret", values_in, f"type={secret.type}")
        if "configmaps" in cluster.resources:
            values_in = partial(in_config_map, keys=cluster.keys)
            yield _namespaced(cluster, namespace, "configmap", values_in)
    if "webhooks" in cluster.resources:
        for kind in _WEBHOOKS:
            yield ResourceListing(f"{_ADMISSION}/{kind}s", {}, kind, partial(in_webhooks, kind))


def _namespaced(
    cluster: Cluster,
    namespace: str,
    kind: str,
    values_in: Callable[[Any], Iterator[StoredValue]],
    *fields: str,
) -> ResourceListing:
    within = f"/namespaces/{namespace}" if namespace else ""
    left_out = () if namespace else (f"metadata.namespace!={name}" for name in cluster.exclude_namespaces)
    query = {"fieldSelector": ",".join((*fields, *left_out)), "labelSelector": cluster.selector}
    location = f"{namespace}/{kind}" if namespace else f"{kind}s"
    return ResourceListing(f"/api/v1{within}/{kind}s", query, location, values_in, named=kind == "secret")
