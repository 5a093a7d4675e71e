"""The paths that must be answered whatever happens."""

HEALTH = frozenset({"/healthz", "/readyz", "/livez"})
