"""Probe certificates in a Kubernetes cluster: secrets, config maps, webhooks; judges nothing."""
