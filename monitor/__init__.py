"""cert-monitor watches TLS endpoints and certificate files, exposes days to expiry and mails in time."""

__version__ = "0.1.0"
