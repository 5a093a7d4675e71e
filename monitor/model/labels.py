"""Check which labels of targets can be labels of metrics."""

import re

OWN_LABELS = frozenset(
    {
        "target",
        "kind",
        "zone",
        "title",
        "location",
        "position",
        "fingerprint",
        "subject_cn",
        "issuer_cn",
        "serial",
    }
    | {"check", "severity", "state", "reason", "receiver", "result", "le", "quantile"}
)
"""Labels that our own metrics carry; a chosen label of the same name would appear twice."""

# Labels that start with __ belong to Prometheus.
_NAME = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def label_problem(name: str) -> str:
    """Return why a label cannot be chosen for metrics, empty when it can."""
    if not _NAME.fullmatch(name):
        return "a label has letters, digits and _, starts with no digit and not with __"
    if name in OWN_LABELS:
        return "this label is already used by cert-monitor's own metrics; choose another name"
    return ""
