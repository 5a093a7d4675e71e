"""How connections are served before any route: their bounds, TLS, and what no request may do."""
