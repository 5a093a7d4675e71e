"""Machines of their own: Debian, Windows under wine, and how Windows is reached and logs in."""
