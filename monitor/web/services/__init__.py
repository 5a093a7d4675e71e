"""The interfaces of the daemon that the web uses, and their values."""
