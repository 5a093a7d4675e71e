"""The configuration of one Kubernetes cluster; opens no connection."""

import re
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from monitor.model import Policy, Target, TargetInfo, make_target_id
from monitor.settings import LocalPath, TargetSettings

KIND = "kubernetes"
NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")

Resource = Literal["secrets", "configmaps", "webhooks"]


@dataclass(frozen=True, slots=True)
class SecretKeys:
    """The keys (patterns) of one type of secret that contain certificates."""

    type: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where a cluster is reached and what is read from it.

    ``kubeconfig`` is empty for the service account of the pod that this program runs in. Empty ``namespaces``
    mean all of them. ``keys`` are patterns of the keys of config maps.
    """

    kubeconfig: str = ""
    context: str = ""
    namespaces: tuple[str, ...] = ()
    exclude_namespaces: tuple[str, ...] = ()
    selector: str = ""
    resources: tuple[str, ...] = ("secrets", "configmaps", "webhooks")
    secrets: tuple[SecretKeys, ...] = (SecretKeys("kubernetes.io/tls", ("tls.crt", "ca.crt")),)
    keys: tuple[str, ...] = ("*",)
    kind: Literal["kubernetes"] = field(default="kubernetes", kw_only=True)


class SecretKeysSettings(BaseModel):
    """The settings of one type of secret."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str = Field(min_length=1, description="type of the secret: kubernetes.io/tls, Opaque ...")
    keys: tuple[str, ...] = Field(min_length=1, description="keys with certificates; * and ? match")


class KubernetesSettings(TargetSettings):
    """The settings of one cluster."""

    kind: Literal["kubernetes"]
    name: str = Field(min_length=1, description="name of the cluster")
    kubeconfig: LocalPath | None = Field(
        None, description="kubeconfig file of the cluster; the pod's own service account if left out"
    )
    context: str = Field("", description="context of the kubeconfig; its current one if left out")
    namespaces: tuple[str, ...] = Field((), description="namespaces to read; all if left out")
    exclude_namespaces: tuple[str, ...] = Field((), description="namespaces to leave out")
    label_selector: str = Field("", description="labels that secrets and config maps must have: app=vms")
    resources: tuple[Resource, ...] = Field(
        ("secrets", "configmaps", "webhooks"), min_length=1, description="kinds of objects to read"
    )
    secrets: tuple[SecretKeysSettings, ...] = Field(
        (SecretKeysSettings(type="kubernetes.io/tls", keys=("tls.crt", "ca.crt")),),
        min_length=1,
        description="keys with certificates, by type of secret",
    )
    config_map_keys: tuple[str, ...] = Field(
        ("*",),
        min_length=1,
        description="keys of config maps to read; those without a certificate are skipped",
    )

    @field_validator("namespaces", "exclude_namespaces")
    @classmethod
    def _namespaces(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not NAMESPACE.fullmatch(name):
                raise ValueError(f"{name!r} is not a valid name of a namespace (RFC 1123 label)")
        return tuple(dict.fromkeys(names))

    @field_validator("resources")
    @classmethod
    def _once(cls, names: tuple[Resource, ...]) -> tuple[Resource, ...]:
        return tuple(dict.fromkeys(names))

    @model_validator(mode="after")
    def _library(self) -> Self:
        if find_spec("kubernetes_asyncio") is None:
            raise ValueError("kind kubernetes needs an extra: pip install -r requirements/extras.txt")
        return self

    def target(self, policy: Policy) -> Target:
        """Return the target for these settings."""
        return Target(
            id=make_target_id(KIND, self.name),
            kind=KIND,
            location=self.context or self.name,
            settings=Cluster(
                kubeconfig=self.kubeconfig or "",
                context=self.context,
                namespaces=self.namespaces,
                exclude_namespaces=self.exclude_namespaces,
                selector=self.label_selector,
                resources=self.resources,
                secrets=tuple(SecretKeys(one.type, one.keys) for one in self.secrets),
                keys=self.config_map_keys,
            ),
            policy=policy,
            labels=tuple(sorted(self.labels.items())),
            collection=True,
            info=TargetInfo(title=self.title or f"Kubernetes {self.name}"),
        )
