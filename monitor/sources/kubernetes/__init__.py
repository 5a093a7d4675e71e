"""Probe certificates in a Kubernetes cluster: secrets, config maps, webhooks; judges nothing."""

from monitor.sources.kubernetes.settings import KubernetesSettings
from monitor.sources.kubernetes.source import KubernetesSource

__all__ = ["KubernetesSettings", "KubernetesSource"]
