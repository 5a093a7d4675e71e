"""Mail servers and relays, and the logins that they take."""
