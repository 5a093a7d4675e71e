"""What some clients accept although others do not."""

ACCEPTED_BY_GO = frozenset(
    {
        "dates_refused_by_openssl",
        "key_usage",
        "key_usage_without_signature",
        "netscape_type",
        "refused_as_served",
        "usage_any_only",
    }
)
"""The codes of messages about what Go's crypto/x509 accepts (tried with Go 1.19)."""
